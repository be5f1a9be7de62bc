/**
 * A lane for each link: a column in which it runs from the row of one to the row of the other. Links share a lane if they
 * have no row in common, so that whatever touches is connected. Short links are nearest to the names, long ones run outside.
 */

/** `key` is the link's, for ever; rows are counted from 0, `top` above `bottom`. */
export type Link = {readonly key: string; readonly top: number; readonly bottom: number};
/** Lanes by the keys of links, from 0. */
export type Lanes = {readonly of: ReadonlyMap<string, number>; readonly count: number};

/** More than the widest terminal has room for. */
export const MAX_LANES = 120;
export const NO_LANES: Lanes = {of: new Map(), count: 0};

/** Lanes that are needed at least: the most links that have one row in common. */
export function leastLanes(links: readonly Link[]): number {
	const change: number[] = [];
	for (const {top, bottom} of links) {
		change[top] = (change[top] ?? 0) + 1;
		change[bottom + 1] = (change[bottom + 1] ?? 0) - 1;
	}
	let open = 0;
	let most = 0;
	for (const by of change) {
		open += by ?? 0;
		most = Math.max(most, open);
	}
	return most;
}

/** Lanes that were kept may be so many times as many as fresh ones would be. */
const SLACK = 1.25;

/** Links keep the lanes that they had, unless that takes much more room. Undefined: more lanes than fit anywhere. */
export function lanesFor(links: readonly Link[], before: Lanes = NO_LANES): Lanes | undefined {
	if (leastLanes(links) > MAX_LANES) return undefined;
	const fresh = assign(links, NO_LANES);
	if (before.count === 0) return fresh;
	const kept = assign(links, before);
	return (kept?.count ?? Number.POSITIVE_INFINITY) <= (fresh?.count ?? 0) * SLACK + 1 ? kept : fresh;
}

function assign(links: readonly Link[], before: Lanes): Lanes | undefined {
	const lanes: boolean[][] = [];
	const of = new Map<string, number>();
	const isFree = (lane: readonly boolean[], {top, bottom}: Link): boolean => {
		for (let row = top; row <= bottom; row++) if (lane[row]) return false;
		return true;
	};
	const take = (link: Link, index: number): void => {
		while (lanes.length <= index) lanes.push([]);
		for (let row = link.top; row <= link.bottom; row++) (lanes[index] as boolean[])[row] = true;
		of.set(link.key, index);
	};
	const waiting: Link[] = [];
	for (const link of links.toSorted(byLength)) {
		const lane = before.of.get(link.key);
		if (lane !== undefined && isFree(lanes[lane] ?? [], link)) take(link, lane);
		else waiting.push(link);
	}
	for (const link of waiting) {
		const free = lanes.findIndex(lane => isFree(lane, link));
		take(link, free < 0 ? lanes.length : free);
		if (lanes.length > MAX_LANES) return undefined;
	}
	return {of, count: lanes.length};
}

function byLength(one: Link, other: Link): number {
	return one.bottom - one.top - (other.bottom - other.top) || one.top - other.top || (one.key < other.key ? -1 : 1);
}
