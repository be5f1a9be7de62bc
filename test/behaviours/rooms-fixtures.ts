/** What the tests of rooms share: Ann's node with its archive, events as their authors sign them, and what comes of them. */
import type {Command} from '../../source/api/command.ts';
import type {ChatMessage, EventOf, NodeEvent} from '../../source/api/event.ts';
import {seededRandom} from '../../source/base/random.ts';
import type {BehaviourInput, BehaviourOutput, BehaviourStats} from '../../source/behaviours/behaviour.ts';
import {Chronicle} from '../../source/behaviours/chronicle.ts';
import type {Overlay} from '../../source/behaviours/overlay.ts';
import {Receipts} from '../../source/behaviours/receipts.ts';
import {Rooms} from '../../source/behaviours/rooms.ts';
import {Archive} from '../../source/history/archive.ts';
import type {StorageFailure} from '../../source/history/event-store.ts';
import {MemoryEventStore} from '../../source/history/memory-store.ts';
import {decodeEvent, eventId, type SignedEvent, signEvent, verifyEvent} from '../../source/wire/event.ts';
import type {Identity} from '../../source/wire/identity.ts';
import type {EventBody, EventHead, Message, RoomEvent} from '../../source/wire/messages.ts';
import type {PeerId} from '../../source/wire/peer-id.ts';
import {
	ANN,
	asked,
	BOB,
	CAT,
	connected,
	DAN,
	disconnected,
	emit,
	FakeView,
	IDENTITIES,
	received,
	send,
	TIMESTAMP,
	timer,
} from './fixtures.ts';

export const [annIdentity, bobIdentity, catIdentity] = IDENTITIES;

const NAMES: Record<string, string> = {[BOB]: 'bob', [CAT]: 'cat', [DAN]: 'dan'};

export const DISK_FULL: StorageFailure = {code: 'disk-full', message: 'The disk is full. Free some space'};

export type DeskOptions = {
	readonly rooms?: readonly string[];
	/** Who is connected. */
	readonly peers?: readonly PeerId[];
	readonly pubsub?: 'gossipsub' | 'floodsub';
	/** What is kept from a run before. */
	readonly store?: MemoryEventStore;
};

/** Ann's node. It answers the output `commit` at once, unless it is told not to: so the tests see what comes in the end. */
export class Desk {
	readonly view: FakeView;
	readonly store: MemoryEventStore;
	readonly archive: Archive;
	readonly chronicle: Chronicle;
	readonly receipts: Receipts;
	readonly rooms: Rooms;
	/** What the start gave. */
	readonly begun: readonly BehaviourOutput[];
	/** How often a signature was checked, and how often something was written to the disk. */
	verified = 0;
	commits = 0;

	constructor({rooms = ['lobby'], peers = [BOB, CAT], pubsub = 'floodsub', store}: DeskOptions = {}) {
		const view = new FakeView(ANN, Object.fromEntries(peers.map(peer => [peer, {name: NAMES[peer] ?? peer}])));
		this.store = store ?? new MemoryEventStore(seededRandom(7));
		const archive = new Archive({store: this.store, identity: annIdentity});
		const chronicle = new Chronicle({view, archive});
		const receipts = new Receipts({view, archive});
		const verify: typeof verifyEvent = (...what) => {
			this.verified += 1;
			return verifyEvent(...what);
		};
		this.view = view;
		this.archive = archive;
		this.chronicle = chronicle;
		this.receipts = receipts;
		this.rooms = new Rooms({view, archive, chronicle, receipts, rooms, random: seededRandom(1), pubsub, verify});
		this.begun = this.handle({type: 'start'});
		for (const peer of peers) this.handle(connected(peer));
	}

	/** All that comes of it, the commit it asks for included. */
	handle(input: BehaviourInput, now = 0): BehaviourOutput[] {
		return this.#settled(this.hold(input, now), now);
	}

	/** The same, while the disk lets us wait. */
	hold(input: BehaviourInput, now = 0): BehaviourOutput[] {
		return this.rooms.handle(input, now);
	}

	/** The disk takes what is staged, or does not if the store has been told to fail. */
	commit(now = 0): BehaviourOutput[] {
		this.commits += 1;
		const result = this.archive.commit();
		const outputs = this.hold(result.ok ? {type: 'committed'} : {type: 'committed', failure: result.failure}, now);
		return this.#settled(outputs, now);
	}

	#settled(outputs: readonly BehaviourOutput[], now: number): BehaviourOutput[] {
		const rest = outputs.filter(({type}) => type !== 'commit');
		return rest.length === outputs.length ? rest : [...rest, ...this.commit(now)];
	}

	ask(command: Command, now = 0): BehaviourOutput[] {
		return this.handle(asked(command), now);
	}

	say(text: string, room = 'lobby', now = 0): BehaviourOutput[] {
		return this.ask({command: 'publish', room, text, id: '1'}, now);
	}

	timer(name: string, now = 0): BehaviourOutput[] {
		return this.handle(timer(name), now);
	}

	connect(peer: PeerId, now = 0): BehaviourOutput[] {
		this.view.connect(peer, {name: NAMES[peer] ?? peer});
		return this.handle(connected(peer), now);
	}

	disconnect(peer: PeerId, now = 0): BehaviourOutput[] {
		this.view.disconnect(peer);
		return this.handle(disconnected(peer), now);
	}

	get overlay(): Overlay {
		return this.rooms.overlay;
	}

	stats(): BehaviourStats {
		return this.rooms.stats();
	}

	/** The same profile after `kill -9`: only what is on disk is there. */
	restarted(options: DeskOptions = {}): Desk {
		const store = new MemoryEventStore(seededRandom(8), {from: this.store.snapshot()});
		return new Desk({...options, store});
	}
}

