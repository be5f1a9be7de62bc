/**
 * Somebody on the network who lies. Each line of its input is an order, each is answered when it was carried out.
 * It also listens on a TCP port and tells of each connection, which it closes.
 */
import {randomBytes, randomFillSync} from 'node:crypto';
import {createSocket, type Socket} from 'node:dgram';
import {once} from 'node:events';
import {createServer} from 'node:net';
import {createInterface} from 'node:readline';
import {setTimeout as delay} from 'node:timers/promises';
import makeMdns from 'multicast-dns';
import {encodeAnnouncement} from '../../../source/wire/announcement.ts';
import {peerIdFromPublicKey, publicKeyOf} from '../../../source/wire/peer-id.ts';

export type RogueOrder = {readonly id?: number} & (
	| {
			readonly order: 'announce';
			/** Whom it pretends to be; without one, somebody else each time. */
			readonly peer?: string;
			/** The TCP port that it names. */
			readonly port: number;
			/** Where the datagrams come from: any address of this host, on whatever interface. */
			readonly source: string;
			readonly sourcePort?: number;
			/** Where they go. */
			readonly target: string;
			readonly wantsAnswer?: boolean;
			readonly perSecond: number;
			readonly times: number;
	  }
	| {readonly order: 'listen'; readonly port: number}
	/** Waits for an announcement of this peer and sends it again and again, from here. */
	| {
			readonly order: 'replay';
			readonly peer: string;
			readonly source: string;
			readonly target: string;
			readonly times: number;
			readonly perSecond: number;
	  }
	/** Tells by mDNS of so many invented peers of our kind, all of them at these addresses. */
	| {readonly order: 'mdns'; readonly source: string; readonly addresses: readonly string[]; readonly times: number}
);

const DISCOVERY_PORT = 9999;
const MDNS_SERVICE = '_p2p._udp.local';

/** Milliseconds between two batches of datagrams. */
const BATCH_INTERVAL = 10;

const print = (line: object) => console.log(JSON.stringify(line));

async function opened(source: string, port = 0): Promise<Socket> {
	const socket = createSocket({type: 'udp4', reuseAddr: true});
	socket.on('error', error => print({type: 'error', message: error.message}));
	socket.bind(port, source);
	await once(socket, 'listening');
	socket.setBroadcast(true);
	return socket;
}

/** Sends this many in even batches; `next` gives each its bytes. */
async function send(socket: Socket, target: string, times: number, perSecond: number, next: () => Buffer) {
	const begun = performance.now();
	for (let sent = 0; sent < times; ) {
		const due = Math.min(times, Math.ceil(((performance.now() - begun + BATCH_INTERVAL) * perSecond) / 1_000));
		for (; sent < due; sent++) socket.send(next(), DISCOVERY_PORT, target, () => {});
		await delay(BATCH_INTERVAL);
	}
	socket.close();
}

async function announce(order: Extract<RogueOrder, {order: 'announce'}>): Promise<void> {
	const {peer, port, source, sourcePort, target, wantsAnswer = false, perSecond, times} = order;
	const pretended = peer ?? peerIdFromPublicKey(randomBytes(32));
	const instance = randomBytes(16).toString('hex');
	const announcement = {peer: pretended, instance, port4: port, port6: undefined, wantsAnswer, leaving: false};
	const bytes = Buffer.from(encodeAnnouncement(announcement));
	const key = bytes.indexOf(Buffer.from(publicKeyOf(pretended)));
	const next = () => {
		if (peer !== undefined) return bytes;
		const copy = Buffer.from(bytes);
		randomFillSync(copy, key, 32);
		return copy;
	};
	await send(await opened(source, sourcePort), target, times, perSecond, next);
}

async function replay({peer, source, target, times, perSecond}: Extract<RogueOrder, {order: 'replay'}>): Promise<void> {
	const listener = createSocket({type: 'udp4', reuseAddr: true});
	listener.bind(DISCOVERY_PORT, '0.0.0.0');
	const key = Buffer.from(publicKeyOf(peer));
	const bytes = await new Promise<Buffer>(resolve => {
		listener.on('message', message => {
			if (message.includes(key)) resolve(message);
		});
	});
	listener.close();
	await send(await opened(source), target, times, perSecond, () => bytes);
}

/** Packets in the form of `wire/mdns.ts`, which another program could make as well. */
async function tellByMdns({source, addresses, times}: Extract<RogueOrder, {order: 'mdns'}>): Promise<void> {
	const mdns = makeMdns({interface: source});
	await once(mdns, 'ready');
	for (let number = 0; number < times; number++) {
		const peer = peerIdFromPublicKey(randomBytes(32));
		const name = `${randomBytes(16).toString('hex')}.${MDNS_SERVICE}`;
		const told = addresses.map(address => `dnsaddr=${address}/p2p/${peer}`);
		const data = [...told, 'p2p-tui=1', `p2p-tui-port=${DISCOVERY_PORT}`].map(text => Buffer.from(text));
		mdns.respond({
			answers: [{name: MDNS_SERVICE, type: 'PTR', ttl: 120, data: name}],
			additionals: [{name, type: 'TXT', ttl: 120, data}],
		});
		await delay(BATCH_INTERVAL);
	}
}

async function listen(port: number): Promise<void> {
	const server = createServer(socket => {
		print({type: 'connection', from: socket.remoteAddress, port});
		socket.on('error', () => {}).destroy();
	});
	server.listen(port, '0.0.0.0');
	await once(server, 'listening');
}

async function obey(order: RogueOrder): Promise<void> {
	if (order.order === 'announce') await announce(order);
	else if (order.order === 'replay') await replay(order);
	else if (order.order === 'listen') await listen(order.port);
	else await tellByMdns(order);
	print({id: order.id});
}

const orders = createInterface({input: process.stdin});
orders.on('line', line => void obey(JSON.parse(line)));
orders.on('close', () => process.exit());
