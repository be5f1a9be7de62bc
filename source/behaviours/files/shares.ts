/**
 * Who is told which pieces we hold. A peer that fetches a file says so (`seek`), and hears what we hold of it from then on:
 * all of it at first, then what we have got since, gathered for a moment. Those who hold something of a file that we
 * fetch hear the same of us. Only those who may have the file hear anything; to others nothing is here.
 */
import type {Bitfield} from '../../base/bitfield.ts';
import {BoundedMap} from '../../base/bounded.ts';
import {type Rate, TokenBucket} from '../../base/token-bucket.ts';
import type {Gained, Holds, Seek} from '../../wire/file-messages.ts';
import {type FileId, MAX_GAINED_PIECES, pieceCountOf} from '../../wire/file-offer.ts';
import type {PeerId} from '../../wire/peer-id.ts';
import type {BehaviourOutput, Instant} from '../behaviour.ts';

/** Milliseconds for which pieces are gathered. */
export const GAINED_DELAY = 100;

/** Files of one peer that it seeks, and of which it has told what it holds. */
export const MAX_SOUGHT = 1_024;
export const MAX_TOLD = 1_024;

/** Files that one peer may seek anew: each costs an answer of as many bits as the file has pieces. */
export const SEEKS: Rate = {burst: 512, perSecond: 16};

const TIMER = 'gained';

type Ear = {
	readonly seeks: BoundedMap<FileId, true>;
	/** The same, and those that it has sought before. */
	readonly sought: BoundedMap<FileId, true>;
	/** How many pieces it holds, as it said. */
	readonly holds: BoundedMap<FileId, number>;
	/** Files of which it knows what we hold. Never more than we have. */
	readonly told: Set<FileId>;
	readonly budget: TokenBucket;
};

export type SharesOptions = {
	/** Whether the peer may have the file, if it is here. */
	readonly mayHave: (peer: PeerId, file: FileId) => boolean;
	/** What is here of it to be given; undefined if nothing is. */
	readonly piecesOf: (file: FileId) => Bitfield | undefined;
};

export class Shares {
	readonly #options: SharesOptions;
	readonly #ears = new Map<PeerId, Ear>();
	/** Pieces that were got since others heard of it. */
	#gained = new Map<FileId, number[]>();
	#isGathering = false;

	constructor(options: SharesOptions) {
		this.#options = options;
	}

