import {describe, expect, it} from 'vitest';
import type {BehaviourOutput} from '../../../source/behaviours/behaviour.ts';
import {REST} from '../../../source/behaviours/files/speed.ts';
import {
	MAX_COUNTED,
	MAX_GIVES,
	MAX_PEER_GIVES,
	MAX_QUEUED,
	PEER_SLOTS,
	SLOTS,
	STUCK_AFTER,
	TOLERANCE_PIECES,
	Uploads,
} from '../../../source/behaviours/files/uploads.ts';
import type {BlockName, Denial} from '../../../source/wire/file-offer.ts';
import type {PeerId} from '../../../source/wire/peer-id.ts';
import {BOB, CAT, DAN} from '../fixtures.ts';
import {counters, deeds, idOf, MIB, piece} from './desk.ts';

const FILE = idOf(1);
const SIZE = 32 * MIB;
const PIECE = 65_536;

class Giver {
	now = 0;
	readonly denials = new Map<PeerId, Denial>();
	readonly uploads = new Uploads({
		look: peer => {
			const denial = this.denials.get(peer);
			return denial === undefined ? {size: SIZE} : {denial};
		},
	});
	/** On their way, in their order. */
	readonly giving: {readonly peer: PeerId; readonly block: BlockName}[] = [];

	asked(peer: PeerId, index: number, file = FILE): BehaviourOutput[] {
		return this.note(this.uploads.news({news: 'asked', peer, block: piece(file, index)}, this.now));
	}

	note(outputs: BehaviourOutput[]): BehaviourOutput[] {
		for (const {peer, block} of deeds(outputs, 'give')) this.giving.push({peer, block});
		return outputs;
	}

	/** The first of those on their way has been taken. */
	gave(bytes = PIECE): BehaviourOutput[] {
		const {peer, block} = this.giving.shift()!;
		return this.note(this.uploads.news({news: 'gave', peer, block, bytes}, this.now));
	}

	/** Everything, at a speed: the pieces that were given, in their order. */
	all(bytesPerSecond: number): {readonly peer: PeerId; readonly index: number}[] {
		const given: {peer: PeerId; index: number}[] = [];
		while (this.giving.length > 0) {
			const {peer, block} = this.giving[0]!;
			given.push({peer, index: block.index});
			this.now += (PIECE / bytesPerSecond) * 1_000;
			this.gave();
		}
		return given;
	}
}

it('is seen while a block is on its way, and each byte is counted once', () => {
	const giver = new Giver();
	giver.asked(BOB, 0);
	const some = (peer: PeerId, bytes: number) =>
		giver.uploads.news({news: 'giving', peer, block: piece(FILE, 0), bytes}, giver.now);
	const given = () => giver.uploads.given(FILE);
	const counts = [
		[some(BOB, 1_000), given()],
		[some(CAT, 1_000), given()],
		[some(BOB, 2 * PIECE), given()],
		[giver.gave(), given()],
	];
	expect(counts.map(([, count]) => count)).toEqual([1_000, 1_000, PIECE, PIECE]);
});

