/** Who hands on what: each statement comes to everyone, and to nobody from everyone. */
import {expect, test} from 'vitest';
import {KnownStatements} from '../../../source/behaviours/topology/known.ts';
import {RELAYS} from '../../../source/behaviours/topology/parameters.ts';
import {Relay} from '../../../source/behaviours/topology/relay.ts';
import type {Statement} from '../../../source/wire/neighbours.ts';

type Links = ReadonlyMap<string, ReadonlyMap<string, unknown>>;

function linksOf(count: number, isLinked: (a: number, b: number) => boolean): Links {
	const numbers = Array.from({length: count}, (_, index) => index);
	const linked = (a: number) => numbers.filter(b => a !== b && isLinked(Math.min(a, b), Math.max(a, b)));
	return new Map(numbers.map(a => [`node ${a}`, new Map(linked(a).map(b => [`node ${b}`, 1]))]));
}

/** How often each node is given a statement by others than its author, if everyone does as it should. */
function copies(links: Links, author: string, named: readonly string[], first: readonly string[]): Map<string, number> {
	const neighbours = named.map(peer => ({peer, rtt: undefined, rooms: []}));
	const statement: Statement = {
		author,
		sequence: 7,
		timestamp: 0,
		validity: 60,
		name: '',
		rooms: [],
		neighbours,
		lost: [],
	};
	const signed = {statement: new Uint8Array(), signature: new Uint8Array(64)};
	const got = new Map([...links.keys()].map(peer => [peer, 0]));
	const holders = new Set(first);
	for (const self of holders) {
		const known = new KnownStatements().add({statement, signed, bringer: author, age: 0, goodFor: 60_000}, 0);
		const relay = new Relay(known, {self, namedBy: peer => (peer === author ? known.claims : links.get(peer))});
		for (const target of links.get(self)!.keys()) {
			if (!relay.isFor(target)) continue;
			got.set(target, got.get(target)! + 1);
			holders.add(target);
		}
	}
	return got;
}

const isNeighbour = (a: number, b: number) => b - a <= 2 || b - a >= 28;

test('along a ring of thirty it comes to everyone, far beyond those who know the author, from two at the most', () => {
	const links = linksOf(30, isNeighbour);
	const named = [...links.get('node 0')!.keys()];
	const got = [...copies(links, 'node 0', named, named)].filter(([peer]) => peer !== 'node 0' && !named.includes(peer));
	expect(got).toHaveLength(25);
	for (const [peer, count] of got) expect([peer, count, count >= 1 && count <= RELAYS]).toEqual([peer, count, true]);
});

test('in a full mesh a statement of somebody who hangs on nobody comes to each from two, not from all', () => {
	const links = linksOf(30, () => true);
	const got = copies(links, 'invented', ['nobody'], [...links.keys()]);
	expect([...got.values()]).toEqual(Array.from(got, () => RELAYS));
});
