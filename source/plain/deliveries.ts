/** How far own messages have come: said when it is settled, or when it takes long. */
import {entryAt, findIndex} from '../store/log.ts';
import type {MessageEntry, Room, State} from '../store/state.ts';
import {plural} from '../ui/format.ts';
import {placeName} from './names.ts';
import {beginningOf} from './words.ts';

/** Milliseconds after which it is said that somebody is still without it. */
const LONG = 10_000;
/** Milliseconds after which it has to be said which message is meant. */
const FORGOTTEN = 60_000;
/** Own messages that are followed at once. */
const MAX_FOLLOWED = 100;

type Followed = {
	readonly room: string;
	readonly at: number;
	readonly isWarned: boolean;
	readonly isHeld: boolean;
};

export class Deliveries {
	readonly #followed = new Map<string, Followed>();

	follow(id: string, room: string, now: number): void {
		this.#followed.set(id, {room, at: now, isWarned: false, isHeld: false});
		if (this.#followed.size > MAX_FOLLOWED) this.#followed.delete(this.#followed.keys().next().value as string);
	}

	tell(state: State, now: number): readonly string[] {
		const settled: string[] = [];
		const waiting: MessageEntry[] = [];
		for (const [id, followed] of this.#followed) {
			const room = state.rooms.find(each => each.room === followed.room);
			const entry = room && messageIn(room, id);
			if (!room || !entry || entry.redacted !== undefined) {
				this.#followed.delete(id);
				continue;
			}
			const age = now - followed.at;
			const news = newsFor(state, room, entry, followed.isHeld);
			if (news) {
				settled.push(age < FORGOTTEN ? news.text : `${news.text}: ${beginningOf(entry.text)}`);
				if (news.isLast) this.#followed.delete(id);
				else this.#followed.set(id, {...followed, isHeld: true});
			} else if (age >= LONG && !followed.isWarned && !followed.isHeld) {
				waiting.push(entry);
				this.#followed.set(id, {...followed, isWarned: true});
			}
		}
		return [...summed(settled), ...waitingLines(waiting)];
	}
}

type Settled = {readonly text: string; readonly isLast: boolean};

function newsFor(state: State, room: Room, entry: MessageEntry, isHeld: boolean): Settled | undefined {
	const {storedBy, of} = entry;
	if (room.peer === undefined)
		return of > 1 && storedBy >= of ? {text: `kept by ${storedBy} of ${of}`, isLast: true} : undefined;
	const name = placeName(state, room);
	if (entry.isRead) return {text: `${name} has read it`, isLast: true};
	return storedBy >= 2 && !isHeld ? {text: `${name} has it`, isLast: false} : undefined;
}

/** Three messages that arrive together are one line. */
function summed(lines: readonly string[]): readonly string[] {
	const counts = new Map<string, number>();
	for (const line of lines) counts.set(line, (counts.get(line) ?? 0) + 1);
	return [...counts].map(([line, count]) => (count === 1 ? line : `your last ${count} messages: ${line}`));
}

function waitingLines(entries: readonly MessageEntry[]): readonly string[] {
	const last = entries.at(-1);
	if (!last) return [];
	const what = entries.length === 1 ? 'it' : `your last ${plural(entries.length, 'message')}`;
	if (last.storedBy <= 1) return [`nobody has ${what} yet; whoever comes gets ${entries.length === 1 ? 'it' : 'them'}`];
	return [`kept by ${last.storedBy} of ${last.of} so far`];
}

function messageIn({log, orders}: Room, id: string): MessageEntry | undefined {
	const order = orders.get(id);
	const index = order === undefined ? undefined : findIndex(log, {order, id});
	const entry = index === undefined ? undefined : entryAt(log, index);
	return entry?.kind === 'message' ? entry : undefined;
}
