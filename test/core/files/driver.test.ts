import {afterEach, describe, expect, test} from 'vitest';
import type {FilesNews} from '../../../source/behaviours/files/io.ts';
import {Arrivals} from '../../../source/core/files/arrivals.ts';
import {FilesDriver, MAX_LINKS, VAIN_FRAMES} from '../../../source/core/files/driver.ts';
import {ARRIVING_BYTES, FILE_MEMORY_BYTES, GIVING_BYTES, Memory} from '../../../source/core/files/memory.ts';
import type {LinkWorld} from '../../../source/core/files/world.ts';
import type {BulkConnection} from '../../../source/net/bulk/connection.ts';
import {FileFailure} from '../../../source/storage/files/kept.ts';
import {blockKey, encodeDataHeader} from '../../../source/wire/bulk.ts';
import {MAX_PIECE_BYTES} from '../../../source/wire/file-offer.ts';
import type {PeerId} from '../../../source/wire/peer-id.ts';
import {createConditions} from '../../helpers/conditions.ts';
import {FILE, piece, startBulkNode, watchBulk} from '../../net/bulk-peers.ts';
import {Cleanup} from '../../net/peers.ts';
import {FakeStore} from './fake-store.ts';

const cleanup = new Cleanup();
afterEach(() => cleanup.run());

const PIECE = 64 * 1024;

/** A driver, and a peer whose end of the connection is in the hands of the test. */
async function world({isKnown = true} = {}) {
	const store = new FakeStore();
	const [node, other] = [await startBulkNode(1, cleanup), await startBulkNode(2, cleanup)];
	const {until, wake} = createConditions();
	const news: FilesNews[] = [];
	const refused: string[] = [];
	const driver = new FilesDriver({
		tell: what => {
			news.push(what);
			wake();
		},
		dial: (...whom) => node.transport.dialBulk(...whom),
		isKnown: () => isKnown,
		up: node.transport.up,
		down: node.transport.down,
		refused: reason => {
			refused.push(reason);
			wake();
		},
		gone: () => {},
		vault: store.asVault(),
	});
	cleanup.add(async () => {
		await driver.close();
		await eventually(() => driver.memoryInUse === 0);
	});
	const peer = other.peerId as PeerId;
	const open = async () => {
		driver.do({deed: 'open-bulk', peer, address: `/ip4/127.0.0.1/tcp/${other.port}`});
		const connection = await other.next();
		const far = watchBulk(connection);
		await until(() => news.some(({news: name}) => name === 'bulk-opened'));
		return {connection, far};
	};
	const told = (name: FilesNews['news']) => news.filter(({news: what}) => what === name);
	const tells = (name: FilesNews['news'], count = 1) => until(() => told(name).length >= count);
	/** The peer dials instead. */
	const dialled = async () => {
		const address = {host: '127.0.0.1', port: node.port, family: 4} as const;
		const connection = await other.transport.dialBulk(address, node.peerId as PeerId);
		const accepted = await node.next();
		driver.accept(accepted);
		return {connection, far: watchBulk(connection)};
	};
	return {...{store, driver, news, refused, peer, open, dialled, told, tells, until}};
}

function give(connection: BulkConnection, index: number, bytes: Uint8Array): void {
	connection.sendBlock(Buffer.concat([encodeDataHeader(piece(index), bytes.length), bytes]), () => {});
}

function resolvers(): {readonly promise: Promise<void>; readonly resolve: () => void} {
	let resolve = () => {};
	const promise = new Promise<void>(done => {
		resolve = done;
	});
	return {promise, resolve};
}

/** Memory tells nobody that it changes. */
async function eventually(isTrue: () => boolean): Promise<void> {
	while (!isTrue()) await new Promise(setImmediate);
}

const bytesOf = (first: number, length = PIECE) => Buffer.alloc(length, first);

