/** The open room: its newest messages, or older ones while scrolled up. Only visible rows are made. */
import {newestOpenOffer, transferOf} from '../../store/files/selectors.ts';
import type {Transfer} from '../../store/files/transfers.ts';
import {compareKeys, entryAt, indexOf} from '../../store/log.ts';
import type {Holders} from '../../store/names.ts';
import {placeOf} from '../../store/scroll.ts';
import {activeRoom, connectedPeers, displayName, nameHolders, roomTitle} from '../../store/selectors.ts';
import type {Entry, Room, State} from '../../store/state.ts';
import {dayOf, formatAgo, formatDate, formatDay} from '../format.ts';
import {keymapOf} from '../keymap.ts';
import type {Rect} from '../layout.ts';
import {framed, MIN_TAGGED, row, type Span, span, titleRow, widthOf} from '../text.ts';
import type {Theme} from '../theme.ts';
import {alarmRows} from './alarm.ts';
import {emptyRoomRows, loadingRows, startingRows} from './empty.ts';
import {type EntryContext, entryRows} from './entry.ts';
import type {OfferLook} from './offer.ts';
import {onTheirWay} from './queued.ts';
import {unreadMark} from './unread.ts';

const MAX_NAME = 16;

/** Rows of messages in a pane of this height. */
export function visibleRows(rect: Rect): number {
	return rect.height - 1;
}

export function chatRows(state: State, rect: Rect, theme: Theme): readonly string[] {
	const width = rect.width - 2;
	const height = visibleRows(rect);
	const room = activeRoom(state);
	const alarm = alarmRows(state, width, height, theme);
	const left = height - alarm.length;
	const chunks = room ? windowChunks(state, room, width, left - progressRows(room, width, theme).length, theme) : [];
	const content = room ? roomRows(state, room, chunks, width, left, theme) : startingRows(state, width, theme);
	const shown = content.slice(0, left);
	const filling = Array.from({length: left - shown.length}, () => ' '.repeat(width));
	const elsewhere = rect.x === 0 ? elsewhereSpans(state, theme.paint) : [];
	const day = daySpans(state, chunks, theme.paint);
	const right = day.length > 0 && elsewhere.length > 0 ? [...day, span('  '), ...elsewhere] : [...day, ...elsewhere];
	return [
		chatTitle(state, room, rect.width, right, theme),
		...[...shown, ...filling, ...alarm].map(line => framed(line, theme.paint.border)),
	];
}

/** Without a pane of rooms beside it, the title tells where something is unread. */
function elsewhereSpans(state: State, paint: Theme['paint']): readonly Span[] {
	const room = state.rooms.find(other => other.mentions > 0) ?? state.rooms.find(other => other.unread > 0);
	if (!room) return [];
	const more = state.rooms.filter(other => other !== room && other.unread > 0).length;
	const what = span(` ${unreadMark(room)}`, room.mentions > 0 ? paint.mention : paint.unread);
	return [span(roomTitle(state, room), paint.dim), what, ...(more > 0 ? [span(` +${more}`, paint.unread)] : [])];
}

/** The day of what stands at the top, unless it is today: its own line may be far above. */
function daySpans({clock}: State, chunks: readonly Chunk[], paint: Theme['paint']): readonly Span[] {
	const time = chunks.find(({entry}) => entry)?.entry?.timestamp;
	return time === undefined || dayOf(time) === dayOf(clock) ? [] : [span(formatDate(time), paint.dim)];
}

function chatTitle(
	state: State,
	room: Room | undefined,
	width: number,
	right: readonly Span[],
	{paint}: Theme,
): string {
	if (!room) return titleRow(width, ['╭', '╮'], paint.border, [span('p2p-tui', paint.title)]);
	const topic = room.topic === '' ? [] : [span(' · ', paint.dim), span(room.topic, paint.dim)];
	const left = [span(roomTitle(state, room), paint.accent), span(` · ${whoIsHere(state, room)}`, paint.dim), ...topic];
	return titleRow(width, ['╭', '╮'], paint.border, left, right);
}

