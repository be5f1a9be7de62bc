/**
 * Receipts by way of others: an author hears from members, too, to whom it is not connected. The receipt goes back to
 * whoever brought the message, link by link, until one is connected to the author. Whoever got a message earlier is nearer
 * to its author, so that this ends there; nobody needs to know where anybody is.
 *
 * The holder signs, so that nobody in between can invent holders or ways; the author alone verifies. A receipt is signed as a
 * whole and cannot be divided: of several who brought a part of it each one's way leads to the author.
 *
 * It tells who is behind whom: whoever tells nobody its neighbours neither sends one nor hands one on.
 */
import {BoundedMap} from '../base/bounded.ts';
import {type Rate, TokenBucket, TokenBuckets} from '../base/token-bucket.ts';
import {type HeldVerifier, signHeld, verifyHeld} from '../wire/held.ts';
import type {Identity} from '../wire/identity.ts';
import {MAX_HELD_LINKS, MAX_RECEIPT_IDS} from '../wire/limits.ts';
import type {Held} from '../wire/messages.ts';
import type {PeerId} from '../wire/peer-id.ts';
import type {Behaviour, BehaviourInput, BehaviourOutput, Instant, View} from './behaviour.ts';
import type {Overlay} from './overlay.ts';
import {arrivalOf, type Owed, RECEIPT_DELAY, type Receipts} from './receipts.ts';

export const RELAY_PROTOCOL = '/p2p-tui/held/1';

/** Milliseconds between two times that we send some: in a flood many messages share one. */
export const HELD_PAUSE = 250;

/** Authors and rooms for which something waits. Of more, the oldest go unsaid. */
export const MAX_WAITING = 256;

/** Signatures that we make: each costs as much as a hundred messages that are only handed on. */
export const OWN_HELD: Rate = {burst: 64, perSecond: 32};

/** What one peer may bring: a message counts as much as so many ids. */
export const PEER_HELD: Rate = {burst: 32_768, perSecond: 4_096};
export const HELD_COST = 8;

/** Peers whose rates are remembered: more than are ever connected, so that none begins anew. */
const MAX_SOURCES = 1_024;

/** Receipts remembered that came here, by their signatures: so none goes in a circle, and a forged one keeps none away. */
export const MAX_REMEMBERED = 8_192;

const TIMER = 'held';

export type RelayOptions = {
	readonly view: View;
	readonly overlay: Pick<Overlay, 'rooms' | 'members'>;
	readonly identity: Identity;
	readonly receipts: Receipts;
	/** Whether others may see who is behind us. */
	readonly tells: boolean;
	/** Another judge of signatures; `verifyHeld`, if it is left out. */
	readonly verify?: HeldVerifier;
};

export class Relay implements Behaviour {
	readonly name = 'relay';
	readonly protocol = RELAY_PROTOCOL;
	readonly messages = ['held'] as const;
	readonly commands = [] as const;
	readonly #options: RelayOptions;
	/** What is to be said, by author and room: the newest. */
	readonly #due = new BoundedMap<string, Owed[]>(MAX_WAITING);
	readonly #own = new TokenBucket(OWN_HELD);
	readonly #rates = new TokenBuckets<PeerId>(PEER_HELD, MAX_SOURCES);
	readonly #known = new BoundedMap<string, true>(MAX_REMEMBERED);
	#sentAt: Instant = Number.NEGATIVE_INFINITY;
	#isWaiting = false;

	constructor(options: RelayOptions) {
		this.#options = options;
	}

	handle(input: BehaviourInput, now: Instant): BehaviourOutput[] {
		switch (input.type) {
			case 'disconnected':
				this.#rates.delete(input.peer);
				return [];
			// By then the others have said what they owe to whom.
			case 'committed':
				return this.#gather(now);
			case 'message':
				return input.message.type === 'held' ? this.#came(input.peer, input.message, now) : [];
			case 'timer':
				return this.#timer(input.timer, now);
			default:
				return [];
		}
	}

