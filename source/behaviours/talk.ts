/**
 * What a person says: messages, replies, edits, reactions, redactions and topics, in named rooms and to one person. Here
 * a command becomes an event, or is refused in one line; how the event gets onto the disk and to others is the business of
 * the publisher.
 */
import type {CommandOf} from '../api/command.ts';
import type {ErrorCode, Results} from '../api/event.ts';
import {UserError, WireError} from '../base/errors.ts';
import type {Archive} from '../history/archive.ts';
import {changesOf, comparePositions, foldEntry, readStored} from '../history/fold.ts';
import type {EventBody, RoomEvent} from '../wire/messages.ts';
import {type PeerId, parsePeerId} from '../wire/peer-id.ts';
import {isWords} from '../wire/room-event.ts';
import {normaliseEmoji, normaliseReason, normaliseRoom, normaliseText, normaliseTopic} from '../wire/text.ts';
import type {BehaviourOutput, View} from './behaviour.ts';
import type {Directs} from './direct.ts';
import type {Notices} from './notices.ts';
import type {Outcome, Publisher} from './publisher.ts';
import {explainError, type Refusal, refusal} from './refusal.ts';
import type {Place, Room} from './room.ts';
import type {RoomInfos} from './room-info.ts';
import type {StorageWatch} from './storage-watch.ts';

/** Commands that say something. `topic` without a text only asks. */
export const TALK_COMMANDS = ['publish', 'direct', 'edit', 'redact', 'react', 'topic'] as const;

export type TalkCommand = CommandOf<(typeof TALK_COMMANDS)[number]>;

export type TalkOptions = {
	readonly view: View;
	readonly archive: Archive;
	readonly directs: Directs;
	readonly infos: RoomInfos;
	readonly notices: Notices;
	readonly publisher: Publisher;
	readonly storage: StorageWatch;
	readonly findRoom: (name: string) => Room | undefined;
};

/** Why a command is refused. */
class Refused extends Error {
	readonly code: ErrorCode;

	constructor(code: ErrorCode, message: string) {
		super(message);
		this.code = code;
	}
}

export class Talk {
	readonly #options: TalkOptions;

	constructor(options: TalkOptions) {
		this.#options = options;
	}

	handle(command: TalkCommand, timestamp: number): BehaviourOutput[] {
		const {failure} = this.#options.storage;
		const isAsking = command.command === 'topic' && command.text === undefined;
		try {
			if (isAsking) return this.#topic(command);
			if (failure) throw new Refused('storage', failure.message);
			return this.#say(command, timestamp);
		} catch (error) {
			if (error instanceof Refused) return [refusal(command, error.code, error)];
			throw error;
		}
	}

	/** Where an offer would stand; or why the command is refused. */
	placeOf(command: CommandOf<'offer-file'>): Place | Refusal {
		const {failure} = this.#options.storage;
		try {
			if (failure) throw new Refused('storage', failure.message);
			return this.#place(command);
		} catch (error) {
			if (error instanceof Refused) return refusal(command, error.code, error);
			throw error;
		}
	}

