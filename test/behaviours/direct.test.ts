/** Messages to one person: from one to the other, and to nobody else. */
import {describe, expect, test} from 'vitest';
import {MAKING_WAY, MAX_CONVERSATIONS} from '../../source/behaviours/direct.ts';
import {directRoomOf} from '../../source/wire/direct-room.ts';
import {decodeEvent} from '../../source/wire/event.ts';
import {peerIdFromPublicKey} from '../../source/wire/peer-id.ts';
import {ANN, asked, BOB, CAT, count, DAN, emit, received, send, TIMESTAMP} from './fixtures.ts';
import {
	annIdentity,
	bobIdentity,
	catIdentity,
	Desk,
	type DeskOptions,
	events,
	idOf,
	inShort,
	published,
	publishing,
	refused,
	replied,
	sent,
	subscribed,
	written,
} from './rooms-fixtures.ts';

const ROOM = directRoomOf(ANN, BOB);
const BOBS = `@${BOB}`;
const tell = (text: string, peer = BOB) => ({command: 'direct', peer, text, id: '1'}) as const;
const ANN_HERE = {peer: ANN, name: 'me'};
const BOB_HERE = {peer: BOB, name: 'bob'};

/** Bob and Cat are connected, and all three are in the lobby. */
function start(options: DeskOptions = {}) {
	const desk = new Desk({peers: [BOB, CAT], pubsub: 'gossipsub', ...options});
	for (const peer of options.peers ?? [BOB, CAT]) desk.handle(subscribed(peer, ['lobby']));
	return desk;
}

describe('said', () => {
	test('it opens the conversation, and goes to that peer only, once it is on disk', () => {
		const desk = start();
		const before = desk.hold(asked(tell('psst')));
		expect(before).toEqual([
			emit({type: 'room-joined', room: BOBS, members: [ANN_HERE, BOB_HERE], direct: true}),
			{type: 'commit'},
		]);
		const outputs = desk.commit();
		expect(inShort(outputs)).toEqual(['message', 'send publish', 'reply', 'message-state']);
		expect(published(outputs)).toMatchObject([{room: ROOM, kind: 'message', text: 'psst', peers: [BOB]}]);
		const messageId = idOf(outputs);
		expect(replied(outputs)).toEqual({messageId, room: BOBS});
		expect(events(outputs, 'message')).toMatchObject([{room: BOBS, text: 'psst', local: true}]);
		expect(events(outputs, 'message-state')).toEqual([
			{type: 'message-state', messageId, room: BOBS, storedBy: 1, of: 2},
		]);
	});

	test('to one who is away it is kept, and sent to nobody', () => {
		const desk = start({peers: [CAT]});
		const outputs = desk.ask(tell('later'));
		expect(sent(outputs, 'publish')).toEqual([]);
		expect(events(outputs, 'room-joined')).toMatchObject([{room: BOBS, members: [ANN_HERE]}]);
		expect(events(outputs, 'message-state')).toMatchObject([{storedBy: 1, of: 2}]);
		expect(desk.archive.has(ROOM, idOf(outputs))).toBe(true);
	});

	test('it can be said, edited and replied to by the name of the room, too', () => {
		const desk = start();
		const mine = idOf(desk.ask({command: 'publish', room: BOBS, text: 'psst', id: '1'}));
		const edit = desk.ask({command: 'edit', room: BOBS, messageId: mine, text: 'hush', id: '2'});
		expect(published(edit)).toMatchObject([{room: ROOM, kind: 'edit', peers: [BOB]}]);
		expect(events(edit, 'message-changed')).toMatchObject([{room: BOBS, text: 'hush'}]);
		const reply = desk.ask({...tell('and'), replyTo: mine});
		expect(published(reply)).toMatchObject([{kind: 'reply', target: mine}]);
	});

	test('there are no notices of coming, names and going in it', () => {
		const desk = start();
		expect(published(desk.ask(tell('psst'))).map(({kind}) => kind)).toEqual(['message']);
		desk.view.name = 'anna';
		expect(published(desk.handle({type: 'event', event: {type: 'name-changed', name: 'anna'}}))).toEqual([]);
		expect(published(desk.ask(tell('psst'))).map(({kind}) => kind)).toEqual(['message']);
	});

	test.each([
		['what is no peer id', 'bob', 'not a peer id; one begins with 12D3KooW'],
		['ourselves', ANN, 'that is yourself'],
	])('to %s it is refused', (_, peer, message) => {
		expect(start().ask(tell('hi', peer))).toEqual([refused(tell('hi', peer), 'bad-peer', message)]);
	});

	test('what is about a conversation that there is not is refused', () => {
		const topic = {command: 'topic', room: BOBS, text: 'x', id: '1'} as const;
		expect(start().ask(topic)).toEqual([
			refused(topic, 'unknown-room', 'no conversation with that peer yet; write a message first'),
		]);
	});
});

