/** What is taken without asking, by itself: what it remembers of whom, and that this has an end. */
import {describe, expect, it} from 'vitest';
import {ACCEPTS, Fetching, MAX_AUTHORS, MAX_UNWANTED} from '../../../source/behaviours/files/fetching.ts';
import {BYTES_OF_A_FILE, isAccepted} from '../../../source/behaviours/files/settings.ts';
import type {FileId, FileOffer} from '../../../source/wire/file-offer.ts';
import {ANN, BOB, CAT, FakeView, TIMESTAMP} from '../fixtures.ts';
import {counters, offerOf} from './desk.ts';

/** Fetches nothing: whatever begins is done at once. */
function start(): {readonly fetching: Fetching; readonly isTaken: (file: FileId, from?: string) => boolean} {
	const nothing = {has: () => false, files: () => [], failure: () => undefined, begin: () => [], size: 0};
	const options = {
		...{view: new FakeView(ANN), board: {}, shelf: nothing, downloads: nothing, announce: () => []},
		settings: () => ({folder: '/', accept: [{from: '*', bytes: 2 ** 30}]}),
	};
	const fetching = new Fetching(options as unknown as ConstructorParameters<typeof Fetching>[0]);
	const rest = {room: 'lobby', messageId: '', timestamp: TIMESTAMP, received: TIMESTAMP};
	const isTaken = (file: FileId, from: string = BOB) =>
		counters(fetching.offered({...rest, from, offer: offerOf(0, {file})}, 0)).includes('file-accepted');
	return {fetching, isTaken};
}

const fileOf = (number: number): FileId => number.toString(16).padStart(64, '0');

describe('what is taken without asking', () => {
	it('is not what somebody did not want, the last of which are remembered', () => {
		const {fetching, isTaken} = start();
		for (let file = 0; file < MAX_UNWANTED; file++) fetching.cancelled(fileOf(file));
		expect([isTaken(fileOf(0)), isTaken(fileOf(1))]).toEqual([false, false]);
		fetching.cancelled(fileOf(MAX_UNWANTED));
		expect([isTaken(fileOf(0)), isTaken(fileOf(1))]).toEqual([true, false]);
	});

	it('is so much with time of each of so many authors', () => {
		const {isTaken} = start();
		// As if each were done before the next one came.
		const take = (from: string, count: number) =>
			Array.from({length: count}, (_, index) => isTaken(fileOf(index), from)).filter(Boolean).length;
		expect(take(BOB, ACCEPTS.burst + 1)).toBe(ACCEPTS.burst);
		for (let author = 0; author < MAX_AUTHORS - 1; author++) take(`author ${author}`, 1);
		expect(take(BOB, 1)).toBe(0);
		for (let author = 0; author < MAX_AUTHORS; author++) take(`author ${author}`, 1);
		expect(take(BOB, 1)).toBe(1);
	});

	it('counts files as well as their bytes', () => {
		const rules = [{from: '*', bytes: 10 * BYTES_OF_A_FILE}];
		const folder = (files: number, size = 0): FileOffer => offerOf(1, {files, size, manifest: '01'.repeat(32)});
		expect([folder(10), folder(11), folder(10, 1)].map(offer => isAccepted(rules, CAT, offer))).toEqual([
			true,
			false,
			false,
		]);
	});
});
