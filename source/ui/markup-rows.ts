/** What is marked up, as rows of a width. Only the rows asked for are made. */
import {placesOf} from '../base/look-alike.ts';
import {linesFrom} from '../store/clip.ts';
import {FIRST_STRONG, isolateOf, isRightToLeft} from './bidi.ts';
import {type Block, type Mark, merged} from './markup.ts';
import {type Span, span} from './text.ts';
import type {Paint, Theme} from './theme.ts';
import {wrapHead} from './wrap.ts';

export type MarkupLook = {
	readonly theme: Theme;
	/** Our own name, if the message is known to name us: it stands out wherever it stands. */
	readonly own: string;
	/** Of a name after `@`; undefined if nobody is called that. */
	readonly nameOf: (name: string) => Paint | undefined;
};

/** What is not shown: lines that begin after the last row, and characters. */
export type Rest = {readonly lines: number; readonly characters: number};
export type Laid = {readonly rows: readonly (readonly Span[])[]; readonly rest: Rest};

/** At most `limit` rows of `width` cells. */
export function layMarkup(blocks: readonly Block[], width: number, limit: number, look: MarkupLook): Laid {
	const rows: (readonly Span[])[] = [];
	let [lines, characters] = [0, 0];
	for (const block of blocks) {
		const room = limit - rows.length;
		const laid = block.kind === 'code' ? codeRows(block, width, room, look) : textRows(block, width, room, look);
		rows.push(...laid.rows);
		lines += linesFrom(block.text, laid.end);
		characters += block.text.length - laid.end;
	}
	return {rows, rest: {lines, characters}};
}

/** Rows, and how much of the block's text they stand for. */
type Part = {readonly rows: readonly (readonly Span[])[]; readonly end: number};

function textRows(block: Block, width: number, limit: number, look: MarkupLook): Part {
	const {text} = block;
	const marks = look.own === '' ? block.marks : merged(block.marks, ownMarks(text, look.own));
	const {rows, end} = wrapHead(text, width, limit);
	const isMixed = isRightToLeft(text);
	if (marks.length === 0 && !isMixed) return {rows: rows.map(row => [span(row)]), end};
	let [at, next] = [0, 0];
	const spans = rows.map(row => {
		const start = startOf(text, row, at);
		at = start + row.length;
		while (next < marks.length && (marks[next] as Mark).end <= start) next += 1;
		const cut = cutAt(text, start, at, marks, next, look);
		return isMixed && isRightToLeft(row) ? isolate(cut, text, start) : cut;
	});
	return {rows: spans, end};
}

function ownMarks(text: string, name: string): readonly Mark[] {
	return placesOf(text, name).map(start => ({start, end: start + name.length, kind: 'own'}));
}

/** Where a row stands in the text: between two rows there is only white space. */
function startOf(text: string, row: string, from: number): number {
	let start = from;
	while (start < text.length && !text.startsWith(row, start)) start += 1;
	return start;
}

function isolate(spans: readonly Span[], text: string, start: number): readonly Span[] {
	const feed = text.indexOf('\n', start);
	const paragraph = text.slice(text.lastIndexOf('\n', start - 1) + 1, feed < 0 ? text.length : feed);
	const [open, close] = isolateOf(paragraph);
	return [span(open), ...spans, span(close)];
}

/** The text between two places, each mark in it in its own paint. */
function cutAt(
	text: string,
	start: number,
	end: number,
	marks: readonly Mark[],
	first: number,
	look: MarkupLook,
): readonly Span[] {
	const spans: Span[] = [];
	let at = start;
	for (let index = first; index < marks.length; index++) {
		const mark = marks[index] as Mark;
		if (mark.start >= end) break;
		const [from, to] = [Math.max(mark.start, start), Math.min(mark.end, end)];
		if (from > at) spans.push(span(text.slice(at, from)));
		spans.push(span(text.slice(from, to), paintOf(mark, text, look)));
		at = to;
	}
	if (at < end || spans.length === 0) spans.push(span(text.slice(at, end)));
	return spans;
}

function paintOf(mark: Mark, text: string, {theme, nameOf}: MarkupLook): Paint | undefined {
	if (mark.kind === 'code') return theme.paint.code;
	if (mark.kind === 'own') return theme.paint.mention;
	if (mark.kind === 'name') return nameOf(text.slice(mark.start + 1, mark.end));
	const target = theme.link?.(mark.url ?? '');
	return target ? shown => target(theme.paint.link(shown)) : theme.paint.link;
}

/** Before each row of code, and before what did not fit on the row above. */
const BAR = '▏ ';
const GOES_ON = '↳ ';

function codeRows({text, language}: Block, width: number, limit: number, {theme}: MarkupLook): Part {
	const {paint} = theme;
	const bar = span(BAR, paint.border);
	const label = language === '' ? [] : [[bar, span(language, paint.dim)]];
	const rows: (readonly Span[])[] = label.slice(0, limit);
	let end = 0;
	while (rows.length < limit && end < text.length) {
		const feed = text.indexOf('\n', end);
		const stop = feed < 0 ? text.length : feed;
		const pieces = cutLine(text.slice(end, stop), width - BAR.length, limit - rows.length);
		for (const [index, piece] of pieces.entries()) {
			end += piece.length;
			const [open, close] = isRightToLeft(piece) ? FIRST_STRONG : ['', ''];
			rows.push([bar, span(index > 0 ? GOES_ON : '', paint.dim), span(open + piece + close, paint.code)]);
		}
		if (end === stop) end = Math.min(text.length, stop + 1);
	}
	return {rows, end};
}

/** Code is cut where the row ends, spaces and all: what is indented stays so. */
function cutLine(line: string, width: number, limit: number): readonly string[] {
	// Other characters of the same width keep the spaces from being dropped at a break.
	const solid = line.replaceAll(/\s/g, space => (space === '\u3000' ? '\u4e00' : '_'));
	const first = wrapHead(solid, width, 1);
	const more = first.end < line.length ? wrapHead(solid.slice(first.end), width - GOES_ON.length, limit - 1).rows : [];
	let at = 0;
	return [...first.rows, ...more].map(({length}) => {
		at += length;
		return line.slice(at - length, at);
	});
}
