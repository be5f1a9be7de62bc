/**
 * One number for a set: the exclusive or of the ids in it. It does not depend on the order in which they came, and an id
 * goes out as it came in. No defence against forged sets (ids are hashes, but sets that collide can be found); it only
 * saves asking, and whoever lies in it deceives nobody but about himself.
 */
import {MESSAGE_ID_BYTES} from '../wire/limits.ts';

const WORDS = MESSAGE_ID_BYTES / 4;

export class IdDigest {
	readonly #words = new Int32Array(WORDS);

	/** `hex`: as `toString` gave it. */
	constructor(hex?: string) {
		if (hex !== undefined) this.toggle(hex);
	}

	/** Takes an id in, or out again. */
	toggle(id: string): void {
		for (let index = 0; index < WORDS; index++) {
			this.#words[index]! ^= Number.parseInt(id.slice(index * 8, index * 8 + 8), 16);
		}
	}

	/** 64 hex digits. */
	toString(): string {
		let text = '';
		for (const word of this.#words) text += (word >>> 0).toString(16).padStart(8, '0');
		return text;
	}
}