describe('what was asked for', () => {
	test('is verified, written, and told of; what does not match is thrown away', async () => {
		const {store, driver, peer, open, told, tells} = await world();
		const {connection, far} = await open();
		for (const index of [0, 1, 2]) {
			store.wanted.set(blockKey(piece(index)), {bytes: PIECE, first: 1});
			driver.do({deed: 'ask', peer, block: piece(index)});
		}
		await far.has('request 2');
		give(connection, 0, bytesOf(1));
		give(connection, 1, bytesOf(9));
		connection.send({type: 'refuse', block: piece(2), reason: 'busy'});
		await tells('denied');
		await tells('arrived', 2);
		const from = {news: 'arrived', peer, bytes: PIECE};
		expect(told('arrived')).toEqual([
			{...from, block: piece(0), verdict: 'ok'},
			{...from, block: piece(1), verdict: 'wrong'},
		]);
		expect(store.written).toEqual([blockKey(piece(0))]);
	});

	test('of another length is wrong, takes no memory, and what follows is read all the same', async () => {
		const {store, driver, peer, open, told, tells} = await world();
		const {connection} = await open();
		for (const index of [0, 1, 2]) {
			store.wanted.set(blockKey(piece(index)), {bytes: PIECE, first: 1});
			driver.do({deed: 'ask', peer, block: piece(index)});
		}
		give(connection, 0, bytesOf(1, PIECE - 1));
		give(connection, 1, bytesOf(1, 4 * 1024 * 1024));
		give(connection, 2, bytesOf(1));
		await tells('arrived', 3);
		expect(told('arrived').map(news => 'verdict' in news && news.verdict)).toEqual(['wrong', 'wrong', 'ok']);
	});

	test('and called off may come all the same, once for each time it was asked for', async () => {
		const {store, driver, peer, open, told, tells, refused} = await world();
		const {connection, far} = await open();
		store.wanted.set(blockKey(piece(0)), {bytes: PIECE, first: 1});
		driver.do({deed: 'ask', peer, block: piece(0)});
		driver.do({deed: 'unask', peer, block: piece(0)});
		await far.has('cancel 0');
		give(connection, 0, bytesOf(1));
		await tells('arrived');
		expect(told('arrived')).toMatchObject([{verdict: 'unwanted'}]);
		give(connection, 0, bytesOf(1));
		await tells('bulk-closed');
		expect([store.written, refused]).toEqual([[], ['bulk-unasked']]);
	});

	test('and called off while it comes gives its memory back when it is here', async () => {
		const {store, driver, peer, open, told, tells} = await world();
		const {connection, far} = await open();
		store.wanted.set(blockKey(piece(0)), {bytes: PIECE, first: 1});
		driver.do({deed: 'ask', peer, block: piece(0)});
		await far.has('request 0');
		const bytes = Buffer.concat([encodeDataHeader(piece(0), PIECE), bytesOf(1)]);
		connection.sendBlock(bytes.subarray(0, PIECE / 2), () => {});
		await eventually(() => driver.memoryInUse === PIECE);
		driver.do({deed: 'unask', peer, block: piece(0)});
		connection.sendBlock(bytes.subarray(PIECE / 2), () => {});
		await tells('arrived');
		expect([told('arrived'), driver.memoryInUse]).toMatchObject([[{verdict: 'unwanted'}], 0]);
	});

	test('and of a list is told nothing any more once the file was closed', async () => {
		const {store, driver, peer, open, told, tells} = await world();
		const {connection, far} = await open();
		const layer = {file: FILE, what: 'layer', index: 0} as const;
		const [begun, goOn] = [resolvers(), resolvers()];
		store.collect = async () => {
			begun.resolve();
			await goOn.promise;
			return {verdict: 'ok'};
		};
		store.wanted.set(blockKey(layer), {bytes: 32, first: 1});
		store.wanted.set(blockKey(piece(1)), {bytes: PIECE, first: 1});
		for (const block of [layer, piece(1)]) driver.do({deed: 'ask', peer, block});
		await far.has('request 1');
		connection.sendBlock(Buffer.concat([encodeDataHeader(layer, 32), bytesOf(1, 32)]), () => {});
		await begun.promise;
		driver.do({deed: 'close', file: FILE});
		goOn.resolve();
		give(connection, 1, bytesOf(1));
		await tells('arrived');
		expect(told('arrived')).toMatchObject([{block: piece(1)}]);
	});

	test('and cannot be written is a failure of the file, unless it was closed meanwhile', async () => {
		const {store, driver, peer, open, told, tells, until} = await world();
		const {connection} = await open();
		let fail = (_error: Error) => {};
		store.disk = new Promise((_, reject) => {
			fail = reject;
		});
		for (const index of [0, 1]) {
			store.wanted.set(blockKey(piece(index)), {bytes: PIECE, first: 1});
			driver.do({deed: 'ask', peer, block: piece(index)});
		}
		give(connection, 0, bytesOf(1));
		await tells('arrived');
		fail(new FileFailure('disk-full', 'The disk is full'));
		await tells('file-failed');
		expect(told('file-failed')).toMatchObject([{file: FILE, error: {code: 'disk-full'}}]);
		store.disk = Promise.resolve().then(() => Promise.reject(new FileFailure('io', 'late')));
		store.disk.catch(() => {});
		give(connection, 1, bytesOf(1));
		await until(() => told('arrived').length === 2);
		driver.do({deed: 'close', file: FILE});
		await new Promise(setImmediate);
		expect(told('file-failed').length).toBe(1);
	});
});

