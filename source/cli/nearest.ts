/** Damerau's edit distance without repeated edits of one place: what a slip of the fingers costs. */
function distance(a: string, b: string): number {
	const rows: number[][] = [Array.from({length: b.length + 1}, (_, column) => column)];
	for (let row = 1; row <= a.length; row++) {
		const line = [row];
		for (let column = 1; column <= b.length; column++) {
			const cost = a[row - 1] === b[column - 1] ? 0 : 1;
			let best = Math.min(rows[row - 1]![column]! + 1, line[column - 1]! + 1, rows[row - 1]![column - 1]! + cost);
			const swapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
			if (swapped) best = Math.min(best, rows[row - 2]![column - 2]! + 1);
			line.push(best);
		}
		rows.push(line);
	}
	return rows[a.length]![b.length]!;
}

/** The candidate that was probably meant by `word`, if one is near: a third of its letters may be wrong. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
	const typed = word.slice(0, 64).toLowerCase();
	if (typed === '') return undefined;
	const longer = candidates.filter(candidate => typed.length >= 3 && candidate.startsWith(typed));
	if (longer.length === 1) return longer[0];
	let best: string | undefined;
	let bestDistance = Math.max(1, Math.floor(typed.length / 3)) + 1;
	for (const candidate of candidates) {
		const found = distance(typed, candidate);
		if (found < bestDistance) [best, bestDistance] = [candidate, found];
	}
	return best;
}
