/** Our own node: the core without a screen or a script around it. */
import type {CoreConfig} from '../../source/api/core.ts';
import type {EventOf, NodeEvent} from '../../source/api/event.ts';
import {startLocalCore} from '../../source/core/local.ts';
import type {Hear, Subject} from './subject.ts';

/** Own messages that may be without a receipt. */
const MAX_UNSETTLED = 1_024;
/** Pings in one command. */
const MAX_PINGS = 1_000;

const config: Omit<CoreConfig, 'name' | 'pubsub' | 'dataDirectory'> = {
	rooms: ['lobby'],
	listen: ['/ip4/127.0.0.1/tcp/0'],
	interfaces: ['lo'],
	peers: [],
	discovery: false,
	mdns: false,
	tellsNeighbours: true,
	discoveryPort: 9999,
	logLevel: 'silent',
	logFile: undefined,
	forScreen: false,
	faults: false,
};

/** What it keeps goes to the data directory, or into memory if there is none. */
export async function startOurNode(
	pubsub: CoreConfig['pubsub'],
	name: string,
	hear: Hear,
	dataDirectory?: string,
): Promise<Subject> {
	const waiting = new Map<string, (event: NodeEvent) => void>();
	const next = <Type extends NodeEvent['type']>(type: Type): Promise<EventOf<Type>> =>
		new Promise(resolve => waiting.set(type, event => resolve(event as never)));
	let peer = '';
	const members = new Set<string>();
	let unsettled = 0;
	const onEvent = (event: NodeEvent) => {
		if (event.type === 'message') {
			if (event.local) unsettled++;
			else hear();
		} else if (event.type === 'message-state' && event.storedBy === 2) unsettled--;
		else if (event.type === 'member-joined') members.add(event.peer);
		waiting.get(event.type)?.(event);
	};
	const core = startLocalCore(
		{...config, name, pubsub, dataDirectory},
		{state: () => {}, events: events => events.forEach(onEvent)},
	);
	const {addresses, peerId} = await next('ready');
	const company = async (others: number) => {
		while (members.size < others) await next('member-joined');
	};
	return {
		address: withPeer(addresses[0]!, peerId),
		dial: async address => {
			core.send({command: 'dial', address});
			peer = address.split('/').at(-1)!;
			// They may have found each other before, by way of a third.
			while (!members.has(peer)) await next('member-joined');
		},
		ping: async count => {
			const rtts: number[] = [];
			while (rtts.length < count) {
				const replied = next('reply');
				core.send({id: 'ping', command: 'ping', peer, count: Math.min(MAX_PINGS, count - rtts.length)});
				const reply = await replied;
				if (!reply.ok || !('rtts' in reply.result)) throw new Error('a ping without an answer');
				for (const rtt of reply.result.rtts) rtts.push(rtt * 1_000);
			}
			return rtts;
		},
		publish: async text => {
			while (unsettled > MAX_UNSETTLED) await new Promise(resolve => setImmediate(resolve));
			core.send({command: 'publish', room: 'lobby', text});
		},
		company,
	};
}

/** A multiaddr that says who is there. */
export function withPeer(address: string, peerId: string): string {
	return address.includes('/p2p/') ? address : `${address}/p2p/${peerId}`;
}
