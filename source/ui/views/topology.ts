/** Who is connected to whom: a graph, or a table where it could not be read; and whom nobody reaches. */
import type {TopologyNode} from '../../api/topology.ts';
import type {EdgeLink} from '../../store/graph/layout.ts';
import type {TopologyPage} from '../../store/pages/topology.ts';
import {nameHolders} from '../../store/selectors.ts';
import type {State} from '../../store/state.ts';
import {formatSpan, formatTime, plural} from '../format.ts';
import {isInMesh, OLD_STATEMENT} from '../graph/model.ts';
import {row, span, spansWidth} from '../text.ts';
import type {Theme} from '../theme.ts';
import {PageBuilder, type PageContent} from './content.ts';
import {addGraph, edgeLinks, frameGraph, type GraphFrame, type GraphPlan, planGraph} from './topology-graph.ts';
import {legendRow} from './topology-legend.ts';
import {addTable, neighbourSpans, tableHead} from './topology-table.ts';
import {linksOf, type View, viewOf} from './topology-view.ts';

type Made = {readonly inputs: readonly unknown[]; readonly content: PageContent};

/** A graph is not drawn again for what changes elsewhere. */
const made = new WeakMap<TopologyPage, Made>();

/** `height`: rows that are seen at once. */
export function topologyContent(state: State, width: number, height: number, theme: Theme): PageContent {
	const page = state.pages.topology;
	const {topology} = page;
	if (!topology) return new PageBuilder().add(row(width, [span(' asking…', theme.paint.dim)]));
	const inputs = [width, height, theme, nameHolders(state), state.chosen, state.rooms, state.active];
	const known = made.get(page);
	if (known?.inputs.every((input, index) => input === inputs[index])) return known.content;
	const content = contentOf(viewOf(state, topology, width, height, theme));
	made.set(page, {inputs, content});
	return content;
}

/** From so many rows on there is an empty one between the parts, and more to be said of the one that is chosen. */
const ROOMY = 18;

type Parts = {readonly head: readonly string[]; readonly details: readonly string[]};
type Frame = {readonly above: readonly string[]; readonly below: readonly string[]; readonly graph: GraphFrame};

function contentOf(view: View): PageContent {
	const parts = {head: [headRow(view), ...hintRows(view)], details: detailRows(view)};
	// Where nothing could be drawn whole, nobody asks how far apart the rows would be.
	const links = view.layout.lanes ? edgeLinks(view) : [];
	const roomy = frameOf(view, parts, links, view.height >= ROOMY);
	const tight = frameOf(view, parts, links, false);
	// Rather a graph that fills the page than a table with room around it.
	const {above, below, graph} = tight.graph.isReadable && !roomy.graph.isReadable ? tight : roomy;
	const look = view.shows === 'auto' ? (graph.isReadable ? 'graph' : 'table') : view.shows;
	const content = new PageBuilder();
	content.look = look;
	content.head.push(...above);
	if (look === 'graph') {
		const plan = planGraph(view, graph, view.layout.lanes ? links : edgeLinks(view));
		content.head.push(...omittedRow(view, plan));
		addGraph(content, view, plan);
	} else {
		content.head.push(...tableHead(view));
		addTable(content, view);
	}
	// Near what it is about, unless that scrolls.
	const fits = content.head.length + content.lines.length + below.length < view.height;
	if (fits) content.add(...below);
	content.foot.push(...(fits ? [] : below), legendRow(view, look));
	return content;
}

/** What stands around the graph or table, but for the legend; and how the graph would be in what is left. */
function frameOf(view: View, {head, details}: Parts, links: readonly EdgeLink[], isRoomy: boolean): Frame {
	const blank = isRoomy ? [row(view.width, [])] : [];
	const above = [...head, ...blank];
	const below = [...blank, ...details.slice(0, isRoomy ? 3 : 1)];
	return {above, below, graph: frameGraph(view, links, view.height - above.length - below.length - 1)};
}

/** From here on there is room for whole sentences. */
const WIDE = 60;

/** `12 nodes · 31 edges · 1 group · 2 bridges`, of this what matters most where it is narrow; and whose mesh is bold. */
function headRow({model, layout, width, theme, room, roomLabel}: View): string {
	const {paint} = theme;
	const {nodes, edges, bridges} = model.topology;
	const groups = layout.groups.length;
	const meshed = edges.filter(edge => isInMesh(edge, room)).length;
	const what = width < WIDE ? 'mesh ' : `${meshed} in the mesh of `;
	const right = [span(what, paint.dim), span(`${roomLabel} `, paint.title)];
	const parts = [
		{text: plural(nodes.length, 'node'), paint: paint.title, rank: 0},
		{text: plural(edges.length, 'edge'), paint: undefined, rank: 3},
		{text: plural(groups, 'group'), paint: groups > 1 ? paint.bad : undefined, rank: groups > 1 ? 1 : 4},
		{
			text: plural(bridges.length, 'bridge'),
			paint: bridges.length > 0 ? paint.warn : undefined,
			rank: bridges.length > 0 ? 2 : 5,
		},
	];
	let left = width - spansWidth(right) - 2;
	const shown = new Set(
		parts
			.toSorted((one, other) => one.rank - other.rank)
			.filter(({text}) => {
				left -= text.length + SEPARATOR.length;
				return left + SEPARATOR.length >= 0;
			}),
	);
	const spans = parts
		.filter(part => shown.has(part))
		.flatMap(({text, paint: of}) => [span(SEPARATOR, paint.dim), span(text, of)]);
	return row(width, [span(' '), ...spans.slice(1)], right);
}

