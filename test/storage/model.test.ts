/**
 * The store on disk against the store in memory: whatever is done to both, both give the same answers. The one is plain
 * enough to be believed, the other is the one that people's words are in.
 */
import fc from 'fast-check';
import {afterEach, expect, it} from 'vitest';
import {seededRandom} from '../../source/base/random.ts';
import type {EventStore, NewEvent} from '../../source/history/event-store.ts';
import {MemoryEventStore} from '../../source/history/memory-store.ts';
import {isWords} from '../../source/wire/room-event.ts';
import {AUTHORS, EPOCH, eventOf, newDirectory, open, removeDirectories} from './history.ts';

afterEach(removeDirectories);

const ROOMS = ['lobby', 'dev', `@${'0'.repeat(32)}`] as const;
const TEXTS = ['apple pie', 'Apply now', 'Äpfel, Birnen', 'banana 42', 'x"y OR z*', ''];
const QUERIES = ['app', 'APPLE', 'apf bir', '42 ban', '"', 'x y', 'OR', 'NEAR(z', '-', 'apple banana'];
const IDS = 24;

const OFFER = {file: 'ab'.repeat(32), size: 1, files: 0, isExecutable: false, manifest: undefined};

/** In each room the same number of events of every kind; the targets are the first ones. */
const EVENTS: readonly NewEvent[] = ROOMS.flatMap(room => {
	const events: NewEvent[] = [];
	for (let index = 0; index < IDS; index++) {
		const author = AUTHORS[index % 3]!;
		// Two of one number now and then: a fork.
		const sequence = 1 + Math.floor(index / 3) - (index % 7 === 6 ? 1 : 0);
		const text = TEXTS[index % TEXTS.length] || 'empty';
		const target = events[index % 4]?.id ?? '';
		const bodies = [
			{kind: 'reply', target, text},
			{kind: 'edit', target, text},
			{kind: 'reaction', target, emoji: '👍', isOn: true},
			{kind: 'redaction', target, reason: ''},
			{kind: 'topic', text},
			{kind: 'join', name: 'ann'},
			{kind: 'leave'},
			{kind: 'unknown', number: 77},
			{kind: 'file', offer: {...OFFER, name: text}},
		] as const;
		const body = index < 8 ? ({kind: 'message', text: `${text} ${index}`} as const) : bodies[index % bodies.length]!;
		events.push(eventOf(body, {room, author, sequence, order: 10 + index}));
	}
	return events;
});

type Step = (store: EventStore) => unknown;

const room = fc.constantFrom(...ROOMS);
const order = fc.nat(40);
const event = fc.constantFrom(...EVENTS);
const position = fc.option(
	event.map(({order, id}) => ({order, id})),
	{nil: undefined},
);
const chain = fc.constantFrom(...AUTHORS).map(author => ({author, epoch: EPOCH}));
const limit = fc.integer({min: 1, max: 6});

const write: fc.Arbitrary<Step> = fc.oneof(
	{
		weight: 8,
		arbitrary: fc.tuple(event, order, order).map(([one, place, received]) => (store: EventStore) => {
			if (!store.has(one.room, one.id)) store.append({...one, order: place, received});
		}),
	},
	fc.tuple(event, order).map(
		([{room, id}, place]) =>
			(store: EventStore) =>
				store.reorder(room, id, place),
	),
	fc
		.tuple(event, fc.constantFrom(...TEXTS))
		.filter(([{event}]) => isWords(event.kind))
		.map(
			([{room, id}, text]) =>
				(store: EventStore) =>
					store.index(room, id, text),
		),
	fc.tuple(room, position, order).map(
		([room, head, events]) =>
			(store: EventStore) =>
				store.saveRoom({
					room,
					digest: EPOCH,
					events,
					heads: head ? [head] : [],
					...(head ? {readTo: head, reorderFrom: head} : {readByPeer: {order: 1, id: 'aa'}, peer: AUTHORS[1]}),
				}),
	),
	fc.tuple(room, chain, order).map(
		([room, chain, to]) =>
			(store: EventStore) =>
				store.saveChain(room, {
					...chain,
					spans: [[1, to + 1]],
					digest: 'cd'.repeat(32),
					forks: to % 2 ? [EPOCH] : [],
					keptFrom: to,
					...(to % 3 ? {tip: {sequence: to, id: EPOCH}} : {}),
				}),
	),
	fc.tuple(event, event).map(
		([missing, child]) =>
			(store: EventStore) =>
				store.addGap(child.room, {missing: missing.id, child: child.id}),
	),
	event.map(
		({room, id}) =>
			(store: EventStore) =>
				store.fillGap(room, id),
	),
	fc.tuple(event, fc.subarray(AUTHORS)).map(
		([{id}, holders]) =>
			(store: EventStore) =>
				store.saveSpread({messageId: id, room: 'elsewhere', members: AUTHORS, holders}),
	),
	fc.tuple(fc.constantFrom(...AUTHORS), order).map(
		([peer, lastSeen]) =>
			(store: EventStore) =>
				store.savePerson({peer, name: `n${lastSeen}`, since: lastSeen, lastSeen}),
	),
	fc.tuple(room, order, limit).map(
		([room, olderThan, limit]) =>
			(store: EventStore) =>
				store.prune(room, olderThan, limit),
	),
	room.map(room => (store: EventStore) => store.forget(room)),
);

