/** Replies, edits, reactions, redactions and topics: what becomes an event, and what is refused in one line. */
import {describe, expect, test} from 'vitest';
import {ANN, BOB, CAT, TIMESTAMP} from './fixtures.ts';
import {
	bobIdentity,
	catIdentity,
	type Desk,
	events,
	idOf,
	inShort,
	published,
	publishing,
	refused,
	replied,
	startTogether,
	written,
} from './rooms-fixtures.ts';

const NOWHERE = 'ab'.repeat(32);

/** Ann and Bob have each said something in the lobby. */
function start() {
	const desk = startTogether();
	const mine = idOf(desk.say('mine'));
	const his = written(bobIdentity).messageId;
	desk.handle(publishing(BOB, written(bobIdentity)));
	return {desk, mine, his};
}

/** The last event that leaves. */
const event = (outputs: ReturnType<Desk['handle']>) => published(outputs).at(-1);

test('a reply names what it answers, and is shown with it', () => {
	const {desk, his} = start();
	const outputs = desk.ask({command: 'publish', room: 'lobby', text: 'yes', replyTo: his, id: '1'});
	expect(event(outputs)).toMatchObject({kind: 'reply', target: his, text: 'yes'});
	expect(events(outputs, 'message')).toMatchObject([
		{kind: 'reply', replyTo: {messageId: his, name: 'bob', text: 'hello'}},
	]);
	expect(events(outputs, 'message-state')).toMatchObject([{storedBy: 1, of: 3}]);
});

test('an edit changes an own message, here and in what leaves', () => {
	const {desk, mine} = start();
	const outputs = desk.ask({command: 'edit', room: 'lobby', messageId: mine, text: 'better', id: '1'});
	expect(event(outputs)).toMatchObject({kind: 'edit', target: mine, text: 'better', peers: [BOB, CAT]});
	expect(inShort(outputs)).toEqual(['message-changed', 'send publish', 'reply']);
	expect(events(outputs, 'message-changed')).toMatchObject([{messageId: mine, text: 'better', change: 'edit'}]);
});

test('a redaction takes an own message back', () => {
	const {desk, mine} = start();
	const outputs = desk.ask({command: 'redact', room: 'lobby', messageId: mine, reason: 'wrong room', id: '1'});
	expect(event(outputs)).toMatchObject({kind: 'redaction', target: mine, reason: 'wrong room'});
	expect(events(outputs, 'message-changed')).toMatchObject([{messageId: mine, text: '', redacted: 'wrong room'}]);
});

test('a reaction is to anybody, and can be taken back', () => {
	const {desk, his} = start();
	const react = {command: 'react', room: 'lobby', messageId: his, emoji: '👍', id: '1'} as const;
	const on = desk.ask(react);
	expect(event(on)).toMatchObject({kind: 'reaction', target: his, emoji: '👍', isOn: true});
	expect(events(on, 'message-changed')).toMatchObject([{messageId: his, reactions: [{emoji: '👍', from: [ANN]}]}]);
	expect(event(desk.ask({...react, off: true}))).toMatchObject({isOn: false});
});

test('a reaction that is there already makes no second event, and is answered with its id', () => {
	const {desk, his} = start();
	const react = {command: 'react', room: 'lobby', messageId: his, emoji: '👍', id: '1'} as const;
	const off = {...react, off: true} as const;
	expect(desk.ask(off)).toEqual([refused(off, 'unknown-message', 'you have not reacted with 👍 to that message')]);
	for (const command of [react, off, react]) {
		const first = desk.ask(command);
		expect(desk.ask(command)).toEqual([{type: 'reply', command, result: {messageId: idOf(first)}}]);
	}
	expect(event(desk.ask({...react, emoji: '🎉'}))).toMatchObject({emoji: '🎉', isOn: true});
});

