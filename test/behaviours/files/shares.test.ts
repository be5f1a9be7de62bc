import {describe, expect, it} from 'vitest';
import {Bitfield} from '../../../source/base/bitfield.ts';
import {Shares} from '../../../source/behaviours/files/shares.ts';
import {BOB, CAT} from '../fixtures.ts';
import {sent} from '../rooms-fixtures.ts';
import {idOf} from './desk.ts';

const FILE = idOf(1);

/** Bob and Cat may have the file and seek it; piece 0 is here, and they know. */
function told() {
	const allowed = new Set([BOB, CAT]);
	const here = new Bitfield(8, new Uint8Array([0x80]));
	const shares = new Shares({mayHave: peer => allowed.has(peer), piecesOf: () => here});
	for (const peer of [BOB, CAT]) {
		shares.connected(peer);
		expect(sent(shares.seek(peer, {type: 'seek', files: [FILE], isOn: true}, 0), 'holds')).toHaveLength(1);
	}
	const gain = (piece: number) => {
		here.add(piece);
		shares.gained(FILE, [piece], 0);
		return shares.timer('gained', 0);
	};
	return {shares, allowed, here, gain};
}

it('a piece that was told with all the others is not told once more: who counts them would count it twice', () => {
	const {shares, here} = told();
	const gain = (piece: number) => {
		here.add(piece);
		shares.gained(FILE, [piece], 0);
	};
	const gained = () => {
		return sent(shares.timer('gained', 0), 'gained').map(({peers, message}) => [peers, message.pieces]);
	};
	gain(1);
	gain(2);
	shares.again(CAT);
	expect(sent(shares.moved(CAT), 'holds')).toMatchObject([{message: {pieces: new Uint8Array([0xe0])}}]);
	gain(3);
	expect(gained()).toEqual([
		[[BOB], [1, 2, 3]],
		[[CAT], [3]],
	]);
	gain(4);
	expect(gained()).toEqual([[[BOB, CAT], [4]]]);
	gain(5);
	shares.again(CAT);
	shares.moved(CAT);
	expect(gained()).toEqual([[[BOB], [5]]]);
});

describe('who may not have a file any more', () => {
	it('hears nothing of what is got of it, though it heard what was here before', () => {
		const {allowed, gain} = told();
		expect(sent(gain(1), 'gained').map(({peers}) => peers)).toEqual([[BOB, CAT]]);
		allowed.delete(CAT);
		const outputs = gain(2);
		expect(sent(outputs, 'gained').map(({peers}) => peers)).toEqual([[BOB]]);
		expect(sent(outputs, 'holds')).toEqual([]);
	});

	it('hears all of it again when it may have it again: it has missed some', () => {
		const {shares, allowed, gain} = told();
		allowed.delete(CAT);
		expect(shares.moved(CAT)).toEqual([]);
		gain(1);
		allowed.add(CAT);
		expect(sent(shares.moved(CAT), 'holds')).toMatchObject([{peers: [CAT], message: {pieces: new Uint8Array([0xc0])}}]);
	});

	it('is none of its takers', () => {
		const {shares, allowed} = told();
		allowed.delete(CAT);
		expect(shares.takers(FILE, 8 * 65_536)).toEqual([BOB]);
	});
});
