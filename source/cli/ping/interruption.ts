/** What ends a command before it is done: Ctrl-C, or its time is up. Whatever is awaited ends at once, by throwing this. */
export class Interruption {
	/** That of the signal; undefined if there was none. */
	status: number | undefined;
	#isOver = false;
	#interrupt!: () => void;
	readonly #interrupted = new Promise<void>(resolve => {
		this.#interrupt = resolve;
	});

	get isOver(): boolean {
		return this.#isOver;
	}

	/** `status` is the exit status of a signal; the time that is up has none. */
	interrupt(status?: number): void {
		this.status ??= status;
		this.#isOver = true;
		this.#interrupt();
	}

	async orElse<Value>(work: Promise<Value>): Promise<Value> {
		const outcome = await Promise.race([work.then(value => ({value})), this.#interrupted]);
		if (outcome !== undefined) return outcome.value;
		work.catch(() => {});
		throw this;
	}

	async sleep(milliseconds: number): Promise<void> {
		let timer: NodeJS.Timeout | undefined;
		const time = new Promise<void>(resolve => {
			timer = setTimeout(resolve, Math.max(0, milliseconds));
		});
		try {
			await this.orElse(time);
		} finally {
			clearTimeout(timer);
		}
	}
}
