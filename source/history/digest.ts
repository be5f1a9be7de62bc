/**
 * One number for a set: the exclusive or of the ids in it. It does not depend on the order in which they came, and an id
 * goes out as it came in. No defence against forged sets (ids are hashes, but sets that collide can be found); it only
 * saves asking, and whoever lies in it deceives nobody but about himself.
 */
import {MESSAGE_ID_BYTES} from '../wire/limits.ts';

/** One id at a time: nothing is allocated for any of the millions that are toggled. */
const id = Buffer.alloc(MESSAGE_ID_BYTES);
const idWords = new Int32Array(id.buffer, id.byteOffset, MESSAGE_ID_BYTES / 4);

export class IdDigest {
	readonly #words = new Int32Array(MESSAGE_ID_BYTES / 4);

	/** `hex`: as `toString` gave it. */
	constructor(hex?: string) {
		if (hex !== undefined) this.toggle(hex);
	}

	/** Takes an id in, or out again. */
	toggle(hex: string): void {
		id.write(hex, 'hex');
		for (let index = 0; index < idWords.length; index++) this.#words[index]! ^= idWords[index]!;
	}

	/** 64 hex digits. */
	toString(): string {
		return Buffer.from(this.#words.buffer).toString('hex');
	}
}
