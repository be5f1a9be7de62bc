/**
 * Turns the dial policy into effects and its outcomes into replies: the part of the swarm that deals with dialling.
 */
import type {CommandOf} from '../api/command.ts';
import type {ErrorCode} from '../api/event.ts';
import {BoundedMap} from '../base/bounded.ts';
import type {Random} from '../base/random.ts';
import type {Instant} from '../behaviours/behaviour.ts';
import {explainError} from '../behaviours/refusal.ts';
import {formatTcpAddress, parseTcpAddress, type TcpAddress} from '../wire/multiaddr.ts';
import type {PeerId} from '../wire/peer-id.ts';
import type {AddressBook} from './address-book.ts';
import type {Sighting} from './dial-target.ts';
import {type Dial, Dialer} from './dialer.ts';
import {GivenPeers} from './given-peers.ts';
import type {DialFailureCode, DialId, RememberedPeer, SwarmInput} from './io.ts';
import type {Outbox} from './outbox.ts';
import type {PeerStore} from './peer-store.ts';

const ERROR_CODES: Readonly<Record<DialFailureCode, ErrorCode>> = {
	refused: 'dial-refused',
	timeout: 'dial-timeout',
	unreachable: 'dial-unreachable',
	'wrong-peer': 'dial-wrong-peer',
	self: 'dial-self',
	'bad-address': 'bad-address',
	failed: 'dial-failed',
};

/** Milliseconds after the start within which peers of an earlier run are tried: those who are near are heard first. */
const MEMORY_DELAY = 500;
const MEMORY_SPREAD = 2_500;

/**
 * Milliseconds within which a peer that was heard of is dialled when some are connected already. So chance decides which
 * ones of a crowd become neighbours, and not who answered first: those are near each other, and would keep to themselves.
 */
export const CROWD_SPREAD = 1_000;

/** Part of the connections wanted that is dialled as soon as it is heard of: in a small network, everyone. */
export const EAGER_SHARE = 1 / 3;

/**
 * How many of the peers that have enough connections dial one that appears all the same. When a network that was in two
 * parts is one again, everyone has enough connections, but all in his own part: this makes the first ones across.
 */
export const EXPLORERS = 2;

/** Peers of whom it is remembered that a dial has failed. */
const MAX_FAILED = 1_024;

export type DialPlannerOptions = {
	readonly self: PeerId;
	readonly random: Random;
	readonly store: PeerStore;
	readonly book: AddressBook;
	readonly outbox: Outbox;
	/** How many more peers we would dial by ourselves, besides those given by hand; and of how many in all. */
	readonly wanting: (now: Instant) => number;
	readonly target: number;
	/** Whether there is room for more than are wanted. */
	readonly hasRoom: () => boolean;
};

export class DialPlanner {
	readonly #options: DialPlannerOptions;
	readonly #policy: Dialer;
	/** Commands that wait for a dial. */
	readonly #waiting = new Map<DialId, CommandOf<'dial'>>();
	readonly #given = new GivenPeers();
	/** Whom the dials under way are to reach, and when one failed last that was to reach a peer. */
	readonly #expected = new Map<DialId, PeerId>();
	readonly #failedAt = new BoundedMap<PeerId, Instant>(MAX_FAILED);
	#scheduledAt: Instant | undefined;
	/** Something was said to the dial policy since the last run: only then is it worth walking all its targets. */
	#hasChanged = true;

	constructor(options: DialPlannerOptions) {
		this.#options = options;
		this.#policy = new Dialer(options.self, options.random, options.book);
	}

