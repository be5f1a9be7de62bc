/** People who are not here: who they are, and when they were. */
import type {KnownMember, RoomInfo} from '../../api/event.ts';
import type {Draft, RoomDraft} from '../draft.ts';
import {cleanName} from '../names.ts';
import type {Peer} from '../state.ts';
import {topicChanged} from './rooms.ts';

/** Who has ever been in the rooms: for those who are not here, when they were. */
export function roomsTold(draft: Draft, rooms: readonly RoomInfo[]): void {
	for (const {room, topic, known} of rooms) {
		topicChanged(draft, {type: 'topic-changed', room, topic: topic ?? '', from: ''});
		for (const member of known ?? []) {
			memberKnown(draft, member);
			nameConversation(draft, member);
		}
	}
}

function memberKnown(draft: Draft, {peer, name, isHere, lastSeen}: KnownMember): void {
	const known = draft.findPeer(peer);
	if (isHere || peer === draft.state.self?.peerId || (known && known.state !== 'discovered')) return;
	draft.setPeer({...(known ?? newPeer(peer, lastSeen)), name: cleanName(name, peer), state: 'gone', lastSeen});
}

/** A conversation with somebody who is away is called as they were known, not by the end of their id. */
function nameConversation(draft: Draft, {peer, name}: KnownMember): void {
	const known = draft.findRoom(`@${peer}`);
	if (!known || known.label !== `@${cleanName('', peer)}`) return;
	(draft.room(known.room) as RoomDraft).label = `@${cleanName(name, peer)}`;
}

/** Somebody has said something of whom nothing is known: the core may know when they were here. */
export function authorSeen(draft: Draft, peer: string): void {
	if (draft.state.wantsRooms || draft.findPeer(peer) || peer === draft.state.self?.peerId) return;
	draft.set({wantsRooms: true});
}

export function newPeer(peer: string, now: number): Peer {
	return {
		peer,
		name: cleanName('', peer),
		state: 'discovered',
		address: '',
		direction: undefined,
		via: undefined,
		isForeign: false,
		lastSeen: now,
		reason: '',
		samples: [],
	};
}
