/** A row of text with its escape sequences, as the cells that it fills. */
import {BoundedMap} from '../../base/bounded.ts';
import {cellsOf, clustersOf} from '../../store/width.ts';
import {PLAIN, type Style, withLink, withSgr} from './style.ts';

/** One cluster for each cell: the second cell of a wide one is the empty text. As long as each other. */
export type Cells = {readonly texts: string[]; readonly styles: Style[]};

/** A sequence that sets a style or a link; or any other, which is left out. */
const SEQUENCE = /\x1b\[([\d;:]*)m|\x1b\]8;([^\x07\x1b]*)(?:\x07|\x1b\\)|\x1b(?:\[[\x20-\x3f]*[\x40-\x7e]|[^[])?/g;
const INVISIBLE = /^[\p{Default_Ignorable_Code_Point}\p{Control}]+$/u;

const ISOLATE = /^[\u2066-\u2069]$/;

/** Rows remembered: a row that moves up by one is not taken apart again. */
const MAX_REMEMBERED = 512;
const MAX_UNITS = 4_096;
const remembered = new BoundedMap<string, Cells>(MAX_REMEMBERED);

/** Must not be changed by whoever gets it. */
export function cellsOfRow(row: string): Cells {
	const known = remembered.get(row);
	if (known) return known;
	const cells: Cells = {texts: [], styles: []};
	let style = PLAIN;
	let end = 0;
	for (const match of row.matchAll(SEQUENCE)) {
		addText(cells, row.slice(end, match.index), style);
		if (match[1] !== undefined) style = withSgr(style, match[1]);
		// Without an URI the link ends.
		else if (match[2] !== undefined) style = withLink(style, match[2].endsWith(';') ? '' : match[2]);
		end = match.index + match[0].length;
	}
	addText(cells, row.slice(end), style);
	if (row.length <= MAX_UNITS) remembered.set(row, cells);
	return cells;
}

function addText({texts, styles}: Cells, text: string, style: Style): void {
	for (const cluster of clustersOf(text)) {
		const width = cellsOf(cluster);
		if (width === 0) {
			addMark(texts, cluster);
			continue;
		}
		texts.push(cluster);
		styles.push(style);
		for (let more = 1; more < width; more++) {
			texts.push('');
			styles.push(style);
		}
	}
}

/** A mark whose letter is in another style goes with it all the same; what cannot be seen is left out. */
function addMark(texts: string[], mark: string): void {
	// Isolates (bidi.ts) stay: a terminal puts them, too, to the cell before.
	if (INVISIBLE.test(mark) && !ISOLATE.test(mark)) return;
	const index = texts.at(-1) === '' ? texts.length - 2 : texts.length - 1;
	if (index >= 0) texts[index] += mark;
}
