/** Figures in columns: numbers stand with their points one below the other, and what was not measured is a dash. */
import {formatRate, formatSpan} from './format.ts';

export const NO_FIGURE = '–';

/** `  3.4 `: so many cells before the point, and so many from it on. */
export function aligned(text: string, before: number, after: number): string {
	const [whole = '', rest = ''] = split(text);
	return whole.padStart(before) + rest.padEnd(after);
}

/** At the point, or behind the last digit. */
function split(text: string): readonly [string, string] {
	const at = text.search(/(?<=\d)\D|\.|$/);
	return [text.slice(0, at), text.slice(at)];
}

const TIME_BEFORE = 3;
const TIME_AFTER = 3;

/** Milliseconds in six cells: `  0.21`, `  1.8 `, ` 24   `, `  1.2s`, ` 40s  `. */
export function timeCell(milliseconds: number | undefined): string {
	return aligned(timeText(milliseconds), TIME_BEFORE, TIME_AFTER);
}

function timeText(time: number | undefined): string {
	if (time === undefined || !Number.isFinite(time)) return NO_FIGURE;
	if (time < 0.995) return Math.max(0, time).toFixed(2);
	if (time < 9.95) return time.toFixed(1);
	if (time < 999.5) return String(Math.round(time));
	if (time < 9_950) return `${(time / 1000).toFixed(1)}s`;
	return time < 999_500 ? `${Math.round(time / 1000)}s` : `${Math.min(999, Math.round(time / 60_000))}m`;
}

/** Bytes a second in eight cells, without saying so: `  3.4 kB`. */
export function rateCell(bytes: number | undefined): string {
	if (bytes === undefined) return aligned(NO_FIGURE, 3, 5);
	const [number = '', unit = ''] = formatRate(Math.max(0, bytes)).split(' ');
	return `${aligned(number, 3, 2)} ${unit.slice(0, -2).padEnd(2)}`;
}

/** `3.4 kB`, `0 B`. */
export function formatBytes(bytes: number): string {
	return formatRate(bytes).slice(0, -2);
}

/** A part of a whole as per cent, in five cells: `  0.0`, ` 12.5`, `100  `. */
export function shareCell(share: number | undefined): string {
	return aligned(share === undefined ? NO_FIGURE : shareText(share), 3, 2);
}

/** `0`, `0.2`, `12`: per cent. What is not nothing does not look like it. */
export function shareText(share: number): string {
	const percent = share * 100;
	if (percent === 0 || percent >= 9.95) return String(Math.round(percent));
	return Math.max(0.1, percent).toFixed(1);
}

/** `1 message`, `22,310 messages`. */
export function counted(count: number, word: string): string {
	return `${count.toLocaleString('en')} ${word}${count === 1 ? '' : 's'}`;
}

const COUNT_UNITS = ['', 'k', 'M', 'G', 'T'] as const;

/** At most five cells: `9999`, `12.3k`, `123k`, `1.2M`; with a sign before it, four. */
export function countText(count: number): string {
	if (count < 10_000) return String(count);
	let value = count;
	let unit = 0;
	while (value >= 999.5 && unit < COUNT_UNITS.length - 1) {
		value /= 1000;
		unit += 1;
	}
	return `${value < 99.95 ? value.toFixed(1) : Math.round(value)}${COUNT_UNITS[unit]}`;
}

/** How far one clock is from another: `+1.2s`, `-40ms`, `0ms`. */
export function offsetText(milliseconds: number): string {
	const rounded = Math.round(milliseconds);
	const sign = rounded > 0 ? '+' : rounded < 0 ? '-' : '';
	return sign + formatSpan(Math.abs(rounded)).replace(' ', '');
}

/** `±3ms`: never less than one, for it is not known so well. */
export function errorText(milliseconds: number): string {
	return `±${formatSpan(Math.max(1, Math.round(milliseconds))).replace(' ', '')}`;
}
