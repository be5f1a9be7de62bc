/** What every part of the topology page needs: the answer of the core, and how it is looked at. */
import type {Topology, TopologyNode} from '../../api/topology.ts';
import type {GraphLayout} from '../../store/graph/layout.ts';
import {type Holders, holdersOf, joinHolders} from '../../store/names.ts';
import {meshRoom, type TopologyPage} from '../../store/pages/topology.ts';
import {displayName, nameHolders, roomTitle} from '../../store/selectors.ts';
import type {State} from '../../store/state.ts';
import {edgeBetween, type LinkTo, type Model, modelOf} from '../graph/model.ts';
import {fitName, type Span, span, widthOf} from '../text.ts';
import type {Paint, Theme} from '../theme.ts';

export type View = {
	readonly width: number;
	/** Rows that are seen at once. */
	readonly height: number;
	readonly theme: Theme;
	readonly shows: TopologyPage['shows'];
	readonly model: Model;
	readonly layout: GraphLayout;
	/** The peer id of the one that the page is about. */
	readonly chosen: string;
	/** Whose mesh is bold, as the core names the room; undefined: of all rooms. */
	readonly room: string | undefined;
	/** The same for people. */
	readonly roomLabel: string;
	/** Cells of a column of names. */
	readonly nameCells: number;
	readonly nameOf: (peer: string) => string;
};

const MAX_NAME = 20;
const MIN_NAME = 8;

export function viewOf(state: State, topology: Topology, width: number, height: number, theme: Theme): View {
	const {layout, shows} = state.pages.topology;
	const model = modelOf(topology);
	const room = meshRoom(state);
	const holders = joinHolders(nameHolders(state), holdersOf(topology.nodes));
	const nameOf = (peer: string) => nameIn(model, holders, peer);
	const widest = Math.max(MIN_NAME, ...topology.nodes.map(node => widthOf(nameOf(node.peer) + signOf(model, node))));
	return {
		width,
		height,
		theme,
		shows,
		model,
		layout,
		chosen: model.nodes.has(state.chosen ?? '') ? (state.chosen as string) : (layout.groups[0]?.[0] ?? ''),
		room,
		roomLabel: labelOf(state, room),
		nameCells: Math.min(widest, MAX_NAME, Math.max(MIN_NAME, Math.floor(width / 5))),
		nameOf,
	};
}

function nameIn({nodes}: Model, holders: Holders, peer: string): string {
	const node = nodes.get(peer);
	return node?.isSelf ? 'you' : displayName(holders, peer, node?.name ?? '');
}

function labelOf(state: State, room: string | undefined): string {
	const known = state.rooms.find(each => each.room === room);
	return known ? roomTitle(state, known) : 'all rooms';
}

/** Who it is, by a mark that needs no colour. */
export type Mark = 'self' | 'ours' | 'others' | 'lost';
export const MARKS: Readonly<Record<Mark, string>> = {self: '◆', ours: '●', others: '○', lost: '✕'};

export function markOf(node: TopologyNode): Mark {
	if (node.isSelf) return 'self';
	if (!node.isReachable) return 'lost';
	return node.isNeighbour ? 'ours' : 'others';
}

export function markSpan(node: TopologyNode, {paint}: Theme): Span {
	const mark = markOf(node);
	const paints: Readonly<Record<Mark, Paint>> = {
		self: paint.accent,
		ours: tells(node) ? paint.good : paint.dim,
		others: paint.dim,
		lost: paint.bad,
	};
	return span(MARKS[mark], paints[mark]);
}

/** Whether it says who its neighbours are. */
export function tells({isSelf, toldAgo}: TopologyNode): boolean {
	return isSelf || toldAgo !== undefined;
}

/** Mark and name, and whether it says nothing: as many cells as the column of names and three. */
export function nameSpans({theme, chosen, nameCells, nameOf, model}: View, node: TopologyNode): readonly Span[] {
	const {paint} = theme;
	const isNear = node.peer === chosen || edgeBetween(model, chosen, node.peer) !== undefined;
	const own = node.isSelf ? paint.own : theme.peer(node.peer);
	const sign = signOf(model, node);
	const name = nameOf(node.peer);
	const cells = Math.min(widthOf(name), nameCells - sign.length);
	return [
		markSpan(node, theme),
		span(' '),
		span(fitName(name, cells), isNear ? own : paint.dim),
		span(sign, isBarred(model, node) ? paint.bad : paint.dim),
		span(' '.repeat(nameCells - cells - sign.length + 1)),
	];
}

/** `!`: others reach it and we do not. `?`: it does not say who its neighbours are. */
function signOf(model: Model, node: TopologyNode): string {
	if (isBarred(model, node)) return ' !';
	return tells(node) || !node.isReachable ? '' : ' ?';
}

/** Whether others are connected to it and we cannot be. */
export function isBarred({unreachable}: Model, {peer}: TopologyNode): boolean {
	return unreachable.get(peer)?.how === 'only-us';
}

export function linksOf({links}: Model, peer: string): readonly LinkTo[] {
	return links.get(peer) ?? [];
}

/** From where on a group cannot be reached, in Unix milliseconds; undefined if nobody knows. */
export function cutOffSince({unreachable}: Model, group: readonly string[]): number | undefined {
	const times = group.flatMap(peer => unreachable.get(peer)?.since ?? []);
	return times.length === 0 ? undefined : Math.min(...times);
}
