/** Receipts by way of others: as whoever holds a message, as a link of the way back, and as the author. */
import {describe, expect, test} from 'vitest';
import type {BehaviourOutput} from '../../source/behaviours/behaviour.ts';
import {RECEIPT_DELAY, Receipts, SPREAD_DELAY} from '../../source/behaviours/receipts.ts';
import {HELD_COST, HELD_PAUSE, OWN_HELD, PEER_HELD, RELAY_PROTOCOL, Relay} from '../../source/behaviours/relay.ts';
import {TOPOLOGY_PROTOCOL} from '../../source/behaviours/topology/parameters.ts';
import {signHeld} from '../../source/wire/held.ts';
import {MAX_HELD_LINKS, MAX_RECEIPT_IDS} from '../../source/wire/limits.ts';
import type {Held} from '../../source/wire/messages.ts';
import type {PeerId} from '../../source/wire/peer-id.ts';
import {ANN, BOB, CAT, count, DAN, emit, IDENTITIES, received, send, timer} from './fixtures.ts';
import {annIdentity, Desk} from './rooms-fixtures.ts';

const EVE = IDENTITIES[4].peerId;
const numbered = (number: number) => number.toString(16).padStart(64, '0');
const flushAt = (at: number): BehaviourOutput => ({type: 'schedule', timer: 'held', at});

/** Ann's, connected to Bob and Cat, who hand on and may be named; Dan and Eve are elsewhere. */
class Node {
	readonly desk = new Desk({rooms: [], peers: []});
	readonly receipts: Receipts;
	readonly relay: Relay;
	verified = 0;

	constructor(tells = true) {
		const {view, archive} = this.desk;
		for (const peer of [BOB, CAT]) view.connect(peer, {protocols: [TOPOLOGY_PROTOCOL, RELAY_PROTOCOL]});
		this.receipts = new Receipts({view, archive, tells});
		const overlay = {rooms: () => ['dev'], members: () => [BOB, CAT]};
		const verify = (held: Held) => {
			this.verified += 1;
			return held.signature.some(byte => byte !== 0);
		};
		this.relay = new Relay({view, overlay, identity: annIdentity, receipts: this.receipts, tells, verify});
	}

	/** A message of somebody's is on disk here. */
	store(author: PeerId, via: PeerId, number: number, at: number): BehaviourOutput[] {
		const owed = {author, room: 'dev', messageId: numbered(number), hops: 3, via, at};
		this.receipts.trails.came(owed.messageId, owed);
		return [...this.receipts.owe(owed, at), ...this.relay.handle({type: 'committed'}, at)];
	}

	flush(at: number): BehaviourOutput[] {
		return this.relay.handle(timer('held'), at);
	}

	came(source: PeerId, held: Held, at = 0): BehaviourOutput[] {
		return this.relay.handle(received(source, held), at);
	}
}

/** What somebody else says that it holds. */
const heldBy = (holder: PeerId, author: PeerId, numbers: readonly number[], change: Partial<Held> = {}): Held => ({
	type: 'held',
	room: 'dev',
	author,
	holder,
	messageIds: numbers.map(numbered),
	arrivals: numbers.map(() => ({hops: 4, via: CAT, waited: 9})),
	linksLeft: 5,
	signature: new Uint8Array(64).fill(7),
	...change,
});

describe('as a holder', () => {
	const claim = (numbers: readonly number[], waited: readonly number[], via: PeerId) => ({
		room: 'dev',
		author: DAN,
		holder: ANN,
		messageIds: numbers.map(numbered),
		arrivals: numbers.map((_, index) => ({hops: 3, via, waited: waited[index]!})),
	});

	test('what others brought goes back to them, all of one author and room together, signed', () => {
		const node = new Node();
		expect(node.store(DAN, BOB, 1, 100)).toEqual([flushAt(100 + RECEIPT_DELAY)]);
		expect(node.store(DAN, BOB, 2, 110)).toEqual([]);
		expect(node.flush(130)).toEqual([
			send([BOB], signHeld(claim([1, 2], [30_000, 20_000], BOB), MAX_HELD_LINKS, annIdentity)),
		]);
		expect(node.flush(130)).toEqual([]);
		// The next one has a pause to wait.
		expect(node.store(DAN, CAT, 3, 140)).toEqual([flushAt(130 + HELD_PAUSE)]);
	});

	test('costs nothing for an author who is connected', () => {
		const node = new Node();
		expect(node.store(BOB, CAT, 1, 0)).toEqual([{type: 'schedule', timer: 'receipts', at: RECEIPT_DELAY}]);
	});

	test('goes to nobody who does not hand on, or is gone', () => {
		const node = new Node();
		node.desk.view.connect(BOB, {protocols: [TOPOLOGY_PROTOCOL]});
		node.desk.view.disconnect(CAT);
		node.store(DAN, BOB, 1, 0);
		node.store(EVE, CAT, 2, 0);
		expect(node.flush(30)).toEqual([]);
	});

	test('tells nothing through others if it tells nobody who its neighbours are', () => {
		const node = new Node(false);
		expect(node.store(DAN, BOB, 1, 0)).toEqual([]);
	});

	test('in a flood it is the newest, and no more signatures than there may be', () => {
		const node = new Node();
		for (let number = 0; number < 4 * MAX_RECEIPT_IDS; number++) node.store(DAN, BOB, number, 0);
		const [output] = node.flush(30) as {type: 'send'; message: Held; peers: PeerId[]}[];
		expect(output?.message.messageIds).toHaveLength(MAX_RECEIPT_IDS);
		expect(output?.message.messageIds.at(-1)).toBe(numbered(4 * MAX_RECEIPT_IDS - 1));
		for (let author = 0; author < 100; author++) node.store(`author ${author}`, 'nobody', 1, 1_000);
		expect(node.flush(1_030)).toEqual([]);
		expect(OWN_HELD.burst).toBeLessThan(100);
	});

	test('what came by comparing histories goes to whom it was compared with, messages and replies only', () => {
		const node = new Node();
		const kept = (number: number, kind: 'message' | 'reaction', author = DAN) =>
			({event: {author, kind}, stored: {id: numbered(number)}}) as never;
		node.receipts.fetched('dev', CAT, [kept(1, 'message'), kept(2, 'reaction'), kept(3, 'message', BOB)], 50);
		node.relay.handle({type: 'committed'}, 50);
		const arrivals = [{hops: 0, via: CAT, waited: 30_000}];
		const signed = signHeld({...claim([1], [0], CAT), arrivals}, MAX_HELD_LINKS, annIdentity);
		expect(node.flush(80)).toEqual([send([CAT], signed)]);
	});
});

