/**
 * What has to be here before pieces can be verified: the hashes of all pieces, and of a folder the list of its files. Slices
 * of each are asked of one source, one after the other, so that whoever gave the last one can be blamed if the whole is
 * wrong; of another one, from the beginning, if it does not give them.
 */
import {BoundedMap} from '../../../base/bounded.ts';
import {METADATA_SLICE_BYTES} from '../../../wire/file-offer.ts';
import type {PeerId} from '../../../wire/peer-id.ts';
import type {Instant} from '../../behaviour.ts';
import {METADATA_AVOIDED, METADATA_PAUSE} from './parameters.ts';

type Kind = 'layer' | 'manifest';

const MAX_AVOIDED = 256;

export class Metadata {
	#needs: readonly Kind[] = [];
	#slices: Readonly<Record<Kind, number>> = {layer: 0, manifest: 0};
	/** Whom all slices come from, the next of them, and whether it was asked for, or all are with the disk. */
	#giver: PeerId | undefined;
	#next = 0;
	#state: 'idle' | 'asked' | 'given' = 'idle';
	readonly #avoided = new BoundedMap<PeerId, Instant>(MAX_AVOIDED);

	get isComplete(): boolean {
		return this.#needs.length === 0;
	}

	/** Whom it is being asked of. */
	get giver(): PeerId | undefined {
		return this.#giver;
	}

	/** What the disk says that it needs. */
	needs(needs: readonly Kind[], slices: Readonly<Record<Kind, number>>): void {
		const isOther = needs[0] !== this.#needs[0];
		this.#needs = needs;
		if (isOther) this.restart();
		this.#slices = slices;
		if (isOther) return;
		if (this.#state === 'given' && this.#next < slices[needs[0]!]) this.#state = 'idle';
		else if (this.#state === 'given') this.restart();
	}

	/** What to ask this peer for, if anything. `isOnly`: nobody else could be asked, so it need not wait for long. */
	next(peer: PeerId, isOnly: boolean, now: Instant): {what: Kind; index: number} | undefined {
		const what = this.#needs[0];
		if (what === undefined || this.#state !== 'idle') return undefined;
		if (this.#giver !== undefined && this.#giver !== peer) return undefined;
		const pause = isOnly ? METADATA_PAUSE : METADATA_AVOIDED;
		if (now < (this.#avoided.get(peer) ?? Number.NEGATIVE_INFINITY) + pause) return undefined;
		this.#giver = peer;
		this.#state = 'asked';
		return {what, index: this.#next};
	}

	/** A slice came, of so many bytes. After the last one known of the disk has the word: `needs`. */
	arrived(peer: PeerId, what: Kind, index: number, bytes: number): void {
		if (peer !== this.#giver || what !== this.#needs[0] || index !== this.#next) return;
		this.#next++;
		const isLast = this.#next >= this.#slices[what] || bytes < METADATA_SLICE_BYTES;
		this.#state = isLast ? 'given' : 'idle';
	}

	/** This peer does not give it: another one is asked, from the beginning. */
	failed(peer: PeerId, now: Instant): void {
		if (peer !== this.#giver) return;
		this.#avoided.set(peer, now);
		this.restart();
	}

	/** Begins anew, with anybody: nothing that was asked for counts. */
	restart(): void {
		this.#giver = undefined;
		this.#next = 0;
		this.#state = 'idle';
		// How long a manifest is was only what the last giver made of it.
		this.#slices = {...this.#slices, manifest: 0};
	}

	reset(): void {
		this.#needs = [];
		this.restart();
	}
}
