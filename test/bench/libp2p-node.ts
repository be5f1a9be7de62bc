/**
 * A node of js-libp2p with what it recommends: TCP, noise, yamux, gossipsub with signatures. It is loaded by name, so
 * that where it is not installed its rows say so and the rest runs.
 */
import type {Stream} from '@libp2p/interface';
import type {Hear, Subject} from './subject.ts';

const ECHO_PROTOCOL = '/bench/echo/1';
const ECHO_BYTES = 64;
const ROOM = 'lobby';
/** Milliseconds between two looks at what it does not tell by an event. */
const LOOK_INTERVAL = 20;

/** js-libp2p 3 needs it, and Node 20 does not have it. */
function addWithResolvers(): void {
	(Promise as {withResolvers?: unknown}).withResolvers ??= () => {
		let resolve: unknown;
		let reject: unknown;
		const promise = new Promise((onResolve, onReject) => {
			resolve = onResolve;
			reject = onReject;
		});
		return {promise, resolve, reject};
	};
}

async function create() {
	addWithResolvers();
	const {createLibp2p} = await import('libp2p');
	const {tcp} = await import('@libp2p/tcp');
	const {noise} = await import('@chainsafe/libp2p-noise');
	const {yamux} = await import('@chainsafe/libp2p-yamux');
	const {identify} = await import('@libp2p/identify');
	const {ping} = await import('@libp2p/ping');
	const {gossipsub} = await import('@libp2p/gossipsub');
	const {multiaddr} = await import('@multiformats/multiaddr');
	const node = await createLibp2p({
		addresses: {listen: ['/ip4/127.0.0.1/tcp/0']},
		transports: [tcp()],
		connectionEncrypters: [noise()],
		streamMuxers: [yamux()],
		// It would take ten peers from one address for an attack.
		connectionManager: {inboundConnectionThreshold: Number.POSITIVE_INFINITY},
		services: {identify: identify(), ping: ping(), pubsub: gossipsub({allowPublishToZeroTopicPeers: true})},
	});
	return {node, multiaddr};
}

/** Calls back whenever so many bytes have come. */
function onEcho(stream: Stream, back: () => void): void {
	let received = 0;
	stream.addEventListener('message', ({data}) => {
		received += data.byteLength;
		if (received < ECHO_BYTES) return;
		received -= ECHO_BYTES;
		back();
	});
}

async function echoes(stream: Stream, count: number): Promise<number[]> {
	const samples: number[] = [];
	const bytes = new Uint8Array(ECHO_BYTES);
	await new Promise<void>(resolve => {
		let sentAt = 0;
		const send = () => {
			sentAt = performance.now();
			stream.send(bytes);
		};
		onEcho(stream, () => {
			samples.push((performance.now() - sentAt) * 1_000);
			if (samples.length < count) send();
			else resolve();
		});
		send();
	});
	return samples;
}

async function until(isSo: () => boolean): Promise<void> {
	while (!isSo()) await new Promise(resolve => setTimeout(resolve, LOOK_INTERVAL));
}

export async function startLibp2pNode(hear: Hear): Promise<Subject> {
	const {node, multiaddr} = await create();
	const {pubsub} = node.services;
	// Its interface leaves this out, its class does not.
	const mesh = pubsub as unknown as {getMeshPeers(room: string): readonly string[]};
	await node.handle(ECHO_PROTOCOL, stream => {
		stream.addEventListener('message', ({data}) => {
			stream.send(data);
		});
	});
	pubsub.addEventListener('message', () => hear());
	pubsub.subscribe(ROOM);
	let dialled = multiaddr('/ip4/127.0.0.1/tcp/1');
	const encoder = new TextEncoder();
	const company = async (others: number) => {
		await until(() => pubsub.getSubscribers(ROOM).length >= others);
		await until(() => mesh.getMeshPeers(ROOM).length >= Math.min(others, 1));
	};
	return {
		address: node.getMultiaddrs()[0]!.toString(),
		dial: async address => {
			dialled = multiaddr(address);
			await node.dial(dialled);
			await company(1);
		},
		ping: async count => {
			const stream = await node.dialProtocol(dialled, ECHO_PROTOCOL);
			const samples = await echoes(stream, count);
			await stream.close();
			return samples;
		},
		hello: async address => {
			const from = performance.now();
			const stream = await node.dialProtocol(multiaddr(address), ECHO_PROTOCOL);
			await echoes(stream, 1);
			const took = performance.now() - from;
			await Promise.all(node.getConnections().map(connection => connection.close()));
			return took;
		},
		publish: async text => {
			await pubsub.publish(ROOM, encoder.encode(text));
		},
		company,
	};
}
