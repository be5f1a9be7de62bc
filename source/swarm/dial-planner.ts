/**
 * Turns the dial policy into effects and its outcomes into replies: the part of the swarm that deals with dialling.
 */
import type {CommandOf} from '../api/command.ts';
import type {ErrorCode} from '../api/event.ts';
import type {Random} from '../base/random.ts';
import type {Instant} from '../behaviours/behaviour.ts';
import {explainError} from '../behaviours/refusal.ts';
import {formatTcpAddress, parseTcpAddress, type TcpAddress} from '../wire/multiaddr.ts';
import type {PeerId} from '../wire/peer-id.ts';
import {type Dial, Dialer} from './dialer.ts';
import type {DialFailureCode, DialId, SwarmInput} from './io.ts';
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

export type DialPlannerOptions = {
	readonly self: PeerId;
	readonly random: Random;
	readonly store: PeerStore;
	readonly outbox: Outbox;
	/** How many more peers we would dial by ourselves, besides those given by hand. */
	readonly wanting: (now: Instant) => number;
};

export class DialPlanner {
	readonly #options: DialPlannerOptions;
	readonly #policy: Dialer;
	/** Commands that wait for a dial. */
	readonly #waiting = new Map<DialId, CommandOf<'dial'>>();
	#scheduledAt: Instant | undefined;
	/** Something was said to the dial policy since the last run: only then is it worth walking all its targets. */
	#hasChanged = true;

	constructor(options: DialPlannerOptions) {
		this.#options = options;
		this.#policy = new Dialer(options.self, options.random);
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

	provedAddresses(_peer: PeerId): readonly string[] {
		return [];
	}

	isDialling(peer: PeerId): boolean {
		return this.#policy.isDialling(peer);
	}

	/** Called after every input, most of which change nothing here: starts what is due, asks to be woken for the rest. */
	run(now: Instant): void {
		if (!this.#hasChanged && now < (this.#scheduledAt ?? Number.POSITIVE_INFINITY)) return;
		this.#hasChanged = false;
		const {wanting, outbox} = this.#options;
		for (const dial of this.#policy.due(now, wanting(now))) this.#dial(dial);
		const nextAt = this.#policy.nextAt;
		if (nextAt === this.#scheduledAt) return;
		this.#scheduledAt = nextAt;
		if (nextAt !== undefined) outbox.schedule('dial', nextAt);
	}

	/** An address from the command line. */
	given(address: string, now: Instant): void {
		const parsed = parseTcpAddress(address);
		if (parsed.peer !== this.#options.self) this.#change().given(withoutPeer(parsed), parsed.peer, now);
	}

	discovered(peer: PeerId, address: string, now: Instant, isNews = false): void {
		this.#change().discovered(peer, address, now, isNews);
	}

	command(command: CommandOf<'dial'>, now: Instant): void {
		let address: TcpAddress;
		try {
			address = parseTcpAddress(command.address);
		} catch (error) {
			return this.#options.outbox.refuse(command, 'bad-address', explainError(error));
		}
		const place = withoutPeer(address);
		if (address.peer === this.#options.self || this.#policy.isOwn(place)) {
			return this.#options.outbox.refuse(command, 'dial-self', 'that is this node itself');
		}
		const peer = address.peer ?? this.#policy.peerAt(place);
		if (peer !== undefined && this.#options.store.isConnected(peer)) return this.#options.outbox.reply(command, {peer});
		const dial = this.#change().dialNow(place, address.peer);
		this.#waiting.set(dial.dial, command);
		this.#dial(dial);
		this.run(now);
	}

	succeeded(dial: DialId, peer: PeerId): void {
		this.#change().succeeded(dial, peer);
		const command = this.#waiting.get(dial);
		this.#waiting.delete(dial);
		if (!command) return;
		if (peer === this.#options.self) this.#options.outbox.refuse(command, 'dial-self', 'that is this node itself');
		else this.#options.outbox.reply(command, {peer});
	}

	failed({dial, code, message}: Extract<SwarmInput, {type: 'dial-failed'}>, now: Instant): void {
		this.#change().failed(dial, code, now);
		const command = this.#waiting.get(dial);
		this.#waiting.delete(dial);
		if (command) this.#options.outbox.refuse(command, ERROR_CODES[code], message);
	}

	connected(peer: PeerId, now: Instant): void {
		this.#change().connected(peer, now);
	}

	disconnected(peer: PeerId, wanted: boolean, now: Instant): void {
		this.#change().disconnected(peer, wanted, now);
	}

	suppress(peer: PeerId, until: Instant): void {
		this.#change().suppress(peer, until);
	}

	#dial({dial, address, expected}: Dial): void {
		this.#options.outbox.push({type: 'dial', dial, address, expected});
	}
}

function withoutPeer({peer: _, ...address}: TcpAddress): string {
	return formatTcpAddress(address);
}