describe('what is given', () => {
	it('is few blocks at a time, and the next when one is gone', () => {
		const giver = new Giver();
		for (const peer of [BOB, CAT, DAN]) for (let index = 0; index < 4; index++) giver.asked(peer, index);
		expect(giver.giving).toHaveLength(SLOTS);
		for (const peer of [BOB, CAT]) expect(giver.giving.filter(one => one.peer === peer)).toHaveLength(PEER_SLOTS);
		giver.now += 1_000;
		giver.gave();
		expect(giver.giving).toHaveLength(SLOTS);
	});

	it('is more where the line takes it, up to an end', () => {
		const giver = new Giver();
		for (let index = 0; index < 200; index++) giver.asked(BOB, index);
		giver.asked(CAT, 0);
		for (let round = 0; round < 100; round++) {
			giver.now += 0.1;
			giver.gave();
		}
		expect(giver.giving.filter(({peer}) => peer === BOB)).toHaveLength(MAX_PEER_GIVES);
	});

	it('is the piece that was given least often, whoever asks', () => {
		const giver = new Giver();
		for (let index = 0; index < 8; index++) giver.asked(BOB, index);
		expect(giver.all(MIB)).toHaveLength(8);
		for (const index of [3, 4, 5, 6, 7]) giver.asked(CAT, index);
		for (const index of [100, 101, 102]) giver.asked(DAN, index);
		const given = giver.all(MIB).map(({index}) => index);
		// Two of Cat's were on their way already, and no more than two go to one peer at a time.
		expect(given.slice(0, 5).filter(index => index >= 100)).toHaveLength(2);
	});

	it('gives ten who ask for the same pieces each of them once before any of them twice', () => {
		const giver = new Giver();
		const peers = [BOB, CAT, DAN];
		for (let index = 0; index < 20; index++) for (const peer of peers) giver.asked(peer, index);
		const first = giver.all(MIB).slice(0, 20);
		expect(new Set(first.map(({index}) => index)).size).toBeGreaterThan(16);
	});

	it('is as many bytes for each, whatever they want, within a tolerance', () => {
		const giver = new Giver();
		for (let index = 0; index < 100; index++) giver.asked(BOB, index);
		for (let index = 0; index < 100; index++) giver.asked(CAT, index % 4 === 0 ? index : 900 + (index % 4));
		const first = giver.all(MIB).slice(0, 60);
		const [bobs, cats] = [BOB, CAT].map(peer => first.filter(one => one.peer === peer).length) as [number, number];
		expect(Math.abs(bobs - cats)).toBeLessThanOrEqual(TOLERANCE_PIECES + 2 * PEER_SLOTS);
	});

	it('is as many bytes for each, though some want what nobody has and another what was given before', () => {
		const giver = new Giver();
		for (let index = 0; index < 40; index++) giver.asked(CAT, index);
		giver.all(MIB);
		giver.uploads.disconnected(CAT, giver.now);
		for (let index = 0; index < 40; index++) for (const peer of [BOB, DAN]) giver.asked(peer, 100 + index);
		for (let index = 0; index < 40; index++) giver.asked(CAT, index);
		const first = giver.all(MIB).slice(0, 60);
		const [bobs, cats, dans] = [BOB, CAT, DAN].map(peer => first.filter(one => one.peer === peer).length) as number[];
		expect(cats).toBeLessThan(bobs!);
		expect(Math.max(bobs!, dans!) - cats!).toBeLessThanOrEqual(TOLERANCE_PIECES + 2 * PEER_SLOTS);
	});

	it('leaves whoever comes later nothing to catch up with', () => {
		const giver = new Giver();
		for (let index = 0; index < 50; index++) giver.asked(BOB, index);
		for (let round = 0; round < 30; round++) {
			giver.now += 60;
			giver.gave();
		}
		for (let index = 500; index < 550; index++) giver.asked(CAT, index);
		const next = giver.all(MIB).slice(0, 20);
		expect(next.filter(({peer}) => peer === BOB).length).toBeGreaterThanOrEqual(6);
	});

	it('is as many bytes for one who wants large pieces as for one who wants small ones, on a slow line', () => {
		const [big, perMillisecond] = [idOf(2), 12_000];
		const uploads = new Uploads({look: (_, {file}) => ({size: file === big ? 8_192 * MIB : SIZE})});
		const taker = (peer: PeerId, file: string, bytes: number) => {
			return {peer, file, bytes, next: 0, way: [] as BlockName[], came: 0, sum: 0};
		};
		const [bob, cat] = [taker(BOB, big, 4 * MIB), taker(CAT, FILE, PIECE)];
		const note = (outputs: BehaviourOutput[]) => {
			for (const {peer, block} of deeds(outputs, 'give')) (peer === BOB ? bob : cat).way.push(block);
		};
		const ask = (one: typeof bob, now: number) => {
			note(uploads.news({news: 'asked', peer: one.peer, block: piece(one.file, one.next++)}, now));
		};
		// Whoever wants large ones asks for few at a time: when one has come, nothing of it is on its way.
		for (let index = 0; index < 8; index++) ask(cat, 0);
		ask(bob, 0);
		for (let now = 0; now < 2_000; now += 5) {
			// The line gives both the same.
			const busy = [bob, cat].filter(({way}) => way.length > 0);
			for (const one of busy) {
				one.came += (perMillisecond * 5) / busy.length;
				for (; one.way.length > 0 && one.came >= one.bytes; one.came -= one.bytes) {
					one.sum += one.bytes;
					note(uploads.news({news: 'gave', peer: one.peer, block: one.way.shift()!, bytes: one.bytes}, now));
					ask(one, now);
				}
			}
		}
		expect(Math.abs(bob.sum - cat.sum)).toBeLessThanOrEqual(2 * 4 * MIB);
	});

	it('is not held up by those who take nothing', () => {
		const giver = new Giver();
		const slow = [CAT, DAN];
		for (const peer of slow) for (let index = 0; index < 10; index++) giver.asked(peer, index);
		const waiting = giver.asked(BOB, 50);
		expect(deeds(waiting, 'give')).toEqual([]);
		expect(giver.giving.map(({peer}) => peer).sort()).toEqual([CAT, CAT, DAN, DAN].sort());
		giver.now += STUCK_AFTER;
		const freed = giver.note(giver.uploads.timer(giver.now));
		expect(deeds(freed, 'give')).toEqual([{deed: 'give', peer: BOB, block: piece(FILE, 50)}]);
	});

	it('counts as stuck at the very moment that its timer is set to, however that is rounded', () => {
		const giver = new Giver();
		for (let round = 0; round < 50; round++) {
			giver.now = 5_192.1 + round * 0.137;
			for (const peer of [CAT, DAN]) for (let index = 0; index < 2; index++) giver.asked(peer, index);
			const [timer] = giver.asked(BOB, 50).filter(({type}) => type === 'schedule');
			giver.now = (timer as {at: number}).at;
			const later = giver.uploads.timer(giver.now).filter(output => output.type === 'schedule');
			for (const {at} of later) expect(at).toBeGreaterThan(giver.now);
			for (const peer of [BOB, CAT, DAN]) giver.uploads.disconnected(peer, giver.now);
		}
	});

	it('is bounded in all, however many take nothing', () => {
		const giver = new Giver();
		const peers = Array.from({length: MAX_GIVES}, (_, index) => `peer ${index}`);
		for (const peer of peers) for (let index = 0; index < 4; index++) giver.asked(peer, index);
		for (let round = 0; round < MAX_GIVES; round++) {
			giver.now += STUCK_AFTER;
			giver.note(giver.uploads.timer(giver.now));
		}
		expect(giver.giving).toHaveLength(MAX_GIVES);
	});

	it('is forgotten when it is not wanted any more', () => {
		const giver = new Giver();
		for (let index = 0; index < 4; index++) giver.asked(BOB, index);
		giver.uploads.news({news: 'unasked', peer: BOB, block: piece(FILE, 2)}, 0);
		expect(giver.all(MIB).map(({index}) => index)).toEqual([0, 1, 3]);
		for (let index = 10; index < 14; index++) giver.asked(BOB, index);
		giver.uploads.news({news: 'bulk-closed', peer: BOB, reason: 'x'}, 0);
		expect(giver.uploads.isGiving(BOB)).toBe(false);
		expect(deeds(giver.asked(BOB, 20), 'give')).toHaveLength(1);
	});

	it('gives its place to others when a connection ends', () => {
		const giver = new Giver();
		for (const peer of [CAT, DAN]) for (let index = 0; index < 4; index++) giver.asked(peer, index);
		giver.asked(BOB, 50);
		const outputs = giver.note(giver.uploads.disconnected(CAT, 1));
		expect(deeds(outputs, 'give').map(({peer}) => peer)).toContain(BOB);
	});

	it('comes once, however often it is asked for', () => {
		const giver = new Giver();
		giver.asked(BOB, 1);
		expect(giver.asked(BOB, 1)).toEqual([]);
		expect(giver.giving).toHaveLength(1);
	});
});

