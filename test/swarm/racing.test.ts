/** Several addresses of one peer: in which order they are tried, with which head start, and who is called off. */
import {describe, expect, test} from 'vitest';
import {seededRandom} from '../../source/base/random.ts';
import {AddressBook} from '../../source/swarm/address-book.ts';
import {orderAddresses} from '../../source/swarm/address-order.ts';
import {Dialer, HEAD_START, MAX_ATTEMPTS, MAX_PENDING_PER_PEER} from '../../source/swarm/dialer.ts';
import {ANN, addressOf, BOB} from '../behaviours/fixtures.ts';
import {startDialer} from './fixtures.ts';
import {meet, ofType, startChat} from './rig.ts';

const [NEAR, FAR, V6] = ['/ip4/192.168.1.2/tcp/4001', '/ip4/203.0.113.2/tcp/4001', '/ip6/2001:db8::2/tcp/4001'];

describe('the order of addresses', () => {
	const lan = '/ip4/10.0.0.2/tcp/4001';
	const docker = '/ip4/172.17.0.1/tcp/4001';
	const local = '/ip4/127.0.0.1/tcp/4001';
	const linkLocal = '/ip6zone/eth0/ip6/fe80::2/tcp/4001';

	test.each([
		[
			'near ones before far ones, everybody’s own bridge last',
			[docker, FAR, lan, NEAR, local],
			[local, NEAR, lan, FAR, docker],
		],
		['families in turn', [FAR, lan, linkLocal, V6], [linkLocal, lan, V6, FAR]],
		[
			'what is equal as it was given',
			[addressOf(9), addressOf(3), addressOf(7)],
			[addressOf(9), addressOf(3), addressOf(7)],
		],
	])('%s', (_, hints, expected) => {
		expect(orderAddresses([], hints, ['192.168.1.77'])).toEqual(expected);
	});

	test('those where the peer has been before those that we were told of, each once', () => {
		expect(orderAddresses([FAR], [local, FAR], [])).toEqual([FAR, local]);
	});
});

/** Bob at three addresses, the nearest one tried first; `due` at the time given. */
function racing() {
	const dialer = startDialer(ANN);
	dialer.listening(['192.168.1.77']);
	for (const address of [FAR, NEAR, addressOf(9)]) dialer.discovered(BOB, address, 0);
	const addresses = (now: number) => dialer.due(now).map(({address}) => address);
	return {dialer, addresses};
}

describe('a race', () => {
	test('gives each address a head start before the next', () => {
		const {dialer, addresses} = racing();
		expect([addresses(0), dialer.nextAt]).toEqual([[NEAR], HEAD_START]);
		expect(addresses(HEAD_START - 1)).toEqual([]);
		expect([addresses(HEAD_START), dialer.nextAt]).toEqual([[addressOf(9)], 2 * HEAD_START]);
		expect([addresses(2 * HEAD_START), dialer.nextAt]).toEqual([[FAR], undefined]);
	});

	test('goes on at once when one fails, and counts as one failure when all have', () => {
		const {dialer, addresses} = racing();
		addresses(0);
		dialer.failed(1, 'refused', 10);
		expect(addresses(10)).toEqual([addressOf(9)]);
		dialer.failed(2, 'refused', 20);
		expect(addresses(20)).toEqual([FAR]);
		expect(dialer.nextAt).toBeUndefined();
		dialer.failed(3, 'refused', 30);
		expect(dialer.nextAt).toBe(30 + 2_000);
	});

	test('is won by the first success, and the others are called off; what they answer then is nothing', () => {
		const {dialer, addresses} = racing();
		for (const now of [0, HEAD_START, 2 * HEAD_START]) addresses(now);
		dialer.succeeded(2, BOB, 600);
		expect([dialer.takeCancelled(), dialer.takeCancelled()]).toEqual([[1, 3], []]);
		dialer.failed(1, 'failed', 610);
		expect([dialer.succeeded(3, BOB, 620), dialer.isDialling(BOB), dialer.nextAt]).toEqual([false, false, undefined]);
	});

	test('takes up an address that is heard of while it is on, and no peer is dialled at too many at once', () => {
		const {dialer, addresses} = racing();
		for (const now of [0, 250, 500]) addresses(now);
		dialer.discovered(BOB, addressOf(10), 600);
		expect([dialer.due(750), dialer.nextAt]).toEqual([[], undefined]);
		dialer.failed(1, 'timeout', 5_000);
		expect(addresses(5_000)).toEqual([addressOf(10)]);
		expect(MAX_PENDING_PER_PEER).toBe(3);
	});

	test('ends, however many addresses are invented meanwhile', () => {
		const {dialer} = racing();
		let tried = 0;
		for (let now = 0; now < 1_000; now += 10) {
			dialer.discovered(BOB, `/ip4/203.0.113.${now / 10}/tcp/4001`, now);
			for (const {dial} of dialer.due(now)) {
				tried += 1;
				dialer.failed(dial, 'refused', now);
			}
		}
		expect(tried).toBeLessThanOrEqual(MAX_ATTEMPTS);
	});

	test('an address that failed is left out for a while, if there are others', () => {
		const dialer = startDialer(ANN);
		for (const address of [FAR, NEAR]) dialer.discovered(BOB, address, 0);
		dialer.due(0);
		dialer.failed(1, 'refused', 0);
		dialer.due(0);
		dialer.connected(BOB, 0);
		dialer.succeeded(2, BOB, 0);
		dialer.disconnected(BOB, true, 1_000);
		expect(dialer.due(3_000).map(({address}) => address)).toEqual([FAR]);
		expect(dialer.nextAt).toBeUndefined();
	});

	test('a peer that has reached us meanwhile is dialled at no further address', () => {
		const {dialer, addresses} = racing();
		addresses(0);
		dialer.connected(BOB, 100);
		expect([addresses(10_000), dialer.takeCancelled()]).toEqual([[], []]);
	});
});

