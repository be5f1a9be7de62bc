/**
 * Receipts: whoever holds a message tells its author, so that the author sees how far its words have spread. Several
 * receipts to one author leave together.
 */
import {BoundedMap} from '../base/bounded.ts';
import {MAX_RECEIPT_IDS} from '../wire/limits.ts';
import type {PeerId} from '../wire/peer-id.ts';
import type {BehaviourOutput, Instant} from './behaviour.ts';

/** Milliseconds that a receipt waits for others to the same author. */
export const RECEIPT_DELAY = 30;

/** Own messages whose spread is followed; older ones are settled. */
export const MAX_FOLLOWED = 2_000;

/** Holders counted for one message: keys cost nothing, so whoever comes and goes could add one after the other. */
export const MAX_HOLDERS = 1_024;

const TIMER = 'receipts';

/** An own message: who holds it, ourselves included, and who was in the room. */
type Spread = {readonly room: string; readonly members: Set<PeerId>; readonly holders: Set<PeerId>};

export class Receipts {
	readonly #self: PeerId;
	readonly #spreads = new BoundedMap<string, Spread>(MAX_FOLLOWED);
	/** Receipts not yet sent, by author and room. */
	readonly #due = new Map<PeerId, Map<string, string[]>>();

	constructor(self: PeerId) {
		this.#self = self;
	}

	/** An own message was published to these members. */
	follow(messageId: string, room: string, members: readonly PeerId[]): BehaviourOutput[] {
		const spread = {room, members: new Set([this.#self, ...members]), holders: new Set([this.#self])};
		this.#spreads.set(messageId, spread);
		return [emitState(messageId, spread)];
	}

	/** A message of `author` is held here: to be said soon. */
	owe(author: PeerId, room: string, messageId: string, now: Instant): BehaviourOutput[] {
		const first = this.#due.size === 0;
		const rooms = this.#due.get(author) ?? new Map<string, string[]>();
		this.#due.set(author, rooms);
		const ids = rooms.get(room) ?? [];
		rooms.set(room, ids);
		ids.push(messageId);
		const outputs: BehaviourOutput[] = first ? [{type: 'schedule', timer: TIMER, at: now + RECEIPT_DELAY}] : [];
		if (ids.length >= MAX_RECEIPT_IDS) {
			rooms.delete(room);
			outputs.push(receipt(author, room, ids));
		}
		return outputs;
	}

	isTimer(timer: string): boolean {
		return timer === TIMER;
	}

	/** The timer fired: everything owed leaves. */
	flush(): BehaviourOutput[] {
		const outputs: BehaviourOutput[] = [];
		for (const [author, rooms] of this.#due) {
			for (const [room, ids] of rooms) outputs.push(receipt(author, room, ids));
		}
		this.#due.clear();
		return outputs;
	}

	/** `peer`, a member of `room`, says that it holds these. Ids that are not ours to follow are passed over. */
	received(peer: PeerId, room: string, messageIds: readonly string[]): BehaviourOutput[] {
		const outputs: BehaviourOutput[] = [];
		for (const messageId of messageIds) {
			const spread = this.#spreads.get(messageId);
			if (spread?.room !== room || spread.holders.has(peer) || spread.holders.size >= MAX_HOLDERS) continue;
			spread.holders.add(peer);
			spread.members.add(peer);
			outputs.push(emitState(messageId, spread));
		}
		return outputs;
	}

	forget(author: PeerId): void {
		this.#due.delete(author);
	}
}

function receipt(author: PeerId, room: string, messageIds: readonly string[]): BehaviourOutput {
	return {type: 'send', peers: [author], message: {type: 'receipt', room, messageIds}};
}

function emitState(messageId: string, {holders, members}: Spread): BehaviourOutput {
	return {type: 'emit', event: {type: 'message-state', messageId, storedBy: holders.size, of: members.size}};
}
