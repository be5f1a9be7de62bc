/**
 * Who is there, and whether we can connect to each other. We stand at the door as a stranger: nobody is told a name, no
 * room is joined, and whoever connects to us is let go at once, for that he could is all we want to know.
 */
import {createServer, type Server} from 'node:net';
import type {DatagramSource} from '../../net/beacon-socket.ts';
import type {Connection} from '../../net/connection.ts';
import {DialError} from '../../net/dial-error.ts';
import type {NetworkInterface} from '../../net/interfaces.ts';
import {hostFrom} from '../../net/socket-host.ts';
import {sourceFor} from '../../net/source-address.ts';
import {Transport} from '../../net/transport.ts';
import {type Announcement, isDoctor} from '../../wire/announcement.ts';
import {decodeMessage} from '../../wire/codec.ts';
import type {Identity} from '../../wire/identity.ts';
import type {DialFacts, PeerFacts} from '../facts.ts';

/** Peers that are dialled: a few tell as much as all. */
const MAX_DIALS = 4;
/** Peers that are remembered. */
const MAX_PEERS = 256;
/** Milliseconds that a dial is given at least: who is heard last is no less reachable for that. */
const LEAST_PATIENCE = 800;
/** Milliseconds for a heartbeat, of which every node sends one in two seconds. */
const HEARTBEAT_PATIENCE = 2_300;

type Place = {
	readonly source: DatagramSource;
	readonly interface: string | undefined;
};

type Known = {
	readonly peer: string;
	readonly isDoctor: boolean;
	/** Where it was heard first, or where it could be reached. */
	place: Place;
	/** Where it was dialled, once in each family: it may be of another subnet over IPv4, and close by over IPv6. */
	readonly hosts: Map<4 | 6, string>;
	announced: boolean;
	answered: boolean;
	dial?: DialFacts;
};

export type MeetingOptions = {
	readonly identity: Identity;
	readonly interfaces: readonly NetworkInterface[];
	/** Only these may be used. */
	readonly isRestricted: boolean;
	/** `performance.now()` at which everything has to be over, but for a dial that has just begun. */
	readonly deadline: number;
};

export class Meeting {
	readonly #options: MeetingOptions;
	readonly #transport: Transport;
	readonly #servers: Server[] = [];
	readonly #peers = new Map<string, Known>();
	/** Nodes on this machine, and their TCP ports. */
	readonly #here = new Map<string, number | undefined>();
	readonly #guests = new Set<string>();
	readonly #dials = new Set<Promise<void>>();
	#dialled = 0;
	#isOver = false;

