/** Where words and lines begin and end, and what may stand in the composer at all. Offsets are UTF-16 units. */
import {graphemesOf, nextBoundary, previousBoundary, utf8Length} from './graphemes.ts';

/** Everything that would move the cursor of a terminal, but line feed and tab. */
const FORBIDDEN = /[\x00-\x08\x0b-\x1f\x7f-\x9f]/g;
const LONE_SURROGATE = /\p{Surrogate}/gu;

/** What may be written, of what was typed or pasted. */
export function writable(text: string): string {
	return text.replace(/\r\n?/g, '\n').replace(FORBIDDEN, '').replace(LONE_SURROGATE, '\ufffd');
}

/** The longest start of `added`, in whole graphemes, with which `present` does not become longer than `limit` bytes. */
export function fitting(added: string, limit: number, present: string): string {
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

/** The word that a text ends with; empty if it ends with a blank. Looked for from the end: a line may be long. */
export function lastWord(text: string): string {
	let start = text.length;
	while (start > 0 && !/\s/.test(text[start - 1] as string)) start -= 1;
	return text.slice(start);
}

const isWord = (grapheme: string): boolean => /[\p{L}\p{N}_]/u.test(grapheme);

export function wordStart(text: string, from: number): number {
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

export function wordEnd(text: string, from: number): number {
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

function lineStart(text: string, from: number): number {
	return from === 0 ? 0 : text.lastIndexOf('\n', from - 1) + 1;
}

function lineEnd(text: string, from: number): number {
	const feed = text.indexOf('\n', from);
	return feed < 0 ? text.length : feed;
}

/** Where Home leads: to the start of the line, and from there to the start of everything. */
export function homeOf(text: string, from: number): number {
	const start = lineStart(text, from);
	return start === from ? 0 : start;
}

export function endOf(text: string, from: number): number {
	const end = lineEnd(text, from);
	return end === from ? text.length : end;
}

/** Up to where Ctrl-U cuts: at the start of a line the line feed goes, so that whoever presses on empties everything. */
export function killStart(text: string, from: number): number {
	const start = lineStart(text, from);
	return start === from ? Math.max(0, from - 1) : start;
}

export function killEnd(text: string, from: number): number {
	const end = lineEnd(text, from);
	return end === from ? Math.min(text.length, from + 1) : end;
}

/** What Ctrl-T swaps: the characters around the cursor, or the two before it at the end of a line. */
export function transposed(text: string, cursor: number): {readonly text: string; readonly cursor: number} | undefined {
	const isAtEnd = cursor === lineEnd(text, cursor);
	const middle = isAtEnd ? previousBoundary(text, cursor) : cursor;
	const start = previousBoundary(text, middle);
	const end = isAtEnd ? cursor : nextBoundary(text, cursor);
	if (start === middle || middle === end || start < lineStart(text, cursor)) return undefined;
	const swapped = text.slice(middle, end) + text.slice(start, middle);
	return {text: text.slice(0, start) + swapped + text.slice(end), cursor: end};
}
