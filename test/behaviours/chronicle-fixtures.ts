/** Ann's archive and what she is told of it: events as their authors sign them, taken in as if they had come live. */
import type {NodeEvent} from '../../source/api/event.ts';
import {seededRandom} from '../../source/base/random.ts';
import {Acquaintances} from '../../source/behaviours/acquaintances.ts';
import {Chronicle} from '../../source/behaviours/chronicle.ts';
import {Floodsub} from '../../source/behaviours/floodsub.ts';
import {Membership} from '../../source/behaviours/membership.ts';
import {Overlay} from '../../source/behaviours/overlay.ts';
import {PubsubMeter} from '../../source/behaviours/pubsub-meter.ts';
import {Receipts} from '../../source/behaviours/receipts.ts';
import {Archive, type Kept} from '../../source/history/archive.ts';
import {MemoryEventStore} from '../../source/history/memory-store.ts';
import {directRoomOf} from '../../source/wire/direct-room.ts';
import {eventId, signEvent} from '../../source/wire/event.ts';
import type {Identity} from '../../source/wire/identity.ts';
import type {EventBody, EventHead, RoomEvent} from '../../source/wire/messages.ts';
import {ANN, BOB, CAT, FakeView, IDENTITIES} from './fixtures.ts';

export const [annIdentity, bobIdentity, catIdentity, danIdentity] = IDENTITIES;

export const EPOCH = 'cd'.repeat(16);
/** Unix milliseconds of the first event; each has the next one. */
export const BEGIN = 1_700_000_000_000;

/** The conversation of Ann and Bob. */
export const DIRECT = directRoomOf(ANN, BOB);

/** An event that was signed, with its id. */
export type Signed = {
	readonly id: string;
	readonly event: RoomEvent;
	readonly bytes: Uint8Array;
	readonly signature: Uint8Array;
};

/** Events of one author in one room: numbers, links and times as an honest one gives them. */
export class Author {
	readonly #identity: Identity;
	#sequence = 0;
	#previous: string | undefined;

	constructor(identity: Identity) {
		this.#identity = identity;
	}

	/** `at`: milliseconds after the beginning. */
	write(body: EventBody, at: number, head: Partial<EventHead> = {}): Signed {
		this.#sequence += 1;
		const event: RoomEvent = {
			room: 'lobby',
			author: this.#identity.peerId,
			epoch: EPOCH,
			sequence: this.#sequence,
			timestamp: BEGIN + at,
			clock: BEGIN + at,
			previous: this.#previous,
			parents: [],
			...head,
			...body,
		};
		const {event: bytes, signature} = signEvent(event, this.#identity);
		const id = eventId(bytes);
		this.#previous = id;
		return {id, event, bytes, signature};
	}
}

export class Shelf {
	readonly view = new FakeView(ANN, {[BOB]: {name: 'bob'}, [CAT]: {name: 'cat'}});
	readonly store: MemoryEventStore;
	readonly archive: Archive;
	readonly receipts: Receipts;
	readonly people: Acquaintances;
	readonly chronicle: Chronicle;
	readonly membership = new Membership();
	readonly meter = new PubsubMeter(() => undefined);
	readonly overlay = new Overlay(new Map(), this.membership, new Floodsub(this), this.meter);

	constructor({store = new MemoryEventStore(seededRandom(1))}: {readonly store?: MemoryEventStore} = {}) {
		const {view} = this;
		const archive = new Archive({store, identity: annIdentity});
		archive.open('lobby');
		archive.open(DIRECT, BOB);
		this.store = store;
		this.archive = archive;
		this.receipts = new Receipts({view, archive});
		this.people = new Acquaintances({view, store});
		this.chronicle = new Chronicle({view, archive, people: this.people, spread: id => this.receipts.spreadOf(id)});
	}

	take(signed: Signed): Kept {
		const kept = this.archive.accept(signed, BEGIN);
		if (!kept) throw new Error('it was not kept');
		return kept;
	}

	/** What people are told when these come live, one after the other, by way of Cat. */
	live(...events: readonly Signed[]): NodeEvent[] {
		return events.flatMap(signed => this.chronicle.tell(this.take(signed), {via: CAT, hops: 2}));
	}

	/** The room as it is to be shown. */
	shown(room = 'lobby') {
		return this.chronicle.entries(this.store.page(room, {limit: 1_000, kinds: 'entries'}));
	}
}
