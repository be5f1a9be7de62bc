/** Events as they are said, as they come live, and what others say of having stored them. */
import {describe, expect, test} from 'vitest';
import {RECEIPT_DELAY} from '../../source/behaviours/receipts.ts';
import {REORDER_PAUSE} from '../../source/behaviours/reorder.ts';
import {LIVE_BYTES} from '../../source/behaviours/room-events.ts';
import {TOPOLOGY_PROTOCOL} from '../../source/behaviours/topology/parameters.ts';
import {eventId} from '../../source/wire/event.ts';
import {EVENT_DOMAIN} from '../../source/wire/layout.ts';
import {MAX_TEXT_BYTES} from '../../source/wire/limits.ts';
import {pack} from '../../source/wire/msgpack.ts';
import {shortPeerId} from '../../source/wire/peer-id.ts';
import {ANN, BOB, CAT, count, DAN, disconnected, received, send, TIMESTAMP, timer} from './fixtures.ts';
import {
	annIdentity,
	bobIdentity,
	catIdentity,
	Desk,
	events,
	handedOn,
	idOf,
	inShort,
	published,
	publishing,
	receiptsAt,
	refused,
	replied,
	sent,
	shown,
	startTogether,
	subscribed,
	WRITTEN,
	written,
} from './rooms-fixtures.ts';

const NO_SIGNATURE = new Uint8Array(64);
const LET_GO = {type: 'disconnect', peer: CAT, reason: 'event-signature', misbehaved: true} as const;

describe('publishing', () => {
	const command = {command: 'publish', room: '#Lobby', text: 'hi\r\nthere', id: '1'} as const;

	test('shows the message, sends it to every member, answers with its id and says where it is stored', () => {
		const outputs = startTogether().ask(command);
		expect(inShort(outputs)).toEqual(['message', 'send publish', 'reply', 'message-state']);
		const messageId = idOf(outputs);
		expect(events(outputs, 'message')).toMatchObject([
			{
				room: 'lobby',
				messageId,
				kind: 'message',
				from: ANN,
				name: 'me',
				text: 'hi\nthere',
				timestamp: TIMESTAMP,
				local: true,
			},
		]);
		expect(published(outputs)).toMatchObject([{kind: 'message', text: 'hi\nthere', author: ANN, peers: [BOB, CAT]}]);
		expect(events(outputs, 'message-state')).toEqual([
			{type: 'message-state', messageId, room: 'lobby', storedBy: 1, of: 3},
		]);
	});

	test('sends to no peer that is not in the room', () => {
		const desk = new Desk();
		desk.handle(subscribed(CAT, ['lobby']));
		desk.handle(subscribed(BOB, ['dev']));
		const outputs = desk.ask(command);
		expect(published(outputs).map(({kind, peers}) => [kind, peers])).toEqual([
			['join', [CAT]],
			['message', [CAT]],
		]);
		expect(events(outputs, 'message-state')).toMatchObject([{storedBy: 1, of: 2}]);
	});

	test('counts its events room by room, each naming the one before', () => {
		const desk = startTogether(['lobby', 'dev']);
		const said = ['lobby', 'dev', 'lobby'].map(room => published(desk.say('hi', room))[0]!);
		expect(said.map(({room, sequence}) => [room, sequence])).toEqual([
			['lobby', 3],
			['dev', 3],
			['lobby', 4],
		]);
	});

	test('never uses a sequence number again, however often the room is left and joined', () => {
		const desk = new Desk({peers: [BOB]});
		desk.handle(subscribed(BOB, ['lobby']));
		const numbers = [1, 2, 3].flatMap(() => {
			const outputs = [...desk.say('hi'), ...desk.ask({command: 'leave', room: 'lobby'})];
			desk.ask({command: 'join', room: 'lobby'});
			return published(outputs).map(({sequence}) => sequence);
		});
		// A join, a message and a leave each time.
		expect(numbers).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
	});

	test.each([
		['blank', ' \n\t', 'There is nothing to send'],
		[
			'too long',
			'x'.repeat(MAX_TEXT_BYTES + 1),
			`The message is too long. ${MAX_TEXT_BYTES + 1} bytes; at most ${MAX_TEXT_BYTES} fit`,
		],
		['not Unicode', 'a\ud800', 'The text is not valid Unicode: half a surrogate pair'],
	])('a text that is %s is refused, and uses up no sequence number', (_, text, message) => {
		const desk = startTogether();
		const bad = {command: 'publish', room: 'lobby', text, id: '1'} as const;
		expect(desk.ask(bad)).toEqual([refused(bad, 'bad-text', message)]);
		expect(published(desk.ask(command))).toMatchObject([{sequence: 3}]);
	});

	test('our own message that comes back is dropped as a duplicate', () => {
		const desk = startTogether();
		const [publish] = sent(desk.ask(command), 'publish');
		expect(desk.handle(received(BOB, publish!.message), 1)).toEqual([count('duplicate')]);
	});
});

