/** How files on their way are said: the same words on pages, in the chat and line by line. */
import {percentOf, shareOf} from '../../store/files/selectors.ts';
import {isOver, roomOf, type Transfer} from '../../store/files/transfers.ts';
import {counted, formatBytes} from '../figures.ts';
import {type Span, span, truncate, widthOf} from '../text.ts';
import type {Paint, Theme} from '../theme.ts';

/** `54 %`. */
export function percentText(share: number): string {
	return `${percentOf(share)} %`;
}

/** `7 s`, `4 min`, `2 h`: time left, never less than is left. */
export function leftText(milliseconds: number): string {
	const seconds = Math.max(1, Math.ceil(milliseconds / 1_000));
	if (!Number.isFinite(seconds)) return '–';
	if (seconds < 100) return `${seconds} s`;
	const minutes = Math.ceil(seconds / 60);
	if (minutes < 100) return `${minutes} min`;
	const hours = Math.ceil(minutes / 60);
	return hours < 100 ? `${hours} h` : `${Math.min(9_999, Math.ceil(hours / 24))} d`;
}

/** `1.4 GB`, `32 files, 1.4 GB`. */
export function sizeText({size, files}: {readonly size: number; readonly files: number}): string {
	return files > 0 ? `${counted(files, 'file')}, ${formatBytes(size)}` : formatBytes(size);
}

/** Files, and folders with a slash behind. */
export function shownName({name, files}: {readonly name: string; readonly files: number}): string {
	return files > 0 ? `${name}/` : name;
}

const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'] as const;

/** `▕█████▌   ▏`, of exactly so many cells; nothing where there is no room for it. */
export function barSpans(share: number, cells: number, paint: Paint, {paint: {dim}}: Theme): readonly Span[] {
	const inner = cells - 2;
	if (inner < 3) return [];
	const eighths = Math.round(Math.max(0, Math.min(1, share)) * inner * 8);
	const filled = '█'.repeat(Math.floor(eighths / 8)) + (EIGHTHS[eighths % 8] as string);
	return [span('▕', dim), span(filled, paint), span(' '.repeat(inner - filled.length)), span('▏', dim)];
}

export type StateWords = {
	readonly words: string;
	readonly tone: 'plain' | 'dim' | 'good' | 'warn' | 'bad' | 'accent';
};

/** In a word or two. */
export function stateWord({state, isFetched, rateOut}: Transfer): StateWords {
	switch (state) {
		case 'hashing':
			return {words: 'reading', tone: 'accent'};
		case 'waiting':
			return {words: 'waiting', tone: 'dim'};
		case 'preparing':
			return {words: 'preparing', tone: 'accent'};
		case 'verifying':
			return {words: 'checking', tone: 'accent'};
		case 'fetching':
			return {words: 'coming', tone: 'accent'};
		case 'paused':
			return {words: 'paused', tone: 'warn'};
		case 'finishing':
			return {words: 'finishing', tone: 'accent'};
		case 'done':
			if (rateOut > 0) return {words: 'giving', tone: 'good'};
			return isFetched ? {words: 'here', tone: 'good'} : {words: 'offered', tone: 'good'};
		case 'kept':
			return {words: 'kept', tone: 'good'};
		case 'failed':
			return {words: 'failed', tone: 'bad'};
		case 'changed':
			return {words: 'changed', tone: 'warn'};
		case 'cancelled':
			return {words: 'given up', tone: 'dim'};
	}
}

/** Why it is as it is, as far as that needs saying. */
export function stateReason(transfer: Transfer): string {
	const {state, error} = transfer;
	switch (state) {
		case 'hashing':
			return 'being read, to be offered';
		case 'waiting':
		case 'fetching':
			return isWaiting(transfer) ? waitReason(transfer) : '';
		case 'preparing':
			return 'asking for the hashes of its pieces';
		case 'verifying':
			return 'checking what is here from before';
		case 'finishing':
			return 'all of it is here; it is saved to the disk';
		case 'kept':
			return 'given to nobody: /send offers it';
		case 'failed':
			return error?.message ?? 'no reason was told';
		case 'changed':
			if (transfer.isFetched) return 'it is gone from here, or has changed: given no more; get it again';
			return error?.code === 'not-readable'
				? 'it is gone, or cannot be read: given no more'
				: 'it has changed since you offered it: given no more';
		default:
			return '';
	}
}

function waitReason(transfer: Transfer): string {
	const nowhere = nowhereText(transfer);
	switch (waitsFor(transfer)) {
		case 'nobody':
			return 'nobody who has it is here';
		case 'gone':
			return 'who offered it gives it no more, and nobody else here has it';
		case 'rest':
			return `${nowhere === '' ? 'the rest' : nowhere} is with nobody here; it goes on when somebody with it comes`;
		case 'asking':
			return holdingSources(transfer).length > 0 ? 'asking those who have it' : 'asking who has it';
		case 'turn':
			return 'others go first';
		case 'left':
			return `you have left ${roomOf(transfer)}: it goes on when you are in it again`;
	}
}

