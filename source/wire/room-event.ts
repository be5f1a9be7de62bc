/** Room events, once decoded: what people say in rooms. How they are laid out in bytes is in `event.ts`. */
import type {FileOffer} from './file-offer.ts';
import type {PeerId} from './peer-id.ts';

/** A room event once decoded from the bytes that its author signed: see `event.ts`. */
export type RoomEvent = EventHead & EventBody;

/** Who says it, and where it stands. */
export type EventHead = {
	/** A named room, or the id of a direct room. */
	readonly room: string;
	readonly author: PeerId;
	/** Names the author's database: another one after each creation or restoration. 32 hex digits. */
	readonly epoch: string;
	/** Counts the author's events in this room and epoch from 1, without a hole. */
	readonly sequence: number;
	/** Unix milliseconds by the author's wall clock: a claim, for display only. */
	readonly timestamp: number;
	/**
	 * A hybrid logical clock in milliseconds: the author's wall clock, or one more than the highest of the events that it
	 * had seen in the room, if that is more. A claim; the order on screen is computed from it (`history/`).
	 */
	readonly clock: number;
	/** Id of the author's event before this one in this room and epoch; undefined for the first. */
	readonly previous: string | undefined;
	/** Ids of the events that were the newest in the author's eyes: ascending, each once, at most `MAX_PARENTS`. */
	readonly parents: readonly string[];
};

/** What it says. A `target` is the id of the event in the same room that it is about. */
export type EventBody =
	| {readonly kind: 'message'; readonly text: string}
	| {readonly kind: 'reply'; readonly target: string; readonly text: string}
	/** The target's text is this from now on. Counts only if its author is the target's. */
	| {readonly kind: 'edit'; readonly target: string; readonly text: string}
	/** The author reacts to the target so, or (`isOn` false) no longer. */
	| {readonly kind: 'reaction'; readonly target: string; readonly emoji: string; readonly isOn: boolean}
	/** The target is taken back. Counts only if its author is the target's. */
	| {readonly kind: 'redaction'; readonly target: string; readonly reason: string}
	/** What the room is about; empty for nothing in particular. */
	| {readonly kind: 'topic'; readonly text: string}
	/** The author is in the room from now on, as `name`; goes by another name; has left for good. */
	| {readonly kind: 'join'; readonly name: string}
	| {readonly kind: 'name'; readonly name: string}
	| {readonly kind: 'leave'}
	/** The author gives this file, or folder, to whoever is in the room. */
	| {readonly kind: 'file'; readonly offer: FileOffer}
	/** Of a newer version: kept, handed on, and shown as such. */
	| {readonly kind: 'unknown'; readonly number: number};

export type EventKind = EventBody['kind'];

/** Something that somebody says to others, which is counted as unread, receipted, and can be answered and taken back. */
export function isWords(kind: EventKind): kind is 'message' | 'reply' | 'file' {
	return kind === 'message' || kind === 'reply' || kind === 'file';
}