describe('a race as the swarm runs it', () => {
	/** Bob is dialled at two addresses: dials 1 and 2. */
	function racingRig() {
		const rig = startChat();
		rig.announcement(BOB, '192.0.2.2');
		rig.announcement(BOB, '192.0.2.3');
		rig.now = HEAD_START;
		rig.timer('dial');
		return rig;
	}

	test('calls off the slower dial', () => {
		const rig = racingRig();
		const effects = rig.open(1, BOB, {direction: 'outbound', address: addressOf(3), dial: 2});
		expect(ofType(effects, 'cancel-dial')).toEqual([{type: 'cancel-dial', dial: 1}]);
		expect(rig.input({type: 'dial-failed', dial: 1, code: 'failed', message: 'called off'})).toEqual([]);
	});

	test('row 12: one that gets through all the same is a duplicate like any other: the older survives', () => {
		const rig = racingRig();
		meet(rig, 1, BOB, 'bob', {direction: 'outbound', address: addressOf(3), dial: 2});
		const effects = rig.open(2, BOB, {direction: 'outbound', address: addressOf(2), dial: 1});
		expect(ofType(effects, 'close')).toEqual([{type: 'close', connection: 2, reason: 'duplicate'}]);
		rig.close(2);
		expect(rig.swarm.view.connectedPeers()).toEqual([BOB]);
	});

	test('a person who waits for the slower one is answered', () => {
		const rig = startChat();
		rig.announcement(BOB, '192.0.2.2');
		rig.command({command: 'dial', address: `${addressOf(3)}/p2p/${BOB}`, id: '1'});
		const effects = rig.open(1, BOB, {direction: 'outbound', address: addressOf(2), dial: 1});
		expect(ofType(effects, 'emit').map(({event}) => event)).toContainEqual({
			type: 'reply',
			id: '1',
			ok: true,
			result: {peer: BOB},
		});
	});
});

describe('row 14: a peer id announced from elsewhere', () => {
	/** Somebody announces Bob at an attacker's addresses, a hundred a second, while everything but the truth is refused. */
	function flooded(hostOf: (index: number) => string, seconds: number, book = new AddressBook()) {
		const dialer = new Dialer(ANN, seededRandom(14), book);
		const tried: [number, string][] = [];
		let index = 0;
		for (let now = 0; now < seconds * 1_000; now += 10) {
			dialer.discovered(BOB, `/ip4/${hostOf(index++)}/tcp/${1024 + (index % 60_000)}`, now);
			if (now % 4_000 === 2_000) dialer.discovered(BOB, addressOf(2), now);
			for (const {dial, address} of dialer.due(now)) {
				tried.push([now, address]);
				dialer.failed(dial, 'wrong-peer', now);
			}
		}
		return tried;
	}

	test('never pushes out the address where it has been: that is tried first, every time', () => {
		const book = new AddressBook();
		book.proved(BOB, addressOf(2), 0);
		const dialer = startDialer(ANN, 0.5, book);
		for (let index = 0; index < 10_000; index++)
			dialer.discovered(BOB, `/ip4/198.51.${index >> 8}.${index & 255}/tcp/4001`, 0);
		const [first] = dialer.due(0);
		expect(first?.address).toBe(addressOf(2));
		expect(book.of(BOB)).toEqual([addressOf(2)]);
	});

	test.each([
		['one host and ever new ports', () => '198.51.100.66', 30],
		['a hundred hosts', (index: number) => `198.51.100.${index % 100}`, 600],
	])('does not keep its real address from being tried: %s', (_, hostOf, seconds) => {
		const tried = flooded(hostOf, seconds);
		expect(tried.some(([, address]) => address === addressOf(2))).toBe(true);
		// And nobody can make us dial in a hurry: a few races, then with growing pauses.
		expect(tried.length).toBeLessThan(60 + 1.5 * seconds);
	});

	test('row 3: an address where somebody else lives is no longer proved', () => {
		const book = new AddressBook();
		for (const host of [3, 2]) book.proved(BOB, addressOf(host), 0);
		const dialer = startDialer(ANN, 0.5, book);
		dialer.remembered(BOB, 0);
		dialer.due(0);
		dialer.failed(1, 'wrong-peer', 10);
		expect([book.of(BOB), dialer.due(10)]).toEqual([[addressOf(3)], [{dial: 2, address: addressOf(3), expected: BOB}]]);
		expect(dialer.peerAt(addressOf(2))).toBeUndefined();
	});
});
