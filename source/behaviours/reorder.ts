/**
 * Late parents move what answers them: the orders of a room are computed anew, a part in each turn, so that nobody can
 * keep us busy with one event; and people are told what has moved.
 */
import type {Archive} from '../history/archive.ts';
import type {BehaviourOutput, Instant} from './behaviour.ts';
import type {Chronicle} from './chronicle.ts';

/** Milliseconds between two parts: a large room that somebody has us compute again and again leaves the core its time. */
export const REORDER_PAUSE = 50;

const TIMER = 'reorder';

export class Reorder {
	readonly #archive: Archive;
	readonly #chronicle: Chronicle;
	readonly #rooms = new Set<string>();

	constructor({archive, chronicle}: {readonly archive: Archive; readonly chronicle: Chronicle}) {
		this.#archive = archive;
		this.#chronicle = chronicle;
	}

	/** A parent came late in this room. */
	needed(room: string, now: Instant): BehaviourOutput[] {
		const isDue = this.#rooms.size > 0;
		this.#rooms.add(room);
		return isDue ? [] : [{type: 'schedule', timer: TIMER, at: now + REORDER_PAUSE}];
	}

	left(room: string): void {
		this.#rooms.delete(room);
	}

	isTimer(timer: string): boolean {
		return timer === TIMER;
	}

	/** The timer fired: some of it is done. */
	timer(now: Instant): BehaviourOutput[] {
		const outputs: BehaviourOutput[] = [];
		for (const room of this.#rooms) {
			const {moved, isDone} = this.#archive.reorderSome(room);
			if (moved.length > 0) outputs.push({type: 'commit'});
			for (const event of this.#chronicle.moved(room, moved)) outputs.push({type: 'emit', event});
			if (isDone) this.#rooms.delete(room);
		}
		if (this.#rooms.size > 0) outputs.push({type: 'schedule', timer: TIMER, at: now + REORDER_PAUSE});
		return outputs;
	}
}
