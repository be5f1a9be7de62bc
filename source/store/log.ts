/**
 * A bounded list in order of `order`, then `id`, that never changes once made. Entries lie in chunks of at most 64, so that
 * adding one, wherever it belongs, copies one chunk and the list of chunks, whatever the length. Entries are referred to
 * by their keys: an index changes whenever something is put in before it.
 */

const CHUNK = 64;

/** Where an entry stands. No two entries of a log have the same. */
export type Key = {readonly order: number; readonly id: string};

export type Log<Entry extends Key> = {
	/** None is empty. */
	readonly chunks: readonly (readonly Entry[])[];
	/** What the entries of each chunk weigh. */
	readonly weights: readonly number[];
	/** Index of the first entry of each chunk. */
	readonly starts: readonly number[];
	readonly length: number;
};

export const emptyLog: Log<never> = {chunks: [], weights: [], starts: [], length: 0};

/** What a log may hold: so many entries, which together weigh so much. */
export type Capacity = {readonly entries: number; readonly weight: number};
export type Weigh<Entry> = (entry: Entry) => number;

export function compareKeys(a: Key, b: Key): number {
	return a.order - b.order || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
}

/** Undefined if there are not so many. */
export function entryAt<Entry extends Key>(log: Log<Entry>, index: number): Entry | undefined {
	if (index < 0 || index >= log.length) return undefined;
	const chunk = chunkOf(log, index);
	return log.chunks[chunk]?.[index - (log.starts[chunk] as number)];
}

export function lastEntry<Entry extends Key>(log: Log<Entry>): Entry | undefined {
	return log.chunks.at(-1)?.at(-1);
}

/** The index of the first entry that does not stand before `key`: the length if there is none. */
export function indexOf<Entry extends Key>(log: Log<Entry>, key: Key): number {
	const chunk = firstIndex(log.chunks.length, index => compareKeys(log.chunks[index]?.at(-1) as Entry, key) >= 0);
	const entries = log.chunks[chunk];
	if (!entries) return log.length;
	return (log.starts[chunk] as number) + firstIndex(entries.length, at => compareKeys(entries[at] as Entry, key) >= 0);
}

/** The index of the entry with that very key, if it is there. */
export function findIndex<Entry extends Key>(log: Log<Entry>, key: Key): number | undefined {
	const index = indexOf(log, key);
	const entry = entryAt(log, index);
	return entry && compareKeys(entry, key) === 0 ? index : undefined;
}

/** Puts an entry where it belongs; in place of the one with the same key, if there is one. */
export function insert<Entry extends Key>(log: Log<Entry>, entry: Entry, weigh: Weigh<Entry>): Log<Entry> {
	const last = lastEntry(log);
	if (!last || compareKeys(last, entry) < 0) return append(log, entry, weigh);
	const index = indexOf(log, entry);
	const at = chunkOf(log, index);
	const chunk = (log.chunks[at] as readonly Entry[]).slice();
	const offset = index - (log.starts[at] as number);
	const isThere = compareKeys(chunk[offset] as Entry, entry) === 0;
	chunk.splice(offset, isThere ? 1 : 0, entry);
	const half = CHUNK / 2;
	return withChunks(log, at, chunk.length > CHUNK ? [chunk.slice(0, half), chunk.slice(half)] : [chunk], weigh);
}

export function removeAt<Entry extends Key>(log: Log<Entry>, index: number, weigh: Weigh<Entry>): Log<Entry> {
	if (index < 0 || index >= log.length) return log;
	const at = chunkOf(log, index);
	const chunk = (log.chunks[at] as readonly Entry[]).toSpliced(index - (log.starts[at] as number), 1);
	return withChunks(log, at, chunk.length === 0 ? [] : [chunk], weigh);
}

export type Trimmed<Entry extends Key> = {readonly log: Log<Entry>; readonly gone: readonly Entry[]};

