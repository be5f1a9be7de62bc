/**
 * What waits to be sent over one connection: three queues, the most urgent first. What is sent in one turn leaves at once
 * if the connection is free. Otherwise it waits here, not in the socket, for in the socket nothing can be overtaken:
 *
 *     push ─▶ loose frames ─ pack ─▶ control ▤▤      ─┐
 *            (of this turn)          chat    ▤▤▤▤▤   ─┼─ take ─▶ in flight: one batch, a window at most ─▶ the system
 *                                    bulk    ▤▤▤▤▤▤▤ ─┘
 *
 * Within one class the order is kept. A class goes first however much waits in those below it: control and chat cannot
 * hold up bulk for ever, because whoever says more of them than a peer takes fills their queues, and lets it go.
 *
 * A waiting frame is a few bytes of a large buffer as often as not, which it would keep in memory. So frames that have to
 * wait are packed: copied, headers included, into buffers of just their size. What is counted is what it costs.
 */
import {FRAME_HEADER_BYTES} from '../wire/limits.ts';
import {PRIORITIES, type Priority} from '../wire/priority.ts';

/** Packed frames join those before them up to this size, since each buffer costs some 200 bytes on top. */
const SMALL_PACK_BYTES = 4 * 1024;

/**
 * Buffers of a window that are kept for the next ones, whichever connection they are of: what new memory costs, a copy
 * costs twice over. As many as one connection fills that is sending bulk.
 */
const MAX_SPARE_WINDOWS = 4;

/** Whole frames, headers included, and how many. */
export type Batch = {readonly bytes: Buffer; readonly frames: number};

type Lane = {
	/** Bodies. */
	loose: Uint8Array[];
	looseBytes: number;
	readonly packed: Batch[];
	/** Loose and packed. */
	waitingBytes: number;
	inFlightBytes: number;
};

export class SendQueue {
	readonly #windowBytes: number;
	readonly #lanes: Readonly<Record<Priority, Lane>> = {control: lane(), chat: lane(), bulk: lane()};
	/** From the most to the least urgent. */
	readonly #ordered: readonly Lane[] = PRIORITIES.map(priority => this.#lanes[priority]);
	#looseBytes = 0;
	#waitingBytes = 0;
	#inFlightBytes = 0;
	#inFlight: Buffer | undefined;

	/** `windowBytes`: the largest batch, except that a larger frame goes alone. */
	constructor(windowBytes: number) {
		this.#windowBytes = windowBytes;
	}

	/** Bytes with headers: those that wait, and those in flight. */
	get bytes(): number {
		return this.#waitingBytes + this.#inFlightBytes;
	}

	get waitingBytes(): number {
		return this.#waitingBytes;
	}

	/** A batch was taken out of here, and `settle` not called yet. */
	get isInFlight(): boolean {
		return this.#inFlightBytes > 0;
	}

	/** As `bytes`, of one class. */
	bytesOf(priority: Priority): number {
		const {waitingBytes, inFlightBytes} = this.#lanes[priority];
		return waitingBytes + inFlightBytes;
	}

	/** The body may be a view into a larger buffer, and must not change before it is packed or taken. */
	push(body: Uint8Array, priority: Priority): void {
		const bytes = FRAME_HEADER_BYTES + body.length;
		const lane = this.#lanes[priority];
		lane.loose.push(body);
		lane.looseBytes += bytes;
		lane.waitingBytes += bytes;
		this.#looseBytes += bytes;
		this.#waitingBytes += bytes;
	}

