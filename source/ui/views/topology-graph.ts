/** The graph: a line for each member and a link for each connection, with what the chosen one has to do with each. */
import type {TopologyEdge, TopologyNode} from '../../api/topology.ts';
import {type Lanes, type Link, lanesFor, NO_LANES} from '../../store/graph/lanes.ts';
import {type EdgeLink, type GraphLayout, linksOf as linksIn, rowsOf} from '../../store/graph/layout.ts';
import {formatRtt, formatTime, plural} from '../format.ts';
import {type DrawnLink, draw, LEAD, type LinkStyle, laneColumn, type Picture} from '../graph/drawing.ts';
import {edgeBetween, isBridge, isInMesh, latencyOf, latencyPaint} from '../graph/model.ts';
import {row, type Span, span, spansWidth} from '../text.ts';
import type {Paint} from '../theme.ts';
import type {PageBuilder} from './content.ts';
import {cutOffSince, linksOf, nameSpans, type View} from './topology-view.ts';

/** Cells at the right: how far each one is from the chosen one. */
const DISTANCE_CELLS = 10;
/** Cells beside the names: a plain blank where the choice is marked, the mark, a sign, and a blank. */
const BESIDE_NAME = 4;
/** Lanes nearer to each other than this cannot be told apart; further apart they are only further. */
const MIN_STRIDE = 2;
const MAX_STRIDE = 10;
const MAX_SPACING = 2;
/** Nobody follows a link among more lanes than these, or nearer ones: then a table says more. */
const READABLE = {stride: 3, lanes: 30} as const;
/** Of so many links all show their latency; of more only those of the chosen one, and slow ones. */
const FEW_LINKS = 24;

/** Where the rows of the graph would be, and whether it can be read there. */
export type GraphFrame = {
	/** Rows of the drawing by peer id; those between two groups are no part of it. */
	readonly places: ReadonlyMap<string, number>;
	/** It can be read, and is in view as a whole. */
	readonly isReadable: boolean;
};

export type GraphPlan = {
	readonly places: GraphFrame['places'];
	readonly lanes: Lanes;
	readonly stride: number;
	/** Links that are drawn: all, or with those of the chosen one the mesh and bridges, only bridges, or nothing else. */
	readonly links: readonly EdgeLink[];
	readonly drawn: 'all' | 'mesh' | 'bridges' | 'chosen';
};

/**
 * How the graph would be in so many rows. What decides whether it can be read is the number of lanes, that is the most
 * links that run side by side, with the cells there are for each of them: a full mesh of 8 has 20, one of 12 has 42.
 */
export function frameGraph({layout, nameCells, width}: View, links: readonly Link[], height: number): GraphFrame {
	const {groups, lanes} = layout;
	const rest = height - (groups.length - 1);
	const places = placesOf(groups, links, rest);
	const room = drawingWidth({nameCells, width});
	const isClear = lanes !== undefined && canBeFollowed(lanes, room) && strideFor(lanes, room) >= READABLE.stride;
	return {places, isReadable: isClear && places.size <= rest};
}

export function edgeLinks({layout, model}: View): readonly EdgeLink[] {
	return linksIn(model.topology.edges, rowsOf(layout.groups));
}

/** What is drawn of the links, and in which lanes. */
export function planGraph(view: View, {places}: GraphFrame, links: readonly EdgeLink[]): GraphPlan {
	const {lanes} = view.layout;
	const room = drawingWidth(view);
	if (!lanes || !canBeFollowed(lanes, room)) return {...reduced(view, links, room), places};
	return {lanes, links, stride: strideFor(lanes, room), places, drawn: 'all'};
}

function canBeFollowed(lanes: Lanes, room: number): boolean {
	return lanes.count <= READABLE.lanes && strideFor(lanes, room) >= MIN_STRIDE;
}

