/** What others send makes no turn of ours long, and a damaged search index costs nobody a message. */
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, it, vi} from 'vitest';
import {seededRandom} from '../../source/base/random.ts';
import type {EventStore} from '../../source/history/event-store.ts';
import {openEventStore} from '../../source/storage/event-store.ts';
import {Connection, loadSqlite} from '../../source/storage/sqlite.ts';
import type {SqliteEventStore} from '../../source/storage/sqlite-event-store.ts';
import {AUTHORS, EPOCH, eventOf, message, newDirectory, open, removeDirectories} from './history.ts';

let directory: string;

beforeEach(() => {
	directory = newDirectory();
});
afterEach(removeDirectories);

function add(store: EventStore, events: Iterable<ReturnType<typeof eventOf>>): void {
	for (const event of events) store.append(event);
	expect(store.commit()).toEqual({ok: true});
}

function* messages(count: number, text?: string): Generator<ReturnType<typeof eventOf>> {
	for (let sequence = 1; sequence <= count; sequence++) yield message(sequence, text);
}

function found(store: EventStore, text: string): number {
	return store.search({text, limit: 10_000}).length;
}

function chore(store: EventStore): boolean {
	return (store as SqliteEventStore).upkeep();
}

async function count(table: string): Promise<number> {
	const connection = new Connection(await loadSqlite(), join(directory, 'history.db'), {isReadOnly: true});
	const row = connection.on(`SELECT count(*) AS count FROM ${table}`).get() as {count: number};
	connection.close();
	return row.count;
}

/** Another program harms the index. */
async function harm(): Promise<void> {
	const {DatabaseSync} = await loadSqlite();
	const database = new DatabaseSync(join(directory, 'history.db'), {defensive: false});
	database.exec("UPDATE words_data SET block = x'ffffffffffffffffff'");
	database.close();
}

describe('the search index', () => {
	it('takes in so many bytes at a time, not so many events', async () => {
		const store = await open(directory);
		add(store, messages(60, 'long '.repeat(3_000)));
		expect(chore(store)).toBe(true);
		const first = await count('documents');
		expect(first).toBeGreaterThan(0);
		expect(first).toBeLessThan(20);
		while (chore(store));
		expect(found(store, 'long')).toBe(60);
		store.close();
	});

	it('stops when its time is over, also in a search, and goes on later', async () => {
		let now = 0;
		const store = await open(directory, () => now++);
		add(store, messages(100));
		expect(chore(store)).toBe(true);
		expect(await count('documents')).toBeLessThan(10);
		expect(found(store, 'number')).toBeLessThan(40);
		while (chore(store));
		expect(found(store, 'number')).toBe(100);
		expect(found(store, '73')).toBe(1);
		store.close();
	});

	it('has only the beginning of a very long text', async () => {
		const store = await open(directory);
		add(store, [message(1, `early ${'x '.repeat(4_000)} late`)]);
		expect([found(store, 'early'), found(store, 'late')]).toEqual([1, 0]);
		store.close();
	});

	it('is made anew if it is damaged, and no message is refused for it', async () => {
		const warnings: string[] = [];
		const onWarning = (line: string) => warnings.push(line);
		const {store} = await openEventStore(directory, {random: seededRandom(1), clock: () => 0, onWarning});
		add(store, messages(20));
		expect(found(store, 'number')).toBe(20);
		await harm();
		const target = message(3);
		store.index('lobby', target.id, 'edited');
		store.reorder('lobby', message(4).id, 99);
		store.append(message(21));
		expect(found(store, 'number')).toBe(0);
		expect(store.commit()).toEqual({ok: true});
		while (chore(store));
		expect([found(store, 'number'), found(store, 'edited')]).toEqual([20, 1]);
		expect(warnings).toEqual([]);

		await harm();
		expect(found(store, 'number')).toBe(0);
		expect(chore(store)).toBe(false);
		add(store, [message(22)]);
		expect(found(store, 'number')).toBe(0);
		expect(warnings).toEqual([expect.stringMatching(/^Nothing can be searched for/)]);
		store.close();
	});
});

