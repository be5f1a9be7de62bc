/**
 * The pieces of a file as cells, in order: full where all of them are here, shaded where a part of them is, an arrow where one
 * is on its way, and else how many others have the rarest of them.
 */
import type {Transfer} from '../../store/files/transfers.ts';
import {row, type Span, span, spansWidth} from '../text.ts';
import type {Paint, Theme} from '../theme.ts';

/** Cells of a row: the largest of these that fits, so that rows end at even places. */
const WIDTHS = [128, 96, 64, 48, 32, 16] as const;
/** Rows that a map may fill, of those that are seen at once. */
const SHARE = 0.6;

type Kind = 'here' | 'most' | 'half' | 'some' | 'asked' | 'rare' | 'seen' | 'missing';

const SHADES = {here: '█', most: '▓', half: '▒', some: '░', asked: '▸', missing: '·'} as const;

export function pieceMapRows(transfer: Transfer, width: number, height: number, theme: Theme): readonly string[] {
	const {have, seen, asked} = transfer.map;
	const columns = WIDTHS.find(cells => cells <= width - 2) ?? 16;
	const most = Math.max(1, Math.floor(height * SHARE)) * columns;
	// Where nobody is listened to, it is not known who has what.
	const isSeen = transfer.sources.some(({dropped}) => dropped === undefined);
	const cells = Array.from(have, (digit, index) =>
		cellOf(digit, isSeen ? seen[index] : undefined, asked[index] === '1'),
	);
	// Where there is hardly any room, only its beginning would be seen: then each cell stands for several.
	const shown =
		cells.length <= most
			? cells
			: Array.from({length: most}, (_, at) => cells[Math.floor((at * cells.length) / most)] as Cell);
	const rows: string[] = [];
	for (let start = 0; start < shown.length; start += columns)
		rows.push(row(width, [span(' '), ...runs(shown.slice(start, start + columns), theme)]));
	const isWhole = cells.every(({kind}) => kind === 'here');
	return isWhole ? rows : [...rows, legendRow(width, isSeen, theme)];
}

type Cell = {readonly kind: Kind; readonly text: string};

/** `seen`: undefined if that is not known. */
function cellOf(have: string, seen: string | undefined, isAsked: boolean): Cell {
	const here = Number.parseInt(have, 16);
	if (here === 15) return {kind: 'here', text: SHADES.here};
	if (isAsked) return {kind: 'asked', text: SHADES.asked};
	if (here > 0) {
		const kind = here >= 10 ? 'most' : here >= 5 ? 'half' : 'some';
		return {kind, text: SHADES[kind]};
	}
	if (seen === undefined) return {kind: 'missing', text: SHADES.missing};
	const others = Math.min(9, Number.parseInt(seen, 16));
	return others === 0 ? {kind: 'rare', text: '0'} : {kind: 'seen', text: String(others)};
}

function paintOf(kind: Kind, {paint}: Theme): Paint | undefined {
	switch (kind) {
		case 'here':
		case 'most':
		case 'half':
		case 'some':
			return paint.good;
		case 'asked':
			return paint.accent;
		case 'rare':
			return paint.bad;
		case 'seen':
		case 'missing':
			return paint.dim;
	}
}

/** Equal neighbours are painted at once. */
function runs(cells: readonly Cell[], theme: Theme): readonly Span[] {
	const found: {kind: Kind; text: string}[] = [];
	for (const {kind, text} of cells) {
		const last = found.at(-1);
		if (last?.kind === kind) last.text += text;
		else found.push({kind, text});
	}
	return found.map(({kind, text}) => span(text, paintOf(kind, theme)));
}

function legendRow(width: number, isSeen: boolean, {paint}: Theme): string {
	const parts: readonly (readonly Span[])[] = [
		[span('█', paint.good), span(' here', paint.dim)],
		[span('░▒▓', paint.good), span(' in part', paint.dim)],
		...(isSeen
			? [
					[span('▸', paint.accent), span(' coming', paint.dim)],
					[span('3', paint.dim), span(' others have it', paint.dim)],
					[span('0', paint.bad), span(' nobody here has it', paint.dim)],
				]
			: [[span('·', paint.dim), span(' missing', paint.dim)]]),
	];
	const spans: Span[] = [span(' ')];
	for (const part of parts) {
		if (spansWidth(spans) + spansWidth(part) + 2 > width) break;
		spans.push(...part, span('  '));
	}
	return row(width, spans);
}
