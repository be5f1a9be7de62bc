/**
 * A bounded list that is cheap to append to and never changes once made: entries lie in chunks of 64, so that adding one
 * copies one chunk and the list of chunks, whatever the length. Every entry has a position, which counts from the first
 * entry ever appended and stays the same while older ones are forgotten.
 */

const CHUNK = 64;

export type Log<Entry> = {
	readonly chunks: readonly (readonly Entry[])[];
	/** What the entries of each chunk weighed when they were appended. */
	readonly weights: readonly number[];
	/** Position of the first entry of the first chunk; a multiple of 64. */
	readonly start: number;
	/** Position that the next entry will get. */
	readonly end: number;
};

export const emptyLog: Log<never> = {chunks: [], weights: [], start: 0, end: 0};

/** What a log may hold: so many entries, which together weigh so much. */
export type Capacity<Entry> = {
	readonly entries: number;
	readonly weight: number;
	readonly weigh: (entry: Entry) => number;
};

/**
 * Appends in order. Forgets whole chunks while at least `capacity.entries` entries are left, and while the rest weighs too
 * much; the last chunk stays, whatever it weighs.
 */
export function append<Entry>(log: Log<Entry>, entries: readonly Entry[], capacity: Capacity<Entry>): Log<Entry> {
	if (entries.length === 0) return log;
	const chunks = log.chunks.slice();
	const weights = log.weights.slice();
	let open: Entry[] | undefined;
	for (const entry of entries) {
		const last = chunks[chunks.length - 1];
		if (!open) {
			open = last && last.length < CHUNK ? last.slice() : [];
			if (open.length > 0) chunks[chunks.length - 1] = open;
			else weights[chunks.push(open) - 1] = 0;
		}
		open.push(entry);
		weights[chunks.length - 1] = (weights[chunks.length - 1] as number) + capacity.weigh(entry);
		if (open.length === CHUNK) open = undefined;
	}
	const end = log.end + entries.length;
	const spare = spareChunks(weights, end - log.start, capacity);
	return {chunks: chunks.slice(spare), weights: weights.slice(spare), start: log.start + spare * CHUNK, end};
}

/** How many of the oldest chunks have to go. */
function spareChunks(weights: readonly number[], length: number, capacity: Capacity<never>): number {
	const spare = Math.max(0, Math.floor((length - capacity.entries) / CHUNK));
	let total = 0;
	for (let index = weights.length - 1; index >= spare; index--) {
		total += weights[index] as number;
		if (total > capacity.weight) return Math.min(index + 1, weights.length - 1);
	}
	return spare;
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
