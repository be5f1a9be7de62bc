/** Rooms and gossipsub together: what the router is told, what is counted, and what ends badly for its sender. */
import {describe, expect, test} from 'vitest';
import type {BehaviourInput} from '../../source/behaviours/behaviour.ts';
import {MAX_COUNTED_HOPS} from '../../source/behaviours/pubsub-meter.ts';
import {encodeMessage} from '../../source/wire/codec.ts';
import {MAX_HOPS} from '../../source/wire/limits.ts';
import type {Message} from '../../source/wire/messages.ts';
import {pack} from '../../source/wire/msgpack.ts';
import type {PeerId} from '../../source/wire/peer-id.ts';
import {asked, BOB, CAT, connected, count, DAN, disconnected, received, timer} from './fixtures.ts';
import {
	annIdentity,
	bobIdentity,
	catIdentity,
	Desk,
	handedOn,
	published,
	publishing,
	sent,
	shown,
	subscribed,
	type Words,
	written,
} from './rooms-fixtures.ts';

const size = (message: Message) => encodeMessage(message).length;

/** Bob, Cat and Dan are in the lobby with us. */
function start(peers: readonly PeerId[] = [BOB, CAT, DAN]) {
	const rooms = new Desk({peers: [], pubsub: 'gossipsub'});
	for (const peer of peers) {
		rooms.connect(peer);
		rooms.handle(subscribed(peer, ['lobby']));
	}
	return rooms;
}

const handOn = (rooms: Desk, source: PeerId, words: Words = {}, hops = 0) =>
	rooms.handle(publishing(source, written(bobIdentity, words), hops), 50);

describe('a message', () => {
	test('says who handed it to us and how many links it has gone over, and goes on with one more', () => {
		const event = written(bobIdentity);
		const outputs = handOn(start(), CAT, {}, 4);
		expect(outputs[0]).toEqual(shown({messageId: event.messageId, via: CAT, hops: 5}));
		expect(outputs).toContainEqual(handedOn([DAN], event, 5));
	});

	test('never claims more links than a message may', () => {
		const outputs = handOn(start(), CAT, {}, MAX_HOPS);
		expect(outputs[0]).toMatchObject({event: {hops: MAX_HOPS}});
		expect(sent(outputs, 'publish')).toMatchObject([{message: {hops: MAX_HOPS}}]);
	});
});

describe('statistics', () => {
	test('tell of members, mesh, deliveries, duplicates, hops and control bytes', () => {
		const rooms = start();
		rooms.handle(asked({command: 'join', room: 'dev'}), 1);
		handOn(rooms, BOB);
		for (const peer of [CAT, DAN, DAN]) handOn(rooms, peer);
		handOn(rooms, CAT, {sequence: 2}, 2);
		handOn(rooms, CAT, {sequence: 3}, 200);
		rooms.handle(publishing(CAT, written(annIdentity)), 50);
		const stats = rooms.stats().pubsub!;
		expect(stats.rooms).toEqual([
			{room: 'lobby', members: 3, mesh: 3, delivered: 3, duplicates: 3},
			{room: 'dev', members: 0, mesh: 0, delivered: 0, duplicates: 0},
		]);
		expect(stats.hops).toEqual([0, 1, 0, 1, ...Array(MAX_COUNTED_HOPS - 4).fill(0), 1]);
	});

	test('count control bytes as they are on the wire, once for each receiver that is there', () => {
		const rooms = start([]);
		let [bytesIn, bytesOut, ofLobby] = [0, 0, 0];
		const lobbys = (message: Message) => ('room' in message && message.room === 'lobby' ? size(message) : 0);
		const handle = (input: BehaviourInput) => {
			if (input.type === 'message') {
				bytesIn += size(input.message);
				ofLobby += lobbys(input.message);
			}
			for (const output of rooms.handle(input, 10)) {
				if (output.type !== 'send' || output.message.type === 'publish') continue;
				bytesOut += size(output.message) * output.peers.length;
				ofLobby += lobbys(output.message) * output.peers.length;
			}
		};
		for (const peer of [BOB, CAT]) {
			rooms.view.connect(peer);
			handle(connected(peer));
			handle(subscribed(peer, ['lobby', 'dev']));
		}
		handle(asked({command: 'join', room: 'dev'}));
		handle(received(BOB, {type: 'ihave', room: 'lobby', messageIds: ['ab'.repeat(32)]}));
		handle(received(BOB, {type: 'graft', room: 'dev'}));
		const {controlBytesIn, controlBytesOut} = rooms.stats().pubsub!;
		expect([controlBytesIn, controlBytesOut]).toEqual([bytesIn, bytesOut]);
		expect(bytesOut).toBeGreaterThan(100);
		// What is of the room itself: not what is of another, asks for what is not here, or refuses it.
		const control = () => rooms.overlay.meter.flow('lobby').control;
		rooms.handle(received(BOB, {type: 'idontwant', messageIds: ['cd'.repeat(32)]}), 10);
		expect([control(), ofLobby > 50]).toEqual([ofLobby, true]);
		const {messageId} = written(catIdentity);
		rooms.handle(publishing(CAT, written(catIdentity)), 10);
		const before = control();
		const refusal = {type: 'idontwant', messageIds: [messageId]} as const;
		rooms.handle(received(BOB, refusal), 10);
		expect(control() - before).toBe(size(refusal));
	});
});

