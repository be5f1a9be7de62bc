import {verdict} from './goal.ts';
import {figure, type Row} from './shared.ts';

const HEADINGS = ['what', 'measured', 'cores', 'beside it, in the same run', 'target (stretch)', 'verdict'] as const;
const RIGHT_ALIGNED = 1;

export function formatTable(rows: readonly Row[]): string {
	const cells = rows.map(cellsOf);
	const widths = HEADINGS.map((heading, column) =>
		Math.max(heading.length, ...cells.map(line => line[column]!.length)),
	);
	const format = (line: readonly string[]) =>
		line
			.map((cell, column) => (column === RIGHT_ALIGNED ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!)))
			.join('  ')
			.trimEnd();
	return [format(HEADINGS), widths.map(width => '─'.repeat(width)).join('  '), ...cells.map(format)].join('\n');
}

function cellsOf({what, value, unit, pinned, reference = '', goal}: Row): readonly string[] {
	return [
		what,
		Number.isFinite(value) ? `${figure(value)} ${unit}` : '–',
		pinned ? 'one' : 'all',
		reference,
		goal?.text ?? '',
		goal ? verdict(goal) : '',
	];
}
