import {describe, expect, test} from 'vitest';
import {seededRandom} from '../../source/base/random.ts';
import {AddressBook} from '../../source/swarm/address-book.ts';
import {BACKOFF_JITTER, MAX_BACKOFF, MIN_BACKOFF} from '../../source/swarm/backoff.ts';
import {DIALS_HERE, DIALS_PER_HOST} from '../../source/swarm/dial-addresses.ts';
import {MAX_PENDING_DIALS, MAX_PENDING_PER_ADDRESS, MAX_PENDING_PER_SUBNET} from '../../source/swarm/dial-slots.ts';
import {DIAL_GRACE, Dialer, MAX_FAILURES, STEADY} from '../../source/swarm/dialer.ts';
import {ANN, addressOf, BOB, CAT} from '../behaviours/fixtures.ts';
import {startDialer, strangers, waitsAfterFailures} from './fixtures.ts';

/** Ann has the lowest id, so she dials without delay; `self` another for the opposite. */
const start = (self = ANN, chance = 0.5) => startDialer(self, chance);

describe('whom to dial, and when', () => {
	test('a peer that was discovered is dialled at once by the lower peer id', () => {
		const dialer = start();
		dialer.discovered(BOB, addressOf(2), 100);
		expect(dialer.nextAt).toBe(100);
		expect(dialer.due(100)).toEqual([{dial: 1, address: addressOf(2), expected: BOB}]);
		expect([dialer.isDialling(BOB), dialer.nextAt, dialer.due(200)]).toEqual([true, undefined, []]);
	});

	test('the higher peer id leaves the lower one time to dial first', () => {
		const dialer = start(BOB);
		dialer.discovered(ANN, addressOf(1), 100);
		expect(dialer.nextAt).toBe(100 + DIAL_GRACE);
		expect(dialer.due(100 + DIAL_GRACE - 1)).toEqual([]);
		expect(dialer.due(100 + DIAL_GRACE)).toEqual([{dial: 1, address: addressOf(1), expected: ANN}]);
	});

	test('and does not dial at all if the other did', () => {
		const dialer = start(BOB);
		dialer.discovered(ANN, addressOf(1), 100);
		dialer.connected(ANN, 0);
		expect([dialer.nextAt, dialer.due(100_000)]).toEqual([undefined, []]);
	});

	test('an address given by hand is dialled at once, whoever lives there', () => {
		const dialer = start(BOB);
		dialer.given(addressOf(9), undefined, 100);
		dialer.given(addressOf(1), ANN, 100);
		expect(dialer.due(100)).toEqual([
			{dial: 1, address: addressOf(9), expected: undefined},
			{dial: 2, address: addressOf(1), expected: ANN},
		]);
	});

	test('a peer that is connected is not dialled, only its address remembered', () => {
		const dialer = start();
		dialer.connected(BOB, 0);
		dialer.discovered(BOB, addressOf(2), 100);
		expect([dialer.due(100_000), dialer.peerAt(addressOf(2))]).toEqual([[], BOB]);
		dialer.disconnected(BOB, true, 200_000);
		expect(dialer.nextAt).toBe(200_000 + MIN_BACKOFF);
	});

	test('an address given without a peer id is not dialled while the peer that listens there is connected', () => {
		const dialer = start();
		dialer.given(addressOf(2), undefined, 0);
		dialer.due(0);
		dialer.failed(1, 'refused', 0);
		dialer.discovered(BOB, addressOf(2), 500);
		dialer.connected(BOB, 0);
		expect([dialer.due(2_000), dialer.nextAt]).toEqual([[], 2_000 + MAX_BACKOFF]);
		dialer.disconnected(BOB, false, 10_000);
		expect(dialer.due(32_000)).toEqual([{dial: 2, address: addressOf(2), expected: undefined}]);
	});

	test('a peer that is being dialled is not dialled a second time', () => {
		const dialer = start();
		dialer.discovered(BOB, addressOf(2), 100);
		dialer.due(100);
		dialer.discovered(BOB, addressOf(2), 150);
		expect([dialer.nextAt, dialer.due(10_000)]).toEqual([undefined, []]);
	});

	test('no more dials are under way at once than the bound; the rest wait for one to end', () => {
		const dialer = start();
		const peers = strangers(MAX_PENDING_DIALS + 2);
		for (const [index, peer] of peers.entries()) dialer.discovered(peer, `/ip4/192.0.${index}.2/tcp/4001`, 0);
		expect(dialer.due(0)).toHaveLength(MAX_PENDING_DIALS);
		expect([dialer.nextAt, dialer.due(1)]).toEqual([undefined, []]);
		dialer.failed(1, 'refused', 2);
		expect(dialer.due(2)).toMatchObject([{dial: 17}]);
	});

	test.each([
		['IP address', MAX_PENDING_PER_ADDRESS, (index: number) => addressOf(2, 4001 + index)],
		['subnet', MAX_PENDING_PER_SUBNET, (index: number) => addressOf(2 + index)],
	])('nor to one %s, and the others do not wait for them', (_, most, addressAt) => {
		const dialer = start();
		for (const [index, peer] of strangers(20).entries()) dialer.discovered(peer, addressAt(index), 0);
		expect(dialer.due(0)).toHaveLength(most);
		expect([dialer.nextAt, dialer.due(1)]).toEqual([undefined, []]);
		dialer.discovered(BOB, '/ip4/203.0.113.1/tcp/4001', 1);
		expect(dialer.due(1)).toMatchObject([{expected: BOB}]);
		dialer.failed(1, 'timeout', 5_000);
		expect(dialer.due(5_000)).toHaveLength(1);
	});

	describe('row 16: one IP address, whoever is said to be there,', () => {
		/** Invented peers there, all of whom are refused at once; returns the dials of each second. */
		function refused(dialer: Dialer, addressAt: (index: number) => string, seconds: number): number[] {
			const counts: number[] = [];
			for (let now = 0; now < seconds * 1_000; now += 20) {
				const second = Math.floor(now / 1_000);
				dialer.discovered(`stranger ${now}`, addressAt(now), now);
				for (let dials = dialer.due(now); dials.length > 0; dials = dialer.due(now)) {
					counts[second] = (counts[second] ?? 0) + dials.length;
					for (const {dial} of dials) dialer.failed(dial, 'refused', now);
				}
			}
			return counts;
		}

		test('is dialled at a rate', () => {
			const {burst, perSecond} = DIALS_PER_HOST;
			const counts = refused(start(), index => addressOf(2, 4001 + index), 5);
			expect(counts).toEqual([burst + perSecond - 1, perSecond, perSecond, perSecond, perSecond]);
		});

		test('is this machine: then at a rate that lets dozens of peers meet', () => {
			const dialer = start();
			dialer.listening(['192.0.2.2']);
			const {burst, perSecond} = DIALS_HERE;
			const counts = refused(dialer, index => addressOf(2, 4001 + index), 5);
			// One every twenty milliseconds is announced, and none of them waits before the burst is used up.
			expect(counts.slice(0, 2)).toEqual([50, burst - 50 + 2 * perSecond - 1]);
			expect(Math.max(...counts.slice(2))).toBe(perSecond);
		});

		test('nobody who is said to be elsewhere waits for them', () => {
			const dialer = start();
			refused(dialer, index => addressOf(2, 4001 + index), 2);
			dialer.discovered(BOB, addressOf(3), 2_000);
			expect(dialer.due(2_000)).toContainEqual({dial: expect.any(Number), address: addressOf(3), expected: BOB});
		});

		test('nor does one whom a person named, or who has been there himself', () => {
			const book = new AddressBook();
			book.proved(BOB, addressOf(2), 0);
			const dialer = startDialer(ANN, 0.5, book);
			dialer.connected(BOB, -STEADY);
			refused(dialer, index => addressOf(2, 4001 + index), 2);
			dialer.given(addressOf(2, 5000), CAT, 2_000);
			dialer.disconnected(BOB, true, 2_000, true);
			expect(dialer.due(2_000).map(({expected}) => expected)).toEqual(expect.arrayContaining([CAT, BOB]));
		});

		test('is waited for without asking again and again', () => {
			const dialer = start();
			refused(dialer, index => addressOf(2, 4001 + index), 1);
			const next = dialer.nextAt as number;
			expect(next).toBeGreaterThanOrEqual(1_000);
			expect(next).toBeLessThanOrEqual(1_500);
			expect(dialer.due(next)).toHaveLength(1);
		});

		test('does not keep a race from ending that had begun at another', () => {
			const dialer = start();
			for (const address of [addressOf(2, 5000), addressOf(9)]) dialer.discovered(BOB, address, 0);
			expect(dialer.due(0)).toEqual([{dial: 1, address: addressOf(9), expected: BOB}]);
			for (const [index, peer] of strangers(DIALS_PER_HOST.burst).entries()) {
				dialer.discovered(peer, addressOf(2, 4001 + index), 1);
			}
			for (let dial = 2; dial <= 1 + DIALS_PER_HOST.burst; dial++) {
				dialer.due(1);
				dialer.failed(dial, 'refused', 1);
			}
			dialer.failed(1, 'refused', 10);
			expect([dialer.due(10), dialer.isDialling(BOB), dialer.pendingPeers]).toEqual([[], false, 0]);
			expect(dialer.due(10_000).map(({expected}) => expected)).toContain(BOB);
		});
	});

	test('no more peers that were only heard of are dialled than are wanted, and chance decides which', () => {
		const first = [1, 2, 3, 4, 5, 6].map(seed => {
			const dialer = new Dialer(ANN, seededRandom(seed), new AddressBook());
			dialer.given(addressOf(200), CAT, 0);
			for (const [index, peer] of strangers(9).entries()) dialer.discovered(peer, addressOf(2 + index), 0);
			const [given, ...heard] = dialer.due(0, 2);
			expect([given?.expected, heard.length, dialer.nextAt]).toEqual([CAT, 2, undefined]);
			return heard[0]?.expected;
		});
		expect(new Set(first).size).toBeGreaterThan(2);
	});

	test('a target without an address is no dial', () => {
		const dialer = start();
		expect([dialer.nextAt, dialer.due(0), dialer.isDialling(BOB)]).toEqual([undefined, [], false]);
	});
});

