import {describe, expect, test} from 'vitest';
import type {NodeEvent} from '../../source/api/event.ts';
import {seededRandom} from '../../source/base/random.ts';
import {
	Acquaintances,
	MAX_HEARD_OF,
	MAX_MET,
	NAME_PAUSE,
	SETTLED_AFTER,
	WARNINGS,
	type Where,
} from '../../source/behaviours/acquaintances.ts';
import type {BehaviourOutput} from '../../source/behaviours/behaviour.ts';
import {People, PRESENCE_INTERVAL, SAVE_AGAIN, SAVE_DELAY} from '../../source/behaviours/people.ts';
import type {StoredEvent} from '../../source/history/event-store.ts';
import {MemoryEventStore} from '../../source/history/memory-store.ts';
import {shortPeerId} from '../../source/wire/peer-id.ts';
import {ANN, addressOf, BOB, CAT, DAN, FakeView, TIMESTAMP, timer} from './fixtures.ts';

const DAY = 24 * 3_600_000;

/** Ann's node between two starts. Its clock is moved by hand. */
class Town {
	readonly view = new FakeView(ANN);
	readonly store: MemoryEventStore;
	readonly people: Acquaintances;
	readonly behaviour: People;

	constructor({store = new MemoryEventStore(seededRandom(1)), at = TIMESTAMP} = {}) {
		this.store = store;
		this.view.wallClock = at;
		this.people = new Acquaintances({view: this.view, store});
		this.behaviour = new People({view: this.view, people: this.people});
		this.behaviour.handle({type: 'start'}, 0);
	}

	/** The next start on the same disk. */
	restart(at = this.view.wallClock + DAY): Town {
		this.behaviour.handle({type: 'stop'}, 0);
		this.store.commit();
		return new Town({store: this.store, at});
	}

	/** One second after what was before. */
	event(event: NodeEvent): BehaviourOutput[] {
		this.view.wallClock += 1_000;
		return this.behaviour.handle({type: 'event', event}, 0);
	}

	/** Returns the conflicts that it gives. */
	arrives(peer: string, name: string): NodeEvent[] {
		this.view.connect(peer, {name});
		return conflictsIn(this.event({type: 'peer-connected', peer, name, address: addressOf(1), direction: 'inbound'}));
	}

	renames(peer: string, name: string): NodeEvent[] {
		this.view.connect(peer, {name});
		return conflictsIn(this.event({type: 'peer-renamed', peer, name}));
	}

	leaves(peer: string): void {
		this.view.disconnect(peer);
		this.event({type: 'peer-disconnected', peer, reason: 'closed'});
	}

	/** An event of a room says so. */
	hears(
		peer: string,
		name: string,
		{timestamp = this.view.wallClock, ...where}: Partial<Where> & {timestamp?: number} = {},
	): NodeEvent[] {
		this.people.heard(peer, name, timestamp, {isLive: true, ...where});
		return conflictsIn(this.behaviour.handle({type: 'committed'}, 0));
	}
}

const conflictsIn = (outputs: readonly BehaviourOutput[]) =>
	outputs.flatMap(output => (output.type === 'emit' ? [output.event] : []));

const conflict = (peer: string, name: string, before: string, lastSeen: number) => [
	{type: 'name-conflict', name, peer, before, lastSeen},
];

