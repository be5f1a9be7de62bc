import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {type Batch, SendQueue} from '../../source/net/send-queue.ts';
import {encodeFrame, FrameDecoder} from '../../source/wire/frame.ts';
import {FRAME_HEADER_BYTES} from '../../source/wire/limits.ts';
import {PRIORITIES, type Priority} from '../../source/wire/priority.ts';

const WINDOW = 100;

const textsOf = (batch: Batch | undefined) =>
	batch && new FrameDecoder().push(batch.bytes).map(body => Buffer.from(body).toString());

const body = (text: string) => Buffer.from(text);

/** All batches that come now, one after the other. */
function drain(queue: SendQueue): string[][] {
	const batches: string[][] = [];
	queue.settle();
	for (let batch = queue.take(); batch !== undefined; batch = queue.take()) {
		batches.push(textsOf(batch)!);
		queue.settle();
	}
	return batches;
}

describe('SendQueue', () => {
	test('gives all that was pushed as one batch, the most urgent first', () => {
		const queue = new SendQueue(WINDOW);
		queue.push(body('b1'), 'bulk');
		queue.push(body('x1'), 'chat');
		queue.push(body('c1'), 'control');
		queue.push(body('x2'), 'chat');
		expect(queue.bytes).toBe(4 * (FRAME_HEADER_BYTES + 2));
		const expected = Buffer.concat(['c1', 'x1', 'x2', 'b1'].map(text => encodeFrame(body(text))));
		expect(queue.take()).toEqual({bytes: expected, frames: 4});
	});

	test('has one batch in flight, and what comes meanwhile waits in the order of its class', () => {
		const queue = new SendQueue(WINDOW);
		queue.push(body('x1'), 'chat');
		expect(textsOf(queue.take())).toEqual(['x1']);
		for (const text of ['x2', 'x3']) queue.push(body(text), 'chat');
		queue.pack();
		queue.push(body('b1'), 'bulk');
		queue.push(body('c1'), 'control');
		expect(queue.take()).toBeUndefined();
		expect([queue.bytes, queue.waitingBytes]).toEqual([30, 24]);
		expect(PRIORITIES.map(priority => queue.bytesOf(priority))).toEqual([6, 18, 6]);
		expect(queue.settle()).toBe(6);
		expect(PRIORITIES.map(priority => queue.bytesOf(priority))).toEqual([6, 12, 6]);
		expect(drain(queue)).toEqual([['c1', 'x2', 'x3', 'b1']]);
		expect(queue.bytes).toBe(0);
	});

	test('keeps batches to the window, except for a frame that is larger', () => {
		const queue = new SendQueue(WINDOW);
		const [wide, half] = ['w'.repeat(WINDOW), 'h'.repeat(WINDOW / 2)];
		for (const text of [half, half, wide, 'x', half, 'y']) queue.push(body(text), 'chat');
		queue.push(body('c'), 'control');
		expect(drain(queue)).toEqual([['c', half], [half], [wide], ['x', half, 'y']]);
	});

	test('lets nothing pass what is more urgent, even if that does not fit and the other does', () => {
		const queue = new SendQueue(WINDOW);
		queue.push(body('x'.repeat(60)), 'chat');
		queue.push(body('y'.repeat(60)), 'chat');
		queue.push(body('b'), 'bulk');
		expect(drain(queue).map(batch => batch.map(text => text[0]))).toEqual([['x'], ['y', 'b']]);
	});

	test('what waits keeps no larger buffer in memory', () => {
		const queue = new SendQueue(1_000_000);
		const large = new Uint8Array(1_000_000);
		for (let index = 0; index < 300; index++) queue.push(large.subarray(index, index + 1), 'chat');
		queue.pack();
		large.fill(7);
		const batch = queue.take()!;
		expect([...new Set(new FrameDecoder().push(batch.bytes).flatMap(each => [...each]))]).toEqual([0]);
		expect(batch.bytes.buffer.byteLength).toBe(batch.bytes.length);
	});

	test('uses the memory of a full window again once the system has taken it, and not before', () => {
		const large = 64 * 1024;
		const queue = new SendQueue(large);
		const bodies = [1, 2, 3].map(value => new Uint8Array(large - FRAME_HEADER_BYTES).fill(value));
		for (const each of bodies) queue.push(each, 'bulk');
		const first = queue.take()!;
		queue.settle();
		const second = queue.take()!;
		queue.push(bodies[0]!, 'bulk');
		queue.pack();
		const contents = new FrameDecoder().push(second.bytes)[0]!;
		expect([contents.every(byte => byte === 2), first.bytes.buffer === second.bytes.buffer]).toEqual([true, false]);
		queue.settle();
		queue.take();
		queue.settle();
		expect(queue.take()!.bytes.buffer).toBe(first.bytes.buffer);
	});

	test('says what is lost when it is cleared', () => {
		const queue = new SendQueue(WINDOW);
		queue.push(body('in flight'), 'chat');
		queue.take();
		for (const text of ['x1', 'x2', 'x3']) queue.push(body(text), 'chat');
		queue.pack();
		for (const text of ['x4', 'x5']) queue.push(body(text), 'chat');
		queue.push(body('c1'), 'control');
		expect(queue.clear()).toEqual({control: 1, chat: 5, bulk: 0});
		expect([queue.bytes, queue.waitingBytes, queue.take()]).toEqual([0, 0, undefined]);
	});

	test('whatever happens in whatever order: nothing lost, nothing twice, every byte counted', () => {
		const step = fc.oneof(
			{weight: 6, arbitrary: fc.record({do: fc.constantFrom(...PRIORITIES), length: fc.integer({min: 8, max: 150})})},
			{weight: 2, arbitrary: fc.record({do: fc.constantFrom('take', 'settle', 'pack'), length: fc.constant(0)})},
		);
		fc.assert(
			fc.property(fc.array(step, {maxLength: 60}), steps => {
				const queue = new SendQueue(WINDOW);
				const model = new Model();
				for (const [index, {do: what, length}] of steps.entries()) {
					if (what === 'take') model.took(textsOf(queue.take()));
					else if (what === 'settle') expect(queue.settle()).toBe(model.settled());
					else if (what === 'pack') queue.pack();
					else queue.push(body(model.pushed(what, index, length)), what);
					expect(PRIORITIES.map(priority => queue.bytesOf(priority))).toEqual(model.bytes());
					expect(queue.bytes).toBe(model.bytes().reduce((sum, bytes) => sum + bytes, 0));
				}
				for (const batch of drain(queue)) {
					model.settled();
					model.took(batch);
				}
				model.settled();
				expect([queue.bytes, model.bytes()]).toEqual([0, [0, 0, 0]]);
			}),
		);
	});
});