	/** The next batch, which is in flight from now on; undefined if nothing waits, or if one is in flight already. */
	take(): Batch | undefined {
		if (this.#waitingBytes === 0 || this.isInFlight) return undefined;
		const isLoose = this.#looseBytes === this.#waitingBytes && this.#looseBytes <= this.#windowBytes;
		const batch = isLoose ? this.#takeLoose() : this.#takePacked();
		this.#waitingBytes -= batch.bytes.length;
		this.#inFlight = batch.bytes;
		this.#inFlightBytes = batch.bytes.length;
		return batch;
	}

	/** The system has taken the batch that was in flight, whose memory is used again: returns its bytes. */
	settle(): number {
		const bytes = this.#inFlightBytes;
		if (isNearlyWindow(bytes, this.#windowBytes)) recycle(this.#inFlight as Buffer, this.#windowBytes);
		this.#inFlight = undefined;
		this.#inFlightBytes = 0;
		for (const lane of this.#ordered) lane.inFlightBytes = 0;
		return bytes;
	}

	/** What was pushed has to wait: it lets go of the buffers that it came in. */
	pack(): void {
		if (this.#looseBytes === 0) return;
		this.#looseBytes = 0;
		for (const lane of this.#ordered) pack(lane, this.#windowBytes);
	}

	/** Forgets everything, and says how many frames of each class were still waiting. */
	clear(): Record<Priority, number> {
		const lost = {control: 0, chat: 0, bulk: 0};
		for (const priority of PRIORITIES) {
			const lane = this.#lanes[priority];
			lost[priority] = lane.packed.reduce((sum, {frames}) => sum + frames, lane.loose.length);
			lane.packed.length = 0;
			lane.loose = [];
			lane.looseBytes = lane.waitingBytes = lane.inFlightBytes = 0;
		}
		this.#looseBytes = this.#waitingBytes = this.#inFlightBytes = 0;
		this.#inFlight = undefined;
		return lost;
	}

	/** The usual case: all of it at once. One buffer, because a write each would cost several times as much. */
	#takeLoose(): Batch {
		// In Node's pool if it is small: it is gone in a moment.
		const bytes = windowFor(this.#looseBytes, this.#windowBytes) ?? Buffer.allocUnsafe(this.#looseBytes);
		let [offset, frames] = [0, 0];
		for (const lane of this.#ordered) {
			if (lane.looseBytes === 0) continue;
			offset = write(lane.loose, bytes, offset);
			frames += lane.loose.length;
			lane.inFlightBytes = lane.looseBytes;
			lane.waitingBytes = lane.looseBytes = 0;
			lane.loose = [];
		}
		this.#looseBytes = 0;
		return {bytes, frames};
	}

	#takePacked(): Batch {
		this.pack();
		const taken: Buffer[] = [];
		let [bytes, frames] = [0, 0];
		for (const lane of this.#ordered) {
			for (let next = lane.packed[0]; next !== undefined; next = lane.packed[0]) {
				const length = next.bytes.length;
				if (bytes > 0 && bytes + length > this.#windowBytes) return joined(taken, bytes, frames);
				lane.packed.shift();
				lane.waitingBytes -= length;
				lane.inFlightBytes += length;
				taken.push(next.bytes);
				bytes += length;
				frames += next.frames;
			}
		}
		return joined(taken, bytes, frames);
	}
}

function lane(): Lane {
	return {loose: [], looseBytes: 0, packed: [], waitingBytes: 0, inFlightBytes: 0};
}

function joined(parts: readonly Buffer[], bytes: number, frames: number): Batch {
	return {bytes: parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts, bytes), frames};
}

/** Writes the frames of these bodies; returns the offset after them. */
function write(bodies: readonly Uint8Array[], target: Buffer, start: number): number {
	let offset = start;
	for (const body of bodies) {
		offset = target.writeUInt32BE(body.length, offset);
		target.set(body, offset);
		offset += body.length;
	}
	return offset;
}

/** Into packs of a window each at most. */
function pack(lane: Lane, windowBytes: number): void {
	const {loose} = lane;
	lane.loose = [];
	lane.looseBytes = 0;
	for (let from = 0; from < loose.length; ) {
		let [to, bytes] = [from, 0];
		do bytes += FRAME_HEADER_BYTES + loose[to++]!.length;
		while (to < loose.length && bytes + FRAME_HEADER_BYTES + loose[to]!.length <= windowBytes);
		append(lane.packed, loose.slice(from, to), bytes, windowBytes);
		from = to;
	}
}

function append(packed: Batch[], bodies: readonly Uint8Array[], bytes: number, windowBytes: number): void {
	const last = packed.at(-1);
	const isSmall = last !== undefined && last.bytes.length + bytes <= Math.min(SMALL_PACK_BYTES, windowBytes);
	const before = isSmall ? packed.pop() : undefined;
	const start = before?.bytes.length ?? 0;
	// Not from Node's pool, where a few bytes keep all of the pool in memory.
	const target = windowFor(start + bytes, windowBytes) ?? Buffer.allocUnsafeSlow(start + bytes);
	if (before !== undefined) target.set(before.bytes);
	write(bodies, target, start);
	packed.push({bytes: target, frames: (before?.frames ?? 0) + bodies.length});
}

const spareWindows: Buffer[] = [];

/** Memory for a batch that fills a window but for a little; undefined for any other. */
function windowFor(bytes: number, windowBytes: number): Buffer | undefined {
	if (!isNearlyWindow(bytes, windowBytes)) return undefined;
	const spare = spareWindows.pop();
	return (spare?.length === windowBytes ? spare : Buffer.allocUnsafeSlow(windowBytes)).subarray(0, bytes);
}

function recycle({buffer}: Buffer, windowBytes: number): void {
	if (buffer.byteLength === windowBytes && spareWindows.length < MAX_SPARE_WINDOWS) {
		spareWindows.push(Buffer.from(buffer));
	}
}

/** The windows of tests are small, and might be mistaken for Node's pool. */
function isNearlyWindow(bytes: number, windowBytes: number): boolean {
	return windowBytes > Buffer.poolSize && bytes <= windowBytes && bytes > windowBytes - SMALL_PACK_BYTES;
}