describe('receiving', () => {
	test('shows a message, hands the same bytes on to the others, and owes its author a receipt', () => {
		const event = written(bobIdentity);
		const desk = startTogether();
		desk.view.connect(CAT, {name: 'cat', protocols: [TOPOLOGY_PROTOCOL]});
		desk.handle(subscribed(DAN, ['lobby']));
		expect(desk.handle(publishing(CAT, event), 50)).toEqual([
			shown({messageId: event.messageId, via: CAT}),
			handedOn([DAN], event),
			receiptsAt(50 + RECEIPT_DELAY),
		]);
		expect(desk.timer('receipts', 50 + RECEIPT_DELAY)).toEqual([
			send([BOB], {
				type: 'receipt',
				room: 'lobby',
				messageIds: [event.messageId],
				arrivals: [{hops: 1, via: CAT, waited: RECEIPT_DELAY * 1_000}],
			}),
		]);
	});

	test('shows and hands on at once, and says that it is stored only when it is', () => {
		const event = written(bobIdentity);
		const desk = startTogether();
		expect(inShort(desk.hold(publishing(BOB, event), 50))).toEqual(['message', 'send publish', 'commit']);
		expect(desk.timer('receipts', 80)).toEqual([]);
		expect(desk.commit(90)).toEqual([receiptsAt(90 + RECEIPT_DELAY)]);
		expect(sent(desk.timer('receipts', 120), 'receipt')).toMatchObject([{message: {messageIds: [event.messageId]}}]);
	});

	test('hands nothing on where nobody else is in the room', () => {
		const event = written(bobIdentity);
		const desk = new Desk();
		desk.handle(subscribed(BOB, ['lobby']));
		expect(desk.handle(publishing(BOB, event), 50)).toEqual([
			shown({messageId: event.messageId}),
			receiptsAt(50 + RECEIPT_DELAY),
		]);
	});

	test('a message of our own from before we lost our data is shown as ours, and owes no receipt', () => {
		const event = written(annIdentity);
		const outputs = startTogether().handle(publishing(BOB, event), 50);
		expect(inShort(outputs)).toEqual(['message', 'send publish']);
		const [message] = events(outputs, 'message');
		expect(message).toMatchObject({messageId: event.messageId, from: ANN, name: 'me', local: true});
		expect(message).not.toHaveProperty('via');
	});

	test('an author that was never met goes by its short peer id', () => {
		const event = written(catIdentity);
		const desk = new Desk({peers: [BOB]});
		expect(desk.handle(publishing(BOB, event), 50)[0]).toEqual(
			shown({messageId: event.messageId, from: CAT, name: shortPeerId(CAT)}),
		);
	});

	test('a duplicate is dropped before its signature is looked at', () => {
		const event = written(bobIdentity);
		const desk = startTogether();
		desk.handle(publishing(BOB, event), 50);
		expect(desk.handle(publishing(CAT, event), 51)).toEqual([count('duplicate')]);
		// With a signature that would cost the connection, if it were checked.
		expect(desk.handle(publishing(CAT, {...event, signature: new Uint8Array(64)}), 52)).toEqual([count('duplicate')]);
	});

	test('row 34: who hands on an altered message is disconnected, and the real one is still taken', () => {
		const event = written(bobIdentity);
		const desk = startTogether();
		const forged = {...event, signature: written(bobIdentity, {text: 'other'}).signature};
		expect(desk.handle(publishing(CAT, forged), 50)).toEqual([count('event-signature'), LET_GO]);
		expect(desk.archive.has('lobby', event.messageId)).toBe(false);
		expect(desk.handle(publishing(BOB, event), 51)).toEqual([
			shown({messageId: event.messageId}),
			handedOn([CAT], event),
			receiptsAt(51 + RECEIPT_DELAY),
		]);
	});

	test.each(['text', 'room', 'clock'] as const)(
		'row 34: not a letter of it can be changed, such as of its %s',
		what => {
			const event = written(bobIdentity);
			const altered = written(bobIdentity, {[what]: what === 'clock' ? WRITTEN + 1 : 'other'});
			const desk = startTogether(['lobby', 'other']);
			const forged = {event: altered.event, signature: event.signature};
			expect(desk.handle(publishing(CAT, forged), 50)).toEqual([count('event-signature'), LET_GO]);
		},
	);

	test('row 34: a message in the name of another is refused', () => {
		const event = written(bobIdentity);
		const byCat = catIdentity.sign(Buffer.concat([Buffer.from(EVENT_DOMAIN), event.event]));
		expect(startTogether().handle(publishing(CAT, {...event, signature: byCat}), 50)).toEqual([
			count('event-signature'),
			LET_GO,
		]);
	});

	test('row 33: a message signed for another room appears there and nowhere else', () => {
		const event = written(bobIdentity, {room: 'dev'});
		const desk = startTogether(['lobby', 'dev']);
		expect(events(desk.handle(publishing(CAT, event), 50), 'message')).toMatchObject([{room: 'dev'}]);
		expect(desk.archive.has('lobby', event.messageId)).toBe(false);
	});

	test('row 33: a message for a room that we are not in is dropped unchecked, and taken once we have joined', () => {
		const event = written(bobIdentity, {room: 'dev'});
		const desk = startTogether();
		const before = desk.verified;
		expect(desk.handle(publishing(BOB, event), 50)).toEqual([count('not-subscribed')]);
		expect(desk.verified).toBe(before);
		desk.ask({command: 'join', room: 'dev'}, 51);
		expect(desk.handle(publishing(BOB, event), 52)).toEqual([
			shown({messageId: event.messageId, room: 'dev'}),
			receiptsAt(52 + RECEIPT_DELAY),
		]);
	});

	test('row 35: what was shown before a restart is neither shown nor checked again, nor handed on', () => {
		const event = written(bobIdentity);
		const first = startTogether();
		first.handle(publishing(BOB, event), 50);
		const desk = first.restarted();
		desk.handle(subscribed(BOB, ['lobby']));
		expect(desk.handle(publishing(BOB, event), 50)).toEqual([count('duplicate')]);
		expect(desk.verified).toBe(0);
	});

	test('row 36: both events of an author who forks are kept, shown as such, and handed on', () => {
		const [one, other] = [written(bobIdentity, {text: 'yes'}), written(bobIdentity, {text: 'no'})];
		const desk = startTogether();
		desk.handle(publishing(BOB, one), 50);
		const outputs = desk.handle(publishing(BOB, other), 51);
		expect(events(outputs, 'message')).toMatchObject([{text: 'no', forked: true}]);
		expect(events(outputs, 'message-changed')).toMatchObject([
			{messageId: one.messageId, text: 'yes', forked: true, change: 'fork'},
		]);
		expect(outputs).toContainEqual(handedOn([CAT], other));
		expect(outputs).toContainEqual(count('fork'));
		expect([one, other].map(({messageId}) => desk.archive.has('lobby', messageId))).toEqual([true, true]);
	});

	test('an answer that came before what it answers moves behind it', () => {
		const question = written(bobIdentity, {text: 'why?', clock: WRITTEN + 5_000});
		const answer = written(catIdentity, {text: 'because', parents: [question.messageId]});
		const desk = startTogether();
		expect(events(desk.handle(publishing(CAT, answer), 50), 'message')).toMatchObject([{missing: 1, order: WRITTEN}]);
		const outputs = desk.handle(publishing(BOB, question), 60);
		expect(events(outputs, 'message-changed').at(-1)).toMatchObject({messageId: answer.messageId, change: 'gap'});
		const moved = events(desk.timer('reorder', 60 + REORDER_PAUSE), 'message-changed');
		expect(moved).toMatchObject([{messageId: answer.messageId, change: 'order', order: WRITTEN + 5_001}]);
		expect(desk.timer('reorder', 1_000)).toEqual([]);
	});

	test.each([
		['no msgpack', Uint8Array.of(0xc1), 'body-reserved'],
		['no event', pack([1, 2, 3]), 'event-shape'],
	])('what is %s is counted and dropped, and the peer kept', (_, event, reason) => {
		expect(startTogether().handle(publishing(BOB, {event, signature: new Uint8Array(64)}), 50)).toEqual([
			count(reason),
		]);
	});

	test('an event of a kind that we do not know is kept, shown as such, and handed on', () => {
		const event = unknownKind();
		const desk = startTogether();
		const outputs = desk.handle(publishing(BOB, event), 50);
		expect(events(outputs, 'notice')).toMatchObject([{kind: 'unknown', from: BOB, text: ''}]);
		expect(outputs).toContainEqual(handedOn([CAT], event));
		expect(outputs).toContainEqual(receiptsAt(50 + RECEIPT_DELAY));
		expect(desk.archive.has('lobby', event.messageId)).toBe(true);
	});

	test('every message counts as unread until we publish to the room, over restarts too', () => {
		let desk = startTogether();
		type Rooms = {rooms: {unread: number}[]};
		const unread = () => (replied(desk.ask({command: 'rooms'})) as Rooms).rooms[0]?.unread;
		for (const sequence of [1, 2])
			desk.handle(publishing(BOB, written(bobIdentity, {sequence, clock: TIMESTAMP + sequence})));
		desk.handle(publishing(CAT, written(bobIdentity, {sequence: 2, clock: TIMESTAMP + 2})));
		expect(unread()).toBe(2);
		desk = desk.restarted();
		expect(unread()).toBe(2);
		expect(events(desk.begun, 'room-joined')).toMatchObject([{room: 'lobby', unread: 2}]);
		desk.say('hi');
		expect(unread()).toBe(0);
		desk = desk.restarted();
		expect(unread()).toBe(0);
		desk.handle(publishing(BOB, written(bobIdentity, {sequence: 3, clock: TIMESTAMP + 9})));
		desk.handle(publishing(BOB, written(annIdentity, {sequence: 4, clock: TIMESTAMP + 9})));
		expect(unread()).toBe(1);
	});
});

