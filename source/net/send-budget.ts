/** What one connection has waiting to be sent, as the budget sees it. */
export type Sender = {
	/** Bytes that the system has not taken yet. */
	readonly queuedBytes: number;
	/** Ends it at once and gives its bytes back before it returns. */
	destroy(reason: string): void;
};

/**
 * What all connections together have waiting to be sent. Each queue has a limit of its own, but hundreds of slow peers
 * could fill hundreds of them: when the sum is too large, the one that is furthest behind goes as `slow`.
 */
export class SendBudget {
	readonly #maxBytes: number;
	readonly #senders = new Set<Sender>();
	#bytes = 0;

	constructor(maxBytes: number) {
		this.#maxBytes = maxBytes;
	}

	/** Counts what `sender` has just added to its `queuedBytes`. Afterwards it may itself be destroyed. */
	take(sender: Sender, bytes: number): void {
		this.#senders.add(sender);
		this.#bytes += bytes;
		while (this.#bytes > this.#maxBytes) {
			const longest = this.#longest();
			if (longest === undefined) return;
			this.#senders.delete(longest);
			longest.destroy('slow');
		}
	}

	/** Counts what `sender` has handed to the system, or lost. */
	giveBack(sender: Sender, bytes: number): void {
		this.#bytes -= bytes;
		if (sender.queuedBytes === 0) this.#senders.delete(sender);
	}

	#longest(): Sender | undefined {
		let longest: Sender | undefined;
		for (const sender of this.#senders) {
			if (longest === undefined || sender.queuedBytes > longest.queuedBytes) longest = sender;
		}
		return longest;
	}
}
