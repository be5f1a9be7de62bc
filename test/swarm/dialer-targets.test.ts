import {describe, expect, test} from 'vitest';
import {AddressBook} from '../../source/swarm/address-book.ts';
import {MIN_BACKOFF} from '../../source/swarm/backoff.ts';
import {MAX_PENDING_DIALS, MAX_PENDING_PER_ADDRESS} from '../../source/swarm/dial-slots.ts';
import {MAX_TARGETS, MAX_TARGETS_PER_HOST} from '../../source/swarm/dial-targets.ts';
import {ANN, addressOf, BOB, CAT} from '../behaviours/fixtures.ts';
import {startDialer, strangers, waitsAfterFailures} from './fixtures.ts';

const start = () => startDialer(ANN);

describe('a wrong or an own address', () => {
	test('row 3: an address where another peer lives is given up, and the others are kept', () => {
		const dialer = start();
		for (const host of [2, 3]) dialer.discovered(BOB, addressOf(host), 0);
		const [dial] = dialer.due(0);
		expect(dial?.address).toBe(addressOf(3));
		dialer.failed(dial!.dial, 'wrong-peer', 10);
		expect([dialer.peerAt(addressOf(3)), dialer.peerAt(addressOf(2))]).toEqual([undefined, BOB]);
		expect(dialer.due(10 + 2 * MIN_BACKOFF)).toEqual([{dial: 2, address: addressOf(2), expected: BOB}]);
	});

	test('row 3: a peer whose only address was wrong is forgotten', () => {
		const dialer = start();
		dialer.discovered(BOB, addressOf(2), 0);
		dialer.due(0);
		dialer.failed(1, 'wrong-peer', 10);
		expect(dialer.peerAt(addressOf(2))).toBeUndefined();
		// Not before its pause is over: or whoever invents addresses would have it dialled each time as if it were new.
		dialer.discovered(BOB, addressOf(66), 20);
		dialer.failed(dialer.due(20)[0]?.dial ?? 0, 'wrong-peer', 20);
		expect([dialer.due(1_000), dialer.size, dialer.due(60_000), dialer.size]).toEqual([[], 1, [], 0]);
	});

	test('an address that was given by hand with a peer id is kept: the peer may come back there', () => {
		const dialer = start();
		dialer.given(addressOf(2), BOB, 0);
		dialer.due(0);
		dialer.failed(1, 'wrong-peer', 0);
		expect(dialer.due(2_000)).toEqual([{dial: 2, address: addressOf(2), expected: BOB}]);
	});

	test('an address that was given without a peer id is for whoever lives there, now and later', () => {
		const dialer = start();
		dialer.given(addressOf(2), undefined, 0);
		dialer.due(0);
		dialer.succeeded(1, BOB, 0);
		dialer.connected(BOB, 0);
		dialer.disconnected(BOB, true, 10_000);
		expect(dialer.due(11_000)).toEqual([{dial: 2, address: addressOf(2), expected: BOB}]);
		dialer.failed(2, 'wrong-peer', 11_000);
		expect(dialer.due(13_000)).toEqual([{dial: 3, address: addressOf(2), expected: undefined}]);
		dialer.succeeded(3, CAT, 0);
		dialer.connected(CAT, 0);
		expect([dialer.nextAt, dialer.peerAt(addressOf(2))]).toEqual([undefined, CAT]);
	});

	test('row 12: an address that turned out to be our own is remembered and not dialled again', () => {
		const dialer = start();
		dialer.given(addressOf(1), undefined, 0);
		dialer.due(0);
		dialer.succeeded(1, ANN, 0);
		expect([dialer.isOwn(addressOf(1)), dialer.isOwn(addressOf(2)), dialer.nextAt]).toEqual([true, false, undefined]);
		dialer.discovered(BOB, addressOf(1), 10);
		expect([dialer.due(100_000), dialer.peerAt(addressOf(1))]).toEqual([[], undefined]);
	});

	test('once the peer behind an address is known, the target goes by its peer id', () => {
		const dialer = start();
		dialer.given(addressOf(2), undefined, 0);
		dialer.due(0);
		dialer.succeeded(1, BOB, 0);
		dialer.connected(BOB, 0);
		expect(dialer.peerAt(addressOf(2))).toBe(BOB);
		dialer.disconnected(BOB, false, 10_000);
		expect(dialer.due(11_000)).toEqual([{dial: 2, address: addressOf(2), expected: BOB}]);
	});
});

describe('a dial that a person asks for', () => {
	test('starts at once, whatever the backoff', () => {
		const dialer = start();
		dialer.given(addressOf(2), BOB, 0);
		waitsAfterFailures(dialer, 5);
		expect(dialer.dialNow(addressOf(2), BOB, 0)).toEqual({dial: 6, address: addressOf(2), expected: BOB});
		expect(dialer.nextAt).toBeUndefined();
	});

	test('is not repeated if it fails', () => {
		const dialer = start();
		expect(dialer.dialNow(addressOf(2), undefined, 0)).toEqual({dial: 1, address: addressOf(2), expected: undefined});
		dialer.failed(1, 'refused', 10);
		expect([dialer.nextAt, dialer.due(1_000_000)]).toEqual([undefined, []]);
	});

	test('makes a peer that answered one that is dialled again when it is lost', () => {
		const dialer = start();
		dialer.dialNow(addressOf(2), undefined, 0);
		dialer.succeeded(1, BOB, 0);
		dialer.connected(BOB, 0);
		dialer.disconnected(BOB, true, 10_000);
		expect(dialer.due(11_000)).toEqual([{dial: 2, address: addressOf(2), expected: BOB}]);
	});

	test('leaves a target that is known as it was: it is tried again', () => {
		const dialer = start();
		dialer.discovered(BOB, addressOf(2), 0);
		dialer.dialNow(addressOf(2), BOB, 0);
		dialer.failed(1, 'refused', 10);
		expect(dialer.nextAt).toBe(10 + 2 * MIN_BACKOFF);
	});
});

