import {MAX_SUBSCRIPTIONS} from '../wire/limits.ts';
import type {PeerId} from '../wire/peer-id.ts';

/** Which connected peer is in which room, as the peers themselves say. */
export class Membership {
	readonly #rooms = new Map<string, Set<PeerId>>();
	readonly #peers = new Map<PeerId, Set<string>>();

	peersIn(room: string): readonly PeerId[] {
		return [...(this.#rooms.get(room) ?? [])];
	}

	/** How many `peersIn` would be. */
	count(room: string): number {
		return this.#rooms.get(room)?.size ?? 0;
	}

	roomsOf(peer: PeerId): readonly string[] {
		return [...(this.#peers.get(peer) ?? [])];
	}

	has(room: string, peer: PeerId): boolean {
		return this.#rooms.get(room)?.has(peer) ?? false;
	}

	/** Whether anybody is in the room but these two. */
	hasOthers(room: string, one: PeerId, other: PeerId): boolean {
		for (const peer of this.#rooms.get(room) ?? []) if (peer !== one && peer !== other) return true;
		return false;
	}

	/** Returns false if nothing changed: it was in already, or it is in too many rooms. */
	join(peer: PeerId, room: string): boolean {
		const rooms = this.#peers.get(peer) ?? new Set();
		if (rooms.has(room) || rooms.size >= MAX_SUBSCRIPTIONS) return false;
		this.#peers.set(peer, rooms.add(room));
		this.#rooms.set(room, (this.#rooms.get(room) ?? new Set()).add(peer));
		return true;
	}

	/** Returns false if it was not in. */
	leave(peer: PeerId, room: string): boolean {
		if (!this.#peers.get(peer)?.delete(room)) return false;
		const members = this.#rooms.get(room);
		members?.delete(peer);
		if (members?.size === 0) this.#rooms.delete(room);
		return true;
	}

	/** The peer is gone; returns the rooms it was in. */
	forget(peer: PeerId): readonly string[] {
		const rooms = this.roomsOf(peer);
		for (const room of rooms) this.leave(peer, room);
		this.#peers.delete(peer);
		return rooms;
	}
}
