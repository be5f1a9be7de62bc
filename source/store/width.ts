/** Terminal cells of text. Letters and ideographs are counted; only what joins or is no letter is measured. */
import stringWidth from 'string-width';
import {BoundedMap} from '../base/bounded.ts';

const PRINTABLE_ASCII = /^[\x20-\x7e]*$/;
const MEASURED_MAX = 4_096;
const measured = new BoundedMap<string, number>(MEASURED_MAX);

export function widthOf(text: string): number {
	if (PRINTABLE_ASCII.test(text)) return text.length;
	const counted = countCells(text);
	if (counted !== undefined) return counted;
	const known = measured.get(text);
	if (known !== undefined) return known;
	const width = stringWidth(text);
	if (text.length <= 256) measured.set(text, width);
	return width;
}

/**
 * Cells of a UTF-16 unit that is a character of its own and joins with no other of its kind: 1 for the letters of Latin,
 * Greek, Cyrillic, Hebrew and Arabic and what frames are drawn with, 2 for kana, Han and Hangul; 0 for everything else.
 */
export function simpleCells(unit: number): 0 | 1 | 2 {
	if (unit < 0x7f) return unit >= 0x20 ? 1 : 0;
	if (unit < 0x4e00) return simpleLetterCells(unit);
	return unit <= 0x9fff || (unit >= 0xac00 && unit <= 0xd7a3) || (unit >= 0xff01 && unit <= 0xff60) ? 2 : 0;
}

function simpleLetterCells(unit: number): 0 | 1 | 2 {
	if (unit < 0x300) return unit >= 0xa0 && unit !== 0xa9 && unit !== 0xad && unit !== 0xae ? 1 : 0;
	if (unit < 0x530) return unit >= 0x370 && (unit < 0x483 || unit >= 0x48a) ? 1 : 0;
	if (unit < 0x2010) return (unit >= 0x5d0 && unit <= 0x5ea) || (unit >= 0x620 && unit <= 0x64a) ? 1 : 0;
	if (unit >= 0x3041) return unit <= 0x3096 || (unit >= 0x30a1 && unit <= 0x30fa) ? 2 : 0;
	// Dashes, quotation marks and the ellipsis; what frames, bars and curves are drawn with.
	return (unit >= 0x2010 && unit <= 0x2027) || (unit >= 0x2500 && unit <= 0x259f) || isBraille(unit) ? 1 : 0;
}

function isBraille(unit: number): boolean {
	return unit >= 0x2800 && unit <= 0x28ff;
}

/** A combining mark that goes with the letter before it, whatever that is. */
export function isCombining(unit: number): boolean {
	return unit >= 0x300 && unit <= 0x36f;
}

/** Undefined if some of the text has to be measured. */
function countCells(text: string): number | undefined {
	let cells = 0;
	for (let index = 0; index < text.length; index++) {
		const unit = text.charCodeAt(index);
		const more = simpleCells(unit);
		if (more === 0 && (index === 0 || !isCombining(unit))) return undefined;
		cells += more;
	}
	return cells;
}
