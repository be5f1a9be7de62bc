/**
 * The line in which a person writes: its text, the cursor, and the lines sent before. Pure; one `Edit` in, one new
 * composer out.
 */
import {boundaryAt, cellsOf, graphemesOf, nextBoundary, previousBoundary, utf8Length} from './graphemes.ts';
import type {Edit} from './intent.ts';

/** UTF-8 bytes of the text: as many as one message may carry (MAX_TEXT_BYTES of the wire). */
export const MAX_COMPOSER_BYTES = 16 * 1024;

/** Lines remembered for ↑ and ↓. */
export const MAX_HISTORY = 100;

export type Composer = {
	/** May hold line feeds and tabs, and no other control characters. */
	readonly text: string;
	/** UTF-16 units from the start; always on a grapheme boundary. */
	readonly cursor: number;
	/** Lines sent, the oldest first. */
	readonly history: readonly string[];
	/** Which line of the history is shown; undefined while the person's own draft is. */
	readonly historyIndex: number | undefined;
	/** What was being written when the walk through the history began. */
	readonly draft: string;
	/** True if the last edit did not fit whole: the rest was refused. */
	readonly overflowed: boolean;
};

export const EMPTY_COMPOSER: Composer = {
	text: '',
	cursor: 0,
	history: [],
	historyIndex: undefined,
	draft: '',
	overflowed: false,
};

/** Returns the same object when nothing changes, so that nothing is drawn again. */
export function applyEdit(composer: Composer, edit: Edit): Composer {
	const {text, cursor} = composer;
	switch (edit.edit) {
		case 'insert':
			return insert(composer, edit.text);
		case 'left':
			return moveTo(composer, previousBoundary(text, cursor));
		case 'right':
			return moveTo(composer, nextBoundary(text, cursor));
		case 'word-left':
			return moveTo(composer, wordStart(text, cursor));
		case 'word-right':
			return moveTo(composer, wordEnd(text, cursor));
		case 'start':
			return moveTo(composer, 0);
		case 'end':
			return moveTo(composer, text.length);
		case 'delete-back':
			return remove(composer, previousBoundary(text, cursor), cursor);
		case 'delete-forward':
			return remove(composer, cursor, nextBoundary(text, cursor));
		case 'delete-word-back':
			return remove(composer, wordStart(text, cursor), cursor);
		case 'delete-to-start':
			return remove(composer, 0, cursor);
		case 'delete-to-end':
			return remove(composer, cursor, text.length);
		case 'history-previous':
			return walkHistory(composer, -1);
		case 'history-next':
			return walkHistory(composer, 1);
		case 'clear':
			return replaceText(composer, '');
	}
}

/** Empties the composer and remembers its text. The text is exactly what was written. */
export function submitComposer(composer: Composer): {readonly text: string; readonly composer: Composer} {
	const {text, history} = composer;
	const isNews = text.trim() !== '' && history.at(-1) !== text;
	return {
		text,
		composer: {...EMPTY_COMPOSER, history: isNews ? [...history, text].slice(-MAX_HISTORY) : history},
	};
}

/** Puts `text` in place of what stands there, with the cursor behind it: for completion and for a draft. */
export function replaceText(composer: Composer, text: string): Composer {
	if (text === composer.text && composer.historyIndex === undefined) return moveTo(composer, text.length);
	return insert({...composer, text: '', cursor: 0, historyIndex: undefined, draft: ''}, text);
}

function moveTo(composer: Composer, cursor: number): Composer {
	if (cursor === composer.cursor && !composer.overflowed) return composer;
	return {...composer, cursor, overflowed: false};
}

function remove(composer: Composer, from: number, to: number): Composer {
	if (from === to) return moveTo(composer, composer.cursor);
	const text = composer.text.slice(0, from) + composer.text.slice(to);
	// What is left on both sides may join into one grapheme.
	return {...composer, text, cursor: boundaryAt(text, from), overflowed: false};
}

/** Everything that would move the cursor of a terminal, but line feed and tab. */
const FORBIDDEN = /[\x00-\x08\x0b-\x1f\x7f-\x9f]/g;
const LONE_SURROGATE = /\p{Surrogate}/gu;

function insert(composer: Composer, added: string): Composer {
	const wanted = added.replace(/\r\n?/g, '\n').replace(FORBIDDEN, '').replace(LONE_SURROGATE, '\ufffd');
	const accepted = fitting(wanted, MAX_COMPOSER_BYTES, composer.text);
	const before = composer.text.slice(0, composer.cursor) + accepted;
	const text = before + composer.text.slice(composer.cursor);
	const atBoundary = boundaryAt(text, before.length);
	const cursor = atBoundary === before.length ? atBoundary : nextBoundary(text, atBoundary);
	const overflowed = accepted.length < wanted.length;
	if (accepted === '' && overflowed === composer.overflowed) return composer;
	return {...composer, text, cursor, overflowed};
}

