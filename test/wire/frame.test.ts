import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {encodeFrame, FrameDecoder} from '../../source/wire/frame.ts';
import {MAX_FRAME_BYTES} from '../../source/wire/limits.ts';
import {reasonOf} from './reason.ts';

const bodies = fc.array(fc.uint8Array({minLength: 1, maxLength: 300}), {maxLength: 8});

/** What comes out when `stream` is cut at `cuts`, as plain arrays. */
function decode(stream: Uint8Array, cuts: readonly number[]): number[][] {
	const decoder = new FrameDecoder();
	const edges = [0, ...[...cuts].sort((a, b) => a - b), stream.length];
	const found: number[][] = [];
	for (let index = 1; index < edges.length; index++) {
		const chunk = stream.subarray(edges[index - 1], edges[index]);
		for (const body of decoder.push(chunk)) found.push([...body]);
	}
	return found;
}

function header(length: number): Uint8Array {
	const bytes = Buffer.alloc(4);
	bytes.writeUInt32BE(length);
	return bytes;
}

describe('encodeFrame', () => {
	test('puts the length before the body, big endian', () => {
		const frame = encodeFrame(new Uint8Array(258).fill(7));
		expect([...frame.subarray(0, 5)]).toEqual([0, 0, 1, 2, 7]);
		expect(frame).toHaveLength(262);
	});

	test('refuses what no receiver would take', () => {
		expect(() => encodeFrame(new Uint8Array(0))).toThrow(RangeError);
		expect(() => encodeFrame(new Uint8Array(MAX_FRAME_BYTES + 1))).toThrow(RangeError);
		expect(encodeFrame(new Uint8Array(MAX_FRAME_BYTES))).toHaveLength(MAX_FRAME_BYTES + 4);
	});
});

describe('FrameDecoder', () => {
	test.each([0, MAX_FRAME_BYTES + 1, 2 ** 31, 2 ** 32 - 1])('row 21: refuses a length of %i at the header', length => {
		const decoder = new FrameDecoder();
		expect(reasonOf(() => decoder.push(header(length)))).toBe('frame-length');
	});

	test('row 21: takes the largest frame and none larger', () => {
		const decoder = new FrameDecoder(10);
		expect(decoder.push(encodeFrame(new Uint8Array(10)))).toHaveLength(1);
		expect(reasonOf(() => decoder.push(encodeFrame(new Uint8Array(11))))).toBe('frame-length');
	});

	test('row 21: stays closed after a bad length', () => {
		const decoder = new FrameDecoder();
		expect(reasonOf(() => decoder.push(header(0)))).toBe('frame-length');
		expect(reasonOf(() => decoder.push(encodeFrame(Uint8Array.of(1))))).toBe('frame-length');
	});

	test('row 31: a stream cut at every byte gives the same frames', () => {
		const sent = [[1], [2, 3], [...new Uint8Array(20).fill(4)]];
		const stream = Buffer.concat(sent.map(body => encodeFrame(Uint8Array.from(body))));
		for (let cut = 0; cut <= stream.length; cut++) expect(decode(stream, [cut])).toEqual(sent);
		expect(decode(stream, Array.from(stream.keys()))).toEqual(sent);
	});

	test('row 31: a stream cut anywhere gives the same frames', () => {
		fc.assert(
			fc.property(bodies, fc.array(fc.nat(), {maxLength: 20}), (sent, cuts) => {
				const stream = Buffer.concat(sent.map(encodeFrame));
				const places = cuts.map(cut => cut % (stream.length + 1));
				expect(decode(stream, places)).toEqual(sent.map(body => [...body]));
			}),
		);
	});

	test('a body that lies whole in a chunk is a view into it', () => {
		const chunk = Buffer.concat([encodeFrame(Uint8Array.of(1, 2)), encodeFrame(Uint8Array.of(3))]);
		const found = new FrameDecoder().push(chunk);
		expect(found.map(body => body.buffer === chunk.buffer)).toEqual([true, true]);
	});

	test('a body in pieces is not a view into a chunk that may be written to again', () => {
		const decoder = new FrameDecoder();
		const frame = encodeFrame(Uint8Array.of(1, 2, 3));
		const first = frame.slice(0, 5);
		decoder.push(first);
		first.fill(0xff);
		expect(decoder.push(frame.slice(5)).map(body => [...body])).toEqual([[1, 2, 3]]);
	});

	test('the largest frame in single bytes copies each byte once', () => {
		const frame = encodeFrame(new Uint8Array(MAX_FRAME_BYTES).fill(9));
		const decoder = new FrameDecoder();
		const original = Uint8Array.prototype.set;
		let copied = 0;
		Uint8Array.prototype.set = function (source, offset) {
			copied += source.length;
			original.call(this, source, offset);
		};
		try {
			for (const byte of frame) decoder.push(Uint8Array.of(byte));
		} finally {
			Uint8Array.prototype.set = original;
		}
		expect(copied).toBe(MAX_FRAME_BYTES);
		expect(decoder.isPartial).toBe(false);
	});

	test('is partial from the first byte of a header to the last of its body', () => {
		const decoder = new FrameDecoder();
		const states = [...encodeFrame(Uint8Array.of(1))].map(byte => {
			decoder.push(Uint8Array.of(byte));
			return decoder.isPartial;
		});
		expect(states).toEqual([true, true, true, true, false]);
		expect(new FrameDecoder().isPartial).toBe(false);
	});
});
