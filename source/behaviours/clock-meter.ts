/**
 * By how much the wall clock of a peer is ahead of ours, from what its heartbeats say.
 *
 * A heartbeat that its clock says left at T, and that comes when ours says R, was under way for d: the offset is T − R + d.
 * As d is never below 0, each T − R is a bound from below, and the highest of the last few, that of the fastest heartbeat,
 * the best. How long that one took is not known; but the fastest of several is hardly slower than a quick round trip,
 * there and back. So the offset lies between the bound and the bound plus a quick round trip (the lower quartile of those
 * of the same time); half of the fastest one is added to the bound for the likeliest value.
 *
 * T is compared with the clock that only goes forward, not with R: so a step of our own clock changes nothing here and
 * shows at once. A step of theirs forward is a new best one; a step back looks like a delay at first. If several heartbeats
 * in a row seem to take longer than pings of the same time ever did, there and back, it was no delay.
 */
import {Ring} from '../base/bounded.ts';
import type {Instant} from './behaviour.ts';

/** Heartbeats that are compared: 16 s, in which good clocks part by a fraction of a millisecond. */
const SAMPLES = 8;

/** Heartbeats in a row that seem too slow by the same before it is taken for a step back of the clock: 6 s. */
const STEP_SAMPLES = 3;

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
		const recent = this.#stepped();
		if (!recent) return;
		this.#samples = new Ring(SAMPLES);
		for (const sample of recent) this.#samples.push(sample);
	}

	/** `timestamp` is our wall clock at `now`. Milliseconds; undefined as long as there is nothing to tell. */
	figures(timestamp: number, now: Instant): {readonly offset: number; readonly error: number} | undefined {
		const samples = this.#samples.slice();
		const best = fastest(samples);
		if (!best) return undefined;
		const rtts = samples.map(({rtt}) => rtt).sort((a, b) => a - b);
		const half = rtts[0]! / 2;
		const quick = rtts[Math.floor(rtts.length / 4)]!;
		const offset = best.ahead - (timestamp - now) + half;
		return {offset: round(offset), error: round(quick - half + RESOLUTION + (now - best.at) * DRIFT)};
	}

	/** The last few, if they agree with each other and with no delay. */
	#stepped(): readonly Sample[] | undefined {
		const samples = this.#samples.slice();
		const recent = samples.slice(-STEP_SAMPLES);
		const best = fastest(samples);
		const again = fastest(recent);
		if (!best || !again || samples.length <= STEP_SAMPLES) return undefined;
		const slowest = Math.max(...samples.map(({rtt}) => rtt)) + 2 * RESOLUTION;
		return best.ahead - again.ahead > slowest ? recent : undefined;
	}
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
