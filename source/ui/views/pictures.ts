/** Pictures and headings that the pages of what is measured have in common. */
import type {RttFigures} from '../../api/metrics.ts';
import {formatRate, formatRtt} from '../format.ts';
import {areaRows, latencyShares, rateShares} from '../panes/graph.ts';
import {row, type Span, span, spansWidth} from '../text.ts';
import type {Paint, Theme} from '../theme.ts';

/** `─ Title ──────────────── right ─`. */
export function sectionRow(width: number, title: string, {paint}: Theme, right: readonly Span[] = []): string {
	const head = [span('─ ', paint.border), span(title, paint.title), span(' ')];
	const room = width - spansWidth(head) - 2;
	const tail = right.length > 0 && spansWidth(right) + 3 <= room ? [span(' '), ...right, span(' ')] : [];
	const line = '─'.repeat(Math.max(0, room + 1 - spansWidth(tail)));
	return row(width, [...head, span(line, paint.border), ...tail, span('─', paint.border)]);
}

export type Flow = {
	readonly arrow: '↓' | '↑';
	/** Bytes a second, the oldest first. */
	readonly rates: readonly number[];
	/** What has flowed in all, in words. */
	readonly total: string;
	readonly paint: Paint;
};

/** `↓  3.4 kB/s ▁▂▅█▃ 1.2 MB`: one row, or a part of one. */
export function flowSpans({arrow, rates, total, paint}: Flow, width: number, theme: Theme): readonly Span[] {
	const head = [span(` ${arrow} `, theme.paint.key), span(rateText(rates)), span(' ')];
	const fits = total !== '' && spansWidth(head) + total.length + MIN_GRAPH + 3 <= width;
	const tail = fits ? [span(`  ${total}`, theme.paint.dim)] : [];
	const cells = Math.max(0, width - spansWidth(head) - spansWidth(tail) - 1);
	const [graph = ''] = areaRows(rateShares(rates, cells), cells, 1);
	return [...head, span(graph, paint), ...tail, span(' ')];
}

const MIN_GRAPH = 8;

function rateText(rates: readonly number[]): string {
	const [number = '', unit = ''] = formatRate(rates.at(-1) ?? 0).split(' ');
	return `${number.padStart(3)} ${unit.padEnd(4)}`;
}

/** The same with a picture of several rows below: each a row of exactly `width`. */
export function flowPicture(flow: Flow, width: number, height: number, theme: Theme): readonly string[] {
	const {arrow, rates, total, paint} = flow;
	const cells = width - 2;
	const shown = stretched(rates, cells);
	const peak = `peak ${formatRate(Math.max(0, ...rates))}`;
	const figures = [total, peak].filter(text => text !== '').join(' · ');
	return [
		row(
			width,
			[span(` ${arrow} `, theme.paint.key), span(rateText(rates))],
			figures.length + 14 <= width ? [span(`${figures} `, theme.paint.dim)] : [],
		),
		...areaRows(rateShares(shown, cells), cells, height).map(line => row(width, [span(' '), span(line, paint)])),
	];
}

/** Round-trip times as an area of several rows. */
export function latencyPicture(
	times: readonly number[],
	width: number,
	height: number,
	paint: Paint,
): readonly string[] {
	const cells = width - 2;
	const shares = latencyShares(stretched(times, cells));
	return areaRows(shares, cells, height).map(line => row(width, [span(' '), span(line, paint)]));
}

/** Samples of a minute. */
const MINUTE = 60;

/** A minute fills the width where there is more room than that; else its last samples, one a cell. */
function stretched(samples: readonly number[], cells: number): readonly number[] {
	if (cells <= MINUTE) return samples.slice(-Math.max(1, cells));
	const missing = MINUTE - Math.min(MINUTE, samples.length);
	const shown = samples.slice(-MINUTE);
	return Array.from({length: cells}, (_, cell) => Math.floor((cell * MINUTE) / cells))
		.filter(at => at >= missing)
		.map(at => shown[at - missing] as number);
}

/**
 * Where round trips lie, on a logarithmic scale from the shortest to the longest: `├──┃━━━━━━┫─────┤`. The thick part goes from
 * the median to p99.
 */
export function spreadBar(
	{min, max, p50, p99}: Pick<RttFigures, 'min' | 'max' | 'p50' | 'p99'>,
	cells: number,
): string {
	if (cells < 5) return '';
	const low = Math.log(Math.max(min, 1e-3));
	const span = Math.max(Math.log(Math.max(max, 1e-3)) - low, 1e-9);
	const at = (time: number) =>
		Math.max(1, Math.min(cells - 2, Math.round(((Math.log(Math.max(time, 1e-3)) - low) / span) * (cells - 1))));
	const [from, to] = [at(p50), Math.max(at(p50), at(p99))];
	const between = Array.from({length: cells - 2}, (_, index) => {
		const cell = index + 1;
		if (cell === from) return '┃';
		if (cell === to) return '┫';
		return cell > from && cell < to ? '━' : '─';
	});
	return `├${between.join('')}┤`;
}

/** `0.18 ms ├──┃━━━┫────┤ 12 ms`, and below it what the marks are. */
export function spreadRows(figures: RttFigures, width: number, {paint}: Theme): readonly string[] {
	const [low, high] = [formatRtt(figures.min), formatRtt(figures.max)];
	const cells = Math.min(width - low.length - high.length - 4, 100);
	const words: readonly Span[] = [
		span(' half below ', paint.dim),
		span(formatRtt(figures.p50), paint.accent),
		span(' · 99 of 100 below ', paint.dim),
		span(formatRtt(figures.p99), paint.accent),
		span(` · jitter ${formatRtt(figures.jitter)}`, paint.dim),
	];
	const short: readonly Span[] = [
		span(' p50 ', paint.dim),
		span(formatRtt(figures.p50), paint.accent),
		span(' · p99 ', paint.dim),
		span(formatRtt(figures.p99), paint.accent),
	];
	return [
		row(width, [span(` ${low} `), span(spreadBar(figures, cells), paint.accent), span(` ${high}`)]),
		row(width, spansWidth(words) <= width ? words : short),
	];
}

/** Two columns of rows side by side; the shorter one is filled up. */
export function beside(
	left: readonly string[],
	right: readonly string[],
	leftWidth: number,
	rightWidth: number,
): readonly string[] {
	return Array.from(
		{length: Math.max(left.length, right.length)},
		(_, index) => (left[index] ?? ' '.repeat(leftWidth)) + (right[index] ?? ' '.repeat(rightWidth)),
	);
}
