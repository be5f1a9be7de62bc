/**
 * The pieces of a file as cells, in order: full where all of them are here, shaded where a part of them is, an arrow where one
 * is on its way, and else how many others have the rarest of them: said once, and points for as long as it stays so. What is
 * here stands out so, and what nobody has.
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
	const kinds = new Set(shown.map(({kind}) => kind));
	const isWhole = cells.every(({kind}) => kind === 'here');
	return isWhole ? rows : [...rows, ...legendRows(width, kinds, theme)];
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
	for (const [index, {kind, text}] of cells.entries()) {
		const last = found.at(-1);
		const shown = kind === 'seen' && cells[index - 1]?.text === text ? SHADES.missing : text;
		if (last?.kind === kind) last.text += shown;
		else found.push({kind, text: shown});
	}
	return found.map(({kind, text}) => span(text, paintOf(kind, theme)));
}

/** What there is in the map, and of that all: what does not fit in one row goes on in the next. */
function legendRows(width: number, kinds: ReadonlySet<Kind>, {paint}: Theme): readonly string[] {
	const isInPart = (['most', 'half', 'some'] as const).some(kind => kinds.has(kind));
	const parts: readonly (readonly Span[])[] = [
		...(kinds.has('here') ? [[span(SHADES.here, paint.good), span(' here', paint.dim)]] : []),
		...(isInPart ? [[span('░▒▓', paint.good), span(' in part', paint.dim)]] : []),
		...(kinds.has('asked') ? [[span(SHADES.asked, paint.accent), span(' coming', paint.dim)]] : []),
		...(kinds.has('seen') ? [[span('1–9·· so many others have it', paint.dim)]] : []),
		...(kinds.has('rare')
			? [[span('0', paint.bad), span(` nobody here${kinds.has('seen') ? '' : ' has it'}`, paint.dim)]]
			: []),
		...(kinds.has('missing') ? [[span(SHADES.missing, paint.dim), span(' missing', paint.dim)]] : []),
	];
	const rows: Span[][] = [];
	for (const part of parts) {
		const last = rows.at(-1);
		if (last && spansWidth(last) + 2 + spansWidth(part) <= width) last.push(span('  '), ...part);
		else rows.push([span(' '), ...part]);
	}
	return rows.map(spans => row(width, spans));
}