/** As far from each other as there is room, and further where nothing but a bridge holds two parts together. */
function placesOf(groups: GraphLayout['groups'], links: readonly Link[], height: number): ReadonlyMap<string, number> {
	const count = groups.flat().length;
	const steps = count - groups.length;
	const spacing = Math.max(1, Math.min(MAX_SPACING, Math.floor((height - groups.length) / Math.max(1, steps))));
	const spare = height - groups.length - steps * spacing;
	const open = openLinks(links, count);
	const thin = open.filter(links => links === 1).length;
	const more = thin === 0 ? 0 : Math.max(0, Math.min(3 - spacing, Math.floor(spare / thin)));
	const places = new Map<string, number>();
	let place = 0;
	let index = 0;
	for (const group of groups) {
		for (const [at, peer] of group.entries()) {
			if (at > 0) place += spacing + (open[index - 1] === 1 ? more : 0);
			places.set(peer, place);
			index += 1;
		}
		place += 1;
	}
	return places;
}

/** For each row, how many links pass between it and the next one. */
function openLinks(links: readonly Link[], count: number): readonly number[] {
	const change = new Array<number>(count + 1).fill(0);
	for (const {top, bottom} of links) {
		change[top] = (change[top] as number) + 1;
		change[bottom] = (change[bottom] as number) - 1;
	}
	let open = 0;
	return change.slice(0, count).map(by => (open += by));
}

function drawingWidth({width, nameCells}: Pick<View, 'width' | 'nameCells'>): number {
	return Math.max(1, width - BESIDE_NAME - nameCells - DISTANCE_CELLS);
}

/** No more than the lanes take, with what is written beside the last of them: distances stand near the lines. */
function drawnWidth(view: View, {lanes, stride}: GraphPlan): number {
	return Math.min(drawingWidth(view), laneColumn(lanes.count, Math.max(stride, MAX_STRIDE / 2)) + 1);
}

function strideFor({count}: Lanes, room: number): number {
	if (count <= 1) return MAX_STRIDE;
	return Math.min(MAX_STRIDE, Math.floor((room - LEAD - 1) / (count - 1)));
}

/** Of more links than can be told apart: bridges and those of the chosen one, with the mesh if that leaves room. */
function reduced(
	{model, chosen, room}: View,
	links: readonly EdgeLink[],
	cells: number,
): Pick<GraphPlan, 'lanes' | 'stride' | 'links' | 'drawn'> {
	const isOfChosen = ({a, b}: TopologyEdge) => a === chosen || b === chosen;
	const bridges = links.filter(link => isBridge(model, link.edge));
	const meshed = links.filter(link => isBridge(model, link.edge) || isInMesh(link.edge, room));
	for (const [drawn, backbone] of [['mesh', meshed] as const, ['bridges', bridges] as const]) {
		const known = new Set(backbone);
		const some = [...backbone, ...links.filter(link => !known.has(link) && isOfChosen(link.edge))];
		// What is always drawn stays where it is when another one is chosen.
		const lanes = lanesFor(some, lanesFor(backbone));
		if (lanes && canBeFollowed(lanes, cells)) return {lanes, stride: strideFor(lanes, cells), links: some, drawn};
	}
	const most = Math.floor((cells - LEAD - 1) / MIN_STRIDE) + 1;
	const nearest = links
		.filter(link => isOfChosen(link.edge))
		.toSorted(byLength)
		.slice(0, most);
	const lanes = lanesFor(nearest) ?? NO_LANES;
	return {lanes, stride: strideFor(lanes, cells), links: nearest, drawn: 'chosen'};
}

const byLength = (one: Link, other: Link) => one.bottom - one.top - (other.bottom - other.top);

/** All rows of the graph; each member's row can be chosen. */
export function addGraph(content: PageBuilder, view: View, plan: GraphPlan): void {
	const {layout, model, width} = view;
	const {places} = plan;
	const drawn = draw(pictureOf(view, plan));
	const byRow = new Map([...places].map(([peer, place]) => [place, peer]));
	let next = 0;
	for (const [index, group] of layout.groups.entries()) {
		if (index > 0) content.add(cutRow(view, group));
		const last = places.get(group.at(-1) as string) as number;
		for (; next <= last; next++) {
			const node = model.nodes.get(byRow.get(next) ?? '');
			const cells = drawn[next] ?? [];
			if (node) content.addItem(node.peer, [memberRow(view, node, cells)]);
			else content.add(row(width, [span(' '.repeat(BESIDE_NAME + view.nameCells)), ...cells]));
		}
	}
}

