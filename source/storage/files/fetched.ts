/**
 * How much of what was fetched is still there, known without a look at all of it: what was deleted since the last look counts
 * as if it were there. So whoever would be refused for it looks first.
 */
import type {FileId} from '../../wire/file-offer.ts';
import type {HeldRecord} from './records.ts';
import {lookAt} from './safe-open.ts';

export class Fetched {
	readonly #records: () => Iterable<HeldRecord>;
	/** Not there when it was looked at last. */
	readonly #missing = new Set<FileId>();
	#last: Promise<void> = Promise.resolve();
	/** A look that has not begun. */
	#next: Promise<void> | undefined;

	/** `records`: of all that is held. */
	constructor(records: () => Iterable<HeldRecord>) {
		this.#records = records;
	}

	/** In all that are there. Of two by one path the later one is. */
	get bytes(): number {
		const sizes = new Map<string, number>();
		for (const {held} of this.#fetched())
			if (!this.#missing.has(held.offer.file)) sizes.set(held.path, held.offer.size);
		return [...sizes.values()].reduce((sum, size) => sum + size, 0);
	}

	/** It has just been seen. */
	came(file: FileId): void {
		this.#missing.delete(file);
	}

	/** Looks at all of it: once for all who ask before it begins. */
	look(): Promise<void> {
		// One that has begun may have passed what was deleted since.
		this.#next ??= this.#last.then(() => {
			this.#next = undefined;
			return this.#lookAt([...this.#fetched()]);
		});
		this.#last = this.#next;
		return this.#next;
	}

	/** Whether something is there again: a disk that was not plugged in, perhaps. */
	lookForMissing(): Promise<void> {
		return this.#lookAt([...this.#fetched()].filter(({held}) => this.#missing.has(held.offer.file)));
	}

	async #lookAt(records: readonly HeldRecord[]): Promise<void> {
		for (const {held} of records) {
			if (await lookAt(held.path).catch(() => undefined)) this.#missing.delete(held.offer.file);
			else this.#missing.add(held.offer.file);
		}
	}

	*#fetched(): Iterable<HeldRecord> {
		for (const record of this.#records()) if (record.held.isFetched) yield record;
	}
}
