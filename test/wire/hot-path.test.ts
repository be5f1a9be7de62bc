/** What is read in one go is read as the general path reads it, and nothing is accepted that it would refuse. */
import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {WireError} from '../../source/base/errors.ts';
import {decodeMessage, encodeMessage} from '../../source/wire/codec.ts';
import {decodeEvent} from '../../source/wire/event.ts';
import {readEvent, readUsual} from '../../source/wire/hot-path.ts';
import {MAX_TEXT_BYTES, MAX_TIMESTAMP} from '../../source/wire/limits.ts';
import {pack, unpack} from '../../source/wire/msgpack.ts';
import {bytesKey} from '../../source/wire/peer-id.ts';
import {validateEvent, validateMessage} from '../../source/wire/validate.ts';
import {room, text} from '../helpers/arbitrary.ts';

/** What `read` returns, or why it refuses. */
function outcome<Value>(read: () => Value): {value: Value} | {refused: string} {
	try {
		return {value: read()};
	} catch (error) {
		if (error instanceof WireError) return {refused: error.reason};
		throw error;
	}
}

function expectSameEvent(bytes: Uint8Array): void {
	expect(outcome(() => decodeEvent(bytes))).toEqual(outcome(() => validateEvent(unpack(bytes))));
}

function expectSameMessage(body: Uint8Array): void {
	// Tens of thousands of bytes are compared faster as text.
	const seen = (read: () => unknown) =>
		JSON.stringify(outcome(read), (_, value) => (value instanceof Uint8Array ? bytesKey(value) : value));
	expect(seen(() => decodeMessage(body))).toBe(seen(() => validateMessage(unpack(body))));
}

const bytes = (...values: number[]) => Uint8Array.from(values);
const joined = (...parts: readonly Uint8Array[]) => new Uint8Array(Buffer.concat(parts));

/** A big-endian length or number of so many bytes after its type. */
function typed(type: number, size: number, value: number): Uint8Array {
	const header = new Uint8Array(1 + size);
	header[0] = type;
	let rest = value;
	for (let index = size; index > 0; index--) {
		header[index] = rest % 256;
		rest = Math.floor(rest / 256);
	}
	return header;
}

/** The same value as it could also be written: strings and binary with longer lengths than they need. */
const stringOf = (content: Uint8Array) =>
	fc.constantFrom(
		joined(bytes(0xa0 | (content.length & 0x1f)), content),
		joined(typed(0xd9, 1, content.length), content),
		joined(typed(0xda, 2, content.length), content),
		joined(typed(0xdb, 4, content.length), content),
	);
const binaryOf = (content: Uint8Array) =>
	fc.constantFrom(
		joined(typed(0xc4, 1, content.length), content),
		joined(typed(0xc5, 2, content.length), content),
		joined(typed(0xc6, 4, content.length), content),
	);

function float(type: 0xca | 0xcb, value: number): Uint8Array {
	const view = new DataView(new ArrayBuffer(9));
	view.setUint8(0, type);
	if (type === 0xcb) view.setFloat64(1, value);
	else view.setFloat32(1, value);
	return new Uint8Array(view.buffer, 0, type === 0xcb ? 9 : 5);
}

const number = fc.oneof(
	fc.nat(127).map(value => bytes(value)),
	fc.nat(255).map(value => typed(0xcc, 1, value)),
	fc.nat(65_535).map(value => typed(0xcd, 2, value)),
	fc.nat().map(value => typed(0xce, 4, value)),
	fc.maxSafeNat().map(value => typed(0xcf, 8, value)),
	fc.maxSafeNat().map(value => float(0xcb, value)),
	fc
		.constantFrom(2 ** 53, 2 ** 64, -1, -0, 1.5, 5e-324, Number.NaN, Number.POSITIVE_INFINITY, 0)
		.map(value => float(0xcb, value)),
	fc.constantFrom(0, 1, 1.5, -0, Number.NaN).map(value => float(0xca, value)),
	fc.constantFrom(bytes(0xff), bytes(0xc0), typed(0xd0, 1, 5), typed(0xd1, 2, 5), typed(0xd2, 4, 5), typed(0xd3, 8, 5)),
	fc.constantFrom(typed(0xcf, 8, 2 ** 53), bytes(0xcf, 255, 255, 255, 255, 255, 255, 255, 255)),
);