	connected(peer: PeerId): void {
		this.#ears.set(peer, {
			seeks: new BoundedMap(MAX_SOUGHT),
			sought: new BoundedMap(MAX_SOUGHT),
			holds: new BoundedMap(MAX_TOLD),
			told: new Set(),
			budget: new TokenBucket(SEEKS),
		});
	}

	disconnected(peer: PeerId): void {
		this.#ears.delete(peer);
	}

	/** It seeks, or no longer does. */
	seek(peer: PeerId, {files, isOn}: Seek, now: Instant): BehaviourOutput[] {
		const ear = this.#ears.get(peer);
		if (!ear) return [];
		if (!isOn) {
			for (const file of files) ear.seeks.delete(file);
			return [];
		}
		if (!ear.budget.take(now, files.length)) return [{type: 'count', counter: 'file-seek-rate'}];
		for (const file of files) {
			ear.sought.set(file, true);
			const gone = ear.seeks.set(file, true);
			if (gone) ear.told.delete(gone[0]);
		}
		return files.flatMap(file => this.#tell(peer, ear, file));
	}

	/** It has told what it holds. */
	holds(peer: PeerId, {file, pieces}: Holds): BehaviourOutput[] {
		const ear = this.#ears.get(peer);
		if (!ear) return [];
		const count = pieces.reduce((sum, byte) => sum + bitsOf(byte), 0);
		if (count === 0) ear.holds.delete(file);
		else ear.holds.set(file, count);
		return count > 0 && !ear.told.has(file) ? this.#tell(peer, ear, file) : [];
	}

	heardGained(peer: PeerId, {file, pieces}: Gained): void {
		const ear = this.#ears.get(peer);
		ear?.holds.set(file, (ear.holds.get(file) ?? 0) + pieces.length);
	}

	/** How many pieces it holds, as far as it has told. */
	countOf(peer: PeerId, file: FileId, size: number): number {
		return Math.min(this.#ears.get(peer)?.holds.get(file) ?? 0, pieceCountOf(size));
	}

	/** Those who fetch it, or say that they hold all of it, and may have it. */
	takers(file: FileId, size: number): readonly PeerId[] {
		const all = pieceCountOf(size);
		const takers = [...this.#ears].filter(([peer, ear]) => {
			const isDone = all > 0 ? this.countOf(peer, file, size) === all : ear.sought.has(file);
			return isDone || ear.seeks.has(file);
		});
		return takers.map(([peer]) => peer).filter(peer => this.#options.mayHave(peer, file));
	}

	/** These hear what is here of it without having asked: they may wait for us to have it. */
	announce(file: FileId, peers: readonly PeerId[]): BehaviourOutput[] {
		return peers.flatMap(peer => {
			const ear = this.#ears.get(peer);
			return ear && !ear.told.has(file) ? this.#tell(peer, ear, file) : [];
		});
	}

	/** Pieces of a file are here that were not. */
	gained(file: FileId, pieces: readonly number[], now: Instant): BehaviourOutput[] {
		const before = this.#gained.get(file);
		if (before) for (const piece of pieces) before.push(piece);
		else this.#gained.set(file, [...pieces]);
		if (this.#isGathering) return [];
		this.#isGathering = true;
		return [{type: 'schedule', timer: TIMER, at: now + GAINED_DELAY}];
	}

	isTimer(timer: string): boolean {
		return timer === TIMER;
	}

	timer(): BehaviourOutput[] {
		const gained = this.#gained;
		this.#isGathering = false;
		this.#gained = new Map();
		return [...gained].flatMap(([file, pieces]) => this.#tellGained(file, pieces));
	}

	/** What was got of a file last is told at once. */
	flush(file: FileId): BehaviourOutput[] {
		const pieces = this.#gained.get(file);
		return pieces && this.#gained.delete(file) ? this.#tellGained(file, pieces) : [];
	}

	/** What is here of it is another set now, or nothing: all who listen hear it whole. */
	reset(file: FileId): BehaviourOutput[] {
		this.#gained.delete(file);
		return [...this.#ears].flatMap(([peer, ear]) => {
			if (this.#listens(ear, file) && this.#isForIt(peer, file)) return this.#tell(peer, ear, file);
			if (!ear.told.delete(file)) return [];
			return [holdsMessage([peer], file, new Uint8Array())];
		});
	}

	/** What it was told last may not have arrived. */
	again(peer: PeerId): void {
		this.#ears.get(peer)?.told.clear();
	}

	/** It is in another set of rooms with us than before: what it seeks may be for it now, or is no longer. */
	moved(peer: PeerId): BehaviourOutput[] {
		const ear = this.#ears.get(peer);
		if (!ear) return [];
		for (const file of ear.told) if (!this.#options.mayHave(peer, file)) ear.told.delete(file);
		const listening = new Set([...ear.seeks.keys(), ...ear.holds.keys()]);
		return [...listening].filter(file => !ear.told.has(file)).flatMap(file => this.#tell(peer, ear, file));
	}

	#listens(ear: Ear, file: FileId): boolean {
		return ear.seeks.has(file) || ear.holds.has(file);
	}

	#isForIt(peer: PeerId, file: FileId): boolean {
		const pieces = this.#options.piecesOf(file);
		// Of a folder of empty files there are no pieces, only the list of them.
		const isHere = pieces !== undefined && (pieces.count > 0 || pieces.size === 0);
		return isHere && this.#options.mayHave(peer, file);
	}

	/** Says nothing where nothing is here: whoever may not have it sees no difference. */
	#tell(peer: PeerId, ear: Ear, file: FileId): BehaviourOutput[] {
		const pieces = this.#isForIt(peer, file) ? this.#options.piecesOf(file) : undefined;
		if (pieces === undefined) return [];
		ear.told.add(file);
		return [holdsMessage([peer], file, pieces.toBytes())];
	}

	#tellGained(file: FileId, pieces: readonly number[]): BehaviourOutput[] {
		const listening = [...this.#ears].filter(([, ear]) => this.#listens(ear, file));
		const allowed = listening.filter(([peer]) => this.#options.mayHave(peer, file));
		const known = allowed.filter(([, ear]) => ear.told.has(file)).map(([peer]) => peer);
		const fresh = allowed.filter(([, ear]) => !ear.told.has(file));
		const outputs = fresh.flatMap(([peer, ear]) => this.#tell(peer, ear, file));
		if (known.length === 0) return outputs;
		for (let from = 0; from < pieces.length; from += MAX_GAINED_PIECES) {
			const some = pieces.slice(from, from + MAX_GAINED_PIECES);
			outputs.push({type: 'send', peers: known, message: {type: 'gained', file, pieces: some}});
		}
		return outputs;
	}
}

function holdsMessage(peers: readonly PeerId[], file: FileId, pieces: Uint8Array): BehaviourOutput {
	return {type: 'send', peers, message: {type: 'holds', file, pieces}};
}

function bitsOf(byte: number): number {
	let count = 0;
	for (let rest = byte; rest > 0; rest &= rest - 1) count++;
	return count;
}