describe('a bad peer', () => {
	/** Three times a forged event, with a new connection each time. */
	function forge(rooms: Desk): void {
		for (let time = 0; time < 3; time++) {
			const forged = {...written(bobIdentity, {sequence: 90 + time}), signature: new Uint8Array(64)};
			expect(rooms.handle(publishing(CAT, forged), 50)).toEqual([
				count('event-signature'),
				{type: 'disconnect', peer: CAT, reason: 'event-signature', misbehaved: true},
			]);
			rooms.handle(disconnected(CAT, 'event-signature'), 50);
			rooms.handle(connected(CAT), 60);
			rooms.handle(subscribed(CAT, ['lobby']), 60);
		}
	}

	test('row 34: that forged again and again is heard no more, though it comes anew each time', () => {
		const rooms = start();
		forge(rooms);
		const real = written(catIdentity);
		expect(rooms.handle(publishing(CAT, real), 70)).toEqual([count('graylisted')]);
		const offer = {type: 'ihave', room: 'lobby', messageIds: [real.messageId]} as const;
		expect(rooms.handle(received(CAT, offer), 70)).toEqual([count('graylisted')]);
		// Others may bring what it has written: it is not the author who is held to account.
		expect(rooms.handle(publishing(BOB, real), 80)[0]).toMatchObject({event: {type: 'message', from: CAT, via: BOB}});
	});

	test('row 34: gets nothing of ours either, and its subscriptions are still heard', () => {
		const rooms = start();
		forge(rooms);
		const outputs = rooms.handle(asked({command: 'publish', room: 'lobby', text: 'hi'}), 70);
		expect(published(outputs).map(({kind, peers}) => ({kind, peers}))).toEqual([
			{kind: 'join', peers: [BOB, DAN]},
			{kind: 'message', peers: [BOB, DAN]},
		]);
		expect(rooms.handle(subscribed(CAT, [], ['lobby']), 71)).toMatchObject([{event: {type: 'member-left', peer: CAT}}]);
	});

	test.each([
		['what is no msgpack', (round: number) => Uint8Array.of(0xc1, round), 'body-reserved'],
		['what is no event', (round: number) => pack([round, 2, 3]), 'event-shape'],
	])('row 34: that sends %s again and again is heard no more', (_, bytes, reason) => {
		const rooms = start();
		for (let round = 0; round < 5; round++) {
			const outputs = rooms.handle(publishing(CAT, {event: bytes(round), signature: new Uint8Array(64)}), 50);
			expect([count(reason), count('graylisted')]).toContainEqual(outputs[0]);
		}
		const [first] = rooms.handle(publishing(CAT, written(catIdentity)), 60);
		expect(first).toEqual(count('graylisted'));
	});

	test('row 33: one that sends messages of rooms that we are not in is not held to account: we may have left', () => {
		const rooms = start();
		for (let sequence = 1; sequence < 20; sequence++) {
			expect(handOn(rooms, CAT, {room: 'dev', sequence})).toEqual([count('not-subscribed')]);
		}
		expect(handOn(rooms, CAT)[0]).toMatchObject({event: {type: 'message'}});
	});

	test('row 35: one that sends an old message again shows nothing, and is not held to account', () => {
		const rooms = start();
		handOn(rooms, BOB);
		for (let time = 0; time < 100; time++) expect(handOn(rooms, CAT)).toEqual([count('duplicate')]);
		expect(handOn(rooms, CAT, {sequence: 2})[0]).toMatchObject({event: {type: 'message'}});
	});
});

test('what a peer lacks is handed out as it came, and what we lack is asked for', () => {
	const rooms = start();
	handOn(rooms, BOB, {}, 3);
	const {event, signature, messageId} = written(bobIdentity);
	expect(rooms.handle(received(DAN, {type: 'iwant', messageIds: [messageId]}), 60)).toEqual([
		{type: 'send', peers: [DAN], message: {type: 'publish', event, signature, hops: 4}},
	]);
	const missing = written(bobIdentity, {sequence: 2}).messageId;
	const offer = {type: 'ihave', room: 'lobby', messageIds: [messageId, missing]} as const;
	expect(rooms.handle(received(DAN, offer), 70)).toEqual([
		{type: 'send', peers: [DAN], message: {type: 'iwant', messageIds: [missing]}},
	]);
});

test('what is kept from before a restart is not asked for', () => {
	const first = start();
	const here = written(bobIdentity).messageId;
	handOn(first, BOB);
	const rooms = first.restarted({pubsub: 'gossipsub', peers: [DAN]});
	rooms.handle(subscribed(DAN, ['lobby']));
	const missing = written(bobIdentity, {sequence: 2}).messageId;
	const offer = {type: 'ihave', room: 'lobby', messageIds: [here, missing]} as const;
	expect(sent(rooms.handle(received(DAN, offer), 70), 'iwant')).toMatchObject([{message: {messageIds: [missing]}}]);
});

test('the router has its own timer beside that of the receipts', () => {
	const rooms = start();
	expect(rooms.handle(timer('gossipsub'), 1_000)).toEqual([{type: 'schedule', timer: 'gossipsub', at: 2_000}]);
	expect(rooms.handle(timer('receipts'), 1_000)).toEqual([]);
});