describe('heard', () => {
	const psst = written(bobIdentity, {room: ROOM, text: 'psst'});

	test('it opens the conversation, is shown, kept and receipted, and handed on to nobody', () => {
		const desk = start();
		const outputs = desk.handle(publishing(BOB, psst), 50);
		expect(inShort(outputs)).toEqual(['room-joined', 'message', 'schedule']);
		expect(events(outputs, 'room-joined')).toMatchObject([{room: BOBS, direct: true}]);
		expect(events(outputs, 'message')).toMatchObject([{room: BOBS, from: BOB, text: 'psst', via: BOB, hops: 1}]);
		expect(desk.timer('receipts', 80)).toEqual([
			send([BOB], {
				type: 'receipt',
				room: ROOM,
				messageIds: [psst.messageId],
				arrivals: [{hops: 1, via: BOB, waited: 30_000}],
			}),
		]);
	});

	test.each([
		['from anybody but its author', CAT, psst],
		['of two others', BOB, written(bobIdentity, {room: directRoomOf(BOB, CAT)})],
		['of a room that nobody has', BOB, written(bobIdentity, {room: `@${'0'.repeat(32)}`})],
		['that says it is from us', BOB, written(annIdentity, {room: ROOM})],
		['of us and another', CAT, written(catIdentity, {room: ROOM})],
	])('row 44: one %s is dropped, unchecked and not kept', (_, source, event) => {
		const desk = start();
		expect(desk.handle(publishing(source, event), 50)).toEqual([count('direct-stray')]);
		expect(desk.verified).toBe(0);
		expect(desk.archive.rooms().filter(({room}) => room !== 'lobby')).toEqual([]);
	});

	test('row 34: one that is not signed by its author costs the connection, and opens nothing', () => {
		const desk = start();
		expect(inShort(desk.handle(publishing(BOB, {...psst, signature: new Uint8Array(64)}), 50))).toEqual([
			'count',
			'disconnect',
		]);
		expect(desk.rooms.directs.has(BOB)).toBe(false);
	});

	test('row 44: nobody else gets it by asking, nor hears that it exists', () => {
		const desk = start();
		desk.handle(publishing(BOB, psst), 50);
		const messageId = idOf(desk.ask(tell('and')));
		const asking = {type: 'iwant', messageIds: [psst.messageId, messageId]} as const;
		expect(sent(desk.handle(received(CAT, asking), 60), 'publish')).toEqual([]);
		const offers = [...desk.timer('gossipsub', 1_000), ...desk.timer('gossipsub', 2_000)];
		expect(sent(offers, 'ihave')).toEqual([]);
		const greeting = desk.connect(DAN, 2_000);
		expect(sent(greeting, 'subscriptions').map(({message}) => message.joined)).toEqual([['lobby']]);
	});

	/** `count` strangers have a conversation with Ann; `ours`: she has begun it. */
	const crowd = (desk: Desk, count: number, ours: boolean) => {
		for (let index = 0; index < count; index++) {
			const key = new Uint8Array(32);
			new DataView(key.buffer).setUint32(0, index);
			const peer = peerIdFromPublicKey(key);
			if (ours) desk.rooms.directs.begin(peer);
			else desk.rooms.directs.ensure(peer);
		}
	};

	test('strangers can open a bounded number of conversations; we can always open more', () => {
		const desk = start({rooms: [], peers: []});
		crowd(desk, MAX_CONVERSATIONS, true);
		desk.connect(BOB);
		expect(desk.handle(publishing(BOB, psst), 50)).toEqual([count('direct-cap')]);
		desk.ask(tell('hi'));
		expect(inShort(desk.handle(publishing(BOB, psst), 50))).toEqual(['message', 'schedule']);
	});

	test('the oldest that we never answered makes way, not too fast; those that we answered stay', () => {
		const desk = start({rooms: [], peers: [BOB]});
		desk.handle(publishing(BOB, psst), 50);
		desk.ask(tell('hi'));
		const restarted = desk.restarted({rooms: [], peers: []});
		crowd(restarted, MAX_CONVERSATIONS - 1, false);
		restarted.connect(CAT);
		const cats = written(catIdentity, {room: directRoomOf(ANN, CAT), text: 'hello'});
		const outputs = restarted.handle(publishing(CAT, cats), 50);
		expect(inShort(outputs)).toEqual(['room-left', 'count', 'room-joined', 'message', 'schedule']);
		expect(restarted.rooms.directs.peers()).toHaveLength(MAX_CONVERSATIONS);
		expect(restarted.rooms.directs.has(BOB)).toBe(true);
		// Cat is not driven out by whoever has many keys and little time.
		for (let index = 1; index < MAKING_WAY.burst; index++) {
			expect(restarted.rooms.directs.isFull).toBe(false);
			restarted.rooms.directs.ensure(peerIdFromPublicKey(new Uint8Array(32).fill(0x80 + index)));
		}
		expect(restarted.rooms.directs.isFull).toBe(true);
		restarted.view.wallClock += 60_000;
		expect(restarted.rooms.directs.isFull).toBe(false);
	});

	test('what opened it is told once, and not counted as unread before', () => {
		const desk = start();
		desk.archive.open(ROOM, BOB);
		const incoming = {id: psst.messageId, event: decodeEvent(psst.event), bytes: psst.event, signature: psst.signature};
		desk.archive.accept(incoming, TIMESTAMP);
		// It came by sync: people are told of it next.
		expect(events(desk.rooms.directs.ensure(BOB), 'room-joined')[0]).not.toHaveProperty('unread');
		expect(replied(desk.ask({command: 'rooms', id: '1'}))).toMatchObject({rooms: [{}, {room: BOBS, unread: 1}]});
	});
});

