/**
 * A terminal's cells as an SVG: text as text, so that it can be selected; lines and blocks as shapes, so that frames
 * close whatever font the reader has.
 */
import type {Cell} from '../helpers/pty.ts';

const CELL = {width: 8.4, height: 18, baseline: 13.5, font: 14} as const;
const MARGIN = 14;
const BACKGROUND = '#1e1e2e';
const FOREGROUND = '#cdd6f4';

/** The strokes of a box character: from the middle of its cell up, right, down, left. */
const STROKES: Readonly<Record<string, string>> = {
	'─': 'rl',
	'│': 'ud',
	'├': 'urd',
	'┤': 'udl',
	'┬': 'rdl',
	'┴': 'url',
	'┼': 'urdl',
	'╭': 'rd)',
	'╮': 'dl)',
	'╰': 'ur)',
	'╯': 'ul)',
};

const LOWER_BLOCKS = '▁▂▃▄▅▆▇█';

/** `label` is for whoever cannot see it. */
export function svgOf(rows: readonly (readonly Cell[])[], label: string): string {
	const columns = rows[0]?.length ?? 0;
	const [width, height] = [columns * CELL.width + 2 * MARGIN, rows.length * CELL.height + 2 * MARGIN];
	const shapes = rows.flatMap((row, index) => rowShapes(row, MARGIN + index * CELL.height));
	return [
		`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${round(width)} ${round(height)}" role="img">`,
		`<title>${escaped(label)}</title>`,
		`<style>text{font:${CELL.font}px ui-monospace,"Cascadia Mono",Menlo,"DejaVu Sans Mono",monospace;white-space:pre}</style>`,
		`<rect width="100%" height="100%" rx="8" fill="${BACKGROUND}"/>`,
		...shapes,
		'</svg>',
		'',
	].join('\n');
}

function rowShapes(row: readonly Cell[], y: number): string[] {
	const backgrounds: string[] = [];
	const figures: string[] = [];
	for (const run of runsOf(row)) {
		const {cell, column, cells, text} = run;
		const x = MARGIN + column * CELL.width;
		const {ink, paper} = coloursOf(cell);
		const width = round(cells * CELL.width);
		if (paper)
			backgrounds.push(`<rect x="${round(x)}" y="${y}" width="${width}" height="${CELL.height}" fill="${paper}"/>`);
		if (text.trim() !== '') figures.push(figure(run, x, y, ink));
	}
	return [...backgrounds, ...figures];
}

type Run = {readonly cell: Cell; readonly column: number; cells: number; text: string};

/** Neighbouring cells that look alike; what is drawn as a shape stands for itself. */
function runsOf(row: readonly Cell[]): Run[] {
	const runs: Run[] = [];
	for (const [column, cell] of row.entries()) {
		if (cell.width === 0) continue;
		const text = cell.text === '' ? ' ' : cell.text;
		const last = runs.at(-1);
		const isPlain = !isShape(text) && cell.width === 1 && text.length === 1;
		const joins = last && isPlain && !isShape(last.text) && last.cell.width === 1 && look(last.cell) === look(cell);
		if (joins) {
			last.text += text;
			last.cells += 1;
		} else runs.push({cell, column, cells: cell.width, text});
	}
	return runs;
}

const isShape = (text: string): boolean => text in STROKES || (text.length === 1 && LOWER_BLOCKS.includes(text));

function look({foreground, background, bold, dim, italic, underline, inverse}: Cell): string {
	return [foreground, background, bold, dim, italic, underline, inverse].join(' ');
}

function figure({cell, text, cells}: Run, x: number, y: number, ink: string): string {
	if (text in STROKES) return box(STROKES[text] as string, x, y, ink);
	const eighths = LOWER_BLOCKS.indexOf(text) + 1;
	if (text.length === 1 && eighths > 0) return block(eighths / 8, x, y, ink);
	const style = [
		`fill="${ink}"`,
		cell.bold ? 'font-weight="bold"' : '',
		cell.italic ? 'font-style="italic"' : '',
		cell.underline ? 'text-decoration="underline"' : '',
		cell.dim ? 'opacity="0.6"' : '',
	].filter(part => part !== '');
	const start = text.length - text.trimStart().length;
	const shown = text.trim();
	const at = `x="${round(x + start * CELL.width)}" y="${round(y + CELL.baseline)}"`;
	const length = cell.width === 1 ? shown.length : cells;
	return `<text ${at} textLength="${round(length * CELL.width)}" ${style.join(' ')}>${escaped(shown)}</text>`;
}

function box(strokes: string, x: number, y: number, ink: string): string {
	const [right, bottom] = [x + CELL.width, y + CELL.height];
	const [middle, centre] = [x + CELL.width / 2, y + CELL.height / 2];
	const ends: Record<string, string> = {
		u: `${round(middle)} ${y}`,
		d: `${round(middle)} ${bottom}`,
		l: `${round(x)} ${round(centre)}`,
		r: `${round(right)} ${round(centre)}`,
	};
	const [first = '', second = ''] = [...strokes];
	const path = strokes.endsWith(')')
		? `M${ends[first]}Q${round(middle)} ${round(centre)} ${ends[second]}`
		: [...strokes].map(stroke => `M${round(middle)} ${round(centre)}L${ends[stroke]}`).join('');
	return `<path d="${path}" fill="none" stroke="${ink}"/>`;
}

function block(part: number, x: number, y: number, ink: string): string {
	const height = CELL.height * part;
	const at = `x="${round(x)}" y="${round(y + CELL.height - height)}"`;
	return `<rect ${at} width="${round(CELL.width)}" height="${round(height)}" fill="${ink}"/>`;
}

function coloursOf({foreground, background, inverse}: Cell): {ink: string; paper: string | undefined} {
	const ink = typeof foreground === 'string' ? foreground : FOREGROUND;
	const paper = typeof background === 'string' ? background : undefined;
	return inverse ? {ink: paper ?? BACKGROUND, paper: ink} : {ink, paper};
}

const round = (value: number): number => Math.round(value * 100) / 100;

function escaped(text: string): string {
	return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
