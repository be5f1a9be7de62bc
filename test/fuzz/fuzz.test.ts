/**
 * A bounded run of every fuzz target, the same inputs every time. `npm run fuzz -- --seconds 60` goes on from other seeds;
 * what it finds belongs into the target's corpus.
 */
import {expect, test} from 'vitest';
import {fuzz} from './campaign.ts';
import {readCorpus} from './corpus.ts';
import {DatagramWorld} from './datagrams.ts';
import {TARGETS} from './targets.ts';

const ROUNDS = 1_500;
const DATAGRAMS = 2_000;

test.each(Object.keys(TARGETS))('%s keeps its promises whatever comes', name => {
	const finding = fuzz(TARGETS[name]!, readCorpus(name), 1, ROUNDS);
	expect(finding && {input: Buffer.from(finding.input).toString('hex'), error: String(finding.error)}).toBeUndefined();
});

test('a target that breaks a promise is found, with a short input', () => {
	const fragile = (bytes: Uint8Array) => {
		if (bytes.includes(0xc1)) throw new Error('stumbled');
	};
	expect(fuzz(fragile, [new Uint8Array(100)], 1, ROUNDS)).toEqual({
		input: Uint8Array.of(0xc1),
		error: new Error('stumbled'),
	});
});

test('rows 14 to 20: thousands of datagrams from anywhere lead nobody to a place that was not named, or to many at once', () => {
	const world = new DatagramWorld(1);
	world.run(DATAGRAMS);
	// Enough of everything got through for that to mean something.
	for (const [what, count] of Object.entries(world.seen)) expect([what, count > 20]).toEqual([what, true]);
});
