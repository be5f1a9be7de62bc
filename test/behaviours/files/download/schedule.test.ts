/** Downloads among peers that come, go, gain pieces, fall silent, refuse and lie, in any order: what must always hold. */
import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {seededRandom} from '../../../../source/base/random.ts';
import type {BehaviourOutput} from '../../../../source/behaviours/behaviour.ts';
import {MAX_COPIES, MAX_DEPTH} from '../../../../source/behaviours/files/download/parameters.ts';
import type {FilesDeed} from '../../../../source/behaviours/files/io.ts';
import type {BlockName} from '../../../../source/wire/file-offer.ts';
import type {PeerId} from '../../../../source/wire/peer-id.ts';
import {bits, FILE, offerOf, PATH, piece, Rig} from './rig.ts';

const PIECES = 24;
const OFFER = offerOf(PIECES);
const PEERS = ['bob', 'cat', 'dan', 'eve'] as const;

type Answer = 'answer' | 'busy' | 'lie' | 'not-here' | 'coming';

type Step =
	| {readonly step: Answer; readonly peer: number; readonly which: number}
	| {readonly step: 'gain'; readonly peer: number; readonly pieces: readonly number[]}
	| {readonly step: 'come' | 'go' | 'close' | 'fail'; readonly peer: number}
	| {readonly step: 'noise'; readonly peer: number; readonly bytes: Uint8Array; readonly pieces: readonly number[]}
	| {readonly step: 'wait'; readonly time: number}
	| {readonly step: 'pause' | 'resume' | 'disk'};

const peer = fc.nat(PEERS.length - 1);
const which = fc.nat(99);
const steps = fc.array(
	fc.oneof(
		{weight: 8, arbitrary: fc.record({step: fc.constant('answer' as const), peer, which})},
		{weight: 3, arbitrary: fc.record({step: fc.constantFrom('busy', 'lie', 'not-here', 'coming'), peer, which})},
		{
			weight: 4,
			arbitrary: fc.record({
				...{step: fc.constant('gain' as const), peer},
				pieces: fc.array(fc.nat(PIECES - 1), {maxLength: 8}),
			}),
		},
		{weight: 3, arbitrary: fc.record({step: fc.constantFrom('come', 'go', 'close', 'fail'), peer})},
		{
			weight: 1,
			arbitrary: fc.record({
				...{step: fc.constant('noise' as const), peer, bytes: fc.uint8Array({maxLength: 8})},
				pieces: fc.array(fc.oneof(fc.nat(), fc.integer(), fc.double()), {maxLength: 4}),
			}),
		},
		{weight: 3, arbitrary: fc.record({step: fc.constant('wait' as const), time: fc.integer({min: 1, max: 70_000})})},
		{weight: 1, arbitrary: fc.record({step: fc.constantFrom('pause', 'resume', 'disk')})},
	) as fc.Arbitrary<Step>,
	{maxLength: 80},
);

/** What the other side of every deed looks like. */
class Swarm {
	readonly rig: Rig;
	readonly here = new Set<PeerId>();
	readonly holds = new Map<PeerId, Set<number>>(PEERS.map(name => [name, new Set<number>()]));
	/** What we were told that each holds: honest peers say nothing else. */
	readonly asked = new Map<PeerId, BlockName[]>(PEERS.map(name => [name, []]));
	readonly liars = new Set<PeerId>();
	readonly disk = new Set<number>();
	/** Whether noise is spoken: then what is claimed is not what is held. */
	hasNoise = new Set<PeerId>();
	isTimerSet = false;
	breaks = 0;
	/** What comes of deeds, once all deeds of one turn are done. */
	readonly #answers: (() => BehaviourOutput[])[] = [];
	#isAnswering = false;

	constructor(seed: number) {
		this.rig = new Rig(seededRandom(seed));
		this.do(this.rig.begin(OFFER));
	}

