/** What became of a log: chunks that are the same object are not looked at. */
import type {Key, Log} from '../store/log.ts';

export type News<Entry> = {
	/** In the order of the log. */
	readonly added: readonly Entry[];
	readonly changed: readonly {readonly before: Entry; readonly after: Entry}[];
};

export function newsOf<Entry extends Key>(before: Log<Entry>, after: Log<Entry>): News<Entry> {
	if (before === after) return {added: [], changed: []};
	const kept = new Set(before.chunks);
	const fresh = after.chunks.filter(chunk => !kept.has(chunk));
	const left = new Set(after.chunks);
	const known = new Map<string, Entry>();
	for (const chunk of before.chunks) if (!left.has(chunk)) for (const entry of chunk) known.set(entry.id, entry);
	const added: Entry[] = [];
	const changed: {before: Entry; after: Entry}[] = [];
	for (const entry of fresh.flat()) {
		const old = known.get(entry.id);
		if (!old) added.push(entry);
		else if (old !== entry) changed.push({before: old, after: entry});
	}
	return {added, changed};
}
