/** What is here and what somebody says that he holds: who lacks what. */
import type {ChainRanges, Run, Span} from '../wire/messages.ts';
import type {ChainState} from './chain-state.ts';
import type {Comparison} from './kept.ts';
import type {RoomState} from './room-state.ts';
import {areSame, clip, countOf, subtract} from './spans.ts';

type Found = {runs: Run[]; ids: string[]; differing: Pick<ChainRanges, 'author' | 'epoch'>[]};

/** `oursOf`: what we tell of a chain; `theirs`: all that they told. Chains that they did not tell of are only counted. */
export function compare(
	state: RoomState,
	oursOf: (chain: ChainState) => ChainRanges | undefined,
	theirs: readonly ChainRanges[],
): Comparison {
	const found: Found = {runs: [], ids: [], differing: []};
	const told = new Set<ChainState>();
	let [weLack, theyLack] = [0, 0];
	for (const their of theirs) {
		const chain = state.chain(their);
		const our = chain && oursOf(chain);
		if (chain) told.add(chain);
		weLack += compareChain(state, our, their, found);
		// What they lack below their first is gone on purpose, or they are still on their way down.
		const first = their.spans[0]?.[0] ?? 1;
		if (our !== undefined) theyLack += countOf(subtract(clip(our.spans, first), their.spans));
	}
	for (const chain of state.chains.values()) if (!told.has(chain)) theyLack += chain.spans.count();
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