	constructor(options: MeetingOptions) {
		this.#options = options;
		this.#transport = new Transport({
			identity: options.identity,
			onConnection: connection => connection.destroy('stranger'),
			onRefused: () => {},
		});
	}

	/** Opens the doors; a port is undefined where none could be. */
	async listen(): Promise<Pick<Announcement, 'port4' | 'port6'>> {
		const [port4, port6] = await Promise.all([this.#door(4), this.#door(6)]);
		return {port4, port6};
	}

	heard(announcement: Announcement, source: DatagramSource, isAnswer: boolean): void {
		const {peer, leaving} = announcement;
		const {interfaces} = this.#options;
		if (leaving || this.#isOver) return;
		if (interfaces.some(({address}) => address === source.host)) return this.#heardHere(announcement);
		const at = interfaces.find(
			({contains, scope}) => contains(source.host) && (source.scope === undefined || source.scope === scope),
		);
		if (this.#options.isRestricted && at === undefined) return;
		const place = {source, interface: at?.name};
		const known = this.#peers.get(peer) ?? this.#add(announcement, place);
		if (known === undefined) return;
		known.announced ||= !isAnswer;
		known.answered ||= isAnswer;
		this.#try(known, announcement, place);
	}

	/** Somebody was heard, and no dial is under way. */
	get isSettled(): boolean {
		return this.#peers.size > 0 && this.#dials.size === 0;
	}

	get hasHeard(): boolean {
		return this.#peers.size > 0;
	}

	get here(): number {
		return this.#here.size;
	}

	get portsHere(): number[] {
		return [...new Set(this.#here.values())].filter(port => port !== undefined);
	}

	get peers(): PeerFacts[] {
		return [...this.#peers.values()].map(({peer, place, announced, answered, dial, isDoctor}) => ({
			...{peer, host: place.source.host, announced, answered, reachedUs: this.#hasReached(peer)},
			...(place.interface !== undefined && {interface: place.interface}),
			...(dial && {dial}),
			...(isDoctor && ({isDoctor} as const)),
		}));
	}

	/** Where a peer was heard or dialled, over IPv4 and IPv6. */
	hostsOf(peer: string): string[] {
		const known = this.#peers.get(peer);
		return known === undefined ? [] : [...new Set([known.place.source.host, ...known.hosts.values()])];
	}

	/** Nobody else is met from now on. Resolves when it is known of all who can be reached. */
	async settle(): Promise<void> {
		this.#isOver = true;
		await Promise.allSettled(this.#dials);
	}

	async close(): Promise<void> {
		await this.settle();
		for (const server of this.#servers) server.close();
		await this.#transport.close();
	}

	#hasReached(peer: string): boolean {
		return this.hostsOf(peer).some(host => this.#guests.has(host));
	}

	#heardHere(announcement: Announcement): void {
		if (isDoctor(announcement) || this.#here.size >= MAX_PEERS) return;
		this.#here.set(announcement.peer, announcement.port4 ?? announcement.port6);
	}

	#add(announcement: Announcement, place: Place): Known | undefined {
		const {peer} = announcement;
		if (this.#peers.size >= MAX_PEERS) return undefined;
		const known: Known = {
			...{peer, place, isDoctor: isDoctor(announcement), hosts: new Map()},
			...{announced: false, answered: false},
		};
		this.#peers.set(peer, known);
		return known;
	}

	#try(known: Known, {port4, port6}: Announcement, place: Place): void {
		const {family} = place.source;
		const port = family === 4 ? port4 : port6;
		if (port === undefined || known.hosts.has(family)) return;
		if (known.hosts.size === 0 && this.#dialled++ >= MAX_DIALS) return;
		known.hosts.set(family, place.source.host);
		const dial = this.#dial(known, place.source, port).then(result => {
			this.#dials.delete(dial);
			const isBetter = result.result === 'connected' || (known.place.interface === undefined && place.interface);
			if (known.dial !== undefined && (known.dial.result === 'connected' || !isBetter)) return;
			known.dial = result;
			known.place = place;
		});
		this.#dials.add(dial);
	}

	async #dial({peer, isDoctor}: Known, {host, family, scope}: DatagramSource, port: number): Promise<DialFacts> {
		const {interfaces, deadline, isRestricted} = this.#options;
		const address = {host, port, family, ...(scope === undefined ? {} : {scope})};
		const signal = AbortSignal.timeout(Math.max(LEAST_PATIENCE, Math.floor(deadline - performance.now())));
		const from = isRestricted ? sourceFor(address, interfaces) : undefined;
		try {
			const connection = await this.#transport.dial(address, peer as Identity['peerId'], signal, from);
			const clock = await clockOf(connection, Math.min(HEARTBEAT_PATIENCE, deadline - performance.now()));
			return {result: 'connected', ...(clock !== undefined && {clock})};
		} catch (error) {
			if (!(error instanceof DialError)) throw error;
			// It was reached, and has let us go as we do.
			if (isDoctor && error.code === 'failed' && !signal.aborted) return {result: 'connected'};
			// Called off, since the time was up.
			return {result: 'failed', code: signal.aborted ? 'timeout' : error.code, message: error.message};
		}
	}

	/** Takes connections and lets them go; resolves to the port, or to undefined where there can be none. */
	#door(family: 4 | 6): Promise<number | undefined> {
		const own = this.#options.interfaces.filter(each => each.family === family && each.scope === undefined);
		const address = this.#options.isRestricted ? own[0]?.address : family === 4 ? '0.0.0.0' : '::';
		if (address === undefined) return Promise.resolve(undefined);
		const server = createServer(socket => {
			const {remoteAddress, remoteFamily} = socket;
			if (remoteAddress !== undefined) this.#guests.add(hostFrom(remoteAddress, remoteFamily).host);
			socket.on('error', () => {});
			socket.destroy();
		});
		return new Promise(resolve => {
			server.on('error', () => resolve(undefined));
			server.listen({host: address, port: 0, ipv6Only: family === 6}, () => {
				this.#servers.push(server);
				const bound = server.address();
				resolve(typeof bound === 'object' && bound !== null ? bound.port : undefined);
			});
		});
	}
}

/** Milliseconds by which the other's clock is ahead, from its next heartbeat; undefined if it does not say. */
function clockOf(connection: Connection, patience: number): Promise<number | undefined> {
	return new Promise(resolve => {
		const end = (clock: number | undefined) => {
			clearTimeout(timer);
			resolve(clock);
			connection.destroy('heard');
		};
		const timer = setTimeout(() => end(undefined), Math.max(1, patience));
		connection.start({
			frame: body => {
				const message = readMessage(body);
				if (message?.type === 'heartbeat')
					end(message.timestamp === undefined ? undefined : message.timestamp - Date.now());
			},
			closed: () => end(undefined),
		});
	});
}

function readMessage(body: Uint8Array): ReturnType<typeof decodeMessage> {
	try {
		return decodeMessage(body);
	} catch {
		return undefined;
	}
}
