/**
 * What a peer that has nothing else to give can take over from others: what waits with one that is to be spared, or is slow,
 * or gives nothing at all; and in the endgame, when everything left is asked for, a second copy of what comes too slowly.
 * (Endgame: BEP 3. That slow ones lose what they have not begun: as WebTorrent's hot swap.)
 */
import type {Instant} from '../../behaviour.ts';
import {
	COPY_BY,
	COPY_FACTOR,
	MAX_COPIES,
	SOONER_BY,
	SOONER_FACTOR,
	SPARED_AFTER,
	SPARED_BY,
	SPARED_FACTOR,
} from './parameters.ts';
import type {Request, Source} from './sources.ts';

export type TakeOver = {
	readonly from: Source;
	readonly request: Request;
	/** Both are to give it, and whoever is second is called off; otherwise `from` is called off now. */
	readonly isCopy: boolean;
	/** `from` gives nothing: there is nothing to lose. */
	readonly isStalled: boolean;
};

/** The better, the higher. */
const RANKS = {stalled: 4, spared: 3, sooner: 2, copy: 1} as const;
type Reason = keyof typeof RANKS;

/** What may be known of a request to be taken over. */
type Circumstances = {
	readonly from: Source;
	readonly to: Source;
	readonly request: Request;
	/** Milliseconds until it is here; undefined if there is no telling. */
	readonly wait: number | undefined;
	readonly copies: number;
	readonly isEndgame: boolean;
};

/** @param copiesOf who was asked for a piece */
export function takeOver(
	to: Source,
	all: Iterable<Source>,
	copiesOf: (piece: number) => readonly Source[],
	isEndgame: boolean,
	now: Instant,
): TakeOver | undefined {
	let best: Ranked | undefined;
	for (const from of all) {
		if (from === to || from.requests.size === 0) continue;
		const found = bestOf(from, to, copiesOf, isEndgame, now);
		if (found && found.rank > (best?.rank ?? 0)) best = found;
	}
	return best?.found;
}

type Ranked = {readonly found: TakeOver; readonly rank: number};

function bestOf(
	from: Source,
	to: Source,
	copiesOf: (piece: number) => readonly Source[],
	isEndgame: boolean,
	now: Instant,
): Ranked | undefined {
	const rate = from.line.rate(now);
	let best: Ranked | undefined;
	let ahead = 0;
	for (const request of from.requests.values()) {
		ahead += request.bytes - request.came;
		const {what, index} = request.block;
		if (what !== 'piece' || !to.pieces.has(index)) continue;
		const copies = copiesOf(index);
		if (copies.includes(to)) continue;
		// One of which something has come is under way, whatever was asked before it.
		const wait = rate === 0 ? undefined : ((request.came > 0 ? request.bytes - request.came : ahead) / rate) * 1_000;
		const reason = reasonFor({from, to, request, wait, copies: copies.length, isEndgame}, now);
		if (reason === undefined || RANKS[reason] <= (best?.rank ?? 0)) continue;
		best = {found: {from, request, isCopy: reason === 'copy', isStalled: reason === 'stalled'}, rank: RANKS[reason]};
	}
	return best;
}

function reasonFor(circumstances: Circumstances, now: Instant): Reason | undefined {
	const {from, to, request, wait, copies, isEndgame} = circumstances;
	if (from.line.isStalled(now)) return 'stalled';
	if (copies >= MAX_COPIES) return undefined;
	const own = ownTime(circumstances, now);
	if (isSpared(from, to, request, wait, own)) return 'spared';
	if (wait === undefined || own === undefined) return undefined;
	if (request.came === 0 && wait > own * SOONER_FACTOR + SOONER_BY) return 'sooner';
	return isEndgame && wait > own * COPY_FACTOR + COPY_BY ? 'copy' : undefined;
}

/** A fuller one is to be spared for what nobody else has, if it has hardly begun and that costs not too much time. */
export function isSpared(
	from: Source,
	to: Source,
	request: Request,
	wait: number | undefined,
	own: number | undefined,
): boolean {
	if (request.came > 0 || from.pieces.count <= to.pieces.count) return false;
	if (wait === undefined || wait <= SPARED_AFTER) return false;
	return own === undefined || own <= wait * SPARED_FACTOR + SPARED_BY;
}

/** Milliseconds that `to` would take. One that has given nothing of late is believed to be as fast as the other. */
function ownTime({from, to, request}: Circumstances, now: Instant): number | undefined {
	const own = to.line.timeFor(request.bytes, now);
	if (own !== undefined || to.line.requests > 0) return own;
	const rate = from.line.rate(now);
	return rate === 0 ? undefined : (request.bytes / rate) * 1_000 + to.line.roundTrip;
}
