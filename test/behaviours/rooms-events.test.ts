import {describe, expect, test} from 'vitest';
import {RECEIPT_DELAY} from '../../source/behaviours/receipts.ts';
import {HISTORY_LIMIT_DEFAULT, HISTORY_LIMIT_MAX} from '../../source/behaviours/rooms.ts';
import {MAX_TEXT_BYTES} from '../../source/wire/limits.ts';
import {pack} from '../../source/wire/msgpack.ts';
import {publicKeyOf, shortPeerId} from '../../source/wire/peer-id.ts';
import {ANN, asked, BOB, CAT, count, DAN, disconnected, emit, received, send, timer} from './fixtures.ts';
import {
	annIdentity,
	bobIdentity,
	catIdentity,
	published,
	publishing,
	receiptsAt,
	refused,
	shown,
	start,
	startTogether,
	subscribed,
	written,
} from './rooms-fixtures.ts';

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
		let now = 0;
		for (let number = 0; number < 2_000; number++) {
			// A second for each, for a person may not change rooms without end.
			now += 1_000;
			behaviour.handle(asked({command: 'join', room: `r${number}`}), now);
			behaviour.handle(asked({command: 'leave', room: `r${number}`}), now);
		}
		behaviour.handle(asked({command: 'join', room: 'lobby'}), now);
		expect(behaviour.handle(asked(again), now)).toEqual(published(again, 'hi', 2, []));
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
			shown({messageId: event.messageId, via: CAT}),
			send([DAN], {type: 'publish', event: event.event, signature: event.signature, hops: 1}),
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
			send([CAT], {type: 'publish', event: event.event, signature: event.signature, hops: 1}),
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
			send([CAT], {type: 'publish', event: event.event, signature: event.signature, hops: 1}),
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
			return {
				room: 'lobby',
				messageId,
				from: BOB,
				name: 'bob',
				text,
				timestamp: 1_234,
				seq: index + 1,
				local: false,
				via: BOB,
				hops: 1,
			};
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
