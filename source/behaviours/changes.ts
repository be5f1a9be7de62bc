/**
 * Edits, reactions and redactions as they come live. What an entry looks like is found out by reading all that changes it,
 * so a flood of reactions would cost much more than checking their signatures. The first change of an entry is told at
 * once; those that follow within a moment are told together, and no more is read in that moment than a core can bear.
 */

import {BoundedMap} from '../base/bounded.ts';
import type {Kept} from '../history/archive.ts';
import {isChange} from '../history/fold.ts';
import type {BehaviourOutput, Instant} from './behaviour.ts';
import type {Chronicle, Path} from './chronicle.ts';

/** Milliseconds between two times that people are told of changes of one entry. */
export const CHANGES_PAUSE = 250;

/** Events read in that time to find out what entries look like; the last entry may exceed it. */
export const MAX_FOLDED = 512;

/** Entries that wait. Of more, people see the changes when they ask for the page again. */
export const MAX_CHANGED = 1_024;

const TIMER = 'changes';

/** An entry that was told of just now. `change`: it has changed again since. */
type Changed = {
	readonly room: string;
	readonly target: string;
	change: Parameters<Chronicle['changed']>[2] | undefined;
};

export class Changes {
	readonly #chronicle: Chronicle;
	readonly #entries = new BoundedMap<string, Changed>(MAX_CHANGED);
	#isDue = false;
	/** What `Chronicle.folded` was when the moment began. */
	#began = 0;

	constructor({chronicle}: {readonly chronicle: Chronicle}) {
		this.#chronicle = chronicle;
	}

	/** What people are to be told of any event that came live. */
	tell(kept: Kept, path: Path, now: Instant): BehaviourOutput[] {
		const {
			stored: {room},
			event,
		} = kept;
		if (!isChange(event)) return emit(this.#chronicle.tell(kept, path));
		const key = `${room} ${event.target}`;
		const known = this.#entries.get(key);
		const soon = this.#soon(now);
		if (known || this.#isSpent) {
			if (known) known.change = event.kind;
			else this.#entries.set(key, {room, target: event.target, change: event.kind});
			return [...emit(this.#chronicle.tellAround(kept)), ...soon];
		}
		this.#entries.set(key, {room, target: event.target, change: undefined});
		return [...emit(this.#chronicle.tell(kept, path)), ...soon];
	}

	isTimer(timer: string): boolean {
		return timer === TIMER;
	}

	/** The timer fired: what has changed is told as it stands now. */
	timer(now: Instant): BehaviourOutput[] {
		this.#isDue = false;
		this.#began = this.#chronicle.folded;
		const outputs: BehaviourOutput[] = [];
		for (const [key, changed] of [...this.#entries.entries()]) {
			const {room, target, change} = changed;
			if (change === undefined) this.#entries.delete(key);
			else if (!this.#isSpent) {
				changed.change = undefined;
				outputs.push(...emit(this.#chronicle.changed(room, target, change)));
			}
		}
		return this.#entries.size > 0 ? [...outputs, ...this.#soon(now)] : outputs;
	}

	get #isSpent(): boolean {
		return this.#chronicle.folded - this.#began >= MAX_FOLDED;
	}

	#soon(now: Instant): BehaviourOutput[] {
		if (this.#isDue) return [];
		this.#isDue = true;
		this.#began = this.#chronicle.folded;
		return [{type: 'schedule', timer: TIMER, at: now + CHANGES_PAUSE}];
	}
}

function emit(events: ReturnType<Chronicle['tell']>): BehaviourOutput[] {
	return events.map(event => ({type: 'emit', event}));
}
