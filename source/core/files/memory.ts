/**
 * Memory for blocks on their way between disk and network. However large files are, however many are on their way and
 * however many peers send: there is never more than `FILE_MEMORY_BYTES`. Whoever finds none left waits, and the other side
 * feels it, since nothing is read from it meanwhile.
 *
 * Nobody can hold all of it against the others: whoever has none goes first, the room of one block is left for him, and
 * whoever is slow does not get that room. If slow ones have it all the same, since nobody knew, the slowest is let go.
 */
import {BoundedMap} from '../../base/bounded.ts';
import {MAX_PIECE_BYTES, MIN_PIECE_BYTES} from '../../wire/file-offer.ts';
import type {PeerId} from '../../wire/peer-id.ts';

/** Blocks that arrive or are being written, and blocks that are read and sent, all together. */
export const FILE_MEMORY_BYTES = 64 * 1024 * 1024;

/** Three quarters are for what comes: it comes from many at once, while what goes out goes one after the other. */
export const ARRIVING_BYTES = (FILE_MEMORY_BYTES * 3) / 4;
export const GIVING_BYTES = FILE_MEMORY_BYTES - ARRIVING_BYTES;

/** Beside each block, for the header in front of it; not counted. */
const HEADER_ROOM = 64;

/** Milliseconds after which whoever still holds a block is slow: two megabytes a second with the largest. */
export const SLOW_AFTER = 2_000;

/** Milliseconds without a byte after which a block is taken from whoever holds it, if anybody at all waits. */
export const STUCK_AFTER = 30_000;

/** Milliseconds between two looks at who holds what, while somebody waits. */
const LOOK_INTERVAL = 500;

/** Peers who are known to be slow, also when they come again. */
const MAX_SLOW = 1_024;

/** One direction of one link. */
export type Holder = {
	readonly peer: PeerId;
	/** Bytes that have passed so far: whether it moves. */
	moved(): number;
	/** There may be room for what `take` had none for. */
	goOn(): void;
	/** It holds what others wait for: it has to give back all. */
	letGo(): void;
};

type Taken = {
	readonly holder: Holder;
	readonly size: number;
	readonly at: number;
	/** What had passed then. */
	readonly from: number;
	/** What had passed at the last look, and when that was news. */
	moved: number;
	movedAt: number;
};

export class Memory {
	readonly #most: number;
	readonly #now: () => number;
	/** In use, and kept for the next: what new memory costs, the system has to clear. */
	#bytes = 0;
	#used = 0;
	readonly #spare = new Map<number, Buffer[]>();
	/** What passes over links now. */
	readonly #taken = new Map<Buffer, Taken>();
	/** Blocks of each. */
	readonly #held = new Map<Holder, number>();
	/** In the order in which they came. */
	readonly #waiting = new Set<Holder>();
	readonly #slow = new BoundedMap<PeerId, true>(MAX_SLOW);
	#slowAfter = SLOW_AFTER;
	#timer: NodeJS.Timeout | undefined;

	/** `now`: a clock of milliseconds. */
	constructor(most: number, now: () => number = () => performance.now()) {
		if (most < MAX_PIECE_BYTES) throw new RangeError('there has to be room for one block');
		this.#most = most;
		this.#now = now;
	}

	/** Bytes in use or kept. */
	get bytes(): number {
		return this.#bytes;
	}

	/** Bytes in use. */
	get used(): number {
		return this.#used;
	}

	/** Bytes a second that may pass at most: who is held back by ourselves is not slow. */
	setRate(rate: number | undefined): void {
		this.#slowAfter = SLOW_AFTER + (rate ? (2_000 * this.#most) / rate : 0);
	}

	/**
	 * Room for a block of so many bytes and a header, perhaps more than that. Undefined if there is none for this holder now:
	 * then it waits, and is told when there may be some.
	 */
	take(bytes: number, holder: Holder): Buffer | undefined {
		let size = MIN_PIECE_BYTES;
		while (size < bytes) size *= 2;
		if (!this.#mayTake(size, holder)) {
			this.#waiting.add(holder);
			this.#lookLater();
			return undefined;
		}
		const now = this.#now();
		const buffer = this.#find(size);
		this.#used += size;
		this.#held.set(holder, (this.#held.get(holder) ?? 0) + 1);
		const moved = holder.moved();
		this.#taken.set(buffer, {holder, size, at: now, from: moved, moved, movedAt: now});
		this.forget(holder);
		return buffer;
	}