it('an event is kept once, whoever asked for it before', async () => {
	const store = await open(directory);
	const [first, second] = [message(1), message(2)];
	for (const asked of [first, second]) {
		store.has('lobby', asked.id);
		add(store, [first, first, second, asked]);
		expect(store.has('lobby', asked.id)).toBe(true);
	}
	expect(store.has('dev', first.id)).toBe(false);
	add(store, [first]);
	expect(store.page('lobby', {limit: 9, kinds: 'all'})).toHaveLength(2);
	store.close();
});

it('what is staged is on the disk with its commit, also after what can wait was not', async () => {
	const levels: string[] = [];
	const {run} = Connection.prototype;
	const spy = vi.spyOn(Connection.prototype, 'run').mockImplementation(function (this: Connection, sql) {
		if (sql === 'COMMIT') levels.push(['off', 'normal', 'full'][this.pragma('synchronous')]!);
		return run.call(this, sql);
	});
	const store = await open(directory);
	levels.length = 0;
	add(store, [message(1)]);
	chore(store);
	add(store, [message(2)]);
	spy.mockRestore();
	store.close();
	expect(levels).toEqual(['full', 'normal', 'full']);
});

it('who has left: the last word of all epochs of an author counts', async () => {
	const store = await open(directory);
	const inEpoch = (one: ReturnType<typeof eventOf>, epoch: string) => ({...one, event: {...one.event, epoch}});
	const [early, late] = [EPOCH, 'cd'.repeat(16)];
	const here = () => store.authors('lobby', 9).length;
	add(store, [inEpoch(eventOf({kind: 'join', name: 'ann'}, {sequence: 1, order: 5}), late), message(2)]);
	expect(here()).toBe(1);
	add(store, [inEpoch(eventOf({kind: 'leave'}, {sequence: 3, order: 9}), early)]);
	expect(here()).toBe(0);
	const name = inEpoch(eventOf({kind: 'name', name: 'ann'}, {sequence: 2, order: 12}), late);
	add(store, [name]);
	expect(here()).toBe(1);
	expect(store.last('lobby', 'name', AUTHORS[0])?.id).toBe(name.id);
	store.close();
});

it('a row that cannot be read is told as damage, to who only reads too, and is not written over', async () => {
	let store = await open(directory);
	store.saveRoom({room: 'lobby', digest: EPOCH, events: 1, heads: [{order: 1, id: 'ab'}]});
	add(store, [message(1)]);
	store.close();
	const connection = new Connection(await loadSqlite(), join(directory, 'history.db'));
	connection.run("UPDATE rooms SET heads = '[['");
	connection.close();
	store = await open(directory);
	expect(store.readFailure()).toBe(undefined);
	expect(store.room('lobby')).toBe(undefined);
	expect(store.readFailure()).toMatchObject({code: 'damaged'});
	store.append(message(2));
	expect(store.commit()).toMatchObject({ok: false, failure: {code: 'damaged'}});
	expect(store.readFailure()).toBe(undefined);
	expect(store.has('lobby', message(2).id)).toBe(false);
	expect(store.rooms()).toEqual([]);
	expect(store.commit()).toMatchObject({ok: false, failure: {code: 'damaged'}});
	store.close();
});

describe('what is read', () => {
	it('of events that share a number: as many as are asked for', async () => {
		const store = await open(directory);
		add(
			store,
			Array.from({length: 5}, (_, index) => message(1, `sibling ${index}`)),
		);
		const chain = {author: AUTHORS[0], epoch: EPOCH};
		expect(store.at('lobby', chain, 1, 2).map(({id}) => id)).toEqual([0, 1].map(n => message(1, `sibling ${n}`).id));
		expect(store.at('lobby', chain, 1)).toHaveLength(5);
		store.close();
	});

	it('of one author: the last events, however many rooms the others fill', async () => {
		const store = await open(directory);
		const name = (sequence: number) => eventOf({kind: 'name', name: `n${sequence}`}, {sequence});
		add(store, [message(1), ...Array.from({length: 600}, (_, index) => name(index + 2))]);
		expect(store.last('lobby', 'message', AUTHORS[0])).toBe(undefined);
		expect(store.last('lobby', 'name', AUTHORS[0])?.id).toBe(name(601).id);
		expect(store.last('lobby', 'message')?.id).toBe(message(1).id);
		// Notices stand apart from what is counted.
		expect(store.countUnread('lobby', undefined, AUTHORS[1], 9)).toBe(1);
		store.close();
	});
});
