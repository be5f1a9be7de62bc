/**
 * The built program on a terminal, cell by cell: what no frame in memory can show. Loopback only; programs are started
 * as seldom as possible, for each start costs half a second.
 */
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterAll, afterEach, describe, expect, test} from 'vitest';
import {connectedTo, openScreen} from '../e2e/screens.ts';
import {disposeNodes, freeUdpPort, spawnNode} from '../helpers/node-process.ts';
import {PROGRAM} from '../helpers/program.ts';
import {type Cell, disposeScreens, type Screen, spawnScreen} from '../helpers/pty.ts';

afterEach(() => Promise.all([disposeScreens(), disposeNodes()]));

/** What a person has chosen on the screen is kept, but not on the machine that the tests run on. */
const settings = mkdtempSync(join(tmpdir(), 'p2p-tui-terminal-'));
afterAll(() => rmSync(settings, {recursive: true}));

let homes = 0;
const home = () => ({XDG_CONFIG_HOME: join(settings, String(homes++))});

/** The cells of `text`, wherever it stands first. */
function cellsOf(screen: Screen, text: string): Cell[] {
	for (const row of screen.cells()) {
		const texts = row.map(cell => cell.text || ' ');
		const at = texts.join('').indexOf(text);
		if (at >= 0 && texts.every(each => each.length === 1)) return row.slice(at, at + text.length);
	}
	throw new Error(`${text} is nowhere:\n${screen.text()}`);
}

const colorsOf = (cells: readonly Cell[]) => [...new Set(cells.map(({foreground}) => foreground))];

/** Columns from the sign before the text that is being written. */
function written(screen: Screen): {readonly column: number; readonly row: number} {
	const {column, row} = screen.cursor();
	const rows = screen.rows();
	const first = rows.findIndex(text => /[│ ] › /.test(text));
	return {column: column - ((rows[first] ?? '').indexOf('›') + 2), row: row - first};
}

/** As a person sees them: what stands still is the same, however the terminal came to it. Measurements go on. */
const steady = (screen: Screen): string =>
	screen.text().replaceAll(/(?<=● bob|[↓↑])[^│]*|[▁-█]|[\d.]+ (µs|ms|s|k?B\/s)/g, '#');

