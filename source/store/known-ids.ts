/**
 * Ids of the messages that a room shows. A core that was started again knows nothing of what came before, so its peers
 * offer it the latest messages once more, and with them our own.
 */
import {MAX_ENTRIES} from './state.ts';

/** Two sets of at most `MAX_KNOWN` ids: when the newer one is full it becomes the older, which is forgotten. */
export type KnownIds = {readonly newer: ReadonlySet<string>; readonly older: ReadonlySet<string>};

/** As many as a log may hold, which forgets whole chunks only. */
export const MAX_KNOWN = MAX_ENTRIES + 64;

export const NO_IDS: KnownIds = {newer: new Set(), older: new Set()};

export function isKnown({newer, older}: KnownIds, id: string): boolean {
	return newer.has(id) || older.has(id);
}

/** While a batch of events is read: what went in stays as it is, and the newer set is copied once. */
export class KnownIdsDraft {
	#newer: Set<string>;
	#older: ReadonlySet<string>;

	constructor({newer, older}: KnownIds) {
		this.#newer = new Set(newer);
		this.#older = older;
	}

	get ids(): KnownIds {
		return {newer: this.#newer, older: this.#older};
	}

	add(id: string): void {
		if (this.#newer.size >= MAX_KNOWN) [this.#older, this.#newer] = [this.#newer, new Set()];
		this.#newer.add(id);
	}
}