/** The same where there is hardly any room. Nothing that the figures beside it say. */
export function briefReason(transfer: Transfer): string {
	switch (transfer.state) {
		case 'hashing':
			return 'being read';
		case 'preparing':
			return 'preparing';
		case 'verifying':
			return 'checking';
		case 'finishing':
			return 'finishing';
		case 'kept':
			return 'not given';
		case 'changed':
			if (transfer.isFetched) return 'gone or changed: get it again';
			return transfer.error?.code === 'not-readable' ? 'gone: given no more' : 'changed: given no more';
		case 'waiting':
		case 'fetching':
			return isWaiting(transfer) ? briefWait(transfer) : '';
		default:
			return stateReason(transfer);
	}
}

/** Of one that has failed, in a few words; more stands on its page. */
const FAILED: Readonly<Record<string, string>> = {
	'disk-full': 'failed: the disk is full',
	quota: 'failed: over the quota',
	'too-large': 'failed: too large here',
	'no-folder': 'failed: its folder',
	'not-readable': 'failed: cannot be read',
	'not-writable': 'failed: cannot be written',
};

export function briefFailure({error}: Transfer): string {
	return FAILED[error?.code ?? ''] ?? 'failed: F7 says why';
}

function briefWait(transfer: Transfer): string {
	const nowhere = nowhereText(transfer);
	switch (waitsFor(transfer)) {
		case 'nobody':
			return 'nobody has it here';
		case 'gone':
			return 'given no more';
		case 'rest':
			return `${nowhere === '' ? 'the rest' : nowhere} is with nobody here`;
		case 'asking':
			return 'asking';
		case 'turn':
			return 'others go first';
		case 'left':
			return `you have left ${roomOf(transfer)}`;
	}
}

/** It would go on by itself, and does not. */
export function isWaiting({state, waits, rateIn}: Transfer): boolean {
	return state === 'waiting' || (state === 'fetching' && waits !== undefined && rateIn < 0.5);
}

/** What the core says, or what follows from who is here. */
export function waitsFor(transfer: Transfer): NonNullable<Transfer['waits']> {
	const {waits, sources} = transfer;
	if (waits) return waits;
	const holding = holdingSources(transfer);
	if (holding.length === 0) return sources.some(({dropped}) => dropped === undefined) ? 'asking' : 'nobody';
	return holding.some(({requests}) => requests > 0) ? 'turn' : 'asking';
}

/** `40 %` of it that nobody here has. */
function nowhereText({nowhere = 0, size}: Transfer): string {
	return nowhere > 0 && size > 0 ? percentText(nowhere / size) : '';
}

/** Those that could give something, and were not dropped. */
export function holdingSources({sources}: Transfer): Transfer['sources'] {
	return sources.filter(({dropped, pieces}) => dropped === undefined && pieces > 0);
}

/** Those that give something, and were not dropped. */
export function activeSources({sources}: Transfer): Transfer['sources'] {
	return sources.filter(({dropped, rate, requests}) => dropped === undefined && (rate > 0 || requests > 0));
}

/** Milliseconds until it is done, while it moves. */
export function leftOf({state, left}: Transfer): number | undefined {
	return state === 'fetching' || state === 'hashing' || state === 'verifying' ? left : undefined;
}

/** Where it moves by itself, or could. */
export function hasBar(transfer: Transfer): boolean {
	return !isOver(transfer) || (transfer.state === 'failed' && shareOf(transfer) > 0);
}

export function tonePaint(tone: StateWords['tone'], {paint}: Theme): Paint | undefined {
	return tone === 'plain' ? undefined : paint[tone];
}

/** The end of a name says what it is: `a very long n….mp4`. */
export function middleCut(name: string, width: number): string {
	if (widthOf(name) <= width) return name;
	const end = /\.[\p{L}\p{N}]{1,5}\/?$|\/$/u.exec(name)?.[0] ?? '';
	if (widthOf(end) + 4 > width) return truncate(name, Math.max(1, width));
	return truncate(name.slice(0, name.length - end.length), width - widthOf(end), true) + end;
}

/** The end of a path is what differs: `…loads/holiday.mp4`. */
export function pathCut(place: string, width: number): string {
	if (widthOf(place) <= width) return place;
	const characters = [...place];
	let kept = '';
	while (characters.length > 0 && widthOf(characters.at(-1) + kept) < width) kept = characters.pop() + kept;
	return `…${kept}`;
}

/** What is said with paths in it, of which the ends are left. */
export function shortPaths(text: string): string {
	return text.replaceAll(/[^\s:]*\/(?=[^\s/])/g, '…');
}

/** Cells of a name that stands in a sentence. */
const NAME = 32;

/** What is said with names in it, in quotes or as words without a blank, each of which leaves room for the sentence. */
export function shortNames(text: string): string {
	return text
		.replaceAll(/“([^”]*)”/g, (_, name: string) => `“${middleCut(name, NAME)}”`)
		.replaceAll(/(?<![^\s/])[^\s/“”]+/g, word => middleCut(word, NAME));
}

/** What ends with where it lies, of which `shortPaths` has left the name. */
export function shortEnd(text: string): string {
	return text.replace(/(?<=: …)[^/]+$/, name => middleCut(name, NAME));
}