/** What the queue should hold, frame by frame. */
class Model {
	readonly #waiting: Record<Priority, string[]> = {control: [], chat: [], bulk: []};
	#inFlight: string[] = [];

	pushed(priority: Priority, index: number, length: number): string {
		const text = `${priority} ${index} `.padEnd(length, '.');
		this.#waiting[priority].push(text);
		return text;
	}

	/** Each class from its front, none before those above it are empty; as much as fits, and at least one frame. */
	took(batch: readonly string[] | undefined): void {
		const all = PRIORITIES.flatMap(priority => this.#waiting[priority]);
		if (this.#inFlight.length > 0 || all.length === 0) return expect(batch).toBeUndefined();
		expect(batch).toEqual(all.slice(0, batch!.length));
		expect(batch!.length).toBeGreaterThan(0);
		if (batch!.length > 1) expect(bytesOf(batch!)).toBeLessThanOrEqual(WINDOW);
		if (bytesOf(all) <= WINDOW) expect(batch).toEqual(all);
		this.#inFlight = [...batch!];
		for (const text of batch!) this.#waiting[text.split(' ')[0] as Priority].shift();
	}

	settled(): number {
		const bytes = bytesOf(this.#inFlight);
		this.#inFlight = [];
		return bytes;
	}

	bytes(): number[] {
		return PRIORITIES.map(priority =>
			bytesOf([...this.#waiting[priority], ...this.#inFlight.filter(text => text.startsWith(priority))]),
		);
	}
}

function bytesOf(texts: readonly string[]): number {
	return texts.reduce((sum, text) => sum + FRAME_HEADER_BYTES + text.length, 0);
}
