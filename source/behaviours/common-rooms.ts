import type {NodeEvent} from '../api/event.ts';
import type {PeerId} from '../wire/peer-id.ts';

/** Events that say who is in the rooms that we are in. */
export const ROOM_EVENTS = [
	'room-joined',
	'room-left',
	'member-joined',
	'member-left',
] as const satisfies readonly NodeEvent['type'][];

/** Who else is in the rooms that we are in, read along from what people are told. */
export class CommonRooms {
	readonly #self: PeerId;
	/** Without ourselves. */
	readonly #members = new Map<string, Set<PeerId>>();

	constructor(self: PeerId) {
		this.#self = self;
	}

	/** Returns whether it was about rooms. */
	note(event: NodeEvent): boolean {
		switch (event.type) {
			case 'room-joined':
				this.#members.set(event.room, new Set(event.members.map(({peer}) => peer).filter(peer => peer !== this.#self)));
				return true;
			case 'room-left':
				return this.#members.delete(event.room);
			case 'member-joined':
				this.#members.get(event.room)?.add(event.peer);
				return true;
			case 'member-left':
				return this.#members.get(event.room)?.delete(event.peer) ?? false;
			default:
				return false;
		}
	}

	has(peer: PeerId): boolean {
		for (const members of this.#members.values()) if (members.has(peer)) return true;
		return false;
	}

	/** Rooms with this peer. */
	with(peer: PeerId): readonly string[] {
		return [...this.#members].filter(([, members]) => members.has(peer)).map(([room]) => room);
	}

	/** Whoever shares a room with the peer, and with us. */
	companionsOf(peer: PeerId): readonly PeerId[] {
		const found = new Set<PeerId>();
		for (const members of this.#members.values()) {
			if (members.has(peer)) for (const member of members) found.add(member);
		}
		found.delete(peer);
		return [...found];
	}
}
