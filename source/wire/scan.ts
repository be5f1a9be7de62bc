/**
 * A look over a msgpack body before anything is decoded from it. What passes is plain data of bounded size, shaped
 * as this program itself would write it; what does not is refused with its own reason. Nothing is allocated for a
 * body without maps, nothing recurses, and every byte is looked at once.
 *
 * | reason           | refused                                                                            |
 * | ---------------- | ---------------------------------------------------------------------------------- |
 * | `body-depth`     | containers nested deeper than MAX_DEPTH                                            |
 * | `body-length`    | a string, container or number that claims more than the bytes that are left        |
 * | `body-elements`  | more values than MAX_ELEMENTS                                                      |
 * | `body-extension` | extension types: timestamps, msgpackr's records, sets, errors, references          |
 * | `body-reserved`  | 0xc1, which msgpack never uses                                                     |
 * | `body-utf8`      | text that is not UTF-8: overlong, surrogates, cut off                              |
 * | `body-key`       | a map key that is no string, comes twice, or names a property that all objects have |
 * | `body-number`    | integers beyond ± (2^53 − 1), NaN, infinities, −0                                  |
 * | `body-trailing`  | bytes after the value                                                              |
 *
 * Source: the msgpack specification, https://github.com/msgpack/msgpack/blob/master/spec.md
 */
import {isUtf8} from 'node:buffer';
import {WireError} from '../base/errors.ts';
import {MAX_DEPTH, MAX_ELEMENTS} from './limits.ts';

const NOTHING = new Uint8Array(0);

/** Longer text is handed to the native check at once: it beats the loop from about here. */
const LOOP_BYTES = 128;

class Scanner {
	#bytes: Uint8Array = NOTHING;
	#position = 0;
	#elements = 0;
	#maxElements = MAX_ELEMENTS;
	#depth = 0;
	/** Values still to come at each level; for a map its keys and values. */
	readonly #remaining = new Int32Array(MAX_DEPTH);
	/** Keys seen at each level that is a map. */
	readonly #keys: (Set<string> | undefined)[] = new Array(MAX_DEPTH).fill(undefined);

	scan(bytes: Uint8Array, maxElements: number): void {
		this.#maxElements = maxElements;
		this.#bytes = bytes;
		this.#position = 0;
		this.#elements = 1;
		this.#depth = 0;
		this.#value();
		while (this.#depth > 0) this.#next();
		if (this.#position !== bytes.length) {
			throw new WireError('body-trailing', `${bytes.length - this.#position} bytes after the value`);
		}
	}

	/** Reads one value or key of the innermost open container, or closes it. */
	#next(): void {
		const level = this.#depth - 1;
		const remaining = this.#remaining[level]!;
		const keys = this.#keys[level];
		if (remaining === 0) {
			this.#depth = level;
			return;
		}
		this.#remaining[level] = remaining - 1;
		if (keys !== undefined && (remaining & 1) === 0) this.#key(keys);
		else this.#value();
	}