const utf8 = (value: string) => new Uint8Array(Buffer.from(value, 'utf8'));
const written = (value: fc.Arbitrary<Uint8Array>, form: (content: Uint8Array) => fc.Arbitrary<Uint8Array>) =>
	value.chain(form);
const sized = (size: number) => fc.constantFrom(7, 8).map(fill => new Uint8Array(size).fill(fill));

/** Each part is mostly as a program of ours writes it, so that the odd one stands alone. */
const usually = <Value>(usual: fc.Arbitrary<Value>, odd: fc.Arbitrary<Value>) =>
	fc.oneof({weight: 9, arbitrary: usual}, {weight: 1, arbitrary: odd});

const usualRoom = fc.constantFrom('lobby', '日本').map(utf8);
const oddRoom = fc.oneof(
	room.map(utf8),
	fc.constantFrom('', 'Lobby', 'a b', '#x', 'x'.repeat(65)).map(utf8),
	fc.constantFrom(bytes(0xc3), bytes(0xed, 0xa0, 0x80)),
);
const usualText = text(200, 1).map(utf8);
const oddText = fc.oneof(
	fc.constantFrom('', '\u{feff}bom', 'x'.repeat(MAX_TEXT_BYTES), 'x'.repeat(MAX_TEXT_BYTES + 1)).map(utf8),
	fc.constant(bytes(0xc0, 0x80)),
);
const short = (content: Uint8Array) =>
	content.length < 32
		? joined(bytes(0xa0 | content.length), content)
		: joined(typed(content.length < 256 ? 0xd9 : 0xda, content.length < 256 ? 1 : 2, content.length), content);
const binary = (size: number) =>
	usually(
		sized(size).map(content => joined(typed(0xc4, 1, size), content)),
		written(fc.oneof(sized(size), sized(size - 1), sized(size + 1)), binaryOf),
	);
const usualNumber = fc.oneof(
	fc.integer({min: 1, max: 127}).map(value => bytes(value)),
	fc.integer({min: 2 ** 32, max: Number.MAX_SAFE_INTEGER}).map(value => float(0xcb, value)),
);
const nothingOrMore = usually(fc.constant(bytes()), fc.constantFrom(bytes(0x01), bytes(0xa1)));

const nil = bytes(0xc0);
const id = bytes(...new Array(32).fill(0x5a));
const usualId = sized(32).map(content => joined(bytes(0xc4, 32), content));
/** So many ids, ascending. */
const idsUpTo = (count: number) =>
	fc.nat(count).map(size => joined(...Array.from({length: size}, (_, index) => id.with(0, index))));
const usualParents = idsUpTo(8);

/** Sequence number and what is said to be before it: that the first has none is known to one of the two only. */
const places: fc.Arbitrary<readonly Uint8Array[]> = usually<readonly Uint8Array[]>(
	fc.oneof(
		fc.constant([bytes(1), nil]),
		fc.tuple(
			usualNumber.filter(([first]) => first !== 1),
			usualId,
		),
	),
	fc.tuple(fc.oneof(usualNumber, number), fc.oneof(usualId, binary(32), fc.constant(nil), number)),
);
const usualTime = fc.integer({min: 2 ** 32, max: MAX_TIMESTAMP + 1}).map(value => float(0xcb, value));

const event = fc
	.tuple(
		usually(fc.constant(bytes(0x9a)), fc.constantFrom(bytes(0x99), bytes(0x9b), bytes(0xdc, 0, 10))),
		usually(usualRoom.map(short), written(fc.oneof(usualRoom, oddRoom), stringOf)),
		binary(32),
		binary(16),
		places,
		usually(usualTime, number),
		usually(fc.constant(bytes(0)), number),
		usually(usualText.map(short), written(fc.oneof(usualText, oddText), stringOf)),
		usually(usualTime, number),
		usually(
			usualParents.map(content =>
				joined(typed(content.length < 256 ? 0xc4 : 0xc5, content.length < 256 ? 1 : 2, content.length), content),
			),
			written(
				fc.oneof(
					usualParents,
					idsUpTo(12),
					fc.array(fc.constantFrom(32, 32, 31).chain(sized), {maxLength: 3}).map(parts => joined(...parts)),
					fc.constant(joined(id, id)),
				),
				binaryOf,
			),
		),
		nothingOrMore,
	)
	.map(([array, room, key, epoch, [sequence, previous], timestamp, kind, said, clock, parents, more]) =>
		joined(array, room, key, epoch, sequence!, timestamp, kind, said, clock, previous!, parents, more),
	);

