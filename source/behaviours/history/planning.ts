/** What to ask one peer for next, from what it holds, what others are being asked for, and what it has left out before. */
import {type Random, shuffled} from '../../base/random.ts';
import type {Comparison} from '../../history/archive.ts';
import {MAX_WANT_IDS, MAX_WANT_RUNS} from '../../wire/limits.ts';
import type {ChainRanges, Run, Want} from '../../wire/messages.ts';
import type {PeerId} from '../../wire/peer-id.ts';
import type {Instant} from '../behaviour.ts';
import type {Avoided} from './avoided.ts';
import {chainKey} from './chain-key.ts';
import {MAX_REFETCH_STEPS, SCREENFUL, WANT_BYTES} from './parameters.ts';
import type {Progress} from './progress.ts';

/** What a want is to ask for. */
export type Draft = {
	readonly room: string;
	/** Chains that nobody else is asked for meanwhile. */
	readonly chains: ReadonlySet<string>;
	readonly runs: readonly Run[];
	readonly ids: readonly string[];
	/** The newest screenful, and nothing else. */
	readonly isNewest: boolean;
	/** It goes on with this. */
	readonly refetch?: Refetch;
};

/** A chain that is fetched again from its end to its beginning, since a branch of a fork is missing in it. */
export type Refetch = Pick<ChainRanges, 'author' | 'epoch'> & {
	readonly peer: PeerId;
	/** The next number. */
	readonly to: number;
	/** Wants that are left. */
	readonly steps: number;
};

export type Planning = {
	readonly peer: PeerId;
	readonly room: string;
	readonly now: Instant;
	/** What the peer holds that we lack. */
	readonly chains: readonly ChainRanges[];
	readonly comparison: Comparison;
	/** Chains that others are asked for. */
	readonly claimed: ReadonlySet<string>;
	/** Peers that share the work, this one included. */
	readonly idle: number;
	readonly progress: Progress;
	readonly avoided: Avoided;
	readonly random: Random;
	/** Of this room, if one is under way. */
	readonly refetch: Refetch | undefined;
};

/** `isExhausted`: nothing is left that this peer could give, or would. */
export type Plan = {readonly draft?: Draft; readonly isExhausted: boolean};

export function planWant(planning: Planning): Plan {
	const {peer, room, comparison, progress, avoided, now, claimed} = planning;
	progress.lacking(room, comparison.weLack);
	const nothing = {room, chains: new Set<string>(), runs: [], ids: [], isNewest: false};
	if (comparison.weLack > 0 && progress.newest(room) === 'wanted') {
		return {draft: {...nothing, isNewest: true}, isExhausted: false};
	}
	const open = comparison.runs.filter(run => !avoided.isAvoided(peer, room, chainKey(run), now));
	const runs = ourShare(open, planning);
	// A proof is asked for once: it comes, or it does not.
	const ids = comparison.ids.filter(id => !avoided.isAvoided(peer, room, id, now)).slice(0, MAX_WANT_IDS);
	for (const id of ids) avoided.avoid(peer, room, id, now);
	if (runs.length + ids.length > 0) {
		return {draft: {...nothing, runs, ids, chains: new Set(runs.map(chainKey))}, isExhausted: false};
	}
	const refetch = open.length === 0 ? nextRefetch(planning) : undefined;
	if (!refetch) return {isExhausted: open.length === 0};
	const {author, epoch, to} = refetch;
	const chain = chainKey(refetch);
	if (claimed.has(chain)) return {isExhausted: false};
	if (planning.refetch === undefined) avoided.refetched(peer, room, chain, now);
	const run = {author, epoch, from: 1, to, isLinked: false};
	return {draft: {...nothing, runs: [run], chains: new Set([chain]), refetch}, isExhausted: false};
}

export function wantOf(request: number, {room, runs, ids, isNewest}: Draft): Want {
	return {type: 'want', request, room, newest: isNewest ? SCREENFUL : 0, runs, ids, bytes: WANT_BYTES};
}

/** Runs of some of the chains that are free: as many as fall to one of those who share the work. By lot. */
function ourShare(open: readonly Run[], {claimed, idle, random}: Planning): readonly Run[] {
	const chains = new Map<string, Run[]>();
	for (const run of open) {
		const key = chainKey(run);
		if (claimed.has(key)) continue;
		const runs = chains.get(key) ?? [];
		chains.set(key, runs);
		runs.push(run);
	}
	const share = Math.ceil(chains.size / Math.max(1, idle));
	return shuffled([...chains.values()], random)
		.slice(0, share)
		.flat()
		.slice(0, MAX_WANT_RUNS);
}

/** The next step of what goes on with this peer; or a chain that has not been fetched again from it for long. */
function nextRefetch({peer, room, now, chains, comparison, avoided, refetch}: Planning): Refetch | undefined {
	const differing = new Set(comparison.differing.map(chainKey));
	if (refetch) return refetch.peer === peer && differing.has(chainKey(refetch)) ? refetch : undefined;
	const chain = chains.find(one => {
		const key = chainKey(one);
		return differing.has(key) && avoided.mayRefetch(peer, room, key, now);
	});
	const to = chain?.spans.at(-1)?.[1];
	if (!chain || to === undefined) return undefined;
	return {author: chain.author, epoch: chain.epoch, peer, to, steps: MAX_REFETCH_STEPS};
}

/** Those chains of which we lack something. */
export function worthwhile(chains: readonly ChainRanges[], {runs, ids, differing}: Comparison): readonly ChainRanges[] {
	const [keys, proofs] = [new Set([...runs, ...differing].map(chainKey)), new Set(ids)];
	return chains.filter(chain => keys.has(chainKey(chain)) || chain.forks.some(id => proofs.has(id)));
}
