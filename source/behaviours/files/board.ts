/**
 * What is offered in our rooms: read along from what people are told, and looked for in the archive, step by step, where
 * that is not enough: at the start, when a room is entered or its history has come, and when somebody asks for an id that
 * is not known. Whether an offer still stands is asked of the archive each time that it matters.
 */
import type {ChatMessage} from '../../api/event.ts';
import type {Archive} from '../../history/archive.ts';
import type {Position, StoredEvent} from '../../history/event-store.ts';
import {changesOf, foldEntry, readStored} from '../../history/fold.ts';
import type {FileId} from '../../wire/file-offer.ts';
import type {RoomEvent} from '../../wire/room-event.ts';
import type {BehaviourOutput, Instant} from '../behaviour.ts';
import type {Access} from './access.ts';
import {Offers, type StandingOffer} from './offers.ts';

/** Entries of a room, from its end, among which offers are looked for at first, and for an id that is asked for. */
export const LOOK_BACK = 2_000;
export const LOOK_FAR = 50_000;

/** Entries that are read in one go, and milliseconds until the next: nobody is to wait for it. */
export const LOOK_STEP = 200;
const LOOK_PAUSE = 10;

const TIMER = 'look';

type Look = {readonly room: string; before: Position | undefined; left: number; readonly isFar: boolean};

/** Somebody waits for an id. */
type Seeker = {
	readonly beginning: string;
	/** It has been found, or everything was looked through. */
	readonly answer: (files: readonly FileId[], now: Instant) => BehaviourOutput[];
};

export type BoardOptions = {
	readonly archive: Pick<Archive, 'store'>;
	readonly access: Pick<Access, 'roomId'>;
	/** Rooms, as on the wire, in which we may look. */
	readonly rooms: () => readonly string[];
	/** An offer was found to be taken back. `others`: of the same file in the same room, which still stand. */
	readonly onTakenBack: (offer: StandingOffer, others: readonly StandingOffer[], now: Instant) => BehaviourOutput[];
};

export class Board {
	readonly offers = new Offers();
	readonly #options: BoardOptions;
	#looks: Look[] = [];
	#seekers: Seeker[] = [];

	constructor(options: BoardOptions) {
		this.#options = options;
	}

	/** People were told of an entry; returns the offer in it, if it is one that was not known. */
	told(message: ChatMessage): StandingOffer | undefined {
		if (message.kind !== 'file' || message.redacted !== undefined) return undefined;
		const offer = this.#read(this.#options.access.roomId(message.room), message.messageId);
		if (!offer || this.offers.has(offer.messageId)) return undefined;
		this.offers.add(offer);
		return offer;
	}

	/** An entry looks different now: it may be an offer that was taken back. */
	changed(message: ChatMessage, now: Instant): BehaviourOutput[] {
		if (message.kind !== 'file' || message.redacted === undefined) return [];
		const offer = this.#read(this.#options.access.roomId(message.room), message.messageId);
		return offer ? this.#takenBack(offer, now) : [];
	}

	/** Of a file, as far as they are known and still stand, whatever was not told of. */
	standing(file: FileId): readonly StandingOffer[] {
		return this.offers.of(file).filter(offer => this.stands(offer));
	}

	stands({room, messageId}: StandingOffer): boolean {
		const stored = this.#options.archive.store.get(room, messageId);
		const event = stored && readStored(stored);
		return stored !== undefined && event !== undefined && !this.#redacted(room, [{stored, event}]).has(messageId);
	}

	/** The offer of that entry, wherever we are; it may have been taken back. */
	find(messageId: string): StandingOffer | undefined {
		const known = this.offers.get(messageId);
		if (known) return known;
		for (const room of this.#options.rooms()) {
			const offer = this.#read(room, messageId);
			if (offer) return offer;
		}
		return undefined;
	}

	/** Looks through the end of a room. */
	look(room: string, now: Instant): BehaviourOutput[] {
		return this.#begin([{room, before: undefined, left: LOOK_BACK, isFar: false}], now);
	}

	/** Looks for a file everywhere. */
	seek(seeker: Seeker, now: Instant): BehaviourOutput[] {
		this.#seekers.push(seeker);
		const looks = this.#options.rooms().map(room => ({room, before: undefined, left: LOOK_FAR, isFar: true}));
		if (looks.length === 0) return this.#answerAll(now);
		return this.#begin(looks, now);
	}

