/**
 * Both ends of a connection, each a process: `link.mjs server`, and `link.mjs client <task> <ports>`. The same is done
 * over raw TCP, over raw TLS with the settings of our transport, and over the transport itself.
 *
 * - echo: one frame of 64 bytes there and back, again and again; ours is decoded and encoded at the far end.
 * - hello: from the start of a dial to the first bytes that the server says on its own.
 * - sink: as many chat messages one way as fit; ours are encoded, encrypted, decoded and validated.
 */
import {type AddressInfo, connect, createServer, type Server, type Socket} from 'node:net';
import {type SecureContext, TLSSocket, connect as tlsConnect} from 'node:tls';
import type {Connection} from '../../source/net/connection.ts';
import {secureContextFor, TLS_OPTIONS} from '../../source/net/secure.ts';
import {Transport} from '../../source/net/transport.ts';
import {newIdentity} from '../../source/storage/identity.ts';
import {decodeMessage, encodeMessage} from '../../source/wire/codec.ts';
import {decodeEvent, signEvent} from '../../source/wire/event.ts';
import {encodeFrame, FrameDecoder} from '../../source/wire/frame.ts';
import type {Message} from '../../source/wire/messages.ts';
import {
	ECHO_ROUNDS,
	HELLO_ROUNDS,
	KINDS,
	type Kind,
	type Ports,
	SINK_MESSAGES,
	TASKS,
	type Task,
} from './link-types.ts';
import {median} from './statistics.ts';

const HOST = '127.0.0.1';
/** Messages in one turn, and bytes waiting at which the sender pauses. */
const BATCH = 256;
const MAX_WAITING = 1024 * 1024;

const identity = newIdentity();
const secureContext: SecureContext = secureContextFor(identity);

/** 64 bytes as a frame: 4 of length, 4 of msgpack around 56 of text. */
const ECHO: Message = {type: 'goodbye', reason: 'x'.repeat(56)};
const ECHO_FRAME = encodeFrame(encodeMessage(ECHO));

// --- the server ---

type Served = {readonly listen: (task: Task) => Promise<number>};

async function serve(): Promise<void> {
	const raw = (wrap: (socket: Socket) => Socket): Served => ({listen: task => listen(wrap, task)});
	const kinds: Record<Kind, Served> = {
		tcp: raw(socket => socket.setNoDelay(true)),
		tls: raw(socket => new TLSSocket(socket, {...TLS_OPTIONS, isServer: true, secureContext}).setNoDelay(true)),
		ours: {listen: listenOurs},
	};
	const ports: Partial<Record<Kind, Partial<Record<Task, number>>>> = {};
	for (const kind of KINDS) {
		const ofKind: Partial<Record<Task, number>> = {};
		for (const task of TASKS) ofKind[task] = await kinds[kind].listen(task);
		ports[kind] = ofKind;
	}
	console.log(JSON.stringify(ports));
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
	else if (task === 'hello') {
		if (socket instanceof TLSSocket) socket.once('secure', () => socket.write(ECHO_FRAME));
		else socket.write(ECHO_FRAME);
		socket.resume();
	} else countRaw(socket);
}

function countRaw(socket: Socket): void {
	const decoder = new FrameDecoder();
	let count = 0;
	socket.on('data', chunk => {
		count += decoder.push(chunk).length;
		if (count < SINK_MESSAGES) return;
		count -= SINK_MESSAGES;
		socket.write(ECHO_FRAME);
	});
}

async function listenOurs(task: Task): Promise<number> {
	const transport = new Transport({identity, onConnection: each => serveOurs(each, task), onRefused: console.error});
	return (await transport.listen({host: HOST, port: 0, family: 4})).port;
}

function serveOurs(connection: Connection, task: Task): void {
	let count = 0;
	connection.start({
		frame: body => {
			const message = decodeMessage(body)!;
			if (task === 'echo') connection.send(encodeMessage(message));
			else if (task === 'sink' && message.type === 'publish' && decodeEvent(message.event).sequence > 0) {
				if (++count % SINK_MESSAGES === 0) connection.send(encodeMessage(ECHO));
			}
		},
		closed: () => {},
	});
}

// --- the client ---

/** A connection of any kind, as the client needs it. */
type Line = {
	/** Sends the 64 bytes and calls back when as many have come. */
	echo(back: () => void): void;
	/** Sends one batch of chat messages. */
	sendBatch(): void;
	waitingBytes(): number;
	/** The next time that anything comes. */
	next(): Promise<void>;
	close(): void;
};

const transport = new Transport({identity: newIdentity(), onConnection: () => {}, onRefused: () => {}});

