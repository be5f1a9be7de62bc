/** Multicast DNS on the loopback interface only, on a port of the test's own. */
import {createSocket, type Socket} from 'node:dgram';
import {networkInterfaces} from 'node:os';
import {decode, type Packet} from 'dns-packet';
import {seededRandom} from '../../source/base/random.ts';
import {type NetworkInterface, selectInterfaces} from '../../source/net/interfaces.ts';
import {Mdns, type MdnsOptions} from '../../source/net/mdns.ts';
import type {MdnsPeer} from '../../source/wire/mdns.ts';
import {createConditions} from '../helpers/conditions.ts';
import {type Cleanup, identityOf} from './peers.ts';

export const GROUP = '224.0.0.251';
export const LO: readonly NetworkInterface[] = selectInterfaces(networkInterfaces(), ['lo']);

/** A port that is free now, found by taking it for a moment. */
export async function freePort(): Promise<number> {
	const socket = createSocket('udp4');
	await new Promise<void>(resolve => socket.bind(0, '127.0.0.1', resolve));
	const {port} = socket.address();
	await new Promise<void>(resolve => socket.close(() => resolve()));
	return port;
}

export type MdnsNode = {
	readonly mdns: Mdns;
	readonly peer: string;
	readonly found: MdnsPeer[];
	readonly dropped: string[];
	readonly warnings: string[];
	/** Resolves with the first finding of which that is true. */
	finds(condition: (found: MdnsPeer) => boolean): Promise<MdnsPeer>;
	/** Resolves once that many were dropped. */
	drops(count: number): Promise<void>;
};

/** Not open yet. Its peer id and name follow from the number. */
export function createMdns(
	number: number,
	port: number,
	cleanup: Cleanup,
	options: Partial<MdnsOptions> = {},
): MdnsNode {
	const [found, dropped, warnings]: [MdnsPeer[], string[], string[]] = [[], [], []];
	const {until, wake} = createConditions();
	const peer = identityOf(number).peerId;
	const mdns = new Mdns({
		peer,
		port,
		random: seededRandom(number),
		onPeer: what => {
			found.push(what);
			wake();
		},
		onDropped: reason => {
			dropped.push(reason);
			wake();
		},
		onWarning: (code, message) => warnings.push(`${code}: ${message}`),
		...options,
	});
	cleanup.add(() => mdns.close());
	return {
		mdns,
		peer,
		found,
		dropped,
		warnings,
		finds: async condition => {
			await until(() => found.some(condition));
			return found.find(condition)!;
		},
		drops: count => until(() => dropped.length >= count),
	};
}

export async function startMdns(
	number: number,
	port: number,
	cleanup: Cleanup,
	options: Partial<MdnsOptions> = {},
): Promise<MdnsNode> {
	const node = createMdns(number, port, cleanup, options);
	await node.mdns.open(LO, [`/ip4/127.0.0.1/tcp/${4000 + number}`]);
	return node;
}

export type Stranger = {
	readonly socket: Socket;
	/** All that it has heard, itself included. */
	readonly heard: Packet[];
	/** Resolves once what was heard fulfils the condition. */
	hears(condition: (heard: readonly Packet[]) => boolean): Promise<void>;
	/** To the group. Resolves when it is sent. */
	send(bytes: Uint8Array): Promise<void>;
};

/** Someone who listens to the group on the loopback interface and says there whatever bytes it likes. */
export async function startStranger(port: number, cleanup: Cleanup): Promise<Stranger> {
	const socket = createSocket({type: 'udp4', reuseAddr: true});
	cleanup.add(() => new Promise<void>(resolve => socket.close(() => resolve())));
	const heard: Packet[] = [];
	const {until, wake} = createConditions();
	socket.on('message', bytes => {
		try {
			heard.push(decode(bytes));
		} catch {
			// Its own nonsense.
		}
		wake();
	});
	await new Promise<void>(resolve => socket.bind(port, GROUP, resolve));
	socket.setMulticastInterface('127.0.0.1');
	socket.setMulticastLoopback(true);
	socket.addMembership(GROUP, '127.0.0.1');
	return {
		socket,
		heard,
		hears: condition => until(() => condition(heard)),
		send: bytes =>
			new Promise((resolve, reject) =>
				socket.send(bytes, port, GROUP, error => (error === null ? resolve() : reject(error))),
			),
	};
}
