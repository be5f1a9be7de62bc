/** What is kept of a message's text: no more than can be shown, cut before anything is done with it that takes time. */
import {sanitizeHead} from '../base/sanitize.ts';

/** Lines of a message that are ever shown, and rows that they may fill on the screen. */
export const MAX_ENTRY_LINES = 200;
/** UTF-16 units of a message that are ever shown: the longest there is, unless escapes make it longer. */
export const MAX_ENTRY_TEXT = 16 * 1024;

/** What was left out: whole lines, and UTF-16 units in all. */
export type Cut = {readonly lines: number; readonly characters: number};
export type Clipped = {readonly text: string; readonly cut: Cut | undefined};

/** Text that can be shown on several lines. */
export function clipText(text: string): Clipped {
	const stop = startOfLine(text, MAX_ENTRY_LINES);
	// Without the line feed that begins the first line left out.
	const kept = stop < text.length ? text.slice(0, stop - 1) : text;
	const head = sanitizeHead(kept, MAX_ENTRY_TEXT, {multiline: true});
	const end = head.end < kept.length ? head.end : stop;
	const cut = end < text.length ? {lines: linesFrom(text, end), characters: text.length - end} : undefined;
	return {text: head.text, cut};
}

/** Lines that begin at `at` or later. A line feed at the very end begins none. */
export function linesFrom(text: string, at: number): number {
	if (at >= text.length) return 0;
	let lines = at === 0 || text[at - 1] === '\n' ? 1 : 0;
	for (let feed = text.indexOf('\n', at); feed >= 0 && feed < text.length - 1; feed = text.indexOf('\n', feed + 1))
		lines += 1;
	return lines;
}

/** Where line number `line`, counted from 0, begins; the text's length if there are fewer. */
function startOfLine(text: string, line: number): number {
	let start = 0;
	for (let index = 0; index < line; index++) {
		const feed = text.indexOf('\n', start);
		if (feed < 0) return text.length;
		start = feed + 1;
	}
	return start;
}
