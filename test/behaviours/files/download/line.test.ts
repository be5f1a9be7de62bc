import {describe, expect, test} from 'vitest';
import {seededRandom} from '../../../../source/base/random.ts';
import {Line} from '../../../../source/behaviours/files/download/line.ts';
import {
	BUSY_PAUSE,
	FIRST_BYTES,
	GIVE_UP_AFTER,
	LINK_TIMEOUT,
	MAX_BUSY_PAUSE,
	MAX_DEPTH,
	MAX_LINK_PAUSE,
	MIN_DEPTH,
	RATE_WINDOW,
	STALL_AFTER,
	UNPROVEN_AFTER,
} from '../../../../source/behaviours/files/download/parameters.ts';
import {RateMeter} from '../../../../source/behaviours/files/download/rate-meter.ts';

const PIECE = 64 * 1024;
const MIB = 1024 * 1024;

const newLine = () => new Line('bob', seededRandom(1));

/** Pieces come at a rate in bytes a second, for so long. */
function give(line: Line, rate: number, from: number, to: number): void {
	for (let now = from; now < to; now += 20) {
		line.came(rate / 50, now);
	}
}

/** How many more requests it takes. */
function roomOf(line: Line, bytes: number, now: number): number {
	const before = line.requests;
	while (line.hasRoom(now)) line.asked(bytes, now);
	const room = line.requests - before;
	for (let taken = 0; taken < room; taken++) {
		line.lessRequests();
		line.lessBytes(bytes);
	}
	return room;
}

describe('a rate', () => {
	test('is that of the last two seconds, or since the first byte', () => {
		const meter = new RateMeter();
		expect(meter.rate(5_000)).toBe(0);
		for (let now = 5_000; now < 6_000; now += 10) meter.add(1_000, now);
		expect(meter.rate(6_000)).toBeCloseTo(100_000, -3);
		for (let now = 6_000; now < 20_000; now += 10) meter.add(2_000, now);
		expect(meter.rate(20_000) / 200_000).toBeCloseTo(1, 1);
		expect(meter.rate(20_000 + RATE_WINDOW)).toBe(0);
		meter.add(1_000, 90_000);
		expect(meter.rate(90_500)).toBe(2_000);
	});

	test('of what came all at once is not beyond all measure', () => {
		const meter = new RateMeter();
		meter.add(1_000, 5_000);
		expect(meter.rate(5_000)).toBe(10_000);
	});
});