	/** Says something that is fit to be said, in a place that was found just now. */
	publish(place: Place, body: EventBody, timestamp: number, outcome: Outcome): BehaviourOutput[] {
		const room = this.#options.findRoom(place.room);
		return [
			...(place.peer === undefined ? [] : this.#options.directs.begin(place.peer)),
			...(room ? this.#introduce(room, timestamp) : []),
			...this.#options.publisher.say(place, body, timestamp, outcome),
		];
	}

	/** Our name has changed: said at once where we have said something, with the next word elsewhere. */
	renamed(rooms: Iterable<Room>): BehaviourOutput[] {
		if (this.#options.storage.failure) return [];
		const spoken = [...rooms].filter(({hasSpoken, isLeaving}) => hasSpoken && !isLeaving);
		return spoken.flatMap(room => this.#introduce(room, this.#options.view.timestamp()));
	}

	// --- what is said

	#say(command: TalkCommand, timestamp: number): BehaviourOutput[] {
		const place = this.#place(command);
		const body = this.#body(command, place.room);
		const outcome: Outcome = {
			done: messageId => [{type: 'reply', command, result: this.#result(command, place, messageId)}],
			failed: ({message}) => [refusal(command, 'storage', message)],
		};
		const there = body.kind === 'reaction' ? this.#reaction(place.room, body) : undefined;
		if (there !== undefined) {
			const {done, failed} = outcome;
			// It may have been staged just now: the answer waits for the disk all the same.
			return this.#options.publisher.wait(place, {done: (_, now) => done(there, now), failed});
		}
		return this.publish(place, body, timestamp, outcome);
	}

	#introduce(room: Room, timestamp: number): BehaviourOutput[] {
		room.hasSpoken = true;
		const notice = this.#options.notices.before(room);
		return notice ? this.#options.publisher.say({room: room.name}, notice, timestamp) : [];
	}

	#result(command: TalkCommand, place: Place, messageId: string): Results[TalkCommand['command']] {
		if (command.command === 'direct') return {messageId, room: `@${place.peer}`};
		if (command.command !== 'topic') return {messageId};
		// Another one may stand after it in the room's order.
		const {topic, from} = this.#options.infos.topic(place.room);
		return {room: nameOf(place), topic, ...(from !== undefined && {from})};
	}

	#topic(command: TalkCommand): BehaviourOutput[] {
		const place = this.#place(command);
		return [{type: 'reply', command, result: {room: nameOf(place), ...this.#options.infos.topic(place.room)}}];
	}

	#body(command: TalkCommand, room: string): EventBody {
		switch (command.command) {
			case 'publish':
			case 'direct': {
				const text = checked(() => normaliseText(command.text));
				if (command.replyTo === undefined) return {kind: 'message', text};
				this.#target(room, command.replyTo);
				return {kind: 'reply', target: command.replyTo, text};
			}
			case 'edit': {
				const text = checked(() => normaliseText(command.text));
				this.#ownTarget(room, command.messageId, 'edited');
				return {kind: 'edit', target: command.messageId, text};
			}
			case 'redact': {
				const reason = checked(() => normaliseReason(command.reason ?? ''));
				this.#ownTarget(room, command.messageId, 'taken back');
				return {kind: 'redaction', target: command.messageId, reason};
			}
			case 'react': {
				const emoji = checked(() => normaliseEmoji(command.emoji));
				this.#changeable(room, command.messageId);
				return {kind: 'reaction', target: command.messageId, emoji, isOn: command.off !== true};
			}
			case 'topic':
				return {kind: 'topic', text: checked(() => normaliseTopic(command.text ?? ''))};
		}
	}

	// --- what it is about

	#target(room: string, messageId: string): RoomEvent {
		const stored = this.#options.archive.store.get(room, messageId);
		const event = stored && readStored(stored);
		if (event && isWords(event.kind)) return event;
		throw new Refused('unknown-message', event ? 'that is not a message' : 'that message is not here');
	}

	/** Nobody would see what becomes of words that were taken back. */
	#changeable(room: string, messageId: string): RoomEvent {
		const event = this.#target(room, messageId);
		const changes = changesOf(this.#options.archive.store, room, [messageId]).get(messageId) ?? [];
		const {redacted} = foldEntry({order: 0, id: messageId, event}, changes);
		if (redacted === undefined) return event;
		throw new Refused('unknown-message', 'that message was taken back; nothing of it can be changed any more');
	}

	/** The id of our last reaction with this emoji, if it says the same already. */
	#reaction(room: string, {target, emoji, isOn}: Extract<EventBody, {kind: 'reaction'}>): string | undefined {
		const changes = changesOf(this.#options.archive.store, room, [target]).get(target) ?? [];
		const last = changes
			.filter(({event}) => event.author === this.#options.view.self)
			.filter(({event}) => event.kind === 'reaction' && event.emoji === emoji)
			.sort(comparePositions)
			.at(-1);
		if (!last && !isOn) throw new Refused('unknown-message', `you have not reacted with ${emoji} to that message`);
		return last?.event.kind === 'reaction' && last.event.isOn === isOn ? last.id : undefined;
	}

	#ownTarget(room: string, messageId: string, what: string): void {
		const {author} = this.#target(room, messageId);
		if (author !== this.#options.view.self) throw new Refused('not-yours', `only your own messages can be ${what}`);
		const {kind} = this.#changeable(room, messageId);
		if (what === 'edited' && kind === 'file') throw new Refused('bad-text', 'the name of an offer cannot be changed');
	}

	// --- where it is said

	#place(command: TalkCommand | CommandOf<'offer-file'>): Place {
		if (command.command === 'direct') return this.#direct(command.peer);
		const {room} = command;
		if (room.startsWith('@')) {
			const place = this.#direct(room.slice(1));
			const begins = command.command === 'publish' || command.command === 'offer-file';
			if (begins || this.#options.directs.has(place.peer)) return place;
			throw new Refused('unknown-room', 'no conversation with that peer yet; write a message first');
		}
		const name = checked(() => normaliseRoom(room), 'bad-room');
		const found = this.#options.findRoom(name);
		if (!found || found.isLeaving) throw new Refused('unknown-room', `not in #${name}; join it first`);
		return {room: name};
	}

	#direct(text: string): Place & {readonly peer: PeerId} {
		const peer = this.#peer(text);
		return {room: this.#options.directs.roomOf(peer), peer};
	}

	#peer(text: string): PeerId {
		let peer: PeerId;
		try {
			peer = parsePeerId(text);
		} catch (error) {
			if (error instanceof WireError) throw new Refused('bad-peer', 'not a peer id; one begins with 12D3KooW');
			throw error;
		}
		if (peer === this.#options.view.self) throw new Refused('bad-peer', 'that is yourself');
		return peer;
	}
}

/** @throws Refused with this code instead of a UserError */
function checked(normalise: () => string, code: ErrorCode = 'bad-text'): string {
	try {
		return normalise();
	} catch (error) {
		if (error instanceof UserError) throw new Refused(code, explainError(error));
		throw error;
	}
}

function nameOf({room, peer}: Place): string {
	return peer === undefined ? room : `@${peer}`;
}
