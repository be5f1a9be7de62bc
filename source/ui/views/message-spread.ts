/** Who has stored one message, in which order and after how long: a timeline. */
import type {MessageSpread, SpreadHolder} from '../../api/spread.ts';
import {displayName, nameHolders} from '../../store/selectors.ts';
import type {State} from '../../store/state.ts';
import {formatRtt, plural} from '../format.ts';
import {fit, fitName, row, type Span, span, widthOf} from '../text.ts';
import type {Theme} from '../theme.ts';
import {sectionRow} from './pictures.ts';

const MIN_NAME = 4;
const MAX_NAME = 20;
const AFTER_CELLS = 9;
const MIN_BAR = 8;
const MAX_BAR = 60;
const WAY_CELLS = 24;
/** Members who still wait that have a row of their own. */
const MAX_WAITING = 40;

/** Rows for the page of the message's details. */
export function messageSpreadRows(
	state: State,
	spread: MessageSpread,
	width: number,
	theme: Theme,
	title = 'Stored by',
): readonly string[] {
	const {paint} = theme;
	const holders = nameHolders(state);
	const self = state.self?.peerId;
	const nameOf = (peer: string, name: string) => (peer === self ? 'you' : displayName(holders, peer, name));
	const {waiting, local, of} = spread;
	const all = [...spread.holders, ...waiting];
	const nameWidth = Math.min(MAX_NAME, Math.max(MIN_NAME, ...all.map(({peer, name}) => widthOf(nameOf(peer, name)))));
	const longest = Math.max(0, ...spread.holders.map(({after = 0}) => after));
	const bar = Math.min(MAX_BAR, width - nameWidth - AFTER_CELLS - WAY_CELLS - 5);
	const author = spread.holders.find(({hops}) => hops === 0)?.peer;
	const place = {width, nameWidth, bar: bar < MIN_BAR ? 0 : bar, longest, author, self, nameOf};
	const count = local ? [span(`${spread.holders.length} of ${of}`, paint.accent)] : [];
	const late = waiting.slice(0, MAX_WAITING);
	const more = waiting.length - late.length;
	return [
		sectionRow(width, title, theme, count),
		...spread.holders.map(holder => holderRow(holder, place, theme)),
		...late.map(({peer, name}) =>
			row(width, [span(` ${fitName(nameOf(peer, name), nameWidth)} ${'not yet'.padStart(AFTER_CELLS)}`, paint.dim)]),
		),
		...(more > 0 ? [row(width, [span(` … and ${more} more not yet`, paint.dim)])] : []),
		...(local ? [] : [row(width, [span(' Who else has stored it is known to its author alone.', paint.dim)])]),
	];
}

type Place = {
	readonly width: number;
	readonly nameWidth: number;
	/** Cells of the timeline; 0 where there is no room for it. */
	readonly bar: number;
	/** Milliseconds at its end. */
	readonly longest: number;
	/** Who wrote it, as far as that is told. */
	readonly author: string | undefined;
	readonly self: string | undefined;
	readonly nameOf: (peer: string, name: string) => string;
};

function holderRow(holder: SpreadHolder, place: Place, theme: Theme): string {
	const {width, nameWidth, bar, longest, self, nameOf} = place;
	const {peer, name, after} = holder;
	const paint = theme.peer(peer);
	return row(width, [
		span(` ${fitName(nameOf(peer, name), nameWidth)} `, paint),
		span(afterText(after, peer === self).padStart(AFTER_CELLS)),
		...timeline(after, longest, bar, theme, paint),
		span(`  ${wayText(holder, place)}`, theme.paint.dim),
	]);
}

/** `+0.8 ms`. Nothing where it was written. */
function afterText(after: number | undefined, isYou: boolean): string {
	if (after === undefined) return isYou ? 'have it' : 'has it';
	return after <= 0 ? '0 ms' : `+${formatRtt(after)}`;
}

/** A line as long as it took, with a dot where it arrived. */
function timeline(
	after: number | undefined,
	longest: number,
	cells: number,
	{paint}: Theme,
	dot: Span['paint'],
): readonly Span[] {
	if (cells === 0) return [];
	if (after === undefined) return [span(fit('', cells + 2))];
	const at = longest <= 0 ? 0 : Math.round((Math.max(0, after) / longest) * (cells - 1));
	return [span('  '), span('─'.repeat(at), paint.border), span('●', dot), span(' '.repeat(cells - 1 - at))];
}

/** `via ann, 2 hops`, `directly`. */
function wayText({after, via, hops}: SpreadHolder, {author, nameOf}: Place): string {
	if (hops === 0) return 'wrote it';
	if (hops === 1 || (via && via.peer === author)) return 'directly';
	const from = via ? [`via ${nameOf(via.peer, via.name)}`] : [];
	const way = [...from, ...(hops === undefined ? [] : [plural(hops, 'hop')])].join(', ');
	return way === '' && after === undefined ? 'time unknown' : way;
}