	/** What `take` gave is still in use, but its holder has nothing to do with it any more. */
	settle(buffer: Buffer): void {
		const taken = this.#taken.get(buffer);
		if (!taken) return;
		const {holder, at} = taken;
		this.#taken.delete(buffer);
		const left = this.#held.get(holder)! - 1;
		if (left > 0) this.#held.set(holder, left);
		else this.#held.delete(holder);
		if (this.#isLate(at)) this.#slow.set(holder.peer, true);
		else this.#slow.delete(holder.peer);
	}

	/** What `take` gave is not used any more. Whoever waits is called. */
	giveBack(buffer: Buffer): void {
		this.settle(buffer);
		const size = buffer.length - HEADER_ROOM;
		this.#used -= size;
		const spare = this.#spare.get(size);
		if (spare) spare.push(buffer);
		else this.#spare.set(size, [buffer]);
		this.#callAll();
	}

	/** It does not wait any more. Those behind it may have waited for nothing else. */
	forget(holder: Holder): void {
		if (this.#waiting.delete(holder) && this.#waiting.size > 0) queueMicrotask(() => this.#callAll());
		if (this.#waiting.size === 0) this.#stopLooking();
	}

	/** Lets go of what is kept. */
	trim(): void {
		for (const [size, buffers] of this.#spare) this.#bytes -= size * buffers.length;
		this.#spare.clear();
	}

	#find(size: number): Buffer {
		const spare = this.#spare.get(size)?.pop();
		if (spare) return spare;
		if (this.#bytes + size > this.#most) this.trim();
		this.#bytes += size;
		return Buffer.allocUnsafeSlow(size + HEADER_ROOM);
	}

	#mayTake(size: number, holder: Holder): boolean {
		const isSlow = this.#isHeldBack(holder);
		const hasSome = this.#held.has(holder);
		const left = this.#most - this.#used - size;
		if (left < (hasSome || isSlow ? MAX_PIECE_BYTES : 0)) return false;
		for (const other of this.#waiting) {
			if (other === holder) {
				if (!hasSome) return true;
			} else if (!this.#held.has(other) && (isSlow || !this.#slow.has(other.peer))) return false;
		}
		return true;
	}

	/** One slow one at a time is treated as everybody is, or it would wait for as long as others are fast. */
	#isHeldBack({peer}: Holder): boolean {
		return this.#slow.has(peer) && [...this.#held.keys()].some(other => this.#slow.has(other.peer));
	}

	/** All of them: the first may be about to leave, and would take the turn of the others with it. */
	#callAll(): void {
		for (const holder of [...this.#waiting]) if (this.#waiting.has(holder)) holder.goOn();
	}

	#isLate(at: number): boolean {
		return this.#now() - at > this.#slowAfter;
	}

	#lookLater(): void {
		this.#timer ??= setTimeout(() => {
			this.#timer = undefined;
			this.look();
			if (this.#waiting.size > 0) this.#lookLater();
		}, LOOK_INTERVAL).unref();
	}

	#stopLooking(): void {
		clearTimeout(this.#timer);
		this.#timer = undefined;
	}

	/** Who holds up the others? Called by itself while somebody waits. */
	look(): void {
		if (this.#waiting.size === 0) return;
		let slowBytes = 0;
		let slowest: {readonly holder: Holder; readonly rate: number} | undefined;
		for (const taken of [...this.#taken.values()]) {
			const {holder, size} = taken;
			if (this.#isStuck(taken)) return holder.letGo();
			if (!this.#slow.has(holder.peer)) continue;
			const rate = (taken.moved - taken.from) / (this.#now() - taken.at + 1);
			slowBytes += size;
			if (slowest === undefined || rate < slowest.rate) slowest = {holder, rate};
		}
		const isPressing = [...this.#waiting].some(one => !this.#held.has(one) && !this.#slow.has(one.peer));
		if (slowest && isPressing && slowBytes > this.#most - MAX_PIECE_BYTES) slowest.holder.letGo();
	}

	/** Notes what has passed, and who is slow. */
	#isStuck(taken: Taken): boolean {
		const {holder, at} = taken;
		const [now, moved] = [this.#now(), holder.moved()];
		if (moved !== taken.moved) taken.movedAt = now;
		taken.moved = moved;
		if (this.#isLate(at)) this.#slow.set(holder.peer, true);
		return now - taken.movedAt > STUCK_AFTER + this.#slowAfter;
	}
}
