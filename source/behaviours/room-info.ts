/** What people are told of a room as a whole: who is in it, who ever was, what it is about, what has not been read. */
import type {KnownMember, Member, RoomInfo} from '../api/event.ts';
import type {Archive} from '../history/archive.ts';
import type {PeerId} from '../wire/peer-id.ts';
import {spokenIn} from './audience.ts';
import type {View} from './behaviour.ts';
import type {Chronicle, Topic} from './chronicle.ts';
import type {Membership} from './membership.ts';
import type {Place} from './room.ts';

/** Authors listed of a room. */
export const MAX_KNOWN_MEMBERS = 100;

/** Unread messages are counted up to here: more is "many" to anyone. */
export const MAX_UNREAD = 1_000;

export type RoomInfosOptions = {
	readonly view: View;
	readonly archive: Archive;
	readonly membership: Membership;
	readonly chronicle: Chronicle;
	/** When somebody was last connected to us, Unix milliseconds. */
	readonly lastSeen?: (peer: PeerId) => number | undefined;
};

export class RoomInfos {
	readonly #options: RoomInfosOptions;

	constructor(options: RoomInfosOptions) {
		this.#options = options;
	}

	/** `room`: where it was named, perhaps. */
	member(peer: PeerId, room?: string): Member {
		return {peer, name: this.#options.chronicle.authorName(peer, room)};
	}

	/** What `room-joined` says of it; what is empty or zero is left out. */
	opening(place: Place): {readonly members: readonly Member[]; readonly topic?: string; readonly unread?: number} {
		const {topic} = this.topic(place.room);
		const unread = this.#unread(place.room);
		return {members: this.members(place), ...(topic !== '' && {topic}), ...(unread > 0 && {unread})};
	}

	/** `name` is what commands and events call it. */
	describe(place: Place, name: string): RoomInfo {
		const {room, peer} = place;
		return {
			room: name,
			name: peer === undefined ? name : this.member(peer).name,
			members: this.members(place),
			unread: this.#unread(room),
			topic: this.topic(room).topic,
			known: this.#known(place),
			events: this.#options.archive.room(room).events,
		};
	}

	/** Who is here now, ourselves first. */
	members({room, peer}: Place): Member[] {
		return [this.#options.view.self, ...this.#others(room, peer)].map(one => this.member(one, room));
	}

	/** Of all that were set the one that is last in the room's order: so it is the same everywhere. */
	topic(room: string): Partial<Topic> & Pick<Topic, 'topic'> {
		return this.#options.chronicle.topicOf(room) ?? {topic: ''};
	}

	#unread(room: string): number {
		const {archive, view} = this.#options;
		return archive.store.countUnread(room, archive.room(room).readTo, view.self, MAX_UNREAD);
	}

	#known({room, peer}: Place): KnownMember[] {
		const {archive, view, lastSeen} = this.#options;
		const now = view.timestamp();
		const here = new Set([view.self, ...this.#others(room, peer)]);
		const spoke = spokenIn(archive, room, now);
		return archive.store.authors(room, MAX_KNOWN_MEMBERS).map(({author, order}) => {
			const isHere = here.has(author);
			if (isHere) return {...this.member(author, room), isHere, lastSeen: now};
			return {...this.member(author, room), isHere, lastSeen: lastSeen?.(author) || spoke(author, order)};
		});
	}

	#others(room: string, peer: PeerId | undefined): readonly PeerId[] {
		if (peer === undefined) return this.#options.membership.peersIn(room);
		return this.#options.view.isConnected(peer) ? [peer] : [];
	}
}
