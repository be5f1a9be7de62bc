import {EventEmitter} from 'node:events';
import {expect, test} from 'vitest';
import {InkInput, inkOutput} from '../../source/ui/ink-streams.ts';
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

test('what Ink writes has clusters of emoji kept in their cells', () => {
	const written: string[] = [];
	const stream = {write: (text: string) => written.push(text) > 0} as unknown as NodeJS.WriteStream;
	inkOutput(stream).write('a👍🏽b');
	inkOutput(stream).write('\x1b[31m你好 é 👍 plain');
	expect(written).toEqual(['a\x1b7  \x1b8👍🏽\x1b8\x1b[2Cb', '\x1b[31m你好 é 👍 plain']);
});

test('Ink hears of everything but a change of size', () => {
	const stream = Object.assign(new EventEmitter(), {columns: 80}) as unknown as NodeJS.WriteStream;
	const output = inkOutput(stream);
	output.on('resize', () => {});
	output.on('drain', () => {});
	expect([stream.listenerCount('resize'), stream.listenerCount('drain'), output.columns]).toEqual([0, 1, 80]);
	stream.columns = 100;
	expect(output.columns).toBe(100);
});
