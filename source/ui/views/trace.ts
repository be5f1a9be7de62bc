/** The way that a message takes to somebody, link by link: `you ─0.40 ms─ bob ─1.1 ms─ cat`. */
import type {TraceResult} from '../../api/spread.ts';
import type {State} from '../../store/state.ts';
import {formatRtt} from '../format.ts';
import {row, type Span, span, spansWidth} from '../text.ts';
import type {Theme} from '../theme.ts';
import {wrap} from '../wrap.ts';
import {sectionRow} from './pictures.ts';

type NameOf = (peer: string, name: string) => string;

export function traceRows(state: State, nameOf: NameOf, width: number, theme: Theme): readonly string[] {
	const {paint} = theme;
	const {trace} = state.pages.spread;
	const asked = [...state.pending.values()].map(({command}) => command).findLast(({command}) => command === 'trace');
	const text = (words: string, color: Span['paint']) =>
		wrap(words, width - 2).map(line => row(width, [span(` ${line}`, color)]));
	const name = (peer: string) => nameOf(peer, state.peers.get(peer)?.name ?? `…${peer.slice(-4)}`);
	const heading = (peer: string) => sectionRow(width, `Trace to ${name(peer)}`, theme);
	if (asked?.command === 'trace') return [heading(asked.peer), ...text('asking…', paint.dim)];
	if (!trace) {
		return [
			sectionRow(width, 'Trace', theme),
			...text('/trace <name> shows which way a message takes to somebody.', paint.dim),
		];
	}
	if ('problem' in trace) return [heading(trace.peer), ...text(trace.problem, paint.warn)];
	const total = trace.hops.at(-1)?.total;
	const back = total === undefined ? [] : [span(`${formatRtt(total)} there and back`, paint.accent)];
	return [sectionRow(width, `Trace to ${name(trace.peer)}`, theme, back), ...pathRows(trace, nameOf, width, theme)];
}

/** As many links in a row as fit; the next row is set in. */
function pathRows({hops}: TraceResult, nameOf: NameOf, width: number, theme: Theme): readonly string[] {
	const {paint} = theme;
	const rows: Span[][] = [[span(' '), span('you', paint.own)]];
	for (const {peer, name, link} of hops) {
		const next = [
			span(' ─', paint.border),
			span(formatRtt(link), paint.accent),
			span('─ ', paint.border),
			span(nameOf(peer, name), theme.peer(peer)),
		];
		const last = rows.at(-1) as Span[];
		if (spansWidth([...last, ...next]) < width) last.push(...next);
		else rows.push([span('  '), ...next]);
	}
	return rows.map(spans => row(width, spans));
}
