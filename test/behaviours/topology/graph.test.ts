import {describe, expect, test} from 'vitest';
import {seededRandom} from '../../../source/base/random.ts';
import {bridgesOf, type Claims, edgesOf, groupsOf, reachedFrom} from '../../../source/behaviours/topology/graph.ts';

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
