/**
 * Events that we have asked for. Each is asked of one peer at a time; those that have offered it too are remembered, and
 * asked if it does not come. A peer that was asked and hands out nothing has broken its promise (gossipsub v1.1, "Spam
 * Protection Measures"). The specification asks everyone who offers, and tracks one id of each offer at random: asking
 * one saves copies, and then all ids are tracked anyway.
 */
import type {PeerId} from '../../wire/peer-id.ts';
import type {Instant} from '../behaviour.ts';
import {
	FOLLOW_UP,
	MAX_OTHERS,
	MAX_TRANSMISSIONS,
	MAX_WANTED,
	MAX_WANTED_OF_ONE,
	RESERVED_WANTED,
} from './parameters.ts';

type Want = {asked: PeerId; at: Instant; times: number; readonly others: PeerId[]};

/** Ids to ask of each peer. */
export type Questions = ReadonlyMap<PeerId, readonly string[]>;

export class Wanted {
	readonly #wants = new Map<string, Want>();
	/** How many are asked of each peer now. */
	readonly #asked = new Map<PeerId, number>();
	/** When each peer last handed out something that it was asked for. */
	readonly #delivered = new Map<PeerId, Instant>();

	get size(): number {
		return this.#wants.size;
	}

	/** The peer offers these, which are not here: those of them to be asked of it now. */
	offered(peer: PeerId, messageIds: readonly string[], now: Instant): string[] {
		return messageIds.filter(messageId => {
			const want = this.#wants.get(messageId);
			if (want) {
				const isKnown = want.asked === peer || want.others.includes(peer);
				if (!isKnown && want.others.length < MAX_OTHERS) want.others.push(peer);
				return false;
			}
			if (!this.#hasRoomFor(peer)) return false;
			this.#count(peer, 1);
			this.#wants.set(messageId, {asked: peer, at: now, times: 1, others: []});
			return true;
		});
	}

	#hasRoomFor(peer: PeerId): boolean {
		const asked = this.#asked.get(peer) ?? 0;
		return asked < (this.#wants.size < MAX_WANTED ? MAX_WANTED_OF_ONE : RESERVED_WANTED);
	}

	#count(peer: PeerId, change: 1 | -1): void {
		const asked = (this.#asked.get(peer) ?? 0) + change;
		if (asked === 0) this.#asked.delete(peer);
		else this.#asked.set(peer, asked);
	}

	/** The event came, from this peer. Returns who was asked for it, if somebody was. */
	arrived(messageId: string, source: PeerId | undefined, now: Instant): PeerId | undefined {
		const want = this.#wants.get(messageId);
		if (!want) return undefined;
		this.#wants.delete(messageId);
		this.#count(want.asked, -1);
		if (source === want.asked) this.#delivered.set(source, now);
		return want.asked;
	}

	/** The peer is gone: what was asked of it is asked of others. */
	forget(peer: PeerId, now: Instant): Questions {
		this.#delivered.delete(peer);
		const questions = new Map<PeerId, string[]>();
		for (const [messageId, want] of this.#wants) {
			const index = want.others.indexOf(peer);
			if (index >= 0) want.others.splice(index, 1);
			if (want.asked === peer) this.#askNext(messageId, want, false, now, questions);
		}
		return questions;
	}

	/** What has not come in time: asked again, and who is to blame. */
	overdue(now: Instant): {readonly questions: Questions; readonly broken: readonly PeerId[]} {
		const questions = new Map<PeerId, string[]>();
		const broken = new Set<PeerId>();
		for (const [messageId, want] of this.#wants) {
			if (now - want.at < FOLLOW_UP) continue;
			// One that is handing out other things is slow, not lying.
			if ((this.#delivered.get(want.asked) ?? Number.NEGATIVE_INFINITY) < want.at) broken.add(want.asked);
			this.#askNext(messageId, want, true, now, questions);
		}
		return {questions, broken: [...broken]};
	}

	#askNext(messageId: string, want: Want, evenTheSame: boolean, now: Instant, questions: Map<PeerId, string[]>): void {
		const next = want.others.shift() ?? (evenTheSame ? want.asked : undefined);
		this.#count(want.asked, -1);
		if (next === undefined || want.times >= MAX_TRANSMISSIONS) {
			this.#wants.delete(messageId);
			return;
		}
		this.#count(next, 1);
		want.asked = next;
		want.at = now;
		want.times += 1;
		const ids = questions.get(next);
		if (ids) ids.push(messageId);
		else questions.set(next, [messageId]);
	}
}
