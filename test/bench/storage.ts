/** What it costs to keep events on disk, to search them, and to start with many of them. */
import {randomBytes} from 'node:crypto';
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {seededRandom} from '../../source/base/random.ts';
import type {EventStore, NewEvent} from '../../source/history/event-store.ts';
import {openEventStore} from '../../source/storage/event-store.ts';
import type {SqliteEventStore} from '../../source/storage/sqlite-event-store.ts';
import {pack} from '../../source/wire/msgpack.ts';
import {peerIdFromPublicKey} from '../../source/wire/peer-id.ts';
import {atLeast, atMost} from './goal.ts';
import type {Row} from './shared.ts';
import {median} from './statistics.ts';

const EVENTS = 1_000_000;
/** Milliseconds after which the big history is taken as it is. */
const LONGEST_BUILD = 90_000;
const BATCH = 5_000;
const WORDS = 20_000;
const WORDS_PER_TEXT = 8;
const ROOMS = 7;
const RESULTS = 50;
const ROUNDS = 5;

const random = seededRandom(11);
const people = Array.from({length: 50}, (_, index) => new Uint8Array(32).fill(index + 1));
const authors = people.map(peerIdFromPublicKey);
const epoch = Buffer.alloc(16, 7);

export async function measureStorage(): Promise<Row[]> {
	const directory = mkdtempSync(join(tmpdir(), 'p2p-tui-bench-'));
	try {
		const empty = await timeOpening(join(directory, 'empty'));
		return [...(await measureInserts(directory)), ...(await measureMillion(join(directory, 'many'), empty))];
	} finally {
		rmSync(directory, {recursive: true, force: true});
	}
}

async function measureInserts(directory: string): Promise<Row[]> {
	const rows: Row[] = [];
	for (const [perCommit, count] of [
		[1, 300],
		[100, 20_000],
		[500, 50_000],
	] as const) {
		const store = await open(join(directory, String(perCommit)));
		let spent = 0;
		for (let first = 0; first < count; first += perCommit) spent += keep(store, first, perCommit);
		store.close();
		const value = (count / spent) * 1_000;
		const goal = perCommit === 500 ? {goal: atLeast(value, 40_000, 60_000, '/s')} : {};
		rows.push({what: `durable events, ${perCommit} a commit`, value, unit: '/s', ...goal});
	}
	return rows;
}

async function measureMillion(directory: string, empty: number): Promise<Row[]> {
	const store = await open(directory);
	const started = performance.now();
	let count = 0;
	for (; count < EVENTS && performance.now() - started < LONGEST_BUILD; count += BATCH) {
		keep(store, count, BATCH);
		while ((store as SqliteEventStore).upkeep());
	}
	const seconds = ((performance.now() - started) / 1_000).toFixed(0);
	const reference = `of ${count.toLocaleString('en-GB')}, ${Math.round(store.size() / 1e6)} MB, made in ${seconds} s`;
	const queries = [
		['one rare word', word(WORDS - 3)],
		['one common word', word(2)],
		['two words', `${word(40)} ${word(300)}`],
		['one letter', word(1).slice(0, 1)],
		['a word, in one room', word(30), 'room-3'],
		['a word that nobody said', 'unheard-of'],
	] as const;
	const rows = queries.map(([what, text, room]): Row => {
		const value = median(
			Array.from({length: ROUNDS}, () => {
				const begun = performance.now();
				store.search({text, limit: RESULTS, ...(room === undefined ? {} : {room})});
				return performance.now() - begun;
			}),
		);
		return {what: `search: ${what}`, value, unit: 'ms', reference, goal: atMost(value, 50, 20, 'ms')};
	});
	store.close();
	const value = await timeOpening(directory);
	const beyond = atMost(value - empty, 30, 10, 'ms beyond an empty one');
	return [...rows, {what: 'opening, and the first screen', value, unit: 'ms', reference, goal: beyond}];
}

/** Milliseconds: what a start needs of a history. */
async function timeOpening(directory: string): Promise<number> {
	(await open(directory)).close();
	const times: number[] = [];
	for (let round = 0; round < ROUNDS; round++) {
		const begun = performance.now();
		const store = await open(directory);
		for (const {room} of store.rooms()) {
			store.chains(room);
			store.gaps(room);
			store.countUnread(room, undefined, authors[0]!, 1_000);
			store.authors(room, 50);
			store.last(room, 'topic');
		}
		store.people(4_096);
		store.spreads(100);
		store.page('room-1', {limit: 100, kinds: 'entries'});
		times.push(performance.now() - begun);
		store.close();
	}
	return median(times);
}

async function open(directory: string): Promise<EventStore> {
	const {mkdirSync} = await import('node:fs');
	mkdirSync(directory, {recursive: true, mode: 0o700});
	const {store, warning} = await openEventStore(directory, {random});
	if (warning !== undefined) throw new Error(warning);
	return store;
}

/** Milliseconds that it takes, without making them up. */
function keep(store: EventStore, first: number, count: number): number {
	const events = Array.from({length: count}, (_, index) => eventOf(first + index));
	const begun = performance.now();
	for (const event of events) store.append(event);
	for (let room = 0; room < ROOMS; room++) {
		store.saveRoom({room: `room-${room}`, digest: events[0]!.id, events: first, heads: []});
	}
	const result = store.commit();
	if (!result.ok) throw new Error(result.failure.message);
	return performance.now() - begun;
}

function eventOf(number: number): NewEvent {
	const who = number % people.length;
	const room = `room-${number % ROOMS}`;
	const sequence = 1 + Math.floor(number / people.length);
	const order = 1_763_700_000_000 + number;
	const text = Array.from({length: WORDS_PER_TEXT}, () => word(Math.floor(WORDS * random.float() ** 3))).join(' ');
	const previous = sequence === 1 ? null : Buffer.alloc(32, 1);
	const parents = Buffer.alloc(32, 2);
	const bytes = new Uint8Array(pack([room, people[who], epoch, sequence, order, 0, text, order, previous, parents]));
	const head = {room, author: authors[who]!, epoch: epoch.toString('hex'), sequence, timestamp: order, clock: order};
	return {
		room,
		// Not its hash, which costs more than keeping it.
		id: randomBytes(32).toString('hex'),
		order,
		received: order,
		bytes,
		signature: new Uint8Array(64),
		event: {...head, previous: undefined, parents: [], kind: 'message', text},
	};
}

/** The how manieth word of the language: the first ones are used most. */
function word(rank: number): string {
	return `${(rank * 7919 + 11).toString(36)}${'aeiou'[rank % 5]}`;
}
