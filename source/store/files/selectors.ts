/** What there is of files: offers in rooms, what moves, and what a person may mean by a name. */
import type {OfferedFile} from '../../api/files.ts';
import {idBeginning} from '../../base/file-id.ts';
import {entryAt} from '../log.ts';
import type {MessageEntry, Room, State} from '../state.ts';
import {isOver, isWhole, type Transfer} from './transfers.ts';

/** An offer as it stands in a room that is here. */
export type ShownOffer = OfferedFile & {
	readonly room: string;
	readonly id: string;
	readonly from: string;
	readonly author: string;
	readonly local: boolean;
	readonly timestamp: number;
};

/** Entries of a room to look back over. */
const LOOK_BACK = 2_000;

/** Those that were not taken back: of the open room first, then of the others; in each the newest first, each file once under each name. */
export function offersOf({rooms, active}: Pick<State, 'rooms' | 'active'>): readonly ShownOffer[] {
	const found = new Map<string, ShownOffer>();
	const open = rooms.find(({room}) => room === active);
	for (const room of open ? [open, ...rooms.filter(each => each !== open)] : rooms)
		for (const offer of offersIn(room)) {
			const key = `${offer.file}/${offer.name}`;
			if (!found.has(key)) found.set(key, offer);
		}
	return [...found.values()];
}

function offersIn({room, log}: Room): readonly ShownOffer[] {
	const found: ShownOffer[] = [];
	for (let index = log.length - 1; index >= Math.max(0, log.length - LOOK_BACK); index--) {
		const entry = entryAt(log, index);
		if (entry?.kind !== 'message' || !entry.offer || entry.redacted !== undefined) continue;
		const {id, from, name: author, local, timestamp, offer} = entry;
		found.push({...offer, room, id, from, author, local, timestamp});
	}
	return found;
}

/** What becomes of an offer here, if anything does. */
export function transferOf({files}: Pick<State, 'files'>, {offer}: Pick<MessageEntry, 'offer'>): Transfer | undefined {
	return offer && files.transfers.get(offer.file);
}

/** Whether it is still to be taken: it is of somebody else, and not here, nor on its way. */
export function isOpenOffer({files}: Pick<State, 'files'>, {file, local}: Pick<ShownOffer, 'file' | 'local'>): boolean {
	const state = files.transfers.get(file)?.state;
	return !local && (state === undefined || state === 'cancelled');
}

/** What `/get` alone takes while this room is open, and whether nothing was said after it. */
export function newestOpenOffer(
	state: Pick<State, 'files'>,
	{log}: Pick<Room, 'log'>,
): {readonly id: string; readonly isLast: boolean} | undefined {
	let isLast = true;
	for (let index = log.length - 1; index >= Math.max(0, log.length - LOOK_BACK); index--) {
		const entry = entryAt(log, index);
		if (entry?.kind !== 'message' || entry.redacted !== undefined) continue;
		const {id, local, offer} = entry;
		if (offer && isOpenOffer(state, {file: offer.file, local})) return {id, isLast};
		isLast = false;
	}
	return undefined;
}

/** The newest first. */
export function transfersOf({files}: Pick<State, 'files'>): readonly Transfer[] {
	return [...files.transfers.values()].toReversed();
}

/** As the page has them: what needs a look or moves comes first, then what waits, then what is over. */
export function sortedTransfers(state: Pick<State, 'files'>): readonly Transfer[] {
	return transfersOf(state).toSorted((a, b) => rank(a) - rank(b));
}

function rank(transfer: Transfer): number {
	if (transfer.state === 'failed') return 1;
	if (!isOver(transfer)) return transfer.state === 'waiting' || transfer.state === 'paused' ? 1 : 0;
	return transfer.rateOut > 0 ? 0 : 2;
}

export type Movement = {
	/** How many come in, and how many go out. */
	readonly coming: number;
	readonly going: number;
	/** How many are read, to be offered or because they were here before. */
	readonly reading: number;
	/** Bytes a second. */
	readonly rateIn: number;
	readonly rateOut: number;
	/** Of all that comes in or is read, from 0 to 1. */
	readonly share: number;
};

const READING: ReadonlySet<Transfer['state']> = new Set(['hashing', 'verifying']);
const COMING: ReadonlySet<Transfer['state']> = new Set(['preparing', 'fetching', 'finishing']);

/** Undefined while nothing moves. */
export function movementOf({files}: Pick<State, 'files'>): Movement | undefined {
	const sum = {coming: 0, going: 0, reading: 0, rateIn: 0, rateOut: 0};
	let [done, size] = [0, 0];
	for (const transfer of files.transfers.values()) {
		const isRead = READING.has(transfer.state);
		const isComing = COMING.has(transfer.state);
		if (isRead) sum.reading += 1;
		if (isComing) sum.coming += 1;
		if (transfer.rateOut > 0) sum.going += 1;
		sum.rateIn += isComing ? transfer.rateIn : 0;
		sum.rateOut += transfer.rateOut;
		if (!isRead && !isComing) continue;
		done += transfer.done;
		size += transfer.size;
	}
	if (sum.coming + sum.going + sum.reading === 0) return undefined;
	return {...sum, share: size > 0 ? Math.min(1, done / size) : 0};
}

/** From 0 to 1. A file of no bytes is here as soon as it is done. */
export function shareOf({done, size, state}: Pick<Transfer, 'done' | 'size' | 'state'>): number {
	if (size > 0) return Math.max(0, Math.min(1, done / size));
	return isWhole({state}) ? 1 : 0;
}

/** What binary fractions lose: 0.29 is a little less than 29 %. */
const ROUNDING = 1e-9;

/** A share from 0 to 1 in whole per cent, rounded down: all of it is never said too early, nor nothing when there is something. */
export function percentOf(share: number): number {
	if (!(share > 0)) return 0;
	return Math.max(1, Math.floor(Math.min(1, share) * 100 + ROUNDING));
}

type Meant<One> = {readonly found: One; readonly rest: string} | undefined;

/** The first of them whose name, or the beginning of whose id, `written` begins with; the longest name wins. */
export function firstNamed<One extends {readonly name: string; readonly file: string}>(
	written: string,
	all: readonly One[],
): Meant<One> {
	const lower = written.toLowerCase();
	const isNamed = (name: string) => lower === name || lower.startsWith(`${name} `);
	const [word = ''] = lower.split(' ');
	const id = idBeginning(word);
	const byId = id === undefined ? [] : all.filter(({file}) => file.startsWith(id));
	const byName = all.filter(({name}) => isNamed(name.toLowerCase()));
	const longest = Math.max(0, ...byName.map(({name}) => name.length));
	const found =
		byName.find(({name}) => name.length === longest) ??
		(new Set(byId.map(({file}) => file)).size === 1 ? byId[0] : undefined);
	if (!found) return undefined;
	const taken = byName.includes(found) ? found.name.length : word.length;
	return {found, rest: written.slice(taken).trim()};
}
