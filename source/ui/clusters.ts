/**
 * Emoji, flags and the like: terminals do not agree on how wide they are. Each is drawn so that what follows stands
 * where it belongs, whatever this terminal thinks (paint/pen.ts): its cells are blanked first, for the terminal may take
 * it for fewer, and the column is set anew behind it, for it may take it for more.
 */
import {cellsOf} from '../store/graphemes.ts';

/** Emoji, and characters that join others to something whose width is a matter of opinion. */
const DISPUTED = /[\u200d\ufe0f\u20e3\p{Mc}\p{Emoji_Modifier}\p{Regional_Indicator}\p{Extended_Pictographic}]/u;
/** No character before it is disputed by itself. */
const FIRST_DISPUTED = 0x231a;
/** Cells that no terminal gives to one cluster, however long. */
const MOST_CELLS = 64;

/** The most cells that a terminal may take for a grapheme on whose width they differ; 0 for every other grapheme. */
export function unsteadyCells(grapheme: string): number {
	if (grapheme.length <= 1 && !(grapheme.charCodeAt(0) >= FIRST_DISPUTED)) return 0;
	if (!DISPUTED.test(grapheme) || (grapheme.length === 1 && cellsOf(grapheme) < 2)) return 0;
	let cells = 0;
	for (const character of grapheme) cells += Math.max(1, cellsOf(character));
	return Math.min(cells, MOST_CELLS);
}