describe('people are remembered', () => {
	test('over a restart, with their name and when they were last seen', () => {
		const town = new Town();
		town.arrives(BOB, 'bob');
		town.renames(BOB, 'rob');
		expect(town.people.lastSeen(BOB)).toBe(TIMESTAMP + 2_000);
		town.leaves(BOB);
		const next = town.restart();
		expect(next.people.nameOf(BOB)).toBe('rob');
		expect(next.people.lastSeen(BOB)).toBe(TIMESTAMP + 3_000);
		expect(next.people.nameOf(CAT)).toBeUndefined();
		expect(next.people.labelOf(CAT)).toBe(shortPeerId(CAT));
		expect(next.people.lastSeen(CAT)).toBeUndefined();
	});

	test('by the last name that an event of theirs gave them, whatever came last', () => {
		const town = new Town();
		town.hears(BOB, 'rob', {timestamp: TIMESTAMP - 1_000});
		town.hears(BOB, 'bob', {timestamp: TIMESTAMP - 2_000});
		expect(town.people.nameOf(BOB)).toBe('rob');
		expect(town.people.lastSeen(BOB)).toBeUndefined();
	});

	test('by what they say themselves, and not for ever by what an event from the future calls them', () => {
		const town = new Town();
		town.hears(BOB, 'king', {timestamp: TIMESTAMP * 2});
		town.hears(BOB, 'prince', {timestamp: TIMESTAMP + 1});
		expect(town.people.nameOf(BOB)).toBe('king');
		town.view.wallClock += 10;
		town.hears(BOB, 'prince', {timestamp: TIMESTAMP + 5});
		expect(town.people.nameOf(BOB)).toBe('prince');
		town.arrives(BOB, 'bob');
		town.leaves(BOB);
		town.hears(BOB, 'king', {timestamp: TIMESTAMP});
		expect(town.people.nameOf(BOB)).toBe('bob');
	});

	test('a little later, all at once, and again if the disk did not take it', () => {
		const town = new Town();
		town.view.connect(BOB, {name: 'bob'});
		const arrival = {peer: BOB, name: 'bob', address: addressOf(1), direction: 'inbound'} as const;
		expect(town.event({type: 'peer-connected', ...arrival})).toEqual([
			{type: 'schedule', timer: 'save', at: SAVE_DELAY},
		]);
		expect(town.event({type: 'peer-connected', ...arrival})).toEqual([]);
		expect(town.behaviour.handle(timer('save'), 5_000)).toEqual([{type: 'commit'}]);
		const failure = {code: 'disk-full', message: 'full'};
		expect(town.behaviour.handle({type: 'committed', failure}, 5_000)).toEqual([
			{type: 'schedule', timer: 'save', at: 5_000 + SAVE_AGAIN},
		]);
		expect(town.behaviour.handle(timer('save'), 65_000)).toEqual([{type: 'commit'}]);
		expect(town.behaviour.handle({type: 'committed'}, 65_000)).toEqual([]);
		expect(town.behaviour.handle(timer('save'), 70_000)).toEqual([]);
	});

	test('while they are here, now and then: little is lost if we are killed', () => {
		const town = new Town();
		town.arrives(BOB, 'bob');
		town.view.wallClock += DAY;
		const outputs = town.behaviour.handle(timer('presence'), 1_000);
		expect(outputs).toContainEqual({type: 'schedule', timer: 'presence', at: 1_000 + PRESENCE_INTERVAL});
		town.behaviour.handle(timer('save'), 6_000);
		expect(town.store.people(9)).toMatchObject([{peer: BOB, lastSeen: TIMESTAMP + 1_000 + DAY}]);
	});

	test('up to a number: those whom we have met stay longest', () => {
		const town = new Town();
		town.arrives(BOB, 'bob');
		for (let index = 0; index < MAX_HEARD_OF + 50; index++)
			town.people.heard(`heard ${index}`, `h${index}`, 1, {isLive: false});
		expect(town.people.nameOf('heard 0')).toBeUndefined();
		expect(town.people.nameOf(`heard ${MAX_HEARD_OF + 49}`)).toBe(`h${MAX_HEARD_OF + 49}`);
		town.view.disconnect(BOB);
		expect(town.people.nameOf(BOB)).toBe('bob');
		for (let index = 0; index < MAX_MET; index++) town.people.introduced(`met ${index}`, `m${index}`);
		expect(town.people.nameOf(BOB)).toBeUndefined();
		town.behaviour.handle({type: 'stop'}, 0);
		expect(town.store.people(99_999).length).toBeLessThanOrEqual(MAX_MET + MAX_HEARD_OF);
	});
});

