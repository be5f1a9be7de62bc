/**
 * Whether what was typed can be found in a text as letters in order, where, and how good that is: beginnings of words and
 * letters that follow each other count most. The best of all ways is found (Smith and Waterman, 1981, with affine gaps),
 * so `rn` is found in `learn release-notes` at `r`elease-`n`otes.
 */

export type Match = {
	readonly score: number;
	/** UTF-16 indices of the letters that were found, in order. */
	readonly at: readonly number[];
};

const LETTER = 16;
const FIRST = 12;
const WORD = 9;
const RUN = 7;
const GAP = -3;
const LONGER_GAP = -1;
const WHOLE = 24;
/** UTF-16 units looked at: more is not a name. */
const MAX_TEXT = 120;
const MAX_QUERY = 40;
const NEVER = -1_000_000;

// One name after the other is looked at, so these are made once.
const worth = new Int8Array(MAX_TEXT);
const firstRow = new Int32Array(MAX_TEXT);
const secondRow = new Int32Array(MAX_TEXT);
const cameFrom = new Int16Array(MAX_QUERY * MAX_TEXT);

/** As it is compared: without case and diacritics; the same length as `text`, unit by unit. */
export function folded(text: string): string {
	if (/^[\x00-\x7f]*$/.test(text)) return text.toLowerCase();
	let result = '';
	for (const unit of text.split('')) {
		const plain = unit.normalize('NFD').charAt(0).toLowerCase();
		result += plain.length === 1 ? plain : unit;
	}
	return result;
}

/** `query` is folded. `strict`: a letter begins a word or follows the one before; for text of many words. */
export function fuzzyMatch(query: string, text: string, strict = false): Match | undefined {
	const wanted = query.slice(0, MAX_QUERY);
	const source = text.slice(0, MAX_TEXT);
	const target = folded(source);
	if (wanted === '') return {score: 0, at: []};
	if (!holds(target, wanted)) return undefined;
	weighPlaces(source);
	const found = bestWay(wanted, target, strict);
	if (!found) return undefined;
	const isWhole = wanted === target || wanted === target.replace(/^[#@/]/, '');
	return isWhole ? {...found, score: found.score + WHOLE} : found;
}

/** The letters are there in order: what most texts fail at is found out first. */
function holds(text: string, letters: string): boolean {
	let from = 0;
	for (let index = 0; index < letters.length; index++) {
		const found = text.indexOf(letters.charAt(index), from);
		if (found < 0) return false;
		from = found + 1;
	}
	return true;
}

/** What each letter of `text` is worth by its place: 0 inside a word. */
function weighPlaces(text: string): void {
	let before: Kind = 'other';
	let isFirst = true;
	for (let index = 0; index < text.length; index++) {
		const kind = kindOf(text, index);
		const begins = kind !== 'other' && (before === 'other' || (before === 'lower' && kind === 'upper'));
		worth[index] = begins ? (isFirst ? FIRST : WORD) : 0;
		if (begins) isFirst = false;
		before = kind;
	}
}

type Kind = 'lower' | 'upper' | 'letter' | 'other';

function kindOf(text: string, index: number): Kind {
	const code = text.charCodeAt(index);
	if (code >= 97 && code <= 122) return 'lower';
	if (code >= 65 && code <= 90) return 'upper';
	if (code < 128) return code >= 48 && code <= 57 ? 'letter' : 'other';
	const letter = text.charAt(index);
	if (!/[\p{L}\p{N}\p{M}]/u.test(letter)) return 'other';
	return /\p{Lu}/u.test(letter) ? 'upper' : /\p{Ll}/u.test(letter) ? 'lower' : 'letter';
}

/** Rows are letters of the query, columns those of the text: the best score of a way that ends exactly there. */
function bestWay(query: string, text: string, strict: boolean): Match | undefined {
	let [before, scores] = [firstRow, secondRow];
	// Before the first letter there is nothing, which costs nothing.
	before.fill(NEVER);
	for (let row = 0; row < query.length; row++) {
		nextRow(before, scores, {row, letter: query.charCodeAt(row), text, strict});
		[before, scores] = [scores, before];
	}
	return traced(query.length, before.subarray(0, text.length));
}

type Step = {readonly row: number; readonly letter: number; readonly text: string; readonly strict: boolean};

function nextRow(before: Int32Array, scores: Int32Array, {row, letter, text, strict}: Step): void {
	const loss = row === 0 ? 0 : LONGER_GAP;
	// The best way that ends before the letter just before this one, with what the gap since then costs.
	let [afar, afarAt] = [row === 0 ? 0 : NEVER, -1];
	for (let column = 0; column < text.length; column++) {
		afar += loss;
		const older = column > 1 ? (before[column - 2] as number) + GAP : NEVER;
		if (older > afar) [afar, afarAt] = [older, column - 2];
		scores[column] = NEVER;
		if (letter !== text.charCodeAt(column)) continue;
		const bonus = worth[column] as number;
		const apart = strict && bonus === 0 ? NEVER : afar + bonus;
		const joined = column > 0 ? (before[column - 1] as number) + Math.max(bonus, RUN) : NEVER;
		scores[column] = LETTER + Math.max(apart, joined);
		cameFrom[row * MAX_TEXT + column] = joined >= apart ? column - 1 : afarAt;
	}
}

function traced(rows: number, last: Int32Array): Match | undefined {
	let [end, score] = [-1, 0];
	for (let column = 0; column < last.length; column++) {
		if ((last[column] as number) > score) [end, score] = [column, last[column] as number];
	}
	if (end < 0) return undefined;
	const at = new Array<number>(rows);
	for (let [row, column] = [rows - 1, end]; row >= 0; row--) {
		at[row] = column;
		column = cameFrom[row * MAX_TEXT + column] as number;
	}
	return {score, at};
}
