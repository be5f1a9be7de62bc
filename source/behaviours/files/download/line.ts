/**
 * The way to one peer, as downloads use it: how much may be asked at once, and when. All files share it. It bounds what is
 * under way, so that a line is always busy and nothing waits over there for longer than it must.
 */
import {jitter, type Random} from '../../../base/random.ts';
import type {PeerId} from '../../../wire/peer-id.ts';
import type {Instant} from '../../behaviour.ts';
import {
	BUSY_PAUSE,
	DEPTH_SLACK,
	FIRST_BYTES,
	GIVE_UP_AFTER,
	LINK_PAUSE,
	LINK_TIMEOUT,
	MANY_REQUESTS,
	MAX_BUSY_PAUSE,
	MAX_DEPTH,
	MAX_LINK_PAUSE,
	MIN_DEPTH,
	PAUSE_JITTER,
	STALL_AFTER,
	UNKNOWN_ROUND_TRIP,
	UNPROVEN_AFTER,
} from './parameters.ts';
import {RateMeter} from './rate-meter.ts';

export class Line {
	readonly peer: PeerId;
	readonly #random: Random;
	readonly #meter = new RateMeter();
	/** Milliseconds. */
	roundTrip = UNKNOWN_ROUND_TRIP;
	/** Whether there is a bulk connection. */
	isOpen = false;
	/** Where the share of files in it stands: see `Sharing`. */
	served = 0;
	#requests = 0;
	/** As many as there were when there was room for no more. */
	#filled = {requests: 0, bytes: 0};
	#bytes = 0;
	/** Bytes a second when something came last; 0 if nothing ever has. */
	usual = 0;
	#heardAt: Instant = 0;
	/** Requests at most, since it said that it was busy. */
	#most = MAX_DEPTH;
	#pausedUntil: Instant = 0;
	#refusals = 0;
	#silences = 0;
	#wantAt: Instant = 0;
	#linkFailures = 0;

	constructor(peer: PeerId, random: Random) {
		this.peer = peer;
		this.#random = random;
	}

	get requests(): number {
		return this.#requests;
	}

	/** Bytes asked for and not here. */
	get bytes(): number {
		return this.#bytes;
	}

	/** Bytes a second. */
	rate(now: Instant): number {
		return this.#meter.rate(now);
	}

	/**
	 * Whether one more request may be made: rate × (round trip + slack) / piece + 1 of them, within bounds. Pieces of several
	 * files differ in length, so what counts is bytes; and a piece that is nearly here makes room for the next one.
	 */
	hasRoom(now: Instant): boolean {
		if (now < this.#pausedUntil || this.#requests >= this.#most) return false;
		if (this.#requests >= (this.usual > 0 ? 1 : MIN_DEPTH) && this.#bytes > this.#window(now)) return false;
		return this.#requests === 0 || !this.isStalled(now);
	}

	/**
	 * Whether to wait until there is room for several more, where many are under way: one frame with all of them costs both
	 * sides as much as one with one. Half of the slack may run out meanwhile, so the line stays busy.
	 */
	get isWaitingForMore(): boolean {
		const least = (this.roundTrip + DEPTH_SLACK / 2) / (this.roundTrip + DEPTH_SLACK);
		const {requests, bytes} = this.#filled;
		return requests >= MANY_REQUESTS && this.#requests > requests * least && this.#bytes > bytes * least;
	}

	/** As much was asked as there was room for. */
	wasFilled(): void {
		this.#filled = {requests: this.#requests, bytes: this.#bytes};
	}

	/** Milliseconds until all that was asked and so many bytes more are here; undefined if there is no telling. */
	timeFor(bytes: number, now: Instant): number | undefined {
		const rate = this.rate(now);
		return rate === 0 ? undefined : ((this.#bytes + bytes) / rate) * 1_000 + this.roundTrip;
	}

	asked(bytes: number, now: Instant): void {
		if (this.#requests === 0) this.#heardAt = now;
		this.#requests++;
		this.#bytes += bytes;
	}

	/** So many bytes of what was asked came. */
	came(bytes: number, now: Instant): void {
		this.#meter.add(bytes, now);
		this.#heardAt = now;
		this.usual = this.#meter.rate(now);
		this.#silences = 0;
	}

	/** Of what was asked, so much is not to be waited for any more. */
	lessBytes(bytes: number): void {
		this.#bytes = Math.max(0, this.#bytes - bytes);
	}

	/** A request is over, one way or the other. */
	lessRequests(): void {
		this.#requests--;
	}

	/** A block came whole. */
	arrived(): void {
		this.#refusals = 0;
		this.#linkFailures = 0;
		if (this.#most < MAX_DEPTH) this.#most++;
	}

	/** It said that it has too much to do: after a pause there may be as many requests as it bore. */
	wasBusy(now: Instant): void {
		this.#heardAt = now;
		this.#most = Math.max(1, this.#requests);
		if (now < this.#pausedUntil) return;
		const pause = Math.min(MAX_BUSY_PAUSE, BUSY_PAUSE * 2 ** this.#refusals++);
		this.#pausedUntil = now + jitter(this.#random, pause, PAUSE_JITTER);
	}

	/** It has said that it has too much to do, and not given anything since. */
	isBusy(now: Instant): boolean {
		return this.#refusals > 0 && now < this.#pausedUntil;
	}

	/** Nothing came for long of what was asked. */
	isStalled(now: Instant): boolean {
		return this.#requests > 0 && now - this.#heardAt > (this.usual > 0 ? STALL_AFTER : UNPROVEN_AFTER);
	}

	isGivenUp(now: Instant): boolean {
		return this.#requests > 0 && now - this.#heardAt > GIVE_UP_AFTER;
	}

	/** Others take over what it does not give: it is asked for more after a pause that doubles until something comes. */
	fellSilent(now: Instant): void {
		if (now < this.#pausedUntil) return;
		this.#pausedUntil = now + Math.min(GIVE_UP_AFTER, STALL_AFTER * 2 ** Math.min(this.#silences++, 8));
	}

	/** It gets a rest: what was asked of it was taken back. */
	rest(now: Instant): void {
		this.#pausedUntil = now + jitter(this.#random, MAX_BUSY_PAUSE, PAUSE_JITTER);
	}

	// --- the bulk connection

	/** Whether it is time to ask for one; it counts as asked for then. */
	wants(now: Instant): boolean {
		if (now < this.#wantAt) return false;
		this.#wantAt = now + LINK_TIMEOUT;
		return true;
	}

	linkOpened(): void {
		this.#wantAt = 0;
	}

	/** It could not be made, or was closed before anything came of it. */
	linkFailed(now: Instant): void {
		const pause = Math.min(MAX_LINK_PAUSE, LINK_PAUSE * 2 ** Math.min(this.#linkFailures++, 16));
		this.#wantAt = now + jitter(this.#random, pause, PAUSE_JITTER);
	}

	/** Bytes that may be under way. */
	#window(now: Instant): number {
		if (this.usual === 0) return FIRST_BYTES;
		return ((this.rate(now) || this.usual) * (this.roundTrip + DEPTH_SLACK)) / 1_000;
	}
}