function openRaw(kind: 'tcp' | 'tls', port: number): Promise<Socket> {
	return new Promise((resolve, reject) => {
		const options = {host: HOST, port};
		const socket =
			kind === 'tcp'
				? connect(options, () => resolve(socket))
				: tlsConnect({...options, ...TLS_OPTIONS, secureContext, checkServerIdentity: () => undefined}, () =>
						resolve(socket),
					);
		socket.setNoDelay(true).once('error', reject);
	});
}

async function openLine(kind: Kind, port: number): Promise<Line> {
	if (kind === 'ours') return ourLine(await transport.dial({host: HOST, port, family: 4}, undefined));
	return rawLine(await openRaw(kind, port));
}

function rawLine(socket: Socket): Line {
	let received = 0;
	let onEcho = () => {};
	socket.on('data', chunk => {
		received += chunk.length;
		if (received < ECHO_FRAME.length) return;
		received = 0;
		onEcho();
	});
	return {
		echo: back => {
			onEcho = back;
			socket.write(ECHO_FRAME);
		},
		sendBatch: () => {
			socket.write(Buffer.concat(chatFrames));
		},
		waitingBytes: () => socket.writableLength,
		next: () =>
			new Promise(resolve => {
				onEcho = resolve;
			}),
		close: () => socket.destroy(),
	};
}

function ourLine(connection: Connection): Line {
	let onFrame = () => {};
	connection.start({
		frame: body => {
			if (decodeMessage(body)?.type === 'goodbye') onFrame();
		},
		closed: () => {},
	});
	return {
		echo: back => {
			onFrame = back;
			connection.send(encodeMessage(ECHO));
		},
		sendBatch: () => {
			for (const chat of chats) connection.send(encodeMessage(chat));
		},
		waitingBytes: () => connection.queuedBytes,
		next: () =>
			new Promise(resolve => {
				onFrame = resolve;
			}),
		close: () => connection.destroy('done'),
	};
}

const TEXT = 'did the deploy finish? it looks green from here, but the dashboard says otherwise';

/** Made and signed beforehand: a signature costs more than all the rest together, and has a row of its own. */
const chats: readonly Message[] = Array.from({length: BATCH}, (_, index) => {
	const author = identity.peerId;
	const event = {room: 'lobby', author, epoch: '00'.repeat(16), sequence: index + 1, timestamp: Date.now()};
	return {type: 'publish', ...signEvent({...event, kind: 'message', text: TEXT}, identity), hops: 0};
});
const chatFrames = chats.map(message => encodeFrame(encodeMessage(message)));

/** Microseconds of each round trip. */
async function measureEcho(kind: Kind, port: number): Promise<number[]> {
	const line = await openLine(kind, port);
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
	line.close();
	return samples;
}

/** Milliseconds from the dial to the first bytes, again and again. Ours ends with READY: proved, framed, decoded. */
async function measureHello(kind: Kind, port: number): Promise<number[]> {
	const samples: number[] = [];
	for (let round = 0; round < HELLO_ROUNDS; round++) {
		const from = performance.now();
		if (kind === 'ours') {
			const connection = await transport.dial({host: HOST, port, family: 4}, undefined);
			samples.push(performance.now() - from);
			connection.destroy('done');
			continue;
		}
		const socket = await openRaw(kind, port);
		await new Promise(resolve => socket.once('data', resolve));
		samples.push(performance.now() - from);
		socket.destroy();
	}
	return samples;
}

/** Messages a second. */
async function measureSink(kind: Kind, port: number): Promise<number[]> {
	const line = await openLine(kind, port);
	const from = performance.now();
	const done = line.next();
	for (let sent = 0; sent < SINK_MESSAGES; sent += BATCH) {
		line.sendBatch();
		do await new Promise(resolve => setImmediate(resolve));
		while (line.waitingBytes() > MAX_WAITING);
	}
	await done;
	const rate = SINK_MESSAGES / ((performance.now() - from) / 1_000);
	line.close();
	return [rate];
}

const MEASURE = {echo: measureEcho, hello: measureHello, sink: measureSink} as const;

async function measure(task: Task, ports: Ports, rounds: number): Promise<void> {
	const results: Record<Kind, number[]> = {tcp: [], tls: [], ours: []};
	// The first round warms everything up.
	for (let round = 0; round <= rounds; round++) {
		for (const kind of KINDS) {
			const samples = await MEASURE[task](kind, ports[kind][task]);
			if (round > 0) results[kind].push(median(samples));
		}
	}
	await transport.close();
	console.log(JSON.stringify(results));
}

const [role, task, ports, rounds] = process.argv.slice(2);
if (role === 'server') await serve();
else await measure(task as Task, JSON.parse(ports!) as Ports, Number(rounds));
