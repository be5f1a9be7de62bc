/** What one peer may ask of us in one heartbeat interval: a sliding start, so that it needs no timer. */
import type {Instant} from '../behaviour.ts';
import {BEAT_INTERVAL} from './parameters.ts';

export type Allowance = 'ihave-messages' | 'ihave-ids' | 'iwant-ids' | 'iwant-bytes' | 'idontwant-ids' | 'chokes';

export class Budget {
	readonly #used = new Map<Allowance, number>();
	#since: Instant = Number.NEGATIVE_INFINITY;

	/** Takes up to `wanted` of what is left of `limit`, and says how much that was. */
	take(allowance: Allowance, wanted: number, limit: number, now: Instant): number {
		if (now - this.#since >= BEAT_INTERVAL) {
			this.#since = now;
			this.#used.clear();
		}
		const used = this.#used.get(allowance) ?? 0;
		const taken = Math.max(0, Math.min(wanted, limit - used));
		this.#used.set(allowance, used + taken);
		return taken;
	}
}