const publish = fc
	.tuple(
		usually(fc.constant(bytes(0x94)), fc.constantFrom(bytes(0x93), bytes(0x95), bytes(0xdc, 0, 4))),
		usually(fc.constant(bytes(7)), fc.constantFrom(bytes(8), bytes(0xcc, 7))),
		written(fc.uint8Array({maxLength: 300}), binaryOf),
		binary(64),
		usually(
			fc.nat(127).map(value => bytes(value)),
			number,
		),
		nothingOrMore,
	)
	.map(parts => joined(...parts));

const probe = fc
	.tuple(
		usually(fc.constant(bytes(0x92)), fc.constantFrom(bytes(0x91), bytes(0x93), bytes(0xdc, 0, 2))),
		usually(fc.constantFrom(bytes(2), bytes(3)), fc.constantFrom(bytes(4), bytes(0xcc, 2))),
		binary(8),
		nothingOrMore,
	)
	.map(parts => joined(...parts));

/** A few bytes of it changed, or its end cut off. */
const damaged = (whole: fc.Arbitrary<Uint8Array>) =>
	fc
		.tuple(whole, fc.array(fc.tuple(fc.nat(), fc.nat(255)), {maxLength: 2}), fc.nat(400))
		.map(([original, changes, cut]) => {
			const copy = original.slice(0, cut < 40 ? Math.max(0, original.length - cut) : original.length);
			for (const [at, value] of changes) if (copy.length > 0) copy[at % copy.length] = value;
			return copy;
		});

const anyMessage = fc.oneof(publish, probe);

const RUNS = {numRuns: 3_000};

describe('the same value or the same refusal as by the general path', () => {
	test('of events in every form in which they can be written', () =>
		fc.assert(fc.property(event, expectSameEvent), RUNS));
	test('of damaged events', () => fc.assert(fc.property(damaged(event), expectSameEvent), RUNS));
	test('of messages in every form', () => fc.assert(fc.property(anyMessage, expectSameMessage), RUNS));
	test('of damaged messages', () => fc.assert(fc.property(damaged(anyMessage), expectSameMessage), RUNS));
});

describe('what a program of ours writes takes the short way', () => {
	const [key, epoch, signature] = [32, 16, 64].map(size => new Uint8Array(size).fill(5)) as [
		Uint8Array,
		Uint8Array,
		Uint8Array,
	];
	const TIMESTAMP = 1_790_000_000_000;

	test.each(['hi', 'x'.repeat(31), 'x'.repeat(255), 'x'.repeat(MAX_TEXT_BYTES), 'grüße 🎉'])(
		'an event that says %.10s',
		said => {
			for (const sequence of [1, 127, 128, 300, 70_000, 2 ** 40]) {
				for (const count of [0, 1, 7, 8]) {
					const previous = sequence === 1 ? null : key;
					const parents = joined(...Array.from({length: count}, (_, index) => key.with(31, index)));
					const packed = pack(['lobby', key, epoch, sequence, TIMESTAMP, 0, said, TIMESTAMP, previous, parents]);
					expect(readEvent(packed)).toStrictEqual(validateEvent(unpack(packed)));
					expect(readEvent(packed)).toMatchObject({kind: 'message', text: said});
				}
			}
		},
	);

	test.each([1, 255, 256, 20_000])('a publish around an event of %i bytes', length => {
		const event = new Uint8Array(length).fill(1);
		for (const hops of [0, 127, 128, 255]) {
			const body = pack([7, event, signature, hops]);
			expect([...encodeMessage({type: 'publish', event, signature, hops})]).toEqual([...body]);
			if (hops < 128) expect(readUsual(body)).toEqual({type: 'publish', event, signature, hops});
		}
	});
});

test.each(['ping', 'pong'] as const)('a %s takes the short way too', type => {
	const message = {type, nonce: Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8)};
	const body = pack([type === 'ping' ? 2 : 3, message.nonce]);
	expect([...encodeMessage(message)]).toEqual([...body]);
	expect(readUsual(body)).toEqual(message);
});

test('what is read keeps its bytes when the buffer that they came in is written to', () => {
	const body = new Uint8Array(pack([7, new Uint8Array(100).fill(1), new Uint8Array(64).fill(2), 0]));
	const read = decodeMessage(body);
	body.fill(0xff);
	expect(read).toEqual({
		type: 'publish',
		event: new Uint8Array(100).fill(1),
		signature: new Uint8Array(64).fill(2),
		hops: 0,
	});
});
