import {once} from 'node:events';
import {
	appendFileSync,
	copyFileSync,
	cpSync,
	readFileSync,
	renameSync,
	rmSync,
	statSync,
	truncateSync,
	utimesSync,
	writeFileSync,
} from 'node:fs';
import {join} from 'node:path';
import {Worker} from 'node:worker_threads';
import {afterEach, beforeEach, describe, expect, it, vi} from 'vitest';
import {seededRandom} from '../../source/base/random.ts';
import type {EventStore} from '../../source/history/event-store.ts';
import {openEventStore, openReadOnly} from '../../source/storage/event-store.ts';
import {MIGRATIONS, migrate} from '../../source/storage/migrations.ts';
import {Connection, loadSqlite} from '../../source/storage/sqlite.ts';
import {describeFailure} from '../../source/storage/storage-failure.ts';
import {AUTHORS, EPOCH, eventOf, message, newDirectory, open, removeDirectories} from './history.ts';

let directory: string;
let file: string;

beforeEach(() => {
	directory = newDirectory();
	file = join(directory, 'history.db');
});
afterEach(removeDirectories);

function fill(store: EventStore, count: number, first = 1, text?: string): void {
	for (let index = 0; index < count; index++) store.append(message(first + index, text));
	store.saveRoom({room: 'lobby', digest: EPOCH, events: count, heads: []});
	expect(store.commit()).toEqual({ok: true});
}

function countOf(store: Pick<EventStore, 'page'>): number {
	return store.page('lobby', {limit: 10_000, kinds: 'all'}).length;
}

/** Leaves a history as a process does that is killed: with what waits in the log, and without a mark. */
async function abandoned(into: string, count: number): Promise<void> {
	const elsewhere = newDirectory();
	const store = await open(elsewhere);
	fill(store, count);
	for (const end of ['', '-wal', '-shm']) {
		copyFileSync(join(elsewhere, `history.db${end}`), join(into, `history.db${end}`));
	}
	store.close();
}

async function change(path: string, task: (connection: Connection) => void): Promise<void> {
	const connection = new Connection(await loadSqlite(), path);
	task(connection);
	connection.close();
}

const damaged = (path: string) => ({
	name: 'UserError',
	message: expect.stringMatching(`^The history in ${path} is (damaged|cut short|empty|no history)`),
	hint: expect.stringContaining(`mv ${path} ${path}.old`),
});