	#timer(timer: string, now: Instant): BehaviourOutput[] {
		const {receipts} = this.#options;
		if (timer === TIMER) return this.#flush(now);
		// What came here has changed a spread.
		return receipts.isTimer(timer) ? receipts.timer(timer, now) : [];
	}

	// --- as a holder

	#gather(now: Instant): BehaviourOutput[] {
		for (const owed of this.#options.receipts.takeFar()) {
			const key = `${owed.author} ${owed.room}`;
			const due = this.#due.get(key) ?? [];
			due.push(owed);
			this.#due.set(key, due.length < 2 * MAX_RECEIPT_IDS ? due : due.slice(-MAX_RECEIPT_IDS));
		}
		return this.#due.size === 0 ? [] : this.#soon(now);
	}

	#soon(now: Instant): BehaviourOutput[] {
		if (this.#isWaiting) return [];
		this.#isWaiting = true;
		return [{type: 'schedule', timer: TIMER, at: Math.max(now + RECEIPT_DELAY, this.#sentAt + HELD_PAUSE)}];
	}

	/** As much as we may sign; the rest waits. */
	#flush(now: Instant): BehaviourOutput[] {
		this.#isWaiting = false;
		this.#sentAt = now;
		const outputs: BehaviourOutput[] = [];
		for (const [key, due] of [...this.#due.entries()]) {
			if (!this.#own.has(now)) return [...outputs, ...this.#soon(now)];
			this.#due.delete(key);
			outputs.push(...this.#say(due.slice(-MAX_RECEIPT_IDS), now));
		}
		return outputs;
	}

	/** All of one author and one room. */
	#say(due: readonly Owed[], now: Instant): BehaviourOutput[] {
		const {view, identity} = this.#options;
		const [{author, room}] = due as readonly [Owed];
		const next = this.#next(
			author,
			due.map(({via}) => via),
		);
		if (next === undefined) return [];
		this.#own.take(now);
		const messageIds = due.map(({messageId}) => messageId);
		const arrivals = due.map(owed => arrivalOf(view, owed, now));
		const claim = {room, author, holder: view.self, messageIds, arrivals};
		return [{type: 'send', peers: [next], message: signHeld(claim, MAX_HELD_LINKS, identity)}];
	}

	/** The author if it is connected (it may be by now); else who brought the newest, of those who hand on. */
	#next(author: PeerId, bringers: readonly (PeerId | undefined)[], source?: PeerId): PeerId | undefined {
		const {view} = this.#options;
		if (view.isConnected(author)) return author === source ? undefined : author;
		return bringers.findLast(peer => peer !== undefined && peer !== source && handsOn(view, peer));
	}

	// --- what comes

	#came(source: PeerId, held: Held, now: Instant): BehaviourOutput[] {
		const {view, overlay} = this.#options;
		const {author, room, holder} = held;
		if (!overlay.rooms().includes(room) || !overlay.members(room).includes(source)) return [count('stray')];
		if (!this.#rates.take(source, now, HELD_COST + held.messageIds.length)) return [count('rate')];
		if (holder === view.self) return [];
		return author === view.self ? this.#heard(held, now) : this.#handOn(source, held);
	}

	/** As the author. Looking at the signature is dear, so only if there is something in it for us. */
	#heard(held: Held, now: Instant): BehaviourOutput[] {
		const {receipts, verify = verifyHeld} = this.#options;
		const {holder, room, messageIds, arrivals} = held;
		if (!receipts.isNews(holder, room, messageIds)) return [];
		// Whoever brought it need not have made it.
		if (!verify(held)) return [count('signature')];
		return receipts.relayed(holder, room, messageIds, arrivals, now);
	}

	#handOn(source: PeerId, held: Held): BehaviourOutput[] {
		const {receipts, tells} = this.#options;
		const {author, messageIds, linksLeft, signature} = held;
		const key = Buffer.from(signature).toString('latin1');
		if (!tells || linksLeft === 0 || this.#known.has(key)) return [];
		const bringers = messageIds.map(id => receipts.trails.bringerOf(id));
		const next = this.#next(author, bringers, source);
		if (next === undefined) return [count('no-way')];
		this.#known.set(key, true);
		return [{type: 'send', peers: [next], message: {...held, linksLeft: linksLeft - 1}}];
	}
}

function handsOn(view: View, peer: PeerId): boolean {
	return view.isConnected(peer) && (view.facts(peer).protocols?.includes(RELAY_PROTOCOL) ?? false);
}

function count(counter: string): BehaviourOutput {
	return {type: 'count', counter};
}
