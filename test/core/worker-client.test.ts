/** The supervisor with threads that really throw, hang, run out of memory, end and do not listen. */
import {EventEmitter} from 'node:events';
import {mkdtemp, readFile, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {Worker} from 'node:worker_threads';
import {afterEach, beforeEach, describe, expect, test} from 'vitest';
import type {CoreConfig} from '../../source/api/core.ts';
import {MAX_HEAP_MEGABYTES, spawnThread} from '../../source/core/spawn.ts';
import {MAX_RESTARTS, RestartPolicy} from '../../source/core/supervisor.ts';
import type {FromWorker, WorkerData} from '../../source/core/thread.ts';
import {WorkerCore, type WorkerCoreOptions} from '../../source/core/worker-client.ts';
import {CONFIG} from '../cli/fake-core.ts';
import {Recorder} from './recorder.ts';

type Supervised = {
	readonly core: WorkerCore;
	readonly recorder: Recorder;
	/** What each worker was started with, and the workers. */
	readonly started: WorkerData[];
	readonly workers: Worker[];
};

const running: Supervised[] = [];

/** Starts the fixture of that name again and again; given several, one after the other, the last for all that follow. */
function supervise(fixtures: readonly string[], options: WorkerCoreOptions = {}, config: Partial<CoreConfig> = {}) {
	const started: WorkerData[] = [];
	const workers: Worker[] = [];
	const spawn = (workerData: WorkerData) => {
		const fixture = fixtures[Math.min(workers.length, fixtures.length - 1)]!;
		const worker = new Worker(new URL(`./fixtures/${fixture}.js`, import.meta.url), {
			workerData,
			resourceLimits: {maxOldGenerationSizeMb: 32},
			stdout: true,
			stderr: true,
		});
		started.push(workerData);
		workers.push(worker);
		return worker;
	};
	const recorder = new Recorder();
	const restarts = new RestartPolicy(1);
	const core = new WorkerCore({...CONFIG, ...config}, recorder.listener, {spawn, restarts, ...options});
	const supervised: Supervised = {core, recorder, started, workers};
	running.push(supervised);
	return supervised;
}

/** A thread that has ended has no id any more. */
const threadsOf = ({workers}: Supervised) => workers.filter(({threadId}) => threadId !== -1).length;

afterEach(async () => {
	await Promise.all(running.splice(0).flatMap(({workers}) => workers.map(worker => worker.terminate())));
});

/** Signs of life come every 20 ms, so a machine under load may be late by a lot; its threads may start as late as they like. */
const HANG = {hangTimeout: 2_000, checkInterval: 50};

describe.each([
	['throw', {}, /thrown on purpose/],
	['hang', HANG, /has not answered for 2 s/],
	['memory', {}, /memory/],
] as const)('row 60: a core that fails (%s)', (kind, options, reason) => {
	test('is started again with the rooms, the name, the key and the peers of now', async () => {
		const {core, recorder, started} = supervise(['obedient'], options, {rooms: ['lobby']});
		await recorder.waitForEvent('ready');
		core.send({id: 'j', command: 'join', room: 'dev'});
		core.send({id: 'l', command: 'leave', room: 'lobby'});
		core.send({id: 'n', command: 'nick', name: 'anna'});
		core.send({id: 'd', command: 'dial', address: '/ip4/127.0.0.1/tcp/7'});
		await recorder.reply('d');
		core.send({command: 'fault', kind});

		const restarting = await recorder.waitForState('restarting');
		expect(restarting.reason).toMatch(reason);
		await recorder.waitForState('running', 2);
		const ready = await recorder.waitForEvent('ready', 2);
		expect(recorder.stateNames).toEqual(['starting', 'running', 'restarting', 'running']);
		expect(ready).toMatchObject({name: 'anna', peerId: recorder.all('ready')[0]!.peerId});
		expect(started[1]).toEqual({
			config: {...CONFIG, name: 'anna', rooms: ['dev'], peers: ['/ip4/127.0.0.1/tcp/7']},
			ephemeralSeed: started[0]!.ephemeralSeed,
		});
		core.send({id: 'after', command: 'join', room: 'later'});
		expect(await recorder.reply('after')).toMatchObject({ok: true});
		await core.stop();
	});

	test('leaves a refusal for each command that it had not answered, before the news of its end', async () => {
		const {core, recorder} = supervise(['obedient'], options);
		await recorder.waitForEvent('ready');
		core.send({id: 'p1', command: 'publish', room: 'lobby', text: 'a'});
		core.send({id: 'p2', command: 'publish', room: 'lobby', text: 'b'});
		core.send({id: 'f', command: 'fault', kind});
		await recorder.waitForState('restarting');
		const refusals = recorder.all('reply').map(reply => [reply.id, reply.ok, 'error' in reply && reply.error.code]);
		expect(refusals).toEqual([
			['p1', false, 'busy'],
			['p2', false, 'busy'],
			['f', false, 'busy'],
		]);
		expect(recorder.heard.at(-1)).toHaveProperty('state.state', 'restarting');
		await core.stop();
	});
});

test('each batch is acknowledged once the listener has dealt with it', async () => {
	// This thread sends the next one only then.
	const {core, recorder} = supervise(['restless']);
	await recorder.waitForEvent('name-changed', 3);
	expect(recorder.batches.every(size => size === 1)).toBe(true);
	await core.stop();
});

test('row 60: what a core said just before it threw is heard before the news of its end', async () => {
	const {core, recorder} = supervise(['obedient']);
	await recorder.waitForEvent('ready');
	for (let round = 1; round <= 5; round++) {
		core.send({id: `j${round}`, command: 'join', room: `r${round}`});
		core.send({command: 'fault', kind: 'throw'});
		await recorder.waitForState('restarting', round);
		expect(await recorder.reply(`j${round}`)).toMatchObject({ok: true});
		await recorder.waitForState('running', round + 1);
	}
	await core.stop();
});

test('row 60: that is so even if the error is heard first', async () => {
	// Errors and messages come from a thread by two ways, in no order; its exit comes when both are empty.
	const thread = Object.assign(new EventEmitter(), {postMessage: () => {}, terminate: async () => 1});
	const {recorder} = supervise([], {spawn: () => thread as unknown as Worker, restarts: new RestartPolicy(100_000)});
	thread.emit('error', new Error('thrown on purpose'));
	thread.emit('message', {type: 'events', events: [{type: 'name-changed', name: 'anna'}]} satisfies FromWorker);
	thread.emit('exit', 1);
	const restarting = await recorder.waitForState('restarting');
	expect(restarting.reason).toBe('thrown on purpose');
	expect(recorder.all('name-changed')).toEqual([{type: 'name-changed', name: 'anna'}]);
});

test('row 60: a core may fill so much of the heap and no more, which is less than would end the program', async () => {
	const spawn = (data: WorkerData) => spawnThread(new URL('./fixtures/tells-limits.js', import.meta.url), data);
	const {recorder} = supervise([], {spawn});
	const {reason} = await recorder.waitForState('failed');
	expect(JSON.parse(reason).maxOldGenerationSizeMb).toBe(MAX_HEAP_MEGABYTES);
	expect(MAX_HEAP_MEGABYTES).toBeLessThanOrEqual(1024);
});

describe('the log', () => {
	let directory: string;
	let logFile: string;

	beforeEach(async () => {
		directory = await mkdtemp(join(tmpdir(), 'p2p-tui-log-'));
		logFile = join(directory, 'log');
	});

	afterEach(() => rm(directory, {recursive: true}));

	const entries = async () => (await readFile(logFile, 'utf8')).trimEnd().split('\n');

	test('row 60: has a line for each failure, with where it was thrown and what comes next', async () => {
		const {recorder} = supervise(['throws-at-start'], {}, {logFile, logLevel: 'error'});
		await recorder.waitForState('failed');
		const lines = await entries();
		expect(lines.length).toBe(1 + MAX_RESTARTS);
		const stack = /Error: broken from the start \| .*throws-at-start\.js:2:/;
		for (const line of lines) expect(line).toMatch(stack);
		expect(lines[0]).toContain(' error core the core failed, it is started again in 1 ms: ');
		expect(lines.at(-1)).toContain(' error core the core failed, it stays down: ');
	});

	test('row 60: has what has no stack, too', async () => {
		const {core, recorder} = supervise(['exits', 'obedient'], {}, {logFile, logLevel: 'error'});
		await recorder.waitForEvent('ready');
		expect(await entries()).toEqual([
			expect.stringMatching(/ error core the core failed, it is started again in 1 ms: it ended with status 3$/),
		]);
		await core.stop();
	});

	test('has why a core cannot start', async () => {
		const {recorder} = supervise(['refuses'], {}, {logFile, logLevel: 'error'});
		await recorder.waitForState('failed');
		expect(await entries()).toEqual([expect.stringMatching(/ error core the core cannot start: the port is taken$/)]);
	});

	test('that cannot be written is told once, on the screen', async () => {
		const {recorder} = supervise(['throws-at-start'], {}, {logFile: join(logFile, 'x'), logLevel: 'error'});
		await recorder.waitForState('failed');
		expect(recorder.all('warning')).toEqual([expect.objectContaining({code: 'log'})]);
	});
});

test('row 60: a command that comes while there is no core is refused at once', async () => {
	const {core, recorder} = supervise(['obedient'], {restarts: new RestartPolicy(5_000)});
	await recorder.waitForEvent('ready');
	core.send({command: 'fault', kind: 'throw'});
	await recorder.waitForState('restarting');
	core.send({id: 'x', command: 'peers'});
	expect(await recorder.reply('x')).toMatchObject({ok: false, error: {code: 'busy'}});
	await core.stop();
	expect(recorder.stateNames.at(-1)).toBe('stopped');
});

test('row 60: the next thread starts when the last one has ended, so that ports and profile are free', async () => {
	const {core, recorder, workers} = supervise(['obedient'], HANG);
	await recorder.waitForEvent('ready');
	const ended: number[] = [];
	workers[0]!.once('exit', () => ended.push(workers.length));
	core.send({command: 'fault', kind: 'hang'});
	await recorder.waitForState('running', 2);
	expect(ended).toEqual([1]);
	await core.stop();
});

describe.each([
	['throws-at-start', {}, /broken from the start/],
	['exits', {}, /it ended with status 3/],
	['silent', {startTimeout: 300, checkInterval: 50}, /has not answered for 0.3 s/],
] as const)('row 60: a core that cannot live (%s)', (fixture, options, reason) => {
	test('is given up after the last restart, with what to do', async () => {
		const supervised = supervise([fixture], options);
		const {core, recorder, workers} = supervised;
		const failed = await recorder.waitForState('failed');
		expect(recorder.stateNames).toEqual(['starting', ...Array(MAX_RESTARTS).fill('restarting'), 'failed']);
		expect(failed.reason).toMatch(reason);
		expect(failed.reason).not.toContain('\n');
		expect(failed.hint).toContain('--log-file');
		expect(workers.length).toBe(1 + MAX_RESTARTS);
		core.send({id: 'late', command: 'peers'});
		expect(await recorder.reply('late')).toMatchObject({ok: false});
		await core.stop();
		expect(threadsOf(supervised)).toBe(0);
		expect(recorder.stateNames.at(-1)).toBe('failed');
	});
});

test('row 60: one that lives again is not counted out by failures at the start', async () => {
	const {core, recorder} = supervise(['throws-at-start', 'exits', 'obedient']);
	await recorder.waitForEvent('ready');
	expect(recorder.stateNames).toEqual(['starting', 'restarting', 'restarting', 'running']);
	await core.stop();
});

test('row 60: a core that is slow to start is not started again', async () => {
	// Silent for longer than one that has lived may be.
	const {core, recorder, workers} = supervise(['sleepy'], {hangTimeout: 1_000, checkInterval: 50});
	await recorder.waitForEvent('ready');
	await core.stop();
	expect(workers.length).toBe(1);
});

test('a core that says why it cannot start is not started again', async () => {
	const supervised = supervise(['refuses']);
	const {core, recorder, workers} = supervised;
	core.send({id: 'early', command: 'peers'});
	expect(await recorder.waitForState('failed')).toEqual({
		state: 'failed',
		reason: 'the port is taken',
		hint: 'take another',
	});
	expect(await recorder.reply('early')).toMatchObject({ok: false, error: {code: 'busy'}});
	await core.stop();
	expect(workers.length).toBe(1);
	expect(threadsOf(supervised)).toBe(0);
});

describe('stop', () => {
	test('lets the core end by itself, says so once, and leaves no thread', async () => {
		const supervised = supervise(['obedient']);
		const {core, recorder} = supervised;
		await recorder.waitForEvent('ready');
		await Promise.all([core.stop(), core.stop()]);
		expect(recorder.stateNames).toEqual(['starting', 'running', 'stopped']);
		expect(threadsOf(supervised)).toBe(0);
	});

	test('comes after the commands of the same turn', async () => {
		const {core, recorder} = supervise(['obedient']);
		await recorder.waitForEvent('ready');
		core.send({id: 'last', command: 'join', room: 'dev'});
		await core.stop();
		expect(await recorder.reply('last')).toMatchObject({ok: true});
	});

	test('ends a core that does not listen', async () => {
		const supervised = supervise(['deaf'], {stopTimeout: 50});
		const {core, recorder} = supervised;
		await recorder.waitForState('running');
		core.send({id: 'x', command: 'peers'});
		await core.stop();
		expect(recorder.stateNames).toEqual(['starting', 'running', 'stopped']);
		expect(await recorder.reply('x')).toMatchObject({ok: false});
		expect(threadsOf(supervised)).toBe(0);
	});

	test('ends a thread that says it has stopped and does not end', async () => {
		const supervised = supervise(['lingers'], {stopTimeout: 50});
		await supervised.recorder.waitForState('running');
		await supervised.core.stop();
		expect(supervised.recorder.stateNames).toEqual(['starting', 'running', 'stopped']);
		expect(threadsOf(supervised)).toBe(0);
	});

	test('ends a core that hangs just then', async () => {
		const supervised = supervise(['obedient'], {stopTimeout: 50});
		const {core, recorder} = supervised;
		await recorder.waitForEvent('ready');
		core.send({command: 'fault', kind: 'hang'});
		await core.stop();
		expect(recorder.stateNames).toEqual(['starting', 'running', 'stopped']);
		expect(threadsOf(supervised)).toBe(0);
	});

	test('while a restart is due leaves it at that', async () => {
		const supervised = supervise(['obedient'], {restarts: new RestartPolicy(100_000)});
		const {core, recorder, workers} = supervised;
		await recorder.waitForEvent('ready');
		core.send({command: 'fault', kind: 'throw'});
		await recorder.waitForState('restarting');
		await core.stop();
		expect(recorder.stateNames).toEqual(['starting', 'running', 'restarting', 'stopped']);
		expect(workers.length).toBe(1);
		expect(threadsOf(supervised)).toBe(0);
	});

	test('as a command ends the core as well', async () => {
		const supervised = supervise(['obedient']);
		const {core, recorder} = supervised;
		await recorder.waitForEvent('ready');
		core.send({command: 'shutdown'});
		await recorder.waitForState('stopped');
		await core.stop();
		expect(recorder.stateNames).toEqual(['starting', 'running', 'stopped']);
		expect(threadsOf(supervised)).toBe(0);
	});
});
