/**
 * Emoji made of several characters, flags and the like: terminals do not agree on how wide they are. Each is drawn so
 * that what follows stands where it belongs, whatever this terminal thinks.
 */
import {cellsOf, graphemesOf} from '../store/graphemes.ts';

/** Characters that join others to something whose width is a matter of opinion. */
const JOINING = '\\u200d\\ufe0f\\u20e3\\p{Mc}\\p{Emoji_Modifier}\\p{Regional_Indicator}';
const joining = new RegExp(`[${JOINING}]`, 'u');

/** DECSC and DECRC: remember the cursor, go back to it. */
const SAVE = '\x1b7';
const RESTORE = '\x1b8';

/**
 * What to write to a terminal in place of `output`. Where such a cluster stands, its cells are blanked first (the
 * terminal may take it for fewer), and afterwards the cursor is put behind them (or for more).
 */
export function steadyClusters(output: string): string {
	if (!joining.test(output)) return output;
	let steady = '';
	for (const grapheme of graphemesOf(output)) {
		steady += grapheme.length > 1 && joining.test(grapheme) ? inItsCells(grapheme) : grapheme;
	}
	return steady;
}

function inItsCells(cluster: string): string {
	const cells = cellsOf(cluster);
	if (cells === 0) return cluster;
	return `${SAVE}${' '.repeat(cells)}${RESTORE}${cluster}${RESTORE}\x1b[${cells}C`;
}
