/**
 * A connection for the bytes of files, beside that for talk, so that talk never waits behind a file. The certificate is
 * proved; the side that was dialled says `ready` first. Blocks go out of, and into, memory that the user of it owns.
 *
 * It shares its thread with all that is urgent: after so many bytes, read or written, everybody else has a turn.
 */
import type {Socket} from 'node:net';
import type {TLSSocket} from 'node:tls';
import {WireError} from '../../base/errors.ts';
import {BulkDecoder, type BulkFrame, type BulkSink, encodeBulk} from '../../wire/bulk.ts';
import type {PeerId} from '../../wire/peer-id.ts';
import type {Priority} from '../../wire/priority.ts';
import type {BulkLimits} from './limits.ts';
import type {RateGate} from './rate-gate.ts';
import type {Reader} from './reader.ts';

/** Milliseconds of work that what comes may cause before the others get their turn, as in `net/connection.ts`. */
const TURN = 2;

/** Windows with the socket: the next is encrypted while the system sends the last. */
const WINDOWS_IN_FLIGHT = 2;

/** Less than this is not worth a window. */
const MIN_WINDOW_BYTES = 4 * 1024;

export type BulkHandlers = BulkSink & {
	/** Both sides may speak. */
	ready(): void;
	/**
	 * Exactly once, last, and never within a call of ours. `reason`: what was given to `destroy`, `closed` (the other side
	 * ended), `reset`, `failed`, `not-ready`, `no-progress`, `slow`, `bulk-…` (what nobody may send).
	 */
	closed(reason: string): void;
};

export type BulkConnectionOptions = {
	readonly socket: Socket;
	readonly peer: PeerId;
	readonly direction: 'inbound' | 'outbound';
	readonly limits: BulkLimits;
	/** Of all connections together. */
	readonly up: RateGate;
	readonly down: RateGate;
	/** Where the socket puts what it has read; by default it tells it as an event. */
	readonly reader?: Reader;
	gone?(): void;
};

type Sending = {
	readonly bytes: Uint8Array;
	at: number;
	readonly sent: () => void;
	readonly went: (() => void) | undefined;
};

export class BulkConnection {
	readonly peer: PeerId;
	readonly direction: 'inbound' | 'outbound';
	readonly #socket: Socket;
	readonly #options: BulkConnectionOptions;
	#handlers: BulkHandlers | undefined;
	#decoder: BulkDecoder | undefined;
	#isReady: boolean;
	#reason: string | undefined;
	#isClosed = false;

	/** Read, and not taken yet, since there is no room for what it begins. */
	#rest: Uint8Array | undefined;
	#bytesInTurn = 0;
	#workInTurn = 0;
	/** Somebody will call `#goOn`. */
	#isReadingLater = false;
	/** While it is not reading it is no fault of the other side that nothing comes. */
	#hasPaused = false;
	#bytesSinceLook = 0;
	#progressTimer: NodeJS.Timeout | undefined;

