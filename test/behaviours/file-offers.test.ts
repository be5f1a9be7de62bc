/** Offers of files among what people say: entries like words, and no more editable than what they name. */
import {describe, expect, test} from 'vitest';
import type {Command} from '../../source/api/command.ts';
import type {Results} from '../../source/api/event.ts';
import {Queries} from '../../source/behaviours/queries.ts';
import {RECEIPT_DELAY} from '../../source/behaviours/receipts.ts';
import type {SignedEvent} from '../../source/wire/event.ts';
import {EVENT_DOMAIN} from '../../source/wire/layout.ts';
import type {EventBody} from '../../source/wire/messages.ts';
import {ANN, asked, BOB, CAT, received, TIMESTAMP} from './fixtures.ts';
import {
	bobIdentity,
	catIdentity,
	type Desk,
	events,
	handedOn,
	inShort,
	published,
	publishing,
	receiptsAt,
	refused,
	replied,
	sent,
	shown,
	startTogether,
	type Words,
	written,
} from './rooms-fixtures.ts';

const OFFER = {name: 'plans.pdf', file: 'ab'.repeat(32), size: 150_000, files: 0, isExecutable: false} as const;
const FILE: EventBody = {kind: 'file', offer: {...OFFER, manifest: undefined}};

/** Bob's offer, and what Ann is told when it comes. */
function start() {
	const desk = startTogether();
	const offer = written(bobIdentity, {body: FILE});
	return {desk, offer, told: desk.handle(publishing(BOB, offer))};
}

/** Ann offers one herself. */
function offering(desk: Desk) {
	let messageId = '';
	const done = (id: string) => {
		messageId = id;
		return [];
	};
	const outputs = desk.rooms.talk.publish({room: 'lobby'}, FILE, TIMESTAMP, {done, failed: () => []});
	expect(inShort(outputs)).toEqual(['commit']);
	return {told: desk.commit(), id: () => messageId};
}

/** Bytes that Bob has signed, whatever they say. */
function signedByBob(event: Uint8Array): SignedEvent {
	return {event, signature: bobIdentity.sign(Buffer.concat([Buffer.from(EVENT_DOMAIN), event]))};
}

const after = (body: EventBody, words: Words = {}) => written(bobIdentity, {sequence: 2, body, ...words});

/** The answer to a question about what is kept. */
function query<Name extends keyof Results>(desk: Desk, command: Command & {readonly command: Name}): Results[Name] {
	return replied(new Queries(desk).handle(asked(command))) as unknown as Results[Name];
}

const search = (desk: Desk, text: string) => query(desk, {command: 'search', text});

