import {hash} from 'node:crypto';
import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {directRoomOf, isDirectRoom, isRoomId} from '../../source/wire/direct-room.ts';
import {publicKeyOf} from '../../source/wire/peer-id.ts';
import {isRoom} from '../../source/wire/text.ts';
import {peer, room} from '../helpers/arbitrary.ts';

describe('the id of a direct room', () => {
	test('is a hash over both keys, the lower one first', () => {
		fc.assert(
			fc.property(peer, peer, (a, b) => {
				const keys = [publicKeyOf(a), publicKeyOf(b)].map(key => Buffer.from(key).toString('hex')).sort();
				const bytes = Buffer.concat([Buffer.from('p2p-tui direct room 1\n'), Buffer.from(keys.join(''), 'hex')]);
				expect(directRoomOf(a, b)).toBe(`@${hash('sha256', bytes, 'hex').slice(0, 32)}`);
				expect(directRoomOf(b, a)).toBe(directRoomOf(a, b));
				expect(isDirectRoom(directRoomOf(a, b))).toBe(true);
			}),
			{numRuns: 30},
		);
	});

	test('is that of no other two', () => {
		const others = fc.tuple(peer, peer, peer).filter(([a, b, c]) => new Set([a, b, c]).size === 3);
		fc.assert(
			fc.property(others, ([a, b, c]) => {
				expect(directRoomOf(a, b)).not.toBe(directRoomOf(a, c));
			}),
			{numRuns: 30},
		);
	});

	test('is no room name, and no room name is one', () => {
		const id = `@${'0a'.repeat(16)}`;
		expect(isRoom(id)).toBe(false);
		expect(isRoomId(id)).toBe(true);
		fc.assert(
			fc.property(room, name => {
				expect(isDirectRoom(name)).toBe(false);
				expect(isRoomId(name)).toBe(true);
			}),
		);
	});

	test.each(['@', `@${'0a'.repeat(15)}`, `@${'0a'.repeat(16)}0`, `@${'0A'.repeat(16)}`, `@${'0g'.repeat(16)}`, '@ann'])(
		'%j has not its form',
		text => {
			expect(isDirectRoom(text)).toBe(false);
			expect(isRoomId(text)).toBe(false);
		},
	);
});
