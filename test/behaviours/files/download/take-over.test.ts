import {describe, expect, test} from 'vitest';
import {seededRandom} from '../../../../source/base/random.ts';
import {Line} from '../../../../source/behaviours/files/download/line.ts';
import {COPY_BY, MAX_COPIES, STALL_AFTER} from '../../../../source/behaviours/files/download/parameters.ts';
import {Picker} from '../../../../source/behaviours/files/download/picker.ts';
import {type Source, Sources} from '../../../../source/behaviours/files/download/sources.ts';
import {takeOver} from '../../../../source/behaviours/files/download/take-over.ts';
import {bits, PIECE, piece, range} from './rig.ts';

const NOW = 10_000;

/** Peers who hold everything, or so many pieces from the first on, and give so many bytes a second. */
function peersOf(...lines: readonly {readonly rate: number; readonly holds?: number}[]): Source[] {
	const sources = new Sources(new Picker(10, seededRandom(1)));
	return lines.map(({rate, holds = 10}, index) => {
		const source = sources.add(`peer ${index}`, new Line(`peer ${index}`, seededRandom(1)));
		source.line.isOpen = true;
		sources.claim(source, bits(10, range(0, holds)));
		for (let now = NOW - 2_000; rate > 0 && now < NOW; now += 10) source.line.came(rate / 100, now);
		return source;
	});
}

/** It was asked for a piece, of which something has come or nothing. */
function ask(source: Source, index: number, came = 0, at = NOW): void {
	source.requests.set(index, {block: piece(index), bytes: PIECE, at, came, heardAt: at});
	source.line.asked(PIECE - came, at);
}

/** Why and from whom the first one takes something over, of what the others were asked for. */
function found(sources: readonly Source[], isEndgame: boolean, now = NOW) {
	const copiesOf = (index: number) => sources.filter(({requests}) => requests.has(index));
	const taken = takeOver(sources[0]!, sources, copiesOf, isEndgame, now);
	return taken && {from: taken.from.peer, index: taken.request.block.index, isCopy: taken.isCopy};
}

describe('what has begun to come, and comes slowly', () => {
	/** So slow that the second copy is here in less than half of the time. */
	const slow = PIECE / 10;

	test('is asked for a second time in the endgame, and not before', () => {
		const [fast, other] = peersOf({rate: 10 * PIECE}, {rate: slow}) as [Source, Source];
		ask(other, 3, 1);
		expect(found([fast, other], false)).toBeUndefined();
		expect(found([fast, other], true)).toEqual({from: 'peer 1', index: 3, isCopy: true});
	});

	test('is asked for no third time', () => {
		const sources = peersOf({rate: 10 * PIECE}, {rate: slow}, {rate: slow});
		for (const source of sources.slice(1, MAX_COPIES)) ask(source, 3, 1);
		expect(found(sources, true)).toBeDefined();
		for (const source of sources.slice(1, MAX_COPIES + 1)) if (!source.requests.has(3)) ask(source, 3, 1);
		expect(found(sources, true)).toBeUndefined();
	});

	test('is left alone if it is nearly here', () => {
		const [fast, other] = peersOf({rate: 10 * PIECE}, {rate: slow}) as [Source, Source];
		ask(other, 3, PIECE - (slow * COPY_BY) / 1_000 / 2);
		expect(found([fast, other], true)).toBeUndefined();
	});

	test('is not asked for where it is not held, nor a second time of the same one', () => {
		const [few, other] = peersOf({rate: 10 * PIECE, holds: 3}, {rate: slow}) as [Source, Source];
		ask(other, 3, 1);
		expect(found([few, other], true)).toBeUndefined();
		ask(other, 2, 1);
		ask(few, 2);
		expect(found([few, other], true)).toBeUndefined();
	});
});

describe('what has not begun to come', () => {
	test('is taken over where it is sooner', () => {
		const [fast, other] = peersOf({rate: 10 * PIECE}, {rate: PIECE / 5}) as [Source, Source];
		ask(other, 3);
		expect(found([fast, other], false)).toEqual({from: 'peer 1', index: 3, isCopy: false});
		const [same, equal] = peersOf({rate: PIECE}, {rate: PIECE}) as [Source, Source];
		ask(equal, 3);
		expect(found([same, equal], false)).toBeUndefined();
	});

	test('is taken from a fuller one, to spare it, and not from an emptier one', () => {
		const [part, whole] = peersOf({rate: PIECE, holds: 5}, {rate: 1.5 * PIECE}) as [Source, Source];
		for (const index of [0, 1, 2]) ask(whole, index);
		// The first will be here so soon that nothing can take it back.
		expect(found([part, whole], false)).toEqual({from: 'peer 1', index: 1, isCopy: false});
		expect(found([whole, part], false)).toBeUndefined();
	});

	test('is taken from whoever gives nothing before all else', () => {
		const sources = peersOf({rate: 10 * PIECE}, {rate: PIECE / 5}, {rate: 0});
		ask(sources[1]!, 3);
		ask(sources[2]!, 4, 0, NOW - STALL_AFTER);
		expect(found(sources, false)).toEqual({from: 'peer 2', index: 4, isCopy: false});
	});
});