test('what nobody asked for ends the connection, before any memory is taken for it', async () => {
	const {open, tells, told, refused} = await world();
	const {connection} = await open();
	give(connection, 0, bytesOf(1));
	await tells('bulk-closed');
	expect([told('bulk-closed'), refused]).toMatchObject([[{reason: 'bulk-unasked'}], ['bulk-unasked']]);
});

test('memory for files is bounded, however slow the disk: the sender waits, and all comes when it works', async () => {
	const {store, driver, peer, open, told, tells, until} = await world();
	const {connection} = await open();
	const [size, count] = [4 * 1024 * 1024, ARRIVING_BYTES / (4 * 1024 * 1024)];
	let work = () => {};
	store.disk = new Promise(resolve => {
		work = resolve;
	});
	let sent = 0;
	const bytes = Buffer.concat([encodeDataHeader(piece(0), size), bytesOf(1, size)]);
	for (let index = 0; index < count + 4; index++) {
		store.wanted.set(blockKey(piece(index)), {bytes: size, first: 1});
		driver.do({deed: 'ask', peer, block: piece(index)});
		const block = Buffer.from(bytes);
		block.set(encodeDataHeader(piece(index), size));
		connection.sendBlock(block, () => sent++);
	}
	await tells('arrived', count);
	await new Promise(resolve => setTimeout(resolve, 50));
	expect([told('arrived').length, sent < count + 4]).toEqual([count, true]);
	work();
	await tells('arrived', count + 4);
	await until(() => store.written.length === count + 4);
	expect(ARRIVING_BYTES + GIVING_BYTES).toBe(FILE_MEMORY_BYTES);
});

test('memory comes back from links that break in the middle, whichever way their blocks went', async () => {
	const {store, driver, peer, open, tells, told} = await world();
	const size = 4 * 1024 * 1024;
	const bytes = bytesOf(1, size);
	store.wanted.set(blockKey(piece(0)), {bytes: size, first: 1});
	store.content.set(blockKey(piece(1)), bytes);
	for (let round = 1; round <= 14; round++) {
		const {connection} = await open();
		await tells('bulk-opened', round);
		driver.do({deed: 'ask', peer, block: piece(0)});
		connection.send({type: 'request', block: piece(1)});
		await tells('asked', round);
		driver.do({deed: 'give', peer, block: piece(1)});
		connection.sendBlock(Buffer.concat([encodeDataHeader(piece(0), size), bytes.subarray(0, PIECE)]), () => {});
		await eventually(() => driver.memoryInUse === 2 * size || told('gave').length > 0);
		connection.destroy('closed');
		await tells('bulk-closed', round);
	}
	await eventually(() => driver.memoryInUse === 0);
	expect([told('arrived'), store.written]).toEqual([[], []]);
	const {connection} = await open();
	driver.do({deed: 'ask', peer, block: piece(0)});
	give(connection, 0, bytes);
	await tells('arrived');
});

