import {describe, expect, test} from 'vitest';
import type {ChatMessage} from '../../source/api/event.ts';
import type {BehaviourOutput} from '../../source/behaviours/behaviour.ts';
import {RECEIPT_DELAY} from '../../source/behaviours/receipts.ts';
import {HISTORY_LIMIT_DEFAULT, HISTORY_LIMIT_MAX, Rooms} from '../../source/behaviours/rooms.ts';
import {eventId, type SignedEvent, signEvent} from '../../source/wire/event.ts';
import type {Identity} from '../../source/wire/identity.ts';
import {MAX_SUBSCRIPTIONS, MAX_TEXT_BYTES} from '../../source/wire/limits.ts';
import {pack} from '../../source/wire/msgpack.ts';
import {publicKeyOf, shortPeerId} from '../../source/wire/peer-id.ts';
import {
	ANN,
	asked,
	BOB,
	CAT,
	connected,
	count,
	DAN,
	disconnected,
	emit,
	FakeView,
	IDENTITIES,
	INSTANCE,
	received,
	send,
	TIMESTAMP,
	timer,
} from './fixtures.ts';

const [annIdentity, bobIdentity, catIdentity] = IDENTITIES;

function start({rooms = ['lobby'], peers = [BOB, CAT]}: {rooms?: string[]; peers?: string[]} = {}) {
	const names: Record<string, string> = {[BOB]: 'bob', [CAT]: 'cat', [DAN]: 'dan'};
	const view = new FakeView(ANN, Object.fromEntries(peers.map(peer => [peer, {name: names[peer] ?? peer}])));
	const behaviour = new Rooms({view, identity: annIdentity, instance: INSTANCE, rooms});
	behaviour.handle({type: 'start'}, 0);
	for (const peer of peers) behaviour.handle(connected(peer), 0);
	return {behaviour, view};
}

/** Bob and Cat are in the lobby with us. */
function startTogether(rooms = ['lobby']): Rooms {
	const {behaviour} = start({rooms});
	for (const peer of [BOB, CAT]) behaviour.handle(subscribed(peer, rooms), 0);
	return behaviour;
}

const subscribed = (peer: string, joined: readonly string[], left: readonly string[] = []) =>
	received(peer, {type: 'subscriptions', joined, left});

const told = (peers: readonly string[], joined: readonly string[], left: readonly string[]) =>
	send(peers, {type: 'subscriptions', joined, left});

type Words = {readonly room?: string; readonly text?: string; readonly sequence?: number; readonly epoch?: string};

/** An event as its author signs it. */
function written(
	author: Identity,
	{room = 'lobby', text = 'hello', sequence = 1, epoch = 'cd'.repeat(16)}: Words = {},
) {
	const signed = signEvent(
		{room, author: author.peerId, epoch, sequence, timestamp: 1_234, kind: 'message', text},
		author,
	);
	return {...signed, messageId: eventId(signed.event)};
}

const publishing = (source: string, {event, signature}: SignedEvent) =>
	received(source, {type: 'publish', event, signature});

const shown = (message: Partial<ChatMessage> & Pick<ChatMessage, 'messageId'>): BehaviourOutput =>
	emit({
		type: 'message',
		room: 'lobby',
		from: BOB,
		name: 'bob',
		text: 'hello',
		timestamp: 1_234,
		seq: 1,
		local: false,
		...message,
	});

const refused = (command: Parameters<typeof asked>[0], code: string, message: string) =>
	({type: 'refuse', command, error: {code, message}}) as BehaviourOutput;

const receiptsAt = (at: number): BehaviourOutput => ({type: 'schedule', timer: 'receipts', at});

/** What our own n-th message in a room gives, to these peers. */
function published(
	command: Parameters<typeof asked>[0],
	text: string,
	sequence: number,
	peers: string[],
	room = 'lobby',
) {
	const event = signEvent(
		{room, author: ANN, epoch: INSTANCE, sequence, timestamp: TIMESTAMP, kind: 'message', text},
		annIdentity,
	);
	const messageId = eventId(event.event);
	const message = {room, messageId, from: ANN, name: 'me', text, timestamp: TIMESTAMP, seq: sequence, local: true};
	return [
		emit({type: 'message', ...message}),
		send(peers, {type: 'publish', ...event}),
		{type: 'reply', command, result: {messageId}},
		emit({type: 'message-state', messageId, storedBy: 1, of: peers.length + 1}),
	] as BehaviourOutput[];
}

