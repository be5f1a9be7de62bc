/** Terminal cells of text. Letters and ideographs are counted; only what joins or is no letter is measured. */
import stringWidth from 'string-width';
import {BoundedMap} from '../base/bounded.ts';
import {graphemesOf} from './graphemes.ts';

const PRINTABLE_ASCII = /^[\x20-\x7e]*$/;
const MEASURED_MAX = 4_096;
/** Units of a text that is worth remembering. */
const MAX_REMEMBERED = 256;
const measured = new BoundedMap<string, number>(MEASURED_MAX);

export function widthOf(text: string): number {
	if (PRINTABLE_ASCII.test(text)) return text.length;
	const counted = countCells(text);
	if (counted !== undefined) return counted;
	const known = measured.get(text);
	if (known !== undefined) return known;
	let width = 0;
	for (const cluster of clustersOf(text)) width += clusterCells(cluster);
	if (text.length <= MAX_REMEMBERED) measured.set(text, width);
	return width;
}

/**
 * What is drawn as one: graphemes, of which those that fill more than two cells are taken apart. Terminals add up the
 * letters of an Indic conjunct or of a Thai syllable, and a stranger can make one grapheme of thousands.
 */
export function clustersOf(text: string): readonly string[] {
	const graphemes = graphemesOf(text);
	if (!graphemes.some(isCompound)) return graphemes;
	return graphemes.flatMap(grapheme => (isCompound(grapheme) ? taken(grapheme) : grapheme));
}

/** Terminal cells of a cluster: 0, 1 or 2. Of more than that, the cells of all of it. */
export function cellsOf(cluster: string): number {
	const isAscii = cluster.length === 1 && cluster >= ' ' && cluster <= '~';
	return isAscii ? 1 : widthOf(cluster);
}

/** More than one character, and not just a letter with marks over and under it. */
function isCompound(grapheme: string): boolean {
	return grapheme.length > 1 && !LETTER_WITH_MARKS.test(grapheme);
}

const LETTER_WITH_MARKS = /^.(?:\p{Mn}|[\ufe0e\ufe0f])*$/su;
const PICTOGRAPH = /[\p{Extended_Pictographic}\p{Regional_Indicator}]|\u20e3/u;
const TONE = /^\p{Emoji_Modifier}$/u;
/** Vowels and last consonants of Korean: behind a first one, within its cells. */
const JAMO = /^[\u1160-\u11ff\ud7b0-\ud7ff]$/;
/** What has cells of its own, and goes with the letter before it all the same. */
const TRAILING = /^[\p{Mc}\u0e33\u0eb3\uff9e\uff9f]$/u;
const JOINER = '\u200d';
/** Drawn around or over the digits that follow, and a character of its own for terminals. */
const NUMBER_SIGN = /^[\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\u{110bd}\u{110cd}]$/u;

const apart = new BoundedMap<string, readonly string[]>(MEASURED_MAX);

function taken(grapheme: string): readonly string[] {
	const known = apart.get(grapheme);
	if (known) return known;
	const clusters: string[] = [];
	let cells = 0;
	for (const letter of lettersOf(grapheme)) {
		const more = clusterCells(letter);
		if (clusters.length > 0 && cells + more <= 2) {
			clusters[clusters.length - 1] += letter;
			cells += more;
		} else {
			clusters.push(letter);
			cells = more;
		}
	}
	if (grapheme.length <= MAX_REMEMBERED) apart.set(grapheme, clusters);
	return clusters;
}

/** An emoji with all that belongs to it, or a letter with its marks, as far as these fit into two cells. */
function lettersOf(grapheme: string): readonly string[] {
	const letters: string[] = [];
	let last = '';
	for (const character of grapheme) {
		if (last !== '' && (isWithin(character, last) || fitsBehind(character, last))) {
			last += character;
			letters[letters.length - 1] = last;
		} else {
			last = character;
			letters.push(last);
		}
	}
	return letters;
}

/** Whether it takes no cells of its own there. */
function isWithin(character: string, letter: string): boolean {
	if (characterCells(character) === 0) return true;
	if (TONE.test(character)) return PICTOGRAPH.test(letter);
	if (PICTOGRAPH.test(character)) {
		return letter.endsWith(JOINER) ? PICTOGRAPH.test(letter) : clusterCells(letter) === 1 && isFlag(letter + character);
	}
	return JAMO.test(character) && characterCells(letter) === 2;
}

function fitsBehind(character: string, letter: string): boolean {
	return TRAILING.test(character) && clusterCells(letter) + characterCells(character) <= 2;
}

const isFlag = (text: string): boolean => /^\p{Regional_Indicator}{2}$/u.test(text);

/** Of one character, or of the first one. */
function characterCells(text: string): number {
	const character = String.fromCodePoint(text.codePointAt(0) as number);
	const simple = simpleCells(character.charCodeAt(0));
	if (simple > 0) return simple;
	const known = measured.get(character);
	if (known !== undefined) return known;
	const width = NUMBER_SIGN.test(character) ? 1 : stringWidth(character);
	measured.set(character, width);
	return width;
}

/** Emoji are measured as a whole; of all else each letter has its cells. */
function clusterCells(cluster: string): number {
	if (PICTOGRAPH.test(cluster)) return stringWidth(cluster);
	const isWide = characterCells(cluster) === 2;
	let cells = 0;
	for (const character of cluster)
		if (!(cells > 0 && isWide && JAMO.test(character))) cells += characterCells(character);
	return cells;
}

/** Characters that join with no other of their kind, and how many cells they take. */
const SIMPLE: readonly (readonly [from: number, to: number, cells: 1 | 2])[] = [
	[0x20, 0x7e, 1],
	// Latin, without the signs that can be emoji and the soft hyphen; Greek; Cyrillic; Hebrew; Arabic.
	[0xa0, 0xa8, 1],
	[0xaa, 0xac, 1],
	[0xaf, 0x2ff, 1],
	[0x370, 0x482, 1],
	[0x48a, 0x52f, 1],
	[0x5d0, 0x5ea, 1],
	[0x620, 0x64a, 1],
	// Dashes, quotation marks and the ellipsis; what frames, bars and curves are drawn with.
	[0x2010, 0x2027, 1],
	[0x2500, 0x259f, 1],
	[0x2800, 0x28ff, 1],
	// Kana, Han, Hangul, and wide forms of Latin.
	[0x3041, 0x3096, 2],
	[0x30a1, 0x30fa, 2],
	[0x4e00, 0x9fff, 2],
	[0xac00, 0xd7a3, 2],
	[0xff01, 0xff60, 2],
];

const SIMPLE_CELLS = new Uint8Array(0x1_0000);
for (const [from, to, cells] of SIMPLE) SIMPLE_CELLS.fill(cells, from, to + 1);

/** Cells of a UTF-16 unit that is a character of its own and joins with no other of its kind: 0 for everything else. */
export function simpleCells(unit: number): number {
	return SIMPLE_CELLS[unit] as number;
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
