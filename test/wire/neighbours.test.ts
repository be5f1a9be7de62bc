import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {identityFromSeed} from '../../source/wire/identity.ts';
import {
	MAX_LOST_AGO,
	MAX_LOST_NEIGHBOURS,
	MAX_NEIGHBOURS,
	MAX_STATED_ROOMS,
	MAX_STATED_RTT,
	MAX_STATEMENT_VALIDITY,
	MAX_TIMESTAMP,
} from '../../source/wire/limits.ts';
import {pack, unpack} from '../../source/wire/msgpack.ts';
import {decodeStatement, type Statement, signStatement, verifyStatement} from '../../source/wire/neighbours.ts';
import {peerIdFromPublicKey} from '../../source/wire/peer-id.ts';
import {peer, room, text} from '../helpers/arbitrary.ts';
import {reasonOf} from './reason.ts';

const ann = identityFromSeed(new Uint8Array(32).fill(1));
const bob = identityFromSeed(new Uint8Array(32).fill(2));

/** Keys that only have to differ. */
const key = (number: number) =>
	new Uint8Array(32)
		.fill(7)
		.with(0, number >> 8)
		.with(1, number & 0xff);

const FIELDS: unknown[] = [
	ann.publicKey,
	5,
	1_763_700_000_000,
	150,
	'ann',
	['dev', 'lobby'],
	[
		[bob.publicKey, 1_250, [0, 1]],
		[key(1), null, []],
	],
	[[key(2), 12]],
];

const STATEMENT: Statement = {
	author: ann.peerId,
	sequence: 5,
	timestamp: 1_763_700_000_000,
	validity: 150,
	name: 'ann',
	rooms: ['dev', 'lobby'],
	neighbours: [
		{peer: bob.peerId, rtt: 1_250, rooms: ['dev', 'lobby']},
		{peer: peerIdFromPublicKey(key(1)), rtt: undefined, rooms: []},
	],
	lost: [{peer: peerIdFromPublicKey(key(2)), ago: 12}],
};

const reasonFor = (fields: unknown) => reasonOf(() => decodeStatement(pack(fields)));
const refused = (index: number, value: unknown) => reasonFor(FIELDS.with(index, value));

const statement: fc.Arbitrary<Statement> = fc
	.record({
		sequence: fc.maxSafeNat(),
		timestamp: fc.nat(MAX_TIMESTAMP),
		validity: fc.nat(MAX_STATEMENT_VALIDITY),
		name: text(64, 1).filter(one => one.trim() === one && one !== ''),
		rooms: fc.uniqueArray(room, {maxLength: MAX_STATED_ROOMS}),
		peers: fc.uniqueArray(peer, {maxLength: 12}),
		rtt: fc.option(fc.nat(MAX_STATED_RTT), {nil: undefined}),
		ago: fc.nat(MAX_LOST_AGO),
		places: fc.nat(),
	})
	.map(({peers, rtt, ago, places, ...rest}) => {
		const rooms = rest.rooms.filter((_, index) => (places >> (index % 30)) % 2 === 1);
		const neighbours = peers.slice(0, 8).map(one => ({peer: one, rtt, rooms}));
		return {...rest, author: ann.peerId, neighbours, lost: peers.slice(6).map(one => ({peer: one, ago}))};
	});