describe('rooms of our own', () => {
	test('the given ones are joined at the start, each once, in their one form', () => {
		const rooms = ['lobby', '#Dev', 'lobby'];
		const behaviour = new Rooms({view: new FakeView(ANN), identity: annIdentity, instance: INSTANCE, rooms});
		const members = [{peer: ANN, name: 'me'}];
		expect(behaviour.handle({type: 'start'}, 0)).toEqual([
			emit({type: 'room-joined', room: 'lobby', members}),
			emit({type: 'room-joined', room: 'dev', members}),
		]);
	});

	test('a new peer is told which rooms we are in', () => {
		const {behaviour} = start({rooms: ['lobby', 'dev'], peers: []});
		expect(behaviour.handle(connected(BOB), 0)).toEqual([told([BOB], ['lobby', 'dev'], [])]);
	});

	test('joining is shown with everyone who is there, told to every peer, and answered', () => {
		const {behaviour} = start();
		behaviour.handle(subscribed(CAT, ['dev']), 0);
		const command = {command: 'join', room: '#Dev', id: '1'} as const;
		expect(behaviour.handle(asked(command), 0)).toEqual([
			emit({
				type: 'room-joined',
				room: 'dev',
				members: [
					{peer: ANN, name: 'me'},
					{peer: CAT, name: 'cat'},
				],
			}),
			told([BOB, CAT], ['dev'], []),
			{type: 'reply', command, result: {room: 'dev'}},
		]);
	});

	test('joining a room that we are in is answered and told to nobody', () => {
		const command = {command: 'join', room: 'lobby', id: '1'} as const;
		expect(start().behaviour.handle(asked(command), 0)).toEqual([{type: 'reply', command, result: {room: 'lobby'}}]);
	});

	test('joining and leaving alone is told to nobody', () => {
		const {behaviour} = start({peers: []});
		const [join, leave] = [
			{command: 'join', room: 'dev'},
			{command: 'leave', room: 'dev'},
		] as const;
		expect(behaviour.handle(asked(join), 0)).toEqual([
			emit({type: 'room-joined', room: 'dev', members: [{peer: ANN, name: 'me'}]}),
			{type: 'reply', command: join, result: {room: 'dev'}},
		]);
		expect(behaviour.handle(asked(leave), 0)).toEqual([
			emit({type: 'room-left', room: 'dev'}),
			{type: 'reply', command: leave, result: {room: 'dev'}},
		]);
	});

	test('we are in a bounded number of rooms', () => {
		const {behaviour} = start({rooms: Array.from({length: MAX_SUBSCRIPTIONS}, (_, index) => `r${index}`), peers: []});
		const command = {command: 'join', room: 'dev', id: '1'} as const;
		expect(behaviour.handle(asked(command), 0)).toEqual([
			refused(command, 'busy', 'already in 256 rooms; leave one first'),
		]);
		behaviour.handle(asked({command: 'leave', room: 'r0'}), 0);
		expect(behaviour.handle(asked(command), 0)).toEqual([
			emit({type: 'room-joined', room: 'dev', members: [{peer: ANN, name: 'me'}]}),
			{type: 'reply', command, result: {room: 'dev'}},
		]);
	});

	test('leaving is shown, told to every peer, and answered', () => {
		const command = {command: 'leave', room: 'LOBBY', id: '1'} as const;
		expect(start().behaviour.handle(asked(command), 0)).toEqual([
			emit({type: 'room-left', room: 'lobby'}),
			told([BOB, CAT], [], ['lobby']),
			{type: 'reply', command, result: {room: 'lobby'}},
		]);
	});

	test('the rooms command lists members and unread messages of each', () => {
		const behaviour = startTogether(['lobby', 'dev']);
		behaviour.handle(publishing(BOB, written(bobIdentity, {room: 'dev'})), 0);
		const command = {command: 'rooms', id: '1'} as const;
		const members = [
			{peer: ANN, name: 'me'},
			{peer: BOB, name: 'bob'},
			{peer: CAT, name: 'cat'},
		];
		expect(behaviour.handle(asked(command), 0)).toEqual([
			{
				type: 'reply',
				command,
				result: {
					rooms: [
						{room: 'lobby', name: 'lobby', members, unread: 0},
						{room: 'dev', name: 'dev', members, unread: 1},
					],
				},
			},
		]);
	});

	test.each(['publish', 'leave', 'history'] as const)('%s is refused in a room that we are not in', name => {
		const command = {command: name, room: 'dev', text: 'hi', id: '1'} as const;
		expect(start().behaviour.handle(asked(command), 0)).toEqual([
			refused(command, 'unknown-room', 'not in #dev; join it first'),
		]);
	});

	test.each([
		['publish', '', 'A room needs a name'],
		['join', '#', 'A room needs a name'],
		['leave', 'two words', 'Not a room name'],
		['history', 'x'.repeat(65), 'The room name is too long'],
	] as const)('%s is refused for "%s", which is no room name', (name, room, message) => {
		const command = {command: name, room, text: 'hi', id: '1'} as const;
		expect(start().behaviour.handle(asked(command), 0)).toEqual([refused(command, 'bad-room', message)]);
	});
});

