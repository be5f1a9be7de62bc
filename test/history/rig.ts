/** Archives on stores in memory, and what goes from one to another without any network. */
import {hash} from 'node:crypto';
import {seededRandom} from '../../source/base/random.ts';
import {Archive, type Incoming, type Kept} from '../../source/history/archive.ts';
import {MemoryEventStore, type MemoryStoreOptions} from '../../source/history/memory-store.ts';
import {decodeEvent, type EventVerifier, eventId, signEvent} from '../../source/wire/event.ts';
import {type Identity, identityFromSeed} from '../../source/wire/identity.ts';
import {EVENT_DOMAIN} from '../../source/wire/layout.ts';
import type {EventBody, RoomEvent, Segment, Want} from '../../source/wire/messages.ts';
import {type PeerId, publicKeyOf} from '../../source/wire/peer-id.ts';

export const ROOM = 'lobby';
export const NOW = 1_800_000_000_000;
export const EPOCH = '00'.repeat(16);

const DOMAIN = Buffer.from(EVENT_DOMAIN);

/** People whose signatures cost nothing: a hash that only these tests take for one. */
export const people: readonly Identity[] = [1, 2, 3, 4].map(byte => {
	const identity = identityFromSeed(new Uint8Array(32).fill(byte));
	return {...identity, sign: bytes => seal(bytes, identity.peerId)};
});
export const [ann, bob, cat, dan] = people as [Identity, Identity, Identity, Identity];

function seal(bytes: Uint8Array, author: PeerId): Uint8Array {
	return hash('sha512', Buffer.concat([publicKeyOf(author), bytes]), 'buffer');
}

export const verify: EventVerifier = (event, signature, author) =>
	Buffer.compare(seal(Buffer.concat([DOMAIN, event]), author), signature) === 0;

export type Node = {readonly archive: Archive; readonly store: MemoryEventStore; readonly identity: Identity};

export function nodeOf(identity: Identity, options: MemoryStoreOptions & {readonly seed?: number} = {}): Node {
	const store = new MemoryEventStore(seededRandom(options.seed ?? identity.publicKey[0]!), options);
	const archive = new Archive({store, identity});
	archive.open(ROOM);
	return {archive, store, identity};
}

export function said(text: string): EventBody {
	return {kind: 'message', text};
}

export function incomingOf(bytes: Uint8Array, signature: Uint8Array | undefined): Incoming {
	return {id: eventId(bytes), event: decodeEvent(bytes), bytes, signature};
}

export function incomingFrom({stored, event}: Kept): Incoming {
	return {id: stored.id, event, bytes: stored.bytes, signature: stored.signature};
}

/** Says it and commits. */
export function say({archive}: Node, text: string, at = NOW): Incoming {
	const kept = archive.create(ROOM, said(text), at);
	archive.commit();
	return incomingFrom(kept);
}

/** Makes any event, also one that no honest archive would make. */
export function forge(identity: Identity, event: Partial<RoomEvent> = {}): Incoming {
	const {event: bytes, signature} = signEvent(
		{
			room: ROOM,
			author: identity.peerId,
			epoch: EPOCH,
			sequence: 1,
			timestamp: NOW,
			clock: NOW,
			previous: undefined,
			parents: [],
			...(event.kind === undefined && said('forged')),
			...event,
		} as RoomEvent,
		identity,
	);
	return incomingOf(bytes, signature);
}

/** A chain of so many events, each naming the one before as its only parent. */
export function chainOf(identity: Identity, length: number, change: Partial<RoomEvent> = {}): Incoming[] {
	const chain: Incoming[] = [];
	for (let sequence = 1; sequence <= length; sequence++) {
		const previous = chain.at(-1)?.id;
		const parents = previous === undefined ? [] : [previous];
		chain.push(forge(identity, {sequence, previous, parents, clock: NOW + sequence, ...change}));
	}
	return chain;
}

export function segmentOf(events: readonly Incoming[]): Segment {
	return {events: events.map(({bytes}) => bytes), signature: events.at(-1)!.signature};
}

/** `to` asks `from` for what it lacks, until there is nothing left to ask for. Returns how many events it kept. */
export function pull(to: Node, from: Node, bytes = 16_384): number {
	let kept = 0;
	from.archive.commit();
	to.archive.commit();
	for (let round = 0; round < 20; round++) {
		const theirs = from.archive.ranges(ROOM);
		const {runs, ids, differing} = to.archive.compare(ROOM, theirs);
		const branches = theirs
			.filter(({author, epoch}) => differing.some(chain => chain.author === author && chain.epoch === epoch))
			.flatMap(({author, epoch, spans}) =>
				spans.map(([first, last]) => ({author, epoch, from: first, to: last, isLinked: false})),
			);
		if (runs.length === 0 && ids.length === 0 && branches.length === 0) break;
		const got = fetch(to, from, {runs: [...runs, ...branches], ids, newest: 0}, bytes);
		kept += got;
		if (got === 0) break;
	}
	return kept;
}

/** Everything that `from` answers to one want. Returns how many events were kept. */
export function fetch(to: Node, from: Node, want: Pick<Want, 'runs' | 'ids' | 'newest'>, bytes = 16_384): number {
	let kept = 0;
	let rest: Want | undefined = {type: 'want', request: 1, room: ROOM, bytes, ...want};
	for (let parts = 0; rest !== undefined; parts++) {
		if (parts > 1_000) throw new Error('an answer without an end');
		const part = from.archive.answer(rest, bytes);
		for (const segment of part.segments) {
			const taken = to.archive.take(ROOM, segment, NOW, verify);
			if (taken.refused !== undefined) throw new Error(`an honest segment was refused: ${taken.refused}`);
			kept += taken.kept.length;
		}
		rest = part.rest;
	}
	to.archive.commit();
	return kept;
}

/** Both get what the other has. Of some forks one knows only after the other has found out. */
export function synchronise(a: Node, b: Node, bytes?: number): void {
	for (let kept = 1; kept > 0; ) kept = pull(a, b, bytes) + pull(b, a, bytes);
	settle(a);
	settle(b);
}

/** All orders are final. */
export function settle({archive}: Node): void {
	while (!archive.reorderSome(ROOM).isDone);
}

/** Ids in the order of the room. */
export function ordered({store}: Node): readonly string[] {
	return store.page(ROOM, {limit: 1_000_000, kinds: 'all'}).map(({id}) => id);
}

/** What must be equal on all who hold the same. */
export function contentOf(node: Node): unknown {
	node.archive.commit();
	const chains = node.archive.ranges(ROOM).toSorted((a, b) => (a.author + a.epoch < b.author + b.epoch ? -1 : 1));
	return {chains, digest: node.archive.digest(ROOM), order: ordered(node)};
}
