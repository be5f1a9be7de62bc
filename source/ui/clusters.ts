/**
 * Emoji, flags, conjuncts and the like: terminals do not agree on how wide they are. Each is drawn so that what follows
 * stands where it belongs, whatever this terminal thinks (paint/pen.ts): its cells are blanked first, for the terminal may
 * take it for fewer, and the column is set anew behind it, for it may take it for more.
 */
import {BoundedMap} from '../base/bounded.ts';
import {cellsOf, simpleCells} from '../store/width.ts';

/**
 * Emoji, characters that join others to something whose width is a matter of opinion, and those that are not seen, or are
 * drawn around what follows: isolates (bidi.ts), Arabic number signs.
 */
const DISPUTED =
	/[\ufe0f\u20e3\u0e33\u0eb3\uff9e\uff9f\p{Cf}\p{Mc}\p{Emoji_Modifier}\p{Regional_Indicator}\p{Extended_Pictographic}]/u;
/** Cells that no terminal gives to one cluster, however long. */
const MOST_CELLS = 64;

const known = new BoundedMap<string, number>(4_096);

/** The most cells that a terminal may take for a cluster on whose width they differ; 0 for every other cluster. */
export function unsteadyCells(cluster: string): number {
	if (cluster === '' || (cluster.length === 1 && simpleCells(cluster.charCodeAt(0)) > 0)) return 0;
	const before = known.get(cluster);
	if (before !== undefined) return before;
	const cells = findUnsteady(cluster);
	known.set(cluster, cells);
	return cells;
}

function findUnsteady(cluster: string): number {
	const characters = [...cluster];
	const letters = characters.filter(character => cellsOf(character) > 0).length;
	if (letters <= 1 && !DISPUTED.test(cluster)) return 0;
	// A sign that is no emoji by itself.
	if (cluster.length === 1 && cellsOf(cluster) < 2 && /\p{Extended_Pictographic}/u.test(cluster)) return 0;
	const cells = characters.reduce((sum, character) => sum + Math.max(1, cellsOf(character)), 0);
	return Math.min(cells, MOST_CELLS);
}
