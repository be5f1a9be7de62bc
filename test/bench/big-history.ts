/** Databases as years of use would leave them, made without a network. */
import {randomBytes} from 'node:crypto';
import {mkdirSync} from 'node:fs';
import {seededRandom} from '../../source/base/random.ts';
import {IdDigest} from '../../source/history/digest.ts';
import type {EventStore, NewEvent, Position, StoredChain} from '../../source/history/event-store.ts';
import {openEventStore} from '../../source/storage/event-store.ts';
import {newIdentity} from '../../source/storage/identity.ts';
import type {SqliteEventStore} from '../../source/storage/sqlite-event-store.ts';
import {eventId, signEvent} from '../../source/wire/event.ts';
import {packIds} from '../../source/wire/ids.ts';
import {EVENT_KIND_NUMBERS} from '../../source/wire/layout.ts';
import type {RoomEvent} from '../../source/wire/messages.ts';
import {pack} from '../../source/wire/msgpack.ts';

const ROOM = 'lobby';
const AUTHORS = 20;
/** Messages of one author, one after the other. */
const IN_A_ROW = 3;
/** Events in one commit. */
const BATCH = 2_000;
/** Milliseconds between two messages. */
const PACE = 20_000;

export type BigHistory = {readonly events: number; readonly bytes: number; readonly seconds: number};

type Wanted = {
	readonly events: number;
	/** Without signatures it is made faster, and nobody would take it over. */
	readonly isSigned: boolean;
	/** Milliseconds after which it is left as it is. */
	readonly longest: number;
};

/** Fills a new data directory. `bytes`: of the events as they are signed, without their signatures. */
export async function makeHistory(directory: string, {events, isSigned, longest}: Wanted): Promise<BigHistory> {
	mkdirSync(directory, {recursive: true, mode: 0o700});
	const {store, warning} = await openEventStore(directory, {random: seededRandom(1)});
	if (warning !== undefined) throw new Error(warning);
	const authors = Array.from({length: AUTHORS}, () => new Writer(isSigned));
	const digest = new IdDigest();
	const begun = performance.now();
	const beginning = Date.now() - events * PACE;
	let [made, bytes, last]: [number, number, Position | undefined] = [0, 0, undefined];
	while (made < events && performance.now() - begun < longest) {
		const author = authors[Math.floor(made / IN_A_ROW) % AUTHORS]!;
		const event = author.say(`message number ${made} of what was said`, beginning + made * PACE, last);
		store.append(event);
		digest.toggle(event.id);
		bytes += event.bytes.length;
		last = {order: event.order, id: event.id};
		if (++made % BATCH === 0) commit(store);
	}
	for (const author of authors) store.saveChain(ROOM, author.chain());
	store.saveRoom({room: ROOM, digest: digest.toString(), events: made, heads: last === undefined ? [] : [last]});
	commit(store);
	store.close();
	return {events: made, bytes, seconds: (performance.now() - begun) / 1_000};
}

function commit(store: EventStore): void {
	const result = store.commit();
	if (!result.ok) throw new Error(result.failure.message);
	// What is left for later would disturb what is measured later.
	while ((store as SqliteEventStore).upkeep());
}

/** One author's chain. */
class Writer {
	readonly #identity = newIdentity();
	readonly #epoch = randomBytes(16).toString('hex');
	readonly #digest = new IdDigest();
	readonly #isSigned: boolean;
	#sequence = 0;
	#previous: string | undefined;

	constructor(isSigned: boolean) {
		this.#isSigned = isSigned;
	}

	say(text: string, time: number, parent: Position | undefined): NewEvent {
		const event: RoomEvent = {
			...{room: ROOM, author: this.#identity.peerId, epoch: this.#epoch, sequence: ++this.#sequence},
			...{timestamp: time, clock: time, previous: this.#previous, parents: parent === undefined ? [] : [parent.id]},
			...{kind: 'message', text},
		};
		const {event: bytes, signature} = this.#isSigned ? signEvent(event, this.#identity) : this.#unsigned(event, text);
		const id = eventId(bytes);
		this.#previous = id;
		this.#digest.toggle(id);
		return {room: ROOM, id, order: time, received: time, bytes, signature, event};
	}

	chain(): StoredChain {
		return {
			...{author: this.#identity.peerId, epoch: this.#epoch, spans: [[1, this.#sequence]]},
			...{digest: this.#digest.toString(), forks: [], keptFrom: 1},
		};
	}

	/** As `signEvent` packs it. */
	#unsigned({sequence, timestamp, previous, parents}: RoomEvent, text: string) {
		const head = [ROOM, this.#identity.publicKey, Buffer.from(this.#epoch, 'hex'), sequence, timestamp];
		const links = [previous === undefined ? null : Buffer.from(previous, 'hex'), packIds(parents)];
		const event = new Uint8Array(pack([...head, EVENT_KIND_NUMBERS.message, text, timestamp, ...links]));
		return {event, signature: new Uint8Array(64)};
	}
}
