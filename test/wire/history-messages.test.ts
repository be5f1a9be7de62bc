/** Limits of the messages by which histories are compared and handed on. */
import {describe, expect, test} from 'vitest';
import {decodeMessage, encodeMessage} from '../../source/wire/codec.ts';
import {
	MAX_FORK_IDS,
	MAX_FRAME_BYTES,
	MAX_RANGES,
	MAX_SEGMENT_EVENTS,
	MAX_SEGMENTS,
	MAX_SPANS,
	MAX_WANT_BYTES,
	MAX_WANT_IDS,
	MAX_WANT_NEWEST,
	MAX_WANT_RUNS,
} from '../../source/wire/limits.ts';
import type {ChainRanges, Events, Ranges, Span, Want} from '../../source/wire/messages.ts';
import {pack} from '../../source/wire/msgpack.ts';
import {peerIdFromPublicKey} from '../../source/wire/peer-id.ts';
import {rangesMessages} from '../../source/wire/ranges.ts';
import {reasonOf} from './reason.ts';

const key = new Uint8Array(32).fill(7);
const epoch = new Uint8Array(16).fill(0xab);
const signature = new Uint8Array(64);
const ids = (count: number) => new Uint8Array(32 * count);

const decode = (...fields: unknown[]) => decodeMessage(pack(fields));
const reasonFor = (...fields: unknown[]) => reasonOf(() => decode(...fields));

describe('digest', () => {
	test('has a whole digest, and counts', () => {
		expect(reasonFor(17, 'lobby', ids(1), 0)).toBe('accepted');
		for (const digest of [new Uint8Array(31), new Uint8Array(33), 'ab']) {
			expect(reasonFor(17, 'lobby', digest, 0)).toBe('message-digest');
		}
		expect(reasonFor(17, '@ann', ids(1), 0)).toBe('message-digest');
	});
});

describe('ranges', () => {
	const CHAIN: unknown[] = [key, epoch, [1, 7], new Uint8Array(8), ids(0)];
	const withChain = (...chain: unknown[]) => reasonFor(18, 'lobby', [chain], true, true);
	const withSpans = (spans: unknown) => withChain(...CHAIN.with(2, spans));

	test.each([[[]], [[1, 1]], [[1, 7, 9, 9]], [[5, Number.MAX_SAFE_INTEGER]]])('spans may be %j', spans => {
		expect(withSpans(spans)).toBe('accepted');
	});

	test.each([
		['from zero', [0, 7]],
		['backwards', [7, 6]],
		['touching', [1, 7, 8, 9]],
		['overlapping', [1, 7, 7, 9]],
		['descending', [5, 7, 1, 3]],
		['half a span', [1, 7, 9]],
		['pairs', [[1, 7]]],
		['fractions', [1, 1.5]],
		['of something else', ['1', '7']],
		['no list', 7],
	])('spans are not %s', (_, spans) => {
		expect(withSpans(spans)).toBe('message-ranges');
	});

	test('are few to a chain, and so are its forks', () => {
		const spans = (count: number) => Array.from({length: 2 * count}, (_, index) => 10 * index + 1);
		expect(withSpans(spans(MAX_SPANS))).toBe('accepted');
		expect(withSpans(spans(MAX_SPANS + 1))).toBe('message-ranges');
		expect(withChain(...CHAIN.with(4, ids(MAX_FORK_IDS)))).toBe('accepted');
		expect(withChain(...CHAIN.with(4, ids(MAX_FORK_IDS + 1)))).toBe('message-ranges');
		expect(withChain(...CHAIN.with(4, new Uint8Array(31)))).toBe('message-ranges');
	});

	test('each chain is whole', () => {
		const bad = [new Uint8Array(31), new Uint8Array(15), 7, new Uint8Array(7), null];
		for (const [index, value] of bad.entries()) {
			expect(withChain(...CHAIN.with(index, value))).toBe('message-ranges');
			expect(withChain(...CHAIN.slice(0, index))).toBe('message-ranges');
		}
		expect(withChain(...CHAIN, 'new')).toBe('accepted');
		expect(reasonFor(18, 'lobby', new Array(MAX_RANGES).fill(CHAIN), true, true)).toBe('accepted');
		expect(reasonFor(18, 'lobby', new Array(MAX_RANGES + 1).fill(CHAIN), true, true)).toBe('message-ranges');
	});
});