describe('how much is asked of a peer', () => {
	test('is rate × (round trip + slack) / piece + 1, and 64 at most', () => {
		const line = newLine();
		line.roundTrip = 50;
		give(line, 4 * MIB, 0, 10_000);
		const rate = line.rate(10_000);
		expect(roomOf(line, PIECE, 10_000)).toBe(Math.floor((rate * 0.15) / PIECE) + 1);
		expect(roomOf(line, PIECE, 10_000)).toBeGreaterThan(8);
		expect(roomOf(line, 4 * MIB, 10_000)).toBe(1);
		give(line, 1_000 * MIB, 10_000, 12_000);
		expect(roomOf(line, PIECE, 12_000)).toBe(MAX_DEPTH);
	});

	test('is asked several at a time where many are under way, and never so late that the line runs dry', () => {
		const line = newLine();
		line.roundTrip = 50;
		give(line, 16 * MIB, 0, 10_000);
		while (line.hasRoom(10_000)) line.asked(PIECE, 10_000);
		line.wasFilled();
		const asked = line.requests;
		while (line.isWaitingForMore) {
			line.lessRequests();
			line.lessBytes(PIECE);
		}
		expect(asked - line.requests).toBeGreaterThan(asked / 4);
		expect(line.bytes).toBeGreaterThan((line.rate(10_000) * line.roundTrip) / 1_000);
		// Large pieces among small ones come first: few bytes are left then, though many requests are.
		const mixed = newLine();
		mixed.roundTrip = 50;
		give(mixed, 128 * MIB, 0, 10_000);
		for (const bytes of [4 * MIB, 4 * MIB]) mixed.asked(bytes, 10_000);
		while (mixed.hasRoom(10_000)) mixed.asked(PIECE, 10_000);
		mixed.wasFilled();
		for (const bytes of [4 * MIB, 4 * MIB]) {
			mixed.lessRequests();
			mixed.lessBytes(bytes);
		}
		expect([mixed.requests > MAX_DEPTH * 0.9, mixed.isWaitingForMore]).toEqual([true, false]);
		const slow = newLine();
		give(slow, MIB, 0, 10_000);
		while (slow.hasRoom(10_000)) slow.asked(PIECE, 10_000);
		slow.wasFilled();
		expect([slow.requests > 1, slow.isWaitingForMore]).toEqual([true, false]);
	});

	test('is little as long as nothing has come, of large pieces two, and one of a line that is slow', () => {
		expect(roomOf(newLine(), PIECE, 0)).toBe(FIRST_BYTES / PIECE + 1);
		expect(roomOf(newLine(), 4 * MIB, 0)).toBe(MIN_DEPTH);
		const slow = newLine();
		give(slow, 50_000, 0, 5_000);
		expect(roomOf(slow, PIECE, 5_000)).toBe(1);
		// The next one is asked for before the first is all here.
		slow.asked(PIECE, 5_000);
		slow.lessBytes(PIECE - 5_000);
		expect(slow.hasRoom(5_000)).toBe(true);
	});

	test('of one that had a rest is what it bore before', () => {
		const line = newLine();
		give(line, 4 * MIB, 0, 5_000);
		expect(roomOf(line, PIECE, 60_000)).toBeGreaterThan(8);
	});

	test('is less for one that said it was busy: as much as it bore, after a pause that doubles, and one more for each block', () => {
		const line = newLine();
		for (let asked = 0; asked < 4; asked++) line.asked(PIECE, 0);
		line.lessRequests();
		line.lessBytes(PIECE);
		line.wasBusy(0);
		expect(line.hasRoom(BUSY_PAUSE / 2)).toBe(false);
		expect(line.hasRoom(BUSY_PAUSE * 2)).toBe(false);
		line.arrived();
		expect(line.hasRoom(BUSY_PAUSE * 2)).toBe(true);
		const idle = newLine();
		let now = 0;
		const pauses = Array.from({length: 9}, () => {
			idle.wasBusy(now);
			const since = now;
			while (!idle.hasRoom(now)) now += 10;
			return now - since;
		});
		expect(pauses[0]).toBeLessThan(BUSY_PAUSE * 1.3);
		expect(pauses[3]).toBeGreaterThan(BUSY_PAUSE * 8 * 0.7);
		expect(Math.max(...pauses)).toBeLessThan(MAX_BUSY_PAUSE * 1.3);
	});

	test('is nothing more where nothing comes: soon if nothing ever has', () => {
		const line = newLine();
		line.asked(PIECE, 1_000);
		expect(line.isStalled(1_000 + UNPROVEN_AFTER)).toBe(false);
		expect(line.isStalled(1_001 + UNPROVEN_AFTER)).toBe(true);
		line.came(10, 4_000);
		expect(line.isStalled(4_000 + STALL_AFTER)).toBe(false);
		expect(line.isStalled(4_001 + STALL_AFTER)).toBe(true);
		expect(line.hasRoom(4_001 + STALL_AFTER)).toBe(false);
		expect(line.isGivenUp(4_000 + GIVE_UP_AFTER)).toBe(false);
		expect(line.isGivenUp(4_001 + GIVE_UP_AFTER)).toBe(true);
		line.lessRequests();
		expect(line.isStalled(90_000)).toBe(false);
		// Time in which nothing was asked does not count.
		line.asked(PIECE, 90_000);
		expect(line.isStalled(91_000)).toBe(false);
	});
});

test('a bulk connection is wanted once at a time, and after failures later and later', () => {
	const line = newLine();
	expect([line.wants(0), line.wants(1), line.wants(LINK_TIMEOUT - 1), line.wants(LINK_TIMEOUT)]).toEqual([
		...[true, false, false, true],
	]);
	let now = 100_000;
	const pauses = Array.from({length: 12}, () => {
		line.linkFailed(now);
		const since = now;
		while (!line.wants(now)) now += 50;
		return now - since;
	});
	expect(pauses[0]).toBeLessThan(1_300);
	expect(pauses[3]).toBeGreaterThan(5_000);
	expect(Math.max(...pauses)).toBeLessThanOrEqual(MAX_LINK_PAUSE * 1.3);
	line.linkOpened();
	expect(line.wants(now)).toBe(true);
});
