/** What must not be overlooked, and what takes a while: storage, names of two people, gaps that close. */
import type {EventOf} from '../../api/event.ts';
import {sanitizeLine} from '../../base/sanitize.ts';
import type {Draft, RoomDraft} from '../draft.ts';
import {cleanName, tagOf} from '../names.ts';
import type {Conflict} from '../state.ts';
import {notify} from './notices.ts';
import {sayIn} from './rooms.ts';

/** Conflicts that wait to be put away. */
const MAX_CONFLICTS = 5;

export function historyProgress(draft: Draft, event: EventOf<'history-progress'>): void {
	if (!draft.findRoom(event.room)) return;
	const room = draft.room(event.room) as RoomDraft;
	const {received, expected} = event;
	room.progress = event.done ? undefined : {received, expected: Math.max(received, expected)};
	// It was told in silence: what is here may have holes now.
	if (event.done && received > 0) room.page = 'stale';
}

export function rejoined(draft: Draft, {room, away, received, given}: EventOf<'rejoined'>): void {
	sayIn(draft, room, 'in', `rejoined after ${durationOf(away)}: ${received} from them, ${given} from us`);
}

export function storage(draft: Draft, event: EventOf<'storage'>): void {
	const wasFailed = draft.state.storage !== undefined;
	if (event.state === 'failed') {
		draft.set({storage: sanitizeLine(event.message ?? event.code ?? 'the disk does not take it')});
	} else if (wasFailed) {
		draft.set({storage: undefined});
		notify(draft, 'info', 'what is said is kept again');
	}
}

/** Said on top of everything, and in each room where somebody could be taken in. */
export function nameConflict(draft: Draft, event: EventOf<'name-conflict'>): void {
	const {peer, before, lastSeen} = event;
	const conflict: Conflict = {name: cleanName(event.name, peer), peer, before, lastSeen};
	const others = draft.state.conflicts.filter(known => known.peer !== peer || known.name !== conflict.name);
	draft.set({conflicts: [conflict, ...others].slice(0, MAX_CONFLICTS)});
	for (const {room} of draft.state.rooms) sayIn(draft, room, 'alarm', conflictText(conflict));
}

export function conflictText({name, peer, before}: Conflict): string {
	const [now, then] = [tagOf(peer), tagOf(before)];
	return `two people are called ${name}: …${now} now, …${then} until now. It may be somebody else.`;
}

/** `40 s`, `4 min`, `2 h`, `3 d`. */
function durationOf(milliseconds: number): string {
	const seconds = Math.round(milliseconds / 1000);
	if (seconds < 60) return `${seconds} s`;
	if (seconds < 3_600) return `${Math.round(seconds / 60)} min`;
	return seconds < 2 * 86_400 ? `${Math.round(seconds / 3_600)} h` : `${Math.round(seconds / 86_400)} d`;
}