describe('what is refused', () => {
	it('is what is beyond the queue of one peer', () => {
		const giver = new Giver();
		for (let index = 0; index < MAX_QUEUED + PEER_SLOTS; index++) {
			expect(deeds(giver.asked(BOB, index), 'deny')).toEqual([]);
		}
		const more = giver.asked(BOB, 500);
		expect(deeds(more, 'deny')).toMatchObject([{reason: 'busy'}]);
		expect(counters(more)).toEqual(['file-busy']);
		expect(deeds(giver.asked(CAT, 500), 'deny')).toEqual([]);
	});

	it('is what there is none of, and what may not be had any more when its turn comes', () => {
		const giver = new Giver();
		expect(deeds(giver.asked(BOB, 512), 'deny')).toMatchObject([{reason: 'not-here'}]);
		const slice = {file: FILE, what: 'layer', index: 1} as const;
		expect(deeds(giver.uploads.news({news: 'asked', peer: BOB, block: slice}, 0), 'deny')).toHaveLength(1);
		for (let index = 0; index < 3; index++) giver.asked(BOB, index);
		giver.denials.set(BOB, 'not-here');
		expect(deeds(giver.gave(), 'deny')).toEqual([{deed: 'deny', peer: BOB, block: piece(FILE, 2), reason: 'not-here'}]);
	});

	it('is all that waits of a file that is withdrawn', () => {
		const giver = new Giver();
		for (let index = 0; index < 4; index++) giver.asked(BOB, index);
		expect(deeds(giver.uploads.withdrawn(FILE, 'changed'), 'deny')).toMatchObject([
			{reason: 'changed'},
			{reason: 'changed'},
		]);
		expect(giver.all(MIB)).toHaveLength(2);
	});

	it('is told if the disk could not read it, and not if nobody is there any more', () => {
		const giver = new Giver();
		const refused = (reason: 'changed' | 'missing' | 'closed', index: number) => {
			giver.asked(BOB, index);
			giver.giving.length = 0;
			const news = {news: 'not-given', peer: BOB, block: piece(FILE, index), reason} as const;
			return deeds(giver.uploads.news(news, 0), 'deny').map(one => one.reason);
		};
		expect([refused('changed', 1), refused('missing', 2), refused('closed', 3)]).toEqual([
			['changed'],
			['not-here'],
			[],
		]);
		// Told of what was never to be given: passed over.
		expect(giver.uploads.news({news: 'gave', peer: CAT, block: piece(FILE, 9), bytes: 1}, 0)).toEqual([]);
	});
});

