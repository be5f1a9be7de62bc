/**
 * Where a socket puts what it has read, again and again the same memory: a new buffer for every 16 KiB makes a gigabyte of
 * garbage of a gigabyte, and a collector that is always at work. Node can do so only for sockets that we dial.
 */

/** One record of TLS holds no more. */
const READ_BYTES = 16 * 1024;

export type Taker = {
	/** Where the next bytes belong, if that is known: they go there at once, and are told as `filled`. */
	room(): Uint8Array | undefined;
	filled(bytes: number): void;
	/** A chunk is good until this returns. */
	take(chunk: Uint8Array): void;
};

export class Reader {
	readonly #own = Buffer.allocUnsafeSlow(READ_BYTES);
	/** Where the next bytes go. */
	#into: Uint8Array = this.#own;
	#taker: Taker | undefined;
	/** What came before anybody took it. */
	#early: Uint8Array[] = [];

	/** For `net.connect` and `tls.connect`. */
	get onread(): {buffer(): Uint8Array; callback(bytes: number, buffer: Uint8Array): boolean} {
		return {
			// Asked for before the first bytes, and after all that came.
			buffer: () => {
				this.#into = this.#taker?.room() ?? this.#own;
				return this.#into;
			},
			callback: bytes => {
				if (this.#into !== this.#own) this.#taker!.filled(bytes);
				else if (this.#taker) this.#taker.take(this.#own.subarray(0, bytes));
				else this.#early.push(Uint8Array.from(this.#own.subarray(0, bytes)));
				// Whoever wants to stop says so to the socket.
				return true;
			},
		};
	}

	/** From now on it gets all that comes. */
	start(taker: Taker): void {
		this.#taker = taker;
		for (const chunk of this.#early.splice(0)) taker.take(chunk);
	}
}
