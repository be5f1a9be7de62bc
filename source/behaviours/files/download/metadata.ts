/**
 * What has to be here before pieces can be verified: the hashes of all pieces, and of a folder the list of its files. Slices
 * of each are asked of one source, one after the other, so that whoever gave the last one can be blamed if the whole is
 * wrong; of another one, from the beginning, if it does not give them.
 *
 * Hashes that do not fit prove nothing at first: either their giver lies, or whoever offered the file said something wrong of
 * it, its size perhaps. If somebody's fit, all the others' were lies; if nobody's do, it is the offer.
 */
import {BoundedMap} from '../../../base/bounded.ts';
import {METADATA_SLICE_BYTES} from '../../../wire/file-offer.ts';
import type {PeerId} from '../../../wire/peer-id.ts';
import type {Instant} from '../../behaviour.ts';
import {METADATA_AVOIDED, METADATA_PAUSE} from './parameters.ts';
import type {Source} from './sources.ts';

type Kind = 'layer' | 'manifest';

const MAX_AVOIDED = 256;

/** Peers of whom it is remembered that theirs did not fit, or did not come. */
export const MAX_DOUBTED = 256;

/** Times that they do not come from somebody who says he has them, until he counts as one who has none that fit. */
export const VAIN_TRIES = 3;

/** How often they did not come; that they are fewer than there should be; or that they came, and do not fit. */
type Doubt = number | 'fewer' | 'unfit';

export class Metadata {
	#needs: readonly Kind[] = [];
	#slices: Readonly<Record<Kind, number>> = {layer: 0, manifest: 0};
	/** Whom all slices come from, the next of them, and whether it was asked for, or all are with the disk. */
	#giver: PeerId | undefined;
	#next = 0;
	#state: 'idle' | 'asked' | 'given' = 'idle';
	readonly #avoided = new BoundedMap<PeerId, Instant>(MAX_AVOIDED);
	readonly #doubted = new BoundedMap<PeerId, Doubt>(MAX_DOUBTED);

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
		const before = this.#doubted.get(peer) ?? 0;
		if (typeof before === 'number') this.#doubted.set(peer, before + 1);
		this.#avoided.set(peer, now);
		this.restart();
	}

	/** Hashes of this peer do not fit what was offered. `fewer`: as far as it says; it may only have lost them. */
	contradicts(peer: PeerId, doubt: 'fewer' | 'unfit', now: Instant): void {
		this.failed(peer, now);
		this.#avoided.set(peer, now);
		this.#doubted.set(peer, doubt);
	}

	/** Whether what it has is not what was offered. */
	isContradictedBy(peer: PeerId): boolean {
		return typeof this.#doubted.get(peer) === 'string';
	}

	/** Those whose hashes do not fit, if nobody is left who may have others; or nobody. */
	contradicting(sources: Iterable<Source>): readonly PeerId[] {
		if (this.#needs[0] !== 'layer') return [];
		const peers: PeerId[] = [];
		for (const {peer, dropped, isHolder} of sources) {
			const doubt = this.#doubted.get(peer) ?? 0;
			if (typeof doubt === 'string') peers.push(peer);
			else if (dropped === undefined && isHolder && doubt < VAIN_TRIES) return [];
		}
		return peers;
	}

	/** Hashes that fit are here: those whose did not. They are forgotten. */
	settle(): readonly PeerId[] {
		const liars = [...this.#doubted.keys()].filter(peer => this.#doubted.get(peer) === 'unfit');
		this.forgive();
		return liars;
	}

	/** Whatever was, everybody may try again. */
	forgive(): void {
		for (const peer of [...this.#doubted.keys()]) this.#doubted.delete(peer);
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
