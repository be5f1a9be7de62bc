/** What `p2p-tui export` reads: histories on disk that nobody runs. */
import {mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, test} from 'vitest';
import {seededRandom} from '../../source/base/random.ts';
import {KeptRooms} from '../../source/core/kept-rooms.ts';
import {Archive} from '../../source/history/archive.ts';
import {openEventStore} from '../../source/storage/event-store.ts';
import {loadIdentity} from '../../source/storage/identity.ts';
import {directRoomOf} from '../../source/wire/direct-room.ts';
import type {EventBody} from '../../source/wire/messages.ts';
import {peerIdFromPublicKey} from '../../source/wire/peer-id.ts';

const BOB = peerIdFromPublicKey(new Uint8Array(32).fill(2));

let directory: string;

beforeEach(() => {
	directory = mkdtempSync(join(tmpdir(), 'p2p-tui-test-'));
});
afterEach(() => rmSync(directory, {recursive: true}));

type Word = readonly [room: string, body: EventBody];

/** Keeps what the profile's owner says. Rooms that begin with @ are conversations. */
async function keep(...words: readonly Word[]): Promise<void> {
	const identity = await loadIdentity(directory);
	const {store} = await openEventStore(directory, {random: seededRandom(1)});
	const archive = new Archive({store, identity});
	for (const [index, [name, body]] of words.entries()) {
		const peer = name.startsWith('@') ? name.slice(1) : undefined;
		const room = peer === undefined ? name : directRoomOf(identity.peerId, peer);
		archive.open(room, peer);
		archive.create(room, body, 1_000 + index);
	}
	expect(archive.commit()).toEqual({ok: true});
	store.close();
}

const message = (text: string): EventBody => ({kind: 'message', text});

async function opened(): Promise<KeptRooms> {
	const kept = await KeptRooms.open(directory, 'user-name');
	if (kept === undefined) throw new Error('nothing is kept');
	return kept;
}

/** Everything that is told of a room. */
async function read(room: string): Promise<{readonly name: string; readonly text: string}[]> {
	const kept = await opened();
	try {
		return [...kept.entries(room, -1)].flat().map(({name, text}) => ({name, text}));
	} finally {
		kept.close();
	}
}

describe('what we are called', () => {
	test('is what we said in that room', async () => {
		await keep(['dev', {kind: 'join', name: 'ann'}], ['lobby', {kind: 'join', name: 'bobby'}], ['dev', message('hi')]);
		expect(await read('dev')).toContainEqual({name: 'ann', text: 'hi'});
	});

	test('is what we said last anywhere, in a conversation: nobody says a name there', async () => {
		await keep(
			['dev', {kind: 'join', name: 'ann'}],
			['lobby', {kind: 'join', name: 'bobby'}],
			[`@${BOB}`, message('hi')],
		);
		expect(await read(`@${BOB}`)).toEqual([{name: 'bobby', text: 'hi'}]);
	});

	test('is the user name where we never said any', async () => {
		await keep([`@${BOB}`, message('hi')]);
		expect(await read(`@${BOB}`)).toEqual([{name: 'user-name', text: 'hi'}]);
	});
});

test('a folder with nothing but a history is read, and no key is made in it', async () => {
	await keep(['lobby', message('from a backup')]);
	for (const name of readdirSync(directory)) if (name !== 'history.db') rmSync(join(directory, name));
	expect(await read('lobby')).toMatchObject([{text: 'from a backup'}]);
	expect(readdirSync(directory)).not.toContain('identity.key');
});

test('a key that cannot be used is none of our business', async () => {
	await keep(['lobby', message('hi')]);
	writeFileSync(join(directory, 'identity.key'), 'x');
	expect(await read('lobby')).toMatchObject([{text: 'hi'}]);
});

describe('row 57: damage in the middle of a history is told, and does not pass for its end', () => {
	const COUNT = 2_000;

	beforeEach(async () => {
		const long = 'words '.repeat(60);
		await keep(...Array.from({length: COUNT}, (_, index): Word => ['big', message(`${index} ${long}`)]));
		const file = join(directory, 'history.db');
		const content = readFileSync(file);
		content.fill(0xa5, content.length / 2, content.length / 2 + 60 * 4_096);
		writeFileSync(file, content);
	});

	test.each(['entries', 'events'] as const)('of %s', async what => {
		const kept = await opened();
		const all = () => [...kept[what]('big', -1)].flat().length;
		expect(all).toThrow(`#big is not complete: the history in ${directory} is damaged`);
		kept.close();
	});
});

describe.each(['entries', 'events'] as const)(
	'row 57: bytes that have changed where SQLite does not see it (%s)',
	what => {
		test.each([
			['into other words', 'unmistaken  '],
			['into no words at all', '\xff'.repeat(12)],
		])('%s', async (_how, other) => {
			await keep(...['before', 'unmistakable', 'after'].map((text): Word => ['lobby', message(text)]));
			const file = join(directory, 'history.db');
			writeFileSync(file, readFileSync(file, 'latin1').replaceAll('unmistakable', other), 'latin1');
			const kept = await opened();
			const told: unknown[] = [];
			const all = () => {
				for (const page of kept[what]('lobby', -1)) told.push(...page);
			};
			expect(all).toThrow('One event of #lobby');
			// The others are told all the same.
			expect(JSON.stringify(told)).toMatch(/before.*after/);
			kept.close();
		});
	},
);
