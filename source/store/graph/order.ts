/**
 * In which order members stand below each other: those who are connected to each other close together, so that links are
 * short and a cluster is a block. Whoever stands already stays in place: others come between, near their neighbours.
 */

/** Who is connected to whom, both ways round. */
export type Neighbours = ReadonlyMap<string, ReadonlySet<string>>;

const NOBODY: ReadonlySet<string> = new Set();

/**
 * The members of one group in order. `before`: everyone as they stood, of all groups. `self` comes first, if it is one of
 * them. Those who stood before keep their order, unless most are new: then everyone is ordered afresh.
 */
export function orderOf(
	before: readonly string[],
	members: ReadonlySet<string>,
	neighbours: Neighbours,
	self: string | undefined,
): readonly string[] {
	const kept = before.filter(peer => members.has(peer));
	if (kept.length * 2 < members.size) return freshOrder(members, neighbours, self);
	const known = new Set(kept);
	const coming = [...members].filter(peer => !known.has(peer)).sort();
	for (const peer of coming) kept.splice(placeFor(kept, neighbours.get(peer) ?? NOBODY, self), 0, peer);
	return kept;
}

/** Behind the middle one of those it is connected to; at the end if it is connected to none of them. */
function placeFor(order: readonly string[], neighbours: ReadonlySet<string>, self: string | undefined): number {
	const places = order.flatMap((peer, index) => (neighbours.has(peer) ? [index] : []));
	const middle = places[Math.floor((places.length - 1) / 2)];
	const place = middle === undefined ? order.length : middle + 1;
	return order[0] === self ? Math.max(1, place) : place;
}

type Standing = {readonly peer: string; readonly degree: number; placed: number};

/** Again and again the one that leaves the fewest links open: of its links, the most lead to those who stand already. */
function freshOrder(members: ReadonlySet<string>, neighbours: Neighbours, self: string | undefined): readonly string[] {
	const waiting = new Map<string, Standing>();
	for (const peer of [...members].sort()) {
		const degree = [...(neighbours.get(peer) ?? NOBODY)].filter(other => members.has(other)).length;
		waiting.set(peer, {peer, degree, placed: 0});
	}
	const order: string[] = [];
	while (waiting.size > 0) {
		const next = (order.length === 0 && self !== undefined && waiting.get(self)) || bestOf(waiting.values());
		waiting.delete(next.peer);
		order.push(next.peer);
		for (const other of neighbours.get(next.peer) ?? NOBODY) {
			const standing = waiting.get(other);
			if (standing) standing.placed += 1;
		}
	}
	return improved(order, neighbours, self);
}

/** Passes over the whole order: after a few there is little left to gain. */
const PASSES = 12;

/** Two who stand next to each other change places where that makes all links together shorter. */
function improved(order: string[], neighbours: Neighbours, self: string | undefined): readonly string[] {
	const places = new Map(order.map((peer, index) => [peer, index]));
	/** Links that lead upwards from there, less those that lead downwards. */
	const pull = (index: number, besides: string): number => {
		let sum = 0;
		for (const other of neighbours.get(order[index] as string) ?? NOBODY) {
			const place = places.get(other);
			if (place !== undefined && other !== besides) sum += place < index ? 1 : -1;
		}
		return sum;
	};
	for (let pass = 0; pass < PASSES; pass++) {
		let isChanged = false;
		for (let index = order[0] === self ? 1 : 0; index + 1 < order.length; index++) {
			const [upper, lower] = [order[index] as string, order[index + 1] as string];
			if (pull(index + 1, upper) <= pull(index, lower)) continue;
			[order[index], order[index + 1]] = [lower, upper];
			places.set(lower, index).set(upper, index + 1);
			isChanged = true;
		}
		if (!isChanged) break;
	}
	return order;
}

function bestOf(waiting: Iterable<Standing>): Standing {
	let best: Standing | undefined;
	for (const each of waiting) if (!best || isBetter(each, best)) best = each;
	return best as Standing;
}

function isBetter(one: Standing, other: Standing): boolean {
	const open = one.degree - 2 * one.placed - (other.degree - 2 * other.placed);
	// Without any link to those who stand, the least connected of a cluster is its edge: a good place to begin.
	return one.placed > 0 === other.placed > 0 ? open < 0 : one.placed > 0;
}
