/** Tables of hints: bounded, fair, and the same whatever the order in which the hints come. */
import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {type Random, seededRandom} from '../../source/base/random.ts';
import {AddressBook} from '../../source/swarm/address-book.ts';
import {Dialer} from '../../source/swarm/dialer.ts';
import {FairMap} from '../../source/swarm/fair-map.ts';
import {HintList, MAX_HINTS, MAX_HINTS_PER_HOST} from '../../source/swarm/hint-list.ts';
import {NEWS_PER_SOURCE, Sightings} from '../../source/swarm/sightings.ts';
import {ANN, addressOf, IDENTITIES} from '../behaviours/fixtures.ts';
import {fixedRandom} from './fixtures.ts';

type Known = {readonly name: string; isBad?: boolean; isGood?: boolean};

const fair = (capacity = 6, perGroup = 4, random?: Random) =>
	new FairMap<string, Known>({
		capacity,
		perGroup,
		isExpendable: ({isBad = false}) => isBad,
		isProtected: ({isGood = false}) => isGood,
		...(random && {random}),
	});

const namesIn = (map: FairMap<string, Known>) => [...map.values()].map(({name}) => name);

/** Entries named by their group, such as `a1`. */
function fill(map: FairMap<string, Known>, names: string, facts: Partial<Known> = {}): boolean[] {
	return names.split(' ').map(name => map.add(name, name[0]!, {name, ...facts}));
}

describe('a fair map', () => {
	test('gives each group its share: the rest of a flood from one place only crowds out itself', () => {
		const map = fair();
		fill(map, 'b1 a1 a2 a3 a4 a5 a6');
		expect(namesIn(map)).toEqual(['b1', 'a3', 'a4', 'a5', 'a6']);
	});

	test('when it is full, the largest group makes room for a smaller one, the oldest first', () => {
		const map = fair();
		fill(map, 'a1 a2 a3 a4 b1 b2');
		expect([fill(map, 'c1'), namesIn(map)]).toEqual([[true], ['a2', 'a3', 'a4', 'b1', 'b2', 'c1']]);
	});

	test('from more places than there is room for each one gets in, and each one there has the same lot', () => {
		const lost: Record<string, number> = {};
		for (let seed = 0; seed < 600; seed++) {
			const map = fair(6, 4, seededRandom(seed));
			fill(map, 'a1 b1 c1 d1 e1 f1');
			expect([fill(map, 'g1'), map.size]).toEqual([[true], 6]);
			for (const name of 'a1 b1 c1 d1 e1 f1'.split(' ')) if (!map.get(name)) lost[name] = (lost[name] ?? 0) + 1;
		}
		// A hundred each.
		expect(Object.keys(lost)).toHaveLength(6);
		for (const count of Object.values(lost)) expect([count > 60, count < 140]).toEqual([true, true]);
	});

	test('the larger groups, and not the smaller ones, make room for an equal one', () => {
		const map = fair();
		fill(map, 'a1 b1 b2 c1 c2 d1');
		expect([fill(map, 'd2'), namesIn(map)]).toEqual([[true], ['a1', 'b2', 'c1', 'c2', 'd1', 'd2']]);
		expect([fill(map, 'd3'), namesIn(map)]).toEqual([[true], ['a1', 'b2', 'c1', 'c2', 'd2', 'd3']]);
	});

	test('what has proved worthless goes first, what is protected never', () => {
		const map = fair();
		fill(map, 'e1 e2', {isGood: true});
		fill(map, 'a1 b1 c1');
		fill(map, 'd1', {isBad: true});
		expect([fill(map, 'f1 g1'), namesIn(map)]).toEqual([
			[true, true],
			['e1', 'e2', 'b1', 'c1', 'f1', 'g1'],
		]);
		const full = fair(2);
		fill(full, 'a1 b1', {isGood: true});
		expect([fill(full, 'c1'), namesIn(full)]).toEqual([[false], ['a1', 'b1']]);
		expect([map.delete('e1'), map.delete('e1'), map.size]).toEqual([true, false, 5]);
	});
});

const host = fc.nat(40);
/** Addresses of one peer: each host has one. */
const address = host.map(number => addressOf(number));

