/** The real core in its real thread, and what becomes of both when it is told to fail. */
import {EventEmitter, once} from 'node:events';
import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {pathToFileURL} from 'node:url';
import {Worker} from 'node:worker_threads';
import {build} from 'esbuild';
import {afterAll, afterEach, beforeAll, describe, expect, test} from 'vitest';
import type {CoreConfig} from '../../source/api/core.ts';
import type {EventOf, NodeEvent} from '../../source/api/event.ts';
import {QUEUE_LIMITS} from '../../source/core/event-queue.ts';
import {HANG_TIMEOUT, RestartPolicy} from '../../source/core/supervisor.ts';
import type {FromWorker, ToWorker} from '../../source/core/thread.ts';
import {WorkerCore} from '../../source/core/worker-client.ts';
import {CONFIG} from '../cli/fake-core.ts';
import {Recorder} from './recorder.ts';

const root = new URL('../..', import.meta.url).pathname;
const cleanUp: (() => Promise<unknown>)[] = [];
let directory: string;
let program: URL;

beforeAll(async () => {
	directory = await mkdtemp(join(tmpdir(), 'p2p-tui-worker-'));
	program = pathToFileURL(join(directory, 'worker.mjs'));
	await build({
		absWorkingDir: root,
		entryPoints: ['source/core/worker.ts'],
		outfile: program.pathname,
		bundle: true,
		format: 'esm',
		platform: 'node',
		target: 'node20.19',
		alias: {
			msgpackr: join(root, 'node_modules/msgpackr/index.js'),
			// Left where its binary is.
			'@photostructure/sqlite': join(root, 'node_modules/@photostructure/sqlite/dist/index.mjs'),
		},
		external: [join(root, 'node_modules/@photostructure/*'), '@napi-rs/blake-hash'],
	});
});

afterEach(async () => {
	for (const step of cleanUp.splice(0)) await step();
});

afterAll(() => rm(directory, {recursive: true}));

/** `hangTimeout`: milliseconds without a word from it. Other tests keep the machine busy, too. */
function start(config: Partial<CoreConfig> = {}, hangTimeout = 5 * HANG_TIMEOUT) {
	const recorder = new Recorder();
	const workers: Worker[] = [];
	const core = new WorkerCore(
		{...CONFIG, listen: ['/ip4/127.0.0.1/tcp/0'], forScreen: true, faults: true, ...config},
		recorder.listener,
		{
			spawn: workerData => {
				const resourceLimits = {maxOldGenerationSizeMb: 96};
				const worker = new Worker(program, {workerData, resourceLimits, stdout: true, stderr: true});
				workers.push(worker);
				return worker;
			},
			restarts: new RestartPolicy(1),
			hangTimeout,
			checkInterval: 250,
		},
	);
	cleanUp.push(() => core.stop());
	return {core, recorder, workers};
}

/** Who hangs is found out by that alone, so it should not be long. */
const patienceWith = (kind: string) => (kind === 'hang' ? HANG_TIMEOUT : undefined);

test('starts, answers, stops and leaves no thread', async () => {
	const {core, recorder, workers} = start();
	core.send({id: 'r', command: 'rooms'});
	expect(await recorder.reply('r')).toMatchObject({ok: true, result: {rooms: [{room: 'lobby'}]}});
	expect(recorder.events.slice(0, 2).map(({type}) => type)).toEqual(['ready', 'snapshot']);
	await core.stop();
	expect(recorder.stateNames).toEqual(['starting', 'running', 'stopped']);
	expect(workers.map(({threadId}) => threadId)).toEqual([-1]);
});

test('a core that cannot start says why and what to do', async () => {
	const {recorder} = start({interfaces: ['wlan77']});
	const failed = await recorder.waitForState('failed');
	expect(failed.reason).toBe('No network interface "wlan77" on this machine');
	expect(failed.hint).toContain('lo (127.0.0.1');
	expect(recorder.stateNames).toEqual(['starting', 'failed']);
});

describe.each(['throw', 'hang', 'memory'] as const)('row 60: a core told to fail (%s)', kind => {
	test('comes back on the same port with the same key, rooms and profile, and chats again', async () => {
		const profile = await mkdtemp(join(tmpdir(), 'p2p-tui-profile-'));
		cleanUp.push(() => rm(profile, {recursive: true}));
		const other = start({name: 'bob'});
		const {peerId: bob} = await other.recorder.waitForEvent('ready');
		const first = start({dataDirectory: profile, name: 'first'});
		const {addresses, peerId} = await first.recorder.waitForEvent('ready');
		const port = addresses[0]!;
		await first.core.stop();

		const {core, recorder} = start({dataDirectory: profile, listen: [port]}, patienceWith(kind));
		await recorder.waitForEvent('ready');
		core.send({id: 'j', command: 'join', room: 'dev'});
		core.send({id: 'd', command: 'dial', address: (await other.recorder.waitForEvent('ready')).addresses[0]!});
		expect(await recorder.reply('d')).toMatchObject({ok: true, result: {peer: bob}});
		await recorder.waitForEvent('peer-connected');

		core.send({command: 'fault', kind});
		await recorder.waitForState('restarting');
		const again = await recorder.waitForEvent('ready', 2);
		expect(again).toMatchObject({peerId, addresses: [port]});
		expect(recorder.all('warning')).toEqual([]);
		expect(recorder.all('room-joined').map(({room}) => room)).toEqual(['lobby', 'dev', 'lobby', 'dev']);
		// The peer dialled by hand is dialled again by itself.
		await recorder.waitForEvent('peer-connected', 2);
		await recorder.waitFor('bob in the lobby again', ({events}) =>
			events.slice(events.indexOf(again)).find(event => event.type === 'member-joined' && event.peer === bob),
		);
		core.send({id: 'p', command: 'publish', room: 'lobby', text: 'back again'});
		const heard = await other.recorder.waitForEvent('message');
		expect(heard).toMatchObject({text: 'back again', from: peerId, seq: 2});
		expect(recorder.stateNames).toEqual(['starting', 'running', 'restarting', 'running']);
	});
});

