/** What must not be overlooked, and what takes a while: storage, names of two people, gaps that close. */
import type {EventOf} from '../../api/event.ts';
import {shapeOf} from '../../base/look-alike.ts';
import {sanitizeLine} from '../../base/sanitize.ts';
import type {Draft, RoomDraft} from '../draft.ts';
import {durationOf} from '../duration.ts';
import {cleanName, SHARED, tagOf} from '../names.ts';
import type {Conflict, Room, State} from '../state.ts';
import {notify} from './notices.ts';
import {sayIn} from './rooms.ts';

/** Conflicts remembered. */
const MAX_CONFLICTS = 20;
/** Milliseconds in which more keys under the same name are no news: keys are free. */
const SAME_CONFLICT = 10 * 60_000;

export function historyProgress(draft: Draft, event: EventOf<'history-progress'>): void {
	if (!draft.findRoom(event.room)) return;
	const room = draft.room(event.room) as RoomDraft;
	const {received, expected} = event;
	room.progress = event.done ? undefined : {received, expected: Math.max(received, expected)};
	// It was told in silence: what is here may have holes now.
	if (event.done && received > 0) {
		room.page = 'stale';
		draft.set({wantsRooms: true});
	}
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
	const {conflicts} = draft.state;
	const name = cleanName(event.name, peer);
	const known = conflicts.find(each => each.before === before && each.name === name);
	const others = conflicts.filter(each => each !== known);
	const first: Conflict = {name, peer, before, lastSeen, count: 1, saidAt: draft.now, isPutAway: false};
	const isNews = !known || draft.now - known.saidAt >= SAME_CONFLICT;
	const again = known && {...known, peer, count: known.peer === peer ? known.count : known.count + 1};
	const conflict = isNews ? first : (again as Conflict);
	draft.set({conflicts: [conflict, ...others].slice(0, MAX_CONFLICTS)});
	if (!isNews) return;
	for (const room of draft.state.rooms)
		if (isAbout(room, conflict)) sayIn(draft, room.room, 'alarm', conflictText(conflict));
}

/** Whether one of the two is in the room, or has spoken in it under that name. */
function isAbout({members, holders, peer}: Room, conflict: Conflict): boolean {
	const both = [conflict.peer, conflict.before];
	if (peer !== undefined) return both.includes(peer);
	const holder = holders.get(shapeOf(conflict.name));
	return (
		members.some(member => both.includes(member.peer)) || (holder !== undefined && [SHARED, ...both].includes(holder))
	);
}

/** Those that nobody has put away yet, the newest first. */
export function standingConflicts({conflicts}: Pick<State, 'conflicts'>): readonly Conflict[] {
	return conflicts.filter(({isPutAway}) => !isPutAway);
}

export function conflictText({name, peer, before, count}: Conflict): string {
	const [now, then] = [tagOf(peer), tagOf(before)];
	const who = count > 1 ? `${count + 1} people` : 'two people';
	const others = count > 1 ? ` and ${count - 1} more` : '';
	return `${who} are called ${name}: …${now}${others} now, …${then} until now. It may be somebody else.`;
}
