/**
 * Text as a person sees it: graphemes (Unicode UAX #29) and the terminal cells that they fill. Offsets are UTF-16
 * units, as in every JavaScript string, and always stand on a grapheme boundary.
 */
import stringWidth from 'string-width';

const segmenter = new Intl.Segmenter('en', {granularity: 'grapheme'});

/** Printable ASCII and line feed: one unit, one grapheme. Carriage return is left out, for CR LF is one grapheme. */
const SIMPLE_TEXT = /^[\n\x20-\x7e]*$/;
const isSimple = (unit: number): boolean => unit === 0x0a || (unit >= 0x20 && unit <= 0x7e);

/** The boundary before `offset`; 0 at the start. */
export function previousBoundary(text: string, offset: number): number {
	if (offset <= 1) return 0;
	if (isSimple(text.charCodeAt(offset - 1)) && isSimple(text.charCodeAt(offset - 2))) return offset - 1;
	return segmenter.segment(text).containing(offset - 1)?.index ?? 0;
}

/** The boundary after `offset`; the text's length at the end. */
export function nextBoundary(text: string, offset: number): number {
	if (offset >= text.length - 1) return text.length;
	if (isSimple(text.charCodeAt(offset)) && isSimple(text.charCodeAt(offset + 1))) return offset + 1;
	const found = segmenter.segment(text).containing(offset);
	return found === undefined ? text.length : found.index + found.segment.length;
}

/** `offset` itself if it is a boundary, else the boundary before it. */
export function boundaryAt(text: string, offset: number): number {
	if (offset <= 0) return 0;
	if (offset >= text.length) return text.length;
	return segmenter.segment(text).containing(offset)?.index ?? offset;
}

export function graphemesOf(text: string): readonly string[] {
	if (SIMPLE_TEXT.test(text)) return text.split('');
	return Array.from(segmenter.segment(text), found => found.segment);
}

/** Terminal cells: 0, 1 or 2. */
export function cellsOf(grapheme: string): number {
	return grapheme.length === 1 && isSimple(grapheme.charCodeAt(0)) ? 1 : stringWidth(grapheme);
}

/** Bytes of `text` in UTF-8, counted without making them. A lone surrogate counts as U+FFFD. */
export function utf8Length(text: string): number {
	let bytes = 0;
	for (const character of text) {
		const codePoint = character.codePointAt(0) as number;
		bytes += codePoint < 0x80 ? 1 : codePoint < 0x800 ? 2 : codePoint < 0x10000 ? 3 : 4;
	}
	return bytes;
}
