/**
 * Text as a person sees it: graphemes (Unicode UAX #29). Offsets are UTF-16 units, as in every JavaScript string, and
 * always stand on a grapheme boundary.
 */

const segmenter = new Intl.Segmenter('en', {granularity: 'grapheme'});

/**
 * Characters of which no two ever join: letters, ideographs, syllables and punctuation that are neither marks nor
 * joiners nor emoji. Between two of them is a boundary, and no segmenter, which is slow, has to be asked.
 */
const SIMPLE =
	'\\n\\x20-\\x7e\\xa0-\\xa8\\xaa-\\xac\\xaf-\\u02ff\\u0370-\\u0482\\u048a-\\u052f\\u2010-\\u2027\\u2500-\\u259f\\u2800-\\u28ff\\u3001-\\u3029\\u3041-\\u3096\\u30a1-\\u30fe\\u4e00-\\u9fff\\uac00-\\ud7a3\\uff01-\\uff60';
const ASCII = /^[\n\x20-\x7e]*$/;
const simple = new RegExp(`^[${SIMPLE}]$`);
/** A stretch of simple characters, or one in which others may join with their neighbours. */
const stretches = new RegExp(`[${SIMPLE}]+(?=[${SIMPLE}]|$)|[${SIMPLE}]?(?:[^${SIMPLE}]+[${SIMPLE}]?)+`, 'g');

function isSimple(unit: number): boolean {
	return (unit >= 0x20 && unit <= 0x7e) || simple.test(String.fromCharCode(unit));
}

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
	if (ASCII.test(text)) return text.split('');
	const graphemes: string[] = [];
	for (const [stretch] of text.matchAll(stretches)) {
		if (isSimple(stretch.charCodeAt(0)) && (stretch.length === 1 || isSimple(stretch.charCodeAt(1)))) {
			for (let index = 0; index < stretch.length; index++) graphemes.push(stretch.charAt(index));
		} else {
			for (const {segment} of segmenter.segment(stretch)) graphemes.push(segment);
		}
	}
	return graphemes;
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
