/**
 * Both ends of a connection, each a process that is asked: `link.mjs server` for `ports`, and `link.mjs client <ports>`
 * for `<task> <kind>`, answered by the median of one round. The same is done over raw TCP, over raw TLS with the settings
 * of our transport, and over the transport itself.
 *
 * - echo: one frame of 64 bytes there and back, again and again; ours is decoded and encoded at the far end. µs.
 * - hello: from the start of a dial to the first bytes that the server says on its own. ms.
 * - stranger: the same by a client and to a server that have never met: every signature is checked. ms, ours only.
 * - chat: as many chat messages one way as fit; ours are encoded, encrypted, decoded and validated. Messages a second.
 * - bulk: one way as fast as it goes, ours in frames of the best size, the raw ones in pieces of 64 KiB. MB/s.
 */
import {type AddressInfo, createServer, type Server, type Socket} from 'node:net';
import {TLSSocket} from 'node:tls';
import type {Connection} from '../../source/net/connection.ts';
import {secureContextFor, TLS_OPTIONS} from '../../source/net/secure.ts';
import {Transport} from '../../source/net/transport.ts';
import {newIdentity} from '../../source/storage/identity.ts';
import {decodeMessage, encodeMessage} from '../../source/wire/codec.ts';
import {decodeEvent} from '../../source/wire/event.ts';
import {encodeFrame, FrameDecoder} from '../../source/wire/frame.ts';
import type {Message} from '../../source/wire/messages.ts';
import {Author} from '../helpers/events.ts';
import {answerQuestions} from './answer.ts';
import {ECHO, ECHO_FRAME, HOST, type Line, openLine, openRaw} from './line.ts';
import {
	BULK_BYTES,
	BULK_FRAMES,
	CHAT_MESSAGES,
	ECHO_ROUNDS,
	HELLO_ROUNDS,
	KINDS,
	type Kind,
	type Ports,
	STRANGER_ROUNDS,
	TASKS,
	type Task,
} from './link-types.ts';
import {median} from './statistics.ts';

/** Messages in one turn, and bytes waiting at which the sender pauses. */
const BATCH = 256;
const MAX_WAITING = 1024 * 1024;

const identity = newIdentity();
const context = secureContextFor(identity);

// --- the server ---

type Listen = (task: Task) => Promise<number>;

async function serve(): Promise<Ports> {
	const raw =
		(wrap: (socket: Socket) => Socket): Listen =>
		task =>
			listen(wrap, task);
	const options = {...TLS_OPTIONS, isServer: true, secureContext: context};
	const kinds: Record<Kind, Listen> = {
		tcp: raw(socket => socket.setNoDelay(true)),
		tls: raw(socket => new TLSSocket(socket, options).setNoDelay(true)),
		ours: task => listenOurs(task),
	};
	const ports: Partial<Record<Kind, Record<Task, number>>> = {};
	for (const kind of KINDS) {
		const pairs = TASKS.map(async task => [task, await kinds[kind](task)] as const);
		ports[kind] = Object.fromEntries(await Promise.all(pairs)) as Record<Task, number>;
	}
	const strangers = await Promise.all(Array.from({length: STRANGER_ROUNDS}, () => listenOurs('hello', newIdentity())));
	return {...(ports as Record<Kind, Record<Task, number>>), strangers};
}

function listen(wrap: (socket: Socket) => Socket, task: Task): Promise<number> {
	const server: Server = createServer(socket => serveRaw(wrap(socket), task));
	return new Promise(resolve => {
		server.listen(0, HOST, () => resolve((server.address() as AddressInfo).port));
	});
}

function serveRaw(socket: Socket, task: Task): void {
	socket.on('error', () => {});
	if (task === 'echo') socket.on('data', chunk => socket.write(chunk));
	else if (task === 'chat') countFrames(socket);
	else if (task === 'bulk') countBytes(socket);
	else {
		if (socket instanceof TLSSocket) socket.once('secure', () => socket.write(ECHO_FRAME));
		else socket.write(ECHO_FRAME);
		socket.resume();
	}
}

function countFrames(socket: Socket): void {
	const decoder = new FrameDecoder();
	let count = 0;
	socket.on('data', chunk => {
		count += decoder.push(chunk).length;
		if (count < CHAT_MESSAGES) return;
		count -= CHAT_MESSAGES;
		socket.write(ECHO_FRAME);
	});
}

function countBytes(socket: Socket): void {
	let count = 0;
	socket.on('data', chunk => {
		count += chunk.length;
		if (count < BULK_BYTES) return;
		count = 0;
		socket.write(ECHO_FRAME);
	});
}