describe('what is given', () => {
	test('is read and sent in order, and told of', async () => {
		const {store, driver, peer, open, told, tells} = await world();
		const {connection, far} = await open();
		for (const index of [0, 1, 2]) {
			if (index !== 1) store.content.set(blockKey(piece(index)), bytesOf(index, PIECE + index));
			connection.send({type: 'request', block: piece(index)});
		}
		await tells('asked', 3);
		for (const index of [0, 1, 2]) driver.do({deed: 'give', peer, block: piece(index)});
		await tells('gave', 2);
		await far.has('block 2');
		expect(far.blocks).toEqual([0, 2].map(index => new Uint8Array(bytesOf(index, PIECE + index))));
		expect(told('not-given')).toEqual([{news: 'not-given', peer, block: piece(1), reason: 'missing'}]);
		driver.do({deed: 'deny', peer, block: piece(1), reason: 'not-here'});
		await far.has('refuse 1');
	});

	test.each([
		['eight small ones', PIECE, 8],
		['two large ones', 1024 * 1024, 2],
	])('is read ahead, %s at most', async (_, size, most) => {
		const {store, driver, peer, open, tells, told} = await world();
		const {connection} = await open();
		let work = () => {};
		store.disk = new Promise(resolve => (work = resolve));
		for (let index = 0; index < 20; index++) {
			store.content.set(blockKey(piece(index)), bytesOf(index, size));
			connection.send({type: 'request', block: piece(index)});
		}
		await tells('asked', 20);
		for (let index = 0; index < 20; index++) driver.do({deed: 'give', peer, block: piece(index)});
		await new Promise(setImmediate);
		expect(store.reads).toHaveLength(most);
		work();
		await tells('gave', 20);
		// What takes more than one window is told of on its way.
		expect(told('giving').length > 0).toBe(size > PIECE);
	});

	test('is not, if it is called off before, and never without having been asked for', async () => {
		const {store, driver, peer, open, told, tells} = await world();
		const {connection, far} = await open();
		for (const index of [0, 1]) store.content.set(blockKey(piece(index)), bytesOf(index));
		connection.send({type: 'request', block: piece(0)});
		connection.send({type: 'cancel', block: piece(0)});
		await tells('unasked');
		for (const index of [0, 1]) driver.do({deed: 'give', peer, block: piece(index)});
		await tells('not-given', 2);
		expect([told('gave'), told('not-given').map(news => 'reason' in news && news.reason)]).toEqual([
			[],
			['closed', 'closed'],
		]);
		expect(far.log).toEqual(['ready']);
	});

	test('a flood of requests is answered, and remembered only so far', async () => {
		const {open, told, until} = await world();
		const {connection, far} = await open();
		for (let index = 0; index < 1_100; index++) connection.send({type: 'request', block: piece(index)});
		await far.has('refuse 1099');
		await until(() => told('asked').length > 0);
		expect(told('asked').length).toBe(1_024);
	});

	test('who goes on asking in vain is let go, and has no more left when he comes again', async () => {
		const {driver, news, peer, open, tells, told, refused, until} = await world();
		const {connection} = await open();
		const flood = [
			{type: 'request', block: piece(0)},
			{type: 'cancel', block: piece(0)},
			{type: 'refuse', block: piece(1), reason: 'busy'},
		] as const;
		// Everything is denied at once, as to anybody who may have nothing.
		let answered = 0;
		const deny = () => {
			for (; answered < news.length; answered++) {
				const one = news[answered]!;
				if (one.news === 'asked') driver.do({deed: 'deny', peer, block: one.block, reason: 'not-here'});
			}
			return told('bulk-closed').length > 0;
		};
		for (let index = 0; index < 6_000; index++) connection.send(flood[index % 3]!);
		await until(deny);
		expect([told('bulk-closed'), refused]).toMatchObject([[{reason: 'bulk-flood'}], ['bulk-flood']]);
		expect(told('asked').length).toBeLessThanOrEqual(VAIN_FRAMES.burst);
		const again = await open();
		await tells('bulk-opened', 2);
		for (let index = 0; index < 6_000; index++) again.connection.send(flood[1]);
		await tells('bulk-closed', 2);
	});
});

