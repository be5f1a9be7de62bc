/** What lines, signs and colours mean: only those that are there. */
import {DASHED} from '../graph/box.ts';
import {isBridge, isInMesh, LATENCIES, type Latency, latencyOf, latencyPaint} from '../graph/model.ts';
import {row, type Span, span, spansWidth} from '../text.ts';
import {PAIR_SIGNS} from './topology-table.ts';
import {isBarred, MARKS, markOf, tells, type View} from './topology-view.ts';

/** One row, the most important first, as many as there is room for. */
export function legendRow(view: View, look: 'graph' | 'table'): string {
	const {width} = view;
	const spans: Span[] = [];
	for (const entry of [...linkEntries(view, look), ...markEntries(view)]) {
		if (entry.length === 0) continue;
		const more = [span(spans.length === 0 ? ' ' : '   '), ...entry];
		if (spansWidth([...spans, ...more]) <= width) spans.push(...more);
	}
	return row(width, spans);
}

function linkEntries(view: View, look: 'graph' | 'table'): readonly (readonly Span[])[] {
	const {model, room, roomLabel, theme} = view;
	const {edges} = model.topology;
	const {paint} = theme;
	const isGraph = look === 'graph';
	const entry = (isThere: boolean, sign: string, what: string) =>
		isThere ? [span(sign, paint.title), span(` ${what}`, paint.dim)] : [];
	const plain = edges.filter(edge => !isInMesh(edge, room) && !isBridge(model, edge));
	return [
		entry(
			edges.some(edge => isInMesh(edge, room)),
			isGraph ? '┃' : PAIR_SIGNS.mesh,
			`mesh of ${roomLabel}`,
		),
		entry(
			plain.some(edge => edge.isConfirmed),
			isGraph ? '│' : PAIR_SIGNS.link,
			'connected',
		),
		entry(model.bridges.size > 0, isGraph ? '║' : PAIR_SIGNS.bridge, 'bridge'),
		latencySpans(view),
		entry(
			plain.some(edge => !edge.isConfirmed),
			isGraph ? DASHED : PAIR_SIGNS.unsure,
			'one of them says so',
		),
	];
}

/** `rtt <5 <40 ≥150 ms`: each in its colour. */
function latencySpans({model, theme}: View): readonly Span[] {
	const found = new Set(model.topology.edges.map(latencyOf));
	const [near, middling, far] = LATENCIES;
	const names: Readonly<Record<Exclude<Latency, 'unknown'>, string>> = {
		near: `<${near}`,
		middling: `<${middling}`,
		far: `<${far}`,
		farther: `≥${far}`,
	};
	const shown = (Object.keys(names) as (keyof typeof names)[]).filter(latency => found.has(latency));
	if (shown.length === 0) return [];
	const times = shown.map(latency => span(` ${names[latency]}`, latencyPaint(latency, theme)));
	return [span('rtt', theme.paint.dim), ...times, span(' ms', theme.paint.dim)];
}

function markEntries({model, theme}: View): readonly (readonly Span[])[] {
	const {paint} = theme;
	const {nodes} = model.topology;
	const marks = new Set(nodes.map(markOf));
	const entry = (isThere: boolean, sign: string, what: string) =>
		isThere ? [span(sign, paint.title), span(` ${what}`, paint.dim)] : [];
	return [
		entry(
			nodes.some(node => isBarred(model, node)),
			'!',
			'out of your reach',
		),
		entry(marks.has('others'), MARKS.others, 'not connected to you'),
		entry(
			nodes.some(node => !tells(node) && node.isReachable),
			'?',
			'does not say',
		),
		entry(marks.has('lost'), MARKS.lost, 'unreachable'),
	];
}
