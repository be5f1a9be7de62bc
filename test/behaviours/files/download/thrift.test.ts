/** What is taken back and carried twice, as little as may be. */
import {describe, expect, test} from 'vitest';
import type {BehaviourOutput} from '../../../../source/behaviours/behaviour.ts';
import {TAKEN_OVER} from '../../../../source/behaviours/files/download/parameters.ts';
import {asksOf, offerOf, PIECE, piece, Rig, range} from './rig.ts';

const FILE_OF_100 = offerOf(100);

/** Something of a piece comes: far too slow. */
function trickle(rig: Rig, peer: string, index: number): BehaviourOutput[] {
	return rig.news({news: 'coming', peer, block: piece(index), bytes: 1_000});
}

/** Two who hold everything and are slow have been asked for some; then a third one gets all of these. Returns what was called off. */
function spared(inVain: number): string[] {
	const rig = new Rig();
	rig.start(FILE_OF_100, ['bob', 'ben', 'cat']);
	const asked = ['bob', 'ben'].flatMap(peer => {
		const asks = asksOf(rig.holds(peer, FILE_OF_100, range(0, 100))).map(ask => Number(ask.split(' ')[2]));
		trickle(rig, peer, asks[0]!);
		return asks.slice(1);
	});
	expect(asked.length).toBeGreaterThan(TAKEN_OVER + 1);
	rig.wait(1_000);
	for (let time = 0; time < inVain; time++) rig.arrived('bob', FILE_OF_100, 99 - time, 'unwanted');
	return asksOf(rig.gain('cat', FILE_OF_100, ...asked)).filter(ask => ask.startsWith('unask'));
}

describe('what is taken over at once from those who do give', () => {
	test('is a few requests', () => {
		expect(spared(0)).toHaveLength(TAKEN_OVER);
	});

	test('is none when what was called off has come all the same', () => {
		expect(spared(2)).toEqual([]);
	});
});

/** One gives a piece slowly, another one who holds it too has nothing else to do. Returns whether that is asked for it. */
function copied(pieces: number): boolean {
	const offer = offerOf(pieces);
	const rig = new Rig();
	rig.start(offer, ['bob', 'cat']);
	expect(asksOf(rig.holds('bob', offer, [0]))).toEqual(['ask bob 0']);
	trickle(rig, 'bob', 0);
	rig.wait(1_500);
	trickle(rig, 'bob', 0);
	const outputs = [...rig.holds('cat', offer, [0, 1])];
	rig.now += 50;
	outputs.push(...rig.news({news: 'arrived', peer: 'cat', block: piece(1), bytes: PIECE, verdict: 'ok'}));
	return asksOf([...outputs, ...rig.wait(500)]).includes('ask cat 0');
}

test('a second copy is asked for when nothing is left to be asked, and not as long as anything is', () => {
	expect([copied(2), copied(3)]).toEqual([true, false]);
});

test('a dial that fails beside a connection that the other side has opened loses nothing', () => {
	const rig = new Rig();
	rig.start(FILE_OF_100, ['bob']);
	const [first] = asksOf(rig.holds('bob', FILE_OF_100, range(0, 100)));
	const failed = rig.news({news: 'bulk-failed', peer: 'bob', message: 'there is one already'});
	expect(asksOf([...failed, ...rig.wait(3_000)])).toEqual([]);
	rig.arrived('bob', FILE_OF_100, Number(first!.split(' ')[2]));
	expect(rig.info()).toMatchObject({done: PIECE, sources: [{bytes: PIECE}]});
});
