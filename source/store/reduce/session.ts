/** This node itself, and a core that starts, or starts again. */
import type {CoreState} from '../../api/core.ts';
import type {EventOf, Snapshot} from '../../api/event.ts';
import {sanitizeLine} from '../../base/sanitize.ts';
import type {Draft, RoomDraft} from '../draft.ts';
import {lineOf} from '../entry.ts';
import {filesForgotten} from '../files/transfers.ts';
import {cleanName} from '../names.ts';
import {activate} from '../navigate.ts';
import type {Peer} from '../state.ts';
import {notify, putBack} from './notices.ts';
import {peerFromInfo} from './peers.ts';
import {cleanMember, roomCalled} from './rooms.ts';

/** UTF-16 units of a line that a notice quotes. */
const MAX_TOLD = 40;

export function ready(draft: Draft, event: EventOf<'ready'>): void {
	const interfaces = draft.state.self?.interfaces ?? [];
	const name = cleanName(event.name, event.peerId);
	draft.set({self: {peerId: event.peerId, name, addresses: event.addresses.map(sanitizeLine), interfaces}});
}

export function addressesChanged(draft: Draft, event: EventOf<'addresses-changed'>): void {
	const {self} = draft.state;
	if (!self) return;
	const [addresses, interfaces] = [event.addresses.map(sanitizeLine), event.interfaces.map(sanitizeLine)];
	draft.set({self: {...self, addresses, interfaces}});
}

export function nameChanged(draft: Draft, event: EventOf<'name-changed'>): void {
	const {self} = draft.state;
	if (!self) return;
	const taken = cleanName(event.name, self.peerId);
	if (taken !== self.name) draft.set({formerName: self.name});
	draft.set({self: {...self, name: taken}});
	for (const {room} of draft.state.rooms) {
		const target = draft.room(room) as RoomDraft;
		const name = draft.state.self?.name as string;
		target.members = target.members.map(member => (member.peer === self.peerId ? {...member, name} : member));
	}
}

/** What was on the screen stays; who is here, and what is connected, is as the core says. */
export function snapshot(draft: Draft, event: Snapshot): void {
	draft.set({
		self: {
			peerId: event.peerId,
			name: cleanName(event.name, event.peerId),
			addresses: event.addresses.map(sanitizeLine),
			interfaces: event.interfaces.map(sanitizeLine),
		},
	});
	for (const info of event.rooms) {
		const room = roomCalled(draft, info.room);
		room.members = info.members.map(cleanMember);
		// The core was in company before the screen was told of anything.
		if (room.members.length > 1) room.aloneUntil = Number.NEGATIVE_INFINITY;
	}
	if (draft.state.readyAt === undefined) draft.set({readyAt: draft.now});
	const peers = new Map<string, Peer>();
	for (const [peer, known] of draft.state.peers) {
		peers.set(peer, known.state === 'gone' ? known : {...known, state: 'gone', lastSeen: draft.now});
	}
	for (const info of event.peers) peers.set(info.id, peerFromInfo(info, draft.findPeer(info.id), draft.now));
	draft.setPeers(peers);
	const first = draft.state.rooms[0];
	if (draft.state.active === undefined && first) activate(draft, first.room);
}

export function coreState(draft: Draft, core: CoreState): void {
	const isRestart = core.state === 'restarting' && draft.state.core.state !== 'restarting';
	const before = draft.state.core;
	draft.set({core: cleanCore(core), restarts: draft.state.restarts + (isRestart ? 1 : 0)});
	if (core.state === 'running' && before.state === 'restarting') {
		notify(draft, 'warning', `the core was restarted: ${before.reason}`);
	}
	if (core.state === 'running' || core.state === 'starting') return;
	// Without a core there is no connection. Whoever is still there will be back in a moment.
	giveBack(draft);
	forgetRequests(draft);
	filesForgotten(draft);
	for (const peer of draft.state.peers.values()) {
		if (peer.state === 'connected')
			draft.setPeer({...peer, state: 'gone', lastSeen: draft.now, reason: 'core stopped'});
	}
}

/** What was being sent may or may not be kept: nothing that was typed is lost, and nothing is sent twice unasked. */
function giveBack(draft: Draft): void {
	const {pending} = draft.state;
	draft.set({pending: new Map()});
	const unsure = [...pending.values()].filter(({typed, isShown}) => typed !== undefined && !isShown);
	for (const {typed} of unsure) if (typed) putBack(draft, typed);
	const [only] = unsure;
	if (!only?.typed) return;
	const shown = lineOf(only.typed.line).slice(0, MAX_TOLD);
	const what = unsure.length === 1 ? `“${shown}” was sent` : `your last ${unsure.length} lines were sent`;
	notify(draft, 'warning', `it is not sure that ${what}; what you typed is in the line again, or one ↑ away`);
}

/** What was asked is never answered now: it is asked again, and so is whatever came while nobody told us. */
function forgetRequests(draft: Draft): void {
	for (const {room: name} of draft.state.rooms) {
		const room = draft.room(name) as RoomDraft;
		room.page = 'stale';
		room.isReading = false;
		room.progress = undefined;
		if (room.older === 'loading') room.older = 'more';
		if (room.newer === 'loading') room.newer = 'more';
	}
	const {search} = draft.state;
	if (search?.state === 'asking') draft.set({search: {...search, state: 'more'}});
	draft.set({storage: undefined});
}

function cleanCore(core: CoreState): CoreState {
	if (core.state === 'restarting') return {...core, reason: sanitizeLine(core.reason)};
	if (core.state !== 'failed') return core;
	return {
		...core,
		reason: sanitizeLine(core.reason),
		hint: core.hint === undefined ? undefined : sanitizeLine(core.hint),
	};
}
