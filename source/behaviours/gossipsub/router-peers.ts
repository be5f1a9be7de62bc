import type {Direction} from '../../api/event.ts';
import {BoundedMap} from '../../base/bounded.ts';
import type {PeerId} from '../../wire/peer-id.ts';
import type {Instant} from '../behaviour.ts';
import {Budget} from './budget.ts';
import {IDONTWANT_AGE, MAX_IDONTWANT_IDS} from './parameters.ts';

/** What the router keeps of a connected peer beside its score. */
export class RouterPeer {
	readonly isOutbound: boolean;
	readonly budget = new Budget();
	/** Events that it has already, by its own word, and when it said so. */
	readonly #unwanted = new BoundedMap<string, Instant>(2 * MAX_IDONTWANT_IDS);

	constructor(direction: Direction) {
		this.isOutbound = direction === 'outbound';
	}

	/** Returns how many of the ids were too many. */
	doesNotWant(messageIds: readonly string[], now: Instant): number {
		const taken = this.budget.take('idontwant-ids', messageIds.length, MAX_IDONTWANT_IDS, now);
		for (const messageId of messageIds.slice(0, taken)) this.#unwanted.set(messageId, now);
		return messageIds.length - taken;
	}

	wants(messageId: string, now: Instant): boolean {
		const since = this.#unwanted.get(messageId);
		return since === undefined || now - since > IDONTWANT_AGE;
	}
}

export type RouterPeers = ReadonlyMap<PeerId, RouterPeer>;
