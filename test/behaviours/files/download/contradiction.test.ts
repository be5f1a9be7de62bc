/** Hashes that do not fit: their giver lies, or the offer says something wrong. */
import {describe, expect, test} from 'vitest';
import type {BehaviourOutput} from '../../../../source/behaviours/behaviour.ts';
import {MAX_DOUBTED, Metadata, VAIN_TRIES} from '../../../../source/behaviours/files/download/metadata.ts';
import type {PeerId} from '../../../../source/wire/peer-id.ts';
import {asksOf, FILE, offerOf, Rig} from './rig.ts';

const OFFER = offerOf(10);

function start(...peers: readonly string[]): Rig {
	const rig = new Rig();
	rig.connect(...peers);
	rig.begin(OFFER);
	rig.opened(OFFER, [], ['layer']);
	for (const peer of peers) rig.holds(peer, OFFER, [0, 1, 2]);
	return rig;
}

const layer = (index = 0) => ({file: FILE, what: 'layer', index}) as const;
const came = (rig: Rig, peer: PeerId, verdict: 'ok' | 'wrong') =>
	rig.news({news: 'arrived', peer, block: layer(), bytes: 320, verdict});
const dropped = (outputs: readonly BehaviourOutput[]) =>
	outputs.flatMap(one => (one.type === 'emit' && one.event.type === 'source-dropped' ? [one.event.peer] : []));

describe('hashes that do not fit', () => {
	test('blame nobody, and another one is asked; who gave them is named as soon as others fit', () => {
		const rig = start('bob', 'cat');
		const wrong = came(rig, 'bob', 'wrong');
		expect(dropped(wrong)).toEqual([]);
		expect(asksOf(wrong)).toEqual(['ask cat layer 0']);
		came(rig, 'cat', 'ok');
		const opened = rig.opened(OFFER);
		expect(dropped(opened)).toEqual(['bob']);
		expect(asksOf(opened).filter(ask => ask.includes('bob'))).toEqual([]);
		expect(rig.info().sources).toMatchObject([{peer: 'bob', dropped: expect.any(String)}, {peer: 'cat'}]);
	});

	test('of somebody who has gone are not forgotten', () => {
		const rig = start('bob', 'cat');
		came(rig, 'bob', 'wrong');
		rig.open.delete('bob');
		rig.downloads.peerGone('bob', rig.now);
		came(rig, 'cat', 'ok');
		expect(dropped(rig.opened(OFFER))).toEqual(['bob']);
		rig.connect('bob');
		expect(asksOf(rig.holds('bob', OFFER, [0, 1, 2]))).toEqual([]);
	});

	test('of all who have it contradict the offer: it fails, and nobody is blamed', () => {
		const rig = start('bob', 'cat');
		const outputs = [...came(rig, 'bob', 'wrong'), ...came(rig, 'cat', 'wrong')];
		expect(dropped(outputs)).toEqual([]);
		const {state, error} = rig.info();
		expect([state, error?.code]).toEqual(['failed', 'bad-offer']);
		expect(error?.message).toMatch(/^What name of bob, name of cat can give does not fit what name of .* has offered$/);
		// Whoever says the same again changes nothing; somebody else may have others.
		expect(rig.holds('bob', OFFER, [3])).not.toContainEqual(expect.objectContaining({type: 'files'}));
		rig.connect('dan');
		expect(rig.holds('dan', OFFER, [0])).toContainEqual(
			expect.objectContaining({deed: expect.objectContaining({deed: 'open'})}),
		);
	});

	test('are not waited for from somebody who never gives them', () => {
		const rig = start('bob', 'cat');
		came(rig, 'bob', 'wrong');
		for (let times = 0; times < VAIN_TRIES * 3 && rig.info().state !== 'failed'; times++) {
			// Those who could give others go first, as long as there is hope.
			for (const ask of asksOf(rig.wait(10_500))) if (ask === 'ask bob layer 0') came(rig, 'bob', 'wrong');
		}
		expect(rig.info().error?.code).toBe('bad-offer');
	});

	test('of as many as the giver has are fewer than were offered', () => {
		const rig = start('bob');
		rig.news({news: 'denied', peer: 'bob', block: layer(), reason: 'not-here'});
		expect(rig.info().error).toBeUndefined();
		const big = new Rig();
		const offer = offerOf(2 ** 22);
		big.connect('bob');
		big.begin(offer);
		big.opened(offer, [], ['layer']);
		big.holds('bob', offer, [0]);
		const outputs = big.news({news: 'arrived', peer: 'bob', block: layer(), bytes: 2 ** 20, verdict: 'ok'});
		expect(asksOf(outputs)).toEqual(['ask bob layer 1']);
		big.news({news: 'denied', peer: 'bob', block: layer(1), reason: 'not-here'});
		big.wait(500);
		expect(big.info().error?.code).toBe('bad-offer');
	});

	test('are remembered of so many, the last of them', () => {
		const metadata = new Metadata();
		for (let number = 0; number <= MAX_DOUBTED; number++) metadata.contradicts(`peer ${number}`, 'unfit', number);
		expect([metadata.isContradictedBy('peer 0'), metadata.isContradictedBy('peer 1')]).toEqual([false, true]);
		expect(metadata.settle()).toHaveLength(MAX_DOUBTED);
	});

	test('are asked for again of everybody when a person says so', () => {
		const rig = start('bob');
		came(rig, 'bob', 'wrong');
		rig.command('resume');
		rig.wait(10_500);
		expect(asksOf([...rig.opened(OFFER, [], ['layer']), ...rig.wait(1_500)])).toEqual(['ask bob layer 0']);
		came(rig, 'bob', 'ok');
		expect(dropped(rig.opened(OFFER))).toEqual([]);
	});
});
