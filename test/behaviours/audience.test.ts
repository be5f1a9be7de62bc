/** For how many a message is, and when those who are away were heard last. */
import {describe, expect, test} from 'vitest';
import type {Identity} from '../../source/wire/identity.ts';
import {BOB, CAT, TIMESTAMP} from './fixtures.ts';
import {
	bobIdentity,
	catIdentity,
	Desk,
	events,
	publishing,
	replied,
	subscribed,
	type Words,
	written,
} from './rooms-fixtures.ts';

describe('of how many', () => {
	const DAY = 24 * 60 * 60 * 1_000;
	const of = (desk: Desk) => events(desk.say('hi'), 'message-state')[0]?.of;

	test('a message is for those who have spoken in the room, too, when they are away', () => {
		const desk = new Desk({peers: [BOB]});
		desk.handle(subscribed(BOB, ['lobby']));
		expect(of(desk)).toBe(2);
		// Bob hands on what Cat has said, whom we have never met.
		desk.handle(publishing(BOB, written(catIdentity)));
		expect(of(desk)).toBe(3);
		expect(of(desk.restarted({peers: []}))).toBe(2);
	});

	test('but not for those who have left, or have been silent for a month', () => {
		const desk = new Desk({peers: []});
		desk.handle(publishing(BOB, written(bobIdentity)));
		desk.handle(publishing(BOB, written(catIdentity, {clock: TIMESTAMP - 31 * DAY})));
		expect(of(desk)).toBe(2);
		desk.handle(publishing(BOB, written(bobIdentity, {sequence: 2, body: {kind: 'leave'}})));
		expect(of(desk)).toBe(1);
		expect(of(desk.restarted({peers: []}))).toBe(1);
	});

	test('row 38: whoever has a clock that is years ahead does not make those present who are long gone', () => {
		const desk = new Desk({peers: []});
		desk.view.wallClock = TIMESTAMP - 40 * DAY;
		desk.handle(publishing(BOB, written(catIdentity, {clock: TIMESTAMP + 3_650 * DAY})));
		const parents = [written(catIdentity, {clock: TIMESTAMP + 3_650 * DAY}).messageId];
		const timestamp = TIMESTAMP - 40 * DAY;
		desk.handle(publishing(BOB, written(bobIdentity, {timestamp, parents})));
		desk.view.wallClock = TIMESTAMP;
		const known = (replied(desk.ask({command: 'rooms'})) as {rooms: {known: {lastSeen: number}[]}[]}).rooms[0]?.known;
		expect(known?.map(({lastSeen}) => lastSeen)).toEqual([timestamp, timestamp]);
		expect(of(desk)).toBe(1);
	});

	test('row 38: finding that out costs one page of the newest events, whoever speaks and however long the room is', () => {
		const desk = new Desk({peers: []});
		const ahead = TIMESTAMP + 3_650 * DAY;
		const bobs = written(bobIdentity, {clock: ahead, body: {kind: 'topic', text: 'future'}});
		desk.handle(publishing(BOB, bobs));
		desk.view.wallClock = TIMESTAMP + 40 * DAY;
		// So much was said since that Bob is out of sight: he was silent for as long as we can see at least.
		const cats = new Chain(catIdentity, {clock: ahead, timestamp: TIMESTAMP + 39 * DAY});
		for (let index = 0; index < 200; index++) desk.handle(publishing(CAT, cats.next()));
		const asked: unknown[] = [];
		const {page, last} = desk.store;
		desk.store.page = (...what) => {
			asked.push(what[1].limit);
			return page.apply(desk.store, what);
		};
		desk.store.last = (...what) => {
			if (what[1] === 'message') throw new Error('a walk through the whole room');
			return last.apply(desk.store, what);
		};
		expect(desk.archive.store.authors('lobby', 9)).toHaveLength(2);
		const known = (replied(desk.ask({command: 'rooms'})) as {rooms: {known: {lastSeen: number}[]}[]}).rooms[0]?.known;
		expect(known?.map(({lastSeen}) => lastSeen)).toEqual([TIMESTAMP + 39 * DAY, TIMESTAMP + 39 * DAY]);
		expect(asked).toHaveLength(1);
	});
});

/** Events of one author, one after the other. */
class Chain {
	readonly #author: Identity;
	readonly #words: Words;
	#sequence = 0;
	#previous: string | undefined;

	constructor(author: Identity, words: Words) {
		this.#author = author;
		this.#words = words;
	}

	next() {
		this.#sequence += 1;
		const parents = this.#previous === undefined ? [] : [this.#previous];
		const signed = written(this.#author, {...this.#words, sequence: this.#sequence, parents});
		this.#previous = signed.messageId;
		return signed;
	}
}
