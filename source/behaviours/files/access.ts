/**
 * Who may hear of a file, and get it: peers that speak of files at all, and are in a room of the file with us. Of a direct
 * room that is the other one. To anybody else a file that is here is as one that does not exist.
 */
import type {RoomName} from '../../api/event.ts';
import {BoundedMap} from '../../base/bounded.ts';
import type {Archive} from '../../history/archive.ts';
import {directRoomOf, isDirectRoom} from '../../wire/direct-room.ts';
import type {PeerId} from '../../wire/peer-id.ts';
import type {View} from '../behaviour.ts';
import type {Overlay} from '../overlay.ts';

export const FILES_PROTOCOL = '/p2p-tui/files/1';

/** People who are not here and were called by their id, whose conversations we can name. */
const MAX_NAMED = 1_024;

export type AccessOptions = {
	readonly view: View;
	readonly archive: Pick<Archive, 'store'>;
	readonly overlay: Pick<Overlay, 'rooms' | 'members' | 'roomsWith'>;
};

export class Access {
	readonly #options: AccessOptions;
	/** Direct rooms of connected peers, both ways. */
	readonly #directOf = new Map<PeerId, string>();
	readonly #peerOf = new Map<string, PeerId>();
	/** Those of people who were called by their id, connected or not. */
	readonly #named = new BoundedMap<string, PeerId>(MAX_NAMED);

	constructor(options: AccessOptions) {
		this.#options = options;
	}

	connected(peer: PeerId): void {
		const room = this.#directRoom(peer);
		this.#directOf.set(peer, room);
		this.#peerOf.set(room, peer);
	}

	disconnected(peer: PeerId): void {
		this.#peerOf.delete(this.#directOf.get(peer) ?? '');
		this.#directOf.delete(peer);
	}

	/** Connected, and of a version that knows of files. */
	speaks(peer: PeerId): boolean {
		const {view} = this.#options;
		return view.isConnected(peer) && (view.facts(peer).protocols?.includes(FILES_PROTOCOL) ?? false);
	}

	/** Whether the peer, connected or not, is in one of these rooms with us. */
	shares(peer: PeerId, rooms: readonly string[]): boolean {
		if (rooms.length === 0) return false;
		const direct = this.#directOf.get(peer);
		if (direct === undefined) return false;
		if (rooms.includes(direct)) return true;
		return this.#options.overlay.roomsWith(peer).some(room => rooms.includes(room));
	}

	/** Peers that speak of files and are in one of these rooms with us. */
	peersIn(rooms: readonly string[]): readonly PeerId[] {
		const {overlay} = this.#options;
		const ours = new Set(overlay.rooms());
		const peers = rooms.flatMap(room => {
			if (isDirectRoom(room)) return this.#peerOf.get(room) ?? [];
			return ours.has(room) ? overlay.members(room) : [];
		});
		return [...new Set(peers)].filter(peer => this.speaks(peer));
	}

	/** Whether somebody could be met in one of these rooms: of one person it is always so. */
	isIn(rooms: readonly string[]): boolean {
		const ours = this.#options.overlay.rooms();
		return rooms.some(room => isDirectRoom(room) || ours.includes(room));
	}

	/** As people and events call it. */
	roomName(room: string): RoomName {
		if (!isDirectRoom(room)) return room;
		const peer = this.#peerOf.get(room) ?? this.#named.get(room) ?? this.#options.archive.store.room(room)?.peer;
		return peer === undefined ? room : `@${peer}`;
	}

	/** As it is called on the wire and in the archive. */
	roomId(name: RoomName): string {
		if (!name.startsWith('@') || isDirectRoom(name)) return name;
		const peer = name.slice(1);
		const room = this.#directRoom(peer);
		this.#named.set(room, peer);
		return room;
	}

	/** Whether we are in it, or something of it is kept here. */
	isKnown(room: string): boolean {
		const {overlay, archive} = this.#options;
		return overlay.rooms().includes(room) || archive.store.room(room) !== undefined;
	}

	#directRoom(peer: PeerId): string {
		return this.#directOf.get(peer) ?? directRoomOf(this.#options.view.self, peer);
	}
}
