/** Lines sent from any room, and searching back through them (Ctrl-R). */

/** Lines remembered over all rooms, and the UTF-16 units that they may hold. */
export const MAX_SENT = 500;
const MAX_SENT_TEXT = 256 * 1024;
/** UTF-16 units that are searched for: what is pasted there may be anything. */
export const MAX_QUERY = 100;

export type Recall = {
	readonly query: string;
	/** Which of the lines found is shown: 0 is the newest. */
	readonly index: number;
};

/** A line, and where in it the query stands. */
export type Recalled = {readonly line: string; readonly start: number; readonly end: number};

/** A line that was sent again is the newest one. */
export function withSent(sent: readonly string[], line: string): readonly string[] {
	if (line.trim() === '' || sent.at(-1) === line) return sent;
	const kept = [...sent.filter(other => other !== line), line].slice(-MAX_SENT);
	let units = kept.reduce((sum, other) => sum + other.length, 0);
	while (units > MAX_SENT_TEXT && kept.length > 1) units -= (kept.shift() as string).length;
	return kept;
}

/** The lines with `query` in them, in any case of letters, the newest first. */
export function recalled(sent: readonly string[], query: string): readonly Recalled[] {
	const found: Recalled[] = [];
	const pattern = new RegExp(query.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'), 'iu');
	for (const line of sent.toReversed()) {
		const match = pattern.exec(line);
		if (match) found.push({line, start: match.index, end: match.index + match[0].length});
	}
	return found;
}
