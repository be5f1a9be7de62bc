import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import type {NodeEvent} from '../../source/api/event.ts';
import {EXCERPT_LENGTH, TOLD_NEAR_END} from '../../source/behaviours/chronicle.ts';
import {excerptOf} from '../../source/behaviours/excerpt.ts';
import type {StorageFailure} from '../../source/history/event-store.ts';
import {MAX_REACTIONS} from '../../source/history/fold.ts';
import {shortPeerId} from '../../source/wire/peer-id.ts';
import {
	Author,
	annIdentity,
	BEGIN,
	bobIdentity,
	catIdentity,
	DIRECT,
	danIdentity,
	EPOCH,
	Shelf,
} from './chronicle-fixtures.ts';
import {ANN, BOB, CAT, DAN} from './fixtures.ts';

/** Of authors who begin anew. */
const OTHER_EPOCH = 'ef'.repeat(16);

const message = (text: string) => ({kind: 'message', text}) as const;
const typesOf = (events: readonly NodeEvent[]) => events.map(({type}) => type);

describe('the chronicle tells', () => {
	test('a message with its author, its place and the way it came', () => {
		const said = new Author(bobIdentity).write(message('hello'), 5);
		expect(new Shelf().live(said)).toEqual([
			{
				type: 'message',
				room: 'lobby',
				messageId: said.id,
				kind: 'message',
				from: BOB,
				name: 'bob',
				text: 'hello',
				timestamp: BEGIN + 5,
				seq: 1,
				order: BEGIN + 5,
				local: false,
				via: CAT,
				hops: 2,
			},
		]);
	});

	test('one of our own that comes back without the way it came', () => {
		const [event] = new Shelf().live(new Author(annIdentity).write(message('hello'), 0));
		expect(event).toMatchObject({type: 'message', local: true});
		expect(event).not.toHaveProperty('via');
	});

	test('all other kinds as notices', () => {
		const bob = new Author(bobIdentity);
		const events = new Shelf().live(
			bob.write({kind: 'join', name: 'bob'}, 0),
			bob.write({kind: 'name', name: 'rob'}, 1),
			bob.write({kind: 'leave'}, 2),
		);
		expect(typesOf(events)).toEqual(['notice', 'notice', 'notice']);
		expect(events).toMatchObject([
			{kind: 'join', text: 'bob'},
			{kind: 'name', text: 'rob'},
			{kind: 'leave', text: ''},
		]);
	});

	test('an edit, a reaction and a redaction as a change of what they are about', () => {
		const [bob, cat, shelf] = [new Author(bobIdentity), new Author(catIdentity), new Shelf()];
		const said = bob.write(message('helo'), 0);
		shelf.live(said);
		const target = said.id;
		expect(shelf.live(bob.write({kind: 'edit', target, text: 'hello'}, 1))).toMatchObject([
			{type: 'message-changed', change: 'edit', messageId: target, text: 'hello', edited: BEGIN + 1},
		]);
		expect(shelf.live(cat.write({kind: 'reaction', target, emoji: '👍', isOn: true}, 2))).toMatchObject([
			{type: 'message-changed', change: 'reaction', reactions: [{emoji: '👍', from: [CAT]}]},
		]);
		const [taken] = shelf.live(bob.write({kind: 'redaction', target, reason: 'oops'}, 3));
		expect(taken).toMatchObject({type: 'message-changed', change: 'redaction', text: '', redacted: 'oops'});
		expect(taken).not.toHaveProperty('reactions');
		expect(shelf.live(bob.write({kind: 'edit', target, text: 'back again'}, 4))).toEqual([]);
		expect(shelf.shown()).toMatchObject([{text: '', redacted: 'oops'}]);
	});

	test('nothing of what changes nothing: words put into the mouth of others, and what was overtaken', () => {
		const [bob, cat, shelf] = [new Author(bobIdentity), new Author(catIdentity), new Shelf()];
		const said = bob.write(message('hello'), 0);
		const target = said.id;
		const older = bob.write({kind: 'edit', target, text: 'older'}, 1);
		shelf.live(said, bob.write({kind: 'edit', target, text: 'newer'}, 2));
		const hostile = [
			cat.write({kind: 'edit', target, text: 'I am a fool'}, 3),
			cat.write({kind: 'redaction', target, reason: 'spam'}, 4),
		];
		expect(shelf.live(older, ...hostile)).toEqual([]);
		expect(shelf.shown()).toMatchObject([{text: 'newer'}]);
	});

	test('a message as edited at once, if the edit came before it', () => {
		const [bob, shelf] = [new Author(bobIdentity), new Shelf()];
		const said = bob.write(message('helo'), 0);
		const edit = bob.write({kind: 'edit', target: said.id, text: 'hello'}, 1);
		expect(shelf.live(edit)).toEqual([]);
		expect(shelf.live(said)).toMatchObject([{type: 'message', text: 'hello', edited: BEGIN + 1}]);
	});

	test('the same entries in whichever order the events came', () => {
		const [ann, bob, cat] = [annIdentity, bobIdentity, catIdentity].map(identity => new Author(identity)) as [
			Author,
			Author,
			Author,
		];
		const [first, second] = [ann.write(message('one'), 0), bob.write(message('two'), 0)];
		const events = [
			first,
			second,
			cat.write({kind: 'reply', target: first.id, text: 'three'}, 2, {parents: [first.id]}),
			ann.write({kind: 'edit', target: first.id, text: 'uno'}, 3, {parents: [second.id]}),
			cat.write({kind: 'edit', target: first.id, text: 'forged'}, 4),
			cat.write({kind: 'reaction', target: first.id, emoji: '👍', isOn: true}, 5),
			bob.write({kind: 'redaction', target: second.id, reason: ''}, 6),
			bob.write({kind: 'edit', target: second.id, text: 'due'}, 7),
			cat.write({kind: 'topic', text: 'numbers'}, 8),
		];
		const shownAfter = (arrived: typeof events) => {
			const shelf = new Shelf();
			shelf.live(...arrived);
			while (!shelf.archive.reorderSome('lobby').isDone);
			return shelf.shown();
		};
		const expected = shownAfter(events);
		expect(expected.map(({text}) => text).sort()).toEqual(['', 'numbers', 'three', 'uno']);
		fc.assert(
			fc.property(fc.shuffledSubarray(events, {minLength: events.length}), arrived => {
				expect(shownAfter(arrived)).toEqual(expected);
			}),
			{numRuns: 15},
		);
	});

	test('who is away and was never met by the name that it last gave itself in the room', () => {
		const [shelf, dan] = [new Shelf(), new Author(danIdentity)];
		const named = [dan.write({kind: 'join', name: 'dan'}, 0), dan.write(message('hello'), 1)];
		for (const signed of named) shelf.take(signed);
		// Nobody has learnt it: it was killed before that was saved.
		expect(shelf.shown()[1]).toMatchObject({name: 'dan'});
		shelf.take(dan.write({kind: 'leave'}, 2));
		expect(new Shelf({store: shelf.store}).shown()[1]).toMatchObject({name: 'dan'});
		shelf.live(dan.write({kind: 'name', name: 'daniel'}, 3));
		shelf.people.nameOf = () => undefined;
		expect(shelf.shown()[1]).toMatchObject({name: 'daniel'});
		expect(shelf.chronicle.authorName(DAN)).toBe(shortPeerId(DAN));
	});

	test('who is away by the name that is known of it, and a stranger by its short id', () => {
		const shelf = new Shelf();
		shelf.store.savePerson({peer: DAN, name: 'dan', since: 1, lastSeen: 1});
		shelf.live(new Author(danIdentity).write(message('hello'), 0));
		expect(shelf.shown()).toMatchObject([{name: 'dan'}]);
		shelf.view.disconnect(BOB);
		shelf.live(new Author(bobIdentity).write(message('hello'), 1));
		expect(shelf.shown()).toMatchObject([{name: 'dan'}, {name: shortPeerId(BOB)}]);
	});
});

