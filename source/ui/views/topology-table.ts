/**
 * Who is connected to whom where a graph could not be read: a square with a cell for each pair, or where that is too wide
 * a row of figures for each member.
 */
import type {TopologyEdge, TopologyNode} from '../../api/topology.ts';
import {formatRtt} from '../format.ts';
import {edgeBetween, isBridge, isInMesh, type LinkTo, latencyOf, latencyPaint} from '../graph/model.ts';
import {fit, row, type Span, span, spansWidth, widthOf} from '../text.ts';
import type {Paint} from '../theme.ts';
import type {PageBuilder} from './content.ts';
import {besideSpans, cutRow} from './topology-graph.ts';
import {linksOf, nameSpans, type View} from './topology-view.ts';

/** In the square: what a pair is to each other. */
export const PAIR_SIGNS = {mesh: '■', link: '▪', unsure: '▫', bridge: '║', none: '·', self: '╲'} as const;

const DISTANCE_CELLS = 10;
const BESIDE_NAME = 4;
/** Between two groups. */
const GAP = '╎';

/** Cells for each column of the square: with the round trip, with a blank, or nothing but the sign. */
const STRIDES = [7, 2, 1] as const;
/** From so many on there is room for more than a sign. */
const WITH_TIMES = 7;

/** Cells for each column of the square; 0 if it is too wide. */
export function squareStride(view: View): number {
	const {layout, model, width, nameCells} = view;
	const room = width - BESIDE_NAME - nameCells - digitsOf(view) - 2 - DISTANCE_CELLS - (layout.groups.length - 1);
	return STRIDES.find(stride => model.nodes.size * stride <= room) ?? 0;
}

function digitsOf({model}: View): number {
	return String(model.nodes.size).length;
}

/** What stays above the rows. */
export function tableHead(view: View): readonly string[] {
	const stride = squareStride(view);
	if (stride === 0) return [listHead(view)];
	const before = ' '.repeat(BESIDE_NAME + view.nameCells + digitsOf(view) + 1);
	if (stride >= WITH_TIMES) return [row(view.width, [span(before), ...nameHeads(view, stride)])];
	const heads = Array.from({length: digitsOf(view)}, (_, digit) => headSpans(view, digit, stride));
	return heads.map(spans => row(view.width, [span(before), ...spans]));
}

export function addTable(content: PageBuilder, view: View): void {
	const {layout, model} = view;
	const stride = squareStride(view);
	let number = 0;
	for (const [index, group] of layout.groups.entries()) {
		if (index > 0) content.add(cutRow(view, group));
		for (const peer of group) {
			number += 1;
			const node = model.nodes.get(peer) as TopologyNode;
			content.addItem(peer, [stride > 0 ? squareRow(view, node, number, stride) : listRow(view, node)]);
		}
	}
}

/** Rows and columns have the same numbers. */
function squareRow(view: View, node: TopologyNode, number: number, stride: number): string {
	const {width, theme, chosen} = view;
	const paint = node.peer === chosen ? theme.paint.title : theme.paint.dim;
	const label = span(`${String(number).padStart(digitsOf(view))} `, paint);
	const cells = pairSpans(view, node, stride);
	return row(width, [span(' '), ...nameSpans(view, node), label, ...cells, ...besideSpans(view, node)]);
}

function nameHeads({layout, chosen, theme, nameOf}: View, stride: number): readonly Span[] {
	const {paint} = theme;
	let number = 0;
	return layout.groups.flatMap((group, index) => [
		...(index > 0 ? [span(GAP, paint.border)] : []),
		...group.map(peer => {
			number += 1;
			return span(`${fit(`${number} ${nameOf(peer)}`, stride - 1)} `, peer === chosen ? paint.title : paint.dim);
		}),
	]);
}

/** One digit of each number, the higher ones only where they change. */
function headSpans({layout, chosen, theme, model}: View, digit: number, stride: number): readonly Span[] {
	const {paint} = theme;
	const digits = String(model.nodes.size).length;
	let number = 0;
	return layout.groups.flatMap((group, index) => [
		...(index > 0 ? [span(GAP, paint.border)] : []),
		...group.map(peer => {
			number += 1;
			const text = String(number).padStart(digits)[digit] as string;
			return span(text.padEnd(stride), peer === chosen ? paint.title : paint.dim);
		}),
	]);
}

