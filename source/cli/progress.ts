/** How far a file is, on one row that is drawn over again; only where somebody sees it. */
import {sanitizeLine} from '../base/sanitize.ts';
import {durationOf} from '../store/duration.ts';
import {fileName} from '../store/files/offer.ts';
import {percentOf} from '../store/files/selectors.ts';
import {clustersOf, widthOf} from '../store/width.ts';
import {formatBytes} from '../ui/figures.ts';
import {formatRate} from '../ui/format.ts';

/** Cells of a bar, and of a name, at most. */
const MAX_BAR = 30;
const MAX_NAME = 30;
/** Below this there is no bar: a percentage says the same. */
const MIN_BAR = 5;

/** Cells for what a terminal shows of Ctrl-C: `^C` on a row of its own would leave this one standing. */
const ROOM_FOR_KEYS = 3;

/** Eighths of a cell. */
const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

export type Progress = {
	/** Instead of what stood there. */
	show(row: (columns: number) => string): void;
	/** Takes the row away, before something else is printed. */
	clear(): void;
};

type Screen = {readonly isTTY?: boolean; readonly columns?: number; write(text: string): unknown};

/** Nothing is shown where it would be kept in a file, or by a terminal that takes no row back. */
export function progressOn(stream: Screen, terminal = process.env.TERM): Progress {
	if (stream.isTTY !== true || terminal === 'dumb') return {show: () => {}, clear: () => {}};
	let isShown = false;
	return {
		show(row) {
			isShown = true;
			stream.write(`\r\x1b[K${row((stream.columns || 80) - ROOM_FOR_KEYS)}`);
		},
		clear() {
			if (isShown) stream.write('\r\x1b[K');
			isShown = false;
		},
	};
}

export type Standing = {
	readonly name: string;
	/** Bytes. */
	readonly done: number;
	readonly size: number;
	/** What is being done instead of fetching, in a word. */
	readonly doing?: string;
	/** Bytes a second, and milliseconds that are left at that rate. */
	readonly rate?: number;
	readonly left?: number;
	/** From whom, or to whom, in words. */
	readonly who?: string;
};

/** `report.pdf ▕█████▌    ▏ 54 % of 1.4 GB  88 MB/s  7 s  from ann, cat`, in at most so many cells. */
export function progressRow(standing: Standing, columns: number, unicode: boolean): string {
	const {done, size, doing, rate, left, who} = standing;
	// Before it is known how much there is, nothing of it is done.
	const share = size === 0 ? (doing === undefined ? 1 : 0) : Math.min(1, done / size);
	const words = [
		`${percentOf(share)} % of ${formatBytes(size)}`,
		...(doing === undefined ? [] : [doing]),
		...(rate === undefined ? [] : [formatRate(rate)]),
		...(left === undefined ? [] : [durationOf(left)]),
		...(who === undefined || who === '' ? [] : [sanitizeLine(who)]),
	].join('  ');
	const name = clip(fileName(standing.name), Math.min(MAX_NAME, Math.floor(columns / 3)), unicode);
	const room = Math.min(MAX_BAR, columns - widthOf(name) - widthOf(words) - 4);
	const bar = room < MIN_BAR ? ' ' : ` ${barOf(share, room, unicode)} `;
	return clip(`${name}${bar}${words}`, columns, unicode);
}

function barOf(share: number, cells: number, unicode: boolean): string {
	if (!unicode) return `[${'#'.repeat(Math.floor(share * cells)).padEnd(cells)}]`;
	const eighths = Math.floor(share * cells * 8);
	return `▕${('█'.repeat(eighths >> 3) + EIGHTHS[eighths & 7]).padEnd(cells)}▏`;
}

function clip(text: string, cells: number, unicode: boolean): string {
	if (widthOf(text) <= cells) return text;
	const end = unicode ? '…' : '~';
	let kept = '';
	let width = 1;
	for (const cluster of clustersOf(text)) {
		width += widthOf(cluster);
		if (width > cells) break;
		kept += cluster;
	}
	return cells < 1 ? '' : kept + end;
}