describe('receipts', () => {
	test('of a member raise what its author sees, over restarts too', () => {
		const first = startTogether();
		const messageId = idOf(first.say('hi'));
		const receipt = {type: 'receipt', room: 'lobby', messageIds: ['ff'.repeat(32), messageId]} as const;
		const state = {type: 'message-state', messageId, room: 'lobby', of: 3} as const;
		expect(events(first.handle(received(BOB, receipt), 1), 'message-state')).toEqual([{...state, storedBy: 2}]);
		first.timer('spreads', 600);
		const desk = first.restarted();
		desk.handle(subscribed(BOB, ['lobby']));
		desk.handle(subscribed(CAT, ['lobby']));
		expect(desk.handle(received(BOB, receipt), 1)).toEqual([]);
		expect(events(desk.handle(received(CAT, receipt), 1), 'message-state')).toEqual([{...state, storedBy: 3}]);
	});

	test('of a stranger are counted and nothing else', () => {
		const desk = startTogether();
		const receipt = {type: 'receipt', room: 'lobby', messageIds: [idOf(desk.say('hi'))]} as const;
		expect(desk.handle(received(DAN, receipt), 1)).toEqual([count('stray-receipt')]);
	});

	test('are not sent to an author who is gone', () => {
		const desk = startTogether();
		desk.handle(publishing(BOB, written(bobIdentity)));
		desk.handle(disconnected(BOB), 10);
		expect(desk.timer('receipts', RECEIPT_DELAY)).toEqual([]);
	});

	test('an unknown timer does nothing', () => {
		const desk = startTogether();
		desk.handle(publishing(BOB, written(bobIdentity)));
		expect(desk.handle(timer('other'), RECEIPT_DELAY)).toEqual([]);
	});
});

