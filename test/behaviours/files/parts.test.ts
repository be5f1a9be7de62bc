/** The small parts of files: what is remembered of offers, of what others seek, what is told how often, what settings may be. */
import {describe, expect, it} from 'vitest';
import type {TransferInfo} from '../../../source/api/files.ts';
import {Bitfield} from '../../../source/base/bitfield.ts';
import {claimsOf, MAX_OFFERS, Offers, type StandingOffer} from '../../../source/behaviours/files/offers.ts';
import {changedSettings, isAccepted, MAX_ACCEPT_RULES} from '../../../source/behaviours/files/settings.ts';
import {MAX_SOUGHT, MAX_TOLD, Shares} from '../../../source/behaviours/files/shares.ts';
import {Speed} from '../../../source/behaviours/files/speed.ts';
import {TELL_EVERY, Tellings} from '../../../source/behaviours/files/tellings.ts';
import {MAX_GAINED_PIECES} from '../../../source/wire/file-offer.ts';
import {BOB, CAT, DAN} from '../fixtures.ts';
import {sent} from '../rooms-fixtures.ts';
import {idOf, offerOf} from './desk.ts';

const numbered = (index: number) => index.toString(16).padStart(64, '0');

describe('offers', () => {
	const offer = (index: number, from: string, more: Partial<StandingOffer> = {}): StandingOffer => ({
		...{room: 'lobby', messageId: `${from} ${index}`, from, timestamp: index, received: index},
		offer: offerOf(1, {file: numbered(index)}),
		...more,
	});

	it('are forgotten when there are too many: the oldest of whoever has the most', () => {
		const offers = new Offers();
		offers.add(offer(1, CAT));
		for (let index = 0; index < MAX_OFFERS + 10; index++) offers.add(offer(index, BOB));
		expect(offers.size).toBe(MAX_OFFERS);
		expect([offers.has(`${CAT} 1`), offers.has(`${BOB} 0`), offers.has(`${BOB} 4000`)]).toEqual([true, false, true]);
	});

	it('are found by file, by the beginning of its id, by room, the newest first', () => {
		const offers = new Offers();
		for (const index of [0x10, 0x11, 0x20]) offers.add(offer(index, BOB, {room: index === 0x20 ? 'attic' : 'lobby'}));
		expect(offers.find(numbered(0x10).slice(0, 63))).toEqual([numbered(0x10), numbered(0x11)]);
		expect(offers.find(numbered(0x10))).toEqual([numbered(0x10)]);
		expect(offers.newest().map(({timestamp}) => timestamp)).toEqual([0x20, 0x11, 0x10]);
		expect(offers.newest('attic').map(({timestamp}) => timestamp)).toEqual([0x20]);
		offers.delete(`${BOB} ${0x10}`);
		expect([offers.of(numbered(0x10)), offers.size]).toEqual([[], 2]);
	});

	it('of one id that differ are believed by their number of authors, then by who came first', () => {
		const said = (from: string, size: number, received: number) => {
			return offer(received, from, {received, offer: offerOf(1, {size})});
		};
		const liars = [said(BOB, 1, 0), said(BOB, 1, 1), said(BOB, 1, 2)];
		const sizes = (offers: readonly StandingOffer[]) => claimsOf(offers).map(one => one.offer.size);
		expect(sizes([...liars, said(CAT, 2, 3), said(DAN, 2, 4)])).toEqual([2, 1]);
		expect(sizes([said(CAT, 2, 5), ...liars])).toEqual([1, 2]);
		expect(sizes([])).toEqual([]);
	});
});