describe('the history of a profile', () => {
	it('is the owner’s alone', async () => {
		const store = await open(directory);
		fill(store, 1);
		for (const end of ['', '-wal', '-shm']) expect(statSync(file + end).mode & 0o777).toBe(0o600);
		store.close();
		expect(statSync(join(directory, 'history.epoch')).mode & 0o777).toBe(0o600);
	});

	it('gives up what others could read', async () => {
		(await open(directory)).close();
		const {chmodSync} = await import('node:fs');
		chmodSync(file, 0o644);
		(await open(directory)).close();
		expect(statSync(file).mode & 0o777).toBe(0o600);
	});

	it('is made anew if making it was broken off', async () => {
		writeFileSync(`${file}.new`, 'half of one');
		const store = await open(directory);
		fill(store, 2);
		expect(countOf(store)).toBe(2);
		store.close();
	});

	it('can be read while it is written, and by a second reader after', async () => {
		expect(await openReadOnly(directory)).toBe(undefined);
		const store = await open(directory);
		fill(store, 3);
		const reader = await openReadOnly(directory);
		store.append(message(4));
		expect(countOf(reader!)).toBe(3);
		expect(reader!.search({text: 'number', limit: 9})).toEqual([]);
		expect(store.commit()).toEqual({ok: true});
		expect(countOf(reader!)).toBe(4);
		reader!.append(message(5));
		expect(reader!.commit()).toMatchObject({ok: false, failure: {code: 'read-only'}});
		reader!.close();
		store.close();
		const later = await openReadOnly(directory);
		expect(countOf(later!)).toBe(4);
		later!.close();
	});

	it('goes on in memory, with one warning, where there is no SQLite', async () => {
		const load = () => Promise.reject(new Error('No native build was found\nfor this platform'));
		const {store, warning} = await openEventStore(directory, {random: seededRandom(1), load});
		fill(store, 2);
		expect(countOf(store)).toBe(2);
		expect(warning).toBe('No history is kept on disk: SQLite does not run here (No native build was found)');
	});

	it('opens in a worker thread, too', async () => {
		const code = `const {DatabaseSync} = require('@photostructure/sqlite');
			const {parentPort} = require('node:worker_threads');
			parentPort.postMessage(new DatabaseSync(':memory:').prepare('SELECT 1 + 1 AS sum').get().sum);`;
		const worker = new Worker(code, {eval: true});
		expect(await once(worker, 'message')).toEqual([2]);
		await worker.terminate();
	});

	it('keeps its log small while it is written', async () => {
		const store = await open(directory);
		for (let round = 0; round < 8; round++) fill(store, 1_000, 1 + round * 1_000, 'x'.repeat(1_500));
		expect(statSync(`${file}-wal`).size).toBeLessThan(11 * 1024 * 1024);
		expect(store.run('lobby', {author: AUTHORS[0], epoch: EPOCH}, {from: 1, to: 8_000, bytes: 1})).toHaveLength(1);
		store.close();
		// The file itself may stay until the process ends.
		expect(statSync(`${file}-wal`, {throwIfNoEntry: false})?.size ?? 0).toBe(0);
	});

	it('indexes what was taken over by and by, also after a restart', async () => {
		let store = await open(directory);
		fill(store, 4_100);
		store.append(message(4_501, '日本語で話す 🎉'));
		store.commit();
		// At first as much as nobody notices.
		const {length} = store.search({text: 'numb', limit: 9_999});
		expect(length).toBeGreaterThan(1_000);
		expect(length).toBeLessThan(4_100);
		store.close();
		store = await open(directory);
		expect(store.search({text: 'numb', limit: 9_999})).toHaveLength(4_100);
		for (const text of ['本語', '話す', '🎉', '日本']) expect(store.search({text, limit: 9})).toHaveLength(1);
		for (const text of ['語本', '🎊']) expect(store.search({text, limit: 9})).toEqual([]);
		store.close();
	});

	it('finds a file by the words of its name, and counts it as unread', async () => {
		const store = await open(directory);
		const offer = {file: EPOCH.repeat(2), name: 'Plans for März.pdf', size: 1, files: 0, isExecutable: false};
		const file = eventOf({kind: 'file', offer: {...offer, manifest: undefined}}, {sequence: 1});
		store.append(file);
		store.saveRoom({room: 'lobby', digest: EPOCH, events: 1, heads: []});
		store.commit();
		for (const text of ['plan', 'marz', 'pdf']) expect(store.search({text, limit: 9})).toMatchObject([{id: file.id}]);
		expect(store.countUnread('lobby', undefined, AUTHORS[1], 9)).toBe(1);
		// It was taken back.
		store.index('lobby', file.id, '');
		store.commit();
		expect(store.search({text: 'plan', limit: 9})).toEqual([]);
		store.close();
	});

	it('deletes a forgotten room from the disk', async () => {
		const {store} = await openEventStore(directory, {random: seededRandom(1)});
		fill(store, 700);
		store.search({text: 'number', limit: 1});
		store.forget('lobby');
		store.commit();
		const {SqliteEventStore} = await import('../../source/storage/sqlite-event-store.ts');
		while ((store as InstanceType<typeof SqliteEventStore>).upkeep());
		store.close();
		await change(file, connection => {
			for (const table of ['events', 'chains', 'rooms', 'documents', 'texts', 'unindexed', 'words']) {
				expect([table, connection.on(`SELECT count(*) AS count FROM ${table}`).get()]).toEqual([table, {count: 0}]);
			}
		});
	});

	it('finds what it looks for by an index, however much there is', async () => {
		const asked = new Set<string>();
		const {on} = Connection.prototype;
		const spy = vi.spyOn(Connection.prototype, 'on').mockImplementation(function (this: Connection, sql) {
			asked.add(sql);
			return on.call(this, sql);
		});
		const store = await open(directory);
		asked.clear();
		const first = message(1);
		store.append(first);
		store.at('lobby', first.event, 1);
		store.run('lobby', first.event, {from: 1, to: 9, bytes: 9});
		store.about('lobby', [first.id], 9);
		store.get('lobby', first.id);
		store.last('lobby', 'topic');
		store.last('lobby', 'join', AUTHORS[0]);
		store.countUnread('lobby', first, AUTHORS[1], 9);
		store.authors('lobby', 9);
		store.prune('lobby', 0, 9);
		for (const edge of [{}, {before: first}, {after: first}]) store.page('lobby', {limit: 9, kinds: 'all', ...edge});
		store.search({text: 'number', limit: 9, room: 'lobby', before: first.id});
		expect(store.commit()).toEqual({ok: true});
		spy.mockRestore();
		store.close();
		await change(file, connection => {
			const steps = [...asked]
				.filter(sql => sql.includes('events') && !sql.startsWith('INSERT'))
				.flatMap(sql => connection.on(`EXPLAIN QUERY PLAN ${sql}`).all() as {detail: string}[])
				.map(({detail}) => detail);
			expect(steps.length).toBeGreaterThan(20);
			expect(
				steps.filter(step =>
					/^SCAN (events|documents|chains)|SEARCH events USING INDEX events_by_chain \(chain=\?\)/.test(step),
				),
			).toEqual([]);
		});
	});
});

