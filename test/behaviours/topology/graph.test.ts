import {describe, expect, test} from 'vitest';
import {seededRandom} from '../../../source/base/random.ts';
import {
	bridgesOf,
	type Claims,
	edgesOf,
	groupsOf,
	halvesOf,
	MAX_SILENT_EDGES,
	MAX_SILENT_NEIGHBOURS,
	reachedFrom,
} from '../../../source/behaviours/topology/graph.ts';
import {MAX_REPORTED_EDGES, pictureOf} from '../../../source/behaviours/topology/report.ts';

/** Who names whom: `a: 'bc'` is a, which names b and c. */
function claimsOf(named: Readonly<Record<string, string>>): Claims {
	const claim = {rtt: undefined, mesh: []};
	return new Map(
		Object.entries(named).map(([node, others]) => [node, new Map([...others].map(other => [other, claim]))]),
	);
}

const ends = (edges: readonly {a: string; b: string}[]) => edges.map(({a, b}) => a + b).sort();

describe('an edge', () => {
	test('needs the word of both ends, if both say anything', () => {
		const edges = edgesOf(claimsOf({a: 'bc', b: 'a', c: '', d: 'a'}), 'a');
		// What our own connections show needs nobody's word; and d, which claims to be our neighbour, is none.
		expect(ends(edges)).toEqual(['ab', 'ac']);
		expect(ends(edgesOf(claimsOf({s: 'a', a: 'sbc', b: 'a', c: ''}), 's'))).toEqual(['ab', 'as']);
	});

	test('to somebody who says nothing has the word of one, and says so', () => {
		const edges = edgesOf(claimsOf({s: 'b', b: 'sx', c: 'x'}), 's');
		expect(edges.map(({a, b, isConfirmed}) => [a, b, isConfirmed])).toEqual([
			['b', 's', true],
			['b', 'x', false],
			['c', 'x', false],
		]);
	});

	test('has the smaller round trip, and the meshes of both', () => {
		const claims: Claims = new Map([
			['b', new Map([['a', {rtt: 3, mesh: ['dev']}]])],
			['a', new Map([['b', {rtt: 2, mesh: ['lobby', 'dev']}]])],
		]);
		expect(edgesOf(claims, 'a')).toEqual([{a: 'a', b: 'b', rtt: 2, mesh: ['lobby', 'dev'], isConfirmed: true}]);
	});
});

test('there is a way over mutual edges only, and none on from who says nothing', () => {
	expect([...reachedFrom('a', claimsOf({a: 'b', b: 'acx', c: 'bd', d: '', x: 'b', e: 'x'}))].join('')).toBe('abcx');
	expect([...reachedFrom('a', claimsOf({a: 'x', e: 'x'}))].join('')).toBe('ax');
});

test('groups: ours first, then the larger ones', () => {
	const edges = edgesOf(claimsOf({s: '', a: 'b', b: 'a', c: 'de', d: 'c', e: 'c'}), 's');
	expect(groupsOf('abcdes', edges, 's').map(group => group.sort().join(''))).toEqual(['s', 'cde', 'ab']);
});

describe('bounds', () => {
	const names = (count: number, prefix: string) => Array.from({length: count}, (_, index) => `${prefix}${index}`);
	const naming = (peers: readonly string[]) => new Map(peers.map(peer => [peer, {rtt: undefined, mesh: []}]));

	test('invented neighbours are so many at the most, of one author and of all', () => {
		const authors = names(100, 'author');
		const claims = new Map(authors.map(author => [author, naming(names(100, author))]));
		const edges = edgesOf(claims, authors[0]!);
		expect(edges).toHaveLength(100 + MAX_SILENT_EDGES);
		expect(edges.filter(({a}) => a === 'author1')).toHaveLength(MAX_SILENT_NEIGHBOURS);
	});

	test('of very many edges some of each node are told; the rest is counted', () => {
		const all = names(150, 'n');
		const claims = new Map(all.map(name => [name, naming(all.filter(other => other !== name))]));
		const shown = {self: 'n0', claims, unreachable: [], missed: new Set<string>(), rooms: []};
		const {edges, leftOut = 0, groups, bridges} = pictureOf(shown);
		expect(edges.length).toBeLessThanOrEqual(MAX_REPORTED_EDGES + 150);
		expect([edges.length + leftOut, groups.length, bridges]).toEqual([(150 * 149) / 2, 1, []]);
		expect(new Set(edges.flatMap(({a, b}) => [a, b])).size).toBe(150);
		expect(edges.filter(({a}) => a === 'n0')).toHaveLength(149);
	});
});

test('the mesh of a room has fallen into parts if there is no way over its edges, though there are connections', () => {
	const mesh = (pairs: string) => {
		const all = ['ab', 'bc', 'ac', 'cd', 'de', 'ef', 'df', 'fg'];
		return all.map(([a, b]) => ({
			a: a!,
			b: b!,
			mesh: pairs.split(' ').includes(`${a}${b}`) ? ['lobby'] : ['dev'],
			isConfirmed: true,
		}));
	};
	const everyone = new Set('abcdefg');
	expect(halvesOf('lobby', mesh('ab bc de ef df'), everyone)).toEqual([
		['a', 'b', 'c'],
		['d', 'e', 'f'],
	]);
	expect(halvesOf('lobby', mesh('ab bc cd de'), everyone)).toEqual([]);
	expect(halvesOf('lobby', mesh('ab bc de ef df'), new Set('abcg'))).toEqual([]);
	expect(halvesOf('lobby', mesh(''), everyone)).toEqual([]);
});

describe('bridges', () => {
	test('are edges without which something falls apart', () => {
		// Two triangles, a link between them, and somebody who hangs on one of them.
		const edges = ['ab', 'bc', 'ac', 'cd', 'de', 'ef', 'df', 'fg'].map(([a, b]) => ({
			a: a!,
			b: b!,
			mesh: [],
			isConfirmed: true,
		}));
		expect(ends(bridgesOf(edges))).toEqual(['cd', 'fg']);
	});

	test('are those whose removal makes one group more, in any network', () => {
		for (let seed = 1; seed <= 20; seed++) {
			const random = seededRandom(seed);
			const nodes = [...'abcdefghijkl'];
			const all = nodes.flatMap((a, index) => nodes.slice(index + 1).map(b => ({a, b, mesh: [], isConfirmed: true})));
			const edges = all.filter(() => random.float() < 0.18);
			const parts = (some: typeof edges) => groupsOf(nodes, some, 'a').length;
			const expected = edges.filter(one => parts(edges.filter(other => other !== one)) > parts(edges));
			expect(ends(bridgesOf(edges))).toEqual(ends(expected));
		}
	});

	test('of a line of three thousand are all of it', () => {
		const name = (index: number) => `${index}`.padStart(5, '0');
		const edges = Array.from({length: 3_000}, (_, index) => ({
			a: name(index),
			b: name(index + 1),
			mesh: [],
			isConfirmed: true,
		}));
		expect(bridgesOf(edges)).toHaveLength(3_000);
	});
});
