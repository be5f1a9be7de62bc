/** Archives on stores in memory, and what goes from one to another without any network. */
import {seededRandom} from '../../source/base/random.ts';
import {Archive, type Incoming, type Kept} from '../../source/history/archive.ts';
import {MemoryEventStore, type MemoryStoreOptions} from '../../source/history/memory-store.ts';
import {decodeEvent, eventId, signEvent, verifyEvent} from '../../source/wire/event.ts';
import {type Identity, identityFromSeed} from '../../source/wire/identity.ts';
import type {EventBody, RoomEvent, Want} from '../../source/wire/messages.ts';

export const ROOM = 'lobby';
export const NOW = 1_800_000_000_000;

export const people: readonly Identity[] = [1, 2, 3, 4].map(byte => identityFromSeed(new Uint8Array(32).fill(byte)));
export const [ann, bob, cat, dan] = people as [Identity, Identity, Identity, Identity];

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

/** Makes any event, also one that no honest archive would make. */
export function forge(identity: Identity, event: Partial<RoomEvent>): Incoming {
	const {event: bytes, signature} = signEvent(
		{
			room: ROOM,
			author: identity.peerId,
			epoch: '00'.repeat(16),
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

/** `to` asks `from` for what it lacks, until there is nothing left to ask for. Returns how many events it kept. */
export function pull(to: Node, from: Node, options: {readonly bytes?: number; readonly now?: number} = {}): number {
	const {bytes = 16_384, now = NOW} = options;
	let kept = 0;
	for (let round = 0; round < 50; round++) {
		const {runs, ids, differing} = to.archive.compare(ROOM, from.archive.ranges(ROOM));
		const branches = differing.flatMap(chain =>
			from.archive
				.ranges(ROOM)
				.filter(({author, epoch}) => author === chain.author && epoch === chain.epoch)
				.flatMap(({spans}) => spans.map(([first, last]) => ({...chain, from: first, to: last, isLinked: false}))),
		);
		if (runs.length === 0 && ids.length === 0 && branches.length === 0) break;
		const got = fetch(to, from, {runs: [...runs, ...branches], ids, newest: 0}, bytes, now);
		kept += got;
		if (got === 0) break;
	}
	return kept;
}

export function fetch(
	to: Node,
	from: Node,
	want: Pick<Want, 'runs' | 'ids' | 'newest'>,
	bytes = 16_384,
	now = NOW,
): number {
	let kept = 0;
	let rest: Want | undefined = {type: 'want', request: 1, room: ROOM, bytes, ...want};
	while (rest !== undefined) {
		const part = from.archive.answer(rest, bytes);
		for (const segment of part.segments) {
			const taken = to.archive.take(ROOM, segment, now, verifyEvent);
			if (taken.refused !== undefined) throw new Error(`an honest segment was refused: ${taken.refused}`);
			kept += taken.kept.length;
		}
		rest = part.rest;
	}
	return kept;
}

/** Both have what both had. */
export function synchronise(a: Node, b: Node, bytes?: number): void {
	const options = bytes === undefined ? {} : {bytes};
	pull(a, b, options);
	pull(b, a, options);
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
