/** Who is out there, and how far away. */
import type {EventOf, PeerInfo} from '../../api/event.ts';
import {sanitizeLine} from '../../base/sanitize.ts';
import type {Draft} from '../draft.ts';
import {cleanName} from '../names.ts';
import {MAX_SAMPLES, type Peer} from '../state.ts';
import {newPeer} from './people.ts';
import {memberRenamed, peerLost} from './rooms.ts';

export function peerDiscovered(draft: Draft, event: EventOf<'peer-discovered'>): void {
	if (draft.findPeer(event.peer) || event.peer === draft.state.self?.peerId) return;
	const {via, speaks} = event;
	const address = sanitizeLine(event.address);
	draft.setPeer({...newPeer(event.peer, draft.now), address, via, isForeign: speaks === 'libp2p'});
}

export function peerConnected(draft: Draft, event: EventOf<'peer-connected'>): void {
	memberRenamed(draft, event.peer, cleanName(event.name, event.peer));
	const known = draft.findPeer(event.peer) ?? newPeer(event.peer, draft.now);
	draft.setPeer({
		...known,
		name: cleanName(event.name, event.peer),
		state: 'connected',
		address: sanitizeLine(event.address),
		direction: event.direction,
		isForeign: false,
		lastSeen: draft.now,
		reason: '',
		// Old times say nothing about a new connection.
		samples: known.state === 'connected' ? known.samples : [],
	});
}

export function peerDisconnected(draft: Draft, event: EventOf<'peer-disconnected'>): void {
	const known = draft.findPeer(event.peer);
	const reason = reasonText(event.reason);
	if (known) draft.setPeer({...known, state: 'gone', lastSeen: draft.now, reason});
	peerLost(draft, event.peer, reason);
}

export function peerRenamed(draft: Draft, event: EventOf<'peer-renamed'>): void {
	const name = cleanName(event.name, event.peer);
	const known = draft.findPeer(event.peer);
	if (known && known.name !== name) draft.setPeer({...known, name});
	memberRenamed(draft, event.peer, name);
}

export function rtt(draft: Draft, event: EventOf<'rtt'>): void {
	const known = draft.findPeer(event.peer);
	if (!known || !(event.milliseconds >= 0)) return;
	const samples = [...known.samples.slice(1 - MAX_SAMPLES), event.milliseconds];
	draft.setPeer({...known, samples, lastSeen: draft.now});
}

/** A peer as the core knows it, joined with what the screen has seen of it. */
export function peerFromInfo(info: PeerInfo, before: Peer | undefined, now: number): Peer {
	const rtts = info.rtt === undefined ? [] : [info.rtt];
	return {
		peer: info.id,
		name: cleanName(info.name, info.id),
		state: info.state,
		address: sanitizeLine(info.addresses[0] ?? before?.address ?? ''),
		direction: info.direction,
		via: info.via,
		isForeign: info.speaks === 'libp2p',
		lastSeen: info.lastSeen ?? before?.lastSeen ?? now,
		reason: before?.reason ?? '',
		samples: before && before.samples.length > 0 ? before.samples : rtts,
	};
}

const REASONS: Readonly<Record<string, string>> = {
	closed: 'connection lost',
	reset: 'connection lost',
	failed: 'connection lost',
	disconnect: 'disconnected from here',
	'no-heartbeat': 'no heartbeat',
	'no-answer': 'no answer',
	'address-gone': 'the network changed',
	'too-many-peers': 'too many peers here',
	'goodbye: too-many-peers': 'too many peers there',
	'no-progress': 'stopped in mid-message',
	slow: 'too slow',
	'no-identify': 'did not say who it is',
	'event-signature': 'sent a forged message',
};

/** The core's reason, in words. */
function reasonText(reason: string): string {
	const clean = sanitizeLine(reason);
	return REASONS[clean] ?? clean.replaceAll(/(?<=\w)-(?=\w)/g, ' ');
}
