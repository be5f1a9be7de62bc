/** What authors were called when they last said so in a room: for those of whom nothing else is known here. */
import {BoundedMap} from '../base/bounded.ts';
import type {EventStore, StoredEvent} from '../history/event-store.ts';
import {comparePositions, readStored} from '../history/fold.ts';
import type {PeerId} from '../wire/peer-id.ts';

/** Authors of rooms whose names are remembered, and of whom it is remembered that they have none. */
const MAX_NAMES = 4_096;

export class SaidNames {
	readonly #store: EventStore;
	/** Empty: it has said none. */
	readonly #names = new BoundedMap<string, string>(MAX_NAMES);

	constructor(store: EventStore) {
		this.#store = store;
	}

	nameOf(room: string, author: PeerId): string | undefined {
		const key = keyOf(room, author);
		const known = this.#names.get(key);
		const name = known ?? this.#lookUp(room, author);
		if (known === undefined) this.#names.set(key, name);
		return name === '' ? undefined : name;
	}

	/** It has said something of the kind, or that is gone again. */
	changed(room: string, author: PeerId): void {
		this.#names.delete(keyOf(room, author));
	}

	#lookUp(room: string, author: PeerId): string {
		let last: StoredEvent | undefined;
		for (const kind of ['join', 'name'] as const) {
			const found = this.#store.last(room, kind, author);
			if (found && (!last || comparePositions(found, last) > 0)) last = found;
		}
		const event = last && readStored(last);
		return event?.kind === 'join' || event?.kind === 'name' ? event.name : '';
	}
}

function keyOf(room: string, author: PeerId): string {
	return `${author} ${room}`;
}
