/** What is here and what somebody says that he holds: who lacks what. */
import type {ChainRanges, Run, Span} from '../wire/messages.ts';
import {chainKey} from './chain-state.ts';
import type {Comparison} from './kept.ts';
import type {RoomState} from './room-state.ts';
import {areSame, clip, countOf, subtract} from './spans.ts';

type Found = {runs: Run[]; ids: string[]; differing: Pick<ChainRanges, 'author' | 'epoch'>[]};

/** `ours`: what we tell; `theirs`: all that they told. */
export function compare(state: RoomState, ours: readonly ChainRanges[], theirs: readonly ChainRanges[]): Comparison {
	const found: Found = {runs: [], ids: [], differing: []};
	const told = new Map(ours.map(chain => [chainKey(chain), chain]));
	let [weLack, theyLack] = [0, 0];
	for (const their of theirs) {
		const our = told.get(chainKey(their));
		told.delete(chainKey(their));
		weLack += compareChain(state, our, their, found);
		// What they lack below their first is gone on purpose, or they are still on their way down.
		const first = their.spans[0]?.[0] ?? 1;
		if (our !== undefined) theyLack += countOf(subtract(clip(our.spans, first), their.spans));
	}
	for (const {spans} of told.values()) theyLack += countOf(spans);
	const ids = found.ids.filter(id => !state.has(id));
	return {...found, ids, weLack: Math.min(weLack, Number.MAX_SAFE_INTEGER) + ids.length, theyLack};
}

/** Returns how many numbers of it we lack. */
function compareChain(state: RoomState, our: ChainRanges | undefined, their: ChainRanges, found: Found): number {
	const {author, epoch} = their;
	const chain = state.chain(their);
	// Not what we tell: that may leave out own events, and the lower ones of many spans.
	const held = chain?.spans.toArray() ?? [];
	const lacking = subtract(clip(their.spans, chain?.keptFrom ?? 1), held).filter(
		([from, to]) => chain === undefined || chain.hasPlaceFor(from) || chain.hasPlaceFor(to),
	);
	for (const [from, to] of lacking) {
		found.runs.push({author, epoch, from, to, isLinked: chain?.spans.has(to + 1) ?? false});
	}
	found.ids.push(...their.forks.filter(id => !state.isPruned(id)));
	if (our !== undefined && our.digest !== their.digest && areSame(our.spans, their.spans)) {
		found.differing.push({author, epoch});
	}
	return countOf(lacking as readonly Span[]);
}