/** The longest start of `added`, in whole graphemes, that fits beside `present`. */
function fitting(added: string, limit: number, present: string): string {
	// A UTF-16 unit is at most three bytes, so short texts need no counting.
	if ((added.length + present.length) * 3 <= limit) return added;
	let left = limit - utf8Length(present);
	if (utf8Length(added) <= left) return added;
	let end = 0;
	for (const grapheme of graphemesOf(added)) {
		left -= utf8Length(grapheme);
		if (left < 0) break;
		end += grapheme.length;
	}
	return added.slice(0, end);
}

const isWord = (grapheme: string): boolean => /[\p{L}\p{N}_]/u.test(grapheme);

function wordStart(text: string, from: number): number {
	let offset = from;
	let inWord = false;
	while (offset > 0) {
		const previous = previousBoundary(text, offset);
		const word = isWord(text.slice(previous, offset));
		if (inWord && !word) break;
		inWord ||= word;
		offset = previous;
	}
	return offset;
}

function wordEnd(text: string, from: number): number {
	let offset = from;
	let inWord = false;
	while (offset < text.length) {
		const next = nextBoundary(text, offset);
		const word = isWord(text.slice(offset, next));
		if (inWord && !word) break;
		inWord ||= word;
		offset = next;
	}
	return offset;
}

function walkHistory(composer: Composer, step: 1 | -1): Composer {
	const {history, historyIndex, text} = composer;
	const index = (historyIndex ?? history.length) + step;
	if (index < 0 || index > history.length) return composer;
	const draft = historyIndex === undefined ? text : composer.draft;
	const shown = history[index] ?? draft;
	const isDraft = index === history.length;
	return {
		...composer,
		text: shown,
		cursor: shown.length,
		historyIndex: isDraft ? undefined : index,
		draft: isDraft ? '' : draft,
		overflowed: false,
	};
}

/** What a composer of one row shows. */
export type ComposerWindow = {
	/** At most `width` cells wide. Line feeds are ⏎, tabs ⇥, invisible characters ·. */
	readonly text: string;
	/** The cell of the cursor, from 0 to width − 1. */
	readonly column: number;
	/** Whether there is more to the left or right of it. */
	readonly more: {readonly left: boolean; readonly right: boolean};
};

/** The part of the text around the cursor that fits in `width` cells. It moves by half its width, not at every key. */
export function composerWindow(composer: Composer, width: number): ComposerWindow {
	if (width < 1) return {text: '', column: 0, more: {left: composer.text !== '', right: false}};
	const {graphemes, starts, offsets} = measure(composer.text);
	const cursorCell = starts[lowerBound(offsets, composer.cursor)] as number;
	const first = lowerBound(starts, windowStart(cursorCell, width));
	const origin = starts[first] as number;
	let last = first;
	while (last < graphemes.length && (starts[last + 1] as number) <= origin + width) last++;
	return {
		text: graphemes.slice(first, last).join(''),
		column: cursorCell - origin,
		more: {left: first > 0, right: last < graphemes.length},
	};
}

/** The first cell to show, such that the cursor stays inside `width` cells. */
function windowStart(cursorCell: number, width: number): number {
	if (cursorCell < width) return 0;
	const step = Math.max(1, Math.floor(width / 2));
	// The first grapheme shown may begin one cell later, if a wide one would be cut in half.
	return Math.ceil((cursorCell - width + 1) / step) * step;
}

type Measured = {
	readonly graphemes: readonly string[];
	/** The cell at which each grapheme starts, and at the end the width of them all. */
	readonly starts: readonly number[];
	/** The same in UTF-16 units of the text. */
	readonly offsets: readonly number[];
};

let measuredText = '';
let measured: Measured = {graphemes: [], starts: [0], offsets: [0]};

/** Remembers the last text, for moving the cursor in a long one measures the same text again and again. */
function measure(text: string): Measured {
	if (text === measuredText) return measured;
	const graphemes: string[] = [];
	const starts = [0];
	const offsets = [0];
	let cell = 0;
	let offset = 0;
	for (const grapheme of graphemesOf(text)) {
		const visible = visibleForm(grapheme);
		graphemes.push(visible);
		cell += cellsOf(visible);
		starts.push(cell);
		offset += grapheme.length;
		offsets.push(offset);
	}
	measuredText = text;
	measured = {graphemes, starts, offsets};
	return measured;
}

function visibleForm(grapheme: string): string {
	if (grapheme === '\n') return '⏎';
	if (grapheme === '\t') return '⇥';
	return cellsOf(grapheme) === 0 ? '·' : grapheme;
}

/** The first index whose value is at least `wanted`; the last index if there is none. */
function lowerBound(sorted: readonly number[], wanted: number): number {
	let low = 0;
	let high = sorted.length - 1;
	while (low < high) {
		const middle = (low + high) >> 1;
		if ((sorted[middle] as number) < wanted) low = middle + 1;
		else high = middle;
	}
	return low;
}