describe('an offer of somebody', () => {
	test('is told as a message, with what it offers, handed on, and owed a receipt', () => {
		const {offer, told} = start();
		expect(told).toEqual([
			shown({messageId: offer.messageId, kind: 'file', text: 'plans.pdf', offer: OFFER}),
			handedOn([CAT], offer),
			receiptsAt(RECEIPT_DELAY),
		]);
	});

	test('is unread until somebody has read it', () => {
		const desk = startTogether();
		const {messageId, ...offer} = written(bobIdentity, {body: FILE, timestamp: TIMESTAMP + 1_000});
		desk.handle(publishing(BOB, offer));
		const unread = () => (replied(desk.ask({command: 'rooms', id: '1'})) as Results['rooms']).rooms[0]?.unread;
		expect(unread()).toBe(1);
		new Queries(desk).handle(asked({command: 'read', room: 'lobby', messageId}));
		desk.commit();
		expect(unread()).toBe(0);
	});

	test('is in the history, and found by the words of its name', () => {
		const {desk, offer} = start();
		const {messages} = query(desk, {command: 'history', room: 'lobby'});
		const found = messages.find(({messageId}) => messageId === offer.messageId);
		expect(found).toMatchObject({kind: 'file', offer: OFFER});
		expect(search(desk, 'plan pdf').messages).toMatchObject([{messageId: offer.messageId, offer: OFFER}]);
	});

	test('of a folder says how many files it has, and nothing of its manifest', () => {
		const desk = startTogether();
		const folder: EventBody = {kind: 'file', offer: {...OFFER, files: 3, manifest: 'cd'.repeat(32)}};
		const told = desk.handle(publishing(BOB, written(bobIdentity, {body: folder})));
		expect(events(told, 'message').map(({offer}) => offer)).toEqual([{...OFFER, files: 3}]);
	});

	test('mentions nobody, whatever the file is called', () => {
		const desk = startTogether();
		for (const [index, name] of [`@${desk.view.name}`, ANN].entries()) {
			const body: EventBody = {kind: 'file', offer: {...OFFER, name, manifest: undefined}};
			const told = desk.handle(publishing(BOB, written(bobIdentity, {body, sequence: 1 + index})));
			expect(events(told, 'message')).toMatchObject([{text: name}]);
			expect(events(told, 'message')[0]).not.toHaveProperty('mention');
		}
	});

	test('is answered by a reply that quotes its name', () => {
		const {desk, offer} = start();
		const outputs = desk.ask({command: 'publish', room: 'lobby', text: 'thanks', replyTo: offer.messageId, id: '1'});
		expect(events(outputs, 'message')).toMatchObject([
			{kind: 'reply', replyTo: {messageId: offer.messageId, from: BOB, text: 'plans.pdf'}},
		]);
	});

	test('is reacted to', () => {
		const {desk, offer} = start();
		const outputs = desk.ask({command: 'react', room: 'lobby', messageId: offer.messageId, emoji: '👍', id: '1'});
		expect(events(outputs, 'message-changed')).toMatchObject([
			{messageId: offer.messageId, offer: OFFER, reactions: [{emoji: '👍', from: [ANN]}]},
		]);
	});

	test('changes by no edit, not even its author’s', () => {
		const {desk, offer} = start();
		const told = desk.handle(publishing(BOB, after({kind: 'edit', target: offer.messageId, text: 'cats.pdf'})));
		expect(events(told, 'message-changed')).toEqual([]);
		expect(search(desk, 'cats').messages).toEqual([]);
		expect(search(desk, 'plans').messages).toMatchObject([{text: 'plans.pdf'}]);
	});

	test('that its author takes back says nothing any more: neither its name nor its id', () => {
		const {desk, offer} = start();
		desk.ask({command: 'publish', room: 'lobby', text: 'thanks', replyTo: offer.messageId, id: '1'});
		const told = desk.handle(publishing(BOB, after({kind: 'redaction', target: offer.messageId, reason: 'too large'})));
		const [taken, quoting] = events(told, 'message-changed');
		expect(taken).toMatchObject({messageId: offer.messageId, kind: 'file', text: '', redacted: 'too large'});
		expect(taken).not.toHaveProperty('offer');
		expect(quoting).toMatchObject({kind: 'reply', replyTo: {text: ''}});
		expect(search(desk, 'plans').messages).toEqual([]);
		const details = query(desk, {command: 'inspect', room: 'lobby', messageId: offer.messageId});
		expect([details.kind, details.text, details.offer]).toEqual(['file', '', undefined]);
	});

	test('cannot be taken back by anybody else', () => {
		const {desk, offer} = start();
		const body: EventBody = {kind: 'redaction', target: offer.messageId, reason: ''};
		const told = desk.handle(publishing(CAT, written(catIdentity, {body})));
		expect(events(told, 'message-changed')).toEqual([]);
	});

	test('is exported as it was signed, and inspected with what it offers', () => {
		const {desk, offer} = start();
		const {events: all} = query(desk, {command: 'export', room: 'lobby'});
		const exported = all.find(({messageId}) => messageId === offer.messageId);
		expect(exported).toMatchObject({kind: 'file', text: 'plans.pdf', offer: OFFER});
		expect(exported?.event).toBe(Buffer.from(offer.event).toString('base64'));
		expect(query(desk, {command: 'inspect', room: 'lobby', messageId: offer.messageId})).toMatchObject({
			kind: 'file',
			text: 'plans.pdf',
			offer: OFFER,
			bytes: offer.event.length,
		});
	});

	test('with a body that makes no sense is kept and shown as of a newer version', () => {
		const desk = startTogether();
		const good = written(bobIdentity, {body: FILE});
		// One bit of what it offers: a folder now, without a manifest.
		const at = Buffer.from(good.event).indexOf(Buffer.from('ce000249f000', 'hex')) + 5;
		const told = desk.handle(publishing(BOB, signedByBob(good.event.with(at, 1))));
		expect(events(told, 'notice')).toMatchObject([{kind: 'unknown', text: ''}]);
		expect(sent(told, 'publish')).toHaveLength(1);
	});
});

describe('an own offer', () => {
	test('goes to the members when it is on disk, and is followed until they have stored it', () => {
		const desk = startTogether();
		const {told, id} = offering(desk);
		expect(published(told)).toMatchObject([{kind: 'file', offer: {file: OFFER.file}, peers: [BOB, CAT]}]);
		expect(events(told, 'message')).toMatchObject([{kind: 'file', messageId: id(), local: true, offer: OFFER}]);
		const receipts = [BOB, CAT].map(peer => received(peer, {type: 'receipt', room: 'lobby', messageIds: [id()]}));
		const later = [...receipts.flatMap(one => desk.handle(one)), ...desk.timer('spreads', 10_000)];
		expect(events(later, 'message-state').at(-1)).toMatchObject({messageId: id(), storedBy: 3, of: 3});
	});

	test('is taken back, and not edited', () => {
		const desk = startTogether();
		const messageId = offering(desk).id();
		const edit = {command: 'edit', room: 'lobby', messageId, text: 'other', id: '1'} as const;
		expect(desk.ask(edit)).toEqual([refused(edit, 'bad-text', 'the name of an offer cannot be changed')]);
		const outputs = desk.ask({command: 'redact', room: 'lobby', messageId, id: '1'});
		expect(published(outputs)).toMatchObject([{kind: 'redaction', target: messageId}]);
		expect(events(outputs, 'message-changed')[0]).not.toHaveProperty('offer');
		expect(desk.ask(edit)).toMatchObject([{type: 'refuse'}]);
	});
});