describe('receipts', () => {
	test('of the other one count, of nobody else', () => {
		const desk = start();
		const messageId = idOf(desk.ask(tell('psst')));
		const receipt = {type: 'receipt', room: ROOM, messageIds: [messageId]} as const;
		expect(desk.handle(received(CAT, receipt), 1)).toEqual([count('stray-receipt')]);
		expect(events(desk.handle(received(BOB, receipt), 1), 'message-state')).toEqual([
			{type: 'message-state', messageId, room: BOBS, storedBy: 2, of: 2},
		]);
	});
});

describe('a conversation', () => {
	test('is there again after a restart, with who is here and what has not been read', () => {
		const first = start();
		first.ask(tell('psst'));
		first.handle(publishing(BOB, written(bobIdentity, {room: ROOM, clock: TIMESTAMP + 1_000})));
		const desk = first.restarted({rooms: [], peers: []});
		expect(desk.begun).toEqual([emit({type: 'room-joined', room: BOBS, members: [ANN_HERE], unread: 1, direct: true})]);
	});

	test('says when the other one comes and goes', () => {
		const desk = start();
		desk.ask(tell('psst'));
		expect(desk.disconnect(BOB)).toContainEqual(emit({type: 'member-left', room: BOBS, peer: BOB}));
		expect(desk.connect(BOB)).toContainEqual(emit({type: 'member-joined', room: BOBS, ...BOB_HERE}));
		expect(events(desk.disconnect(CAT), 'member-left')).toMatchObject([{room: 'lobby'}]);
	});

	test('is listed among the rooms', () => {
		const desk = start({rooms: []});
		desk.ask(tell('psst'));
		expect(replied(desk.ask({command: 'rooms', id: '1'}))).toMatchObject({
			rooms: [{room: BOBS, name: 'bob', members: [ANN_HERE, BOB_HERE], unread: 0, topic: '', events: 1}],
		});
	});

	test('is forgotten, not left', () => {
		const desk = start();
		desk.ask(tell('psst'));
		const leave = {command: 'leave', room: BOBS, id: '1'} as const;
		expect(desk.ask(leave)).toEqual([
			refused(leave, 'bad-room', 'a conversation cannot be left; forget it to delete what is here of it'),
		]);
		const forget = {command: 'forget', room: BOBS, id: '2'} as const;
		expect(desk.ask(forget)).toEqual([
			emit({type: 'room-left', room: BOBS}),
			{type: 'reply', command: forget, result: {room: BOBS}},
		]);
		expect(desk.restarted({rooms: []}).begun).toEqual([]);
	});
});
