/**
 * Rows of text of an exact width. Everything on the screen but the field of the switcher is made of these: one string per
 * row, styled, so that a row that did not change is recognised by comparing two strings.
 */
import {cellsOf, clustersOf, widthOf} from '../store/width.ts';
import {beginsIsolate, endsIsolate, isolated} from './bidi.ts';
import type {Paint} from './theme.ts';

export {widthOf} from '../store/width.ts';

/** A piece of text in one style. The text itself holds no escape sequences. */
export type Span = {readonly text: string; readonly paint?: Paint | undefined};

export function span(text: string, paint?: Paint): Span {
	return {text, paint};
}

/** A row of exactly `width` cells: `left` cut to fit with an ellipsis, `right` at the right edge. */
export function row(width: number, left: readonly Span[], right: readonly Span[] = []): string {
	const rightWidth = spansWidth(right);
	if (rightWidth > width) return row(width, right);
	const cut = cutSpans(left, width - rightWidth);
	const gap = width - rightWidth - spansWidth(cut);
	return `${painted(cut)}${' '.repeat(gap)}${painted(right)}`;
}

export function painted(spans: readonly Span[]): string {
	let text = '';
	let isInIsolate = false;
	for (const {text: written, paint} of spans) {
		// What is within an isolate goes its way.
		isInIsolate = isInIsolate ? !endsIsolate(written) : beginsIsolate(written);
		const part = isInIsolate ? written : isolated(written);
		text += paint ? paint(part) : part;
	}
	return text;
}

export function spansWidth(spans: readonly Span[]): number {
	let width = 0;
	for (const {text} of spans) width += widthOf(text);
	return width;
}

function cutSpans(spans: readonly Span[], width: number): readonly Span[] {
	if (spansWidth(spans) <= width) return spans;
	const cut: Span[] = [];
	let left = width;
	for (const {text, paint} of spans) {
		const cells = widthOf(text);
		// The span in which the room runs out, or after which nothing is left for the ellipsis.
		if (cells >= left) {
			cut.push({text: truncate(text, left, true), paint});
			break;
		}
		cut.push({text, paint});
		left -= cells;
	}
	return cut;
}

/** At most `width` cells, ending in `…` if something was cut (or always, with `more`). */
export function truncate(text: string, width: number, more = false): string {
	if (!more && widthOf(text) <= width) return text;
	if (width <= 0) return '';
	let cells = 0;
	let kept = '';
	for (const cluster of clustersOf(text)) {
		cells += cellsOf(cluster);
		if (cells > width - 1) break;
		kept += cluster;
	}
	return `${kept}…`;
}

/** Exactly `width` cells: cut, or filled with spaces. */
export function fit(text: string, width: number): string {
	const cut = truncate(text, width);
	return cut + ' '.repeat(Math.max(0, width - widthOf(cut)));
}

/** Cells of the tag that tells two people with one name apart: `·WPqL`. */
export const TAG_CELLS = 5;
/** The narrowest column in which such a name can be read: two characters, an ellipsis and the tag. */
export const MIN_TAGGED = 3 + TAG_CELLS;

/** A name in a column: the tag is never what is cut off, and never all that is left. */
export function fitName(name: string, width: number): string {
	if (widthOf(name) <= width) return fit(name, width);
	const tag = /·[^·]{4}$/.exec(name)?.[0] ?? '';
	return fit(name.slice(0, name.length - tag.length), Math.max(tag === '' ? 1 : 3, width - tag.length)) + tag;
}

/** `╭ Title ─────── right ╮`, from corner to corner. */
export function titleRow(
	width: number,
	[start, end]: readonly [string, string],
	border: Paint,
	title: readonly Span[],
	right: readonly Span[] = [],
): string {
	const inner = width - 2;
	const rightSpans = right.length > 0 ? [span(' '), ...right, span(' ')] : [];
	const rightWidth = spansWidth(rightSpans);
	const keepsRight = rightWidth <= inner - 4 ? rightSpans : [];
	const room = inner - spansWidth(keepsRight) - (keepsRight.length > 0 ? 1 : 0);
	const cut = title.length > 0 ? cutSpans([span(' '), ...title], room - 1) : [];
	const titled = cut.length > 0 ? [...cut, span(' ')] : [];
	const line = '─'.repeat(
		Math.max(0, inner - spansWidth(titled) - spansWidth(keepsRight) - (keepsRight.length > 0 ? 1 : 0)),
	);
	const tail = keepsRight.length > 0 ? painted(keepsRight) + border('─') : '';
	return border(start) + painted(titled) + border(line) + tail + border(end);
}

/** A row of a frame with `content` inside, which must be `width - 2` cells wide. */
export function framed(content: string, border: Paint): string {
	return `${border('│')}${content}${border('│')}`;
}