function whoIsHere(state: State, {peer, members}: Room): string {
	if (peer === undefined) return `${members.length} here`;
	const known = state.peers.get(peer);
	if (known?.state === 'connected') return 'here';
	return known ? `last seen ${formatAgo(state.clock - known.lastSeen)}` : 'away';
}

function roomRows(
	state: State,
	room: Room,
	chunks: readonly Chunk[],
	width: number,
	height: number,
	theme: Theme,
): readonly string[] {
	const progress = progressRows(room, width, theme);
	const rows = [...chunks.flatMap(chunk => chunk.rows), ...progress];
	const isTalking = room.nameWidth > 0 || onTheirWay(state, room).length > 0;
	if (isTalking || room.progress || room.log.length > height / 2) return rows;
	// Nothing is said of a room before it is known what is kept of it.
	if (room.page !== 'fresh') return [...rows, ...loadingRows(width, theme)].slice(0, height);
	const others = room.members.length > 1 || connectedPeers(state).length > 0;
	const hint = emptyRoomRows(state, room, others, width, height - rows.length, theme);
	return [...rows, ...hint];
}

function progressRows({progress}: Room, width: number, {paint}: Theme): readonly string[] {
	if (!progress) return [];
	const [received, expected] = [progress.received, progress.expected].map(count => count.toLocaleString('en'));
	return [row(width, [span(` ⇣ taking over history: ${received} of ${expected}`, paint.dim)])];
}

/** Rows of one entry, or of what is still on its way. */
type Chunk = {readonly rows: readonly string[]; readonly entry?: Entry | undefined};

/** What ends with the anchor, or with the newest entry and what is still on its way. */
function windowChunks(state: State, room: Room, width: number, height: number, theme: Theme): readonly Chunk[] {
	const {log, anchor} = room;
	const contextOf = entryContext(state, room, width, theme);
	const rowsAt = (index: number, isFirst: boolean): readonly string[] => {
		const entry = entryAt(log, index);
		return entry ? entryRows(entry, {...contextOf(index), isFirst}) : [];
	};
	const bottom = anchor && log.length > 0 ? placeOf(log, anchor, index => rowsAt(index, false).length) : undefined;
	const queued = bottom ? [] : queuedRows(state, room, contextOf(log.length));
	const chunks: Chunk[] = [{rows: queued.slice(-height)}];
	let missing = height - Math.min(height, queued.length);
	for (let index = bottom?.index ?? log.length - 1; index >= 0 && missing > 0; index--) {
		const all = rowsAt(index, false);
		const rows = index === bottom?.index ? all.slice(0, bottom.row + 1) : all;
		// The first entry in view says who wrote it and when, whatever came before; not if its first row is out of view.
		const isFirst = rows.length === missing;
		const named = isFirst ? rowsAt(index, true).slice(0, rows.length) : rows;
		chunks.push({rows: named.slice(Math.max(0, rows.length - missing)), entry: entryAt(log, index)});
		missing -= rows.length;
	}
	return chunks.reverse();
}

/** The entry that a row of the pane belongs to, the title being the first row. */
export function entryInRow(state: State, rect: Rect, theme: Theme, at: number): Entry | undefined {
	const room = activeRoom(state);
	const width = rect.width - 2;
	const height = visibleRows(rect);
	const left = height - alarmRows(state, width, height, theme).length;
	if (!room || at < 1 || at > left) return undefined;
	const taken = progressRows(room, width, theme).length;
	let row = at - 1;
	for (const {rows, entry} of windowChunks(state, room, width, left - taken, theme)) {
		if (row < rows.length) return entry;
		row -= rows.length;
	}
	return undefined;
}

function queuedRows(state: State, room: Room, context: EntryContext): readonly string[] {
	let {previous} = context;
	return onTheirWay(state, room).flatMap(entry => {
		const rows = entryRows(entry, {...context, previous, isQueued: true, transfer: transferOf(state, entry)});
		previous = entry;
		return rows;
	});
}