/**
 * Forgets whole chunks at one end while at least `capacity.entries` entries are left, and while the rest weighs too much;
 * the last chunk stays, whatever it weighs.
 */
export function trim<Entry extends Key>(log: Log<Entry>, capacity: Capacity, end: 'oldest' | 'newest'): Trimmed<Entry> {
	const {chunks, weights} = log;
	let [first, last, length] = [0, chunks.length, log.length];
	let weight = weights.reduce((sum, each) => sum + each, 0);
	while (last - first > 1) {
		const at = end === 'oldest' ? first : last - 1;
		const entries = (chunks[at] as readonly Entry[]).length;
		if (length - entries < capacity.entries && weight <= capacity.weight) break;
		length -= entries;
		weight -= weights[at] as number;
		if (end === 'oldest') first += 1;
		else last -= 1;
	}
	if (first === 0 && last === chunks.length) return {log, gone: []};
	const gone = [...chunks.slice(0, first), ...chunks.slice(last)].flat();
	return {log: assembled(chunks.slice(first, last), weights.slice(first, last)), gone};
}

/** Without the entries that stand before `key`. */
export function dropBefore<Entry extends Key>(log: Log<Entry>, key: Key, weigh: Weigh<Entry>): Trimmed<Entry> {
	const index = indexOf(log, key);
	if (index === 0) return {log, gone: []};
	const gone = log.chunks.flat().slice(0, index);
	if (index >= log.length) return {log: emptyLog, gone};
	const at = chunkOf(log, index);
	const chunk = (log.chunks[at] as readonly Entry[]).slice(index - (log.starts[at] as number));
	const chunks = [chunk, ...log.chunks.slice(at + 1)];
	return {log: assembled(chunks, [weightOf(chunk, weigh), ...log.weights.slice(at + 1)]), gone};
}

function append<Entry extends Key>(log: Log<Entry>, entry: Entry, weigh: Weigh<Entry>): Log<Entry> {
	const {length} = log;
	const chunks = log.chunks.slice();
	const weights = log.weights.slice();
	const last = chunks.at(-1);
	if (!last || last.length >= CHUNK) {
		chunks.push([entry]);
		weights.push(weigh(entry));
		return {chunks, weights, starts: [...log.starts, length], length: length + 1};
	}
	chunks[chunks.length - 1] = [...last, entry];
	weights[weights.length - 1] = (weights.at(-1) as number) + weigh(entry);
	return {chunks, weights, starts: log.starts, length: length + 1};
}

/** With others in place of the chunk at `at`. */
function withChunks<Entry extends Key>(
	log: Log<Entry>,
	at: number,
	others: readonly (readonly Entry[])[],
	weigh: Weigh<Entry>,
): Log<Entry> {
	const weights = others.map(chunk => weightOf(chunk, weigh));
	return assembled(log.chunks.toSpliced(at, 1, ...others), log.weights.toSpliced(at, 1, ...weights));
}

function assembled<Entry extends Key>(chunks: readonly (readonly Entry[])[], weights: readonly number[]): Log<Entry> {
	let length = 0;
	const starts = chunks.map(chunk => {
		length += chunk.length;
		return length - chunk.length;
	});
	return {chunks, weights, starts, length};
}

function weightOf<Entry>(entries: readonly Entry[], weigh: Weigh<Entry>): number {
	return entries.reduce((sum, entry) => sum + weigh(entry), 0);
}

/** The chunk in which an index lies. */
function chunkOf({starts}: Log<Key>, index: number): number {
	return firstIndex(starts.length, at => (starts[at] as number) > index) - 1;
}

/** The first index of which `isBeyond` holds, as it does of all after it; `count` if there is none. */
function firstIndex(count: number, isBeyond: (index: number) => boolean): number {
	let [low, high] = [0, count];
	while (low < high) {
		const middle = (low + high) >> 1;
		if (isBeyond(middle)) high = middle;
		else low = middle + 1;
	}
	return low;
}