test("however many reactions there are, an author's own edit and redaction stay what counts", () => {
	const [bob, cat, shelf] = [new Author(bobIdentity), new Author(catIdentity), new Shelf()];
	const said = bob.write(message('helo'), 0);
	const target = said.id;
	const edit = bob.write({kind: 'edit', target, text: 'hello'}, 1);
	const redaction = bob.write({kind: 'redaction', target, reason: ''}, 2);
	const flood = Array.from({length: MAX_REACTIONS + 10}, (_, index) =>
		cat.write({kind: 'reaction', target, emoji: '👍', isOn: index % 2 === 0}, 10 + index),
	);
	for (const signed of [said, edit, ...flood]) shelf.take(signed);
	expect(shelf.shown()).toMatchObject([{text: 'hello'}]);
	shelf.take(redaction);
	expect(shelf.shown()).toMatchObject([{text: '', redacted: ''}]);
});

describe('a reply', () => {
	const [bob, cat] = [new Author(bobIdentity), new Author(catIdentity)];
	const said = bob.write(message('hello'), 0);
	const reply = cat.write({kind: 'reply', target: said.id, text: 'hi'}, 1);

	test('quotes what it replies to, as it is now', () => {
		const shelf = new Shelf();
		shelf.live(said, reply);
		expect(shelf.shown()[1]?.replyTo).toEqual({messageId: said.id, from: BOB, name: 'bob', text: 'hello'});
		shelf.live(bob.write({kind: 'redaction', target: said.id, reason: ''}, 2));
		expect(shelf.shown()[1]?.replyTo).toEqual({messageId: said.id, from: BOB, name: 'bob', text: ''});
	});

	test('names what is not here', () => {
		const shelf = new Shelf();
		shelf.live(reply);
		expect(shelf.shown()[0]?.replyTo).toEqual({messageId: said.id});
	});

	test('quotes a short piece, and cuts no character', () => {
		const family = '👨‍👩‍👧‍👦';
		expect(excerptOf(`${'a'.repeat(EXCERPT_LENGTH - 3)}${family}b`, EXCERPT_LENGTH)).toBe(
			'a'.repeat(EXCERPT_LENGTH - 3),
		);
		expect(excerptOf(`${'a'.repeat(EXCERPT_LENGTH)}b`, EXCERPT_LENGTH)).toBe('a'.repeat(EXCERPT_LENGTH));
		expect(excerptOf(`a${'\u0301'.repeat(10_000)}`, EXCERPT_LENGTH)).toHaveLength(EXCERPT_LENGTH);
		expect(excerptOf('short', EXCERPT_LENGTH)).toBe('short');
	});
});

