import type {Instant, PeerFacts, View} from '../behaviours/behaviour.ts';
import {isPrivate, isPublic} from '../wire/ip.ts';
import {MAX_HINT_ADDRESSES} from '../wire/limits.ts';
import {isLinkLocal, isLoopback, parseTcpAddress, type TcpAddress} from '../wire/multiaddr.ts';
import type {PeerId} from '../wire/peer-id.ts';
import type {AddressBook} from './address-book.ts';
import type {ConnectionTable} from './connection-table.ts';
import type {PeerStore} from './peer-store.ts';

export type SwarmViewOptions = {
	readonly store: PeerStore;
	readonly connections: ConnectionTable;
	readonly book: AddressBook;
	/** Unix milliseconds. */
	readonly wallClock: () => number;
	/** When a dial of a peer failed last, since it was connected. */
	readonly dialFailedAt: (peer: PeerId) => Instant | undefined;
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

	timestamp(): number {
		return this.#options.wallClock();
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

	dialFailedAt(peer: PeerId): Instant | undefined {
		return this.#options.dialFailedAt(peer);
	}

	addressesFor(peer: PeerId, listener: PeerId): readonly string[] {
		const listenerAt = this.#options.connections.primary(listener)?.address;
		return listenerAt === undefined ? [] : this.addressesFrom(peer, listenerAt);
	}

	/** The same for whoever is at this address, known or not. */
	addressesFrom(peer: PeerId, listenerAt: string): readonly string[] {
		const {connections, book} = this.#options;
		if (!connections.primary(peer)) return [];
		const listener = parseTcpAddress(listenerAt);
		const [isHere, isFar] = [this.#isHere(listener), isPublic(listener.host)];
		const found = book.of(peer).filter(text => {
			const address = parseTcpAddress(text);
			if (isLinkLocal(address) || (isLoopback(address) && !isHere)) return false;
			// From the internet nobody gets there, and it is nobody's business how a network looks from inside.
			return isHere || !isFar || !isPrivate(address.host);
		});
		return found.slice(0, MAX_HINT_ADDRESSES);
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
