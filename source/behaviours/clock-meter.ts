/**
 * By how much the wall clock of a peer is ahead of ours, from what its heartbeats say.
 *
 * A heartbeat that its clock says left at T, and that comes when ours says R, was under way for d: the offset is T − R + d.
 * As d is never below 0, each T − R is a bound from below, and the highest of the last few, that of the fastest heartbeat,
 * the best. How long that one took is not known; but the fastest of several is hardly slower than a quick round trip,
 * there and back. So the offset lies between the bound and the bound plus a quick round trip (the lower quartile of those
 * of the same time); half of the fastest one is added to the bound for the likeliest value. Nodes that start together beat
 * together, and their heartbeats may all be slower than pings are: how slow they are is seen by how much they differ. The
 * fewer there are, the less likely is a fast one among them: the difference between the fastest and the middle one counts as
 * an error as well, twice if there are half as many.
 *
 * T is compared with the clock that only goes forward, not with R: so a step of our own clock changes nothing here and
 * shows at once. A step of theirs looks like a delay: of what comes now if it was set back, of what came before if it was
 * set forward. If several heartbeats in a row seem to have taken longer than pings of the same time ever did, there and
 * back, it was no delay, and the comparison begins anew.
 */
import {Ring} from '../base/bounded.ts';
import type {Instant} from './behaviour.ts';

/** Heartbeats that are compared: 16 s, in which good clocks part by a fraction of a millisecond. */
const SAMPLES = 8;

/**
 * As long as there are fewer, nothing is said: the first ones fall into the bustle of a start. And as many in a row seem
 * too slow before it is taken for a step of the clock: 6 s.
 */
const ENOUGH = 3;

/** Milliseconds: clocks are read and sent in whole ones, so each of the two readings may be wrong by almost one. */
const RESOLUTION = 1;

/** Part of the time gone by that two clocks may part in it: usual quartz, 50 parts in a million each. */
const DRIFT = 100e-6;

/** `ahead`: their wall clock at the sending, minus the instant when it came. */
type Sample = {readonly at: Instant; readonly ahead: number; readonly rtt: number};

export class ClockMeter {
	#samples = new Ring<Sample>(SAMPLES);

	/** `timestamp` is theirs, Unix milliseconds; `rtt` the last round trip to them. */
	heard(timestamp: number, rtt: number, now: Instant): void {
		this.#samples.push({at: now, ahead: timestamp - now, rtt});
		const all = this.#samples.slice();
		const current = sinceStep(all);
		if (current.length === all.length) return;
		this.#samples = new Ring(SAMPLES);
		for (const sample of current) this.#samples.push(sample);
	}

	/** `timestamp` is our wall clock at `now`. Milliseconds; undefined as long as there is nothing to tell. */
	figures(timestamp: number, now: Instant): {readonly offset: number; readonly error: number} | undefined {
		const samples = this.#samples.slice();
		const best = fastest(samples);
		if (!best || samples.length < ENOUGH) return undefined;
		const rtts = samples.map(({rtt}) => rtt).sort((a, b) => a - b);
		const half = rtts[0]! / 2;
		const quick = rtts[Math.floor(rtts.length / 4)]!;
		const offset = best.ahead - (timestamp - now) + half;
		const differences = samples.map(({ahead}) => best.ahead - ahead).sort((a, b) => a - b);
		const usual = (differences[Math.floor(samples.length / 2)]! * SAMPLES) / samples.length;
		return {offset: round(offset), error: round(quick - half + usual + RESOLUTION + (now - best.at) * DRIFT)};
	}
}

/** Those that were not compared with another setting of the clock: all of them, as a rule. */
function sinceStep(samples: readonly Sample[]): readonly Sample[] {
	const slowest = Math.max(...samples.map(({rtt}) => rtt)) + 2 * RESOLUTION;
	const isSlower = (some: readonly Sample[], others: readonly Sample[]) =>
		some.length >= ENOUGH && fastest(others)!.ahead - fastest(some)!.ahead > slowest;
	if (samples.length <= ENOUGH) return samples;
	const [before, recent] = [samples.slice(0, -ENOUGH), samples.slice(-ENOUGH)];
	if (isSlower(recent, before)) return recent;
	return isSlower(samples.slice(0, -1), samples.slice(-1)) ? samples.slice(-1) : samples;
}

function fastest(samples: readonly Sample[]): Sample | undefined {
	return samples.reduce<Sample | undefined>(
		(best, sample) => (best && best.ahead >= sample.ahead ? best : sample),
		undefined,
	);
}

/** To microseconds. */
function round(milliseconds: number): number {
	return Math.round(milliseconds * 1_000) / 1_000;
}
