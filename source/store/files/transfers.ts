/** Files on their way, as the core tells of them: bounded, and with every word made safe to show. */
import type {EventOf, Results} from '../../api/event.ts';
import type {ContainedFile, FileSettings, TransferInfo, TransferState} from '../../api/files.ts';
import {sanitizeLine} from '../../base/sanitize.ts';
import type {Draft} from '../draft.ts';
import {lineOf} from '../entry.ts';
import {cleanName, quoted} from '../names.ts';
import {notify} from '../reduce/notices.ts';
import {displayName, nameHolders} from '../selectors.ts';
import {fileName} from './offer.ts';
import {shortPath} from './paths.ts';
import {percentOf, shareOf} from './selectors.ts';

export type Transfer = TransferInfo & {
	/** `path` as it is shown; `path` itself is as the disk has it, for whoever copies it. */
	readonly place: string | undefined;
	/** Why it failed, as the person was told last: tried again by itself, it is not said again. */
	readonly told?: string | undefined;
};

/** A folder that paths are completed in. */
export type Listing = {
	/** Absolute. */
	readonly folder: string;
	/** Undefined until it was read; nothing if it cannot be. */
	readonly items: readonly ListedItem[] | undefined;
	/** Tab was pressed on this line before it was read: it counts once that is known. */
	readonly tab?: undefined | {readonly line: string; readonly step: 1 | -1};
};

export type ListedItem = {readonly name: string; readonly isFolder: boolean; readonly size?: number};

/** What was dropped into the window and is there: to be sent if the person says so. */
export type Dropped = {
	/** What stands in the line; the question goes when that changes. */
	readonly text: string;
	readonly room: string;
	/** Undefined while it is looked up. */
	readonly files: readonly DroppedFile[] | undefined;
};

export type DroppedFile = {
	readonly path: string;
	/** Safe to show. */
	readonly name: string;
	readonly size: number;
	readonly isFolder: boolean;
};

/** What is in the folder whose page was opened last, as far as the core tells at once. */
export type Contents = {
	/** Its id. */
	readonly file: string;
	/** Undefined: the list of them is not here yet. */
	readonly files: readonly ContainedFile[] | undefined;
	/** How many there are, with those that are not told. */
	readonly total: number;
};

export type Files = {
	/** By file id, or path while it is hashed; the one that came last at the end. */
	readonly transfers: ReadonlyMap<string, Transfer>;
	/** As the core has them; undefined until it has told. */
	readonly settings: FileSettings | undefined;
	/** The core is to be asked for both, or was: nobody does before there is anything about files. */
	readonly asking: 'not' | 'wanted' | 'asked';
	readonly contents: Contents | undefined;
	readonly listing: Listing | undefined;
	readonly dropped: Dropped | undefined;
};

export const EMPTY_FILES: Files = {
	transfers: new Map(),
	settings: undefined,
	asking: 'not',
	contents: undefined,
	listing: undefined,
	dropped: undefined,
};

/** Transfers that are shown; of more, those that are done go first. */
export const MAX_TRANSFERS = 500;
/** Sources and takers of one. */
const MAX_PEERS = 100;
/** Other names of one. */
const MAX_NAMES = 8;
const MAX_CELLS = 256;
/** Files of a folder, and UTF-16 units of the path of one. */
const MAX_CONTENTS = 1_000;
const MAX_PATH = 4_096;

export function changeFiles(draft: Draft, change: Partial<Files>): void {
	draft.set({files: {...draft.state.files, ...change}});
}

/** There is an offer, or somebody writes about files. */
export function filesWanted(draft: Draft): void {
	if (draft.state.files.asking === 'not') changeFiles(draft, {asking: 'wanted'});
}

export function transferTold(draft: Draft, {type: _, ...told}: EventOf<'transfer'>): void {
	const before = draft.state.files.transfers.get(told.file);
	const transfer = {...cleanTransfer(told, draft), told: toldOf(told, before)};
	const transfers = new Map(draft.state.files.transfers);
	if (told.state === 'cancelled') transfers.delete(told.file);
	else transfers.set(told.file, transfer);
	// What was named by its path has its own name now.
	if (told.path !== undefined && told.path !== told.file && transfers.get(told.path)?.state === 'hashing')
		transfers.delete(told.path);
	changeFiles(draft, {transfers: bounded(transfers)});
	if (before?.state !== told.state) tellChange(draft, before, transfer);
	if (before && told.waits === 'gone' && before.waits !== 'gone') tellGone(draft, transfer);
	if (before && told.waits === 'left' && before.waits !== 'left')
		notify(draft, 'info', `${quoted(transfer.name)} waits until you are in ${roomOf(transfer)} again`);
}

