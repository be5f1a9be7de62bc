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

/**
 * Files that one peer may seek anew: each costs an answer of as many bits as the file has pieces. Others are answered later,
 * for nobody asks twice.
 */
export const SEEKS: Rate = {burst: 512, perSecond: 16};
export const MAX_LATE = 1_024;

/** Milliseconds between two looks at what is to be answered late. */
export const LATE_INTERVAL = 500;

const TIMER = 'gained';
const LATE_TIMER = 'late-seeks';

type Ear = {
	readonly seeks: BoundedMap<FileId, true>;
	/** The same, and those that it has sought before. */
	readonly sought: BoundedMap<FileId, true>;
	/** How many pieces it holds, as it said. */
	readonly holds: BoundedMap<FileId, number>;
	/** Files of which it knows what we hold, never more than we have; and how many of the pieces that are gathered it knows. */
	readonly told: Map<FileId, number>;
	readonly budget: TokenBucket;
	/** What it seeks beyond its budget. */
	readonly late: Set<FileId>;
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
	#isAnyLate = false;

	constructor(options: SharesOptions) {
		this.#options = options;
	}

	connected(peer: PeerId): void {
		this.#ears.set(peer, {
			seeks: new BoundedMap(MAX_SOUGHT),
			sought: new BoundedMap(MAX_SOUGHT),
			holds: new BoundedMap(MAX_TOLD),
			told: new Map(),
			budget: new TokenBucket(SEEKS),
			late: new Set(),
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
			for (const file of files) {
				ear.seeks.delete(file);
				ear.late.delete(file);
			}
			return [];
		}
		if (ear.late.size > 0 || !ear.budget.take(now, files.length)) return this.#postpone(ear, files, now);
		return files.flatMap(file => this.#sought(peer, ear, file));
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
		return timer === TIMER || timer === LATE_TIMER;
	}

	timer(timer: string, now: Instant): BehaviourOutput[] {
		if (timer === LATE_TIMER) return this.#answerLate(now);
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
		for (const file of ear.told.keys()) if (!this.#options.mayHave(peer, file)) ear.told.delete(file);
		const listening = new Set([...ear.seeks.keys(), ...ear.holds.keys()]);
		return [...listening].filter(file => !ear.told.has(file)).flatMap(file => this.#tell(peer, ear, file));
	}

	#sought(peer: PeerId, ear: Ear, file: FileId): BehaviourOutput[] {
		ear.sought.set(file, true);
		const gone = ear.seeks.set(file, true);
		if (gone) ear.told.delete(gone[0]);
		return this.#tell(peer, ear, file);
	}

	#postpone({late}: Ear, files: readonly FileId[], now: Instant): BehaviourOutput[] {
		for (const file of files) if (late.size < MAX_LATE) late.add(file);
		return [{type: 'count', counter: 'file-seek-rate'}, ...this.#lookLater(now)];
	}

	#lookLater(now: Instant): BehaviourOutput[] {
		if (this.#isAnyLate) return [];
		this.#isAnyLate = true;
		return [{type: 'schedule', timer: LATE_TIMER, at: now + LATE_INTERVAL}];
	}

	#answerLate(now: Instant): BehaviourOutput[] {
		this.#isAnyLate = false;
		const outputs: BehaviourOutput[] = [];
		for (const [peer, ear] of this.#ears) {
			for (const file of ear.late) {
				if (!ear.budget.take(now)) break;
				ear.late.delete(file);
				outputs.push(...this.#sought(peer, ear, file));
			}
		}
		const isAnyLeft = [...this.#ears.values()].some(({late}) => late.size > 0);
		return isAnyLeft ? [...outputs, ...this.#lookLater(now)] : outputs;
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
		ear.told.set(file, this.#gained.get(file)?.length ?? 0);
		return [holdsMessage([peer], file, pieces.toBytes())];
	}

	#tellGained(file: FileId, pieces: readonly number[]): BehaviourOutput[] {
		const listening = [...this.#ears].filter(([, ear]) => this.#listens(ear, file));
		const allowed = listening.filter(([peer]) => this.#options.mayHave(peer, file));
		const fresh = allowed.filter(([, ear]) => !ear.told.has(file));
		const outputs = fresh.flatMap(([peer, ear]) => this.#tell(peer, ear, file));
		const known = allowed.filter(entry => !fresh.includes(entry));
		for (const [from, peers] of this.#byKnown(file, known))
			outputs.push(...gainedMessages(peers, file, pieces.slice(from)));
		for (const ear of this.#ears.values()) if (ear.told.has(file)) ear.told.set(file, 0);
		return outputs;
	}

	/** By how many of the gathered pieces they know: most none, and who came meanwhile heard of some with all the others. */
	#byKnown(file: FileId, known: readonly (readonly [PeerId, Ear])[]): ReadonlyMap<number, readonly PeerId[]> {
		const groups = new Map<number, PeerId[]>();
		for (const [peer, {told}] of known) {
			const count = told.get(file) ?? 0;
			groups.set(count, [...(groups.get(count) ?? []), peer]);
		}
		return groups;
	}
}

function gainedMessages(peers: readonly PeerId[], file: FileId, pieces: readonly number[]): BehaviourOutput[] {
	const outputs: BehaviourOutput[] = [];
	for (let from = 0; from < pieces.length; from += MAX_GAINED_PIECES) {
		const some = pieces.slice(from, from + MAX_GAINED_PIECES);
		outputs.push({type: 'send', peers, message: {type: 'gained', file, pieces: some}});
	}
	return outputs;
}

function holdsMessage(peers: readonly PeerId[], file: FileId, pieces: Uint8Array): BehaviourOutput {
	return {type: 'send', peers, message: {type: 'holds', file, pieces}};
}

function bitsOf(byte: number): number {
	let count = 0;
	for (let rest = byte; rest > 0; rest &= rest - 1) count++;
	return count;
}