describe.each(['throw', 'hang', 'memory'] as const)('row 60: just before the core fails (%s)', kind => {
	test('what was said and answered is heard, even if other news has just left', async () => {
		const {core, recorder} = start({}, patienceWith(kind));
		await recorder.waitForEvent('room-joined');
		core.send({id: 'r', command: 'rooms'});
		await recorder.reply('r');
		core.send({id: 'p', command: 'publish', room: 'lobby', text: 'last words'});
		core.send({id: 'f', command: 'fault', kind});
		await recorder.waitForState('restarting');
		expect(recorder.all('message').map(({text}) => text)).toEqual(['last words']);
		// What has to be written is answered later than what has not.
		expect(recorder.all('reply').map(({id, ok}) => [id, ok])).toEqual([
			['r', true],
			['f', true],
			['p', true],
		]);
	});
});

test('row 60: an error that nobody caught leaves no event behind, also of those that wait for their turn', async () => {
	const {core, recorder} = start();
	core.send({id: 'r', command: 'rooms'});
	await recorder.reply('r');
	// Without an id there is no reply, so there is no hurry.
	core.send({command: 'join', room: 'dev'});
	core.send({command: 'fault', kind: 'throw'});
	await recorder.waitForState('restarting');
	expect(recorder.all('room-joined').map(({room}) => room)).toEqual(['lobby', 'dev']);
});

test('a main thread that takes nothing gets nothing more, and then what matters of what it missed', async () => {
	const config = {...CONFIG, listen: ['/ip4/127.0.0.1/tcp/0'], forScreen: true};
	const ann = new Worker(program, {workerData: {config, ephemeralSeed: new Uint8Array(32).fill(1)}});
	cleanUp.push(() => ann.terminate());
	const batches: (readonly NodeEvent[])[] = [];
	const taken = new EventEmitter();
	ann.on('message', (message: FromWorker) => {
		if (message.type !== 'events') return;
		batches.push(message.events);
		taken.emit('batch');
	});
	await once(taken, 'batch');
	const ready = batches[0]![0] as EventOf<'ready'>;

	const bob = start({name: 'bob'});
	bob.core.send({id: 'd', command: 'dial', address: ready.addresses[0]!});
	await bob.recorder.waitForEvent('member-joined');
	const count = QUEUE_LIMITS.events + 500;
	const published = ({events}: Recorder) => events.findLast(event => event.type === 'message')?.text;
	for (let number = 1; number <= count; number++) {
		bob.core.send({command: 'publish', room: 'lobby', text: `${number}`});
		// All in one turn would keep his core from saying that it is alive.
		if (number % 250 === 0) {
			const isPublished = (recorder: Recorder) => published(recorder) === `${number}` || undefined;
			await bob.recorder.waitFor(`message ${number}`, isPublished, 60_000);
		}
	}
	// Once Ann has the last one, she has all.
	const receiptOfTheLast = ({events}: Recorder) => {
		const last = events.findLast(event => event.type === 'message');
		return events.findLast(
			event => event.type === 'message-state' && event.messageId === last?.messageId && event.storedBy === 2,
		);
	};
	// Ten thousand signatures to make and to check, while other tests do the same.
	await bob.recorder.waitFor('the receipt of the last message', receiptOfTheLast, 60_000);
	expect(batches.length).toBe(1);

	ann.postMessage({type: 'taken'} satisfies ToWorker);
	await once(taken, 'batch');
	const texts = batches[1]!.flatMap(event => (event.type === 'message' ? [event.text] : []));
	const entries = batches[1]!.filter(({type}) => type === 'message' || type === 'notice');
	expect(texts.at(-1)).toBe(`${count}`);
	expect(batches[1]!.length).toBeLessThanOrEqual(QUEUE_LIMITS.events + 1);
	expect(batches[1]!.map(({type}) => type)).toContain('member-joined');
	expect(batches[1]!.at(-1)).toMatchObject({
		code: 'events-dropped',
		// That bob joined is one more.
		message: expect.stringMatching(new RegExp(`^${count + 1 - entries.length} messages `)),
	});
}, 150_000);