const read: fc.Arbitrary<Step> = fc.oneof(
	event.map(({room, id}) => (store: EventStore) => [store.has(room, id), store.orderOf(room, id), store.get(room, id)]),
	fc.tuple(room, chain, limit, fc.option(fc.constantFrom(1, 2), {nil: undefined})).map(
		([room, chain, sequence, limit]) =>
			(store: EventStore) =>
				store.at(room, chain, sequence, limit),
	),
	fc.tuple(room, chain, limit, limit, fc.nat(500)).map(
		([room, chain, from, more, bytes]) =>
			(store: EventStore) =>
				store.run(room, chain, {from, to: from + more, bytes}),
	),
	fc.tuple(room, limit, position, position, fc.constantFrom('entries' as const, 'all' as const)).map(
		([room, limit, before, after, kinds]) =>
			(store: EventStore) =>
				store.page(room, {limit, kinds, ...(before && {before}), ...(after && {after})}),
	),
	fc.tuple(room, limit).map(([room, limit]) => (store: EventStore) => {
		const ids = EVENTS.filter(one => one.room === room).slice(0, 5);
		return store.about(
			room,
			ids.map(({id}) => id),
			limit,
		);
	}),
	fc
		.tuple(
			room,
			event.map(({event}) => event.kind),
			fc.option(fc.constantFrom(...AUTHORS), {nil: undefined}),
		)
		.map(
			([room, kind, author]) =>
				(store: EventStore) =>
					store.last(room, kind, author),
		),
	fc.tuple(room, position, limit).map(
		([room, after, limit]) =>
			(store: EventStore) =>
				store.countUnread(room, after, AUTHORS[0], limit),
	),
	fc.tuple(room, limit).map(
		([room, limit]) =>
			(store: EventStore) =>
				store.authors(room, limit),
	),
	fc
		.tuple(fc.constantFrom(...QUERIES), fc.option(room, {nil: undefined}), limit)
		.map(([text, room, limit]) => (store: EventStore) => {
			const first = store.search({text, limit, ...(room === undefined ? {} : {room})});
			const before = first.at(-1)?.id;
			return [first, before === undefined ? [] : store.search({text, limit, before, ...(room ? {room} : {})})];
		}),
	fc.constant<Step>(store => [store.spreads(3), store.people(2)]),
	room.map(room => (store: EventStore) => store.room(room)),
	room.map(room => (store: EventStore) => [
		[...store.rooms()].sort((a, b) => (a.room < b.room ? -1 : 1)),
		[...store.chains(room)].sort((a, b) => (a.author < b.author ? -1 : 1)),
		store
			.gaps(room)
			.map(({missing, child}) => `${missing} ${child}`)
			.sort(),
	]),
);

type Turn = {readonly step: Step; readonly name: 'step'} | {readonly name: 'commit' | 'rollback' | 'restart'};

const turn: fc.Arbitrary<Turn> = fc.oneof(
	{weight: 28, arbitrary: fc.oneof(write, read).map(step => ({name: 'step' as const, step}))},
	{weight: 2, arbitrary: fc.constantFrom({name: 'commit' as const}, {name: 'rollback' as const})},
	fc.constant({name: 'restart' as const}),
);

/** Bytes as text, and arrays that are ours. */
function plain(answer: unknown): unknown {
	if (answer instanceof Uint8Array) return Buffer.from(answer).toString('hex');
	if (Array.isArray(answer)) return answer.map(plain);
	if (typeof answer !== 'object' || answer === null) return answer;
	return Object.fromEntries(Object.entries(answer).map(([key, value]) => [key, plain(value)]));
}

it('whatever is done, the store on disk answers as the one in memory', async () => {
	await fc.assert(
		fc.asyncProperty(fc.array(turn, {minLength: 20, maxLength: 150, size: 'max'}), async turns => {
			const directory = newDirectory();
			let disk = await open(directory);
			let memory = new MemoryEventStore(seededRandom(1));
			for (const one of turns) {
				if (one.name === 'step') {
					expect(plain(one.step(disk))).toEqual(plain(one.step(memory)));
				} else if (one.name === 'restart') {
					disk.close();
					memory.rollback();
					memory = new MemoryEventStore(seededRandom(1), {from: memory.snapshot(), keepsEpoch: true});
					const {epoch} = disk;
					disk = await open(directory);
					expect(disk.epoch).toBe(epoch);
				} else if (one.name === 'rollback') {
					disk.rollback();
					memory.rollback();
				} else {
					expect([disk.commit(), memory.commit()]).toEqual([{ok: true}, {ok: true}]);
				}
			}
			disk.close();
			removeDirectories();
		}),
		{numRuns: 20},
	);
});
