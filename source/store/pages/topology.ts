/** The topology page: who is connected to whom, and how it is looked at; and whom we cannot reach. */
import type {EventOf, Results} from '../../api/event.ts';
import type {Topology, TopologyNode, Unreachable} from '../../api/topology.ts';
import {sanitizeLine} from '../../base/sanitize.ts';
import type {Stage} from '../act/stage.ts';
import type {Draft} from '../draft.ts';
import {EMPTY_LAYOUT, type GraphLayout, nextLayout} from '../graph/layout.ts';
import {cleanName} from '../names.ts';
import type {State} from '../state.ts';

export type TopologyPage = {
	/** Undefined until the core has answered. Names are clean, nobody is there twice, every end of an edge is there. */
	readonly topology: Topology | undefined;
	/** As told last by the event `partition`: empty when all is well. */
	readonly unreachable: readonly Unreachable[];
	/** `auto`: a graph where it can be read, else a table. */
	readonly shows: 'auto' | 'graph' | 'table';
	/** Whose mesh is bold, as the core names the room; undefined: that of the open room. */
	readonly mesh: string | typeof ALL_ROOMS | undefined;
	/** Where everyone stands: it changes as little as it can. */
	readonly layout: GraphLayout;
};

/** The mesh of any room: no room is called so. */
export const ALL_ROOMS = '*';

export type TopologyDeed = {readonly page: 'topology'; readonly deed: 'toggle-table' | 'next-mesh'};

export const EMPTY_TOPOLOGY: TopologyPage = {
	topology: undefined,
	unreachable: [],
	shows: 'auto',
	mesh: undefined,
	layout: EMPTY_LAYOUT,
};

/** Members and edges that are looked at: whatever is told beyond that is left out. */
export const MAX_NODES = 400;
const MAX_EDGES = 20_000;

export function topologyCame(draft: Draft, told: Results['topology']): void {
	const topology = cleanTopology(told);
	const {pages} = draft.state;
	const layout = nextLayout(pages.topology.layout, topology);
	draft.set({pages: {...pages, topology: {...pages.topology, topology, layout}}});
}

export function partitionTold(draft: Draft, {unreachable}: EventOf<'partition'>): void {
	const {pages} = draft.state;
	const clean = unreachable.map(cleanUnreachable);
	draft.set({pages: {...pages, topology: {...pages.topology, unreachable: clean}}});
}

/** What others say of each other, as it can be shown. */
function cleanTopology({nodes, edges, bridges, groups, unreachable, tells, ...rest}: Topology): Topology {
	const lost = unreachable.slice(0, MAX_NODES).map(cleanUnreachable);
	const known = new Map<string, TopologyNode>();
	const ours = nodes.toSorted((one, other) => Number(other.isSelf) - Number(one.isSelf));
	for (const node of [...ours.map(cleanNode), ...lost.map(ghost)])
		if (known.size < MAX_NODES && !known.has(node.peer)) known.set(node.peer, node);
	const isKnown = ({a, b}: {readonly a: string; readonly b: string}) => known.has(a) && known.has(b);
	return {
		nodes: [...known.values()],
		edges: edges.filter(isKnown).slice(0, MAX_EDGES),
		bridges: bridges.filter(isKnown),
		groups,
		unreachable: lost,
		tells,
		...rest,
	};
}

function cleanNode(node: TopologyNode): TopologyNode {
	return {...node, peer: sanitizeLine(node.peer), name: cleanName(node.name, node.peer)};
}

export function cleanUnreachable(each: Unreachable): Unreachable {
	return {...each, peer: sanitizeLine(each.peer), name: cleanName(each.name, each.peer)};
}

/** Somebody whom nobody names any more. */
function ghost({peer, name}: Unreachable): TopologyNode {
	return {peer, name, isSelf: false, isNeighbour: false, isReachable: false};
}

type Looking = Pick<State, 'pages' | 'active' | 'rooms'>;

/** Whose mesh is bold now; undefined: of all rooms together. */
export function meshRoom(state: Looking): string | undefined {
	const {mesh} = state.pages.topology;
	return mesh === ALL_ROOMS ? undefined : (mesh ?? openRoom(state));
}

/** A conversation of two has no mesh. */
function openRoom({active, rooms}: Looking): string | undefined {
	return rooms.find(({room, peer}) => room === active && peer === undefined)?.room;
}

export function doOnTopology(stage: Stage, {deed}: TopologyDeed): void {
	const {pages} = stage.state;
	const change = deed === 'next-mesh' ? {mesh: nextMesh(stage.state)} : {shows: otherWay(stage)};
	stage.draft.set({pages: {...pages, topology: {...pages.topology, ...change}}});
}

/** From what is on the screen to the other one. */
function otherWay({around, state}: Stage): TopologyPage['shows'] {
	const {shows} = state.pages.topology;
	return (around.page.look ?? shows) === 'table' ? 'graph' : 'table';
}

/** The open room, then the others, then all together. */
function nextMesh(state: Looking): TopologyPage['mesh'] {
	const {mesh} = state.pages.topology;
	const open = openRoom(state);
	const others = state.rooms.filter(({room, peer}) => room !== open && peer === undefined);
	const order = [...(open === undefined ? [] : [undefined]), ...others.map(({room}) => room), ALL_ROOMS];
	const at = order.indexOf(open === undefined ? (mesh ?? ALL_ROOMS) : mesh);
	return order[(at + 1) % order.length];
}
