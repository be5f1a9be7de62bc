/**
 * Conversations with one person: which there are, and their rooms. A direct room is an ordinary one but for this: nobody
 * subscribes to it and no router hears of it; its events go from one of the two to the other, and to nobody else.
 *
 * To people it is `@` and the peer id; on the wire and in the archive it is the id that both compute (`directRoomOf`). Its
 * `members` are those who are here now, as in any room: the other one comes and goes with its connection.
 */
import type {NodeEvent, RoomName} from '../api/event.ts';
import {type Rate, TokenBucket} from '../base/token-bucket.ts';
import type {Archive} from '../history/archive.ts';
import {directRoomOf} from '../wire/direct-room.ts';
import type {PeerId} from '../wire/peer-id.ts';
import type {BehaviourOutput, View} from './behaviour.ts';
import type {RoomInfos} from './room-info.ts';

/** Conversations that others may begin: keys cost nothing. Those that we begin come on top. */
export const MAX_CONVERSATIONS = 1_024;

/**
 * When there are so many, the oldest that we have never answered makes way for the next one: at this rate, so that whoever
 * has many keys cannot quickly drive out what somebody wrote who has but one. In conversations.
 */
export const MAKING_WAY: Rate = {burst: 16, perSecond: 16 / 60};

export type DirectsOptions = {
	readonly view: View;
	readonly archive: Archive;
	readonly infos: RoomInfos;
};

export class Directs {
	readonly #options: DirectsOptions;
	readonly #rooms = new Map<PeerId, string>();
	readonly #peers = new Map<string, PeerId>();
	/** Those in which we have said something, as far as anybody has looked. */
	readonly #answered = new Set<PeerId>();
	readonly #makingWay = new TokenBucket(MAKING_WAY);

	constructor(options: DirectsOptions) {
		this.#options = options;
	}

	/** Those that are kept from earlier runs, with what has not been read. */
	start(): BehaviourOutput[] {
		const peers = this.#options.archive.rooms().flatMap(({peer}) => peer ?? []);
		return peers.flatMap(peer => this.#open(peer, true));
	}

	has(peer: PeerId): boolean {
		return this.#rooms.has(peer);
	}

	/** Whether nobody can begin another one now. */
	get isFull(): boolean {
		if (this.#rooms.size < MAX_CONVERSATIONS) return false;
		return !this.#makingWay.has(this.#options.view.timestamp()) || this.#oldestUnanswered() === undefined;
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

	/**
	 * The other one has written: opens the conversation and shows it, if it is not open yet. To be called before people are
	 * told of anything in it; what they are about to be told is not counted as unread.
	 */
	ensure(peer: PeerId): BehaviourOutput[] {
		if (this.#rooms.has(peer)) return [];
		return [...(this.#rooms.size < MAX_CONVERSATIONS ? [] : this.#makeWay()), ...this.#open(peer, false)];
	}

	/** The same before we write something. */
	begin(peer: PeerId): BehaviourOutput[] {
		this.#answered.add(peer);
		return this.#open(peer, false);
	}

	#open(peer: PeerId, hasUnread: boolean): BehaviourOutput[] {
		if (this.#rooms.has(peer)) return [];
		const {archive, infos} = this.#options;
		const room = this.roomOf(peer);
		this.#rooms.set(peer, room);
		this.#peers.set(room, peer);
		archive.open(room, peer);
		const {unread, ...opening} = infos.opening({room, peer});
		const counted = hasUnread && unread !== undefined ? {unread} : {};
		return [emit({type: 'room-joined', room: nameOf(peer), ...opening, ...counted, direct: true})];
	}

	/** What a stranger wrote whom we never answered is deleted here; he may still have it. */
	#makeWay(): BehaviourOutput[] {
		const peer = this.#oldestUnanswered();
		if (peer === undefined || !this.#makingWay.take(this.#options.view.timestamp())) return [];
		const room = this.roomOf(peer);
		const left = this.forget(peer);
		this.#options.archive.forget(room);
		return [...left, {type: 'count', counter: 'direct-made-way'}, {type: 'commit'}];
	}

	#oldestUnanswered(): PeerId | undefined {
		for (const peer of this.#rooms.keys()) if (!this.#hasAnswered(peer)) return peer;
		return undefined;
	}

	#hasAnswered(peer: PeerId): boolean {
		if (this.#answered.has(peer)) return true;
		const {archive, view} = this.#options;
		const hasAnswered = archive.store.chains(this.roomOf(peer)).some(({author}) => author === view.self);
		if (hasAnswered) this.#answered.add(peer);
		return hasAnswered;
	}

	/** It is over: nothing of it is shown any more. */
	forget(peer: PeerId): BehaviourOutput[] {
		const room = this.#rooms.get(peer);
		if (room === undefined) return [];
		this.#rooms.delete(peer);
		this.#peers.delete(room);
		this.#answered.delete(peer);
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