describe('shares', () => {
	const pieces = Bitfield.full(10_000);

	it('remember a bounded number of files that one peer seeks, and holds', () => {
		let isHere = false;
		const shares = new Shares({mayHave: () => true, piecesOf: () => (isHere ? pieces : undefined)});
		shares.connected(BOB);
		for (let index = 0; index < MAX_SOUGHT + 64; index += 64) {
			const files = Array.from({length: 64}, (_, more) => numbered(index + more));
			shares.seek(BOB, {type: 'seek', files, isOn: true}, index * 1_000);
		}
		expect(shares.takers(numbered(0), 2 ** 30)).toEqual([]);
		for (let index = 0; index < MAX_TOLD + 1; index++) {
			shares.holds(BOB, {type: 'holds', file: numbered(index), pieces: new Uint8Array([0xf0])});
		}
		expect(shares.countOf(BOB, numbered(0), 2 ** 30)).toBe(0);
		expect(shares.countOf(BOB, numbered(MAX_TOLD), 2 ** 30)).toBe(4);
		expect(shares.countOf(BOB, numbered(MAX_TOLD), 65_536)).toBe(1);
		isHere = true;
		const soughtNow = Array.from({length: MAX_SOUGHT}, (_, index) => index + 64);
		const toldNow = Array.from({length: MAX_TOLD}, (_, index) => index + 1);
		expect(sent(shares.moved(BOB), 'holds')).toHaveLength(new Set([...soughtNow, ...toldNow]).size);
	});

	it('tell of many pieces in several messages, each as long as it may be', () => {
		const shares = new Shares({mayHave: () => true, piecesOf: () => pieces});
		shares.connected(BOB);
		shares.seek(BOB, {type: 'seek', files: [idOf(1)], isOn: true}, 0);
		shares.gained(idOf(1), [...pieces], 0);
		const lengths = sent(shares.timer('gained', 0), 'gained').map(({message}) => message.pieces.length);
		expect(lengths).toEqual([MAX_GAINED_PIECES, MAX_GAINED_PIECES, 10_000 - 2 * MAX_GAINED_PIECES]);
	});

	it('tell the last pieces at once, and no others with them', () => {
		const shares = new Shares({mayHave: () => true, piecesOf: () => pieces});
		shares.connected(BOB);
		shares.seek(BOB, {type: 'seek', files: [idOf(1), idOf(2)], isOn: true}, 0);
		shares.gained(idOf(1), [1], 0);
		shares.gained(idOf(2), [2], 0);
		expect(sent(shares.flush(idOf(1)), 'gained')).toMatchObject([{message: {file: idOf(1), pieces: [1]}}]);
		expect(sent(shares.timer('gained', 0), 'gained')).toMatchObject([{message: {file: idOf(2), pieces: [2]}}]);
		expect(shares.flush(idOf(2))).toEqual([]);
	});
});

describe('tellings', () => {
	const info = (more: Partial<TransferInfo>) => ({file: 'x', rateIn: 0, rateOut: 0, ...more}) as TransferInfo;

	it('come at once when a state changes, else twice a second, and until nothing moves any more', () => {
		let rateIn = 5;
		const tellings = new Tellings(file => (file === 'gone' ? undefined : info({rateIn})));
		expect(tellings.changed('x', true, 0).map(({type}) => type)).toEqual(['emit', 'schedule']);
		expect(tellings.changed('x', false, 1)).toEqual([]);
		expect(tellings.timer(TELL_EVERY).map(({type}) => type)).toEqual(['emit', 'schedule']);
		rateIn = 0;
		expect(tellings.timer(2 * TELL_EVERY).map(({type}) => type)).toEqual(['emit']);
		expect(tellings.changed('x', false, 2_000)).toEqual([{type: 'schedule', timer: 'tell', at: 2_000 + TELL_EVERY}]);
		expect(tellings.changed('gone', true, 2_000)).toEqual([]);
	});
});

describe('speed', () => {
	it('is that of the last seconds', () => {
		const speed = new Speed();
		expect(speed.rate(0)).toBe(0);
		for (let now = 100_000; now < 110_000; now += 100) speed.add(1_000, now);
		expect(speed.rate(110_000)).toBeGreaterThan(9_000);
		expect(speed.rate(110_000)).toBeLessThan(11_000);
		expect([speed.rate(120_000), speed.total]).toEqual([0, 100_000]);
		speed.add(1_000, 130_000);
		// Not as fast as lightning, though there is but a moment to judge by.
		expect(speed.rate(130_000)).toBe(4_000);
	});
});

describe('settings', () => {
	const before = {folder: '/downloads', accept: [], maxUpload: 10, quota: 5};

	it('keep what was not given, and lose a limit that is 0', () => {
		expect(changedSettings(before, {maxUpload: 0, maxDownload: 7})).toEqual({
			folder: '/downloads',
			accept: [],
			maxDownload: 7,
			quota: 5,
		});
		expect(changedSettings(before, {folder: 'C:\\Down'}).folder).toBe('C:\\Down');
	});

	it.each([
		{folder: 'here'},
		{folder: '/a\0b'},
		{folder: 7 as never},
		{maxUpload: -1},
		{quota: Number.NaN},
		{accept: 'bob' as never},
		{accept: [{from: 'bob', bytes: 1}]},
		{accept: [{from: BOB, bytes: 0.5}]},
		{accept: Array.from({length: MAX_ACCEPT_RULES + 1}, () => ({from: BOB, bytes: 1}))},
	])('refuse what makes no sense: %#', given => {
		expect(() => changedSettings(before, given)).toThrow();
	});

	it('take what is as large as the rule says', () => {
		expect([9, 10, 11].map(size => isAccepted([{from: BOB, bytes: 10}], BOB, {size, files: 0}))).toEqual([
			true,
			true,
			false,
		]);
		expect(isAccepted([], BOB, {size: 0, files: 0})).toBe(false);
		expect(isAccepted([{from: '*', bytes: 0}], BOB, {size: 0, files: 0})).toBe(false);
	});
});
