/**
 * A node that offers and fetches files, as a process that is asked: `start <folder> <profile>` for its address, `dial
 * <address>`, `offer <path>` for the file's id, `fetch <id> <folder> <pings>` for how long that took and, if wanted, how
 * long pings took meanwhile; `cpu` for the seconds that it has used.
 */
import type {Command} from '../../source/api/command.ts';
import type {CoreConfig} from '../../source/api/core.ts';
import type {NodeEvent} from '../../source/api/event.ts';
import {startLocalCore} from '../../source/core/local.ts';
import {answerQuestions} from './answer.ts';
import type {Fetched} from './file-types.ts';

/** Milliseconds between two pings: three hundred a second would take a good part of the processor from what is measured. */
const PING_PAUSE = 10;

const CONFIG: Omit<CoreConfig, 'name' | 'dataDirectory' | 'files'> = {
	rooms: ['lobby'],
	listen: ['/ip4/127.0.0.1/tcp/0'],
	interfaces: ['lo'],
	peers: [],
	discovery: false,
	mdns: false,
	pubsub: 'gossipsub',
	tellsNeighbours: false,
	discoveryPort: 17_002,
	logLevel: 'silent',
	logFile: undefined,
	forScreen: false,
	faults: false,
};

let core: ReturnType<typeof startLocalCore> | undefined;
const listeners = new Set<(event: NodeEvent) => void>();
const members = new Set<string>();
const offers = new Set<string>();
let count = 0;

/** Resolves with what the first event yields for which `pick` yields something. */
function heard<Result>(pick: (event: NodeEvent) => Result | undefined): Promise<Result> {
	return new Promise(resolve => {
		const listener = (event: NodeEvent) => {
			const result = pick(event);
			if (result === undefined) return;
			listeners.delete(listener);
			resolve(result);
		};
		listeners.add(listener);
	});
}

async function ask(command: Command): Promise<Record<string, unknown>> {
	const id = `${++count}`;
	const reply = heard(event => (event.type === 'reply' && event.id === id ? event : undefined));
	core!.send({...command, id});
	const answer = await reply;
	if (!answer.ok) throw new Error(answer.error.message);
	return answer.result as unknown as Record<string, unknown>;
}

async function start(folder: string, dataDirectory: string): Promise<string> {
	const ready = heard(event => (event.type === 'ready' ? event : undefined));
	const onEvent = (event: NodeEvent) => {
		if (event.type === 'member-joined') members.add(event.peer);
		if (event.type === 'message' && event.offer) offers.add(event.offer.file);
		for (const listener of [...listeners]) listener(event);
	};
	core = startLocalCore(
		{...CONFIG, name: 'bench', dataDirectory, files: {folder, accept: []}},
		{state: () => {}, events: events => events.forEach(onEvent)},
	);
	const {addresses, peerId} = await ready;
	const [address = ''] = addresses;
	return address.includes('/p2p/') ? address : `${address}/p2p/${peerId}`;
}

async function dial(address: string): Promise<void> {
	const peer = address.split('/').at(-1)!;
	core!.send({command: 'dial', address});
	while (!members.has(peer)) await heard(event => (event.type === 'member-joined' ? true : undefined));
}

/** Milliseconds that each ping took, until `isOver`. */
async function ping(peer: string, isOver: () => boolean): Promise<number[]> {
	const took: number[] = [];
	while (!isOver()) {
		const {rtts} = await ask({command: 'ping', peer, count: 1});
		took.push(...(rtts as number[]));
		await new Promise(resolve => setTimeout(resolve, PING_PAUSE));
	}
	return took;
}

async function fetchFile(file: string, folder: string, pinged: string): Promise<Fetched> {
	while (!offers.has(file)) await heard(event => (event.type === 'message' ? true : undefined));
	let isOver = false;
	const from = performance.now();
	const done = heard(event => {
		if (event.type !== 'transfer' || event.file !== file) return undefined;
		return event.state === 'done' || event.state === 'failed' ? event : undefined;
	});
	await ask({command: 'fetch-file', file, folder});
	const pings = pinged === '' ? Promise.resolve([]) : ping(pinged, () => isOver);
	const {state, error, sources} = await done;
	const seconds = (performance.now() - from) / 1_000;
	isOver = true;
	if (state === 'failed') throw new Error(error?.message ?? 'failed');
	return {seconds, pings: await pings, sources: sources.filter(({bytes}) => bytes > 0).length};
}

await answerQuestions(async ([question, first = '', second = '', third = '']) => {
	switch (question) {
		case 'start':
			return start(first, second);
		case 'dial':
			return dial(first);
		case 'offer':
			return (await ask({command: 'offer-file', path: first, room: 'lobby'})).file;
		case 'fetch':
			return fetchFile(first, second, third);
		case 'cpu': {
			const {user, system} = process.cpuUsage();
			return (user + system) / 1e6;
		}
		default:
			throw new Error(`no question: ${question}`);
	}
});
