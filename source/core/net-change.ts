/**
 * What a row of events comes to. A screen that takes none for a while (its terminal was stopped, or it draws) need not be
 * told each time that somebody came and went, or took another name: only what is different in the end. Strangers can
 * cause any number of such events, but what is left of them is bounded by who is here and who was; of entries that change
 * (edits, reactions) by how many there are near the end of the rooms.
 */
import type {EventOf, NodeEvent} from '../api/event.ts';

/** Discovered peers kept, the newest: more than a screen remembers. */
export const MAX_DISCOVERED = 1_024;

/** Somebody came, or went: of each the first and the last event of a row in which these two take turns. */
type Run = {readonly first: NodeEvent; last: NodeEvent};

/** What only its newest event is wanted of, by a key. */
type Figure = EventOf<
	| 'rtt'
	| 'traffic'
	| 'peer-renamed'
	| 'peer-discovered'
	| 'message-changed'
	| 'message-state'
	| 'topic-changed'
	| 'history-progress'
	| 'addresses-changed'
>;

/** The events without those that others after them undo or replace; in order. */
export function netChange(events: readonly NodeEvent[]): NodeEvent[] {
	const members = new Map<string, Map<string, Run>>();
	const peers = new Map<string, Run>();
	const figures = new Map<string, NodeEvent>();
	for (const event of events) {
		switch (event.type) {
			case 'peer-connected':
			case 'peer-disconnected':
				extend(peers, event.peer, event);
				break;
			case 'member-joined':
			case 'member-left':
				extend(runsIn(members, event.room), event.peer, event);
				break;
			case 'room-joined':
			case 'room-left':
				// Here everybody who is in it is named anew, or the room is gone.
				members.delete(event.room);
				break;
			default:
				if (isFigure(event)) figures.set(keyOf(event), event);
		}
	}
	const kept = new Set<NodeEvent>();
	for (const runs of [peers, ...members.values()]) for (const run of runs.values()) keep(kept, run);
	for (const event of newestFigures(figures.values(), peers)) kept.add(event);
	return events.filter(event => !(isRun(event) || isFigure(event)) || kept.has(event));
}

function runsIn(members: Map<string, Map<string, Run>>, room: string): Map<string, Run> {
	const runs = members.get(room) ?? new Map<string, Run>();
	members.set(room, runs);
	return runs;
}

function extend(runs: Map<string, Run>, peer: string, event: NodeEvent): void {
	const run = runs.get(peer);
	if (run) run.last = event;
	else runs.set(peer, {first: event, last: event});
}

/** Who came and went again was never here. Who went and came back may have come back changed, so both are told. */
function keep(kept: Set<NodeEvent>, {first, last}: Run): void {
	if (isArrival(first) && !isArrival(last)) return;
	if (!isArrival(first) && isArrival(last)) kept.add(first);
	kept.add(last);
}

/** Without those of peers that are gone by then, as far as they say nothing that stays. */
function newestFigures(figures: Iterable<NodeEvent>, peers: ReadonlyMap<string, Run>): NodeEvent[] {
	const discovered: NodeEvent[] = [];
	const others: NodeEvent[] = [];
	for (const event of figures) {
		const run = event.type === 'rtt' || event.type === 'peer-renamed' ? peers.get(event.peer) : undefined;
		const isGone = run !== undefined && !isArrival(run.last);
		if (event.type === 'peer-discovered') discovered.push(event);
		else if (!isGone || (event.type === 'peer-renamed' && !isArrival(run.first))) others.push(event);
	}
	return [...others, ...discovered.slice(-MAX_DISCOVERED)];
}

function isArrival(event: NodeEvent): boolean {
	return event.type === 'peer-connected' || event.type === 'member-joined';
}

function isRun({type}: NodeEvent): boolean {
	return (
		type === 'peer-connected' || type === 'peer-disconnected' || type === 'member-joined' || type === 'member-left'
	);
}

const FIGURES: ReadonlySet<NodeEvent['type']> = new Set<Figure['type']>([
	'rtt',
	'traffic',
	'peer-renamed',
	'peer-discovered',
	'message-changed',
	'message-state',
	'topic-changed',
	'history-progress',
	'addresses-changed',
]);

function isFigure(event: NodeEvent): event is Figure {
	return FIGURES.has(event.type);
}

function keyOf(event: Figure): string {
	switch (event.type) {
		case 'rtt':
		case 'peer-renamed':
		case 'peer-discovered':
			return `${event.type} ${event.peer}`;
		case 'message-changed':
		case 'message-state':
			return `${event.type} ${event.messageId}`;
		case 'topic-changed':
		case 'history-progress':
			return `${event.type} ${event.room}`;
		default:
			return event.type;
	}
}
