/**
 * Where each pane is. Pure: the same size and contents give the same rectangles, which tile the screen. In a narrow
 * terminal the network goes first, then rooms and peers; in a low one the traffic, then the composer's rows but one. The
 * chat and the composer are always there.
 */

export const MIN_COLUMNS = 40;
export const MIN_ROWS = 12;

/** In cells, from the top left corner of the screen. */
export type Rect = {readonly x: number; readonly y: number; readonly width: number; readonly height: number};

export type Layout = {
	readonly rooms: Rect | undefined;
	readonly peers: Rect | undefined;
	/** Below the peers, where there is no pane for the network. */
	readonly traffic: Rect | undefined;
	readonly chat: Rect;
	readonly composer: Rect;
	readonly network: Rect | undefined;
	readonly status: Rect;
	/** Everything but the status bar: for a page that takes the place of the panes. */
	readonly page: Rect;
};

export type Contents = {
	readonly rooms: number;
	readonly hidden: {readonly rooms: boolean; readonly network: boolean};
	/** Rows that the composer would fill if each had so many cells for its text. */
	readonly writing?: (cells: number) => number;
};

const MIN_CHAT = 42;
/** Above and below the text that is being written; and the most rows that it gets. */
const COMPOSER_FRAME = 2;
const MAX_WRITING = 6;
/** Cells of the composer beside its text: frame and prompt; at the end one for the cursor behind a full row. */
const PROMPT = 4;
const AFTER_TEXT = 2;
const TRAFFIC_ROWS = 4;
/** Cells of the side column where there is no pane for the network: the peers then show their history themselves. */
const HISTORY_COLUMNS = 27;

/** Undefined if the screen is smaller than 40×12. */
export function layoutFor(columns: number, rows: number, contents: Contents): Layout | undefined {
	if (columns < MIN_COLUMNS || rows < MIN_ROWS) return undefined;
	const height = rows - 1;
	const beside = contents.hidden.rooms ? 0 : sideWidth(columns);
	const networkWidth = contents.hidden.network ? 0 : networkColumns(columns, beside);
	const side = networkWidth === 0 && beside > 0 && columns >= HISTORY_COLUMNS + MIN_CHAT ? HISTORY_COLUMNS : beside;
	const chatWidth = columns - side - networkWidth;
	const writing = contents.writing?.(chatWidth - PROMPT - AFTER_TEXT) ?? 1;
	const composerRows = Math.max(1, Math.min(writing, writingRows(rows))) + COMPOSER_FRAME;
	const chatRows = height - composerRows;
	return {
		...sidebar(side, height, contents.rooms, networkWidth === 0 && !contents.hidden.network),
		chat: {x: side, y: 0, width: chatWidth, height: chatRows},
		composer: {x: side, y: chatRows, width: chatWidth, height: composerRows},
		network: networkWidth === 0 ? undefined : {x: columns - networkWidth, y: 0, width: networkWidth, height},
		status: {x: 0, y: height, width: columns, height: 1},
		page: {x: 0, y: 0, width: columns, height},
	};
}

/** The composer takes a third of the screen at most. */
function writingRows(rows: number): number {
	return Math.min(MAX_WRITING, Math.floor(rows / 3) - COMPOSER_FRAME);
}

/** Where the text stands in the composer's rectangle. */
export function textRect({x, y, width, height}: Rect): Rect {
	return {x: x + PROMPT, y: y + 1, width: width - PROMPT - AFTER_TEXT, height: height - COMPOSER_FRAME};
}

function sideWidth(columns: number): number {
	if (columns < 22 + MIN_CHAT) return 0;
	return columns >= 150 ? 28 : columns >= 130 ? 25 : 22;
}

/** True if the pane of peers has to show what the pane of the network would. */
export function showsHistory(peers: Rect): boolean {
	return peers.width === HISTORY_COLUMNS;
}

function networkColumns(columns: number, side: number): number {
	const wanted = columns >= 150 ? 36 : columns >= 130 ? 32 : 28;
	return columns - side - wanted < MIN_CHAT + 8 ? 0 : wanted;
}

function sidebar(
	width: number,
	height: number,
	roomCount: number,
	wantsTraffic: boolean,
): Pick<Layout, 'rooms' | 'peers' | 'traffic'> {
	if (width === 0) return {rooms: undefined, peers: undefined, traffic: undefined};
	const trafficRows = wantsTraffic && height >= 18 ? TRAFFIC_ROWS : 0;
	const left = height - trafficRows;
	// A title and at least three rooms; at most half, unless the peers have more room than they need.
	const roomsHeight = Math.max(4, Math.min(roomCount + 2, Math.floor(left / 2)));
	return {
		rooms: {x: 0, y: 0, width, height: roomsHeight},
		peers: {x: 0, y: roomsHeight, width, height: left - roomsHeight},
		traffic: trafficRows === 0 ? undefined : {x: 0, y: left, width, height: trafficRows},
	};
}