	/** The room is gone with all that was in it. */
	forget(room: string): void {
		for (const {messageId} of this.offers.inRoom(room)) this.offers.delete(messageId);
		this.#looks = this.#looks.filter(look => look.room !== room);
	}

	isTimer(timer: string): boolean {
		return timer === TIMER;
	}

	timer(now: Instant): BehaviourOutput[] {
		const [look] = this.#looks;
		if (!look) return this.#answerAll(now);
		const outputs = this.#step(look, now);
		if (look.left <= 0) this.#looks = this.#looks.filter(one => one !== look);
		const answers = this.#answerFound(now);
		const isDone = !this.#looks.some(({isFar}) => isFar);
		return [
			...outputs,
			...answers,
			...(isDone ? this.#answerAll(now) : []),
			...(this.#looks.length > 0 ? [{type: 'schedule', timer: TIMER, at: now + LOOK_PAUSE} as const] : []),
		];
	}

	#begin(looks: readonly Look[], now: Instant): BehaviourOutput[] {
		const isIdle = this.#looks.length === 0;
		// One of each kind for a room is enough, begun anew: something may have come since.
		const rest = this.#looks.filter(old => !looks.some(({room, isFar}) => old.room === room && old.isFar === isFar));
		this.#looks = [...rest, ...looks];
		return isIdle ? [{type: 'schedule', timer: TIMER, at: now}] : [];
	}

	#step(look: Look, now: Instant): BehaviourOutput[] {
		const {room, before} = look;
		const position = before ? {before} : {};
		const page = this.#options.archive.store.page(room, {limit: LOOK_STEP, kinds: 'entries', ...position});
		look.left = page.length < LOOK_STEP ? 0 : look.left - page.length;
		look.before = page[0];
		const found = page.flatMap(stored => {
			const event = readStored(stored);
			return event?.kind === 'file' ? [{stored, event}] : [];
		});
		const redacted = this.#redacted(room, found);
		const offers = found.flatMap(({stored, event}) => offerOf(stored, event) ?? []);
		for (const offer of offers) if (!redacted.has(offer.messageId)) this.offers.add(offer);
		return offers.filter(({messageId}) => redacted.has(messageId)).flatMap(offer => this.#takenBack(offer, now));
	}

	#takenBack(offer: StandingOffer, now: Instant): BehaviourOutput[] {
		this.offers.delete(offer.messageId);
		const others = this.offers.of(offer.offer.file).filter(({room}) => room === offer.room);
		return this.#options.onTakenBack(offer, others, now);
	}

	#answerFound(now: Instant): BehaviourOutput[] {
		const found = this.#seekers.filter(({beginning}) => this.offers.find(beginning).length > 0);
		if (found.length === 0) return [];
		this.#seekers = this.#seekers.filter(seeker => !found.includes(seeker));
		if (this.#seekers.length === 0) this.#looks = this.#looks.filter(({isFar}) => !isFar);
		return found.flatMap(({beginning, answer}) => answer(this.offers.find(beginning), now));
	}

	#answerAll(now: Instant): BehaviourOutput[] {
		const seekers = this.#seekers;
		this.#seekers = [];
		return seekers.flatMap(({beginning, answer}) => answer(this.offers.find(beginning), now));
	}

	#read(room: string, messageId: string): StandingOffer | undefined {
		const stored = this.#options.archive.store.get(room, messageId);
		const event = stored && readStored(stored);
		return stored && event && offerOf(stored, event);
	}

	/** Those of these that were taken back by their authors. */
	#redacted(room: string, entries: readonly {stored: StoredEvent; event: RoomEvent}[]): ReadonlySet<string> {
		const changes = changesOf(
			this.#options.archive.store,
			room,
			entries.map(({stored}) => stored.id),
		);
		const redacted = entries.filter(({stored: {id, order}, event}) => {
			return foldEntry({id, order, event}, changes.get(id) ?? []).redacted !== undefined;
		});
		return new Set(redacted.map(({stored}) => stored.id));
	}
}

function offerOf({room, id, received}: StoredEvent, event: RoomEvent): StandingOffer | undefined {
	if (event.kind !== 'file') return undefined;
	return {room, messageId: id, from: event.author, timestamp: event.timestamp, received, offer: event.offer};
}