async function listenOurs(task: Task, as = identity): Promise<number> {
	const onConnection = (connection: Connection) => serveOurs(connection, task);
	const transport = new Transport({identity: as, onConnection, onRefused: console.error});
	return (await transport.listen({host: HOST, port: 0, family: 4})).port;
}

function serveOurs(connection: Connection, task: Task): void {
	let count = 0;
	const answerEach = (expected: number) => {
		if (++count % expected === 0) connection.send(encodeMessage(ECHO), 'chat');
	};
	connection.start({
		frame: body => {
			if (task === 'bulk') return answerEach(BULK_FRAMES);
			const message = decodeMessage(body)!;
			if (task === 'echo') connection.send(encodeMessage(message), 'chat');
			else if (message.type === 'publish' && decodeEvent(message.event).sequence > 0) answerEach(CHAT_MESSAGES);
		},
		closed: () => {},
	});
}

// --- the client ---

const newTransport = () => new Transport({identity: newIdentity(), onConnection: () => {}, onRefused: () => {}});
const transport = newTransport();

const TEXT = 'did the deploy finish? it looks green from here, but the dashboard says otherwise';

/** Made and signed beforehand: a signature costs more than all the rest together, and has a row of its own. */
const author = new Author(identity, {timestamp: Date.now(), clock: Date.now()});
const chats: readonly Message[] = Array.from({length: BATCH}, () => {
	const {event, signature} = author.say({kind: 'message', text: TEXT});
	return {type: 'publish', event, signature, hops: 0};
});
const chatFrames = Buffer.concat(chats.map(message => encodeFrame(encodeMessage(message))));

async function measureEcho(line: Line): Promise<number> {
	const samples: number[] = [];
	await new Promise<void>(resolve => {
		let sentAt = 0;
		const send = () => {
			sentAt = performance.now();
			line.echo(back);
		};
		const back = () => {
			samples.push((performance.now() - sentAt) * 1_000);
			if (samples.length < ECHO_ROUNDS) send();
			else resolve();
		};
		send();
	});
	return median(samples);
}

/** Ours ends with READY: proved, framed, decoded. */
async function dialOurs(port: number, from: Transport): Promise<number> {
	const start = performance.now();
	const connection = await from.dial({host: HOST, port, family: 4}, undefined);
	const took = performance.now() - start;
	connection.destroy('done');
	return took;
}

async function dialRaw(kind: 'tcp' | 'tls', port: number): Promise<number> {
	const start = performance.now();
	const socket = await openRaw(kind, port, context);
	await new Promise(resolve => socket.once('data', resolve));
	const took = performance.now() - start;
	socket.destroy();
	return took;
}

async function measureHello(kind: Kind, port: number): Promise<number> {
	const samples: number[] = [];
	for (let round = 0; round < HELLO_ROUNDS; round++) {
		samples.push(await (kind === 'ours' ? dialOurs(port, transport) : dialRaw(kind, port)));
	}
	return median(samples);
}

async function measureStrangers(ports: readonly number[]): Promise<number> {
	const samples: number[] = [];
	for (const port of ports) samples.push(await dialOurs(port, newTransport()));
	return median(samples);
}

/** Seconds until the other side has had all that `send` sends in so many turns. */
async function measureFlow(line: Line, turns: number, send: () => void): Promise<number> {
	const from = performance.now();
	const done = line.next();
	for (let turn = 0; turn < turns; turn++) {
		send();
		do await new Promise(resolve => setImmediate(resolve));
		while (line.waitingBytes() > MAX_WAITING);
	}
	await done;
	return (performance.now() - from) / 1_000;
}

async function measureBulk(line: Line): Promise<number> {
	const from = performance.now();
	const done = line.next();
	await line.sendBulk(BULK_BYTES);
	await done;
	return BULK_BYTES / 1e6 / ((performance.now() - from) / 1_000);
}

async function measure(task: Task | 'stranger', kind: Kind, ports: Ports): Promise<number> {
	if (task === 'stranger') return measureStrangers(ports.strangers);
	const port = ports[kind][task];
	if (task === 'hello') return measureHello(kind, port);
	const line = await openLine({kind, port, transport, context});
	try {
		if (task === 'echo') return await measureEcho(line);
		if (task === 'bulk') return await measureBulk(line);
		return CHAT_MESSAGES / (await measureFlow(line, CHAT_MESSAGES / BATCH, () => line.sendAll(chats, chatFrames)));
	} finally {
		line.close();
	}
}

const [role, ports = '{}'] = process.argv.slice(2);
if (role === 'server') await answerQuestions(serve);
else await answerQuestions(([task, kind]) => measure(task as Task, kind as Kind, JSON.parse(ports) as Ports));
