import type {PeerFacts, View} from '../behaviours/behaviour.ts';
import {MAX_HINT_ADDRESSES} from '../wire/limits.ts';
import {formatTcpAddress, isLinkLocal, isLoopback, parseTcpAddress, type TcpAddress} from '../wire/multiaddr.ts';
import type {PeerId} from '../wire/peer-id.ts';
import type {ConnectionTable} from './connection-table.ts';
import type {PeerStore} from './peer-store.ts';

export type SwarmViewOptions = {
	readonly store: PeerStore;
	readonly connections: ConnectionTable;
	/** Where the peer has been reached, the best first. */
	readonly provedAddresses: (peer: PeerId) => readonly string[];
};

/** What behaviours may read of the swarm. */
export class SwarmView implements View {
	readonly self: PeerId;
	readonly #options: SwarmViewOptions;
	#ownHosts: ReadonlySet<string> = new Set();

	constructor(options: SwarmViewOptions) {
		this.#options = options;
		this.self = options.store.self;
	}

	get name(): string {
		return this.#options.store.name;
	}

	isConnected(peer: PeerId): boolean {
		return this.#options.store.isConnected(peer);
	}

	connectedPeers(): readonly PeerId[] {
		return this.#options.store.connectedPeers();
	}

	facts(peer: PeerId): Readonly<Partial<PeerFacts>> {
		return this.#options.store.facts(peer);
	}

	addressesFor(peer: PeerId, listener: PeerId): readonly string[] {
		const {connections, store, provedAddresses} = this.#options;
		const listenerAt = connections.primary(listener)?.address;
		const primary = connections.primary(peer);
		if (listenerAt === undefined || primary === undefined) return [];
		const told = primary.direction === 'outbound' ? [] : reachableAt(primary.address, store.facts(peer).addresses);
		const dialled = primary.direction === 'outbound' ? [primary.address] : [];
		const isHere = this.#isHere(parseTcpAddress(listenerAt));
		const found = [...dialled, ...provedAddresses(peer), ...told].filter(text => {
			const address = parseTcpAddress(text);
			return !isLinkLocal(address) && (isHere || !isLoopback(address));
		});
		return [...new Set(found)].slice(0, MAX_HINT_ADDRESSES);
	}

	/** Where we listen now. */
	listening(addresses: readonly string[]): void {
		this.#ownHosts = new Set(addresses.map(address => parseTcpAddress(address).host));
	}

	/** Whether it is on this machine. */
	#isHere(address: TcpAddress): boolean {
		return isLoopback(address) || this.#ownHosts.has(address.host);
	}
}

/**
 * Where a peer says that it listens, as far as we believe it: the ports are its own affair, the host is the one it came
 * from, so that no peer can send anybody to somebody else's door.
 */
export function reachableAt(remote: string, listening: readonly string[] = []): readonly string[] {
	const {peer: _, ...host} = parseTcpAddress(remote);
	const ports = listening
		.map(address => parseTcpAddress(address))
		.filter(({family}) => family === host.family)
		.map(({port}) => port);
	return [...new Set(ports)].map(port => formatTcpAddress({...host, port}));
}