const SEPARATOR = ' · ';

/** What makes the picture smaller than the truth. */
function hintRows({model, width, theme, nameOf}: View): readonly string[] {
	const {nodes, tells: doWeTell, halves = [], leftOut} = model.topology;
	const partOf = ([first, ...rest]: readonly string[]) =>
		`${nameOf(first ?? '')}${rest.length > 0 ? ` and ${rest.length} more` : ''}`;
	const others = nodes.filter(({isSelf, isReachable}) => !isSelf && isReachable);
	const hints = [
		...(others.length === 0 ? ['Nobody is connected yet: F2 shows whom you know of.'] : []),
		...(doWeTell ? [] : ['You do not tell others who your neighbours are (--no-topology).']),
		...(others.length > 0 && !others.some(({toldAgo}) => toldAgo !== undefined)
			? ['Nobody else says who their neighbours are: older programs do not, and some do not want to.']
			: []),
		...halves.map(({room, parts}) => {
			return `The mesh of #${room} is in ${parts.length} parts: ${parts.map(partOf).join(' | ')}`;
		}),
		...(leftOut === undefined ? [] : [`${plural(leftOut, 'edge')} more: too many to be shown.`]),
	];
	return hints.map(hint => row(width, [span(` ${hint}`, theme.paint.warn)]));
}

function omittedRow({model, chosen, nameOf, width, theme}: View, plan: GraphPlan): readonly string[] {
	if (plan.drawn === 'all') return [];
	const others = {mesh: 'the mesh and ', bridges: model.bridges.size > 0 ? 'bridges and ' : '', chosen: ''}[plan.drawn];
	const figures = `${plan.links.length} of ${plural(model.topology.edges.length, 'edge')}`;
	const spans = [span(` ${figures}: `, theme.paint.dim), span(`${others}those of ${nameOf(chosen)}`, theme.paint.dim)];
	return [row(width, spans)];
}

/** The one that is chosen: who it is; to whom it is connected; and its whole id. */
function detailRows(view: View): readonly string[] {
	const {model, chosen, width, theme, nameOf} = view;
	const {paint} = theme;
	const node = model.nodes.get(chosen);
	if (!node) return [];
	const links = linksOf(model, chosen);
	const name = span(` ${nameOf(chosen)}`, node.isSelf ? paint.own : theme.peer(chosen));
	const who = row(width, [name, span(` · ${aboutOf(view, node).join(' · ')}`, paint.dim)]);
	const label = [span(links.length === 0 ? ' no edges are known' : ' ', paint.dim)];
	const near = row(width, [...label, ...neighbourSpans(view, links, width - 3, true)]);
	const id = row(width, [span(` ${chosen}`, paint.dim)]);
	return [who, near, id];
}

function aboutOf({model, chosen, room, roomLabel, nameOf}: View, node: TopologyNode): readonly string[] {
	const links = linksOf(model, chosen);
	const meshed = links.filter(({edge}) => isInMesh(edge, room)).length;
	const lost = model.unreachable.get(chosen);
	const by = lost && lost.reachedBy.length > 0 ? `, but ${lost.reachedBy.map(nameOf).join(', ')} can` : '';
	return [
		plural(links.length, 'edge'),
		`${meshed} in the mesh of ${roomLabel}`,
		...(lost ? [`you cannot reach it since ${formatTime(lost.since)}${by}`] : placeOf(node)),
		...(node.isReachable ? saidOf(node) : []),
	];
}

function placeOf({isSelf, isNeighbour, isReachable}: TopologyNode): readonly string[] {
	if (isSelf) return [];
	if (!isReachable) return ['no way leads there'];
	return [isNeighbour ? 'connected to you' : 'reached through others'];
}

/** Who its neighbours are, or how long ago it has said so. */
function saidOf({isSelf, toldAgo}: TopologyNode): readonly string[] {
	if (isSelf) return [];
	if (toldAgo === undefined) return ['does not say who its neighbours are'];
	return toldAgo > OLD_STATEMENT ? [`said so ${formatSpan(toldAgo)} ago`] : [];
}