function entryContext(state: State, room: Room, width: number, theme: Theme) {
	const holders = nameHolders(state);
	const nameWidth = nameColumn(room, width, holders);
	const keymap = keymapOf(state);
	const keys = {select: keymap.label('select'), get: keymap.label('get')};
	const hintFor = hints(state, room);
	return (index: number): EntryContext => ({
		width,
		nameWidth,
		holders,
		self: state.self?.peerId ?? '',
		ownName: state.self?.name ?? '',
		previous: entryAt(room.log, index - 1),
		isDivided: isDivided(room, index),
		isFirst: false,
		isQueued: false,
		isDirect: room.peer !== undefined,
		isSelected: isSelected(state, room, index),
		transfer: transferAt(state, entryAt(room.log, index)),
		keys,
		hint: hintFor(entryAt(room.log, index)),
		isKnown: state.files.settings !== undefined,
		top: index === 0 ? topText(room, state.clock) : '',
		theme,
	});
}

/** How to take an offer is said of one only, looked for when there is one in view. */
function hints(state: State, room: Room): (entry: Entry | undefined) => OfferLook['hint'] {
	let newest: ReturnType<typeof newestOpenOffer> | 'unknown' = 'unknown';
	return entry => {
		if (entry?.kind !== 'message' || !entry.offer) return 'none';
		if (newest === 'unknown') newest = newestOpenOffer(state, room);
		return newest?.id !== entry.id ? 'none' : newest.isLast ? 'keys' : 'command';
	};
}

function transferAt(state: State, entry: Entry | undefined): Transfer | undefined {
	return entry?.kind === 'message' ? transferOf(state, entry) : undefined;
}

/** The first entry that does not stand before the line "new"; what that line stood before may have moved. */
function isDivided({divider, log}: Room, index: number): boolean {
	const entry = entryAt(log, index);
	if (!divider || !entry || compareKeys(entry, divider) < 0) return false;
	const previous = entryAt(log, index - 1);
	return !previous || compareKeys(previous, divider) < 0;
}

function isSelected({selection}: State, {room, log}: Room, index: number): boolean {
	return selection?.room === room && entryAt(log, index)?.id === selection.id;
}

/** What stands above the oldest entry that is here: its day too, unless all that is here is of today. */
function topText({older, page, log, orders, progress}: Room, now: number): string {
	if (older === 'loading') return 'loading…';
	const first = entryAt(log, 0);
	if (!first) return '';
	const last = entryAt(log, log.length - 1) ?? first;
	const isToday = [last.timestamp, now].every(time => dayOf(time) === dayOf(first.timestamp));
	const day = isToday ? '' : formatDay(first.timestamp);
	// What is being taken over may well be older.
	if (older !== 'none' || page !== 'fresh' || orders.size === 0 || progress) return day;
	return `the beginning of what is kept${day === '' ? '' : `: ${day}`}`;
}

/** Entries whose authors' names decide how wide their column is: about a screen full. */
const NAMES_IN_VIEW = 60;

/** As wide as the names that are in view, within limits. */
function nameColumn({log, anchor}: Room, width: number, holders: Holders): number {
	const bottom = anchor ? Math.min(indexOf(log, anchor), log.length - 1) : log.length - 1;
	let [wanted, isTagged] = [0, false];
	for (let index = bottom; index >= Math.max(0, bottom - NAMES_IN_VIEW); index--) {
		const entry = entryAt(log, index);
		if (entry?.kind !== 'message') continue;
		const shown = displayName(holders, entry.from, entry.name);
		wanted = Math.max(wanted, widthOf(shown));
		isTagged ||= shown !== entry.name;
	}
	const limit = Math.min(MAX_NAME, Math.floor((width * 2) / 7));
	return Math.max(3, Math.min(wanted, isTagged ? Math.max(limit, MIN_TAGGED) : limit));
}

/** Rows that an entry of a room fills: for scrolling. */
export function entryHeight(state: State, room: Room, index: number, rect: Rect, theme: Theme): number {
	const entry = entryAt(room.log, index);
	return entry ? entryRows(entry, entryContext(state, room, rect.width - 2, theme)(index)).length : 0;
}
