/**
 * So that nobody waits long for what is read and hashed: few files at a time, and one step of one of them in each turn of the
 * event loop, however many were offered at once. Each kind of work has places of its own, and so has what is small: it waits
 * for nothing large.
 */
import {setImmediate as turn} from 'node:timers/promises';

/** Of one kind. More of them would only make the disk go to and fro, and each takes a megabyte or two of memory. */
const AT_ONCE = 4;

/** What is no more than this is small: most disks read it in a fraction of a second. */
export const SMALL_BYTES = 16 * 1024 * 1024;

/** Looking for the files of a folder; reading what is offered; reading what is here already of what is fetched. */
export type Work = 'walk' | 'offer' | 'verify';

type Places = {running: number; readonly waiting: (() => void)[]};

export class Pace {
	/** By kind of work, small and large. */
	readonly #places = new Map<string, Places>();
	#last: Promise<unknown> = Promise.resolve();

	/** Does all of one such work when it is its turn. `bytes`: about as many are to be read. */
	async during<Result>(work: Work, bytes: number, act: () => Promise<Result>): Promise<Result> {
		const places = this.#placesFor(`${work} ${bytes <= SMALL_BYTES ? 'small' : 'large'}`);
		if (places.running >= AT_ONCE) await new Promise<void>(goOn => places.waiting.push(goOn));
		else places.running++;
		try {
			return await act();
		} finally {
			// Whoever goes on takes the place.
			const goOn = places.waiting.shift();
			if (goOn) goOn();
			else places.running--;
		}
	}

	/** Before each step, which should take a millisecond or two. */
	async step(): Promise<void> {
		const mine = this.#last.then(() => turn());
		this.#last = mine;
		await mine;
	}

	#placesFor(kind: string): Places {
		const known = this.#places.get(kind) ?? {running: 0, waiting: []};
		this.#places.set(kind, known);
		return known;
	}
}
