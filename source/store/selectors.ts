/** What the panes need to know, each as narrow as it can be. The same inputs give the very same object. */
import {type Holders, holdersOf, isShared, joinHolders, type Named, TAG_MARK, tagOf} from './names.ts';
import type {Peer, Room, State} from './state.ts';

/** Remembers the last result, for as long as the inputs are the same objects. */
function derive<Source, Inputs extends readonly unknown[], Result>(
	inputs: (source: Source) => [...Inputs],
	compute: (...inputs: Inputs) => Result,
): (source: Source) => Result {
	let known: {inputs: [...Inputs]; result: Result} | undefined;
	return source => {
		const next = inputs(source);
		if (known?.inputs.every((input, index) => Object.is(input, next[index]))) return known.result;
		known = {inputs: next, result: compute(...next)};
		return known.result;
	};
}

export function activeRoom(state: State): Room | undefined {
	return state.rooms.find(room => room.room === state.active);
}

/** Only these parts of the peers decide on names: a round-trip time must not make everything be computed again. */
const livingNames = (() => {
	let known: readonly Named[] = [];
	return (peers: State['peers'], self: State['self']): readonly Named[] => {
		// What we are called everywhere is nobody else's name.
		const next: Named[] = self ? [self.name, 'you'].map(name => ({peer: self.peerId, name})) : [];
		for (const peer of peers.values()) if (peer.state === 'connected') next.push(peer);
		const isSame =
			next.length === known.length &&
			next.every((named, index) => named.peer === known[index]?.peer && named.name === known[index]?.name);
		if (!isSame) known = next.map(({peer, name}) => ({peer, name}));
		return known;
	};
})();

const livingHolders: (state: State) => Holders = derive(
	(state: State) => [state.peers, state.self],
	(() => {
		const holders = derive(
			(named: readonly Named[]) => [named],
			named => holdersOf(named),
		);
		return (peers: State['peers'], self: State['self']) => holders(livingNames(peers, self));
	})(),
);

/** Whose each name is, among those who are here and those who spoke in the open room: what is shared needs a tag. */
export const nameHolders: (state: State) => Holders = derive(
	(state: State) => [livingHolders(state), activeRoom(state)?.holders],
	(living, spoken) => (spoken ? joinHolders(living, spoken) : living),
);

/** A name as it is shown: `ann`, or `ann·WPqL` where it could be somebody else. */
export function displayName(holders: Holders, peer: string, name: string): string {
	return isShared(holders, {peer, name}) ? `${name}${TAG_MARK}${tagOf(peer)}` : name;
}

const ORDER = {connected: 0, connecting: 1, gone: 2, discovered: 3} as const;

/** Connected ones by name, then those on their way, then whoever is gone, the latest first. */
export const sortedPeers: (state: State) => readonly Peer[] = derive(
	(state: State) => [state.peers],
	peers =>
		[...peers.values()].sort(
			(a, b) =>
				ORDER[a.state] - ORDER[b.state] ||
				(a.state === 'gone' ? b.lastSeen - a.lastSeen : 0) ||
				compare(a.name.toLowerCase(), b.name.toLowerCase()) ||
				compare(a.peer, b.peer),
		),
);

export const connectedPeers: (state: State) => readonly Peer[] = derive(
	(state: State) => [sortedPeers(state)],
	peers => peers.filter(peer => peer.state === 'connected'),
);

/** Milliseconds after which whoever is heard and is not connected takes no connection. */
const HEARD_IN_VAIN = 10_000;

/** Who announces itself on this network, for a while already, and has never been connected. */
export function heardInVain(state: State): readonly Peer[] {
	return sortedPeers(state).filter(
		({state: is, via, isForeign, lastSeen}) =>
			is === 'discovered' &&
			(via === 'announcement' || via === 'mdns') &&
			!isForeign &&
			state.clock - lastSeen >= HEARD_IN_VAIN,
	);
}

function compare(a: string, b: string): number {
	return a < b ? -1 : a > b ? 1 : 0;
}

/**
 * Everyone to whom one could write, here or not: members of the open room first, then by name, then whoever has written
 * what is here of the open room. Not ourselves.
 */
export const people: (state: State) => readonly Named[] = derive(
	(state: State) => [activeRoom(state)?.members, state.peers, state.self, activeRoom(state)?.log],
	(members = [], peers, self, log) => {
		const found = new Map<string, Named>();
		const byName = (a: Named, b: Named) => compare(a.name.toLowerCase(), b.name.toLowerCase());
		const known = [...peers.values()].filter(peer => peer.state !== 'discovered');
		for (const {peer, name} of [...members.toSorted(byName), ...known.sort(byName)])
			if (peer !== self?.peerId && !found.has(peer)) found.set(peer, {peer, name});
		// Whoever can be read can be answered; the name is the newest one.
		for (const entry of (log?.chunks.flat() ?? []).toReversed())
			if (entry.kind === 'message' && !entry.local && !found.has(entry.from))
				found.set(entry.from, {peer: entry.from, name: entry.name});
		return [...found.values()];
	},
);

/** Entries that came while the view was scrolled up. */
export function newBelow(room: Room): number {
	return room.anchor ? room.below : 0;
}

/** A room's name as it is shown: `#lobby`, `@bob`, or `@bob·WPqL` where that could be somebody else. */
export function roomTitle(state: State, {peer, label}: Pick<Room, 'peer' | 'label'>): string {
	return peer === undefined ? label : `@${displayName(nameHolders(state), peer, label.slice(1))}`;
}

/** Half of the recent round-trip times of all connected peers are below p50, 99 of 100 below p99. */
export const latencySpread: (state: State) => {readonly p50: number; readonly p99: number} | undefined = derive(
	(state: State) => [connectedPeers(state)],
	peers => {
		const times = peers.flatMap(peer => peer.samples).sort((a, b) => a - b);
		if (times.length === 0) return undefined;
		const at = (share: number) => times[Math.min(times.length - 1, Math.floor(times.length * share))] as number;
		return {p50: at(0.5), p99: at(0.99)};
	},
);

export type Trend = 'up' | 'flat' | 'down';

const RECENT = 5;

/** Whether the newest round-trip times are clearly longer or shorter than those before. */
export function trendOf(samples: readonly number[]): Trend | undefined {
	const recent = samples.slice(-RECENT);
	const older = samples.slice(-RECENT * 4, -RECENT);
	if (older.length < RECENT) return undefined;
	const ratio = mean(recent) / mean(older);
	return ratio > 1.3 ? 'up' : ratio < 1 / 1.3 ? 'down' : 'flat';
}

function mean(values: readonly number[]): number {
	return values.reduce((sum, value) => sum + value, 0) / values.length;
}