describe('versions', () => {
	it('a newer one is refused, in one line', async () => {
		(await open(directory)).close();
		await change(file, connection => connection.run(`PRAGMA user_version = ${MIGRATIONS.length + 1}`));
		const refusal = {name: 'UserError', message: `The history in ${file} was written by a newer p2p-tui`};
		await expect(open(directory)).rejects.toMatchObject(refusal);
		await expect(openReadOnly(directory)).rejects.toMatchObject(refusal);
	});

	it('an older one is brought up to date step by step, or left as it was', async () => {
		const store = await open(directory);
		fill(store, 3);
		store.close();
		await change(file, connection => {
			connection.run('PRAGMA user_version = 1');
			const next = 'ALTER TABLE people ADD COLUMN mood TEXT; UPDATE people SET mood = name';
			const flawed = 'DELETE FROM events; SELECT nonsense';
			expect(() => migrate(connection, file, [...MIGRATIONS.slice(0, 1), next, flawed])).toThrow('nonsense');
			expect(connection.pragma('user_version')).toBe(2);
			expect(
				connection.on('SELECT count(*) AS count, (SELECT count(mood) FROM people) AS moods FROM events').get(),
			).toEqual({count: 3, moods: 0});
			migrate(connection, file, [...MIGRATIONS.slice(0, 1), next, 'DELETE FROM events']);
			expect(connection.pragma('user_version')).toBe(3);
		});
	});
});

describe('row 37: the epoch of own events', () => {
	async function epochAfter(task: (epoch: string) => void): Promise<{before: string; after: string}> {
		const store = await open(directory);
		fill(store, 3);
		const {epoch} = store;
		store.close();
		task(epoch);
		const again = await open(directory);
		const {epoch: after} = again;
		again.close();
		return {before: epoch, after};
	}

	it('is the same after an orderly end, again and again', async () => {
		const {before, after} = await epochAfter(() => {});
		expect(after).toBe(before);
		expect((await epochAfter(() => {})).after).toBe(before);
	});

	it('is the new one after an orderly end if there was a new one', async () => {
		const store = await open(directory);
		const {epoch} = store;
		store.newEpoch();
		const {epoch: next} = store;
		expect(next).not.toBe(epoch);
		store.close();
		expect((await epochAfter(() => {})).before).toBe(next);
	});

	it.each<[string, () => void]>([
		['a restored backup, over the file', () => copyBack(() => copyFileSync(join(directory, 'backup'), file))],
		[
			'a restored backup with its times',
			() =>
				copyBack(() => {
					const {atime, mtime} = statSync(file);
					rmSync(file);
					cpSync(join(directory, 'backup'), file, {preserveTimestamps: true});
					utimesSync(file, atime, mtime);
				}),
		],
		[
			'a copy of the whole folder in its place',
			() => {
				cpSync(directory, `${directory}.copy`, {recursive: true, preserveTimestamps: true});
				rmSync(directory, {recursive: true});
				renameSync(`${directory}.copy`, directory);
			},
		],
		['a mark that says something else', () => appendFileSync(join(directory, 'history.epoch'), '1')],
		['a mark that is gone', () => rmSync(join(directory, 'history.epoch'))],
		['a log that somebody has left', () => writeFileSync(`${file}-wal`, 'x')],
	])('is another one after %s', async (_, task) => {
		const {before, after} = await epochAfter(task);
		expect(after).toMatch(/^[0-9a-f]{32}$/);
		expect(after).not.toBe(before);
	});

	it('is another one after a run that did not end in order', async () => {
		const first = await open(directory);
		const {epoch} = first;
		first.close();
		// Opened, and never closed.
		const killed = await open(directory);
		expect(killed.epoch).toBe(epoch);
		const another = await open(directory);
		expect(another.epoch).not.toBe(epoch);
		another.close();
	});

	function copyBack(restore: () => void): void {
		copyFileSync(file, join(directory, 'backup'));
		restore();
	}
});

