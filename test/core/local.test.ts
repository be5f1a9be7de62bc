import {once} from 'node:events';
import {mkdtemp, rm} from 'node:fs/promises';
import {type AddressInfo, createServer} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, expect, test} from 'vitest';
import type {Core, CoreConfig} from '../../source/api/core.ts';
import {startLocalCore} from '../../source/core/local.ts';
import {CONFIG} from '../cli/fake-core.ts';
import {Recorder} from './recorder.ts';

const LISTEN = '/ip4/127.0.0.1/tcp/0';
const cleanUp: (() => Promise<unknown> | undefined)[] = [];

afterEach(async () => {
	for (const step of cleanUp.splice(0).reverse()) await step();
});

function start(config: Partial<CoreConfig> = {}): {core: Core; recorder: Recorder} {
	const recorder = new Recorder();
	const core = startLocalCore({...CONFIG, listen: [LISTEN], ...config}, recorder.listener);
	cleanUp.push(() => core.stop());
	return {core, recorder};
}

test('the first event is ready, whatever was asked before', async () => {
	const {core, recorder} = start();
	core.send({id: 'early', command: 'rooms'});
	expect(await recorder.reply('early')).toMatchObject({ok: true, result: {rooms: [{room: 'lobby'}]}});
	expect(recorder.events[0]).toMatchObject({type: 'ready', name: 'ann'});
	expect(recorder.stateNames).toEqual(['starting', 'running']);
	expect(recorder.all('snapshot')).toEqual([]);
});

test('for a screen a snapshot follows at once, and traffic at intervals', async () => {
	const {recorder} = start({forScreen: true});
	const traffic = await recorder.waitForEvent('traffic');
	expect(recorder.events.slice(0, 2).map(({type}) => type)).toEqual(['ready', 'snapshot']);
	expect(traffic).toMatchObject({type: 'traffic', bytesInPerSecond: 0, bytesOutPerSecond: 0});
	expect(traffic.pubsub?.rooms.map(({room}) => room)).toEqual(['lobby']);
});

test('two nodes in one process meet by address, and the goodbye of one is seen at once', async () => {
	const [ann, bob] = [start(), start({name: 'bob'})];
	const {addresses, peerId} = await bob.recorder.waitForEvent('ready');
	ann.core.send({id: 'd', command: 'dial', address: addresses[0]!});
	expect(await ann.recorder.reply('d')).toMatchObject({ok: true, result: {peer: peerId}});
	await ann.recorder.waitForEvent('peer-connected');
	await bob.core.stop();
	expect(await ann.recorder.waitForEvent('peer-disconnected')).toMatchObject({
		peer: peerId,
		reason: 'goodbye: leaving',
	});
	expect(bob.recorder.stateNames).toEqual(['starting', 'running', 'stopped']);
});

test('shutdown is answered, then the node stops', async () => {
	const {core, recorder} = start();
	core.send({id: 's', command: 'shutdown'});
	await recorder.waitForState('stopped');
	expect(recorder.events.at(-1)).toEqual({type: 'reply', id: 's', ok: true, result: {}});
});

test('a node that cannot start says why, keeps nothing open and stops without more', async () => {
	const server = createServer().listen(0, '127.0.0.1');
	await once(server, 'listening');
	cleanUp.push(() => new Promise(resolve => server.close(resolve)));
	const directory = await mkdtemp(join(tmpdir(), 'p2p-tui-local-'));
	cleanUp.push(() => rm(directory, {recursive: true}));
	const {port} = server.address() as AddressInfo;
	const taken = start({listen: [`/ip4/127.0.0.1/tcp/${port}`], dataDirectory: directory});
	const failed = await taken.recorder.waitForState('failed');
	expect(failed.reason).toContain('is taken');
	expect(failed.hint).toContain('--listen');
	await taken.core.stop();
	expect(taken.recorder.stateNames).toEqual(['starting', 'failed']);
	// The profile's lock was given back.
	const second = start({dataDirectory: directory});
	await second.recorder.waitForState('running');
});

test('a fault on purpose is refused unless it was allowed at the start', async () => {
	const {core, recorder} = start();
	core.send({id: 'f', command: 'fault', kind: 'throw'});
	expect(await recorder.reply('f')).toMatchObject({ok: false, error: {code: 'fault-refused'}});
});
