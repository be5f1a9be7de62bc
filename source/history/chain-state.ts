/** What is held of one chain: the events of one author in one room and one epoch. */
import {MAX_FORK_IDS, MAX_SPANS} from '../wire/limits.ts';
import type {ChainRanges} from '../wire/messages.ts';
import type {PeerId} from '../wire/peer-id.ts';
import {IdDigest} from './digest.ts';
import type {StoredChain} from './event-store.ts';
import {Spans} from './spans.ts';

/**
 * Pieces of a chain that are kept apart: whoever leaves out every second number makes it no dearer than this. Honest
 * chains have a hole here and there, until it is filled.
 */
const MAX_PIECES = 1_024;

/** Hex digits of a digest on the wire. */
const WIRE_DIGEST = 16;

export type ChainName = {readonly author: PeerId; readonly epoch: string};

export function chainKey({author, epoch}: ChainName): string {
	return `${author} ${epoch}`;
}

/** `isAlone`: without it nothing is left of its number. */
type Hidden = {readonly sequence: number; readonly id: string; readonly isAlone: boolean};

export class ChainState {
	readonly author: PeerId;
	readonly epoch: string;
	readonly spans: Spans;
	keptFrom: number;
	tip: StoredChain['tip'];
	isDirty = false;
	readonly #digest: IdDigest;
	/** What others are told, until it changes: rooms can have thousands of chains of which most stand still. */
	#ranges: {readonly told: ChainRanges | undefined} | undefined;
	/** Ascending; the lowest, if there are many, so that all who hold the same tell the same. */
	#forks: readonly string[];
	/** Two events of it, since most that come follow one of them: that with the highest number, and the last that came. */
	#highest: {readonly sequence: number; readonly id: string} | undefined;
	#latest: {readonly sequence: number; readonly id: string} | undefined;

	constructor({author, epoch}: ChainName, stored?: StoredChain) {
		this.author = author;
		this.epoch = epoch;
		this.spans = new Spans(stored?.spans);
		this.keptFrom = stored?.keptFrom ?? 1;
		this.tip = stored?.tip;
		this.#digest = new IdDigest(stored?.digest);
		this.#forks = stored?.forks ?? [];
	}

	get forks(): readonly string[] {
		return this.#forks;
	}

	/** The highest number that was ever given to an own event of it. */
	get lastNumber(): number {
		return Math.max(this.tip?.sequence ?? 0, this.spans.highest);
	}

	/** Whether the event of this number is known to have this id; false says nothing. */
	isKnown(sequence: number, id: string): boolean {
		return (
			(this.#latest?.sequence === sequence && this.#latest.id === id) ||
			(this.#highest?.sequence === sequence && this.#highest.id === id)
		);
	}

	/** Whether an event of this number could be kept: it joins others, or there are not too many pieces. */
	hasPlaceFor(sequence: number): boolean {
		const {spans} = this;
		if (spans.length < MAX_PIECES) return true;
		return spans.has(sequence) || spans.has(sequence - 1) || spans.has(sequence + 1);
	}

	/** `siblings`: ids of those of the same number that are here already. */
	add(sequence: number, id: string, siblings: readonly string[]): void {
		this.isDirty = true;
		this.#ranges = undefined;
		this.#digest.toggle(id);
		this.#latest = {sequence, id};
		if (sequence > this.spans.highest) this.#highest = this.#latest;
		this.spans.add(sequence);
		if (siblings.length === 0) return;
		this.#forks = [...new Set([...this.#forks, ...siblings, id])].sort().slice(0, MAX_FORK_IDS);
	}

	/** Deleted on purpose. `siblings`: ids of those of the same number that are still here. */
	prune(sequence: number, id: string, siblings: readonly string[]): void {
		this.isDirty = true;
		this.#ranges = undefined;
		this.#digest.toggle(id);
		this.#highest = undefined;
		this.#latest = undefined;
		this.keptFrom = Math.max(this.keptFrom, sequence + 1);
		if (siblings.length === 0) this.spans.delete(sequence);
		this.#forks = this.#forks.filter(fork => fork !== id && !(siblings.length === 1 && siblings[0] === fork));
	}

	/** It is not taken in, for it is too old; nor what is below it. */
	passOver(sequence: number): void {
		if (sequence < this.keptFrom) return;
		this.keptFrom = sequence + 1;
		this.isDirty = true;
	}

	toStored(): StoredChain {
		const {author, epoch, keptFrom, tip} = this;
		const spans = this.spans.toArray();
		const digest = this.#digest.toString();
		return {author, epoch, spans, digest, forks: this.#forks, keptFrom, ...(tip && {tip})};
	}

	/** What is remembered of it when its events are forgotten. `forGood`: they are not to come back. */
	forgotten(tip: StoredChain['tip'], forGood: boolean): StoredChain {
		const {author, epoch} = this;
		const keptFrom = forGood ? Math.max(this.keptFrom, this.lastNumber + 1) : 1;
		return {author, epoch, spans: [], digest: new IdDigest().toString(), forks: [], keptFrom, ...(tip && {tip})};
	}

	/** What others are told. `hidden`: events that are not to be told of. Undefined if nothing is left. */
	toRanges(hidden: readonly Hidden[]): ChainRanges | undefined {
		if (hidden.length > 0) return this.#rangesWithout(hidden);
		this.#ranges ??= {told: this.#rangesWithout([])};
		return this.#ranges.told;
	}

	#rangesWithout(hidden: readonly Hidden[]): ChainRanges | undefined {
		let spans = this.spans.toArray();
		let [digest, forks] = [this.#digest, this.#forks];
		if (hidden.length > 0) {
			const left = new Spans(spans);
			digest = new IdDigest(digest.toString());
			for (const {sequence, id, isAlone} of hidden) {
				digest.toggle(id);
				if (isAlone) left.delete(sequence);
			}
			spans = left.toArray();
			forks = forks.filter(fork => !hidden.some(({id}) => id === fork));
		}
		if (spans.length === 0) return undefined;
		const {author, epoch} = this;
		return {author, epoch, spans: spans.slice(-MAX_SPANS), digest: digest.toString().slice(0, WIRE_DIGEST), forks};
	}
}
