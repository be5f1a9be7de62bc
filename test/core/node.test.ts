import {afterEach, expect, test, vi} from 'vitest';
import type {Command} from '../../source/api/command.ts';
import type {CoreConfig} from '../../source/api/core.ts';
import type {NodeEvent, Results} from '../../source/api/event.ts';
import {NO_LOG} from '../../source/base/log.ts';
import {Node} from '../../source/core/node.ts';
import {systemRandom} from '../../source/core/system-random.ts';
import type {EventStore} from '../../source/history/event-store.ts';
import {MemoryEventStore} from '../../source/history/memory-store.ts';
import type {Vault} from '../../source/storage/files/vault.ts';
import {newIdentity} from '../../source/storage/identity.ts';
import {encodeMessage} from '../../source/wire/codec.ts';
import {parseTcpAddress} from '../../source/wire/multiaddr.ts';
import type {PeerId} from '../../source/wire/peer-id.ts';
import {CONFIG} from '../cli/fake-core.ts';
import {startBulkNode, watchBulk} from '../net/bulk-peers.ts';
import {Cleanup} from '../net/peers.ts';
import {FakeStore} from './files/fake-store.ts';

const closing: (() => Promise<void>)[] = [];

afterEach(async () => {
	for (const close of closing.splice(0)) await close();
	vi.useRealTimers();
});

async function start(config: Partial<CoreConfig> = {}, vault?: Vault) {
	const events: NodeEvent[] = [];
	const store: EventStore = new MemoryEventStore(systemRandom);
	const node = new Node({
		config: {...CONFIG, listen: ['/ip4/127.0.0.1/tcp/0'], ...config},
		identity: newIdentity(),
		store,
		...(vault && {vault}),
		log: NO_LOG,
		emit: event => events.push(event),
		onShutdown: () => {},
	});
	closing.push(() => node.stop());
	await node.start();
	let count = 0;
	const ask = (command: Command) => {
		const id = `${++count}`;
		node.command({...command, id});
		return () => events.find(event => event.type === 'reply' && event.id === id);
	};
	return {node, store, events, ask};
}

const turn = () => new Promise(resolve => setImmediate(resolve));

test('what is published in one turn is answered after one commit, and not before', async () => {
	const {store, events, ask} = await start();
	const commit = vi.spyOn(store, 'commit');
	const replies = ['a', 'b', 'c'].map(text => ask({command: 'publish', room: 'lobby', text}));
	expect([commit.mock.calls.length, replies.map(reply => reply())]).toEqual([0, [undefined, undefined, undefined]]);
	await turn();
	expect(commit).toHaveBeenCalledTimes(1);
	expect(replies.map(reply => reply())).toMatchObject([{ok: true}, {ok: true}, {ok: true}]);
	expect(events.filter(({type}) => type === 'message').length).toBe(3);
	const stats = ask({command: 'stats'})();
	expect(stats).toMatchObject({result: {history: {events: 4, commits: 1, commitP50: expect.any(Number)}}});
});

test('row 57: what a full disk does not take is refused with what is wrong, and was told to nobody', async () => {
	const {store, events, ask} = await start();
	const failure = {code: 'disk-full', message: 'The disk is full'};
	vi.spyOn(store, 'commit').mockImplementation(() => {
		store.rollback();
		return {ok: false, failure};
	});
	const refused = ask({command: 'publish', room: 'lobby', text: 'lost?'});
	await turn();
	expect(refused()).toMatchObject({ok: false, error: {code: 'storage', message: expect.stringContaining('full')}});
	expect(events).toContainEqual(expect.objectContaining({type: 'storage', state: 'failed'}));
	expect(events.filter(({type}) => type === 'message')).toEqual([]);
});

test('whoever stops with something unwritten writes it first', async () => {
	const {node, store, ask} = await start();
	const published = ask({command: 'publish', room: 'lobby', text: 'last words'});
	await node.stop();
	expect(published()).toMatchObject({ok: true});
	expect(store.page('lobby', {limit: 9, kinds: 'entries'}).length).toBe(2);
});

test('--keep: what is older than that goes, a while after the start', async () => {
	vi.useFakeTimers({toFake: ['setTimeout', 'clearTimeout', 'performance', 'Date']});
	const {ask} = await start({keep: 3_600_000});
	const messages = () => {
		const reply = ask({command: 'history', room: 'lobby'})();
		return reply?.type === 'reply' && reply.ok ? (reply.result as Results['history']).messages.length : undefined;
	};
	ask({command: 'publish', room: 'lobby', text: 'old'});
	await turn();
	expect(messages()).toBe(2);
	vi.setSystemTime(Date.now() + 7_200_000);
	vi.advanceTimersByTime(90_000);
	expect(messages()).toBe(0);
});

test('a connection for bulk is only for who has said who he is, however well connected', async () => {
	const {events} = await start({}, new FakeStore().asVault());
	const {peerId, addresses} = events.find(event => event.type === 'ready') as Extract<NodeEvent, {type: 'ready'}>;
	const cleanup = new Cleanup();
	closing.push(() => cleanup.run());
	const {transport} = await startBulkNode(3, cleanup);
	const [peer, address] = [peerId as PeerId, parseTcpAddress(addresses[0]!.replace(/\/p2p\/.*/, ''))];
	const connection = await transport.dial(address, peer);
	connection.start({frame: () => {}, closed: () => {}});
	const stranger = watchBulk(await transport.dialBulk(address, peer));
	await stranger.has('closed: closed');
	expect(stranger.log).not.toContain('ready');
	const introduction = {name: 'eve', agent: 'p2p-tui/0', instance: '0'.repeat(32), addresses: [], protocols: []};
	connection.send(encodeMessage({type: 'identify', ...introduction}), 'control');
	await vi.waitUntil(() => events.some(event => event.type === 'peer-connected'), {timeout: 30_000});
	await watchBulk(await transport.dialBulk(address, peer)).has('ready');
});