describe('rooms of others', () => {
	test('who joins or leaves a room of ours is shown, leaving first; other rooms are not shown', () => {
		const {behaviour} = start({rooms: ['lobby', 'dev']});
		expect(behaviour.handle(subscribed(BOB, ['lobby', 'dev', 'secret']), 0)).toEqual([
			emit({type: 'member-joined', room: 'lobby', peer: BOB, name: 'bob'}),
			emit({type: 'member-joined', room: 'dev', peer: BOB, name: 'bob'}),
		]);
		expect(behaviour.handle(subscribed(BOB, ['lobby', 'other'], ['lobby', 'secret']), 0)).toEqual([
			emit({type: 'member-left', room: 'lobby', peer: BOB}),
			emit({type: 'member-joined', room: 'lobby', peer: BOB, name: 'bob'}),
		]);
	});

	test('joining twice and leaving what one is not in shows nothing', () => {
		const {behaviour} = start();
		behaviour.handle(subscribed(BOB, ['lobby']), 0);
		expect(behaviour.handle(subscribed(BOB, ['lobby'], ['dev']), 0)).toEqual([]);
	});

	test('who disconnects leaves all rooms, and is shown leaving ours', () => {
		const {behaviour} = start();
		behaviour.handle(subscribed(BOB, ['lobby', 'secret']), 0);
		expect(behaviour.handle(disconnected(BOB), 0)).toEqual([emit({type: 'member-left', room: 'lobby', peer: BOB})]);
		expect(behaviour.handle(asked({command: 'join', room: 'secret'}), 0)[0]).toEqual(
			emit({type: 'room-joined', room: 'secret', members: [{peer: ANN, name: 'me'}]}),
		);
	});

	test('a member without a name goes by its short peer id', () => {
		const {behaviour} = start({peers: []});
		expect(behaviour.handle(subscribed(DAN, ['lobby']), 0)).toEqual([
			emit({type: 'member-joined', room: 'lobby', peer: DAN, name: shortPeerId(DAN)}),
		]);
	});

	test('row 40: beyond the most rooms that a peer may be in, further ones are passed over', () => {
		const {behaviour} = start({rooms: ['zz']});
		const rooms = Array.from({length: MAX_SUBSCRIPTIONS}, (_, index) => `r${index}`);
		expect(behaviour.handle(subscribed(BOB, rooms), 0)).toEqual([]);
		expect(behaviour.handle(subscribed(BOB, ['zz']), 0)).toEqual([]);
		expect(behaviour.handle(subscribed(BOB, ['zz'], ['r0']), 0)).toEqual([
			emit({type: 'member-joined', room: 'zz', peer: BOB, name: 'bob'}),
		]);
	});
});

