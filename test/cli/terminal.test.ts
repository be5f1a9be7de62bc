import {expect, test} from 'vitest';
import {modeFor, type Terminal} from '../../source/cli/terminal.ts';

const good: Terminal = {
	inputIsTerminal: true,
	outputIsTerminal: true,
	outputIsPipe: false,
	type: 'xterm',
	columns: 80,
	rows: 24,
};
const piped = {outputIsTerminal: false, outputIsPipe: true};

test('a usual terminal gets a screen, and so does the smallest', () => {
	expect(modeFor(good, false)).toBe('screen');
	expect(modeFor({...good, columns: 40, rows: 12}, false)).toBe('screen');
});

test('a person whose terminal cannot draw, or whose words another program takes, gets lines', () => {
	expect(modeFor({...good, type: 'dumb'}, false)).toBe('plain');
	expect(modeFor({...good, ...piped}, false)).toBe('plain');
});

test('whoever asks for lines gets them, whatever there is', () => {
	const nothing = {inputIsTerminal: false, outputIsTerminal: false, columns: 10};
	for (const terminal of [good, {...good, ...piped}, {...good, ...nothing}])
		expect(modeFor(terminal, true)).toBe('plain');
});

test.each([
	[{inputIsTerminal: false}, 'The screen needs a terminal, but standard input is not one'],
	[{inputIsTerminal: false, ...piped}, 'The screen needs a terminal, but standard input is not one'],
	[{outputIsTerminal: false}, 'The screen needs a terminal, but standard output is not one'],
	[{columns: 39}, 'The terminal is too small: 39×24'],
	[{rows: 11}, 'The terminal is too small: 80×11'],
])('%j is refused with a hint', (fault, message) => {
	expect(() => modeFor({...good, ...fault}, false)).toThrow(expect.objectContaining({message, exitStatus: 1}));
	expect(() => modeFor({...good, ...fault}, false)).toThrow(
		expect.objectContaining({hint: expect.stringContaining('--plain')}),
	);
});
