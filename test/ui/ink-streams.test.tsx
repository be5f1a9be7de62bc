import {expect, test} from 'vitest';
import {InkOutput} from '../../source/ui/ink-streams.ts';

test('Ink knows the size of the terminal as it is, and is told of no change', () => {
	const terminal = {columns: 80, rows: 24};
	const output = new InkOutput(() => terminal);
	terminal.columns = 100;
	expect([output.columns, output.rows, output.isTTY]).toEqual([100, 24, false]);
});

test('what Ink writes is kept until the painter asks for it', async () => {
	const output = new InkOutput(() => ({columns: 80, rows: 24}));
	const written = new Promise<void>(resolve => output.write('one', 'utf8', resolve));
	await written;
	output.write('two');
	expect(output.last).toBe('two');
});