describe('row 46: a known name with a new key is reported', () => {
	test('when somebody connects under the name of one who is away', () => {
		const town = new Town();
		expect(town.arrives(BOB, 'bob')).toEqual([]);
		town.leaves(BOB);
		expect(town.arrives(CAT, 'bob')).toEqual(conflict(CAT, 'bob', BOB, TIMESTAMP + 2_000));
	});

	test('when somebody takes that name, or one that looks like it', () => {
		const town = new Town();
		town.arrives(BOB, 'bob');
		town.arrives(CAT, 'cat');
		town.leaves(BOB);
		// A Cyrillic o.
		expect(town.renames(CAT, 'Bоb')).toEqual(conflict(CAT, 'Bоb', BOB, TIMESTAMP + 3_000));
	});

	test('when somebody says so in a room, whether it is connected to us or not', () => {
		const town = new Town();
		town.arrives(BOB, 'bob');
		town.leaves(BOB);
		expect(town.hears(CAT, 'bob')).toEqual(conflict(CAT, 'bob', BOB, TIMESTAMP + 2_000));
	});

	test('after a restart: what counts is who had the name first', () => {
		const town = new Town();
		town.arrives(BOB, 'bob');
		town.leaves(BOB);
		const next = town.restart();
		expect(next.arrives(CAT, 'bob')).toEqual(conflict(CAT, 'bob', BOB, TIMESTAMP + 2_000));
		expect(next.arrives(BOB, 'bob')).toEqual([]);
	});

	test('whatever time the newcomer claims', () => {
		const town = new Town();
		town.arrives(BOB, 'bob');
		town.leaves(BOB);
		expect(town.hears(CAT, 'bob', {timestamp: 1})).toEqual(conflict(CAT, 'bob', BOB, TIMESTAMP + 2_000));
		expect(town.arrives(BOB, 'bob')).toEqual([]);
	});

	test('once per start, and no more when the newcomer has gone by that name for a week', () => {
		const town = new Town();
		town.arrives(BOB, 'bob');
		town.leaves(BOB);
		expect(town.arrives(CAT, 'bob')).toHaveLength(1);
		town.leaves(CAT);
		expect(town.arrives(CAT, 'bob')).toEqual([]);
		const next = town.restart();
		expect(next.arrives(CAT, 'bob')).toHaveLength(1);
		const weekLater = next.restart(next.view.wallClock + SETTLED_AFTER);
		expect(weekLater.arrives(CAT, 'bob')).toEqual([]);
		expect(weekLater.arrives(DAN, 'bob')).toHaveLength(1);
	});

	test('but not for two who are here at once, nor for one who comes back', () => {
		const town = new Town();
		town.arrives(BOB, 'alex');
		expect(town.arrives(CAT, 'alex')).toEqual([]);
		town.leaves(BOB);
		expect(town.arrives(BOB, 'alex')).toEqual([]);
	});

	test('nor for namesakes in old history whom nobody has met: there is no telling who was first', () => {
		const town = new Town();
		town.hears(BOB, 'alex', {isLive: false, timestamp: 1});
		town.view.wallClock += 1;
		expect(town.hears(CAT, 'alex', {isLive: false, timestamp: 2})).toEqual([]);
		expect(town.hears(DAN, 'alex', {isLive: true})).toHaveLength(1);
	});

	test('nor for a name that its owner has given up', () => {
		const town = new Town();
		town.arrives(BOB, 'bob');
		town.renames(BOB, 'rob');
		town.leaves(BOB);
		expect(town.arrives(CAT, 'bob')).toEqual([]);
	});
	test('once for many keys that take one name, and again after a while', () => {
		const town = new Town();
		town.arrives(BOB, 'bob');
		town.leaves(BOB);
		const flood = Array.from({length: 100}, (_, index) => town.hears(`key ${index}`, 'bob'));
		expect(flood.flat()).toHaveLength(1);
		town.view.wallClock += NAME_PAUSE;
		expect(town.hears(CAT, 'bob')).toHaveLength(1);
	});

	test('of few names a minute', () => {
		const town = new Town();
		const names = Array.from({length: 20}, (_, index) => `friend ${index}`);
		for (const name of names) {
			town.arrives(name, name);
			town.leaves(name);
		}
		town.view.wallClock += 60_000;
		const taken = names.map(name => town.arrives(`new ${name}`, name));
		expect(taken.flat().length).toBeGreaterThanOrEqual(WARNINGS.burst);
		expect(taken.flat().length).toBeLessThanOrEqual(WARNINGS.burst + 2);
	});

	test('in a room only if the one who had it has joined there, unless the newcomer is connected to us', () => {
		const town = new Town();
		town.arrives(BOB, 'bob');
		town.leaves(BOB);
		const joined = new Set(['lobby']);
		town.store.last = room => (joined.has(room) ? ({} as StoredEvent) : undefined);
		expect(town.hears(CAT, 'bob', {room: 'elsewhere'})).toEqual([]);
		expect(town.hears(DAN, 'bob', {room: 'lobby'})).toHaveLength(1);
		town.view.wallClock += NAME_PAUSE;
		expect(town.arrives(CAT, 'bob')).toHaveLength(1);
	});
});
