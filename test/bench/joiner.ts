/**
 * `joiner.mjs <worker.js> <data directory>`: a node whose core is in a worker, as under a screen, that joins late.
 *
 * | question                  | answer                                                              |
 * | ------------------------- | ------------------------------------------------------------------- |
 * | `join <address> <events>` | `Joined`, once it has as many events of the lobby as are to be had  |
 */
import {mkdirSync} from 'node:fs';
import {monitorEventLoopDelay} from 'node:perf_hooks';
import {pathToFileURL} from 'node:url';
import type {CoreConfig} from '../../source/api/core.ts';
import type {EventOf, NodeEvent, Results} from '../../source/api/event.ts';
import {spawnThread} from '../../source/core/spawn.ts';
import {WorkerCore} from '../../source/core/worker-client.ts';
import {answerQuestions} from './answer.ts';
import {peakMemory} from './shared.ts';

/** Milliseconds. */
export type LoopDelay = {readonly p99: number; readonly max: number};

export type Joined = {
	/** From the connection until the last event is on disk. */
	readonly seconds: number;
	/** Milliseconds from the connection until the first old message was told. */
	readonly firstScreen: number;
	/** By the core's sockets, TLS not counted. */
	readonly bytesIn: number;
	/** Of the main thread, before the connection and from then on. */
	readonly idle: LoopDelay;
	readonly busy: LoopDelay;
	/** Megabytes. */
	readonly peak: number;
};

/** Milliseconds in which the loop is watched before anything happens, and between two looks at how far it is. */
const IDLE = 1_000;
const LOOK = 20;
/** Milliseconds between two samples of the loop, which count as delay in Node's figures. */
const RESOLUTION = 1;

const [worker = '', directory = ''] = process.argv.slice(2);

const config: CoreConfig = {
	name: 'joiner',
	rooms: ['lobby'],
	listen: ['/ip4/127.0.0.1/tcp/0'],
	interfaces: ['lo'],
	peers: [],
	discovery: false,
	mdns: false,
	tellsNeighbours: true,
	pubsub: 'gossipsub',
	discoveryPort: 9999,
	dataDirectory: directory,
	logLevel: 'silent',
	logFile: undefined,
	forScreen: true,
	faults: false,
};

const pause = (milliseconds: number) => new Promise(resolve => setTimeout(resolve, milliseconds));

async function join(address: string, events: number): Promise<Joined> {
	mkdirSync(directory, {recursive: true, mode: 0o700});
	const told: {connected?: number; first?: number} = {};
	const waiting = new Map<string, (event: NodeEvent) => void>();
	const note = (event: NodeEvent) => {
		if (event.type === 'peer-connected') told.connected ??= performance.now();
		if (event.type === 'message') told.first ??= performance.now();
		waiting.get(event.type)?.(event);
	};
	const next = <Type extends NodeEvent['type']>(type: Type): Promise<EventOf<Type>> =>
		new Promise(resolve => waiting.set(type, event => resolve(event as EventOf<Type>)));
	const listener = {state: () => {}, events: (all: readonly NodeEvent[]) => all.forEach(note)};
	const core = new WorkerCore(config, listener, {spawn: data => spawnThread(pathToFileURL(worker), data)});
	const ask = async <Name extends 'rooms' | 'stats'>(command: Name): Promise<Results[Name]> => {
		const replied = next('reply');
		core.send({id: command, command});
		const reply = await replied;
		if (!reply.ok) throw new Error(reply.error.message);
		return reply.result as Results[Name];
	};

	await next('ready');
	const idle = watchLoop();
	await pause(IDLE);
	const before = idle();
	const busy = watchLoop();
	core.send({command: 'dial', address});
	await next('peer-connected');
	while ((await ask('rooms')).rooms[0]!.events < events) await pause(LOOK);
	const done = performance.now();
	const after = busy();
	const {bytesIn} = await ask('stats');
	const peak = peakMemory('self');
	await core.stop();
	const {connected = Number.NaN, first = Number.NaN} = told;
	const seconds = (done - connected) / 1_000;
	return {seconds, firstScreen: first - connected, bytesIn, idle: before, busy: after, peak};
}

/** Watches how late the main thread's timers are, until its result is called. */
function watchLoop(): () => LoopDelay {
	const histogram = monitorEventLoopDelay({resolution: RESOLUTION});
	histogram.enable();
	const beyond = (nanoseconds: number) => Math.max(0, nanoseconds / 1e6 - RESOLUTION);
	return () => {
		histogram.disable();
		return {p99: beyond(histogram.percentile(99)), max: beyond(histogram.max)};
	};
}

await answerQuestions(([question, address = '', events = '']) => {
	if (question !== 'join') throw new Error(`no question: ${question}`);
	return join(address, Number(events));
});
