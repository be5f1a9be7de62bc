/** Headless nodes as they are run, from the outside. */
import {spawn} from 'node:child_process';
import {createSocket} from 'node:dgram';
import {once} from 'node:events';
import {atMost} from './goal.ts';
import {Headless} from './headless.ts';
import {end, figure, type Place, type Row} from './shared.ts';
import {median, percentile} from './statistics.ts';

const STARTS = 7;
const EVENTS = 500;

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
	const joined = connected.map((at, index) => at - ready[index]!);
	const bare = await bareNode();
	return [
		{what: 'a Node process that does nothing', value: bare, unit: 'ms'},
		{
			what: 'headless: start → ready',
			value: median(ready),
			unit: 'ms',
			goal: atMost(median(ready) - bare, 60, 40, 'ms beyond Node itself'),
		},
		{
			what: 'headless: start → first peer found and connected',
			value: median(connected),
			unit: 'ms',
			goal: atMost(median(connected), 1_000, 300, 'ms'),
		},
		{
			what: 'headless: ready → first peer found and connected',
			value: median(joined),
			unit: 'ms',
			goal: atMost(median(joined), 20, 10, 'ms'),
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
