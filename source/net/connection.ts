/**
 * One connection that is ready: the certificate is proved and READY has been said. Bodies of frames go in and out.
 * It owns its socket and its timers, and is gone when `closed` has been called.
 */
import type {Socket} from 'node:net';
import type {TLSSocket} from 'node:tls';
import {WireError} from '../base/errors.ts';
import {FrameDecoder} from '../wire/frame.ts';
import {FRAME_HEADER_BYTES, MAX_FRAME_BYTES} from '../wire/limits.ts';
import type {PeerId} from '../wire/peer-id.ts';
import {PRIORITIES, type Priority} from '../wire/priority.ts';
import type {ConnectionLimits} from './limits.ts';
import type {SendBudget} from './send-budget.ts';
import {SendQueue} from './send-queue.ts';

/**
 * The best size for the bodies of bulk: with their headers they fill one TLS record each, which the other side gets in
 * one piece. Nothing of them is copied there, which a larger frame pays for with a third of the speed.
 */
export const BULK_BODY_BYTES = 16 * 1024 - FRAME_HEADER_BYTES;

/** Milliseconds of work that one peer may cause before the others get their turn. A ping of theirs waits as long. */
const TURN = 2;
/** Windows that are sent one right after the other before everybody else has a turn: about a millisecond. */
const WINDOWS_IN_TURN = 8;
/** Frames between two looks at the clock. */
const FRAMES_PER_LOOK = 8;

/** Who dialled: the other side (`inbound`) or we. */
export type Direction = 'inbound' | 'outbound';

export type ConnectionHandlers = {
	/** The body of one frame. Often a view into a larger buffer: copy what is kept for long. */
	frame(body: Uint8Array): void;
	/**
	 * Called exactly once, last. `reason` is what was given to `close` or `destroy`, or `closed` (the other side
	 * ended), `reset`, `failed` (the socket broke), `frame-length`, `no-progress`, `slow`.
	 */
	closed(reason: string): void;
	/** There is room for bulk again, after `isWritable('bulk')` was false. */
	drained?(): void;
};

export type ConnectionOptions = {
	readonly socket: Socket;
	readonly peer: PeerId;
	readonly address: string;
	readonly direction: Direction;
	readonly limits: ConnectionLimits;
	/** Shared by all connections. */
	readonly budget: SendBudget;
	/** What the handshake has read beyond READY: the decoder as it stands, and whole frames. */
	readonly decoder?: FrameDecoder;
	readonly frames?: readonly Uint8Array[];
	/** Called once the socket is gone, whether or not the connection was ever started. */
	gone?(): void;
};

export class Connection {
	/** Proved by the handshake. */
	readonly peer: PeerId;
	/** Where the other side is, as a multiaddr without `/p2p/…`. Of an inbound connection the port is ephemeral. */
	readonly address: string;
	readonly direction: Direction;

	readonly #socket: Socket;
	readonly #limits: ConnectionLimits;
	readonly #budget: SendBudget;
	readonly #decoder: FrameDecoder;
	readonly #gone: (() => void) | undefined;
	/** Frames that were read and not handed on. */
	#inbox: readonly Uint8Array[];
	/** Milliseconds of work since others had their turn. */
	#work = 0;
	#handlers: ConnectionHandlers | undefined;