describe('the topic', () => {
	test('is set, told, and known when one comes', () => {
		const {desk} = start();
		const outputs = desk.ask({command: 'topic', room: 'lobby', text: ' news ', id: '1'});
		expect(event(outputs)).toMatchObject({kind: 'topic', text: 'news'});
		expect(events(outputs, 'topic-changed')).toMatchObject([{room: 'lobby', topic: 'news', from: ANN}]);
		const answer = {room: 'lobby', topic: 'news', from: ANN};
		expect(replied(outputs)).toEqual(answer);
		expect(replied(desk.ask({command: 'topic', room: '#Lobby', id: '2'}))).toEqual(answer);
		expect(events(desk.restarted().begun, 'room-joined')).toMatchObject([{room: 'lobby', topic: 'news'}]);
	});

	test('is empty at first, and asking leaves no trace', () => {
		const {desk} = start();
		const asking = {command: 'topic', room: 'lobby', id: '1'} as const;
		const outputs = desk.ask(asking);
		expect(outputs).toEqual([{type: 'reply', command: asking, result: {room: 'lobby', topic: ''}}]);
	});

	test('that two set at once is the same everywhere: the one that is last in the order of the room', () => {
		const [early, late] = [TIMESTAMP + 10_000, TIMESTAMP + 20_000];
		const byBob = written(bobIdentity, {body: {kind: 'topic', text: 'bob'}, clock: late});
		const byCat = written(catIdentity, {body: {kind: 'topic', text: 'cat'}, clock: early});
		for (const order of [
			[byBob, byCat],
			[byCat, byBob],
		]) {
			const desk = startTogether();
			for (const one of order) desk.handle(publishing(BOB, one));
			expect(replied(desk.ask({command: 'topic', room: 'lobby', id: '1'}))).toMatchObject({topic: 'bob', from: BOB});
		}
	});
});

describe('is refused', () => {
	test.each([
		['edit', {text: 'x'}, 'edited'],
		['redact', {}, 'taken back'],
	] as const)('%s of what another has said', (command, more, what) => {
		const {desk, his} = start();
		const asked = {command, room: 'lobby', messageId: his, id: '1', ...more} as Parameters<Desk['ask']>[0];
		expect(desk.ask(asked)).toEqual([refused(asked, 'not-yours', `only your own messages can be ${what}`)]);
	});

	test.each([
		{command: 'edit', room: 'lobby', messageId: NOWHERE, text: 'x'},
		{command: 'redact', room: 'lobby', messageId: NOWHERE},
		{command: 'react', room: 'lobby', messageId: NOWHERE, emoji: '👍'},
		{command: 'publish', room: 'lobby', text: 'x', replyTo: NOWHERE},
	] as const)('$command about a message that is not here', command => {
		expect(start().desk.ask(command)).toEqual([refused(command, 'unknown-message', 'that message is not here')]);
	});

	test('whatever would change what was taken back', () => {
		const {desk, mine} = start();
		desk.ask({command: 'redact', room: 'lobby', messageId: mine});
		for (const words of [{command: 'edit', text: 'x'}, {command: 'redact'}, {command: 'react', emoji: '👍'}] as const) {
			const asked = {room: 'lobby', messageId: mine, id: '1', ...words} as Parameters<Desk['ask']>[0];
			const reason = 'that message was taken back; nothing of it can be changed any more';
			expect(desk.ask(asked)).toEqual([refused(asked, 'unknown-message', reason)]);
		}
	});

	test('what is about a message of another room, or about what is none', () => {
		const {desk} = start();
		desk.ask({command: 'join', room: 'dev'});
		const elsewhere = idOf(desk.say('hi', 'dev'));
		const asked = {command: 'react', room: 'lobby', messageId: elsewhere, emoji: '👍', id: '1'} as const;
		expect(desk.ask(asked)).toEqual([refused(asked, 'unknown-message', 'that message is not here')]);
		const topic = written(bobIdentity, {sequence: 2, body: {kind: 'topic', text: 'news'}});
		desk.handle(publishing(BOB, topic));
		const ofTopic = {...asked, messageId: topic.messageId};
		expect(desk.ask(ofTopic)).toEqual([refused(ofTopic, 'unknown-message', 'that is not a message')]);
	});

	test.each([
		[{command: 'edit', text: ' '}, 'There is nothing to send'],
		[{command: 'react', emoji: 'two words'}, 'A reaction is a single emoji. For example 👍'],
		[{command: 'redact', reason: 'a\nb'}, 'A reason is one line without control characters'],
		[{command: 'topic', text: 'x'.repeat(300)}, 'The topic is too long. At most 256 bytes'],
	] as const)('%j, which cannot be said', (words, message) => {
		const {desk, mine} = start();
		const asked = {room: 'lobby', messageId: mine, id: '1', ...words} as Parameters<Desk['ask']>[0];
		expect(desk.ask(asked)).toEqual([refused(asked, 'bad-text', message)]);
	});
});
