import {expect, test} from 'vitest';
import {checkTerminal, type Terminal} from '../../source/cli/terminal.ts';

const good: Terminal = {inputIsTerminal: true, outputIsTerminal: true, type: 'xterm', columns: 80, rows: 24};

test('a usual terminal will do, and so will the smallest', () => {
	expect(() => checkTerminal(good)).not.toThrow();
	expect(() => checkTerminal({...good, columns: 40, rows: 12})).not.toThrow();
});

test.each([
	[{inputIsTerminal: false}, 'The screen needs a terminal, but standard input is not one'],
	[{outputIsTerminal: false}, 'The screen needs a terminal, but standard output is not one'],
	[{type: 'dumb'}, 'This terminal (TERM=dumb) cannot draw a full screen'],
	[{columns: 39}, 'The terminal is too small: 39×24'],
	[{rows: 11}, 'The terminal is too small: 80×11'],
])('%j is refused with a hint', (fault, message) => {
	expect(() => checkTerminal({...good, ...fault})).toThrow(expect.objectContaining({message, exitStatus: 1}));
	expect(() => checkTerminal({...good, ...fault})).toThrow(expect.objectContaining({hint: expect.any(String)}));
});
