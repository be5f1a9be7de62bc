/**
 * Whole files and folders that are here and given to others: our own, and what was fetched. What was fetched is still known
 * when it is given no more: it has no rooms then.
 */
import type {TransferError, TransferInfo} from '../../api/files.ts';
import {Bitfield} from '../../base/bitfield.ts';
import {type FileId, pieceBytesOf, pieceCountOf} from '../../wire/file-offer.ts';
import type {PeerId} from '../../wire/peer-id.ts';
import type {BehaviourOutput} from '../behaviour.ts';
import type {HeldFile} from './io.ts';

/** Cells of a map of pieces. */
const MAP_CELLS = 256;

type Kept = {
	held: HeldFile;
	/** It is not what it was: no longer given. */
	error: TransferError | undefined;
	pieces: Bitfield | undefined;
	/** What was known of it when it was fetched in this run. */
	readonly last: TransferInfo | undefined;
};

/** What only others know of it. */
export type ShelfNames = {
	readonly rooms: readonly string[];
	readonly from: PeerId | undefined;
};

export class Shelf {
	readonly #kept = new Map<FileId, Kept>();

	get size(): number {
		return this.#kept.size;
	}

	files(): readonly FileId[] {
		return [...this.#kept.keys()];
	}

	has(file: FileId): boolean {
		return this.#kept.has(file);
	}

	get(file: FileId): HeldFile | undefined {
		return this.#kept.get(file)?.held;
	}

	isChanged(file: FileId): boolean {
		return this.#kept.get(file)?.error !== undefined;
	}

	/** It is here, and given to nobody. */
	isKept(file: FileId): boolean {
		const held = this.get(file);
		return held?.isFetched === true && held.rooms.length === 0;
	}

	/** What is given of it: all or nothing. */
	pieces(file: FileId): Bitfield | undefined {
		const kept = this.#kept.get(file);
		if (!kept || kept.error) return undefined;
		kept.pieces ??= Bitfield.full(pieceCountOf(kept.held.offer.size));
		return kept.pieces;
	}

	/** Puts it there, or in the place of what was there; its rooms are added to those that it has. */
	put(held: HeldFile, last?: TransferInfo): HeldFile {
		const before = this.#kept.get(held.offer.file);
		const rooms = [...new Set([...(before?.held.rooms ?? []), ...held.rooms])];
		const merged = {...held, rooms};
		this.#kept.set(held.offer.file, {held: merged, error: undefined, pieces: undefined, last: last ?? before?.last});
		return merged;
	}

	/** It may be had in these rooms too. Returns what is to be done for it. */
	addRooms(file: FileId, rooms: readonly string[]): BehaviourOutput[] {
		const kept = this.#kept.get(file);
		if (!kept || rooms.every(room => kept.held.rooms.includes(room))) return [];
		kept.held = {...kept.held, rooms: [...new Set([...kept.held.rooms, ...rooms])]};
		return [{type: 'files', deed: {deed: 'keep', held: kept.held}}];
	}

	/** It is not given there any more, and nowhere if no room is left: then it is forgotten. */
	dropRoom(file: FileId, room: string): BehaviourOutput[] {
		const kept = this.#kept.get(file);
		if (!kept?.held.rooms.includes(room)) return [];
		const rooms = kept.held.rooms.filter(one => one !== room);
		if (rooms.length === 0) return this.forget(file);
		kept.held = {...kept.held, rooms};
		return [{type: 'files', deed: {deed: 'keep', held: kept.held}}];
	}

	/** It is given to nobody any more, and stays known. */
	withhold(file: FileId): BehaviourOutput[] {
		const kept = this.#kept.get(file);
		if (!kept) return [];
		kept.held = {...kept.held, rooms: []};
		return [{type: 'files', deed: {deed: 'keep', held: kept.held}}];
	}

	changed(file: FileId, error: TransferError): void {
		const kept = this.#kept.get(file);
		if (kept) kept.error = error;
	}

	forget(file: FileId): BehaviourOutput[] {
		return this.#kept.delete(file) ? [{type: 'files', deed: {deed: 'forget', file}}] : [];
	}

	/** Without what is given of it now. */
	info(file: FileId, {rooms, from}: ShelfNames): TransferInfo | undefined {
		const kept = this.#kept.get(file);
		if (!kept) return undefined;
		const {held, error, last} = kept;
		const {name, size, files} = held.offer;
		const pieces = pieceCountOf(size);
		const cells = Math.min(MAP_CELLS, pieces);
		const zeros = '0'.repeat(cells);
		return {
			...{file, name, size, files, rooms, isFetched: held.isFetched, path: held.path},
			state: error ? 'changed' : this.isKept(file) ? 'kept' : 'done',
			...(error && {error}),
			...(from !== undefined && {from}),
			...{done: error ? 0 : size, rateIn: 0, rateOut: 0, received: last?.received ?? 0, given: 0, priority: 0},
			...{
				sources: (last?.sources ?? []).map(one => ({...one, rate: 0, requests: 0})),
				takers: [],
				pieces,
				pieceBytes: pieceBytesOf(size),
			},
			map: {have: (error ? '0' : 'f').repeat(cells), seen: zeros, asked: zeros},
		};
	}
}
