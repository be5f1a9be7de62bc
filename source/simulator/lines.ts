/**
 * How fast bulk goes: every machine has a line with so many bytes a second up and down, and whatever is sent at one time
 * shares the lines fairly. No stream could go faster without one that is slower going slower still (max-min fairness), as
 * TCP comes to it by and by; here it does so at once.
 */
import {type Happening, Later} from './agenda.ts';

/** The line of one machine, bytes a second. */
export type Line = {up: number; down: number};

/** Something that is sent as a whole. */
export type Parcel = {readonly bytes: number; readonly sent: () => void};

type Clock = {readonly now: () => number; readonly add: (at: number, happening: Happening) => void};

/** Rates that differ by less than this part of them are the same. */
const TOLERANCE = 1e-9;
/** More than any line has, bytes a second: for lines without a limit. */
const BOUNDLESS = 1e12;

/** One direction of a bulk connection: its parcels go one after the other. */
export class Lane {
	readonly from: Line;
	readonly to: Line;
	readonly parcels: Parcel[] = [];
	/** Nothing gets through now. */
	isBlocked = false;
	/** Bytes a second. */
	rate = 0;
	/** Of the first parcel, bytes that had not left at `since`. */
	left = 0;
	since = 0;
	done: Happening | undefined;

	constructor(from: Line, to: Line) {
		this.from = from;
		this.to = to;
	}

	/** Bytes of the first parcel that have left by now. */
	sentBy(now: number): number {
		const [first] = this.parcels;
		if (!first) return 0;
		return Math.min(first.bytes, first.bytes - this.left + (this.rate * (now - this.since)) / 1_000);
	}
}

export class Lines {
	readonly #clock: Clock;
	/** Lanes with something to send that are not blocked. */
	readonly #active = new Set<Lane>();
	#isPlanned = false;

	constructor(clock: Clock) {
		this.#clock = clock;
	}

	push(lane: Lane, parcel: Parcel): void {
		lane.parcels.push(parcel);
		if (lane.parcels.length > 1) return;
		lane.left = parcel.bytes;
		lane.since = this.#clock.now();
		this.#look(lane);
	}

	/** Whether anything gets through. What has left of a parcel need not be sent again. */
	block(lane: Lane, isBlocked: boolean): void {
		if (lane.isBlocked === isBlocked) return;
		lane.isBlocked = isBlocked;
		this.#look(lane);
	}

	/** It is not sent after all, unless it is the first one. */
	remove(lane: Lane, parcel: Parcel): void {
		const index = lane.parcels.indexOf(parcel);
		if (index > 0) lane.parcels.splice(index, 1);
	}

	/** What was not sent will not be. */
	clear(lane: Lane): void {
		lane.parcels.length = 0;
		this.#look(lane);
	}

	/** A line has another speed from now on. */
	changed(): void {
		this.#plan();
	}

	#look(lane: Lane): void {
		const isActive = lane.parcels.length > 0 && !lane.isBlocked;
		if (isActive === this.#active.has(lane)) return;
		if (isActive) this.#active.add(lane);
		else {
			this.#active.delete(lane);
			this.#setRate(lane, 0);
		}
		this.#plan();
	}

	/** Once for all that happens at this time. */
	#plan(): void {
		if (this.#isPlanned) return;
		this.#isPlanned = true;
		this.#clock.add(this.#clock.now(), new Later(() => this.#share()));
	}

	#share(): void {
		this.#isPlanned = false;
		for (const [lane, rate] of fairRates(this.#active)) {
			if (Math.abs(rate - lane.rate) > rate * TOLERANCE) this.#setRate(lane, rate);
		}
	}

	#setRate(lane: Lane, rate: number): void {
		const now = this.#clock.now();
		lane.left = Math.max(0, lane.left - (lane.rate * (now - lane.since)) / 1_000);
		lane.since = now;
		lane.rate = rate;
		this.#await(lane);
	}

	#await(lane: Lane): void {
		if (lane.done) lane.done.isCancelled = true;
		lane.done = undefined;
		if (lane.rate === 0) return;
		lane.done = new Later(() => this.#sent(lane));
		this.#clock.add(this.#clock.now() + (lane.left * 1_000) / lane.rate, lane.done);
	}

	#sent(lane: Lane): void {
		lane.done = undefined;
		const parcel = lane.parcels.shift();
		lane.left = lane.parcels[0]?.bytes ?? 0;
		lane.since = this.#clock.now();
		if (lane.parcels.length > 0) this.#await(lane);
		else this.#look(lane);
		parcel?.sent();
	}
}

/** One direction of a line, and who shares it. */
type Share = {left: number; readonly lanes: Set<Lane>};

/** The line that has least for each of its lanes decides over them; then the same with what is left. */
export function fairRates(lanes: Iterable<Lane>): Map<Lane, number> {
	const [ups, downs] = [new Map<Line, Share>(), new Map<Line, Share>()];
	for (const lane of lanes) {
		shareOf(ups, lane.from, lane.from.up).lanes.add(lane);
		shareOf(downs, lane.to, lane.to.down).lanes.add(lane);
	}
	const rates = new Map<Lane, number>();
	const shares = new Set([...ups.values(), ...downs.values()]);
	while (shares.size > 0) {
		const [tightest, rate] = tightestOf(shares);
		shares.delete(tightest);
		for (const lane of tightest.lanes) {
			rates.set(lane, rate);
			for (const other of [ups.get(lane.from)!, downs.get(lane.to)!]) {
				if (other === tightest) continue;
				other.left = Math.max(0, other.left - rate);
				other.lanes.delete(lane);
				if (other.lanes.size === 0) shares.delete(other);
			}
		}
	}
	return rates;
}

function shareOf(shares: Map<Line, Share>, line: Line, speed: number): Share {
	let share = shares.get(line);
	if (!share) {
		share = {left: Math.min(speed, BOUNDLESS), lanes: new Set()};
		shares.set(line, share);
	}
	return share;
}

function tightestOf(shares: Iterable<Share>): [Share, number] {
	let tightest: Share | undefined;
	let least = Number.POSITIVE_INFINITY;
	for (const share of shares) {
		const rate = share.left / share.lanes.size;
		if (tightest && rate >= least) continue;
		[tightest, least] = [share, rate];
	}
	return [tightest!, least];
}
