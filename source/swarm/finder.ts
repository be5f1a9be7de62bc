/**
 * Every way in which peers are found without a person's help: announcements on this network for now. What it hears is a
 * hint: it is listed, shown, and handed to the dial policy, which decides.
 */
import type {Random} from '../base/random.ts';
import type {Instant} from '../behaviours/behaviour.ts';
import {parseTcpAddress} from '../wire/multiaddr.ts';
import type {PeerId} from '../wire/peer-id.ts';
import type {DialPlanner} from './dial-planner.ts';
import {Discovery} from './discovery.ts';
import type {SwarmInput} from './io.ts';
import type {Outbox} from './outbox.ts';
import type {PeerStore} from './peer-store.ts';

export type FinderOptions = {
	readonly self: PeerId;
	readonly instance: string;
	readonly random: Random;
	readonly store: PeerStore;
	readonly planner: DialPlanner;
	readonly outbox: Outbox;
	/** Whether to announce ourselves. */
	readonly isAnnouncing: boolean;
};

export class Finder {
	readonly #options: FinderOptions;
	readonly #discovery: Discovery;

	constructor(options: FinderOptions) {
		const {self, instance, random} = options;
		this.#options = options;
		this.#discovery = new Discovery({self, instance, random});
	}

	listening(addresses: readonly string[]): void {
		const parsed = addresses.map(address => parseTcpAddress(address));
		const portOf = (family: 4 | 6) => parsed.find(address => address.family === family)?.port;
		this.#discovery.listening(portOf(4), portOf(6));
	}

	/** The first announcement, and every later one. */
	announce(now: Instant): void {
		const {isAnnouncing, outbox} = this.#options;
		if (!isAnnouncing) return;
		const {effect, nextAt} = this.#discovery.announce(now);
		outbox.push(effect);
		outbox.schedule('announce', nextAt);
	}

	leave(): void {
		const {isAnnouncing, outbox} = this.#options;
		if (isAnnouncing) outbox.push(this.#discovery.leave());
	}

	heard(input: Extract<SwarmInput, {type: 'announcement'}>, now: Instant): void {
		const {outbox, store, planner} = this.#options;
		const {sighting, answer} = this.#discovery.heard(input, now);
		if (answer) outbox.push(answer);
		if (!sighting) return;
		const {peer, address, isNew} = sighting;
		const isConnected = store.isConnected(peer);
		planner.discovered(peer, address, now, isNew);
		if (isNew && !isConnected) outbox.emit({type: 'peer-discovered', peer, address, via: 'announcement'});
	}

	/** Peers that were heard of lately, connected or not, with their addresses. */
	current(now: Instant): readonly (readonly [PeerId, string])[] {
		return this.#discovery.current(now);
	}
}
