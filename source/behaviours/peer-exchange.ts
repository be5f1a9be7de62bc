/**
 * Peer exchange: members of a room tell each other where the others of that room may be reached, so that people meet whose
 * networks are joined only by somebody between them. Whoever joins a room that we are in is told of some of its members,
 * and they of him; nobody is told of peers in rooms that he is not in, but whoever finds no room with us (`Connections`).
 *
 * What is told is an address at which we have seen the peer ourselves (`View.addressesFor`); what was only heard of is
 * not handed on. What we are told is a hint: the swarm judges it.
 */
import type {NodeEvent} from '../api/event.ts';
import {BoundedMap} from '../base/bounded.ts';
import type {Random} from '../base/random.ts';
import {MAX_HINT_ADDRESSES, MAX_PEER_HINTS} from '../wire/limits.ts';
import type {PeerHint, Peers} from '../wire/messages.ts';
import type {PeerId} from '../wire/peer-id.ts';
import type {Behaviour, BehaviourInput, BehaviourOutput, Instant, View} from './behaviour.ts';
import {CommonRooms, ROOM_EVENTS} from './common-rooms.ts';

/** Milliseconds that news waits for company: a crowd that joins at once is told of in few messages. */
export const EXCHANGE_INTERVAL = 1_000;

/** Milliseconds in which one peer is told of another once. */
export const REPEAT_INTERVAL = 10 * 60_000;

/** Pairs of whom was told of whom that are remembered. */
export const MAX_TOLD = 16_384;

/** Peers that hear of one newcomer: the others find it by what these know, or by its own search. */
export const MAX_LISTENERS = 32;

export type PeerExchangeOptions = {readonly view: View; readonly random: Random};

export class PeerExchange implements Behaviour {
	readonly name = 'peer-exchange';
	readonly protocol = '/p2p-tui/peer-exchange/1';
	readonly messages = ['peers'] as const;
	readonly commands = [] as const;
	readonly watches = ROOM_EVENTS;

	readonly #view: View;
	readonly #random: Random;
	readonly #rooms: CommonRooms;
	/** Who has joined a common room since the last round. */
	readonly #newcomers = new Set<PeerId>();
	/** When a listener was told of a peer: `listener peer`. */
	readonly #told = new BoundedMap<string, Instant>(MAX_TOLD);
	#isScheduled = false;

	constructor({view, random}: PeerExchangeOptions) {
		this.#view = view;
		this.#random = random;
		this.#rooms = new CommonRooms(view.self);
	}

	handle(input: BehaviourInput, now: Instant): BehaviourOutput[] {
		switch (input.type) {
			case 'event':
				return this.#noted(input.event, now);
			case 'disconnected':
				this.#newcomers.delete(input.peer);
				return [];
			case 'message':
				return input.message.type === 'peers' ? this.#heard(input.peer, input.message) : [];
			case 'timer':
				return this.#round(now);
			default:
				return [];
		}
	}

	#noted(event: NodeEvent, now: Instant): BehaviourOutput[] {
		this.#rooms.note(event);
		if (event.type === 'member-joined') this.#newcomers.add(event.peer);
		if (event.type === 'room-joined') for (const {peer} of event.members) this.#newcomers.add(peer);
		this.#newcomers.delete(this.#view.self);
		if (this.#isScheduled || this.#newcomers.size === 0) return [];
		this.#isScheduled = true;
		return [{type: 'schedule', timer: 'round', at: now + EXCHANGE_INTERVAL}];
	}

	/** Each newcomer is told of some members, and some members of it; one message for each who is told anything. */
	#round(now: Instant): BehaviourOutput[] {
		this.#isScheduled = false;
		const hints = new Map<PeerId, PeerHint[]>();
		for (const newcomer of this.#newcomers) {
			const companions = this.#sample(this.#rooms.companionsOf(newcomer));
			for (const member of companions.slice(0, MAX_PEER_HINTS)) this.#introduce(member, newcomer, hints, now);
			for (const member of companions.slice(0, MAX_LISTENERS)) this.#introduce(newcomer, member, hints, now);
		}
		this.#newcomers.clear();
		return [...hints].map(([peer, peers]) => ({type: 'send', peers: [peer], message: {type: 'peers', peers}}));
	}

	#introduce(peer: PeerId, listener: PeerId, hints: Map<PeerId, PeerHint[]>, now: Instant): void {
		const key = `${listener} ${peer}`;
		const list = hints.get(listener) ?? [];
		if (list.length >= MAX_PEER_HINTS || now - (this.#told.get(key) ?? Number.NEGATIVE_INFINITY) < REPEAT_INTERVAL)
			return;
		const addresses = this.#view.addressesFor(peer, listener).slice(0, MAX_HINT_ADDRESSES);
		if (addresses.length === 0) return;
		this.#told.set(key, now);
		hints.set(listener, [...list, {peer, addresses}]);
	}

	#heard(from: PeerId, {peers}: Peers): BehaviourOutput[] {
		return peers
			.filter(({peer, addresses}) => peer !== this.#view.self && addresses.length > 0 && !this.#view.isConnected(peer))
			.map(({peer, addresses}) => ({type: 'found', peer, addresses, from}));
	}

	/** In an order of chance. */
	#sample(peers: readonly PeerId[]): readonly PeerId[] {
		return peers
			.map(peer => ({peer, lot: this.#random.float()}))
			.sort((a, b) => a.lot - b.lot)
			.map(({peer}) => peer);
	}
}