/** The same hints once more in another order, some of them several times. */
const shuffledTwice = <Value>(values: fc.Arbitrary<Value>) =>
	fc
		.uniqueArray(values, {maxLength: 40, selector: value => JSON.stringify(value)})
		.chain(once =>
			fc.tuple(
				fc.shuffledSubarray(once, {minLength: once.length}),
				fc.shuffledSubarray([...once, ...once], {minLength: 2 * once.length}),
			),
		);

describe('merging what is known of peers', () => {
	test('any order and repetition of the same addresses gives the same bounded list', () => {
		fc.assert(
			fc.property(shuffledTwice(address), fc.double({min: 0, max: 0.99, noNaN: true}), ([first, second], salt) => {
				const [a, b] = [first, second].map(hints => {
					const list = new HintList(fixedRandom(salt));
					for (const hint of hints) list.add(hint);
					return [...list.all()].sort();
				});
				expect(b).toEqual(a);
				expect(a!.length).toBe(Math.min(MAX_HINTS, new Set(first).size));
			}),
		);
	});

	test('any order and repetition of the same sightings gives the same dials and the same list', () => {
		const peers = IDENTITIES.slice(1).map(({peerId}) => peerId);
		const sighting = fc.record({peer: fc.constantFrom(...peers), address});
		fc.assert(
			fc.property(shuffledTwice(sighting), ([first, second]) => {
				const [a, b] = [first, second].map(sightings => {
					const dialer = new Dialer(ANN, fixedRandom(0.4), new AddressBook());
					const seen = new Sightings(() => false, fixedRandom(0.4));
					for (const {peer, address: place} of sightings) {
						dialer.discovered(peer, place, 0);
						seen.note({peer, addresses: [place], via: 'announcement', source: place}, 0);
					}
					const dials: string[] = [];
					for (let now = 0; now < 4_000; now += 250) {
						for (const {address: place, expected} of dialer.due(now)) dials.push(`${expected} ${place}`);
						for (let dial = 1; dial <= 200; dial++) dialer.failed(dial, 'refused', now);
					}
					return [new Set(dials), new Set(seen.current(0).map(({peer}) => peer))];
				});
				expect(b![1]).toEqual(a![1]);
				expect(b![0]!.size).toBe(a![0]!.size);
			}),
			{numRuns: 60},
		);
	});
});

test('row 15: one place brings a bounded number of changes, of however many peers', () => {
	const seen = new Sightings(() => false, fixedRandom(0.4));
	let changes = 0;
	for (let round = 0; round < 4; round++) {
		for (let index = 0; index < 30; index++) {
			const sight = {
				peer: `peer ${index}`,
				addresses: [addressOf(round)],
				via: 'announcement',
				source: 'here',
			} as const;
			if (seen.note(sight, 0) === 'change') changes += 1;
		}
	}
	expect(changes).toBe(NEWS_PER_SOURCE.burst - 30);
});

describe('the addresses that others tell of one peer', () => {
	test('of one host there is a bounded number, the newest', () => {
		const list = new HintList(fixedRandom(0.5));
		for (const port of [4001, 4002, 4003]) list.add(addressOf(2, port));
		expect(list.all()).toEqual([addressOf(2, 4003), addressOf(2, 4002)]);
		expect(list.size).toBe(MAX_HINTS_PER_HOST);
	});

	test('row 14: each has the same chance, however often the others are repeated', () => {
		let kept = 0;
		for (let seed = 0; seed < 400; seed++) {
			const list = new HintList(seededRandom(seed));
			list.add(addressOf(200));
			for (let index = 0; index < 400; index++) list.add(addressOf(index % 79));
			if (list.has(addressOf(200))) kept += 1;
		}
		// Eight places for eighty addresses: forty of four hundred.
		expect(kept).toBeGreaterThan(20);
		expect(kept).toBeLessThan(65);
	});

	test('what failed gives way to what has not been tried', () => {
		const list = new HintList(fixedRandom(0.5));
		for (let index = 0; index < MAX_HINTS; index++) list.add(addressOf(index));
		for (const failing of list.all()) list.failed(failing, 0, () => 1_000);
		expect(list.ready(999)).toEqual([]);
		expect(list.add(addressOf(100))).toBe(true);
		expect([list.has(addressOf(100)), list.size, list.ready(999)]).toEqual([true, MAX_HINTS, [addressOf(100)]]);
	});
});