describe('ranges of any size', () => {
	const chainWith = (index: number, spans: number, forks: number): ChainRanges => ({
		author: peerIdFromPublicKey(new Uint8Array(Buffer.from(`${index}`.padStart(32)))),
		epoch: 'ab'.repeat(16),
		spans: Array.from({length: spans}, (_, at): Span => [2 ** 40 + 10 * at, 2 ** 40 + 10 * at + 5]),
		digest: 'cd'.repeat(8),
		forks: new Array(forks).fill('ef'.repeat(32)),
	});

	test.each([
		['none', 0, 0, 0],
		['one', 1, 1, 0],
		['of many people', 1_000, 1, 0],
		['with many holes', 256, MAX_SPANS, MAX_FORK_IDS],
	])('are cut into messages that others take: %s', (_, chains, spans, forks) => {
		const held = Array.from({length: chains}, (_none, index) => chainWith(index, spans, forks));
		const messages = rangesMessages('lobby', held, true);
		const arrived = messages.map(message => {
			const body = encodeMessage(message);
			expect(body.length).toBeLessThan(MAX_FRAME_BYTES / 3);
			return decodeMessage(body) as Ranges;
		});
		expect(arrived.flatMap(message => message.chains)).toEqual(held);
		expect(arrived.map(message => message.isLast)).toEqual(messages.map((_none, at) => at === messages.length - 1));
		expect(arrived.every(message => message.wantsAnswer)).toBe(true);
	});
});

describe('want', () => {
	const RUN: unknown[] = [key, epoch, 3, 7, false];
	const WANT: unknown[] = [19, 1, 'lobby', 0, [RUN], ids(0), 1];
	const withRun = (...run: unknown[]) => reasonFor(...WANT.with(4, [run]));

	test('asks for no more than there is to get', () => {
		expect(reasonFor(...WANT.with(3, MAX_WANT_NEWEST))).toBe('accepted');
		expect(reasonFor(...WANT.with(3, MAX_WANT_NEWEST + 1))).toBe('message-want');
		expect(reasonFor(...WANT.with(4, new Array(MAX_WANT_RUNS).fill(RUN)))).toBe('accepted');
		expect(reasonFor(...WANT.with(4, new Array(MAX_WANT_RUNS + 1).fill(RUN)))).toBe('message-want');
		expect(reasonFor(...WANT.with(5, ids(MAX_WANT_IDS)))).toBe('accepted');
		expect(reasonFor(...WANT.with(5, ids(MAX_WANT_IDS + 1)))).toBe('message-want');
		expect(reasonFor(...WANT.with(5, new Uint8Array(31)))).toBe('message-want');
	});

	test('row 41: asks for as many bytes as it likes, and may get so many', () => {
		expect((decode(...WANT.with(6, Number.MAX_SAFE_INTEGER)) as Want).bytes).toBe(MAX_WANT_BYTES);
		expect((decode(...WANT.with(6, 5)) as Want).bytes).toBe(5);
	});

	test('a run goes forwards from 1 at the least', () => {
		expect(withRun(...RUN.with(2, 7))).toBe('accepted');
		expect(withRun(...RUN.with(2, 8))).toBe('message-want');
		expect(withRun(...RUN.with(2, 0))).toBe('message-want');
		const bad = [new Uint8Array(31), new Uint8Array(15), -1, 1.5, 0];
		for (const [index, value] of bad.entries()) {
			expect(withRun(...RUN.with(index, value))).toBe('message-want');
			expect(withRun(...RUN.slice(0, index))).toBe('message-want');
		}
	});
});

describe('events', () => {
	const withSegments = (...segments: unknown[]) => reasonFor(20, 1, 'lobby', segments, 0);

	test('come in segments of one at least, with a signature or none', () => {
		expect(withSegments()).toBe('accepted');
		expect(withSegments([[key], signature], [[key, key], null])).toBe('accepted');
		for (const bad of [[[], signature], [[key]], [[key], new Uint8Array(63)], [[key], new Uint8Array(0)], [[key], 0]]) {
			expect(withSegments(bad)).toBe('message-events');
		}
		for (const bad of [new Uint8Array(0), 'event', null]) expect(withSegments([[bad], null])).toBe('message-events');
		expect(withSegments(key)).toBe('message-events');
	});

	test('are so many at the most', () => {
		const some = (count: number) => new Array(count).fill(epoch);
		expect(withSegments([some(MAX_SEGMENT_EVENTS), null])).toBe('accepted');
		expect(withSegments([some(MAX_SEGMENT_EVENTS + 1), null])).toBe('message-events');
		expect(withSegments(...new Array(MAX_SEGMENTS).fill([[key], null]))).toBe('accepted');
		expect(withSegments(...new Array(MAX_SEGMENTS + 1).fill([[key], null]))).toBe('message-events');
	});

	test('say what comes next', () => {
		const statusOf = (status: unknown) => (decode(20, 1, 'lobby', [], status) as Events).status;
		expect([0, 1, 2].map(statusOf)).toEqual(['done', 'more', 'busy']);
		for (const status of [3, -1, 'done', null]) expect(reasonFor(20, 1, 'lobby', [], status)).toBe('message-events');
	});

	test('as many of the smallest as fill a message of 16 KiB pass the scan', () => {
		const sent: Events = {
			type: 'events',
			request: 1,
			room: 'lobby',
			segments: [{events: new Array(180).fill(new Uint8Array(90)), signature: new Uint8Array(64)}],
			status: 'more',
		};
		expect(decodeMessage(encodeMessage(sent))).toEqual(sent);
	});
});
