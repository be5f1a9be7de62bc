/** The order of a room: by `order`, then by `id` as text. And a cheap view of its end. */
import type {Position} from './event-store.ts';
import {comparePositions} from './fold.ts';
import {SortedList} from './sorted-list.ts';

/** Before everything. */
export const BEGINNING: Position = {order: -1, id: ''};

/** Places that are remembered at least, and at most: between the two nothing is to be read again. */
export const WINDOW = 1_000;
const MAX_WINDOW = 2 * WINDOW;

/** The newest places of a room, without a gap above its lowest: answers what is asked about nearly every event. */
export class NewestPlaces {
	#places: Position[];
	readonly #orders: Map<string, number>;
	/** Nothing stands before the first of them. */
	#isWhole: boolean;

	/** `newest`: ascending; `isWhole`: that is all there is. */
	constructor(newest: readonly Position[], isWhole: boolean) {
		this.#places = newest.map(({order, id}) => ({order, id}));
		this.#orders = new Map(newest.map(({order, id}) => [id, order]));
		this.#isWhole = isWhole;
	}

	/** The last place of all. */
	get top(): Position | undefined {
		return this.#places.at(-1);
	}

	/** Too few are left to be of use: read them again. */
	get isSpent(): boolean {
		return !this.#isWhole && this.#places.length < WINDOW / 2;
	}

	/** Of one of the newest; undefined says nothing about the others. */
	orderOf(id: string): number | undefined {
		return this.#orders.get(id);
	}

	add(place: Position): void {
		if (this.#orders.has(place.id)) return;
		const index = this.#indexOf(place);
		if (index === 0 && !this.#isWhole) return;
		this.#places.splice(index, 0, place);
		this.#orders.set(place.id, place.order);
		if (this.#places.length <= MAX_WINDOW) return;
		for (const {id} of this.#places.splice(0, MAX_WINDOW - WINDOW)) this.#orders.delete(id);
		this.#isWhole = false;
	}

	delete(place: Position): void {
		if (!this.#orders.delete(place.id)) return;
		this.#places.splice(this.#indexOf(place), 1);
	}

	/** How many places stand after this one, counted up to `WINDOW`. */
	countAfter(place: Position): number {
		const index = this.#indexOf(place);
		if (index === 0 && !this.#isWhole && this.#places[0]?.id !== place.id) return WINDOW;
		const isHere = this.#places[index]?.id === place.id;
		return Math.min(WINDOW, this.#places.length - index - (isHere ? 1 : 0));
	}

	#indexOf(place: Position): number {
		let [low, high] = [0, this.#places.length];
		if (high > 0 && comparePositions(this.#places[high - 1]!, place) < 0) return high;
		while (low < high) {
			const middle = (low + high) >> 1;
			if (comparePositions(this.#places[middle]!, place) < 0) low = middle + 1;
			else high = middle;
		}
		return low;
	}
}

/** A list of places, or of what has one. */
export function sortedByPlace<Value extends Position>(): SortedList<Value> {
	return new SortedList<Value>(comparePositions);
}
