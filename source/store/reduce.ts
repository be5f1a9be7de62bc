/** Events of the core, and the passing of time, into the next state. Pure: the same in, the same out. */
import type {CoreState} from '../api/core.ts';
import type {NodeEvent} from '../api/event.ts';
import {Draft} from './draft.ts';
import {sourceDropped, transferTold} from './files/transfers.ts';
import {doctorTold} from './pages/doctor.ts';
import {labTold} from './pages/lab.ts';
import {partitionChanged} from './pages/partition.ts';
import {partitionTold} from './pages/topology.ts';
import {historyProgress, nameConflict, rejoined, storage} from './reduce/alarms.ts';
import {message, messageChanged, messageState, notice} from './reduce/messages.ts';
import {reply, warning} from './reduce/notices.ts';
import {peerConnected, peerDisconnected, peerDiscovered, peerRenamed, rtt} from './reduce/peers.ts';
import {memberJoined, memberLeft, roomJoined, roomLeft, topicChanged} from './reduce/rooms.ts';
import {addressesChanged, coreState, nameChanged, ready, snapshot} from './reduce/session.ts';
import {traffic} from './reduce/traffic.ts';
import {settleSelection} from './selection.ts';
import {activeRoom} from './selectors.ts';
import type {State} from './state.ts';

/** Milliseconds that a notice stays, by how bad it is, and that a first Ctrl-C waits for a second. */
const NOTICE_TIME = {info: 5_000, warning: 10_000, error: 12_000} as const;
export const INTERRUPT_TIME = 2_000;
/** Milliseconds in which others usually appear. */
const HINT_TIME = 3_000;
/** Milliseconds in which whoever is met usually begins to tell what was said. */
export const GREETING = 4_000;
/** Milliseconds between changes of what depends on the clock: "4 min ago". */
const CLOCK_STEP = 10_000;

/** Returns `state` itself if the events change nothing. `now` is Unix milliseconds. */
export function reduceEvents(state: State, events: readonly NodeEvent[], now: number): State {
	const draft = new Draft(state, now);
	for (const event of events) reduceEvent(draft, event);
	settleSelection(draft);
	return draft.finish();
}

export function reduceCore(state: State, core: CoreState, now: number): State {
	const draft = new Draft(state, now);
	coreState(draft, core);
	settleSelection(draft);
	return draft.finish();
}

export function reduceTick(state: State, now: number): State {
	const draft = new Draft(state, now);
	const {notice, interruptArmed, clock, readyAt, showsHints} = state;
	if (notice && now - notice.at >= NOTICE_TIME[notice.level]) draft.set({notice: undefined});
	if (interruptArmed !== undefined && now - interruptArmed >= INTERRUPT_TIME) draft.set({interruptArmed: undefined});
	if (!showsHints && readyAt !== undefined && now - readyAt >= HINT_TIME) draft.set({showsHints: true});
	const greeted = activeRoom(state)?.greetedAt ?? Number.NEGATIVE_INFINITY;
	const isAnswered = clock < greeted + GREETING && now >= greeted + GREETING;
	if (isAnswered || Math.abs(now - clock) >= CLOCK_STEP) draft.set({clock: now});
	return draft.finish();
}

function reduceEvent(draft: Draft, event: NodeEvent): void {
	switch (event.type) {
		case 'message':
			return message(draft, event);
		case 'message-changed':
			return messageChanged(draft, event);
		case 'message-state':
			return messageState(draft, event);
		case 'notice':
			return notice(draft, event);
		case 'rtt':
			return rtt(draft, event);
		case 'traffic':
			return traffic(draft, event);
		case 'peer-discovered':
			return peerDiscovered(draft, event);
		case 'peer-connected':
			return peerConnected(draft, event);
		case 'peer-disconnected':
			return peerDisconnected(draft, event);
		case 'peer-renamed':
			return peerRenamed(draft, event);
		case 'reply':
			return reply(draft, event);
		case 'warning':
			return warning(draft, event);
		default:
			return reduceRoomEvent(draft, event);
	}
}

function reduceRoomEvent(draft: Draft, event: NodeEvent): void {
	switch (event.type) {
		case 'room-joined':
			return roomJoined(draft, event);
		case 'room-left':
			return roomLeft(draft, event);
		case 'member-joined':
			return memberJoined(draft, event);
		case 'member-left':
			return memberLeft(draft, event);
		case 'topic-changed':
			return topicChanged(draft, event);
		case 'ready':
			return ready(draft, event);
		case 'addresses-changed':
			return addressesChanged(draft, event);
		case 'name-changed':
			return nameChanged(draft, event);
		case 'snapshot':
			return snapshot(draft, event);
		default:
			return reduceAlarm(draft, event);
	}
}

function reduceAlarm(draft: Draft, event: NodeEvent): void {
	switch (event.type) {
		case 'history-progress':
			return historyProgress(draft, event);
		case 'rejoined':
			return rejoined(draft, event);
		case 'name-conflict':
			return nameConflict(draft, event);
		case 'storage':
			return storage(draft, event);
		case 'partition':
			partitionChanged(draft, event.unreachable);
			return partitionTold(draft, event);
		case 'transfer':
			return transferTold(draft, event);
		case 'source-dropped':
			return sourceDropped(draft, event);
		case 'lab':
			return labTold(draft, event);
		case 'doctor':
			return doctorTold(draft, event);
	}
}