function pictureOf(view: View, plan: GraphPlan): Picture {
	const {chosen, theme} = view;
	const {paint} = theme;
	const {places} = plan;
	const peers = [...places.keys()];
	const isCrowded = plan.links.length > FEW_LINKS;
	const links = plan.links.flatMap(({key, top, bottom, edge}): DrawnLink[] => {
		const lane = plan.lanes.of.get(key);
		if (lane === undefined) return [];
		const at = (index: number) => places.get(peers[index] as string) as number;
		return [{top: at(top), bottom: at(bottom), lane, ...lookOf(view, edge, isCrowded)}];
	});
	const lineOf = (peer: string): Paint => (peer === chosen ? paint.title : paint.border);
	return {
		width: drawnWidth(view, plan),
		height: Math.max(...places.values()) + 1,
		lines: new Map([...places].map(([peer, place]) => [place, lineOf(peer)])),
		chosen: places.get(chosen),
		links,
		stride: plan.stride,
	};
}

function lookOf(
	{model, room, chosen, theme}: View,
	edge: TopologyEdge,
	isCrowded: boolean,
): Pick<DrawnLink, 'style' | 'paint' | 'labels' | 'isChosen'> {
	const isChosen = edge.a === chosen || edge.b === chosen;
	// What is said of those whom nobody reaches is of yesterday.
	const isOld = !model.nodes.get(edge.a)?.isReachable;
	const latency = latencyOf(edge);
	const isSlow = latency === 'far' || latency === 'farther';
	const isDim = !isChosen && (isOld || (isCrowded && !isSlow));
	const time = edge.rtt === undefined ? [] : [formatRtt(edge.rtt)];
	const labels = isBridge(model, edge) ? [['bridge', ...time].join(' '), 'bridge'] : time;
	const style: LinkStyle = isBridge(model, edge)
		? 'double'
		: isInMesh(edge, room)
			? 'heavy'
			: edge.isConfirmed
				? 'light'
				: 'dashed';
	return {style, labels, isChosen, paint: isDim ? theme.paint.border : latencyPaint(latency, theme)};
}

/** Mark, name, what is drawn, and at the right how far it is from the chosen one. */
function memberRow(view: View, node: TopologyNode, cells: readonly Span[]): string {
	return row(view.width, [span(' '), ...nameSpans(view, node), ...cells, ...besideSpans(view, node)]);
}

/** `0.21 ms ` to the one that is chosen, in a column beside the lines; of itself how many edges it has. */
export function besideSpans(view: View, node: TopologyNode): readonly Span[] {
	const spans = distanceSpans(view, node);
	return [span(' '.repeat(Math.max(0, DISTANCE_CELLS - spansWidth(spans)))), ...spans];
}

function distanceSpans({model, chosen, theme}: View, node: TopologyNode): readonly Span[] {
	const {paint} = theme;
	if (node.peer === chosen) return [span(`${plural(linksOf(model, chosen).length, 'edge')} `, paint.title)];
	const edge = edgeBetween(model, chosen, node.peer);
	if (!edge) return [];
	return [span(`${edge.rtt === undefined ? '?' : formatRtt(edge.rtt)} `, latencyPaint(latencyOf(edge), theme))];
}

/** `╌╌╌╌╳╌╌╌╌ unreachable since 12:03 ╌╌╌╌╌╌╌`: between what we reach and what we do not. */
export function cutRow({model, theme, width, nameCells}: View, group: readonly string[]): string {
	const {paint} = theme;
	const since = cutOffSince(model, group);
	const what = since === undefined ? 'cut off' : `unreachable since ${formatTime(since)}`;
	const left = [
		span(` ${'╌'.repeat(Math.max(1, Math.floor(nameCells / 2)))}`, paint.dim),
		span('╳', paint.bad),
		span('╌'.repeat(Math.ceil(nameCells / 2)), paint.dim),
		span(` ${what} `, paint.warn),
	];
	return row(width, [...left, span('╌'.repeat(Math.max(0, width - spansWidth(left) - 1)), paint.dim)]);
}