describe('suppression', () => {
	test('for a while a peer is not dialled, whoever announces it; then it is', () => {
		const dialer = start();
		dialer.discovered(BOB, addressOf(2), 0);
		dialer.suppress(BOB, 60_000);
		dialer.discovered(BOB, addressOf(3), 59_999);
		expect([dialer.nextAt, dialer.due(59_999)]).toEqual([undefined, []]);
		dialer.discovered(BOB, addressOf(3), 60_000);
		expect(dialer.due(60_000)).toEqual([{dial: 1, address: addressOf(3), expected: BOB}]);
	});

	test('a person who asks for the peer ends it', () => {
		const dialer = start();
		dialer.suppress(BOB, 60_000);
		expect(dialer.dialNow(addressOf(2), BOB, 0)).toEqual({dial: 1, address: addressOf(2), expected: BOB});
		dialer.failed(1, 'refused', 10);
		dialer.discovered(BOB, addressOf(2), 20);
		expect(dialer.nextAt).toBe(20);
	});

	test('a peer given by hand is not forgotten: it is dialled again when the pause is over', () => {
		const dialer = start();
		dialer.given(addressOf(2), BOB, 0);
		dialer.connected(BOB, 0);
		dialer.suppress(BOB, 60_000);
		dialer.disconnected(BOB, false, 100);
		expect(dialer.due(59_999)).toEqual([]);
		expect(dialer.due(60_000)).toEqual([{dial: 1, address: addressOf(2), expected: BOB}]);
	});

	test('nor does a dial that was under way end the pause', () => {
		const dialer = start();
		dialer.given(addressOf(2), BOB, 0);
		dialer.due(0);
		dialer.suppress(BOB, 60_000);
		dialer.failed(1, 'refused', 100);
		expect([dialer.due(59_999), dialer.nextAt]).toEqual([[], 60_000]);
	});
});

describe('a flood of announcements', () => {
	const place = (index: number) => `/ip4/198.51.${(index >> 8) & 255}.${index & 255}/tcp/4001`;

	test('row 15: 100,000 invented peers leave a bounded table and the targets given by hand', () => {
		const dialer = start();
		dialer.given(addressOf(2), BOB, 1_000_000);
		dialer.given(addressOf(3), undefined, 1_000_000);
		const invented = strangers(100_000);
		for (const [index, peer] of invented.entries()) dialer.discovered(peer, place(index), 2_000_000);
		expect(dialer.size).toBe(MAX_TARGETS + 2);
		expect(dialer.nextAt).toBe(1_000_000);
		expect(dialer.due(2_000_000)).toHaveLength(MAX_PENDING_DIALS);
		expect(dialer.isDialling(BOB)).toBe(true);
	}, 60_000);

	test('row 15: from one place, they leave room for whoever is at another', () => {
		const dialer = start();
		for (const [index, peer] of strangers(100_000).entries())
			dialer.discovered(peer, addressOf(66, 1024 + (index % 60_000)), 0);
		expect(dialer.size).toBe(MAX_TARGETS_PER_HOST);
		dialer.discovered(BOB, addressOf(2), 0);
		const dials = dialer.due(0);
		expect(dials).toHaveLength(MAX_PENDING_PER_ADDRESS + 1);
		expect(dials.map(({expected}) => expected)).toContain(BOB);
	}, 60_000);

	test.each([
		['in one /24', (index: number) => addressOf(2 + (index % 200), 4_001 + index)],
		['on one link', (index: number) => `/ip6zone/eth0/ip6/fe80::${(index + 1).toString(16)}/tcp/4001`],
	])('row 15: while all dials %s hang, news of others there do not cost a look at all of them', (_, where) => {
		let looks = 0;
		class CountingBook extends AddressBook {
			override of(peer: string) {
				looks += 1;
				return super.of(peer);
			}
		}
		const dialer = startDialer(ANN, 0.5, new CountingBook());
		const perNews: number[] = [];
		for (const [index, peer] of strangers(500).entries()) {
			looks = 0;
			dialer.discovered(peer, where(index), 2_000 + index);
			dialer.due(2_000 + index);
			perNews.push(looks);
		}
		expect(Math.max(...perNews)).toBeLessThan(100);
		expect(perNews.slice(-100).every(count => count <= 4)).toBe(true);
	});

	test('row 15: whoever is being dialled is not pushed out by whoever comes, and who comes then is not kept out', () => {
		const dialer = start();
		dialer.discovered(BOB, addressOf(2), 1_000);
		expect(dialer.due(1_000)).toEqual([{dial: 1, address: addressOf(2), expected: BOB}]);
		for (const [index, peer] of strangers(10_000).entries()) dialer.discovered(peer, place(index), 5_000);
		expect([dialer.isDialling(BOB), dialer.size]).toEqual([true, MAX_TARGETS]);
		dialer.discovered(CAT, addressOf(3), 2_000);
		expect(dialer.due(2_000)).toEqual([{dial: 2, address: addressOf(3), expected: CAT}]);
	});
});
