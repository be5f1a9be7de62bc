/** What a start finds of the last run in its data directory. */
import {mkdtemp, readdir, readFile, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, test} from 'vitest';
import type {Command} from '../../source/api/command.ts';
import type {CoreConfig} from '../../source/api/core.ts';
import type {NodeEvent} from '../../source/api/event.ts';
import {startNode} from '../../source/core/start-node.ts';
import {CONFIG} from '../cli/fake-core.ts';

let directory: string;

beforeEach(async () => {
	directory = await mkdtemp(join(tmpdir(), 'p2p-tui-test-'));
});
afterEach(() => rm(directory, {recursive: true}));

/** Starts a node, tells it this and stops it. */
async function run(change: Partial<CoreConfig>, ...commands: readonly Command[]): Promise<readonly NodeEvent[]> {
	const events: NodeEvent[] = [];
	const config = {...CONFIG, listen: ['/ip4/127.0.0.1/tcp/0'], dataDirectory: directory, ...change};
	const {node, stop} = await startNode(config, new Uint8Array(32), {
		emit: event => events.push(event),
		onShutdown: () => {},
	});
	for (const command of commands) node.command(command);
	await stop();
	return events;
}

const joinedIn = (events: readonly NodeEvent[]) =>
	events.flatMap(event => (event.type === 'room-joined' ? [event.room] : []));

/** Which rooms a start is in at once. */
const roomsAt = async (rememberedRooms: CoreConfig['rememberedRooms'], ...rooms: readonly string[]) =>
	joinedIn(await run({rememberedRooms, rooms}));

describe('the rooms of last time', () => {
	test('are joined instead of those that nobody asked for', async () => {
		await run({rememberedRooms: 'instead'}, {command: 'join', room: 'dev'}, {command: 'leave', room: 'lobby'});
		expect(await roomsAt('instead', 'lobby')).toEqual(['dev']);
	});

	test('come after those that are asked for, which are remembered too', async () => {
		await run({rememberedRooms: 'instead'}, {command: 'join', room: 'dev'});
		expect(await roomsAt('besides', 'ops', 'dev')).toEqual(['ops', 'dev', 'lobby']);
		expect(await roomsAt('instead', 'lobby')).toEqual(['ops', 'dev', 'lobby']);
	});

	test('are none of a script’s business, and stay as they are', async () => {
		await run({rememberedRooms: 'instead'}, {command: 'join', room: 'dev'});
		const script = await run({rooms: ['ops']}, {command: 'join', room: 'alerts'});
		expect(joinedIn(script)).toEqual(['ops', 'alerts']);
		expect(await roomsAt('instead', 'lobby')).toEqual(['lobby', 'dev']);
	});

	test('do not come back after a restart of the core that was told the rooms of now', async () => {
		await run({rememberedRooms: 'instead'}, {command: 'join', room: 'dev'});
		expect(await roomsAt('replace', 'ops')).toEqual(['ops']);
		expect(await roomsAt('instead', 'lobby')).toEqual(['ops']);
	});

	test('who left all of them begins in the lobby again', async () => {
		await run({rememberedRooms: 'instead'}, {command: 'leave', room: 'lobby'});
		expect(await roomsAt('instead', 'lobby')).toEqual(['lobby']);
	});

	test('are forgotten with a room', async () => {
		await run({rememberedRooms: 'instead'}, {command: 'join', room: 'dev'}, {command: 'forget', room: 'dev'});
		expect(await roomsAt('instead', 'lobby')).toEqual(['lobby']);
	});

	test.each([
		['half a file', '{"version":1,"rooms":["de'],
		['another program’s file', '{"rooms":"many"}'],
		['a newer version', '{"version":2,"rooms":["dev"]}'],
		['more than could be ours', `{"version":1,"rooms":["dev"]}${' '.repeat(70_000)}`],
	])('row 57: %s is no list, and is written anew', async (_what, content) => {
		await writeFile(join(directory, 'rooms.json'), content);
		expect(await roomsAt('instead', 'lobby')).toEqual(['lobby']);
		expect(JSON.parse(await readFile(join(directory, 'rooms.json'), 'utf8'))).toEqual({version: 1, rooms: ['lobby']});
	});

	test('what is no name of a room is left out, and there are not more than one may join', async () => {
		const many = Array.from({length: 300}, (_, index) => `room-${index}`);
		const rooms = ['dev', '@someone', 7, null, 'x'.repeat(100), 'a\u001bb', 'DEV', ...many];
		await writeFile(join(directory, 'rooms.json'), JSON.stringify({version: 1, rooms}));
		const joined = await roomsAt('instead', 'lobby');
		expect(joined.slice(0, 2)).toEqual(['dev', 'room-0']);
		expect(joined.length).toBeLessThanOrEqual(256);
	});
});

test('whoever keeps nothing leaves nothing', async () => {
	await run({dataDirectory: undefined, rememberedRooms: 'instead'}, {command: 'join', room: 'dev'});
	expect(await readdir(directory)).toEqual([]);
});
