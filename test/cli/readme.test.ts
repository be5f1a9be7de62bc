/** What the README and the help say is to be typed can be typed, and every option is told of. */
import {readFileSync} from 'node:fs';
import {expect, test} from 'vitest';
import {helpText} from '../../source/cli/help.ts';
import {parseLine} from '../../source/cli/lines.ts';
import {COMMANDS, OPTIONS} from '../../source/cli/option-table.ts';
import {parseArguments} from '../../source/cli/options.ts';

const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
const PEER = '12D3KooWGC6TvWhfapngX6wvJHMYvKpDMXPb3ZnCZ6dMoaMtimQ5';

/** The words after the program's name, as a shell splits them; without what a shell does with the output. */
function wordsOf(line: string): string[] {
	const [, rest = ''] = /\bp2p-tui\b(.*)$/.exec(line.replaceAll('12D3KooW…', PEER)) ?? [];
	const own = rest.split(/\s(?:[|>]|#)\s/)[0]!;
	return [...own.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map(([, single, double, bare]) => single ?? double ?? bare!);
}

const blocks = [...readme.matchAll(/^```(?:console|sh|bash)?\n([\s\S]*?)^```$/gm)].flatMap(([, text]) =>
	text!.split('\n'),
);
const typed = blocks.filter(line => /^(?:\$ )?(?:.*\| )?npx p2p-tui\b/.test(line));
const examples = COMMANDS.flatMap(command => {
	const [, text = ''] = helpText(command).split('\nExamples\n');
	return text.split('\n').filter(line => line.includes('p2p-tui'));
});

test('there is something to try', () => {
	expect(typed.length).toBeGreaterThan(10);
	expect(typed.some(line => line.includes('send --file'))).toBe(true);
	expect(examples.length).toBeGreaterThan(20);
});

test.each([...new Set([...typed, ...examples])])('%s', line => {
	expect(() => parseArguments(wordsOf(line), {})).not.toThrow();
});

test.each([...typed, ...examples].filter(line => line.includes("echo '{")))('%s: the line is a command', line => {
	expect(parseLine({text: /echo '(\{.*\})'/.exec(line)![1]!})).toMatchObject({ok: true});
});

test('every option of a node is in the README, and none that is not there', () => {
	const told = new Set(
		[...readme.matchAll(/^\| (`--[^|]*) \|/gm)].flatMap(([, cell]) => cell!.match(/--[a-z-]+/g) ?? []),
	);
	const known = Object.values(OPTIONS).filter(
		({commands}) => commands.includes('screen') || commands.includes('headless'),
	);
	expect([...told].sort()).toEqual(known.map(({flag}) => `--${flag}`).sort());
});
