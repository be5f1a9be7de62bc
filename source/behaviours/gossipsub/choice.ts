/** Choosing peers: by chance, or the best and a few by chance. */
import {type Random, shuffled} from '../../base/random.ts';
import type {PeerId} from '../../wire/peer-id.ts';
import {MESH_BEST, MESH_OUTBOUND, MESH_SIZE} from './parameters.ts';

/**
 * Whom a mesh that is too large keeps: the best `MESH_BEST`, the others by chance, so that new peers have one too; and
 * `MESH_OUTBOUND` of them dialled by us, if there are so many. Specification: gossipsub v1.1, "Heartbeat Maintenance".
 */
export function chooseKept(
	mesh: readonly PeerId[],
	{random, scoreOf, isOutbound}: {random: Random; scoreOf(peer: PeerId): number; isOutbound(peer: PeerId): boolean},
): ReadonlySet<PeerId> {
	const scores = new Map(mesh.map(peer => [peer, scoreOf(peer)]));
	const ranked = shuffled(mesh, random).sort((a, b) => scores.get(b)! - scores.get(a)!);
	const order = [...ranked.slice(0, MESH_BEST), ...shuffled(ranked.slice(MESH_BEST), random)];
	const kept = order.slice(0, MESH_SIZE);
	const missing = MESH_OUTBOUND - kept.filter(isOutbound).length;
	const spare = order.slice(MESH_SIZE).filter(isOutbound);
	for (const peer of spare.slice(0, Math.max(0, missing))) {
		const last = kept.findLastIndex(other => !isOutbound(other));
		kept.splice(last, 1);
		kept.unshift(peer);
	}
	return new Set(kept);
}

/** The middle of the values; of two middle ones the higher. 0 for none. */
export function median(values: readonly number[]): number {
	return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