describe('connections', () => {
	test('are accepted from whom we talk with, and told of; another one takes the place of the first', async () => {
		const {dialled, tells, news, peer} = await world();
		const first = await dialled();
		await tells('bulk-opened');
		await dialled();
		await tells('bulk-opened', 2);
		await first.far.has('closed: closed');
		expect(news).toEqual([
			{news: 'bulk-opened', peer},
			{news: 'bulk-closed', peer, reason: 'replaced'},
			{news: 'bulk-opened', peer},
		]);
	});

	test('of a stranger, with whom there is no connection for talk, are refused', async () => {
		const {dialled, news, refused} = await world({isKnown: false});
		const {far} = await dialled();
		await far.until(() => far.log.some(line => line.startsWith('closed')));
		expect([news, refused]).toEqual([[], ['bulk-stranger']]);
	});

	test('are so many and no more; of whom there is one already another one takes its place', async () => {
		const {driver, refused} = await world();
		const ended: string[] = [];
		const connect = (peer: string) => {
			const connection = {
				peer,
				bytesIn: 0,
				bytesOut: 0,
				start: () => {},
				destroy: (why: string) => ended.push(`${peer} ${why}`),
			};
			driver.accept(connection as unknown as BulkConnection);
		};
		for (let count = 0; count < MAX_LINKS; count++) connect(`peer ${count}`);
		expect([driver.connections().length, refused, ended]).toEqual([MAX_LINKS, [], []]);
		connect('one more');
		expect([driver.connections().length, refused, ended]).toEqual([MAX_LINKS, ['bulk-limit'], ['one more unwanted']]);
		connect('peer 0');
		expect([driver.connections().length, refused]).toEqual([MAX_LINKS, ['bulk-limit']]);
	});

	test('that cannot be opened are told of, and those that are closed on purpose', async () => {
		const {driver, peer, open, tells, told} = await world();
		driver.do({deed: 'open-bulk', peer, address: '/ip4/127.0.0.1/tcp/1'});
		await tells('bulk-failed');
		await open();
		driver.do({deed: 'close-bulk', peer, reason: 'idle'});
		await tells('bulk-closed');
		expect(told('bulk-closed')).toEqual([{news: 'bulk-closed', peer, reason: 'idle'}]);
	});

	test('files that are off: an empty library, and a reason for whoever wants to fetch', async () => {
		const news: FilesNews[] = [];
		const {transport} = await startBulkNode(1, cleanup);
		const driver = new FilesDriver({
			tell: what => news.push(what),
			dial: () => Promise.reject(new Error('no')),
			isKnown: () => true,
			refused: () => {},
			gone: () => {},
			...{up: transport.up, down: transport.down, vault: undefined},
		});
		driver.begin();
		driver.do({deed: 'hash', path: '/x'});
		await new Promise(setImmediate);
		expect(news).toMatchObject([
			{news: 'library', held: [], saved: []},
			{news: 'not-hashed', path: '/x', error: {code: 'no-folder'}},
		]);
	});
});

test('the memory of a block that has begun is used for no other as long as the socket may write there', () => {
	const memory = new Memory(MAX_PIECE_BYTES);
	const expected = {least: PIECE, most: PIECE};
	const world = {store: {expect: () => expected}, arriving: memory, blake3: () => undefined};
	const holder = {peer: 'peer' as PeerId, moved: () => 0, goOn: () => {}, letGo: () => {}};
	const arrivals = new Arrivals(world as unknown as LinkWorld, holder);
	arrivals.ask(piece(0));
	expect(arrivals.begin(piece(0), PIECE)).toHaveLength(PIECE);
	arrivals.close();
	expect(memory.used).toBe(PIECE);
	arrivals.release();
	expect(memory.used).toBe(0);
});