/** Once something has come in it is another matter. */
function toldOf({state, error}: TransferInfo, before: Transfer | undefined): string | undefined {
	if (state === 'failed') return error?.message;
	return state === 'fetching' || state === 'paused' ? undefined : before?.told;
}

/** The person tries it again, and wants to know. */
export function triedAgain(draft: Draft, file: string): void {
	const transfer = draft.state.files.transfers.get(file);
	if (transfer?.told === undefined) return;
	changeFiles(draft, {transfers: new Map(draft.state.files.transfers).set(file, {...transfer, told: undefined})});
}

export function transfersCame(draft: Draft, {transfers}: Results['transfers']): void {
	const all = transfers.map(told => [told.file, cleanTransfer(told, draft)] as const);
	changeFiles(draft, {transfers: bounded(new Map(all))});
}

export function contentsCame(draft: Draft, {file, isKnown, files, total}: Results['contents']): void {
	const shown = files.slice(0, MAX_CONTENTS).map(({path, size}) => ({path: cleanPath(path), size: amount(size)}));
	changeFiles(draft, {
		contents: {file, files: isKnown ? shown : undefined, total: Math.max(shown.length, amount(total))},
	});
}

/** Name by name, so that none passes for several. */
function cleanPath(path: string): string {
	return path.slice(0, MAX_PATH).split('/').map(fileName).join('/');
}

export function fileSettingsCame(draft: Draft, settings: FileSettings): void {
	changeFiles(draft, {settings});
}

/** A core that was started again tells everything once more. */
export function filesForgotten(draft: Draft): void {
	const {files} = draft.state;
	if (files.asking === 'asked' || files.transfers.size > 0)
		changeFiles(draft, {transfers: new Map(), asking: 'wanted'});
}

function bounded(transfers: Map<string, Transfer>): Map<string, Transfer> {
	for (const isLeaving of [isOver, () => true]) {
		for (const [file, transfer] of transfers) {
			if (transfers.size <= MAX_TRANSFERS) return transfers;
			if (isLeaving(transfer)) transfers.delete(file);
		}
	}
	return transfers;
}

const OVER: ReadonlySet<TransferState> = new Set(['done', 'kept', 'failed', 'cancelled', 'changed']);

/** Nothing moves by itself any more; a complete one may still be given. */
export function isOver({state}: Pick<Transfer, 'state'>): boolean {
	return OVER.has(state);
}

/** All of it is here under its name, whoever it came from. */
export function isWhole({state}: Pick<Transfer, 'state'>): boolean {
	return state === 'done' || state === 'kept';
}

/** The room that it comes from, in a word. */
export function roomOf({rooms}: Pick<Transfer, 'rooms'>): string {
	return rooms[0] === undefined ? 'its room' : `#${rooms[0]}`;
}

/** Something may come in, or is read. */
const MOVING: ReadonlySet<TransferState> = new Set(['hashing', 'preparing', 'verifying', 'fetching', 'finishing']);

/** Who offered it is here, and has not said yet that it has it no more. */
function isAsked({state, waits = 'nobody', sources, from = '', isFetched}: TransferInfo, draft: Draft): boolean {
	const isHere = draft.findPeer(from)?.state === 'connected';
	return isHere && isFetched && state === 'waiting' && waits === 'nobody' && sources.length === 0;
}

function cleanTransfer(told: TransferInfo, draft: Draft): Transfer {
	const {error, sources, takers, map, path, nowhere} = told;
	const isMoving = MOVING.has(told.state);
	const place = path === undefined ? undefined : sanitizeLine(shortPath(path, draft.state.places));
	const clean: Transfer = {
		...told,
		...cleanFigures(told),
		...(nowhere === undefined ? {} : {nowhere: amount(nowhere)}),
		// What was measured last is no speed of what stands still.
		...(isMoving ? {} : {rateIn: 0}),
		...(isAsked(told, draft) ? {waits: 'asking' as const} : {}),
		name: fileName(told.name),
		rooms: told.rooms.slice(0, MAX_PEERS).map(lineOf),
		...(told.from === undefined ? {} : {from: lineOf(told.from)}),
		sources: sources.slice(0, MAX_PEERS).map(source => ({
			...source,
			...{rate: isMoving ? amount(source.rate) : 0, bytes: amount(source.bytes), pieces: amount(source.pieces)},
			name: cleanName(source.name, source.peer),
			...(source.dropped === undefined ? {} : {dropped: lineOf(source.dropped)}),
		})),
		takers: takers.slice(0, MAX_PEERS).map(taker => ({
			...taker,
			...{rate: amount(taker.rate), bytes: amount(taker.bytes), pieces: amount(taker.pieces)},
			name: cleanName(taker.name, taker.peer),
		})),
		...(told.otherNames === undefined ? {} : {otherNames: told.otherNames.slice(0, MAX_NAMES).map(fileName)}),
		map: {have: digits(map.have), seen: digits(map.seen), asked: digits(map.asked)},
		place,
	};
	return error === undefined ? clean : {...clean, error: {code: error.code, message: lineOf(error.message)}};
}