function pairSpans(view: View, {peer}: TopologyNode, stride: number): readonly Span[] {
	const {layout, theme} = view;
	return layout.groups.flatMap((group, index) => [
		...(index > 0 ? [span(GAP, theme.paint.border)] : []),
		...group.map(other => {
			const [sign, paint] = pairSign(view, peer, other);
			const time = stride >= WITH_TIMES ? timeBetween(view, peer, other) : '';
			return span(fit(sign + time, stride), paint);
		}),
	]);
}

function timeBetween({model}: View, one: string, other: string): string {
	const rtt = edgeBetween(model, one, other)?.rtt;
	return rtt === undefined ? '' : ` ${formatRtt(rtt).replace(' ms', '')}`;
}

function pairSign(view: View, one: string, other: string): readonly [string, Paint] {
	const {model, room, chosen, theme} = view;
	if (one === other) return [PAIR_SIGNS.self, theme.paint.border];
	const edge = edgeBetween(model, one, other);
	if (!edge) return [PAIR_SIGNS.none, one === chosen || other === chosen ? theme.paint.dim : theme.paint.border];
	const sign = isBridge(model, edge) ? 'bridge' : isInMesh(edge, room) ? 'mesh' : edge.isConfirmed ? 'link' : 'unsure';
	return [PAIR_SIGNS[sign], latencyPaint(latencyOf(edge), theme)];
}

/** Columns of the list beside the names. */
const COLUMNS = [
	['edges', 5],
	['mesh', 5],
	['least', 9],
	['median', 9],
] as const;
/** From here on the list has room for round trips. */
const WIDE = 72;

function listHead({width, nameCells, theme}: View): string {
	const columns = width < WIDE ? COLUMNS.slice(0, 1) : COLUMNS;
	const heads = columns.map(([name, cells]) => name.padStart(cells)).join('');
	return row(width, [span(`${' '.repeat(BESIDE_NAME + nameCells - 1)}${heads}  connected to`, theme.paint.dim)]);
}

function listRow(view: View, node: TopologyNode): string {
	const {model, room, theme, width} = view;
	const links = linksOf(model, node.peer);
	const meshed = links.filter(({edge}) => isInMesh(edge, room)).length;
	const timed = links.filter(({edge}) => edge.rtt !== undefined);
	const figures = [span(String(links.length).padStart(4))];
	if (width >= WIDE) {
		figures.push(span(String(meshed).padStart(5)));
		figures.push(timeSpan(view, timed[0]?.edge), timeSpan(view, timed[Math.floor((timed.length - 1) / 2)]?.edge));
	}
	const left = [span(' '), ...nameSpans(view, node), ...figures, span('  ')];
	return row(
		width,
		[...left, ...neighbourSpans(view, links, width - spansWidth(left) - 1)],
		[span(' ', theme.paint.dim)],
	);
}

function timeSpan({theme}: View, edge: TopologyEdge | undefined): Span {
	if (!edge) return span('–'.padStart(9), theme.paint.dim);
	return span(formatRtt(edge.rtt as number).padStart(9), latencyPaint(latencyOf(edge), theme));
}

/** Names, the nearest first, bridges with their sign, as many as there is room for; then how many more there are. */
export function neighbourSpans(view: View, links: readonly LinkTo[], cells: number, times = false): readonly Span[] {
	const {model, nameOf, room, theme} = view;
	const spans: Span[] = [];
	let left = cells;
	for (const [index, {peer, edge}] of links.entries()) {
		const time = times ? ` ${edge.rtt === undefined ? '?' : formatRtt(edge.rtt)}` : '';
		const sign = isBridge(model, edge) ? `${PAIR_SIGNS.bridge} ` : '';
		const name = sign + fit(nameOf(peer), Math.min(view.nameCells, widthOf(nameOf(peer))));
		const needed = widthOf(name) + time.length + 2;
		const more = `+${links.length - index}`;
		const isLast = index === links.length - 1;
		if (needed - (isLast ? 2 : 0) > left - (isLast ? 0 : more.length)) return [...spans, span(more, theme.paint.dim)];
		spans.push(span(name, isInMesh(edge, room) ? theme.paint.title : theme.paint.plain));
		spans.push(span(time, latencyPaint(latencyOf(edge), theme)), span(isLast ? '' : '  '));
		left -= needed;
	}
	return spans;
}