describe('on the way', () => {
	test('it goes to the author if that is connected, else to who brought one of these here, unread', () => {
		const node = new Node();
		node.store(DAN, BOB, 1, 0);
		const held = heldBy(EVE, DAN, [9, 1]);
		expect(node.came(CAT, held)).toEqual([send([BOB], {...held, linksLeft: 4})]);
		const toBob = heldBy(EVE, BOB, [5], {signature: new Uint8Array(64).fill(8)});
		expect(node.came(CAT, toBob)).toEqual([send([BOB], {...toBob, linksLeft: 4})]);
		expect(node.verified).toBe(0);
	});

	test('once, never back, over so many links, and not for those who are not in the room', () => {
		const node = new Node();
		node.store(DAN, BOB, 1, 0);
		const held = heldBy(EVE, DAN, [1]);
		expect(node.came(BOB, held)).toEqual([count('no-way')]);
		expect(node.came(CAT, {...held, linksLeft: 0})).toEqual([]);
		expect(node.came(CAT, held)).toHaveLength(1);
		expect(node.came(CAT, held)).toEqual([]);
		expect(node.came(EVE, held)).toEqual([count('stray')]);
		expect(node.came(CAT, {...held, room: 'ops'})).toEqual([count('stray')]);
		// A forger cannot be quicker than the real one.
		expect(node.came(CAT, {...held, signature: new Uint8Array(64).fill(9)})).toHaveLength(1);
	});

	test('not over whoever tells nobody who its neighbours are', () => {
		expect(new Node(false).came(CAT, heldBy(EVE, BOB, [1]))).toEqual([]);
	});

	test('no more from one peer than there may be', () => {
		const node = new Node();
		const held = heldBy(EVE, DAN, []);
		for (let taken = 0; taken < PEER_HELD.burst; taken += HELD_COST) node.came(CAT, held);
		expect(node.came(CAT, held)).toEqual([count('rate')]);
		expect(node.came(BOB, held)).toEqual([count('no-way')]);
	});
});

describe('as the author', () => {
	test('the holder is counted and stored like others, with its way and without a time', () => {
		const node = new Node();
		node.receipts.follow(numbered(1), 'dev', [BOB]);
		node.receipts.left(numbered(1), 0);
		const held = heldBy(EVE, ANN, [1, 2]);
		expect(node.came(BOB, held, 7)).toEqual([
			emit({type: 'message-state', messageId: numbered(1), room: 'dev', storedBy: 2, of: 3}),
			{type: 'schedule', timer: 'spreads', at: 7 + SPREAD_DELAY},
		]);
		expect(node.receipts.trails.stepsOf(numbered(1))).toEqual([[EVE, {after: undefined, hops: 4, via: CAT}]]);
		expect(node.relay.handle(timer('spreads'), 510)).toEqual([{type: 'commit'}]);
		// A second time there is nothing in it.
		expect(node.came(CAT, held)).toEqual([]);
		expect(node.verified).toBe(1);
	});

	test('nothing is counted that is forged, or about nothing of ours', () => {
		const node = new Node();
		node.receipts.follow(numbered(1), 'dev', [BOB]);
		expect(node.came(BOB, heldBy(EVE, ANN, [1], {signature: new Uint8Array(64)}))).toEqual([count('signature')]);
		expect(node.came(BOB, heldBy(ANN, ANN, [1]))).toEqual([]);
		expect(node.came(BOB, heldBy(EVE, ANN, [2]))).toEqual([]);
		expect(node.verified).toBe(1);
		expect(node.receipts.spreadOf(numbered(1))).toEqual({storedBy: 1, of: 2});
	});
});
