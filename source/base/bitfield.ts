/** A fixed number of bits that can be counted at once: which pieces of a file somebody holds. */

/** Bit 7 of the first byte is number 0, as in BitTorrent (BEP 3). */
const FIRST = 0x80;

export class Bitfield {
	/** How many bits there are. */
	readonly size: number;
	readonly #bytes: Uint8Array;
	#count = 0;

	/** With every bit 0; or, of bytes of a stranger, with what of them lies within `size`: missing bytes count as 0. */
	constructor(size: number, bytes?: Uint8Array) {
		this.size = size;
		this.#bytes = new Uint8Array(Math.ceil(size / 8));
		if (!bytes) return;
		for (let index = 0; index < Math.min(size, bytes.length * 8); index++) {
			if ((bytes[index >> 3]! & (FIRST >> (index & 7))) !== 0) this.add(index);
		}
	}

	static full(size: number): Bitfield {
		const field = new Bitfield(size);
		for (let index = 0; index < size; index++) field.add(index);
		return field;
	}

	/** How many are 1. */
	get count(): number {
		return this.#count;
	}

	get isFull(): boolean {
		return this.#count === this.size;
	}

	has(index: number): boolean {
		return index >= 0 && index < this.size && (this.#bytes[index >> 3]! & (FIRST >> (index & 7))) !== 0;
	}

	/** Returns whether that was new; false too for an index beyond the end. */
	add(index: number): boolean {
		if (!(index >= 0 && index < this.size) || this.has(index)) return false;
		this.#bytes[index >> 3]! |= FIRST >> (index & 7);
		this.#count++;
		return true;
	}

	delete(index: number): boolean {
		if (!this.has(index)) return false;
		this.#bytes[index >> 3]! &= ~(FIRST >> (index & 7));
		this.#count--;
		return true;
	}

	/** A copy, as it travels. */
	toBytes(): Uint8Array {
		return this.#bytes.slice();
	}

	/** Indices of bits that are 1, ascending. */
	*[Symbol.iterator](): Iterator<number> {
		for (let index = 0; index < this.size; index++) if (this.has(index)) yield index;
	}
}
