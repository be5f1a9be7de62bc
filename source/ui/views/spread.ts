/** How messages of the open room spread, and the last trace. */
import type {RoomSpread} from '../../api/spread.ts';
import {activeRoom, displayName, nameHolders, roomTitle} from '../../store/selectors.ts';
import type {State} from '../../store/state.ts';
import {counted, formatBytes, shareText} from '../figures.ts';
import {formatRtt} from '../format.ts';
import {row, type Span, span, spansWidth} from '../text.ts';
import type {Theme} from '../theme.ts';
import {wrap} from '../wrap.ts';
import {PageBuilder, type PageContent} from './content.ts';
import {sectionRow} from './pictures.ts';
import {traceRows} from './trace.ts';

const LABEL_CELLS = 13;
const FIGURE_CELLS = 9;
const MAX_BAR = 60;

const BETWEEN_TWO =
	'What two say to each other goes from one to the other, and nowhere else. In a room, this page shows how it spreads.';

/** `height`: rows that are seen at once. */
export function spreadContent(state: State, width: number, _height: number, theme: Theme): PageContent {
	const {paint} = theme;
	const content = new PageBuilder();
	const room = activeRoom(state);
	const {room: spread} = state.pages.spread;
	const blank = row(width, []);
	if (!room) content.add(blank, row(width, [span(' You are in no room.', paint.dim)]));
	else if (room.peer !== undefined) content.add(blank, ...words(BETWEEN_TWO, width, paint.dim));
	else if (spread?.room !== room.room) content.add(blank, row(width, [span(' asking…', paint.dim)]));
	else content.add(...roomRows(spread, roomTitle(state, room), width, theme));
	const holders = nameHolders(state);
	const self = state.self?.peerId;
	const nameOf = (peer: string, name: string) => (peer === self ? 'you' : displayName(holders, peer, name));
	return content.add(blank, ...traceRows(state, nameOf, width, theme));
}

function roomRows(spread: RoomSpread, title: string, width: number, theme: Theme): readonly string[] {
	const {paint} = theme;
	const blank = row(width, []);
	const mesh =
		spread.mesh >= spread.members ? 'all of them get our messages at once' : `${spread.mesh} of them in our mesh`;
	const members = spread.members === 0 ? 'nobody else is here' : `${counted(spread.members, 'other')} here, ${mesh}`;
	const heading = [span(` ${title}`, paint.accent), span(` · ${spread.router}`, paint.dim)];
	const rest = [span(' · ', paint.dim), span(members)];
	const fits = spansWidth([...heading, ...rest]) < width;
	return [
		...(fits ? [row(width, [...heading, ...rest])] : [row(width, heading), ...words(members, width)]),
		sectionRow(width, 'Delivery of what you write', theme),
		...deliveryRows(spread, width, theme),
		blank,
		sectionRow(width, 'Copies of what others write', theme),
		...copyRows(spread, width, theme),
		blank,
		sectionRow(width, 'What it costs', theme),
		...costRows(spread, width, theme),
	];
}

/** A label, a figure, and a bar as long as its part of the largest. */
function barRow(
	[label, figure, share]: readonly [label: string, figure: string, share: number],
	width: number,
	{paint}: Theme,
	color: Span['paint'],
): string {
	const cells = Math.min(MAX_BAR, width - LABEL_CELLS - FIGURE_CELLS - 4);
	return row(width, [
		span(` ${label.padEnd(LABEL_CELLS)}`, paint.dim),
		span(figure.padStart(FIGURE_CELLS)),
		span('  '),
		span(bar(share, cells), color),
	]);
}

/** In halves of a cell; what is not nothing is seen. */
function bar(share: number, cells: number): string {
	const halves = Math.round(Math.max(0, Math.min(1, share)) * cells * 2);
	const filled = share > 0 ? Math.max(1, halves) : 0;
	return '█'.repeat(Math.floor(filled / 2)) + (filled % 2 === 1 ? '▌' : '');
}

function words(text: string, width: number, paint?: Span['paint']): readonly string[] {
	return wrap(text, width - 2).map(line => row(width, [span(` ${line}`, paint)]));
}

function deliveryRows({delivery, followed, coverage}: RoomSpread, width: number, theme: Theme): readonly string[] {
	const {paint} = theme;
	if (followed === 0)
		return words('Nothing yet: say something, and it is followed to those who store it.', width, paint.dim);
	const arrived =
		coverage === undefined ? [] : [barRow(['arrived', `${shareText(coverage)} %`, coverage], width, theme, paint.good)];
	const of = `${counted(followed, 'message')} followed${delivery ? `, ${counted(delivery.count, 'arrival')} timed` : ''}`;
	if (!delivery) return [...arrived, ...words(of, width, paint.dim)];
	return [
		barRow(['half within', formatRtt(delivery.p50), delivery.p50 / delivery.p99], width, theme, paint.accent),
		barRow(['99 of 100', formatRtt(delivery.p99), 1], width, theme, paint.accent),
		...arrived,
		...words(of, width, paint.dim),
	];
}

function copyRows(
	{delivered, duplicates, floodDuplicates}: RoomSpread,
	width: number,
	theme: Theme,
): readonly string[] {
	const {paint} = theme;
	if (delivered === 0) return words('Nothing yet: nobody else has said anything.', width, paint.dim);
	const surplus = duplicates / delivered;
	const flooded = floodDuplicates === undefined ? undefined : floodDuplicates / delivered;
	const most = Math.max(surplus, flooded ?? 0, 1e-9);
	const figure = (copies: number) => `${copies.toFixed(1)}×`;
	return [
		barRow(['too many', figure(surplus), surplus / most], width, theme, paint.accent),
		...(flooded === undefined
			? []
			: [barRow(['by flooding', figure(flooded), flooded / most], width, theme, paint.warn)]),
		...words(
			`for each of ${counted(delivered, 'message')}${floodDuplicates === undefined ? '' : '; flooding is reckoned from the links that are known'}`,
			width,
			paint.dim,
		),
	];
}

function costRows({payloadBytes, controlBytes}: RoomSpread, width: number, theme: Theme): readonly string[] {
	const {paint} = theme;
	const most = Math.max(payloadBytes, controlBytes, 1);
	const ratio = payloadBytes === 0 ? '' : `; ${(controlBytes / payloadBytes).toFixed(2)} bytes for each byte said`;
	return [
		barRow(['events', formatBytes(payloadBytes), payloadBytes / most], width, theme, paint.accent),
		barRow(['control', formatBytes(controlBytes), controlBytes / most], width, theme, paint.warn),
		...words(`control: the mesh and offers of this room${ratio}`, width, paint.dim),
	];
}
