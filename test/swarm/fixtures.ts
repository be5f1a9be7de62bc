/** What the tests of the swarm's parts share. */
import type {Random} from '../../source/base/random.ts';
import {AddressBook} from '../../source/swarm/address-book.ts';
import {Dialer} from '../../source/swarm/dialer.ts';
import {peerIdFromPublicKey} from '../../source/wire/peer-id.ts';

/** Chance that always gives the same; 0.5 makes no jitter. */
export const fixedRandom = (value: number): Random => ({
	float: () => value,
	bytes: length => new Uint8Array(length).fill(value * 256),
});

export const strangers = (count: number) => Array.from({length: count}, (_, index) => `stranger ${index}`);

/** Peer ids in their proper form, for those who get as far as a connection; all are above our own, as `strangers` are. */
export const callers = (count: number) =>
	Array.from({length: count}, (_, index) => {
		const key = new Uint8Array(32).fill(255);
		key.set([index >> 8, index & 255], 30);
		return peerIdFromPublicKey(key);
	});

/** A dial policy with an empty address book; without chance, unless one is given. */
export const startDialer = (self: string, chance = 0.5, book = new AddressBook()) =>
	new Dialer(self, fixedRandom(chance), book);

/** Lets the dial under way fail, and every one after it, and returns how long each wait was. */
export function waitsAfterFailures(dialer: Dialer, count: number): number[] {
	const waits: number[] = [];
	let now = dialer.nextAt ?? 0;
	for (let failure = 0; failure < count; failure++) {
		for (const {dial} of dialer.due(now)) dialer.failed(dial, 'refused', now);
		const next = dialer.nextAt;
		if (next === undefined) break;
		waits.push(next - now);
		now = next;
	}
	return waits;
}
