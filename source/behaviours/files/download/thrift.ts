/**
 * How much may be taken over from sources that do give. Asking somebody else takes nothing back that lies in buffers on its
 * way: if it comes all the same, it was carried for nothing. So there is a limit, which shrinks with each that was in vain.
 */
import type {Instant} from '../../behaviour.ts';
import {IN_VAIN, TAKEN_OVER, TAKEN_OVER_SHARE, TAKEN_OVER_TIME} from './parameters.ts';

export class Thrift {
	/** When each of the last ones was taken over. */
	readonly #times: Instant[] = [];
	#inVain = 0;

	/** @param pieces how many are here */
	allows(pieces: number, now: Instant): boolean {
		while (this.#times.length > 0 && this.#times[0]! <= now - TAKEN_OVER_TIME) this.#times.shift();
		return this.#times.length + this.#inVain * IN_VAIN < TAKEN_OVER + pieces * TAKEN_OVER_SHARE;
	}

	tookOver(now: Instant): void {
		this.#times.push(now);
	}

	/** A block came that was called off. */
	cameInVain(): void {
		this.#inVain++;
	}
}
