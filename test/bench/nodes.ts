/** Headless nodes as they are run: processes that are told by lines and answer by lines. */
import {type ChildProcess, spawn} from 'node:child_process';
import {createSocket} from 'node:dgram';
import {once} from 'node:events';
import {join} from 'node:path';
import type {Command} from '../../source/api/command.ts';
import type {EventOf, NodeEvent} from '../../source/api/event.ts';
import {end, figure, type Place, type Row} from './shared.ts';
import {median, percentile} from './statistics.ts';

const STARTS = 7;
const EVENTS = 500;

class Headless {
	readonly child: ChildProcess;
	readonly startedAt = performance.now();
	readonly #waiting = new Set<(event: NodeEvent) => void>();
	#rest = '';

	constructor({root}: Place, args: readonly string[]) {
		const program = join(root, 'bin/p2p-tui.js');
		const all = [program, 'headless', '--ephemeral', '--interface', 'lo', ...args];
		this.child = spawn(process.execPath, all, {stdio: ['pipe', 'pipe', 'ignore']});
		this.child.stdout?.setEncoding('utf8').on('data', chunk => this.#read(chunk));
	}

	send(command: Command): void {
		this.child.stdin?.write(`${JSON.stringify(command)}\n`);
	}

	/** The next event of this type that passes, with the time at which it was read. */
	next<Type extends NodeEvent['type']>(
		type: Type,
		isWanted: (event: EventOf<Type>) => boolean = () => true,
	): Promise<EventOf<Type>> {
		return new Promise(resolve => {
			const waiter = (event: NodeEvent) => {
				if (event.type !== type || !isWanted(event as EventOf<Type>)) return;
				this.#waiting.delete(waiter);
				resolve(event as EventOf<Type>);
			};
			this.#waiting.add(waiter);
		});
	}

	#read(chunk: string): void {
		const lines = (this.#rest + chunk).split('\n');
		this.#rest = lines.pop()!;
		for (const line of lines) {
			const event = JSON.parse(line) as NodeEvent;
			for (const waiter of [...this.#waiting]) waiter(event);
		}
	}
}

/** One message from a script through two nodes to another script. */
export async function measureEvents(place: Place): Promise<Row[]> {
	const bob = new Headless(place, ['--no-discovery', '--name', 'bob']);
	const address = (await bob.next('ready')).addresses.find(each => each.startsWith('/ip4/'))!;
	const ann = new Headless(place, ['--no-discovery', '--name', 'ann', '--peer', address]);
	await Promise.all([ann.next('member-joined'), bob.next('member-joined')]);
	const samples: number[] = [];
	for (let index = 0; index < EVENTS; index++) {
		const heard = bob.next('message');
		const from = performance.now();
		ann.send({command: 'publish', room: 'lobby', text: `message ${index}`});
		await heard;
		samples.push(performance.now() - from);
	}
	await Promise.all([end(ann.child), end(bob.child)]);
	const warm = samples.slice(EVENTS / 5);
	return [
		{
			what: 'script → headless → headless → script, one message, p50',
			value: percentile(warm, 0.5),
			unit: 'ms',
			reference: `p99 ${figure(percentile(warm, 0.99))} ms`,
		},
	];
}

/** From the start of the process to its first line, and to the first peer at either end. */
export async function measureStart(place: Place): Promise<Row[]> {
	const discovery = ['--discovery-port', String(await freeUdpPort())];
	const old = new Headless(place, ['--name', 'old', ...discovery]);
	await old.next('ready');
	const ready: number[] = [];
	const connected: number[] = [];
	const message: number[] = [];
	for (let round = 0; round < STARTS; round++) {
		const fresh = new Headless(place, ['--name', 'new', ...discovery]);
		const isReady = fresh.next('ready').then(() => ready.push(performance.now() - fresh.startedAt));
		const isConnected = fresh.next('peer-connected').then(() => connected.push(performance.now() - fresh.startedAt));
		await Promise.all([isReady, isConnected, fresh.next('member-joined')]);
		const heard = old.next('message').then(() => message.push(performance.now() - fresh.startedAt));
		fresh.send({command: 'publish', room: 'lobby', text: 'hello'});
		await heard;
		const gone = old.next('peer-disconnected');
		fresh.child.stdin?.end();
		await Promise.all([gone, once(fresh.child, 'exit')]);
	}
	await end(old.child);
	const bare = await bareNode();
	return [
		{what: 'a Node process that does nothing', value: bare, unit: 'ms'},
		{what: 'headless: start → ready', value: median(ready), unit: 'ms', goal: 'core ready ≤ 60 ms (40)'},
		{
			what: 'headless: start → first peer found and connected',
			value: median(connected),
			unit: 'ms',
			goal: '≤ 1,000 ms (300)',
		},
		{what: 'headless: start → first message heard by the other', value: median(message), unit: 'ms'},
	];
}

/** What Node itself takes to start and end. */
async function bareNode(): Promise<number> {
	const samples: number[] = [];
	for (let round = 0; round < STARTS; round++) {
		const from = performance.now();
		await once(spawn(process.execPath, ['-e', '0'], {stdio: 'ignore'}), 'exit');
		samples.push(performance.now() - from);
	}
	return median(samples);
}

async function freeUdpPort(): Promise<number> {
	const socket = createSocket('udp4').bind(0, '127.0.0.1');
	await once(socket, 'listening');
	const {port} = socket.address();
	socket.close();
	return port;
}
