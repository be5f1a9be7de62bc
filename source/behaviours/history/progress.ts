import type {NodeEvent, RoomName} from '../../api/event.ts';
import type {Instant} from '../behaviour.ts';
import {LATE_EVENTS, MAX_EXPECTED, PROGRESS_INTERVAL} from './parameters.ts';

/** Taking over the history of one room. */
type Course = {received: number; expected: number; toldAt: Instant; newest: 'wanted' | 'asked' | 'had'};

/** How far it is where much is being taken over; of little people are told nothing. */
export class Progress {
	readonly #courses = new Map<string, Course>();
	readonly #nameOf: (room: string) => RoomName;

	constructor(nameOf: (room: string) => RoomName) {
		this.#nameOf = nameOf;
	}

	/** So many events are missing now, as somebody claims: no more than anybody could have. */
	lacking(room: string, claimed: number): void {
		const count = Math.min(claimed, MAX_EXPECTED);
		const course = this.#courses.get(room);
		if (course) course.expected = Math.max(course.expected, course.received + count);
		else if (count >= LATE_EVENTS) {
			const toldAt = Number.NEGATIVE_INFINITY;
			this.#courses.set(room, {received: 0, expected: count, toldAt, newest: 'wanted'});
		}
	}

	/** Whether the newest screenful is to be asked for first, or was; undefined if little is missing. */
	newest(room: string): Course['newest'] | undefined {
		return this.#courses.get(room)?.newest;
	}

	setNewest(room: string, newest: Course['newest']): void {
		const course = this.#courses.get(room);
		if (course) course.newest = newest;
	}

	got(room: string, count: number): void {
		const course = this.#courses.get(room);
		if (!course) return;
		course.received += count;
		course.expected = Math.max(course.expected, course.received);
	}

	/** What people are told now, which is nothing if they were just told. */
	tell(room: string, now: Instant): NodeEvent[] {
		const course = this.#courses.get(room);
		if (!course || now - course.toldAt < PROGRESS_INTERVAL) return [];
		course.toldAt = now;
		return [this.#event(room, course, false)];
	}

	rooms(): readonly string[] {
		return [...this.#courses.keys()];
	}

	/** Nothing is left to be fetched, or nobody to fetch it from: then no more than has come is told of. */
	end(room: string): NodeEvent[] {
		const course = this.#courses.get(room);
		this.#courses.delete(room);
		return course ? [this.#event(room, {...course, expected: course.received}, true)] : [];
	}

	#event(room: string, {received, expected}: Course, done: boolean): NodeEvent {
		return {type: 'history-progress', room: this.#nameOf(room), received, expected, done};
	}
}
