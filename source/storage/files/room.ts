/** Room on the disk and within the quota, given out to one transfer after the other: nobody counts on what another one has got. */
import {stat} from 'node:fs/promises';
import type {FileId} from '../../wire/file-offer.ts';
import {checkSpace} from './space.ts';

type Promised = {readonly device: number; bytes(): number};

/** What else belongs to the same turn, at once. */
export type Terms = {
	/** Throws if something else speaks against it. */
	check(): void;
	/** It was promised; before the next one is checked. */
	given(): void;
};

export class Room {
	readonly #promised = new Map<FileId, Promised>();
	#last: Promise<unknown> = Promise.resolve();

	/**
	 * Promises that file as many bytes of the disk with that folder as are still to come. @throws FileFailure, and whatever
	 * `check` does; then nothing has changed.
	 */
	give(file: FileId, folder: string, bytes: () => number, terms?: Terms): Promise<void> {
		const act = async () => {
			terms?.check();
			const {dev} = await stat(folder);
			await checkSpace(folder, bytes(), this.#othersOn(dev, file));
			this.#promised.set(file, {device: dev, bytes});
			terms?.given();
		};
		const given = this.#last.then(act, act);
		this.#last = given;
		return given;
	}

	/** It needs no more of it. */
	takeBack(file: FileId): void {
		this.#promised.delete(file);
	}

	#othersOn(device: number, but: FileId): number {
		let bytes = 0;
		for (const [file, promised] of this.#promised) {
			if (file !== but && promised.device === device) bytes += promised.bytes();
		}
		return bytes;
	}
}