describe('when to try again', () => {
	test('each failure doubles the wait, up to the bound, for a target given by hand for ever', () => {
		const dialer = start();
		dialer.given(addressOf(9), undefined, 0);
		expect(waitsAfterFailures(dialer, 8)).toEqual([2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000, 30_000]);
	});

	test.each([
		[0, 1 - BACKOFF_JITTER],
		[0.999_999, 1 + BACKOFF_JITTER],
	])('the wait varies by chance within its bounds: %d', (chance, factor) => {
		const dialer = start(ANN, chance);
		dialer.given(addressOf(9), undefined, 0);
		const [first, , , , fifth] = waitsAfterFailures(dialer, 5);
		expect(first).toBeCloseTo(2_000 * factor, 1);
		expect(fifth).toBeCloseTo(MAX_BACKOFF * factor, 0);
	});

	test('a peer that was only announced is forgotten after some failures', () => {
		const dialer = start();
		dialer.discovered(BOB, addressOf(2), 0);
		expect(waitsAfterFailures(dialer, 20)).toHaveLength(MAX_FAILURES);
		expect(dialer.peerAt(addressOf(2))).toBeUndefined();
	});

	test('its addresses are tried in turn, the newest first', () => {
		const dialer = start();
		for (const host of [2, 3]) dialer.discovered(BOB, addressOf(host), 0);
		const tried: string[] = [];
		for (let attempt = 0; attempt < 3; attempt++) {
			const now = dialer.nextAt!;
			const [dial] = dialer.due(now);
			tried.push(dial!.address);
			dialer.failed(dial!.dial, 'refused', now);
		}
		expect(tried).toEqual([addressOf(3), addressOf(2), addressOf(3)]);
	});

	test('a new address is tried soon, whatever the backoff; a known one waits', () => {
		const dialer = start();
		dialer.discovered(BOB, addressOf(2), 0);
		waitsAfterFailures(dialer, 3);
		const waiting = dialer.nextAt!;
		dialer.discovered(BOB, addressOf(2), 7_000);
		expect(dialer.nextAt).toBe(waiting);
		dialer.discovered(BOB, addressOf(3), 7_000);
		expect(dialer.due(7_000)).toEqual([{dial: 4, address: addressOf(3), expected: BOB}]);
	});

	test('row 18: an announcement that is played again and again causes no dial storm', () => {
		const dialer = start();
		const dials: number[] = [];
		for (let now = 0; now <= 60_000; now += 10) {
			dialer.discovered(BOB, addressOf(2), now);
			for (const {dial} of dialer.due(now)) {
				dials.push(now);
				dialer.failed(dial, 'refused', now);
			}
		}
		expect(dials).toEqual([0, 2_000, 6_000, 14_000, 30_000, 60_000]);
	});

	test('a peer that was lost is dialled again, the higher peer id a little later', () => {
		for (const [self, peer, grace] of [
			[ANN, BOB, 0],
			[BOB, ANN, DIAL_GRACE],
		] as const) {
			const dialer = start(self);
			dialer.discovered(peer, addressOf(2), 0);
			dialer.succeeded(dialer.due(DIAL_GRACE)[0]!.dial, peer, 0);
			dialer.connected(peer, 0);
			dialer.disconnected(peer, true, 10_000);
			expect(dialer.nextAt).toBe(10_000 + MIN_BACKOFF + grace);
		}
	});

	test('a peer that left on purpose is forgotten, one given by hand is dialled again', () => {
		const dialer = start();
		dialer.discovered(BOB, addressOf(2), 0);
		dialer.given(addressOf(3), CAT, 0);
		for (const peer of [BOB, CAT]) dialer.connected(peer, 0);
		for (const peer of [BOB, CAT]) dialer.disconnected(peer, false, 10_000);
		expect(dialer.due(100_000)).toEqual([{dial: 1, address: addressOf(3), expected: CAT}]);
	});

	test('success begins the backoff anew', () => {
		const dialer = start();
		dialer.given(addressOf(2), BOB, 0);
		waitsAfterFailures(dialer, 5);
		dialer.connected(BOB, 0);
		dialer.disconnected(BOB, true, 1_000_000);
		expect(dialer.nextAt).toBe(1_000_000 + MIN_BACKOFF);
	});

	test('row 12: a dial that fails while its peer has connected to us is not repeated', () => {
		const dialer = start();
		dialer.discovered(BOB, addressOf(2), 0);
		const [dial] = dialer.due(0);
		dialer.connected(BOB, 0);
		dialer.failed(dial!.dial, 'timeout', 5_000);
		expect([dialer.isDialling(BOB), dialer.nextAt, dialer.due(1_000_000)]).toEqual([false, undefined, []]);
	});

	test('a connection that does not last counts as a failure: one that is closed at once is not dialled every second', () => {
		const dialer = start();
		dialer.given(addressOf(2), BOB, 0);
		let now = 0;
		const waits = [1, 2, 3, 4].map(() => {
			const {dial} = dialer.due(now)[0]!;
			dialer.succeeded(dial, BOB, 0);
			dialer.connected(BOB, now);
			dialer.disconnected(BOB, true, now + STEADY - 1);
			const wait = (dialer.nextAt as number) - (now + STEADY - 1);
			now = dialer.nextAt as number;
			return wait;
		});
		expect(waits).toEqual([2, 4, 8, 16].map(factor => factor * MIN_BACKOFF));
		const {dial} = dialer.due(now)[0]!;
		dialer.succeeded(dial, BOB, 0);
		dialer.connected(BOB, now);
		dialer.disconnected(BOB, true, now + STEADY);
		expect(dialer.nextAt).toBe(now + STEADY + MIN_BACKOFF);
	});

	test('a peer that has started anew is dialled at once, however often it failed before', () => {
		const dialer = start();
		dialer.discovered(BOB, addressOf(2), 0);
		waitsAfterFailures(dialer, 4);
		dialer.discovered(BOB, addressOf(2), 20_000, {isNews: true});
		expect(dialer.nextAt).toBe(20_000);
	});

	test('a peer that is lost while it is being dialled is not dialled a second time', () => {
		const dialer = start();
		dialer.discovered(BOB, addressOf(2), 0);
		const [dial] = dialer.due(0);
		dialer.connected(BOB, 0);
		dialer.disconnected(BOB, true, 1_000);
		expect([dialer.nextAt, dialer.due(4_000)]).toEqual([undefined, []]);
		dialer.failed(dial!.dial, 'timeout', 5_000);
		expect(dialer.nextAt).toBe(5_000 + 4 * MIN_BACKOFF);
	});

	test('an answer to a dial that is over changes nothing', () => {
		const dialer = start();
		dialer.discovered(BOB, addressOf(2), 0);
		dialer.due(0);
		dialer.failed(1, 'refused', 10);
		const {nextAt} = dialer;
		dialer.failed(1, 'refused', 5_000);
		dialer.succeeded(1, BOB, 0);
		dialer.failed(99, 'refused', 5_000);
		expect(dialer.nextAt).toBe(nextAt);
	});
});
