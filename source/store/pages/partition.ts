/** Whom we cannot reach, as people are told of it: a row while it lasts, and a word when it is over. */
import type {Unreachable} from '../../api/topology.ts';
import type {Draft} from '../draft.ts';
import {durationOf} from '../duration.ts';
import {cleanName} from '../names.ts';
import {notify} from '../reduce/notices.ts';
import {displayName, nameHolders} from '../selectors.ts';
import type {State} from '../state.ts';

/** People who are named; of more, it is said how many. */
const MAX_NAMED = 3;

/** To be called with what is unreachable now, before that is put into the state. */
export function partitionChanged(draft: Draft, now: readonly Unreachable[]): void {
	const {pages, peers} = draft.state;
	const left = new Set(now.map(({peer}) => peer));
	const gone = pages.topology.unreachable.filter(({peer}) => !left.has(peer));
	const putAway = pages.putAway.filter(peer => left.has(peer));
	if (putAway.length !== pages.putAway.length) draft.set({pages: {...pages, putAway}});
	// Whoever is only forgotten is not back; and of members, their rooms say it.
	const isBack = (peer: string) => peers.get(peer)?.state === 'connected' && !isMember(draft.state, peer);
	const back = gone.filter(({peer}) => isBack(peer));
	if (back.length === 0) return;
	const since = Math.min(...back.map(each => each.since));
	notify(draft, 'info', `back after ${durationOf(draft.now - since)}: ${namesOf(draft.state, back)}`);
}

function isMember({rooms}: State, peer: string): boolean {
	return rooms.some(({members}) => members.some(member => member.peer === peer));
}

/** Those of whom it is still to be said. */
export function standingUnreachable({pages}: Pick<State, 'pages'>): readonly Unreachable[] {
	const {unreachable} = pages.topology;
	return pages.putAway.length === 0 ? unreachable : unreachable.filter(({peer}) => !pages.putAway.includes(peer));
}

/** Esc: it is known. Returns whether there was anything to put away. */
export function putPartitionAway(draft: Draft): boolean {
	const {pages} = draft.state;
	if (standingUnreachable(draft.state).length === 0) return false;
	draft.set({pages: {...pages, putAway: pages.topology.unreachable.map(({peer}) => peer)}});
	return true;
}

/** How many others there are, as far as is known here: those who are connected, in a room with us, or not to be reached. */
export function othersCount(state: State): number {
	const others = new Set(state.pages.topology.unreachable.map(({peer}) => peer));
	for (const {peer, state: is} of state.peers.values()) if (is === 'connected') others.add(peer);
	for (const {members} of state.rooms) for (const {peer} of members) others.add(peer);
	others.delete(state.self?.peerId ?? '');
	return others.size;
}

/** `cat and dan`, `cat, dan, eve and 4 more`. */
export function namesOf(
	state: State,
	some: readonly Unreachable[],
	nameOf = (peer: string, name: string) => displayName(nameHolders(state), peer, name),
): string {
	const names = some.slice(0, MAX_NAMED).map(({peer, name}) => nameOf(peer, cleanName(name, peer)));
	const rest = some.length - names.length;
	const all = rest > 0 ? [...names, `${rest} more`] : names;
	const last = all.at(-1) ?? '';
	return all.length < 2 ? last : `${all.slice(0, -1).join(', ')} and ${last}`;
}
