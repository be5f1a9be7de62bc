/**
 * Coming, going and names, as events of the room: so that those who were away see them too. They are lazy: who only reads
 * leaves no trace. The first word in a room is preceded by a `join`, the first under another name by a `name`, and who has
 * joined so and leaves on purpose says `leave`.
 */
import type {Archive} from '../history/archive.ts';
import type {StoredEvent} from '../history/event-store.ts';
import {comparePositions, readStored} from '../history/fold.ts';
import type {EventBody} from '../wire/messages.ts';
import type {View} from './behaviour.ts';
import type {Room} from './room.ts';

const KINDS = ['join', 'name', 'leave'] as const;

export class Notices {
	readonly #view: View;
	readonly #archive: Archive;

	constructor({view, archive}: {readonly view: View; readonly archive: Archive}) {
		this.#view = view;
		this.#archive = archive;
	}

	/** What has to be said before our next word in the room. The caller says it. */
	before(room: Room): EventBody | undefined {
		const {name} = this.#view;
		const joinedAs = this.joinedAs(room);
		if (joinedAs === name) return undefined;
		room.joinedAs = name;
		return joinedAs === '' ? {kind: 'join', name} : {kind: 'name', name};
	}

	/** The name under which we have joined the room; empty if we have not, or have left since. */
	joinedAs(room: Room): string {
		room.joinedAs ??= this.#lookUp(room.name);
		return room.joinedAs;
	}

	#lookUp(room: string): string {
		const {self} = this.#view;
		let last: StoredEvent | undefined;
		for (const kind of KINDS) {
			const found = this.#archive.store.last(room, kind, self);
			if (found && (!last || comparePositions(found, last) > 0)) last = found;
		}
		const event = last && readStored(last);
		return event?.kind === 'join' || event?.kind === 'name' ? event.name : '';
	}
}