	#controls: Uint8Array[] = [];
	#controlBytes = 0;
	readonly #blocks: Sending[] = [];
	#windows = 0;
	#bytesOutInTurn = 0;
	#isFlushingLater = false;
	#sendTimer: NodeJS.Timeout | undefined;
	readonly #flushLater = () => {
		this.#isFlushingLater = false;
		this.#bytesOutInTurn = 0;
		this.#flush();
	};
	readonly #readLater = () => {
		this.#isReadingLater = false;
		this.#bytesInTurn = this.#workInTurn = 0;
		this.#goOn();
	};

	/** Frames with their headers; TLS and TCP add theirs. */
	bytesIn = 0;
	bytesOut = 0;
	framesIn = 0;
	framesOut = 0;
	/** What waits here is told to whoever asked for it. */
	readonly dropped: Readonly<Record<string, number>> = {};

	constructor(options: BulkConnectionOptions) {
		this.peer = options.peer;
		this.direction = options.direction;
		this.#options = options;
		this.#socket = options.socket;
		this.#isReady = options.direction === 'inbound';
		this.#socket.on('error', (error: NodeJS.ErrnoException) => {
			this.#reason ??= error.code === 'ECONNRESET' || error.code === 'EPIPE' ? 'reset' : 'failed';
			this.#socket.destroy();
		});
		this.#socket.on('close', () => this.#onClose());
	}

	/** As of a connection for talk. */
	get cipher(): string | undefined {
		return this.#socket.destroyed ? undefined : (this.#socket as Partial<TLSSocket>).getCipher?.()?.standardName;
	}

	/** Bytes that the system has not taken yet. */
	get queuedByPriority(): Readonly<Record<Priority, number>> {
		let bulk = this.#socket.writableLength;
		for (const {bytes, at} of this.#blocks) bulk += bytes.length - at;
		return {control: this.#controlBytes, chat: 0, bulk};
	}

	/** Begins to read; nothing is called at once. */
	start(handlers: BulkHandlers): void {
		this.#handlers = handlers;
		this.#decoder = new BulkDecoder({
			frame: frame => this.#onFrame(frame),
			begin: (block, bytes) => {
				if (!this.#isReady) throw new WireError('bulk-early', 'a block before ready');
				return handlers.begin(block, bytes);
			},
			progress: (block, bytes) => handlers.progress(block, bytes),
			end: block => {
				this.framesIn++;
				handlers.end(block);
			},
		});
		process.nextTick(() => this.#begin());
	}

	#begin(): void {
		if (this.#isClosed) {
			this.#handlers?.closed(this.#reason ?? 'closed');
			return;
		}
		this.#socket.on('end', () => this.destroy('closed'));
		if (this.direction === 'inbound') {
			this.framesOut++;
			this.#write(encodeBulk({type: 'ready'}));
			this.#handlers?.ready();
		} else {
			this.#progressTimer = setTimeout(() => this.destroy('not-ready'), this.#options.limits.readyTimeout);
		}
		const {reader} = this.#options;
		if (reader) {
			reader.start({
				room: () => this.#decoder!.room,
				filled: bytes => this.#filled(bytes),
				take: chunk => this.#receive(chunk),
			});
		} else this.#socket.on('data', chunk => this.#receive(chunk));
		this.#socket.resume();
	}

	/** Goes out between two blocks. Whoever lets too many pile up is let go as `slow`. */
	send(frame: BulkFrame): void {
		if (this.#socket.destroyed) return;
		const bytes = encodeBulk(frame);
		this.framesOut++;
		this.#controls.push(bytes);
		this.#controlBytes += bytes.length;
		if (this.#controlBytes > this.#options.limits.maxControlBytes) this.destroy('slow');
		else this.#flushSoon();
	}

	/**
	 * Sends a header and its block, which lie in one piece of memory. It must not change until `sent`, which is called when
	 * the system has taken all of it, and not at all if the connection ends before; `went`, when it has taken some more of it.
	 */
	sendBlock(bytes: Uint8Array, sent: () => void, went?: () => void): void {
		this.#blocks.push({bytes, at: 0, sent, went});
		this.#flushSoon();
	}

	/** There is room again for what `begin` put off. Nothing is called at once. */
	resume(): void {
		if (this.#rest !== undefined || this.#decoder?.isHeld) this.#pauseFor(setImmediate);
	}

	/** Ends it at once. */
	destroy(reason: string): void {
		this.#reason ??= reason;
		this.#socket.destroy();
	}

	// --- sending ---

	#flushSoon(): void {
		if (this.#isFlushingLater || this.#windows > 0) return;
		this.#isFlushingLater = true;
		process.nextTick(this.#flushLater);
	}

	#flush(): void {
		if (this.#isFlushingLater || !this.#isReady) return;
		while (!this.#socket.destroyed && this.#windows < WINDOWS_IN_FLIGHT) {
			const block = this.#blocks[0];
			if (this.#controls.length > 0 && (block === undefined || block.at === 0)) this.#writeControls();
			else if (block === undefined || !this.#mayWrite()) return;
			else this.#writeWindow(block);
		}
	}

	#mayWrite(): boolean {
		const {up, limits} = this.#options;
		if (this.#bytesOutInTurn >= limits.turnBytes) {
			this.#isFlushingLater = true;
			setImmediate(this.#flushLater);
			return false;
		}
		if (up.isOpen) return true;
		this.#isFlushingLater = true;
		up.wait(this.#flushLater);
		return false;
	}

	#writeControls(): void {
		const bytes = this.#controls.length === 1 ? this.#controls[0]! : Buffer.concat(this.#controls);
		this.#controls = [];
		this.#controlBytes = 0;
		this.#write(bytes);
	}

	#writeWindow(block: Sending): void {
		const {up, limits} = this.#options;
		const left = block.bytes.length - block.at;
		// A header makes a block a little longer than so many windows: what is left goes with the last.
		const window = left < limits.windowBytes + MIN_WINDOW_BYTES ? left : limits.windowBytes;
		const end = block.at + up.portion(window);
		const bytes = block.bytes.subarray(block.at, end);
		block.at = end;
		up.spend(bytes.length);
		if (end < block.bytes.length) return this.#write(bytes, block.went);
		this.#blocks.shift();
		this.framesOut++;
		this.#write(bytes, block.sent);
	}

	#write(bytes: Uint8Array, sent?: () => void): void {
		this.#windows++;
		this.bytesOut += bytes.length;
		this.#bytesOutInTurn += bytes.length;
		this.#sendTimer ??= setTimeout(() => this.destroy('slow'), this.#options.limits.sendTimeout);
		this.#socket.write(bytes, error => {
			this.#windows--;
			if (error || this.#socket.destroyed) return;
			if (this.#windows > 0) this.#sendTimer?.refresh();
			else {
				clearTimeout(this.#sendTimer);
				this.#sendTimer = undefined;
			}
			sent?.();
			this.#flush();
		});
	}

	// --- receiving ---

	#count(bytes: number): void {
		this.bytesIn += bytes;
		this.#bytesInTurn += bytes;
		this.#bytesSinceLook += bytes;
		this.#options.down.spend(bytes);
	}

	/** So much lies where it belongs. */
	#filled(bytes: number): void {
		this.#count(bytes);
		const decoder = this.#decoder!;
		const from = performance.now();
		try {
			decoder.filled(bytes);
		} catch (error) {
			this.destroy(error instanceof WireError ? error.reason : 'failed');
			return;
		}
		this.#workInTurn += performance.now() - from;
		if (!decoder.isPartial) this.#watchProgress();
		if (!this.#isReadingLater) this.#afterChunk();
	}

	#receive(chunk: Uint8Array): void {
		this.#count(chunk.length);
		// What is here already when reading stops is told all the same.
		this.#rest = this.#rest === undefined ? chunk : Buffer.concat([this.#rest, chunk]);
		if (!this.#decoder!.isHeld) this.#take();
		else if (this.#rest === chunk) this.#rest = Buffer.from(chunk);
		if (!this.#isReadingLater) this.#afterChunk();
	}

	#take(): void {
		const from = performance.now();
		const chunk = this.#rest!;
		try {
			const taken = this.#decoder!.push(chunk);
			// Copied, for where it lies the next is read.
			this.#rest = taken < chunk.length ? Buffer.from(chunk.subarray(taken)) : undefined;
		} catch (error) {
			this.#rest = undefined;
			this.destroy(error instanceof WireError ? error.reason : 'failed');
			return;
		}
		this.#workInTurn += performance.now() - from;
		this.#watchProgress();
	}

	/** Whether to read on now, in another turn, or when there is room. */
	#afterChunk(): void {
		const {down, limits} = this.#options;
		if (this.#socket.destroyed) return;
		if (this.#decoder!.isHeld) this.#pause();
		else if (!down.isOpen) this.#pauseFor(goOn => down.wait(goOn));
		else if (this.#bytesInTurn >= limits.turnBytes || this.#workInTurn >= TURN) this.#pauseFor(setImmediate);
	}

	#pauseFor(later: (goOn: () => void) => unknown): void {
		this.#pause();
		if (this.#isReadingLater) return;
		this.#isReadingLater = true;
		later(this.#readLater);
	}

	#pause(): void {
		this.#socket.pause();
		this.#hasPaused = true;
	}

	#goOn(): void {
		if (this.#socket.destroyed) return;
		this.#rest ??= new Uint8Array();
		this.#take();
		this.#afterChunk();
		if (!this.#isReadingLater && !this.#socket.destroyed && !this.#decoder!.isHeld) this.#socket.resume();
	}

	#onFrame(frame: BulkFrame): void {
		this.framesIn++;
		if (this.#isReady) {
			if (frame.type !== 'ready') this.#handlers?.frame(frame);
			return;
		}
		if (frame.type !== 'ready') throw new WireError('bulk-early', `${frame.type} before ready`);
		this.#isReady = true;
		clearTimeout(this.#progressTimer);
		this.#progressTimer = undefined;
		this.#handlers?.ready();
		this.#flushSoon();
	}

	/** Only while a frame has begun; what we do not read counts against nobody. */
	#watchProgress(): void {
		if (!this.#isReady) return;
		const isPartial = this.#decoder!.isPartial;
		if (isPartial && this.#progressTimer === undefined) {
			this.#bytesSinceLook = 0;
			this.#progressTimer = setTimeout(() => this.#look(), this.#options.limits.progressTimeout);
		} else if (!isPartial && this.#progressTimer !== undefined) {
			clearTimeout(this.#progressTimer);
			this.#progressTimer = undefined;
		}
	}

	#look(): void {
		this.#progressTimer = undefined;
		const hasCome = this.#hasPaused || this.#bytesSinceLook >= this.#options.limits.minProgressBytes;
		this.#hasPaused = this.#decoder!.isHeld || this.#isReadingLater;
		if (hasCome) this.#watchProgress();
		else this.destroy('no-progress');
	}

	#onClose(): void {
		this.#isClosed = true;
		const {up, down, gone} = this.#options;
		up.forget(this.#flushLater);
		down.forget(this.#readLater);
		clearTimeout(this.#progressTimer);
		clearTimeout(this.#sendTimer);
		this.#blocks.length = 0;
		this.#controls = [];
		gone?.();
		this.#handlers?.closed(this.#reason ?? 'closed');
	}
}
