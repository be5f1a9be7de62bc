/**
 * Conversations with one person: which there are, and their rooms. A direct room is an ordinary one but for this: nobody
 * subscribes to it and no router hears of it; its events go from one of the two to the other, and to nobody else.
 *
 * To people it is `@` and the peer id; on the wire and in the archive it is the id that both compute (`directRoomOf`). Its
 * `members` are those who are here now, as in any room: the other one comes and goes with its connection.
 */
import type {NodeEvent, RoomName} from '../api/event.ts';
import type {Archive} from '../history/archive.ts';
import {directRoomOf} from '../wire/direct-room.ts';
import type {PeerId} from '../wire/peer-id.ts';
import type {BehaviourOutput, View} from './behaviour.ts';
import type {RoomInfos} from './room-info.ts';

/** Conversations that others may begin: keys cost nothing. Those that we begin come on top. */
export const MAX_CONVERSATIONS = 1_024;

export type DirectsOptions = {
	readonly view: View;
	readonly archive: Archive;
	readonly infos: RoomInfos;
};

export class Directs {
	readonly #options: DirectsOptions;
	readonly #rooms = new Map<PeerId, string>();
	readonly #peers = new Map<string, PeerId>();

	constructor(options: DirectsOptions) {
		this.#options = options;
	}

	/** Those that are kept from earlier runs. */
	start(): BehaviourOutput[] {
		return this.#options.archive.rooms().flatMap(({peer}) => (peer === undefined ? [] : this.ensure(peer)));
	}

	has(peer: PeerId): boolean {
		return this.#rooms.has(peer);
	}

	get isFull(): boolean {
		return this.#rooms.size >= MAX_CONVERSATIONS;
	}

	/** The id on the wire, whether there is a conversation or not. */
	roomOf(peer: PeerId): string {
		return this.#rooms.get(peer) ?? directRoomOf(this.#options.view.self, peer);
	}

	/** The other one of a conversation that there is. */
	peerOf(room: string): PeerId | undefined {
		return this.#peers.get(room);
	}

	peers(): readonly PeerId[] {
		return [...this.#rooms.keys()];
	}

	/** Opens the conversation; shows it, if it is not open yet. To be called before people are told of anything in it. */
	ensure(peer: PeerId): BehaviourOutput[] {
		if (this.#rooms.has(peer)) return [];
		const {archive, infos} = this.#options;
		const room = this.roomOf(peer);
		this.#rooms.set(peer, room);
		this.#peers.set(room, peer);
		archive.open(room, peer);
		return [emit({type: 'room-joined', room: nameOf(peer), ...infos.opening({room, peer}), direct: true})];
	}

	/** It is over: nothing of it is shown any more. */
	forget(peer: PeerId): BehaviourOutput[] {
		const room = this.#rooms.get(peer);
		if (room === undefined) return [];
		this.#rooms.delete(peer);
		this.#peers.delete(room);
		return [emit({type: 'room-left', room: nameOf(peer)})];
	}

	connected(peer: PeerId): BehaviourOutput[] {
		if (!this.#rooms.has(peer)) return [];
		return [emit({type: 'member-joined', room: nameOf(peer), ...this.#options.infos.member(peer)})];
	}

	disconnected(peer: PeerId): BehaviourOutput[] {
		return this.#rooms.has(peer) ? [emit({type: 'member-left', room: nameOf(peer), peer})] : [];
	}
}

function nameOf(peer: PeerId): RoomName {
	return `@${peer}`;
}

function emit(event: NodeEvent): BehaviourOutput {
	return {type: 'emit', event};
}