describe('a mention is', () => {
	const mentionOf = (text: string, identity = bobIdentity) => {
		const [event] = new Shelf().live(new Author(identity).write(message(text), 0));
		return event && 'mention' in event;
	};

	// Ann's node goes by the name "me" here.
	test.each([
		['@me look', true],
		['look, @ME!', true],
		['mail to someone@me.example', false],
		['@mean', false],
		['me', false],
		[`ask ${ANN}`, true],
	])('%s: %s', (text, expected) => expect(mentionOf(text)).toBe(expected));

	test('never our own, and never what was taken back', () => {
		expect(mentionOf('@me', annIdentity)).toBe(false);
		const [bob, shelf] = [new Author(bobIdentity), new Shelf()];
		const said = bob.write(message('@me'), 0);
		shelf.live(said, bob.write({kind: 'redaction', target: said.id, reason: ''}, 1));
		expect(shelf.shown()[0]).not.toHaveProperty('mention');
		const ours = new Author(annIdentity).write(message('hello'), 2);
		const reply = bob.write({kind: 'reply', target: ours.id, text: 'hi'}, 3);
		shelf.live(ours, reply, bob.write({kind: 'redaction', target: reply.id, reason: ''}, 4));
		expect(shelf.shown()[2]).not.toHaveProperty('mention');
	});

	test('a reply to us', () => {
		const shelf = new Shelf();
		const ours = new Author(annIdentity).write(message('hello'), 0);
		shelf.live(ours, new Author(bobIdentity).write({kind: 'reply', target: ours.id, text: 'hi'}, 1));
		expect(shelf.shown()).toMatchObject([{messageId: ours.id}, {mention: true}]);
	});
});