	/** The dial policy, about to be told something. */
	#change(): Dialer {
		this.#hasChanged = true;
		return this.#policy;
	}

	/** Given by hand, or asked for by a person. */
	isWanted(peer: PeerId): boolean {
		return this.#policy.isWanted(peer);
	}

	/** Peers that may be dialled, now or later. */
	get targets(): number {
		return this.#policy.size;
	}

	isDialling(peer: PeerId): boolean {
		return this.#policy.isDialling(peer);
	}

	/** Called after every input, most of which change nothing here: starts what is due, asks to be woken for the rest. */
	run(now: Instant): void {
		if (!this.#hasChanged && now < (this.#scheduledAt ?? Number.POSITIVE_INFINITY)) return;
		this.#hasChanged = false;
		const {wanting, outbox} = this.#options;
		// First what makes room: whoever carries this out has no more dials under way at any time than the bound.
		this.#callOff();
		for (const dial of this.#policy.due(now, wanting(now))) this.#dial(dial);
		const nextAt = this.#policy.nextAt;
		if (nextAt === this.#scheduledAt) return;
		this.#scheduledAt = nextAt;
		if (nextAt !== undefined) outbox.schedule('dial', nextAt);
	}

	/** An address from the command line. */
	given(address: string, now: Instant): void {
		const parsed = parseTcpAddress(address);
		if (parsed.peer === this.#options.self) return;
		this.#given.add(withoutPeer(parsed));
		this.#change().given(withoutPeer(parsed), parsed.peer, now);
	}

	/** Peers that an earlier run knew. */
	remembered(peers: readonly RememberedPeer[], now: Instant): void {
		const {self, random} = this.#options;
		for (const {peer} of peers) {
			const at = now + MEMORY_DELAY + random.float() * MEMORY_SPREAD;
			if (peer !== self) this.#change().remembered(peer, at);
		}
	}

	/** A peer was heard of. `known`: how many have been heard of lately, if it has just appeared. */
	discovered(peer: PeerId, address: string, now: Instant, sighting: Sighting & {known?: number} = {}): void {
		const {known, ...rest} = sighting;
		const delay = () => this.#options.random.float() * this.#spread(now);
		const isExtra = known !== undefined && this.#explores(known, now);
		if (this.#policy.discovered(peer, address, now, {...rest, delay, isExtra})) this.#hasChanged = true;
	}

	#spread(now: Instant): number {
		const {wanting, target} = this.#options;
		const missing = wanting(now) - this.#policy.pendingPeers;
		return missing > target * (1 - EAGER_SHARE) ? 0 : CROWD_SPREAD;
	}

	#explores(known: number, now: Instant): boolean {
		const {wanting, hasRoom, random} = this.#options;
		return wanting(now) === 0 && hasRoom() && random.float() < EXPLORERS / Math.max(EXPLORERS, known);
	}

	/** We listen there. */
	listening(hosts: readonly string[]): void {
		this.#policy.listening(hosts);
	}

	command(command: CommandOf<'dial'>, now: Instant): void {
		const {outbox, self, store} = this.#options;
		let address: TcpAddress;
		try {
			address = parseTcpAddress(command.address);
		} catch (error) {
			return outbox.refuse(command, 'bad-address', explainError(error));
		}
		const place = withoutPeer(address);
		if (address.peer === self || this.#policy.isOwn(place)) {
			return outbox.refuse(command, 'dial-self', 'that is this node itself');
		}
		const peer = address.peer ?? this.#policy.peerAt(place);
		if (peer !== undefined && store.isConnected(peer)) return outbox.reply(command, {peer});
		const dial = this.#change().dialNow(place, address.peer, now);
		this.#waiting.set(dial.dial, command);
		this.#dial(dial);
		this.run(now);
	}

	succeeded(dial: DialId, peer: PeerId, now: Instant): void {
		const {outbox, self} = this.#options;
		this.#given.succeeded(dial);
		this.#expected.delete(dial);
		this.#change().succeeded(dial, peer, now);
		const command = this.#take(dial);
		if (!command) return;
		if (peer === self) outbox.refuse(command, 'dial-self', 'that is this node itself');
		else outbox.reply(command, {peer});
	}

	/** When a dial of this peer failed last, since it was connected. */
	failedAt(peer: PeerId): Instant | undefined {
		return this.#failedAt.get(peer);
	}

	failed({dial, code, message}: Extract<SwarmInput, {type: 'dial-failed'}>, now: Instant): void {
		const {outbox, store} = this.#options;
		const expected = this.#expected.get(dial);
		if (expected !== undefined) this.#failedAt.set(expected, now);
		this.#expected.delete(dial);
		this.#change().failed(dial, code, now);
		const command = this.#take(dial);
		if (command) outbox.refuse(command, ERROR_CODES[code], message);
		else if (this.#given.failed(dial, peer => store.isConnected(peer))) {
			outbox.emit({type: 'warning', code: ERROR_CODES[code], message: `${message}; it is tried again and again`});
		}
	}

	connected(peer: PeerId, now: Instant): void {
		this.#failedAt.delete(peer);
		this.#change().connected(peer, now);
	}

	disconnected(peer: PeerId, wanted: boolean, now: Instant, atOnce = false): void {
		this.#change().disconnected(peer, wanted, now, atOnce);
	}

	suppress(peer: PeerId, until: Instant): void {
		this.#change().suppress(peer, until);
	}

	crowded(peer: PeerId, until: Instant): void {
		this.#change().crowded(peer, until);
	}

	/** The network is back, or another one. */
	wake(now: Instant): void {
		this.#change().wake(now);
	}

	#dial({dial, address, expected}: Dial): void {
		this.#given.dialling(dial, address, expected);
		if (expected !== undefined) this.#expected.set(dial, expected);
		this.#options.outbox.push({type: 'dial', dial, address, expected});
	}

	/** Whoever waits for a dial that nobody needs any more: another address of the same peer was faster, or none is. */
	#callOff(): void {
		const {outbox, store} = this.#options;
		for (const dial of this.#policy.takeCancelled()) {
			this.#given.calledOff(dial);
			this.#expected.delete(dial);
			outbox.push({type: 'cancel-dial', dial});
			const command = this.#take(dial);
			if (!command) continue;
			const {peer} = parseTcpAddress(command.address);
			if (peer !== undefined && store.isConnected(peer)) outbox.reply(command, {peer});
			else outbox.refuse(command, 'dial-failed', 'called off');
		}
	}

	#take(dial: DialId): CommandOf<'dial'> | undefined {
		const command = this.#waiting.get(dial);
		this.#waiting.delete(dial);
		return command;
	}
}

function withoutPeer({peer: _, ...address}: TcpAddress): string {
	return formatTcpAddress(address);
}
