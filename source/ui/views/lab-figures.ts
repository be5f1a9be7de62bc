/** The figures of the laboratory: those of now in a line, and those of both routers as bars side by side. */
import type {LabRouterFigures, LabState} from '../../api/lab.ts';
import {formatRtt} from '../format.ts';
import {fit, row, type Span, span} from '../text.ts';
import type {Theme} from '../theme.ts';
import {percent} from './lab-words.ts';

const LABEL_CELLS = 17;
const VALUE_CELLS = 10;
const MAX_BAR = 40;

type Figure = {
	readonly label: string;
	readonly value: (figures: LabRouterFigures) => number;
	readonly text: (value: number) => string;
};

const bytes = (value: number): string =>
	value < 999.5 ? `${Math.round(value)} B` : `${(value / 1_000).toFixed(1)} kB`;
const times = (value: number): string => `${value.toFixed(1)}×`;

const FIGURES: readonly Figure[] = [
	{label: 'delivered', value: ({delivered}) => delivered, text: percent},
	{label: 'copies too many', value: ({duplicates}) => duplicates, text: times},
	{label: 'half within', value: ({p50}) => p50, text: formatRtt},
	{label: '99 % within', value: ({p99}) => p99, text: formatRtt},
	{label: 'links gone over', value: ({meanHops}) => meanHops, text: value => value.toFixed(1)},
	{label: 'messages, a node', value: ({payloadBytes}) => payloadBytes, text: bytes},
	{label: 'upkeep, a node', value: ({controlBytes}) => controlBytes, text: bytes},
];

/** `gossipsub`, `delivered 100 %`, `copies too many 2.2×` …: the most important first, and `isShort` leaves out the rest. */
export function figureParts({figures}: LabState, isShort: boolean, {paint}: Theme): readonly (readonly Span[])[] {
	const {router, delivered, duplicates, p50, p99, meanHops, payloadBytes, controlBytes} = figures;
	// Every message goes over a link at least, unless there was none.
	const isQuiet = meanHops === 0 && delivered === 1;
	const known = (text: string) => (isQuiet ? '–' : text);
	const few: readonly (readonly [string, string])[] = [
		['delivered', known(percent(delivered))],
		[isShort ? 'copies' : 'copies too many', known(times(duplicates))],
	];
	const rest: typeof few = [
		['p50', known(formatRtt(p50))],
		['p99', known(formatRtt(p99))],
		['hops', known(meanHops.toFixed(1))],
		['a node sent', bytes(payloadBytes)],
		['upkeep', bytes(controlBytes)],
	];
	const parts = (isShort ? few : [...few, ...rest]).map(([name, value]) => [span(`${name} `, paint.dim), span(value)]);
	return [[span(router, paint.title)], ...parts];
}

/** A row for each router, for where there is no room for bars. */
export function shortComparison(both: readonly LabRouterFigures[], width: number, {paint}: Theme): string[] {
	return both.map(({router, duplicates, p50, payloadBytes, controlBytes}) => {
		const sent = bytes(payloadBytes + controlBytes);
		return row(width, [
			span(` ${fit(router, 10)}`, paint.title),
			span(`${times(duplicates)} copies · ${formatRtt(p50)} · ${sent} a node`),
		]);
	});
}

/** Both side by side, each figure as a bar. */
export function comparisonRows(both: readonly LabRouterFigures[], width: number, theme: Theme): string[] {
	const {paint} = theme;
	const half = Math.floor((width - 2 - LABEL_CELLS) / 2);
	const room = Math.min(MAX_BAR, half - VALUE_CELLS - 2);
	const head = both.map(({router}, index) => span(index === 0 ? fit(router, half) : router, paint.title));
	const rows = FIGURES.map(({label, value, text}) => {
		const values = both.map(value);
		const most = Math.max(...values, Number.MIN_VALUE);
		const cells = values.flatMap(each => {
			const bar = '█'.repeat(Math.max(each > 0 ? 1 : 0, Math.round((room * each) / most)));
			return [span(text(each).padStart(VALUE_CELLS)), span(' '), span(fit(bar, half - VALUE_CELLS - 1), paint.accent)];
		});
		return row(width, [span(` ${fit(label, LABEL_CELLS)}`, paint.dim), ...cells]);
	});
	return [row(width, [span(fit('', LABEL_CELLS + 1 + VALUE_CELLS + 1)), ...head]), ...rows];
}
