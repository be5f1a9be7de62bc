import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {WireError} from '../../source/base/errors.ts';
import {
	BulkDecoder,
	type BulkFrame,
	type BulkSink,
	blockKey,
	DATA_HEADER_BYTES,
	encodeBulk,
	encodeDataHeader,
	MAX_BULK_CONTROL_BYTES,
} from '../../source/wire/bulk.ts';
import {type BlockName, MAX_PIECE_BYTES, MAX_PIECES} from '../../source/wire/file-offer.ts';
import {reasonOf} from './reason.ts';

const file = 'ab'.repeat(32);
const block: BlockName = {file, what: 'piece', index: 7};

type Data = {readonly type: 'data'; readonly block: BlockName; readonly bytes: string};

/** Writes down what comes; a piece of an odd number is let pass. */
class Recorder implements BulkSink {
	readonly seen: (BulkFrame | Data)[] = [];
	readonly asked: number[] = [];
	progressed = 0;
	#room = new Uint8Array();

	frame(frame: BulkFrame): void {
		this.seen.push(frame);
	}

	begin({what, index}: BlockName, bytes: number): Uint8Array | undefined {
		this.asked.push(bytes);
		this.progressed = 0;
		this.#room = new Uint8Array(isPassed(what, index) ? 0 : bytes);
		return isPassed(what, index) ? undefined : this.#room;
	}

	progress(_: BlockName, bytes: number): void {
		expect(bytes).toBeGreaterThan(this.progressed);
		this.progressed = bytes;
	}