	readonly #queue: SendQueue;
	/** What was sent in this turn leaves when it is over. */
	#willFlush = false;
	/** One for all writes. */
	readonly #onWritten = (error?: Error | null) => {
		if (!error) this.#taken();
	};
	/** Sent since others had their turn. */
	#windows = 0;
	/** Since then `drained` is owed. */
	#isBulkFull = false;
	/** Runs while something waits for a batch to be taken. */
	#sendTimer: NodeJS.Timeout | undefined;
	/** We end our side, or the other side has: nothing more is queued. */
	#isEnding = false;
	#reason: string | undefined;
	#isClosed = false;
	/** `#begin` has run, so that `closed` may be called. */
	#hasBegun = false;
	#frameTimer: NodeJS.Timeout | undefined;
	#closeTimer: NodeJS.Timeout | undefined;

	#bytesIn = 0;
	#bytesOut = 0;
	#framesIn = 0;
	#framesOut = 0;
	readonly #dropped: Record<string, number> = {};

	constructor(options: ConnectionOptions) {
		this.peer = options.peer;
		this.address = options.address;
		this.direction = options.direction;
		this.#socket = options.socket;
		this.#limits = options.limits;
		this.#budget = options.budget;
		this.#decoder = options.decoder ?? new FrameDecoder();
		this.#inbox = options.frames ?? [];
		this.#queue = new SendQueue(options.limits.sendWindowBytes);
		this.#gone = options.gone;
		this.#socket.on('error', error => this.#fail(error));
		this.#socket.on('close', () => this.#onClose());
	}

	/** What TLS keeps it secret with, by its standard name; undefined once the socket is gone, or where there is no TLS. */
	get cipher(): string | undefined {
		const socket: Socket & Partial<Pick<TLSSocket, 'getCipher'>> = this.#socket;
		return socket.destroyed ? undefined : socket.getCipher?.()?.standardName;
	}

	/** Payload bytes with their frame headers; TLS and TCP add theirs. */
	get bytesIn(): number {
		return this.#bytesIn;
	}

	get bytesOut(): number {
		return this.#bytesOut;
	}

	get framesIn(): number {
		return this.#framesIn;
	}

	get framesOut(): number {
		return this.#framesOut;
	}

	/** Bytes that the system has not taken yet. */
	get queuedBytes(): number {
		return this.#queue.bytes;
	}

	/** The same by class. */
	get queuedByPriority(): Readonly<Record<Priority, number>> {
		const queue = this.#queue;
		return {control: queue.bytesOf('control'), chat: queue.bytesOf('chat'), bulk: queue.bytesOf('bulk')};
	}

	/**
	 * Frames that were queued and never left, by counter: `dropped-<class>-slow` if the peer did not take them,
	 * `dropped-<class>-closed` if the connection ended for another reason. Every frame that `send` takes is among these,
	 * among `framesOut`, or waits.
	 */
	get dropped(): Readonly<Record<string, number>> {
		return this.#dropped;
	}

	/** Begins to read. Until then nothing is taken from the socket, so the sender feels it. Nothing is called at once. */
	start(handlers: ConnectionHandlers): void {
		if (this.#handlers !== undefined) throw new Error('the connection was started before');
		this.#handlers = handlers;
		process.nextTick(() => this.#begin());
	}

	#begin(): void {
		this.#hasBegun = true;
		if (this.#isClosed) {
			this.#handlers?.closed(this.#reason ?? 'closed');
			return;
		}
		this.#watchProgress(true);
		this.#socket.on('data', chunk => this.#receive(chunk));
		this.#socket.on('end', () => this.#onEnd());
		this.#handOn();
	}

	/** Whether a frame of any size would be taken now. */
	isWritable(priority: Priority): boolean {
		return !this.#isEnding && !this.#socket.destroyed && this.#room(priority) >= FRAME_HEADER_BYTES + MAX_FRAME_BYTES;
	}

	/**
	 * Queues the body of one frame; false if it was not taken. All that is sent in one turn leaves as one write, unless
	 * the system has not taken the last one: then it waits, and what is more urgent goes first. Until the turn is over the
	 * body must not change.
	 *
	 * A peer that lets too much control or chat pile up is let go as `slow`; so is, if all peers together do, the one with
	 * the most. Bulk beyond its limit is refused instead: `drained` tells when there is room. Nothing is taken once the
	 * connection is closing.
	 * @throws RangeError for an empty body or one above `MAX_FRAME_BYTES`.
	 */
	send(body: Uint8Array, priority: Priority): boolean {
		const length = body.length;
		if (length === 0 || length > MAX_FRAME_BYTES) throw new RangeError(`a frame cannot hold ${length} bytes`);
		if (this.#isEnding || this.#socket.destroyed) return false;
		const bytes = FRAME_HEADER_BYTES + length;
		if (bytes > this.#room(priority)) {
			if (priority !== 'bulk') this.destroy('slow');
			return false;
		}
		this.#queue.push(body, priority);
		if (priority === 'bulk') this.#isBulkFull ||= !this.isWritable('bulk');
		// Ticks run once the callback that we are in has returned and before any other I/O: late enough to gather all
		// that it sends, early enough to cost no time.
		if (!this.#willFlush) {
			this.#willFlush = true;
			process.nextTick(() => this.#flush());
		}
		this.#budget.take(this, bytes);
		return !this.#socket.destroyed;
	}

	#room(priority: Priority): number {
		return this.#limits.maxQueueBytes[priority] - this.#queue.bytesOf(priority);
	}

	/** Sends what is queued, ends our side, and goes on reading until the other side ends or time is up. */
	close(reason: string): void {
		if (this.#isClosed || this.#socket.destroyed) return;
		this.#reason ??= reason;
		this.#endOurSide();
		// Without handlers nobody reads: let what comes run off, or the end of it would never show.
		if (this.#handlers === undefined) this.#socket.resume();
	}

	/** Ends it at once. What is queued is lost. */
	destroy(reason: string): void {
		this.#reason ??= reason;
		this.#socket.destroy();
		this.#forgetQueue();
	}

	#flush(): void {
		this.#willFlush = false;
		if (this.#socket.destroyed) return;
		const batch = this.#queue.take();
		if (batch !== undefined) {
			this.#framesOut += batch.frames;
			this.#bytesOut += batch.bytes.length;
			this.#socket.write(batch.bytes, this.#onWritten);
		}
		if (this.#queue.waitingBytes === 0) {
			this.#allLeft();
			return;
		}
		this.#queue.pack();
		this.#sendTimer ??= setTimeout(() => this.destroy('slow'), this.#limits.sendTimeout);
	}

	/** Nothing waits any more; the last batch may still be in flight. */
	#allLeft(): void {
		clearTimeout(this.#sendTimer);
		this.#sendTimer = undefined;
		if (this.#isEnding && !this.#socket.writableEnded) this.#socket.end();
	}

	/** The system has taken the batch that was in flight. What a dead connection had is forgotten already. */
	#taken(): void {
		if (this.#socket.destroyed) return;
		this.#budget.giveBack(this, this.#queue.settle());
		this.#sendTimer?.refresh();
		if (this.#queue.waitingBytes > 0) this.#next();
		if (!this.#isBulkFull || this.#queue.bytesOf('bulk') > this.#limits.maxQueueBytes.bulk / 2) return;
		this.#isBulkFull = false;
		this.#handlers?.drained?.();
	}

	/**
	 * As long as the system takes one window after the other, Node looks at nothing else of its own accord: now and then
	 * they wait until everybody else has had a turn. The last window goes at once.
	 */
	#next(): void {
		this.#windows++;
		if (this.#windows < WINDOWS_IN_TURN || this.#queue.waitingBytes <= this.#limits.sendWindowBytes) {
			this.#flush();
			return;
		}
		this.#windows = 0;
		setImmediate(() => this.#flush());
	}

	#forgetQueue(): void {
		const {bytes} = this.#queue;
		const lost = this.#queue.clear();
		const why = this.#reason === 'slow' ? 'slow' : 'closed';
		for (const priority of PRIORITIES) {
			if (lost[priority] > 0) this.#dropped[`dropped-${priority}-${why}`] = lost[priority];
		}
		this.#budget.giveBack(this, bytes);
	}

	#receive(chunk: Uint8Array): void {
		this.#bytesIn += chunk.length;
		let bodies: Uint8Array[];
		try {
			bodies = this.#decoder.push(chunk);
		} catch (error) {
			this.destroy(error instanceof WireError ? error.reason : 'failed');
			return;
		}
		this.#watchProgress(bodies.length > 0);
		const rest = this.#deliver(bodies);
		if (rest === undefined) return;
		// Nothing more is read meanwhile, so the sender feels it.
		this.#inbox = rest;
		this.#socket.pause();
		setImmediate(() => this.#handOn());
	}

	#handOn(): void {
		const rest = this.#deliver(this.#inbox);
		this.#inbox = rest ?? [];
		if (rest === undefined) this.#socket.resume();
		else setImmediate(() => this.#handOn());
	}

	/**
	 * Hands frames on. Returns those that are left, maybe none, if it took so long that it is the others' turn: a system
	 * that has read far ahead would give us megabytes of one peer's frames before anything of another.
	 */
	#deliver(bodies: readonly Uint8Array[]): readonly Uint8Array[] | undefined {
		let from = performance.now();
		for (let index = 0; index < bodies.length; index++) {
			if (this.#socket.destroyed) return undefined;
			this.#framesIn++;
			this.#handlers?.frame(bodies[index]!);
			if (index % FRAMES_PER_LOOK > 0 && index < bodies.length - 1) continue;
			const now = performance.now();
			this.#work += now - from;
			from = now;
			if (this.#work < TURN) continue;
			this.#work = 0;
			return bodies.slice(index + 1);
		}
		return undefined;
	}

	/** A frame that has begun must end in time: bytes that trickle in do not count, only whole frames do. */
	#watchProgress(hasProgressed: boolean): void {
		if (!this.#decoder.isPartial) {
			clearTimeout(this.#frameTimer);
			this.#frameTimer = undefined;
		} else if (this.#frameTimer === undefined) {
			this.#frameTimer = setTimeout(() => this.destroy('no-progress'), this.#limits.frameTimeout);
		} else if (hasProgressed) {
			this.#frameTimer.refresh();
		}
	}

	/** Even a paused socket tells of its end, and is gone when both sides have ended: now or never for the last frames. */
	#onEnd(): void {
		let rest: readonly Uint8Array[] | undefined = this.#inbox;
		this.#inbox = [];
		while (rest !== undefined) rest = this.#deliver(rest);
		this.#reason ??= 'closed';
		this.#endOurSide();
	}

	/** Bounded, because a peer that does not read would keep our last bytes, and us, for ever. */
	#endOurSide(): void {
		if (this.#isEnding) return;
		this.#isEnding = true;
		this.#flush();
		this.#closeTimer = setTimeout(() => this.#socket.destroy(), this.#limits.closeTimeout);
	}

	#fail(error: NodeJS.ErrnoException): void {
		this.#reason ??= error.code === 'ECONNRESET' || error.code === 'EPIPE' ? 'reset' : 'failed';
		this.#socket.destroy();
	}

	#onClose(): void {
		this.#isClosed = true;
		this.#forgetQueue();
		clearTimeout(this.#frameTimer);
		clearTimeout(this.#sendTimer);
		clearTimeout(this.#closeTimer);
		this.#gone?.();
		if (this.#hasBegun) this.#handlers?.closed(this.#reason ?? 'closed');
	}
}
