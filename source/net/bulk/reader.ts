/**
 * Where a socket puts what it has read, again and again the same memory: a new buffer for every 16 KiB makes a gigabyte of
 * garbage of a gigabyte, and a collector that is always at work. Node can do so only for sockets that we dial.
 */

/** One record of TLS holds no more. */
const READ_BYTES = 16 * 1024;

export class Reader {
	#take: ((chunk: Uint8Array) => void) | undefined;
	/** What came before anybody took it. */
	#early: Uint8Array[] = [];

	/** For `net.connect` and `tls.connect`. */
	get onread(): {buffer: Uint8Array; callback(bytes: number, buffer: Uint8Array): boolean} {
		return {
			buffer: Buffer.allocUnsafeSlow(READ_BYTES),
			callback: (bytes, buffer) => {
				const chunk = buffer.subarray(0, bytes);
				if (this.#take) this.#take(chunk);
				else this.#early.push(Uint8Array.from(chunk));
				// Whoever wants to stop says so to the socket.
				return true;
			},
		};
	}

	/** From now on `take` gets all of it; a chunk is good until it returns. */
	start(take: (chunk: Uint8Array) => void): void {
		this.#take = take;
		for (const chunk of this.#early.splice(0)) take(chunk);
	}
}