	end(name: BlockName): void {
		this.seen.push({type: 'data', block: name, bytes: Buffer.from(this.#room).toString('hex')});
	}
}

const noSink: BulkSink = {frame: () => {}, begin: () => undefined, progress: () => {}, end: () => {}};

const isPassed = (what: string, index: number) => what === 'piece' && index % 2 === 1;

function encode(frame: BulkFrame | Data): Uint8Array {
	if (frame.type !== 'data') return encodeBulk(frame);
	const bytes = Buffer.from(frame.bytes, 'hex');
	return Buffer.concat([encodeDataHeader(frame.block, bytes.length), bytes]);
}

const anyBlock: fc.Arbitrary<BlockName> = fc.oneof(
	fc.record({file: fc.constant(file), what: fc.constant('piece' as const), index: fc.nat(MAX_PIECES - 1)}),
	fc.record({file: fc.constant(file), what: fc.constant('layer' as const), index: fc.nat(7)}),
	fc.record({file: fc.constant(file), what: fc.constant('manifest' as const), index: fc.nat(3)}),
);
const anyFrame: fc.Arbitrary<BulkFrame | Data> = fc.oneof(
	fc.constant({type: 'ready' as const}),
	fc.record({type: fc.constantFrom('request' as const, 'cancel' as const), block: anyBlock}),
	fc.record({
		type: fc.constant('refuse' as const),
		block: anyBlock,
		reason: fc.constantFrom('not-here' as const, 'busy' as const, 'changed' as const, 'not-yours' as const),
	}),
	fc.record({
		type: fc.constant('data' as const),
		block: anyBlock,
		bytes: fc.uint8Array({minLength: 1, maxLength: 60}).map(bytes => Buffer.from(bytes).toString('hex')),
	}),
);

/** What comes of these bytes, and why it ended if it did. */
function read(chunks: readonly Uint8Array[]) {
	const recorder = new Recorder();
	const decoder = new BulkDecoder(recorder);
	const reason = reasonOf(() => {
		for (const chunk of chunks) decoder.push(chunk);
	});
	return {seen: recorder.seen, asked: recorder.asked, isPartial: decoder.isPartial, reason};
}

/** As a socket that puts bytes where they belong, as far as that is known. */
function readInPlace(chunks: readonly Uint8Array[]) {
	const recorder = new Recorder();
	const decoder = new BulkDecoder(recorder);
	for (const chunk of chunks) {
		for (let at = 0; at < chunk.length; ) {
			const {room} = decoder;
			// Without room no more than a byte, so that no block begins within a chunk.
			const part = chunk.subarray(at, at + (room?.length ?? 1));
			room?.set(part);
			if (room) decoder.filled(part.length);
			else decoder.push(part);
			at += part.length;
		}
	}
	return recorder.seen;
}

/** A frame as a stranger might send it. */
function raw(length: number, type: number, body: Uint8Array = new Uint8Array()): Uint8Array {
	const head = Buffer.alloc(5);
	head.writeUInt32BE(length, 0);
	head[4] = type;
	return Buffer.concat([head, body]);
}

const nameBytes = (what: number, index: number) => {
	const bytes = Buffer.alloc(37, 0xab);
	bytes[32] = what;
	bytes.writeUInt32BE(index, 33);
	return bytes;
};

describe('frames of bulk', () => {
	test('come back as they were, however the stream is cut', () => {
		fc.assert(
			fc.property(
				fc.array(anyFrame, {maxLength: 12}),
				fc.array(fc.integer({min: 1, max: 70}), {minLength: 1, maxLength: 9}),
				(frames, sizes) => {
					const stream = Buffer.concat(frames.map(encode));
					const chunks: Uint8Array[] = [];
					for (let at = 0, step = 0; at < stream.length; step++) {
						const size = sizes[step % sizes.length]!;
						chunks.push(stream.subarray(at, at + size));
						at += size;
					}
					const expected = frames.map(frame =>
						frame.type === 'data' && isPassed(frame.block.what, frame.block.index) ? {...frame, bytes: ''} : frame,
					);
					expect(read(chunks)).toMatchObject({seen: expected, isPartial: false, reason: 'accepted'});
					expect(read([stream]).seen).toEqual(expected);
					expect(readInPlace(chunks)).toEqual(expected);
				},
			),
		);
	});

	test('the header of a block has the length that is documented', () => {
		expect(encodeDataHeader(block, 9)).toHaveLength(DATA_HEADER_BYTES);
		for (const length of [0, -1, MAX_PIECE_BYTES + 1])
			expect(() => encodeDataHeader(block, length)).toThrow(RangeError);
	});

	test('of a type to come are passed over, and so is what follows in a ready', () => {
		const chunks = [
			raw(11, 9, Buffer.alloc(10)),
			raw(1, 255),
			raw(4, 0, Buffer.alloc(3)),
			encodeBulk({type: 'cancel', block}),
		];
		expect(read(chunks)).toMatchObject({seen: [{type: 'ready'}, {type: 'cancel', block}], reason: 'accepted'});
	});

	test('a reason to come is that it is not here', () => {
		const bytes = Buffer.concat([raw(39, 4, nameBytes(0, 7)), Buffer.of(77)]);
		expect(read([bytes]).seen).toEqual([{type: 'refuse', block, reason: 'not-here'}]);
	});

	test.each([
		['of no bytes', raw(0, 0)],
		['of a type to come that is long', raw(MAX_BULK_CONTROL_BYTES + 1, 9)],
		['with a ready that is long', raw(MAX_BULK_CONTROL_BYTES + 1, 0)],
		['with a request that is short', raw(37, 1)],
		['with a request that is long', raw(39, 1)],
		['with a cancel that is long', raw(39, 2)],
		['with a refusal without a reason', raw(38, 4)],
		['with a block of no bytes', raw(38, 3)],
		['with more than a piece', raw(39 + MAX_PIECE_BYTES, 3)],
		['with the longest length there is', raw(0xffffffff, 3)],
	])('%s end the stream at once', (_, bytes) => {
		// The length is judged as soon as the type is here: nothing of the body has to come.
		expect(read([bytes.subarray(0, 5)])).toMatchObject({reason: 'bulk-length', asked: []});
	});

	test.each([
		['a piece beyond the last', 0, MAX_PIECES],
		['a slice of a layer beyond the last', 1, 8],
		['a slice of a manifest beyond the last', 2, 4],
		['something else', 3, 0],
	])('no file has %s', (_, what, index) => {
		for (const type of [1, 2]) expect(read([raw(38, type, nameBytes(what, index))]).reason).toBe('bulk-block');
		expect(read([raw(39, 3, nameBytes(what, index))])).toMatchObject({reason: 'bulk-block', asked: []});
		if (what < 3) expect(read([raw(38, 1, nameBytes(what, index - 1))]).reason).toBe('accepted');
	});

	test('what the sink throws ends the stream before a byte of the block is taken; it stays ended', () => {
		const refusal = new WireError('bulk-unasked', 'nobody has asked for it');
		const recorder = new Recorder();
		const decoder = new BulkDecoder(
			Object.assign(recorder, {
				begin: () => {
					throw refusal;
				},
			}),
		);
		const header = encodeDataHeader(block, 1_000_000);
		expect(() => decoder.push(header.subarray(0, 41))).not.toThrow();
		expect(() => decoder.push(Buffer.concat([header.subarray(41), Buffer.alloc(9)]))).toThrow(refusal);
		expect(() => decoder.push(encodeBulk({type: 'ready'}))).toThrow(refusal);
		expect(recorder.seen).toEqual([]);
	});

	test('a stream that has no meaning any more is not read on', () => {
		const recorder = new Recorder();
		const decoder = new BulkDecoder(recorder);
		for (const bytes of [raw(0, 0), encodeBulk({type: 'ready'}), encodeBulk({type: 'request', block})]) {
			expect(reasonOf(() => decoder.push(bytes))).toBe('bulk-length');
		}
		const fragile = new BulkDecoder({
			...noSink,
			frame: frame => {
				if (frame.type === 'ready') throw new WireError('bulk-early', 'twice');
				recorder.frame(frame);
			},
		});
		for (const frame of [{type: 'ready'}, {type: 'request', block}] as const) {
			expect(reasonOf(() => fragile.push(encodeBulk(frame)))).toBe('bulk-early');
		}
		expect(recorder.seen).toEqual([]);
	});

	test('room of another length than the block is a mistake of ours', () => {
		const decoder = new BulkDecoder(Object.assign(new Recorder(), {begin: () => new Uint8Array(8)}));
		expect(() => decoder.push(encodeDataHeader(block, 9))).toThrow(RangeError);
	});

	test('while there is no room for a block nothing is taken, and nothing is lost', () => {
		fc.assert(
			fc.property(
				fc.array(anyFrame, {maxLength: 8}),
				fc.array(fc.nat(3)),
				fc.integer({min: 1, max: 200}),
				(frames, waits, size) => {
					const recorder = new Recorder();
					const [begin, left] = [recorder.begin.bind(recorder), [...waits]];
					const decoder = new BulkDecoder(
						Object.assign(recorder, {
							begin: (name: BlockName, bytes: number) => {
								if ((left[0] ?? 0) > 0) {
									left[0]!--;
									return 'later' as const;
								}
								left.shift();
								return begin(name, bytes);
							},
						}),
					);
					let rest = Buffer.concat(frames.map(encode));
					while (rest.length > 0) {
						const [chunk, before] = [rest.subarray(0, size), recorder.seen.length];
						const taken = decoder.push(chunk);
						expect(taken).toBeLessThanOrEqual(chunk.length);
						if (taken < chunk.length) expect([decoder.isHeld, decoder.isPartial]).toEqual([true, true]);
						// No frame behind the one that waits.
						if (taken === 0 && decoder.isHeld) expect(recorder.seen).toHaveLength(before);
						rest = rest.subarray(taken);
					}
					while (decoder.isHeld) decoder.push(new Uint8Array());
					expect(decoder.isPartial).toBe(false);
					const expected = frames.map(frame =>
						frame.type === 'data' && isPassed(frame.block.what, frame.block.index) ? {...frame, bytes: ''} : frame,
					);
					expect(recorder.seen).toEqual(expected);
				},
			),
		);
	});

	test('a frame that has begun is one that is not complete', () => {
		const decoder = new BulkDecoder(new Recorder());
		const bytes = encode({type: 'data', block: {...block, index: 8}, bytes: 'abcd'});
		for (const byte of bytes) {
			decoder.push(Uint8Array.of(byte));
			expect(decoder.isPartial).toBe(byte !== bytes.at(-1));
		}
	});
});

test('each block has a key of its own', () => {
	const all: BlockName[] = [
		block,
		{...block, index: 8},
		{...block, what: 'layer'},
		{...block, what: 'manifest'},
		{...block, file: 'cd'.repeat(32)},
	];
	expect(new Set(all.map(blockKey)).size).toBe(all.length);
	expect(blockKey({...block})).toBe(blockKey(block));
});
