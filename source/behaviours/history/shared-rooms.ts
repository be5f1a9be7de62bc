/**
 * With whom we share which room, and since when. Nobody learns anything of a room that is not named here with him: of
 * named rooms that he has joined as well, and of the direct room of the two of us, which is always there.
 */
import type {NodeEvent} from '../../api/event.ts';
import {directRoomOf} from '../../wire/direct-room.ts';
import type {PeerId} from '../../wire/peer-id.ts';
import type {Instant} from '../behaviour.ts';
import {FRESH_TIME} from './parameters.ts';

/** What an event, or a connection, means for who shares what. */
export type Change = {
	readonly room: string;
	readonly joined: readonly PeerId[];
	readonly left: readonly PeerId[];
	/** We have left it ourselves. */
	readonly isClosed?: true;
};

export class SharedRooms {
	readonly #self: PeerId;
	/** Connected members but ourselves, and when they came. */
	readonly #members = new Map<string, Map<PeerId, Instant>>();
	readonly #directOf = new Map<PeerId, string>();

	constructor(self: PeerId) {
		this.#self = self;
	}

	/** Rooms with somebody in them. */
	rooms(): readonly string[] {
		return [...this.#members].filter(([, members]) => members.size > 0).map(([room]) => room);
	}

	roomsWith(peer: PeerId): readonly string[] {
		return [...this.#members].filter(([, members]) => members.has(peer)).map(([room]) => room);
	}

	share(peer: PeerId, room: string): boolean {
		return this.#members.get(room)?.has(peer) ?? false;
	}

	members(room: string): readonly PeerId[] {
		return [...(this.#members.get(room)?.keys() ?? [])];
	}

	isFresh(peer: PeerId, room: string, now: Instant): boolean {
		const since = this.#members.get(room)?.get(peer);
		return since !== undefined && now - since < FRESH_TIME;
	}

	connected(peer: PeerId, now: Instant): Change {
		const room = directRoomOf(this.#self, peer);
		this.#directOf.set(peer, room);
		this.#members.set(room, new Map([[peer, now]]));
		return {room, joined: [peer], left: []};
	}

	/** Named rooms that it is still in are left as well, whoever says so first. */
	disconnected(peer: PeerId): readonly Change[] {
		const direct = this.#directOf.get(peer);
		this.#directOf.delete(peer);
		const changes = [...this.#members]
			.filter(([, members]) => members.delete(peer))
			.map(([room]) => ({room, joined: [], left: [peer]}));
		if (direct !== undefined) this.#members.delete(direct);
		return changes;
	}

	/** Direct rooms go by connections, not by what people are told of them. */
	note(event: NodeEvent, now: Instant): Change | undefined {
		switch (event.type) {
			case 'room-joined': {
				if (event.room.startsWith('@')) return undefined;
				const joined = event.members.map(({peer}) => peer).filter(peer => peer !== this.#self);
				this.#members.set(event.room, new Map(joined.map(peer => [peer, now])));
				return {room: event.room, joined, left: []};
			}
			case 'room-left': {
				const left = this.members(event.room);
				return this.#members.delete(event.room) ? {room: event.room, joined: [], left, isClosed: true} : undefined;
			}
			case 'member-joined': {
				const members = this.#members.get(event.room);
				if (!members || members.has(event.peer)) return undefined;
				members.set(event.peer, now);
				return {room: event.room, joined: [event.peer], left: []};
			}
			case 'member-left':
				if (!this.#members.get(event.room)?.delete(event.peer)) return undefined;
				return {room: event.room, joined: [], left: [event.peer]};
			default:
				return undefined;
		}
	}
}
