/**
 * Whether a connected peer seems to have moved: it announces itself from elsewhere, and no longer from where the
 * connection leads. A peer with several addresses announces itself from all of them in turn, so it is only when one of the
 * others is heard twice, and not the one of the connection between, that this says something. Another family says nothing, for a connection over IPv4 leads somewhere whatever becomes of IPv6.
 */
import {BoundedMap} from '../base/bounded.ts';
import type {Instant} from '../behaviours/behaviour.ts';
import {isLinkLocal, isLoopback, parseTcpAddress, type TcpAddress} from '../wire/multiaddr.ts';
import type {PeerId} from '../wire/peer-id.ts';

/**
 * Milliseconds in which one round of announcements is heard: of each address there may be two, by broadcast and by
 * multicast. One that moves announces itself again after 150 ms (`ANNOUNCE_BURST`).
 */
export const ROUND = 100;

/** Connected peers that were heard of elsewhere, and hosts of each. */
const MAX_ELSEWHERE = 1_024;
const MAX_HOSTS = 8;

type Elsewhere = {
	/** The connection that this is about. */
	readonly at: string;
	/** When it was heard of at each host first. */
	readonly hosts: BoundedMap<string, Instant>;
	/** The doubt was raised, and one is enough. */
	isRaised: boolean;
};

export class Whereabouts {
	/** Peers that were heard of elsewhere since they were last heard of where the connection leads. */
	readonly #elsewhere = new BoundedMap<PeerId, Elsewhere>(MAX_ELSEWHERE);

	/** A peer connected at `at` announced itself from `from`. Returns whether there is reason to doubt the connection. */
	hasLeft(peer: PeerId, at: string, from: TcpAddress, now: Instant): boolean {
		const here = parseTcpAddress(at);
		if (here.host === from.host && here.scope === from.scope) {
			this.#elsewhere.delete(peer);
			return false;
		}
		if (kindOf(here) !== kindOf(from)) return false;
		const elsewhere = this.#of(peer, at);
		const since = elsewhere.hosts.get(from.host);
		if (since === undefined) elsewhere.hosts.set(from.host, now);
		if (elsewhere.isRaised || since === undefined || now - since < ROUND) return false;
		elsewhere.isRaised = true;
		return true;
	}

	#of(peer: PeerId, at: string): Elsewhere {
		const known = this.#elsewhere.get(peer);
		if (known?.at === at) return known;
		const elsewhere = {at, hosts: new BoundedMap<string, Instant>(MAX_HOSTS), isRaised: false};
		this.#elsewhere.set(peer, elsewhere);
		return elsewhere;
	}
}

/** What can only be compared with its like. */
function kindOf(address: TcpAddress): string {
	const reach = isLoopback(address) ? 'machine' : isLinkLocal(address) ? 'link' : 'network';
	return `${address.family} ${reach}`;
}