describe('statements of neighbours', () => {
	test('are laid out as documented', () => {
		const signed = signStatement(STATEMENT, ann);
		expect([...signed.statement]).toEqual([...pack(FIELDS)]);
		expect(decodeStatement(signed.statement)).toEqual(STATEMENT);
		expect(decodeStatement(pack([...FIELDS, 'new', {field: 1}]))).toEqual(STATEMENT);
	});

	test('come back as they were, and are signed for nothing else', () => {
		fc.assert(
			fc.property(statement, fc.nat(), (said, at) => {
				const signed = signStatement(said, ann);
				expect(decodeStatement(signed.statement)).toEqual(said);
				expect(verifyStatement(signed.statement, signed.signature, ann.peerId)).toBe(true);
				expect(verifyStatement(signed.statement, signed.signature, bob.peerId)).toBe(false);
				const place = at % signed.statement.length;
				const altered = signed.statement.with(place, signed.statement[place]! ^ 1);
				expect(verifyStatement(altered, signed.signature, ann.peerId)).toBe(false);
				// Not even over the same bytes, if they were meant for something else.
				expect(verifyStatement(signed.statement, ann.sign(signed.statement), ann.peerId)).toBe(false);
			}),
			{numRuns: 30},
		);
	});

	test('the largest one is within the limit', () => {
		const rooms = Array.from({length: MAX_STATED_ROOMS}, (_, index) => `${index}`.padStart(64, 'x'));
		const peers = Array.from({length: MAX_NEIGHBOURS}, (_, index) => peerIdFromPublicKey(key(index)));
		const largest: Statement = {
			author: ann.peerId,
			sequence: Number.MAX_SAFE_INTEGER,
			timestamp: MAX_TIMESTAMP,
			validity: MAX_STATEMENT_VALIDITY,
			name: 'n'.repeat(64),
			rooms,
			neighbours: peers.map(one => ({peer: one, rtt: MAX_STATED_RTT, rooms})),
			lost: peers.slice(0, MAX_LOST_NEIGHBOURS).map(one => ({peer: one, ago: MAX_LOST_AGO})),
		};
		expect(decodeStatement(signStatement(largest, ann).statement)).toEqual(largest);
	});

	test('what claims too much is taken for the most that there is', () => {
		const fields = FIELDS.with(3, 1e9)
			.with(6, [[bob.publicKey, 1e12, []]])
			.with(7, [[bob.publicKey, 1e9]]);
		expect(decodeStatement(pack(fields))).toMatchObject({
			validity: MAX_STATEMENT_VALIDITY,
			neighbours: [{rtt: MAX_STATED_RTT}],
			lost: [{ago: MAX_LOST_AGO}],
		});
	});

	test.each<[string, string]>([
		['an author that is no key', refused(0, new Uint8Array(31))],
		['a negative sequence', refused(1, -1)],
		['a timestamp beyond the last one', refused(2, MAX_TIMESTAMP + 1)],
		['a blank name', refused(4, ' ')],
		['a room twice', refused(5, ['dev', 'dev'])],
		['a direct room', refused(5, [`@${'0a'.repeat(16)}`, 'lobby'])],
		[
			'more rooms than a statement has',
			refused(
				5,
				Array.from({length: MAX_STATED_ROOMS + 1}, (_, index) => `r${index}`),
			),
		],
		[
			'a neighbour twice',
			refused(6, [
				[bob.publicKey, 1, []],
				[bob.publicKey, 2, []],
			]),
		],
		['the author as its neighbour', refused(6, [[ann.publicKey, 1, []]])],
		['a mesh of a room that is not there', refused(6, [[bob.publicKey, 1, [2]]])],
		['a mesh twice', refused(6, [[bob.publicKey, 1, [1, 1]]])],
		['a round trip that is a text', refused(6, [[bob.publicKey, 'soon', []]])],
		[
			'more neighbours than connections',
			refused(
				6,
				Array.from({length: MAX_NEIGHBOURS + 1}, (_, index) => [key(index), 1, []]),
			),
		],
		[
			'somebody lost twice',
			refused(7, [
				[bob.publicKey, 1],
				[bob.publicKey, 2],
			]),
		],
		['the author lost', refused(7, [[ann.publicKey, 1]])],
		['no fields', reasonFor([])],
		['no array', reasonFor({})],
	])('%s is refused', (_what, reason) => {
		expect(reason).toBe('statement-shape');
	});

	test('what is too long is not even read, and what breaks a rule of bodies has its reason', () => {
		expect(reasonOf(() => decodeStatement(new Uint8Array(20_481).fill(0xc1)))).toBe('statement-shape');
		expect(reasonOf(() => decodeStatement(Uint8Array.of(0xc1)))).toMatch(/^body-/u);
	});

	test('only what others take, and only by its author, is signed', () => {
		expect(() => signStatement(STATEMENT, bob)).toThrow('only its author');
		expect(() => signStatement({...STATEMENT, name: ' '}, ann)).toThrow('others would refuse');
		expect(unpack(signStatement(STATEMENT, ann).statement)).toHaveLength(FIELDS.length);
	});
});