const FIGURES = ['size', 'files', 'done', 'rateIn', 'rateOut', 'received', 'given', 'pieces', 'pieceBytes'] as const;

/** Nothing else than amounts, whatever the core says. */
function cleanFigures(told: TransferInfo): Pick<TransferInfo, (typeof FIGURES)[number]> {
	const amounts = FIGURES.map(name => [name, amount(told[name])]);
	return Object.fromEntries(amounts) as ReturnType<typeof cleanFigures>;
}

function amount(value: number): number {
	return Number.isFinite(value) && value > 0 ? value : 0;
}

function digits(cells: string): string {
	return cells.slice(0, MAX_CELLS).replaceAll(/[^0-9a-f]/g, '0');
}

/** What the person wants to know wherever they are. Names are in quotes: a notice begins with a capital, a name need not. */
function tellChange(draft: Draft, before: Transfer | undefined, now: Transfer): void {
	const {state, place, error} = now;
	const name = quoted(now.name);
	switch (state) {
		case 'done':
			if (before && now.isFetched && before.state !== 'paused' && before.state !== 'failed')
				notify(draft, 'info', `${name} is here${place === undefined ? '' : `: ${place}`}`);
			return;
		case 'kept':
			return before?.state === 'done'
				? notify(draft, 'info', `${name} is given no more${staysWords(place)}`)
				: undefined;
		case 'failed':
			if (before?.told !== undefined && before.told === error?.message) return;
			return notify(draft, 'error', failureWords(now));
		case 'cancelled':
			return tellEnd(draft, before, now);
		case 'changed':
			return notify(draft, 'warning', `${name} ${changedWords(now)}, and is given no more`);
	}
}

function changedWords({isFetched}: Transfer): string {
	return isFetched ? 'is gone from here, or has changed' : 'has changed since you offered it';
}

/** The message of the core names the file by its path, if it names one. */
function failureWords({name, error}: Transfer): string {
	const message = error?.message ?? 'it failed';
	return message.includes(name) ? message : `${quoted(name)}: ${message}`;
}

/** Whoever waits for it wants to know that it does not come. */
function tellGone(draft: Draft, {name, from}: Transfer): void {
	const author = from === undefined ? undefined : draft.findPeer(from);
	const who = author ? displayName(nameHolders(draft.state), author.peer, author.name) : 'who offered it';
	notify(draft, 'warning', `${quoted(name)} may not come: ${who} gives it no more, and nobody else here has all of it`);
}

/** By whoever has offered it, or by us. */
function tellEnd(draft: Draft, before: Transfer | undefined, now: Transfer): void {
	const {isFetched, from, place, error} = now;
	const name = quoted(now.name);
	const wasHere = before !== undefined && isWhole(before);
	if (error && isFetched && !wasHere) {
		const author = from === undefined ? undefined : draft.findPeer(from);
		const by = author ? ` by ${displayName(nameHolders(draft.state), author.peer, author.name)}` : '';
		return notify(draft, 'warning', `${name} was taken back${by}: it is not fetched any more`);
	}
	if (!before) return;
	if (before.state === 'hashing') return notify(draft, 'info', `${name} is not offered`);
	if (isFetched && !wasHere) {
		const percent = percentOf(shareOf(before));
		const lost = percent > 0 ? `: the ${percent} % of it that were here are deleted` : '';
		return notify(draft, 'info', `${name} is given up${lost}`);
	}
	if (before.state === 'kept' && error) return notify(draft, 'warning', `${name} is gone from here, or has changed`);
	const stays = before.state === 'changed' ? '' : staysWords(place);
	notify(draft, 'info', before.state === 'kept' ? `${name} is forgotten${stays}` : `${name} is given no more${stays}`);
}

function staysWords(place: string | undefined): string {
	return place === undefined ? '' : `; it stays at ${place}`;
}

export function sourceDropped(draft: Draft, event: EventOf<'source-dropped'>): void {
	const transfer = draft.state.files.transfers.get(event.file);
	const what = transfer ? ` for ${quoted(transfer.name)}` : '';
	const who = displayName(nameHolders(draft.state), event.peer, cleanName(event.name, event.peer));
	notify(draft, 'warning', `nothing more is asked of ${who}${what}: ${lineOf(event.reason)}`);
}