it('hashes go before pieces', () => {
	const giver = new Giver();
	for (let index = 0; index < 10; index++) giver.asked(BOB, index);
	const slice = {file: FILE, what: 'layer', index: 0} as const;
	giver.note(giver.uploads.news({news: 'asked', peer: BOB, block: slice}, 0));
	giver.now += 1_000;
	giver.gave();
	expect(giver.giving.at(-1)?.block).toEqual(slice);
});

it('counts what was given, to whom and how fast', () => {
	const giver = new Giver();
	for (let index = 0; index < 8; index++) giver.asked(BOB, index);
	giver.all(MIB);
	expect(giver.uploads.given(FILE)).toBe(8 * PIECE);
	expect(giver.uploads.rate(FILE, giver.now)).toBeGreaterThan(0.7 * MIB);
	expect(giver.uploads.takers(FILE, giver.now)).toMatchObject([{peer: BOB, bytes: 8 * PIECE}]);
	expect(giver.uploads.rate(FILE, giver.now + REST)).toBe(0);
	expect(giver.uploads.takers(FILE, giver.now + REST)).toMatchObject([{peer: BOB, rate: 0}]);
});

it('counts as given what belongs to the file, not its hashes', () => {
	const giver = new Giver();
	const slice = {file: FILE, what: 'layer', index: 0} as const;
	giver.note(giver.uploads.news({news: 'asked', peer: BOB, block: slice}, 0));
	giver.gave(32_768);
	expect([giver.uploads.given(FILE), giver.uploads.takers(FILE, 0)]).toEqual([0, []]);
});

it('a line on which more is to come has its speed, though nothing comes for a moment', () => {
	const giver = new Giver();
	giver.asked(BOB, 1);
	giver.asked(BOB, 2);
	giver.gave();
	expect(giver.uploads.rate(FILE, giver.now + REST)).toBeGreaterThan(0);
});

it('remembers of so many files how often each piece was given', () => {
	const giver = new Giver();
	const fill = (from: number, count: number) => {
		for (let file = from; file < from + count; file++) {
			giver.asked(CAT, 0, idOf(file));
			giver.gave();
		}
	};
	/** Whether piece 1, which was never given, goes before piece 0, asked for first. */
	const isCounted = () => {
		for (let index = 10; index < 10 + PEER_SLOTS; index++) giver.asked(BOB, index, idOf(0xff));
		giver.asked(BOB, 0);
		giver.asked(BOB, 1);
		const order = giver
			.all(MIB)
			.filter(({index}) => index < 2)
			.map(({index}) => index);
		return order[0] === 1;
	};
	giver.asked(CAT, 0);
	giver.gave();
	fill(2, MAX_COUNTED - 2);
	expect(isCounted()).toBe(true);
	giver.asked(CAT, 0);
	giver.asked(CAT, 0);
	giver.all(MIB);
	fill(2, MAX_COUNTED);
	expect(isCounted()).toBe(false);
});
