/** Runs the demo in a terminal, waits until there is something to see, and writes down what a person would see. */
import {mkdtemp, readFile, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {disposeScreens, type Screen, spawnScreen} from '../helpers/pty.ts';
import {svgOf} from './svg.ts';

const SIZE = {columns: 116, rows: 32} as const;
/** Milliseconds: the demo takes its time. */
const PATIENCE = 60_000;
const LABEL = 'p2p-tui: rooms and peers at the left, the conversation in the middle, the network at the right';

/** Between these two lines the README has the screen as text. */
const START = '<!-- screen: npm run picture -->';
const END = '<!-- /screen -->';

export async function make(root: string): Promise<void> {
	const data = await mkdtemp(join(tmpdir(), 'p2p-tui-picture-'));
	try {
		const screen = spawnScreen(process.execPath, ['bin/p2p-tui.js', 'demo', '--name', 'you', '--theme', 'dark'], {
			...SIZE,
			cwd: root,
			env: {COLORTERM: 'truecolor', XDG_DATA_HOME: data, XDG_CONFIG_HOME: data},
		});
		await screen.waitFor(isWorthSeeing, PATIENCE);
		await writeFile(join(root, 'test/pictures/screen.svg'), svgOf(screen.cells(), LABEL));
		await writeReadme(join(root, 'README.md'), screen);
	} finally {
		await disposeScreens();
		await rm(data, {recursive: true});
	}
}

/** The conversation has got somewhere, and the sparklines have something to show. */
function isWorthSeeing(screen: Screen): boolean {
	const text = screen.text();
	return /▁[▂-█]|[▂-█]▁/.test(text) && screen.rows().filter(row => /\d\d:\d\d/.test(row)).length >= 8;
}

async function writeReadme(file: string, screen: Screen): Promise<void> {
	const readme = await readFile(file, 'utf8');
	const [before, rest] = readme.split(START);
	const [, after] = rest?.split(END) ?? [];
	if (before === undefined || after === undefined) throw new Error(`${file} has no lines ${START} and ${END}`);
	const text = screen.rows().join('\n').trimEnd();
	await writeFile(file, `${before}${START}\n\`\`\`text\n${text}\n\`\`\`\n${END}${after}`);
}