test('colours, the cursor, a paste and a storm of sizes, on one screen', {timeout: 60_000}, async () => {
	const discoveryPort = await freeUdpPort();
	const bob = spawnNode('bob', {discoveryPort});
	const ann = openScreen('ann', {
		discoveryPort,
		columns: 100,
		env: {...home(), COLORTERM: 'truecolor', COLORFGBG: '15;0'},
	});
	await connectedTo(ann, 1);

	// A name has one colour wherever it stands, frames and times are quieter than words, and words have the usual one.
	await bob.publish('all is green');
	await ann.waitFor(/bob {2}all is green/);
	const [name, ...others] = colorsOf(cellsOf(ann, 'bob  all').slice(0, 3));
	expect(name).toMatch(/^#[0-9a-f]{6}$/);
	expect(others).toEqual([]);
	expect(colorsOf(cellsOf(ann, '● bob').slice(2))).toEqual([name]);
	expect(colorsOf(cellsOf(ann, 'all is green'))).not.toContain(name);
	expect(colorsOf(cellsOf(ann, '╭').slice(0, 1))).not.toEqual(colorsOf(cellsOf(ann, 'all is green')));

	// The cursor stands where the next character will, whatever was written.
	expect(written(ann)).toEqual({column: 0, row: 0});
	expect(ann.cursor().isVisible).toBe(true);
	for (const [typed, column] of [
		['abc', 3],
		['漢字', 7],
		['👍🏽', 9],
		['e\u0301', 10],
	] as const) {
		ann.type(typed);
		await ann.waitFor(screen => written(screen).column === column);
	}
	ann.press('left', 'left');
	await ann.waitFor(screen => written(screen).column === 7);
	ann.press('end', 'alt+return');
	ann.type('second');
	await ann.waitFor(screen => written(screen).row === 1 && written(screen).column === 6);
	ann.press('ctrl+c');
	await ann.waitFor('message #lobby');

	// What is pasted is not sent, not even with line ends behind it and keys in it.
	ann.paste('one\ntwo\n\x1b[A\x03three\n');
	await ann.waitFor(/one[\s\S]*two/);
	ann.paste('line\n'.repeat(60));
	await ann.waitFor(/60 lines/);
	ann.press('escape');
	await ann.waitFor(screen => !screen.text().includes('60 lines'));
	expect(ann.text()).not.toMatch(/ann {2}(one|line)/);
	expect(bob.events.some(event => event.type === 'message' && !event.local)).toBe(false);

	// However often the window changes, what is left is what would be drawn now.
	ann.press('ctrl+c');
	await ann.waitFor('message #lobby');
	ann.press('escape');
	await ann.waitFor(screen => !screen.text().includes('again to leave'));
	for (const [columns, rows] of [
		[40, 12],
		[200, 60],
		[39, 11],
		[121, 33],
		[41, 50],
		[90, 20],
	] as const)
		ann.resize(columns, rows);
	await ann.waitFor(screen => /╯\n .*peer/.test(screen.text()) && screen.rows()[19]?.includes('peer') === true);
	const stormy = steady(ann);
	const {length} = ann.raw();
	ann.press('ctrl+l');
	// All of it is written anew.
	await ann.waitFor(screen => /\x1b\[2J[\s\S]*╯[\s\S]*\x1b\[\?2026l/.test(screen.raw().slice(length)));
	expect(steady(ann)).toBe(stormy);
});

/** Everything that the program asks of a terminal. */
function modesOf(screen: Screen) {
	const {bracketedPasteMode, mouseTrackingMode, sendFocusMode, wraparoundMode, synchronizedOutputMode} = screen.modes;
	return {
		alternate: screen.isAlternate(),
		cursor: screen.cursor().isVisible,
		paste: bracketedPasteMode,
		mouse: mouseTrackingMode,
		focus: sendFocusMode,
		wrap: wraparoundMode,
		held: synchronizedOutputMode,
	};
}

const UNTOUCHED = {alternate: false, cursor: true, paste: false, mouse: 'none', focus: false, wrap: true, held: false};
const TAKEN = {alternate: true, cursor: true, paste: true, mouse: 'vt200', focus: true, wrap: false, held: false};

async function takeEverything(screen: Screen): Promise<void> {
	await screen.waitFor('message #lobby');
	screen.press('alt+m');
	await screen.waitFor(({modes}) => modes.mouseTrackingMode !== 'none');
	expect(modesOf(screen)).toEqual(TAKEN);
}

describe('every mode is as it was', () => {
	const CRASH = 'process.on("SIGUSR2", () => { throw new Error("broken\x1b[31m"); })';
	const ways: readonly (readonly [string, (screen: Screen) => void, number, RegExp])[] = [
		['/quit', screen => screen.type('/quit\r'), 0, /^$/],
		['SIGTERM', screen => screen.kill('SIGTERM'), 143, /^$/],
		['SIGHUP', screen => screen.kill('SIGHUP'), 129, /^$/],
		['an error', screen => screen.kill('SIGUSR2'), 1, /^p2p-tui: An error in p2p-tui itself: broken\\x1b\[31m\.$/],
	];

	test('after every way out', async () => {
		const program = ['--import', `data:text/javascript,${encodeURIComponent(CRASH)}`, PROGRAM];
		const args = [...program, '--ephemeral', '--interface', 'lo', '--no-discovery', '--name', 'ann'];
		await Promise.all(
			ways.map(async ([way, leave, code, words]) => {
				const screen = spawnScreen(process.execPath, args, {columns: 100, env: home()});
				await takeEverything(screen);
				leave(screen);
				expect((await screen.exited).code, way).toBe(code);
				expect(modesOf(screen), way).toEqual(UNTOUCHED);
				expect(screen.scrollback(), way).toMatch(words);
			}),
		);
	});

	test('while it is suspended, and taken again when it goes on', async () => {
		const job = '"$@"; echo "stopped $?"; read go; fg >/dev/null; echo "ended $?"';
		const program = [process.execPath, PROGRAM, '--ephemeral', '--interface', 'lo', '--no-discovery'];
		const screen = spawnScreen('/bin/sh', ['-mc', job, 'sh', ...program], {env: home()});
		await takeEverything(screen);
		screen.type('half a line');
		await screen.waitFor('half a line');
		screen.press('ctrl+z');
		await screen.waitFor(/stopped \d+/);
		expect(modesOf(screen)).toEqual(UNTOUCHED);
		screen.press('return');
		await screen.waitFor('half a line');
		expect(modesOf(screen)).toEqual(TAKEN);
		expect(screen.text()).not.toContain('stopped');
		screen.press('ctrl+c', 'ctrl+c');
		await screen.waitFor('ended 130');
		await screen.exited;
		expect(modesOf(screen)).toEqual(UNTOUCHED);
	});
});
