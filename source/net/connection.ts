/**
 * One connection that is ready: the certificate is proved and READY has been said. Bodies of frames go in and out.
 * It owns its socket and its timers, and is gone when `closed` has been called.
 */
import type {Socket} from 'node:net';
import {WireError} from '../base/errors.ts';
import {FrameDecoder} from '../wire/frame.ts';
import {FRAME_HEADER_BYTES, MAX_FRAME_BYTES} from '../wire/limits.ts';
import type {PeerId} from '../wire/peer-id.ts';
import type {Priority} from '../wire/priority.ts';
import type {ConnectionLimits} from './limits.ts';
import type {SendBudget} from './send-budget.ts';

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
	#waiting: readonly Uint8Array[];
	#handlers: ConnectionHandlers | undefined;

	/** Leaves when the turn is over; its bytes, headers included. */
	#batch: Uint8Array[] = [];
	#batchBytes = 0;
	/** The batch, and what the socket still holds of earlier ones. */
	#queuedBytes = 0;
	/** We have ended our side, or the other side has: nothing more is sent. */
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

	constructor(options: ConnectionOptions) {
		this.peer = options.peer;
		this.address = options.address;
		this.direction = options.direction;
		this.#socket = options.socket;
		this.#limits = options.limits;
		this.#budget = options.budget;
		this.#decoder = options.decoder ?? new FrameDecoder();
		this.#waiting = options.frames ?? [];
		this.#gone = options.gone;
		this.#socket.on('error', error => this.#fail(error));
		this.#socket.on('close', () => this.#onClose());
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
		return this.#queuedBytes;
	}

	get queuedByPriority(): Readonly<Record<Priority, number>> {
		return {control: 0, chat: this.#queuedBytes, bulk: 0};
	}

	/** Begins to read. Until then nothing is taken from the socket, so the sender feels it. Nothing is called at once. */
	start(handlers: ConnectionHandlers): void {
		if (this.#handlers !== undefined) throw new Error('the connection was started before');
		this.#handlers = handlers;
		process.nextTick(() => this.#begin());
	}

	#begin(): void {
		const waiting = this.#waiting;
		this.#waiting = [];
		this.#deliver(waiting);
		this.#hasBegun = true;
		if (this.#isClosed) {
			this.#handlers?.closed(this.#reason ?? 'closed');
			return;
		}
		this.#watchProgress(true);
		this.#socket.on('data', chunk => this.#receive(chunk));
		this.#socket.on('end', () => this.#onEnd());
		this.#socket.resume();
	}

	/**
	 * Queues the body of one frame. All that is sent in one turn leaves as one write. Nothing happens once the
	 * connection is closing. A peer that lets too much pile up is let go as `slow`; so is, if all peers together do,
	 * the one with the most.
	 * @throws RangeError for an empty body or one above `MAX_FRAME_BYTES`.
	 */
	send(body: Uint8Array): void {
		const length = body.length;
		if (length === 0 || length > MAX_FRAME_BYTES) throw new RangeError(`a frame cannot hold ${length} bytes`);
		if (this.#isEnding || this.#socket.destroyed) return;
		const bytes = FRAME_HEADER_BYTES + length;
		if (this.#queuedBytes + bytes > this.#limits.maxSendQueueBytes) {
			this.destroy('slow');
			return;
		}
		// Ticks run once the callback that we are in has returned and before any other I/O: late enough to gather all
		// that it sends, early enough to cost no time.
		if (this.#batch.length === 0) process.nextTick(() => this.#flush());
		this.#batch.push(body);
		this.#batchBytes += bytes;
		this.#queuedBytes += bytes;
		this.#budget.take(this, bytes);
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
		const bodies = this.#batch;
		if (bodies.length === 0 || this.#socket.destroyed) return;
		// One buffer for all, headers included: a write each would cost several times as much. So a body that goes to many
		// is copied for each of them; that is little beside its encryption, which is done for each of them anyway.
		const bytes = this.#batchBytes;
		const batch = Buffer.allocUnsafe(bytes);
		let offset = 0;
		for (const body of bodies) {
			offset = batch.writeUInt32BE(body.length, offset);
			batch.set(body, offset);
			offset += body.length;
		}
		this.#batch = [];
		this.#batchBytes = 0;
		this.#framesOut += bodies.length;
		this.#bytesOut += bytes;
		this.#socket.write(batch, () => this.#taken(bytes));
	}

	/** The system has taken them. What a dead connection had is forgotten already. */
	#taken(bytes: number): void {
		if (this.#socket.destroyed) return;
		this.#queuedBytes -= bytes;
		this.#budget.giveBack(this, bytes);
	}

	#forgetQueue(): void {
		const bytes = this.#queuedBytes;
		this.#batch = [];
		this.#batchBytes = 0;
		this.#queuedBytes = 0;
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
		this.#deliver(bodies);
	}

	#deliver(bodies: readonly Uint8Array[]): void {
		for (const body of bodies) {
			if (this.#socket.destroyed) return;
			this.#framesIn++;
			this.#handlers?.frame(body);
		}
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

	#onEnd(): void {
		this.#reason ??= 'closed';
		this.#endOurSide();
	}

	/** Bounded, because a peer that does not read would keep our last bytes, and us, for ever. */
	#endOurSide(): void {
		if (this.#isEnding) return;
		this.#flush();
		this.#isEnding = true;
		this.#socket.end();
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
		clearTimeout(this.#closeTimer);
		this.#gone?.();
		if (this.#hasBegun) this.#handlers?.closed(this.#reason ?? 'closed');
	}
}
