import {expect, test} from 'vitest';
import {InkInput, InkOutput} from '../../source/ui/ink-streams.ts';
import {settled} from './harness.tsx';

function reader(input: InkInput): string[] {
	const heard: string[] = [];
	input.on('readable', () => {
		for (let chunk = input.read(); chunk !== null; chunk = input.read()) heard.push(chunk);
	});
	return heard;
}

test('what is fed is read in order', () => {
	const input = new InkInput();
	const heard = reader(input);
	input.feed('a');
	input.feed('b');
	expect(heard).toEqual(['a', 'b']);
});

test('keys that come while the field is being drawn reach it', async () => {
	const input = new InkInput();
	input.feed('a');
	const heard = reader(input);
	await Promise.resolve();
	expect(heard).toEqual(['a']);
});

test('keys that nobody took do not turn up in the next field', async () => {
	const input = new InkInput();
	input.feed('stale');
	await settled();
	const heard = reader(input);
	input.feed('fresh');
	expect(heard).toEqual(['fresh']);
});

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