/** Bob and Cat are in the rooms with Ann, and she has said something in each, so that she has come into it. */
export function startTogether(rooms: readonly string[] = ['lobby'], pubsub?: 'gossipsub' | 'floodsub'): Desk {
	const desk = new Desk({rooms, ...(pubsub && {pubsub})});
	for (const peer of [BOB, CAT]) desk.handle(subscribed(peer, rooms));
	for (const room of rooms) desk.say('hello from ann', room);
	return desk;
}

export const subscribed = (peer: string, joined: readonly string[], left: readonly string[] = []) =>
	received(peer, {type: 'subscriptions', joined, left});

export const told = (peers: readonly string[], joined: readonly string[], left: readonly string[]) =>
	send(peers, {type: 'subscriptions', joined, left});

// --- events of others ---

/** When they were written. */
export const WRITTEN = TIMESTAMP - 10_000;

export type Words = Partial<Pick<EventHead, 'room' | 'sequence' | 'epoch' | 'timestamp' | 'clock' | 'parents'>> & {
	readonly text?: string;
	readonly body?: EventBody;
};

/** An event as its author signs it. */
export function written(author: Identity, words: Words = {}) {
	const {room = 'lobby', text = 'hello', sequence = 1, epoch = 'cd'.repeat(16), timestamp = WRITTEN} = words;
	const {clock = timestamp, parents = [], body = {kind: 'message', text}} = words;
	const previous = sequence === 1 ? undefined : 'ee'.repeat(32);
	const head = {room, author: author.peerId, epoch, sequence, timestamp, clock, previous, parents};
	const signed = signEvent({...head, ...body}, author);
	return {...signed, messageId: eventId(signed.event)};
}

export const publishing = (source: string, {event, signature}: SignedEvent, hops = 0) =>
	received(source, {type: 'publish', event, signature, hops});

/** A message as it is shown; `via` and `hops` are those of one that came from Bob himself. */
export const shown = (message: Partial<ChatMessage> & Pick<ChatMessage, 'messageId'>): BehaviourOutput =>
	emit({
		type: 'message',
		room: 'lobby',
		kind: 'message',
		from: BOB,
		name: 'bob',
		text: 'hello',
		timestamp: WRITTEN,
		seq: 1,
		order: WRITTEN,
		local: false,
		via: BOB,
		hops: 1,
		...message,
	});

export const handedOn = (peers: readonly PeerId[], {event, signature}: SignedEvent, hops = 1): BehaviourOutput =>
	send(peers, {type: 'publish', event, signature, hops});

export const receiptsAt = (at: number): BehaviourOutput => ({type: 'schedule', timer: 'receipts', at});

// --- outputs ---

export const refused = (command: Command, code: string, message: string) =>
	({type: 'refuse', command, error: {code, message}}) as BehaviourOutput;

/** What people are told, of one type. */
export function events<Type extends NodeEvent['type']>(
	outputs: readonly BehaviourOutput[],
	type: Type,
): EventOf<Type>[] {
	return outputs.flatMap(output =>
		output.type === 'emit' && output.event.type === type ? [output.event as EventOf<Type>] : [],
	);
}

/** Messages of one type that leave, with their receivers. */
export function sent<Type extends Message['type']>(outputs: readonly BehaviourOutput[], type: Type) {
	return outputs.flatMap(output =>
		output.type === 'send' && output.message.type === type
			? [{peers: output.peers, message: output.message as Extract<Message, {type: Type}>}]
			: [],
	);
}

/** The events that leave in `publish`, decoded. */
export function published(outputs: readonly BehaviourOutput[]): (RoomEvent & {readonly peers: readonly PeerId[]})[] {
	return sent(outputs, 'publish').map(({peers, message}) => ({...decodeEvent(message.event), peers}));
}

/** The result of the only reply. */
export function replied(outputs: readonly BehaviourOutput[]): Record<string, unknown> {
	const results = outputs.flatMap(output => (output.type === 'reply' ? [output.result] : []));
	if (results.length !== 1) throw new Error(`${results.length} replies`);
	return results[0] as Record<string, unknown>;
}

/** The id of what was just said. */
export const idOf = (outputs: readonly BehaviourOutput[]) => (replied(outputs) as {messageId: string}).messageId;

/** Outputs in one word each: what is told, sent, answered. */
export function inShort(outputs: readonly BehaviourOutput[]): string[] {
	return outputs.map(output => {
		if (output.type === 'emit') return output.event.type;
		return output.type === 'send' ? `send ${output.message.type}` : output.type;
	});
}