describe('the topic', () => {
	const [bob, cat] = [new Author(bobIdentity), new Author(catIdentity)];
	const first = bob.write({kind: 'topic', text: 'trains'}, 1);
	const later = cat.write({kind: 'topic', text: 'boats'}, 2);

	test('is what was said last in the order of the room, whatever came last', () => {
		const shelf = new Shelf();
		expect(typesOf(shelf.live(later))).toEqual(['notice', 'topic-changed']);
		expect(typesOf(shelf.live(first))).toEqual(['notice']);
		expect(shelf.chronicle.topicOf('lobby')).toEqual({topic: 'boats', from: CAT});
	});

	test('is no news to those who have just entered, when an older one comes', () => {
		const shelf = new Shelf();
		shelf.take(later);
		expect(typesOf(shelf.live(first))).toEqual(['notice']);
	});

	test('is told when it changes', () => {
		const shelf = new Shelf();
		shelf.live(first);
		expect(shelf.live(later)).toMatchObject([
			{type: 'notice', kind: 'topic', text: 'boats'},
			{type: 'topic-changed', room: 'lobby', topic: 'boats', from: CAT},
		]);
	});

	test('is told again if it had to be taken in again', () => {
		const shelf = new Shelf();
		shelf.live(first);
		shelf.store.failure = {code: 'io', message: 'the disk'};
		shelf.archive.commit();
		expect(typesOf(shelf.live(first))).toEqual(['notice', 'topic-changed']);
	});
});

test('row 57: what the disk did not take is told once, though it comes again', () => {
	const [bob, shelf] = [new Author(bobIdentity), new Shelf()];
	const [said, more] = [bob.write(message('one'), 0), bob.write(message('two'), 1)];
	const commit = (failure?: StorageFailure) => {
		shelf.store.failure = failure;
		shelf.chronicle.committed(shelf.archive.commit().ok);
	};
	expect(typesOf(shelf.live(said))).toEqual(['message']);
	for (const _ of [1, 2]) {
		commit({code: 'disk-full', message: 'full'});
		expect(shelf.shown()).toEqual([]);
		expect(shelf.live(said)).toMatchObject([{type: 'message-changed', messageId: said.id}]);
	}
	commit();
	expect(typesOf(shelf.live(more))).toEqual(['message']);
	expect(shelf.shown()).toHaveLength(2);
});

describe('what came late', () => {
	const [old, cat] = [new Author(bobIdentity).write(message('old'), 0), new Author(catIdentity)];
	const newer = Array.from({length: TOLD_NEAR_END}, (_, index) => cat.write(message('new'), index + 1));
	const shelfWith = (count: number) => {
		const shelf = new Shelf();
		for (const signed of newer.slice(0, count)) shelf.take(signed);
		return shelf;
	};

	test('is told if it stands near the end, and silently kept if it does not', () => {
		const [near, far] = [shelfWith(3), shelfWith(TOLD_NEAR_END)];
		expect(typesOf(near.chronicle.tell(near.take(old)))).toEqual(['message']);
		expect(far.chronicle.tell(far.take(old))).toEqual([]);
		expect(far.shown()[0]).toMatchObject({text: 'old'});
	});

	test('still tells the topic and the names in it', () => {
		const [shelf, dan] = [shelfWith(TOLD_NEAR_END), new Author(danIdentity)];
		const late = [dan.write({kind: 'join', name: 'dan'}, 0), dan.write({kind: 'topic', text: 'trains'}, 0)];
		expect(typesOf(shelf.chronicle.tellAll(late.map(signed => shelf.take(signed))))).toEqual(['topic-changed']);
		expect(shelf.chronicle.authorName(DAN)).toBe('dan');
	});

	test('is told as one change, if several of one entry came together', () => {
		const [shelf, bob] = [new Shelf(), new Author(bobIdentity)];
		const said = bob.write(message('one'), 0);
		shelf.live(said);
		const thumb = {kind: 'reaction', target: said.id, emoji: '👍', isOn: true} as const;
		const reactions = [bobIdentity, danIdentity].map((who, at) =>
			new Author(who).write(thumb, at, {epoch: OTHER_EPOCH}),
		);
		const told = shelf.chronicle.tellAll(reactions.map(signed => shelf.take(signed)));
		expect(told).toMatchObject([{type: 'message-changed', change: 'reaction', reactions: [{from: [BOB, DAN]}]}]);
	});
});

