import {figure, type Row} from './shared.ts';

const HEADINGS = ['what', 'measured', 'beside it, in the same run', 'goal'] as const;

export function formatTable(rows: readonly Row[]): string {
	const cells = rows.map(row => [row.what, `${figure(row.value)} ${row.unit}`, row.reference ?? '', row.goal ?? '']);
	const widths = HEADINGS.map((heading, column) =>
		Math.max(heading.length, ...cells.map(line => line[column]!.length)),
	);
	const format = (line: readonly string[]) =>
		line
			.map((cell, column) => (column === 1 ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!)))
			.join('  ')
			.trimEnd();
	return [format(HEADINGS), widths.map(width => '─'.repeat(width)).join('  '), ...cells.map(format)].join('\n');
}
