/** Events on their way to somebody: gathered within bounds, then cut into segments. */
import {MAX_SEGMENT_EVENTS, MAX_SEGMENTS, SIGNATURE_BYTES} from '../wire/limits.ts';
import type {RoomEvent, Segment} from '../wire/messages.ts';
import {type ChainName, chainKey} from './chain-state.ts';
import type {StoredEvent} from './event-store.ts';

export type Item = {readonly stored: StoredEvent; readonly event: RoomEvent};

/** Bytes around an event and around a segment in a frame, at most. */
const EVENT_OVERHEAD = 3;
const SEGMENT_OVERHEAD = 8 + SIGNATURE_BYTES;

export class Parcel {
	readonly #items = new Map<string, Item>();
	/** Ids that one of these names as its `previous`. */
	readonly #named = new Set<string>();
	readonly #numbers = new Set<string>();
	readonly #lowest = new Map<string, number>();
	readonly #wanted: number;
	readonly #largest: number;
	/** Upper bounds: of segments, and of bytes in the frame. */
	#segments = 0;
	#size = 0;
	#bytes = 0;

	/** `wanted`: bytes of events, and `largest`: bytes of a frame that they never exceed. */
	constructor(wanted: number, largest: number) {
		this.#wanted = wanted;
		this.#largest = largest;
	}

	/** Bytes that still fit. */
	get left(): number {
		return this.#wanted - this.#bytes;
	}

	has(id: string): boolean {
		return this.#items.has(id);
	}

	names(id: string): boolean {
		return this.#named.has(id);
	}

	hasNumber(chain: ChainName, sequence: number): boolean {
		return this.#numbers.has(`${chainKey(chain)} ${sequence}`);
	}

	/** The lowest number of this chain in it. */
	lowestOf(chain: ChainName): number | undefined {
		return this.#lowest.get(chainKey(chain));
	}

	/**
	 * All or none of them, of which each names the one before. False if they do not fit; into an empty parcel they fit
	 * whatever is wanted, and what fits into none is passed over.
	 */
	add(items: readonly Item[]): boolean {
		const bytes = items.reduce((sum, {stored}) => sum + stored.bytes.length, 0);
		const segments = this.#named.has(items.at(-1)!.stored.id) ? 0 : 1;
		const size = bytes + items.length * EVENT_OVERHEAD + segments * SEGMENT_OVERHEAD;
		if (this.#items.size === 0 && size > this.#largest) return true;
		if (this.#size + size > this.#largest || this.#segments + segments > MAX_SEGMENTS) return false;
		if (this.#items.size > 0 && this.#bytes + bytes > this.#wanted) return false;
		for (const item of items) {
			this.#items.set(item.stored.id, item);
			if (item.event.previous !== undefined) this.#named.add(item.event.previous);
			const [key, {sequence}] = [chainKey(item.event), item.event];
			this.#numbers.add(`${key} ${sequence}`);
			this.#lowest.set(key, Math.min(sequence, this.#lowest.get(key) ?? sequence));
		}
		this.#segments += segments;
		this.#size += size;
		this.#bytes += bytes;
		return true;
	}

	/** Of each chain the highest numbers first: so a segment without a signature is named by one before it. */
	close(): {readonly segments: readonly Segment[]; readonly events: number; readonly bytes: number} {
		const left = new Set(this.#items.keys());
		const items = [...this.#items.values()].sort((a, b) => b.event.sequence - a.event.sequence);
		const segments = items.flatMap(item => (left.has(item.stored.id) ? [this.#cut(item, left)] : []));
		return {segments, events: this.#items.size, bytes: this.#bytes};
	}

	/** The segment that ends with this one. */
	#cut(last: Item, left: Set<string>): Segment {
		const events: Uint8Array[] = [];
		let current: Item | undefined = last;
		while (current !== undefined && events.length < MAX_SEGMENT_EVENTS && left.delete(current.stored.id)) {
			events.push(current.stored.bytes);
			current = this.#items.get(current.event.previous ?? '');
		}
		return {events: events.reverse(), signature: last.stored.signature};
	}
}