	do(outputs: readonly BehaviourOutput[] | undefined): void {
		for (const output of outputs ?? []) {
			if (output.type === 'files') this.#deed(output.deed);
			if (output.type === 'schedule') this.isTimerSet = true;
			if (output.type === 'send' && output.message.type === 'seek' && output.message.isOn) this.#sought(output.peers);
		}
		if (this.#isAnswering) return;
		this.#isAnswering = true;
		for (let answer = this.#answers.shift(); answer; answer = this.#answers.shift()) this.do(answer());
		this.#isAnswering = false;
	}

	step(step: Step): void {
		const {rig} = this;
		if (step.step === 'wait') return this.wait(step.time);
		if (!('peer' in step)) return step.step === 'disk' ? this.#breakDisk() : this.do(rig.command(step.step));
		const name = PEERS[step.peer]!;
		if (step.step === 'come') return this.come(name);
		if (!this.here.has(name)) return;
		switch (step.step) {
			case 'go':
				this.here.delete(name);
				rig.peers.delete(name);
				rig.open.delete(name);
				this.asked.set(name, []);
				return this.do(rig.downloads.peerGone(name, rig.now));
			case 'close':
				if (!rig.open.delete(name)) return;
				this.asked.set(name, []);
				return this.do(rig.news({news: 'bulk-closed', peer: name, reason: 'idle'}));
			case 'gain':
				for (const gained of step.pieces) this.holds.get(name)!.add(gained);
				return this.do(rig.gain(name, OFFER, ...step.pieces));
			case 'noise':
				this.hasNoise.add(name);
				this.do(rig.downloads.gained(name, FILE, step.pieces, rig.now));
				this.do(rig.downloads.holds(name, FILE, step.bytes, rig.now));
				return this.do(rig.news({news: 'arrived', peer: name, block: piece(3), bytes: 5, verdict: 'unwanted'}));
			case 'answer':
			case 'busy':
			case 'lie':
			case 'not-here':
			case 'coming':
				return this.#answer(name, step.step, step.which);
		}
	}

	come(name: PeerId): void {
		if (this.here.has(name)) return;
		this.here.add(name);
		this.rig.peers.add(name);
		this.hasNoise.delete(name);
		this.do(this.rig.downloads.peerCame(name, this.rig.now));
	}

	wait(time: number): void {
		const end = this.rig.now + time;
		while (this.isTimerSet && this.rig.now + 500 <= end) {
			this.rig.now += 500;
			this.isTimerSet = false;
			this.do(this.rig.downloads.timer('download', this.rig.now));
		}
		this.rig.now = end;
	}

	serveOne(name: PeerId): void {
		this.#answer(name, 'answer', 0);
	}

	/** Everybody gives what it was asked for, one block each in turn. Returns whether there was anything. */
	serve(): boolean {
		const busy = PEERS.filter(name => this.asked.get(name)!.length > 0);
		for (const name of busy) this.#answer(name, 'answer', 0);
		return busy.length > 0;
	}

	#answer(name: PeerId, how: Answer, at: number): void {
		const blocks = this.asked.get(name)!;
		if (blocks.length === 0) return;
		const block = blocks[at % blocks.length]!;
		const isHeld = this.holds.get(name)!.has(block.index);
		if (how === 'coming') return this.do(this.rig.news({news: 'coming', peer: name, block, bytes: 1_000}));
		blocks.splice(at % blocks.length, 1);
		if (how === 'busy') return this.do(this.rig.denied(name, OFFER, block.index, 'busy'));
		if (how === 'not-here' || (how === 'answer' && !isHeld)) {
			return this.do(this.rig.denied(name, OFFER, block.index, 'not-here'));
		}
		if (how === 'lie') this.liars.add(name);
		else this.disk.add(block.index);
		this.do(this.rig.arrived(name, OFFER, block.index, how === 'lie' ? 'wrong' : 'ok'));
	}

	#breakDisk(): void {
		if (this.rig.finished.length > 0) return;
		this.disk.delete(this.breaks++ % PIECES);
		this.do(this.rig.news({news: 'file-failed', file: FILE, error: {code: 'disk-full', message: 'full'}}));
	}

	#deed(deed: FilesDeed): void {
		const {rig} = this;
		if (deed.deed === 'ask') this.#ask(deed.peer, deed.block);
		if (deed.deed === 'unask') {
			const blocks = this.asked.get(deed.peer)!;
			const at = blocks.findIndex(({index}) => index === deed.block.index);
			expect(at).not.toBe(-1);
			blocks.splice(at, 1);
		}
		if (deed.deed === 'open-bulk') {
			expect(rig.open.has(deed.peer)).toBe(false);
			rig.open.add(deed.peer);
			this.#answers.push(() => rig.news({news: 'bulk-opened', peer: deed.peer}));
		}
		if (deed.deed === 'open') {
			this.#answers.push(() => rig.opened(OFFER, [...this.disk]));
		}
		if (deed.deed === 'finish') {
			expect(this.disk.size).toBe(PIECES);
			this.#answers.push(() => rig.news({news: 'finished', file: FILE, path: PATH}));
		}
	}

	#ask(name: PeerId, block: BlockName): void {
		const blocks = this.asked.get(name)!;
		expect(this.rig.open.has(name), 'asked without a connection').toBe(true);
		expect(this.liars.has(name), 'asked a liar').toBe(false);
		if (!this.hasNoise.has(name)) expect(this.holds.get(name)!.has(block.index), 'asked what is not held').toBe(true);
		expect(this.disk.has(block.index), 'asked what is here').toBe(false);
		blocks.push(block);
		expect(blocks.length).toBeLessThanOrEqual(MAX_DEPTH);
		const copies = [...this.asked.values()].filter(other => other.some(({index}) => index === block.index)).length;
		expect(new Set(blocks.map(({index}) => index)).size, 'asked twice').toBe(blocks.length);
		if (copies === 1) return;
		const all = new Set([...this.asked.values()].flat().map(({index}) => index));
		expect(copies).toBeLessThanOrEqual(MAX_COPIES);
		expect(all.size + this.disk.size, 'a second copy before the endgame').toBe(PIECES);
	}

	#sought(peers: readonly PeerId[]): void {
		for (const name of peers) {
			this.hasNoise.delete(name);
			this.do(this.rig.downloads.holds(name, FILE, bits(PIECES, this.holds.get(name)!), this.rig.now));
		}
	}
}

describe('whatever peers do, in whatever order', () => {
	test('pieces are asked of those that hold them, once but for the endgame, and it is complete once', {
		timeout: 60_000,
	}, () => {
		fc.assert(
			fc.property(steps, fc.nat(), (all, seed) => {
				const swarm = new Swarm(seed);
				for (const step of all) swarm.step(step);
				// From here on one is honest, holds everything, and nobody lies.
				const honest = 'fay';
				swarm.holds.set(honest, new Set(Array.from({length: PIECES}, (_, index) => index)));
				swarm.asked.set(honest, []);
				swarm.do(swarm.rig.command('resume'));
				swarm.come(honest);
				for (let round = 0; round < 400 && swarm.rig.finished.length === 0; round++) {
					while (swarm.asked.get(honest)!.length > 0) swarm.serveOne(honest);
					if (!swarm.serve()) swarm.wait(5_000);
					else swarm.wait(500);
				}
				expect(swarm.rig.finished).toHaveLength(1);
				expect(swarm.rig.downloads.files()).toEqual([]);
			}),
			{numRuns: 150},
		);
	});
});
