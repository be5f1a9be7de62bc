/**
 * So that nobody waits long for what is read and hashed: few files at a time, and one step of one of them in each turn of the
 * event loop, however many were offered at once.
 */
import {setImmediate as turn} from 'node:timers/promises';

/** More of them would only make the disk go to and fro. */
const AT_ONCE = 4;

export class Pace {
	#running = 0;
	readonly #waiting: (() => void)[] = [];
	#last: Promise<unknown> = Promise.resolve();

	/** Reads one file from its beginning to its end, when it is its turn. */
	async during<Result>(act: () => Promise<Result>): Promise<Result> {
		if (this.#running >= AT_ONCE) await new Promise<void>(goOn => this.#waiting.push(goOn));
		else this.#running++;
		try {
			return await act();
		} finally {
			// Whoever goes on takes the place.
			const goOn = this.#waiting.shift();
			if (goOn) goOn();
			else this.#running--;
		}
	}

	/** Before each step, which should take a millisecond or two. */
	async step(): Promise<void> {
		const mine = this.#last.then(() => turn());
		this.#last = mine;
		await mine;
	}
}
