/**
 * Who hands a statement on to whom. Its author gives it to all of its neighbours. Somebody else (the target) gets it from
 * those of its own neighbours that are nearest to the author; and since both the author and the target have stated who
 * their neighbours are, all of these know who they are, and two of them do it: those with the lowest lots, which everyone
 * draws alike and anew for each statement. So in a full mesh nothing is handed on, and elsewhere a statement comes about
 * twice, not once from every neighbour. Where nobody knows better it is handed on: too often rather than never.
 */
import type {PeerId} from '../../wire/peer-id.ts';
import type {Known} from './known.ts';
import {RELAYS} from './parameters.ts';

/** Neighbours as somebody states them. */
type Named = ReadonlyMap<PeerId, unknown>;

export type RelayView = {
	readonly self: PeerId;
	/** Those whom a node names; undefined if nothing is known of it. */
	readonly namedBy: (peer: PeerId) => Named | undefined;
};

/** Whether we hand a statement on to a peer that we are connected to. */
export function handsOn({statement, claims, holders}: Known, target: PeerId, {self, namedBy}: RelayView): boolean {
	if (target === statement.author || claims.has(target) || holders.has(target)) return false;
	const named = namedBy(target);
	if (!named) return true;
	// It may not have stated yet that we are connected.
	const around = [...named.keys(), ...(named.has(self) ? [] : [self])];
	const near = around.filter(peer => claims.has(peer));
	if (near.length > 0) return isChosen(self, near, statement);
	const isNext = (peer: PeerId) => touches(claims, namedBy(peer));
	const next = around.filter(isNext);
	return next.length === 0 || isChosen(self, next, statement);
}

function touches(claims: Named, named: Named | undefined): boolean {
	for (const peer of named?.keys() ?? []) if (claims.has(peer)) return true;
	return false;
}

function isChosen(self: PeerId, candidates: readonly PeerId[], statement: Known['statement']): boolean {
	if (!candidates.includes(self)) return false;
	if (candidates.length <= RELAYS) return true;
	const salt = `${statement.author.slice(-8)}${statement.sequence}`;
	const own = lot(salt, self);
	return candidates.filter(peer => peer !== self && lot(salt, peer) < own).length < RELAYS;
}

/** FNV-1a: the same at every node. */
function lot(salt: string, peer: PeerId): number {
	let hash = 0x811c9dc5;
	const text = `${salt}${peer.slice(-8)}`;
	for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
	// Its last characters alone would decide the order of neighbouring values.
	hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
	return (hash ^ (hash >>> 13)) >>> 0;
}