/** Bob says something of a kind that a newer version may have. */
function unknownKind() {
	const known = written(bobIdentity, {body: {kind: 'topic', text: 'hello'}});
	const event = new Uint8Array(known.event);
	// The kind stands before the text: a positive fixnum, then a text of five bytes.
	const at = Buffer.from(event).indexOf('hello') - 2;
	event[at] = 99;
	const signature = bobIdentity.sign(Buffer.concat([Buffer.from(EVENT_DOMAIN), event]));
	return {event, signature, messageId: eventId(event)};
}

test('what one peer brings too fast is left to sync, and costs it nothing else', () => {
	const desk = startTogether();
	const event = written(bobIdentity, {text: 'x'.repeat(16_000)}).event;
	const at = Buffer.from(event).indexOf('xxxxxx');
	const publish = (number: number, from = BOB) => {
		const other = new Uint8Array(event);
		other.set(Buffer.from(String(number).padStart(6, '0')), at);
		return publishing(from, {event: other, signature: NO_SIGNATURE});
	};
	const verify = desk.verified;
	const most = LIVE_BYTES.burst / 16_000 + 1;
	let outputs = desk.handle(publish(0));
	expect(outputs.map(({type}) => type)).toEqual(['count', 'disconnect']);
	for (let number = 1; number < most; number++) outputs = desk.handle(publish(number));
	expect(outputs).toEqual([count('live-rate')]);
	expect(desk.verified - verify).toBeLessThan(most);
	// Others are heard, and so is Bob after a while.
	expect(desk.handle(publish(99_999, CAT))).toContainEqual(count('event-signature'));
	expect(desk.handle(publish(99_998), 1_000)).toContainEqual(count('event-signature'));
});
