import {describe, expect, test} from 'vitest';
import type {Command} from '../../source/api/command.ts';
import type {ChatMessage, ExportedEvent, Results} from '../../source/api/event.ts';
import type {BehaviourInput, BehaviourOutput} from '../../source/behaviours/behaviour.ts';
import {HISTORY_LIMIT_DEFAULT, HISTORY_LIMIT_MAX, Queries} from '../../source/behaviours/queries.ts';
import {MAX_REPLY_LENGTH} from '../../source/behaviours/reply-size.ts';
import {eventId, verifyEvent} from '../../source/wire/event.ts';
import {MAX_TEXT_BYTES} from '../../source/wire/limits.ts';
import {
	Author,
	annIdentity,
	bobIdentity,
	catIdentity,
	DIRECT,
	EPOCH,
	Shelf,
	type Signed,
} from './chronicle-fixtures.ts';
import {ANN, asked, BOB, CAT, connected, count, received, send} from './fixtures.ts';

/** Ann's node, and what it answers. */
class Desk extends Shelf {
	readonly queries = new Queries(this);

	/** The result, or what is wrong with the command. */
	ask<Name extends keyof Results>(command: Command & {readonly command: Name}): Results[Name] | string {
		const output = this.queries.handle(asked(command)).findLast(({type}) => type === 'reply' || type === 'refuse');
		if (output?.type === 'refuse') return `${output.error.code}: ${output.error.message}`;
		if (output?.type !== 'reply') throw new Error('no answer');
		return output.result as Results[Name];
	}

	/** All that comes of it, once the disk has answered the commit it asks for. */
	settle(input: BehaviourInput): BehaviourOutput[] {
		const outputs = this.queries.handle(input);
		if (!outputs.some(({type}) => type === 'commit')) return outputs;
		return [...outputs.filter(({type}) => type !== 'commit'), ...this.commit()];
	}

	commit(): BehaviourOutput[] {
		const result = this.archive.commit();
		return this.queries.handle(result.ok ? {type: 'committed'} : {type: 'committed', failure: result.failure});
	}

	texts(command: Command & {readonly command: 'history' | 'search'}): readonly string[] | string {
		const result = this.ask(command);
		return typeof result === 'string' ? result : result.messages.map(({text}) => text);
	}

	unread(room = 'lobby'): number {
		return this.store.countUnread(room, this.archive.room(room).readTo, ANN, 1_000);
	}
}

const message = (text: string) => ({kind: 'message', text}) as const;

/** `count` messages of Bob's in the lobby: "0", "1" … */
function lobbyOf(total: number): {desk: Desk; said: Signed[]} {
	const [desk, bob] = [new Desk(), new Author(bobIdentity)];
	const said = Array.from({length: total}, (_, index) => bob.write(message(String(index)), index));
	for (const signed of said) desk.take(signed);
	return {desk, said};
}

const numbers = (from: number, to: number) => Array.from({length: to - from}, (_, index) => String(from + index));