describe('damage', () => {
	it('row 56: a history that was cut short is refused, at whatever length, and left as it is', async () => {
		const store = await open(directory);
		fill(store, 300);
		store.close();
		const whole = readFileSync(file);
		const lengths = [0, 1, 16, 99, 100, 512, 4_095, 4_096, 8_192, 40_000, whole.length - 4_096, whole.length - 1];
		for (const length of lengths) {
			truncateSync(file, length);
			await expect(open(directory), `${length} bytes`).rejects.toMatchObject(damaged(file));
			await expect(openReadOnly(directory)).rejects.toMatchObject(damaged(file));
			expect(statSync(file).size).toBe(length);
			writeFileSync(file, whole);
		}
		const again = await open(directory);
		expect(countOf(again)).toBe(300);
		again.close();
	});

	it('row 56: a history whose process was killed is whole, unless it is then cut short', async () => {
		await abandoned(directory, 300);
		truncateSync(file, statSync(file).size - 4_096);
		await expect(open(directory)).rejects.toMatchObject(damaged(file));
		await abandoned(directory, 300);
		const store = await open(directory);
		expect(countOf(store)).toBe(300);
		store.close();
	});

	it('what is no history of ours is refused', async () => {
		writeFileSync(file, Buffer.alloc(50_000, 'not a database '));
		await expect(open(directory)).rejects.toMatchObject(damaged(file));
		rmSync(file);
		await change(file, connection => connection.run('CREATE TABLE someone (s); INSERT INTO someone VALUES (1)'));
		await expect(open(directory)).rejects.toMatchObject(damaged(file));
	});

	it('a header that is right and a body that is not', async () => {
		const store = await open(directory);
		fill(store, 300);
		store.close();
		const whole = readFileSync(file);
		whole.fill(0xa5, 100);
		writeFileSync(file, whole);
		await expect(open(directory)).rejects.toMatchObject(damaged(file));
	});

	it('that is found later is told by the next commit, and nothing throws', async () => {
		const store = await open(directory);
		fill(store, 3_000);
		store.close();
		const bytes = readFileSync(file);
		// All but the beginning, where the tables are described, and the end, which is looked at when it is opened.
		bytes.fill(0xa5, 40 * 4_096, 200 * 4_096);
		writeFileSync(file, bytes);
		const again = await open(directory);
		countOf(again);
		again.append(message(3_001));
		expect(again.commit()).toEqual({
			ok: false,
			failure: {
				code: 'damaged',
				message: `The history in ${directory} is damaged: quit, move history.db away, and others give the rooms back`,
			},
		});
		again.close();
	});
});

describe('what is told of a failure', () => {
	it.each([
		[13, 'disk-full', /^The disk is full/],
		[8, 'read-only', /read-only/],
		[10 | (3 << 8), 'io', /^The disk reports an error/],
		[11, 'damaged', /move history\.db away/],
		[26, 'damaged', /move history\.db away/],
		[5, 'busy', /^Another program holds/],
		[1, 'other', /cannot be written: what happened$/],
	])('SQLite’s %d is %s', (errcode, code, line) => {
		const failure = describeFailure(Object.assign(new Error('what happened'), {errcode}), '/home/ann');
		expect(failure).toEqual({code, message: expect.stringMatching(line)});
	});

	it('another program that holds the file is waited for in the next try', async () => {
		const store = await open(directory);
		fill(store, 1);
		const other = new Connection(await loadSqlite(), file);
		other.run('BEGIN IMMEDIATE');
		store.append(message(2));
		expect(store.commit()).toMatchObject({ok: false, failure: {code: 'busy'}});
		// With nothing staged it tries all the same.
		expect(store.commit()).toMatchObject({ok: false, failure: {code: 'busy'}});
		other.close();
		expect(store.commit()).toEqual({ok: true});
		expect(countOf(store)).toBe(1);
		expect(store.authors('lobby', 5)).toEqual([{author: AUTHORS[0], order: 1}]);
		store.close();
	});
});
