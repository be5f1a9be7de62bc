/** Help, drawn from the keymap and the commands themselves, so that it cannot be wrong. */
import {helpSections} from '../keymap.ts';
import {SLASH_COMMANDS} from '../slash.ts';
import {fit, row, type Span, span, widthOf} from '../text.ts';
import type {Theme} from '../theme.ts';

type Section = {readonly title: string; readonly entries: readonly {readonly keys: string; readonly help: string}[]};

/** Two columns where they fit. */
const WIDE = 110;
const GAP = 4;

export function helpLines(width: number, theme: Theme): readonly string[] {
	const sections = allSections();
	if (width < WIDE) return column(sections, width - 2, theme).map(line => row(width, [span(' '), ...line]));
	const half = Math.floor((width - 2 - GAP) / 2);
	const [left, right] = balanced(sections);
	const columns = [column(left, half, theme), column(right, half, theme)] as const;
	const height = Math.max(columns[0].length, columns[1].length);
	return Array.from({length: height}, (_, index) =>
		row(width, [
			span(' '),
			...filled(columns[0][index] ?? [], half),
			span(' '.repeat(GAP)),
			...(columns[1][index] ?? []),
		]),
	);
}

function allSections(): readonly Section[] {
	const commands = SLASH_COMMANDS.filter(command => !command.isHidden).map(({usage, help}) => ({keys: usage, help}));
	return [
		{title: 'Commands', entries: commands},
		...helpSections().map(({group, entries}) => ({title: group, entries})),
	];
}

/** Split so that both columns are about as long. */
function balanced(sections: readonly Section[]): readonly [readonly Section[], readonly Section[]] {
	const lengths = sections.map(section => section.entries.length + 2);
	const total = lengths.reduce((sum, length) => sum + length, 0);
	let best = 1;
	let bestDifference = Number.POSITIVE_INFINITY;
	let above = 0;
	for (const [index, length] of lengths.entries()) {
		above += length;
		const difference = Math.abs(total - 2 * above);
		if (difference >= bestDifference) continue;
		best = index + 1;
		bestDifference = difference;
	}
	return [sections.slice(0, best), sections.slice(best)];
}

function column(sections: readonly Section[], width: number, {paint}: Theme): readonly (readonly Span[])[] {
	const widest = Math.max(...sections.flatMap(section => section.entries.map(entry => widthOf(entry.keys))));
	const keyWidth = Math.min(widest, Math.floor(width * 0.45));
	return sections.flatMap(({title, entries}) => [
		[],
		[span(title, paint.accent)],
		...entries.flatMap(({keys, help}) => {
			if (widthOf(keys) <= keyWidth) return [[span(fit(keys, keyWidth + 2), paint.key), span(help)]];
			return [[span(keys, paint.key)], [span(' '.repeat(keyWidth + 2)), span(help)]];
		}),
	]);
}

function filled(spans: readonly Span[], width: number): readonly Span[] {
	const text = spans.reduce((sum, {text}) => sum + widthOf(text), 0);
	return text <= width ? [...spans, span(' '.repeat(width - text))] : cutLast(spans, width);
}

function cutLast(spans: readonly Span[], width: number): readonly Span[] {
	const last = spans.at(-1);
	if (!last) return spans;
	const before = spans.slice(0, -1);
	const used = before.reduce((sum, {text}) => sum + widthOf(text), 0);
	return [...before, {...last, text: fit(last.text, Math.max(0, width - used))}];
}