describe('history', () => {
	const {desk, said} = lobbyOf(60);
	const [tenth, last] = [said[10]?.id ?? '', said[59]?.id ?? ''];

	test.each([
		['the newest page', {}, numbers(60 - HISTORY_LIMIT_DEFAULT, 60)],
		['so many', {limit: 2}, ['58', '59']],
		['what comes before one', {limit: 3, before: tenth}, ['7', '8', '9']],
		['what comes after one', {limit: 3, after: tenth}, ['11', '12', '13']],
		['nothing after the last', {after: last}, []],
		['all', {limit: HISTORY_LIMIT_MAX}, numbers(0, 60)],
	])('gives %s', (_, options, expected) => {
		expect(desk.texts({command: 'history', room: 'lobby', ...options})).toEqual(expected);
	});

	test.each([
		[{room: 'lobby', limit: 0}, /^bad-command: limit must be a whole number from 1 to 1000$/],
		[{room: 'lobby', limit: 1_001}, /^bad-command/],
		[{room: 'lobby', before: 'ab'.repeat(32)}, /^unknown-message: no message abab/],
		[{room: 'lobby', after: 'nonsense'}, /^unknown-message/],
		[{room: 'lobby', before: tenth, after: tenth}, /^bad-command: either before or after/],
		[{room: 'nowhere'}, /^unknown-room: not in #nowhere; join it first$/],
		[{room: 'a b'}, /^bad-room/],
		[{room: '@bob'}, /^bad-peer: not a peer id/],
		[{room: `@${ANN}`}, /^bad-peer: that is yourself$/],
		[{room: `@${CAT}`}, /^unknown-room: no messages with/],
	])('refuses %j', (options, expected) => {
		expect(desk.ask({command: 'history', ...options})).toMatch(expected);
	});

	test('gives a conversation by the name of the other one', () => {
		const one = new Desk();
		one.take(new Author(bobIdentity).write(message('psst'), 0, {room: DIRECT}));
		expect(one.texts({command: 'history', room: `@${BOB}`})).toEqual(['psst']);
		// What it is called on the wire is no name for people.
		expect(one.ask({command: 'history', room: DIRECT})).toMatch(/^bad-peer/);
	});

	test('gives what is kept of a room that we have left', () => {
		const {desk: left} = lobbyOf(2);
		left.archive.commit();
		left.archive.close('lobby');
		expect(left.texts({command: 'history', room: 'lobby'})).toEqual(['0', '1']);
		expect(left.ask({command: 'read', room: 'lobby'})).toMatch(/^unknown-room/);
	});
});

describe('what was read', () => {
	test('is nothing new, whatever page was asked for', () => {
		const {desk, said} = lobbyOf(3);
		desk.ask({command: 'history', room: 'lobby', limit: 1});
		desk.ask({command: 'history', room: 'lobby', before: said[2]?.id ?? ''});
		desk.ask({command: 'history', room: 'lobby', after: said[0]?.id ?? ''});
		desk.ask({command: 'search', text: '2'});
		expect(desk.unread()).toBe(3);
	});

	test('is what somebody says, and never less than before', () => {
		const {desk, said} = lobbyOf(3);
		expect(desk.ask({command: 'read', room: 'lobby', messageId: said[1]?.id ?? ''})).toEqual({room: 'lobby'});
		expect(desk.unread()).toBe(1);
		desk.ask({command: 'read', room: 'lobby', messageId: said[0]?.id ?? ''});
		expect(desk.unread()).toBe(1);
		desk.ask({command: 'read', room: 'lobby'});
		expect(desk.unread()).toBe(0);
		expect(desk.ask({command: 'read', room: 'lobby', messageId: 'ab'.repeat(32)})).toMatch(/^unknown-message/);
	});

	test('is written to the disk, once', () => {
		const {desk} = lobbyOf(1);
		const typesOf = () => desk.queries.handle(asked({command: 'read', room: 'lobby'})).map(({type}) => type);
		expect(typesOf()).toEqual(['commit', 'reply']);
		expect(typesOf()).toEqual(['reply']);
	});

	test('in a room is nobody else’s business', () => {
		const {desk} = lobbyOf(1);
		const outputs = desk.settle(asked({command: 'read', room: 'lobby'}));
		expect(outputs.filter(({type}) => type === 'send')).toEqual([]);
	});
});

describe('what was read in a conversation', () => {
	/** Bob has written `first`, Ann has answered. */
	function conversation() {
		const [desk, ann, bob] = [new Desk(), new Author(annIdentity), new Author(bobIdentity)];
		const first = bob.write(message('hi'), 0, {room: DIRECT});
		const answer = ann.write(message('hello'), 1, {room: DIRECT, epoch: EPOCH});
		for (const signed of [first, answer]) desk.take(signed);
		desk.archive.commit();
		desk.receipts.follow(answer.id, DIRECT, [BOB]);
		return {desk, bob, first, answer};
	}
	const sends = (outputs: readonly BehaviourOutput[]) => outputs.filter(({type}) => type === 'send');
	const read = (room: string, {id}: Signed) => ({type: 'read', room, messageId: id}) as const;

	test('is told to the other one: the last message of theirs', () => {
		const {desk, first} = conversation();
		const outputs = desk.settle(asked({command: 'read', room: `@${BOB}`}));
		expect(sends(outputs)).toEqual([send([BOB], read(DIRECT, first))]);
	});

	test('is told with our answer, and once', () => {
		const {desk, first, answer} = conversation();
		desk.archive.markRead(DIRECT, {order: answer.event.clock, id: answer.id});
		const [event] = desk.chronicle.entries([desk.store.get(DIRECT, answer.id)].filter(one => one !== undefined));
		if (!event) throw new Error('it is here');
		const said = {type: 'event', event: {type: 'message', ...event}} as const;
		expect(desk.settle(said)).toEqual([send([BOB], read(DIRECT, first))]);
		expect(desk.settle(said)).toEqual([]);
		expect(sends(desk.settle(asked({command: 'read', room: `@${BOB}`})))).toEqual([]);
	});

	test('is told when they come, if they were away, and again each time they come', () => {
		const {desk, first} = conversation();
		desk.view.disconnect(BOB);
		expect(desk.settle(connected(BOB))).toEqual([]);
		expect(sends(desk.settle(asked({command: 'read', room: `@${BOB}`})))).toEqual([]);
		desk.view.connect(BOB);
		for (const input of [connected(BOB), {type: 'moved', peer: BOB} as const]) {
			expect(desk.settle(input)).toEqual([send([BOB], read(DIRECT, first))]);
		}
		expect(desk.settle(connected(CAT))).toEqual([]);
	});

	test('is told once it is on disk, and not before: whoever has read it holds it', () => {
		const {desk, bob, first} = conversation();
		const last = bob.write(message('and now?'), 2, {room: DIRECT});
		const unsaved = () => {
			desk.take(last);
			return desk.queries.handle(asked({command: 'read', room: `@${BOB}`}));
		};
		desk.store.failure = {code: 'disk-full', message: 'full'};
		expect(sends(unsaved())).toEqual([]);
		expect(desk.commit()).toEqual([]);
		// It was shown, and is gone: what is left is all that we can have read.
		desk.store.failure = undefined;
		expect(desk.settle(asked({command: 'read', room: `@${BOB}`}))).toContainEqual(send([BOB], read(DIRECT, first)));
		expect(sends(unsaved())).toEqual([]);
		expect(desk.commit()).toEqual([send([BOB], read(DIRECT, last))]);
	});

	test('by the other one is shown, and kept', () => {
		const {desk, answer} = conversation();
		const outputs = desk.queries.handle(received(BOB, read(DIRECT, answer)));
		expect(outputs).toEqual([
			{
				type: 'emit',
				event: {type: 'message-state', messageId: answer.id, room: `@${BOB}`, storedBy: 2, of: 2, read: true},
			},
			{type: 'commit'},
		]);
		desk.archive.commit();
		const next = new Desk({store: desk.store});
		expect(next.shown(DIRECT).at(-1)).toMatchObject({messageId: answer.id, state: {read: true}});
		expect(desk.queries.handle(received(BOB, read(DIRECT, answer)))).toEqual([]);
	});

	test('is never believed of anybody else, of another room, nor of a message that is not ours', () => {
		const {desk, bob, first, answer} = conversation();
		const ours = new Author(annIdentity).write(message('hello all'), 0);
		desk.take(ours);
		const unknown = bob.write(message('never sent'), 5, {room: DIRECT});
		const strays = [
			received(CAT, read(DIRECT, answer)),
			received(BOB, read('lobby', ours)),
			received(BOB, read(DIRECT, first)),
			received(BOB, read(DIRECT, unknown)),
		];
		for (const stray of strays) expect(desk.queries.handle(stray)).toEqual([count('stray-read')]);
		expect(desk.shown(DIRECT).at(-1)?.state?.read).toBeUndefined();
	});
});

describe('search', () => {
	const [desk, bob, cat] = [new Desk(), new Author(bobIdentity), new Author(catIdentity)];
	const helo = bob.write(message('a train to Berne'), 1);
	const secret = cat.write(message('my secret train'), 2);
	for (const signed of [
		bob.write(message('a train to Basle'), 0),
		helo,
		secret,
		bob.write({kind: 'edit', target: helo.id, text: 'a boat to Berne'}, 3),
		cat.write({kind: 'redaction', target: secret.id, reason: ''}, 4),
		new Author(bobIdentity).write(message('the train, quietly'), 5, {room: DIRECT}),
	]) {
		desk.take(signed);
	}

	test.each([
		[{text: 'train'}, ['the train, quietly', 'a train to Basle']],
		[{text: 'train', room: 'lobby'}, ['a train to Basle']],
		[{text: 'train', room: `@${BOB}`}, ['the train, quietly']],
		[{text: 'train', limit: 1}, ['the train, quietly']],
		[{text: 'boat bern'}, ['a boat to Berne']],
		[{text: 'secret'}, []],
		[{text: '?!'}, 'bad-text: nothing to search for: at least one letter or digit, at most 1000'],
		[{text: 'x'.repeat(1_001)}, 'bad-text: nothing to search for: at least one letter or digit, at most 1000'],
		[{text: 'train', room: 'nowhere'}, 'unknown-room: not in #nowhere; join it first'],
		[{text: 'train', limit: 1_001}, 'bad-command: limit must be a whole number from 1 to 1000'],
	])('%j', (options, expected) => {
		expect(desk.texts({command: 'search', ...options})).toEqual(expected);
	});

	test('goes on after the last result', () => {
		const first = desk.ask({command: 'search', text: 'train', limit: 1}) as {readonly messages: readonly ChatMessage[]};
		const before = first.messages[0]?.messageId ?? '';
		expect(desk.texts({command: 'search', text: 'train', limit: 1, before})).toEqual(['a train to Basle']);
	});
});

describe('export', () => {
	const bytesOf = (text: string) => new Uint8Array(Buffer.from(text, 'base64'));
	const page = (desk: Desk, options: object) =>
		desk.ask({command: 'export', room: 'lobby', ...options}) as Results['export'];

	test('gives every event of every kind with what proves it', () => {
		const [desk, bob] = [new Desk(), new Author(bobIdentity)];
		const said = bob.write(message('helo'), 0);
		const target = said.id;
		const bodies = [
			{kind: 'edit', target, text: 'hello'},
			{kind: 'reaction', target, emoji: '👍', isOn: true},
			{kind: 'reaction', target, emoji: '👍', isOn: false},
			{kind: 'redaction', target, reason: 'oops'},
			{kind: 'topic', text: 'trains'},
			{kind: 'leave'},
		] as const;
		for (const signed of [said, ...bodies.map((body, index) => bob.write(body, index + 1))]) desk.take(signed);
		const {events, next} = page(desk, {});
		expect(next).toBeUndefined();
		expect(events).toMatchObject([
			{kind: 'message', from: BOB, name: 'bob', text: 'helo', seq: 1, messageId: target},
			{kind: 'edit', target, text: 'hello'},
			{kind: 'reaction', target, text: '👍'},
			{kind: 'reaction', target, text: '👍', off: true},
			{kind: 'redaction', target, text: 'oops'},
			{kind: 'topic', text: 'trains'},
			{kind: 'leave', seq: 7},
		]);
		const isProved = ({event, signature = '', from, messageId}: ExportedEvent) =>
			eventId(bytesOf(event)) === messageId && verifyEvent(bytesOf(event), bytesOf(signature), from);
		expect(events.every(isProved)).toBe(true);
	});

	test('goes on where the page before ended, and misses none', () => {
		const {desk, said} = lobbyOf(150);
		const ids: string[] = [];
		for (let after: string | undefined; ; ) {
			const {events, next} = page(desk, {limit: 70, ...(after !== undefined && {after})});
			ids.push(...events.map(({messageId}) => messageId));
			if (next === undefined) break;
			expect(events).toHaveLength(70);
			after = next;
		}
		expect(ids).toEqual(said.map(({id}) => id));
		expect(page(desk, {limit: 150}).next).toBeUndefined();
		expect(page(desk, {after: 'ab'.repeat(32)})).toMatch(/^unknown-message/);
	});
});

describe('inspect', () => {
	const details = (desk: Desk, messageId: string) => desk.ask({command: 'inspect', room: 'lobby', messageId});

	test('tells all that is known of an event of somebody else', () => {
		const [desk, bob] = [new Desk(), new Author(bobIdentity)];
		const said = bob.write(message('helo'), 0, {parents: ['ab'.repeat(32)]});
		const edit = bob.write({kind: 'edit', target: said.id, text: 'hello'}, 1);
		for (const signed of [said, edit]) desk.take(signed);
		expect(details(desk, said.id)).toEqual({
			room: 'lobby',
			messageId: said.id,
			kind: 'message',
			from: BOB,
			name: 'bob',
			text: 'helo',
			timestamp: said.event.timestamp,
			clock: said.event.clock,
			order: desk.store.orderOf('lobby', said.id),
			received: expect.any(Number),
			epoch: said.event.epoch,
			sequence: 1,
			parents: ['ab'.repeat(32)],
			missing: ['ab'.repeat(32)],
			bytes: said.bytes.length,
			signature: Buffer.from(said.signature).toString('hex'),
			changes: [
				{
					messageId: edit.id,
					kind: 'edit',
					from: BOB,
					name: 'bob',
					text: 'hello',
					timestamp: edit.event.timestamp,
				},
			],
			holders: [
				{peer: ANN, name: expect.any(String)},
				{peer: BOB, name: 'bob'},
			],
			of: 2,
		});
		expect(details(desk, edit.id)).toMatchObject({kind: 'edit', previous: said.id, sequence: 2, changes: []});
	});

	test('tells who holds our own, and nothing of what was taken back', () => {
		const [desk, ann] = [new Desk(), new Author(annIdentity)];
		const said = ann.write(message('a secret'), 0);
		desk.take(said);
		desk.receipts.follow(said.id, 'lobby', [BOB, CAT]);
		desk.receipts.received(BOB, 'lobby', [said.id], 1);
		expect(details(desk, said.id)).toMatchObject({text: 'a secret', holders: [{peer: ANN}, {peer: BOB}], of: 3});
		desk.take(ann.write({kind: 'redaction', target: said.id, reason: 'oops'}, 1));
		const after = details(desk, said.id);
		expect(after).toMatchObject({text: '', changes: [{kind: 'redaction', text: 'oops'}]});
		expect(JSON.stringify(after)).not.toContain('secret');
	});

	test('of what is not kept says so', () => {
		expect(details(new Desk(), 'ab'.repeat(32))).toMatch(/^unknown-message: no message abab/);
	});
});

describe('a reply', () => {
	/** A little more than one may take. */
	const total = Math.ceil(MAX_REPLY_LENGTH / MAX_TEXT_BYTES) + 4;
	const [desk, bob] = [new Desk(), new Author(bobIdentity)];
	const said = Array.from({length: total}, (_, index) =>
		bob.write(message(String(index).padStart(MAX_TEXT_BYTES, 'x')), index),
	);
	for (const signed of said) desk.take(signed);
	const [first, second, last] = [said[0]?.id ?? '', said[1]?.id, said.at(-1)?.id];
	const lengthOf = (value: unknown) => JSON.stringify(value).length;

	test('to history takes so much and no more: the end that was not asked for is left out', () => {
		const pageOf = (options: object) =>
			(desk.ask({command: 'history', room: 'lobby', limit: 1_000, ...options}) as Results['history']).messages;
		const [newest, oldest] = [pageOf({}), pageOf({after: first})];
		expect(newest.at(-1)?.messageId).toBe(last);
		expect(oldest[0]?.messageId).toBe(second);
		expect(newest.length).toBeLessThan(total);
		expect(newest).toHaveLength(oldest.length);
		expect(lengthOf(newest)).toBeLessThan(MAX_REPLY_LENGTH);
		expect(lengthOf(newest)).toBeGreaterThan(MAX_REPLY_LENGTH * 0.9);
	});

	test('to export takes so much and no more, and says where to go on', () => {
		const {events, next} = desk.ask({command: 'export', room: 'lobby'}) as Results['export'];
		expect(events[0]?.messageId).toBe(first);
		expect(next).toBe(events.at(-1)?.messageId);
		expect(lengthOf(events)).toBeLessThan(MAX_REPLY_LENGTH + 3 * MAX_TEXT_BYTES);
		expect(lengthOf(events)).toBeGreaterThan(MAX_REPLY_LENGTH * 0.9);
	});
});