describe('publishing', () => {
	const command = {command: 'publish', room: '#Lobby', text: 'hi\r\nthere', id: '1'} as const;

	test('shows the message, sends it to every member, answers with its id and says where it is stored', () => {
		expect(startTogether().handle(asked(command), 0)).toEqual(published(command, 'hi\nthere', 1, [BOB, CAT]));
	});

	test('sends to no peer that is not in the room', () => {
		const {behaviour} = start();
		behaviour.handle(subscribed(CAT, ['lobby']), 0);
		behaviour.handle(subscribed(BOB, ['dev']), 0);
		expect(behaviour.handle(asked(command), 0)).toEqual(published(command, 'hi\nthere', 1, [CAT]));
	});

	test('counts its messages room by room', () => {
		const behaviour = startTogether(['lobby', 'dev']);
		const inDev = {command: 'publish', room: 'dev', text: 'hi'} as const;
		behaviour.handle(asked(command), 0);
		expect(behaviour.handle(asked(command), 0)).toEqual(published(command, 'hi\nthere', 2, [BOB, CAT]));
		expect(behaviour.handle(asked(inDev), 0)).toEqual(published(inDev, 'hi', 1, [BOB, CAT], 'dev'));
	});

	test('never uses a sequence number again, however often the room is left and joined', () => {
		const {behaviour} = start({peers: []});
		for (const sequence of [1, 2, 3]) {
			const again = {command: 'publish', room: 'lobby', text: 'hi'} as const;
			expect(behaviour.handle(asked(again), 0)).toEqual(published(again, 'hi', sequence, []));
			behaviour.handle(asked({command: 'leave', room: 'lobby'}), 0);
			behaviour.handle(asked({command: 'join', room: 'lobby'}), 0);
		}
	});

	test('never uses a sequence number again, however many other rooms were left meanwhile', () => {
		const {behaviour} = start({peers: []});
		const again = {command: 'publish', room: 'lobby', text: 'hi'} as const;
		behaviour.handle(asked(again), 0);
		behaviour.handle(asked({command: 'leave', room: 'lobby'}), 0);
		for (let number = 0; number < 2_000; number++) {
			behaviour.handle(asked({command: 'join', room: `r${number}`}), 0);
			behaviour.handle(asked({command: 'leave', room: `r${number}`}), 0);
		}
		behaviour.handle(asked({command: 'join', room: 'lobby'}), 0);
		expect(behaviour.handle(asked(again), 0)).toEqual(published(again, 'hi', 2, []));
	});

	test.each([
		['blank', ' \n\t', 'There is nothing to send'],
		['too long', 'x'.repeat(MAX_TEXT_BYTES + 1), 'The message is too long'],
		['not Unicode', 'a\ud800', 'The text is not valid Unicode: half a surrogate pair'],
	])('a text that is %s is refused, and uses up no sequence number', (_, text, message) => {
		const behaviour = startTogether();
		const bad = {command: 'publish', room: 'lobby', text, id: '1'} as const;
		expect(behaviour.handle(asked(bad), 0)).toEqual([refused(bad, 'bad-text', message)]);
		expect(behaviour.handle(asked(command), 0)).toEqual(published(command, 'hi\nthere', 1, [BOB, CAT]));
	});

	test('our own message that comes back is dropped as a duplicate', () => {
		const behaviour = startTogether();
		const [, sent] = behaviour.handle(asked(command), 0);
		if (sent?.type !== 'send' || sent.message.type !== 'publish') throw new Error('nothing was sent');
		expect(behaviour.handle(received(BOB, sent.message), 1)).toEqual([count('duplicate')]);
	});
});