test('row 42: a message that was left out shows as a gap, which goes when it comes', () => {
	const [bob, cat, shelf] = [new Author(bobIdentity), new Author(catIdentity), new Shelf()];
	const withheld = bob.write(message('question'), 0);
	const answer = cat.write(message('answer'), 1, {parents: [withheld.id]});
	expect(shelf.live(answer)).toMatchObject([{type: 'message', messageId: answer.id, missing: 1}]);
	expect(shelf.shown()).toMatchObject([{messageId: answer.id, missing: 1}]);
	const told = shelf.live(withheld);
	expect(told).toMatchObject([
		{type: 'message', messageId: withheld.id},
		{type: 'message-changed', change: 'gap', messageId: answer.id},
	]);
	expect(told[1]).not.toHaveProperty('missing');
});

test('row 36: two events under one number are both shown, and both flagged', () => {
	const shelf = new Shelf();
	const [one, other] = ['yes', 'no'].map((text, index) => new Author(bobIdentity).write(message(text), index));
	if (!one || !other) throw new Error('two were written');
	expect(shelf.live(one)[0]).not.toHaveProperty('forked');
	expect(shelf.live(other)).toMatchObject([
		{type: 'message', messageId: other.id, forked: true},
		{type: 'message-changed', change: 'fork', messageId: one.id, forked: true},
	]);
	expect(shelf.shown()).toMatchObject([{forked: true}, {forked: true}]);
	// And so on: those that are flagged already are not told again with each further one.
	const third = new Author(bobIdentity).write(message('perhaps'), 2);
	expect(typesOf(shelf.live(third))).toEqual(['message']);
});

test('what was moved by parents that came late is told again, with the topic that follows from it', () => {
	const [bob, cat, shelf] = [new Author(bobIdentity), new Author(catIdentity), new Shelf()];
	const parent = bob.write(message('far ahead'), 1_000);
	const behind = cat.write({kind: 'topic', text: 'trains'}, 1, {parents: [parent.id]});
	const boats = bob.write({kind: 'topic', text: 'boats'}, 500);
	shelf.live(behind, boats);
	expect(shelf.chronicle.topicOf('lobby')).toMatchObject({topic: 'boats'});
	shelf.live(parent);
	const moved = shelf.archive.reorderSome('lobby').moved;
	expect(shelf.chronicle.moved('lobby', moved)).toMatchObject([
		{type: 'message-changed', change: 'order', messageId: behind.id, order: BEGIN + 1_001},
		{type: 'topic-changed', topic: 'trains', from: CAT},
	]);
});

describe('a conversation of two', () => {
	test('is called by the other one', () => {
		const shelf = new Shelf();
		shelf.live(new Author(bobIdentity).write(message('psst'), 0, {room: DIRECT}));
		expect(shelf.shown(DIRECT)).toMatchObject([{room: `@${BOB}`, text: 'psst'}]);
		shelf.archive.close(DIRECT);
		expect(new Shelf({store: shelf.store}).chronicle.nameOf(DIRECT)).toBe(`@${BOB}`);
	});

	test('shows what of our own the other one has read', () => {
		const [shelf, ann] = [new Shelf(), new Author(annIdentity)];
		const [read, unread] = [1, 2].map(at => ann.write(message('hello'), at, {room: DIRECT, epoch: EPOCH}));
		if (!read || !unread) throw new Error('two were written');
		shelf.live(read, unread);
		shelf.archive.markReadByPeer(DIRECT, {order: BEGIN + 1, id: read.id});
		const [first, second] = shelf.shown(DIRECT);
		expect(first?.state).toEqual({storedBy: 2, of: 2, read: true});
		expect(second?.state?.read).toBeUndefined();
	});
});
