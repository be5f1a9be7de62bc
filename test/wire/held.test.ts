import {expect, test} from 'vitest';
import {decodeMessage, encodeMessage} from '../../source/wire/codec.ts';
import {signHeld, verifyHeld} from '../../source/wire/held.ts';
import {identityFromSeed} from '../../source/wire/identity.ts';
import type {Held} from '../../source/wire/messages.ts';

const [holder, author, other] = [1, 2, 3].map(number => identityFromSeed(new Uint8Array(32).fill(number)));
const claim = {
	room: 'dev',
	author: author!.peerId,
	holder: holder!.peerId,
	messageIds: ['ab'.repeat(32)],
	arrivals: [{hops: 2, via: other!.peerId, waited: 3_600_000_000}],
};

test('what a holder has signed is worth something as long as nobody changes it, but for the links', () => {
	const held = signHeld(claim, 16, holder!);
	expect(verifyHeld(decodeMessage(encodeMessage(held)) as Held)).toBe(true);
	const changes: Partial<Held>[] = [
		{room: 'ops'},
		{author: other!.peerId},
		{holder: other!.peerId},
		{messageIds: ['cd'.repeat(32)]},
		{arrivals: [{hops: 1, via: other!.peerId, waited: 3_600_000_000}]},
		{arrivals: [{hops: 2, via: undefined, waited: 3_600_000_000}]},
	];
	for (const change of changes) expect([change, verifyHeld({...held, ...change})]).toEqual([change, false]);
	expect(verifyHeld({...held, linksLeft: 1})).toBe(true);
	expect(() => signHeld(claim, 16, other!)).toThrow(RangeError);
});