describe('receiving', () => {
	test('shows a message, hands the same bytes on to the others, and owes its author a receipt', () => {
		const event = written(bobIdentity);
		const behaviour = startTogether();
		behaviour.handle(subscribed(DAN, ['lobby']), 0);
		expect(behaviour.handle(publishing(CAT, event), 50)).toEqual([
			shown({messageId: event.messageId}),
			send([DAN], {type: 'publish', event: event.event, signature: event.signature}),
			receiptsAt(50 + RECEIPT_DELAY),
		]);
		expect(behaviour.handle(timer('receipts'), 50 + RECEIPT_DELAY)).toEqual([
			send([BOB], {type: 'receipt', room: 'lobby', messageIds: [event.messageId]}),
		]);
	});

	test('hands nothing on where nobody else is in the room', () => {
		const event = written(bobIdentity);
		const {behaviour} = start();
		behaviour.handle(subscribed(BOB, ['lobby']), 0);
		expect(behaviour.handle(publishing(BOB, event), 50)).toEqual([
			shown({messageId: event.messageId}),
			receiptsAt(50 + RECEIPT_DELAY),
		]);
	});

	test('a message of our own from before a restart is shown as ours, and owes no receipt', () => {
		const event = written(annIdentity);
		expect(startTogether().handle(publishing(BOB, event), 50)).toEqual([
			shown({messageId: event.messageId, from: ANN, name: 'me', local: true}),
			send([CAT], {type: 'publish', event: event.event, signature: event.signature}),
		]);
	});

	test('an author that was never met goes by its short peer id', () => {
		const {behaviour} = start({peers: [BOB]});
		const event = written(catIdentity);
		expect(behaviour.handle(publishing(BOB, event), 50)[0]).toEqual(
			shown({messageId: event.messageId, from: CAT, name: shortPeerId(CAT)}),
		);
	});

	test('a duplicate is dropped before its signature is looked at', () => {
		const event = written(bobIdentity);
		const behaviour = startTogether();
		behaviour.handle(publishing(BOB, event), 50);
		expect(behaviour.handle(publishing(CAT, event), 51)).toEqual([count('duplicate')]);
		// With a signature that would cost the connection, if it were checked.
		expect(behaviour.handle(publishing(CAT, {...event, signature: new Uint8Array(64)}), 52)).toEqual([
			count('duplicate'),
		]);
	});

	test('row 34: who hands on an altered message is disconnected, and the real one is still taken', () => {
		const event = written(bobIdentity);
		const behaviour = startTogether();
		const forged = {...event, signature: written(bobIdentity, {text: 'other'}).signature};
		expect(behaviour.handle(publishing(CAT, forged), 50)).toEqual([
			count('event-signature'),
			{type: 'disconnect', peer: CAT, reason: 'event-signature', misbehaved: true},
		]);
		expect(behaviour.handle(publishing(BOB, event), 51)).toEqual([
			shown({messageId: event.messageId}),
			send([CAT], {type: 'publish', event: event.event, signature: event.signature}),
			receiptsAt(51 + RECEIPT_DELAY),
		]);
	});

	test('row 34: a message in the name of another is refused', () => {
		const event = written(bobIdentity);
		const byCat = catIdentity.sign(Buffer.concat([Buffer.from('p2p-tui room event 1\n'), event.event]));
		expect(startTogether().handle(publishing(CAT, {...event, signature: byCat}), 50)).toEqual([
			count('event-signature'),
			{type: 'disconnect', peer: CAT, reason: 'event-signature', misbehaved: true},
		]);
	});

	test('row 33: a message for a room that we are not in is dropped, and taken once we have joined', () => {
		const event = written(bobIdentity, {room: 'dev'});
		const behaviour = startTogether();
		expect(behaviour.handle(publishing(BOB, event), 50)).toEqual([count('not-subscribed')]);
		behaviour.handle(asked({command: 'join', room: 'dev'}), 51);
		expect(behaviour.handle(publishing(BOB, event), 52)).toEqual([
			shown({messageId: event.messageId, room: 'dev'}),
			receiptsAt(52 + RECEIPT_DELAY),
		]);
	});

	test.each([
		['no msgpack', Uint8Array.of(0xc1), 'body-reserved'],
		['no event', pack([1, 2, 3]), 'event-shape'],
		['of an unknown kind', pack(['lobby', publicKeyOf(BOB), new Uint8Array(16), 1, 1, 9, 'x']), 'event-kind'],
	])('what is %s is counted and dropped, and the peer kept', (_, event, reason) => {
		expect(startTogether().handle(publishing(BOB, {event, signature: new Uint8Array(64)}), 50)).toEqual([
			count(reason),
		]);
	});

	test('every message counts as unread until we publish to the room or read its history', () => {
		const behaviour = startTogether();
		const unread = () => {
			const [reply] = behaviour.handle(asked({command: 'rooms'}), 0);
			if (reply?.type !== 'reply' || !('rooms' in reply.result)) throw new Error('no reply');
			return reply.result.rooms[0]?.unread;
		};
		for (const sequence of [1, 2]) behaviour.handle(publishing(BOB, written(bobIdentity, {sequence})), 0);
		behaviour.handle(publishing(BOB, written(bobIdentity, {sequence: 2})), 0);
		expect(unread()).toBe(2);
		behaviour.handle(asked({command: 'publish', room: 'lobby', text: 'hi'}), 0);
		expect(unread()).toBe(0);
		behaviour.handle(publishing(BOB, written(bobIdentity, {sequence: 3})), 0);
		behaviour.handle(publishing(BOB, written(annIdentity, {sequence: 4})), 0);
		expect(unread()).toBe(1);
		behaviour.handle(asked({command: 'history', room: 'lobby'}), 0);
		expect(unread()).toBe(0);
	});
});

