/**
 * A bounded list that is cheap to append to and never changes once made: entries lie in chunks of 64, so that adding one
 * copies one chunk and the list of chunks, whatever the length. Every entry has a position, which counts from the first
 * entry ever appended and stays the same while older ones are forgotten.
 */

const CHUNK = 64;

export type Log<Entry> = {
	readonly chunks: readonly (readonly Entry[])[];
	/** Position of the first entry of the first chunk; a multiple of 64. */
	readonly start: number;
	/** Position that the next entry will get. */
	readonly end: number;
};

export const emptyLog: Log<never> = {chunks: [], start: 0, end: 0};

/** Appends in order and forgets whole chunks while at least `capacity` entries are left. */
export function append<Entry>(log: Log<Entry>, entries: readonly Entry[], capacity: number): Log<Entry> {
	if (entries.length === 0) return log;
	const chunks = log.chunks.slice();
	let open: Entry[] | undefined;
	for (const entry of entries) {
		const last = chunks[chunks.length - 1];
		if (!open) {
			open = last && last.length < CHUNK ? last.slice() : [];
			if (open.length > 0) chunks[chunks.length - 1] = open;
			else chunks.push(open);
		}
		open.push(entry);
		if (open.length === CHUNK) open = undefined;
	}
	const end = log.end + entries.length;
	const spare = Math.floor((end - log.start - capacity) / CHUNK);
	if (spare <= 0) return {chunks, start: log.start, end};
	return {chunks: chunks.slice(spare), start: log.start + spare * CHUNK, end};
}

/** The entry at `position`; undefined if it was forgotten or is not there yet. */
export function entryAt<Entry>(log: Log<Entry>, position: number): Entry | undefined {
	if (position < log.start || position >= log.end) return undefined;
	const index = position - log.start;
	return log.chunks[Math.floor(index / CHUNK)]?.[index % CHUNK];
}

/** Puts another entry at a position that is still there; else returns the same log. */
export function replaceAt<Entry>(log: Log<Entry>, position: number, entry: Entry): Log<Entry> {
	if (position < log.start || position >= log.end) return log;
	const index = position - log.start;
	const chunks = log.chunks.slice();
	const chunk = (chunks[Math.floor(index / CHUNK)] as readonly Entry[]).slice();
	chunk[index % CHUNK] = entry;
	chunks[Math.floor(index / CHUNK)] = chunk;
	return {...log, chunks};
}

export function logLength(log: Log<unknown>): number {
	return log.end - log.start;
}
