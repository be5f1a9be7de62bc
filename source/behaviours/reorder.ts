/**
 * Late parents move what answers them: the orders of a room are computed anew, a part in each turn, so that nobody can
 * keep us busy with one event; and people are told what has moved.
 */
import type {NodeEvent} from '../api/event.ts';
import type {Archive} from '../history/archive.ts';
import type {BehaviourOutput, Instant} from './behaviour.ts';
import type {Chronicle} from './chronicle.ts';

/** Milliseconds between two parts: a large room that somebody has us compute again and again leaves the core its time. */
export const REORDER_PAUSE = 50;

/** Entries told one by one of those that one walk through a room moves. Of more, a screen asks its page again. */
export const MAX_MOVED_TOLD = 64;

const TIMER = 'reorder';

export class Reorder {
	readonly #archive: Archive;
	readonly #chronicle: Chronicle;
	/** How many entries have moved since the walk began. */
	readonly #rooms = new Map<string, number>();

	constructor({archive, chronicle}: {readonly archive: Archive; readonly chronicle: Chronicle}) {
		this.#archive = archive;
		this.#chronicle = chronicle;
	}

	/** A parent came late in this room. */
	needed(room: string, now: Instant): BehaviourOutput[] {
		const isDue = this.#rooms.size > 0;
		if (!this.#rooms.has(room)) this.#rooms.set(room, 0);
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
		for (const [room, before] of [...this.#rooms]) {
			const {moved, isDone} = this.#archive.reorderSome(room);
			const all = before + moved.length;
			if (moved.length > 0) outputs.push({type: 'commit'});
			const told = this.#chronicle.moved(room, moved.slice(0, Math.max(0, MAX_MOVED_TOLD - before)));
			outputs.push(...told.map(emit));
			this.#rooms.set(room, all);
			if (isDone) outputs.push(...this.#done(room, all));
		}
		if (this.#rooms.size > 0) outputs.push({type: 'schedule', timer: TIMER, at: now + REORDER_PAUSE});
		return outputs;
	}
	/** `moved`: how many. What was not told is told as what was taken over in silence. */
	#done(room: string, moved: number): BehaviourOutput[] {
		this.#rooms.delete(room);
		if (moved <= MAX_MOVED_TOLD) return [];
		const event = {type: 'history-progress', room: this.#chronicle.nameOf(room)} as const;
		return [...this.#chronicle.topicMoved(room), {...event, received: moved, expected: moved, done: true}].map(emit);
	}
}

function emit(event: NodeEvent): BehaviourOutput {
	return {type: 'emit', event};
}