describe('receipts', () => {
	test('of a member raise what its author sees', () => {
		const behaviour = startTogether();
		const [, , reply] = behaviour.handle(asked({command: 'publish', room: 'lobby', text: 'hi'}), 0);
		if (reply?.type !== 'reply' || !('messageId' in reply.result)) throw new Error('no reply');
		const {messageId} = reply.result;
		const receipt = {type: 'receipt', room: 'lobby', messageIds: ['ff'.repeat(32), messageId]} as const;
		expect(behaviour.handle(received(BOB, receipt), 1)).toEqual([
			emit({type: 'message-state', messageId, storedBy: 2, of: 3}),
		]);
	});

	test('are not sent to an author who is gone', () => {
		const behaviour = startTogether();
		behaviour.handle(publishing(BOB, written(bobIdentity)), 0);
		behaviour.handle(disconnected(BOB), 10);
		expect(behaviour.handle(timer('receipts'), RECEIPT_DELAY)).toEqual([]);
	});

	test('an unknown timer does nothing', () => {
		const behaviour = startTogether();
		behaviour.handle(publishing(BOB, written(bobIdentity)), 0);
		expect(behaviour.handle(timer('other'), RECEIPT_DELAY)).toEqual([]);
	});
});

describe('history', () => {
	/** Bob has said `count` things: `text 1`, `text 2` … */
	function afterBobSaid(count: number) {
		const behaviour = startTogether();
		const said = Array.from({length: count}, (_, index) => {
			const event = written(bobIdentity, {sequence: index + 1, text: `text ${index + 1}`});
			behaviour.handle(publishing(BOB, event), 0);
			const {messageId} = event;
			const text = `text ${index + 1}`;
			return {room: 'lobby', messageId, from: BOB, name: 'bob', text, timestamp: 1_234, seq: index + 1, local: false};
		});
		return {behaviour, said};
	}

	test('gives the newest messages in the order in which they are shown', () => {
		const {behaviour, said} = afterBobSaid(HISTORY_LIMIT_DEFAULT + 5);
		const command = {command: 'history', room: 'lobby', id: '1'} as const;
		expect(behaviour.handle(asked(command), 0)).toEqual([
			{type: 'reply', command, result: {messages: said.slice(-HISTORY_LIMIT_DEFAULT)}},
		]);
	});

	test('goes back page by page', () => {
		const {behaviour, said} = afterBobSaid(5);
		const command = {command: 'history', room: 'lobby', limit: 2, before: said[3]!.messageId, id: '1'} as const;
		expect(behaviour.handle(asked(command), 0)).toEqual([
			{type: 'reply', command, result: {messages: said.slice(1, 3)}},
		]);
	});

	test('is empty before a message that is not there', () => {
		const command = {command: 'history', room: 'lobby', before: 'ff'.repeat(32), id: '1'} as const;
		expect(afterBobSaid(3).behaviour.handle(asked(command), 0)).toEqual([
			{type: 'reply', command, result: {messages: []}},
		]);
	});

	test.each([0, -1, 1.5, HISTORY_LIMIT_MAX + 1])('refuses a limit of %d', limit => {
		const command = {command: 'history', room: 'lobby', limit, id: '1'} as const;
		expect(startTogether().handle(asked(command), 0)).toEqual([
			refused(command, 'bad-command', 'limit must be a whole number from 1 to 1000'),
		]);
	});

	test('takes the largest limit', () => {
		const {behaviour, said} = afterBobSaid(3);
		const command = {command: 'history', room: 'lobby', limit: HISTORY_LIMIT_MAX} as const;
		expect(behaviour.handle(asked(command), 0)).toEqual([{type: 'reply', command, result: {messages: said}}]);
	});

	test('of a room that was left is gone', () => {
		const {behaviour} = afterBobSaid(3);
		behaviour.handle(asked({command: 'leave', room: 'lobby'}), 0);
		behaviour.handle(asked({command: 'join', room: 'lobby'}), 0);
		const command = {command: 'history', room: 'lobby'} as const;
		expect(behaviour.handle(asked(command), 0)).toEqual([{type: 'reply', command, result: {messages: []}}]);
	});
});