	#value(): void {
		const tag = this.#take(1);
		const type = this.#bytes[tag]!;
		if (type < 0x80 || type >= 0xe0) return;
		if (type < 0x90) this.#map(type & 0x0f);
		else if (type < 0xa0) this.#open(type & 0x0f);
		else if (type < 0xc0) this.#text(type & 0x1f);
		else this.#tagged(type);
	}

	/** Types 0xc0 to 0xdf: one byte of type, then a length or a number. */
	#tagged(type: number) {
		switch (type) {
			case 0xc0:
			case 0xc2:
			case 0xc3:
				return;
			case 0xc4:
			case 0xc5:
			case 0xc6:
				this.#take(this.#length(1 << (type - 0xc4)));
				return;
			case 0xd9:
			case 0xda:
			case 0xdb:
				return this.#text(this.#length(1 << (type - 0xd9)));
			case 0xdc:
			case 0xdd:
				return this.#open(this.#length(2 << (type - 0xdc)));
			case 0xde:
			case 0xdf:
				return this.#map(this.#length(2 << (type - 0xde)));
			case 0xc1:
				throw new WireError('body-reserved', 'the reserved type 0xc1');
			default:
				return this.#number(type);
		}
	}

	#number(type: number) {
		switch (type) {
			case 0xcc:
			case 0xd0:
				this.#take(1);
				return;
			case 0xcd:
			case 0xd1:
				this.#take(2);
				return;
			case 0xce:
			case 0xd2:
				this.#take(4);
				return;
			case 0xca:
				return this.#float(this.#take(4), 4, 0x80);
			case 0xcb:
				return this.#float(this.#take(8), 8, 0xf0);
			case 0xcf:
			case 0xd3:
				return this.#integer64(this.#take(8), type === 0xd3);
			default:
				throw new WireError('body-extension', `the extension type 0x${type.toString(16)}`);
		}
	}

	/** IEEE 754: all bits of the exponent set is no number; −0 is the sign bit alone. */
	#float(at: number, size: number, exponentMask: number): void {
		const first = this.#bytes[at]!;
		const finite = (first & 0x7f) !== 0x7f || (this.#bytes[at + 1]! & exponentMask) !== exponentMask;
		if (finite && first !== 0x80) return;
		let others = 0;
		for (let index = at + 1; index < at + size; index++) others |= this.#bytes[index]!;
		if (!finite || others === 0) throw new WireError('body-number', 'a number that is not finite, or −0');
	}

	#integer64(at: number, isSigned: boolean): void {
		const high = this.#uint32(at);
		const low = this.#uint32(at + 4);
		const value = (isSigned ? high | 0 : high) * 2 ** 32 + low;
		if (!Number.isSafeInteger(value)) throw new WireError('body-number', 'an integer beyond ±(2^53 − 1)');
	}

	#map(entries: number): void {
		this.#open(2 * entries);
		this.#keys[this.#depth - 1] = new Set();
	}

	#open(values: number): void {
		if (this.#depth === MAX_DEPTH) throw new WireError('body-depth', `nested deeper than ${MAX_DEPTH}`);
		// Every value has one byte at least, so a claim can be judged before a single one is read.
		if (values > this.#bytes.length - this.#position) throw tooLong();
		this.#elements += values;
		if (this.#elements > this.#maxElements) {
			throw new WireError('body-elements', `more than ${this.#maxElements} values`);
		}
		this.#remaining[this.#depth] = values;
		this.#keys[this.#depth] = undefined;
		this.#depth++;
	}

	#key(keys: Set<string>): void {
		const start = this.#position;
		const type = this.#bytes[this.#take(1)]!;
		if ((type & 0xe0) === 0xa0) this.#text(type & 0x1f);
		else if (type >= 0xd9 && type <= 0xdb) this.#text(this.#length(1 << (type - 0xd9)));
		else throw new WireError('body-key', 'a map key that is not text');
		const headerBytes = (type & 0xe0) === 0xa0 ? 1 : 1 + (1 << (type - 0xd9));
		const key = Buffer.from(this.#bytes.buffer, this.#bytes.byteOffset, this.#position).toString(
			'utf8',
			start + headerBytes,
		);
		// A property of every object: setting it could change what the decoded object is.
		if (key in Object.prototype || key === 'prototype')
			throw new WireError('body-key', 'a map key that every object has');
		if (keys.has(key)) throw new WireError('body-key', 'a map key that comes twice');
		keys.add(key);
	}

	#text(length: number): void {
		const start = this.#take(length);
		if (length <= LOOP_BYTES) {
			const bytes = this.#bytes;
			let index = start;
			while (index < this.#position && bytes[index]! < 0x80) index++;
			if (index === this.#position) return;
		}
		if (!isUtf8(this.#bytes.subarray(start, this.#position)))
			throw new WireError('body-utf8', 'text that is not UTF-8');
	}

	/** An unsigned big-endian length of 1, 2 or 4 bytes. */
	#length(size: number): number {
		const at = this.#take(size);
		if (size === 1) return this.#bytes[at]!;
		if (size === 2) return (this.#bytes[at]! << 8) | this.#bytes[at + 1]!;
		return this.#uint32(at);
	}

	#uint32(at: number): number {
		const bytes = this.#bytes;
		return bytes[at]! * 2 ** 24 + ((bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!);
	}

	/** Moves past `count` bytes and returns where they begin. */
	#take(count: number): number {
		const start = this.#position;
		if (count > this.#bytes.length - start) throw tooLong();
		this.#position = start + count;
		return start;
	}
}

function tooLong(): WireError {
	return new WireError('body-length', 'a length beyond the end of the body');
}

/** One is enough: a scan never waits, so no two can overlap. */
const scanner = new Scanner();

/**
 * Checks that `body` is one msgpack value within the limits and of the types in the table above. A body that is no frame may
 * have more values than one.
 * @throws WireError with the reason from that table.
 */
export function scan(body: Uint8Array, maxElements = MAX_ELEMENTS): void {
	scanner.scan(body, maxElements);
}
