/**
 * The graph as it is drawn: each member is a line from its name to the right, each link runs down from one of these lines
 * to another. Where a link begins or ends its character has three arms or two (┬ ┴ ╮ ╯); where it only crosses, four (┼).
 * So whoever follows the lines comes to those who are connected, and to nobody else.
 */
import {type Span, span} from '../text.ts';
import type {Paint} from '../theme.ts';
import {boxOf, DASHED, type Weight} from './box.ts';

export type LinkStyle = 'light' | 'heavy' | 'double' | 'dashed';

export type DrawnLink = {
	/** Rows of the drawing. */
	readonly top: number;
	readonly bottom: number;
	readonly lane: number;
	readonly style: LinkStyle;
	readonly paint: Paint | undefined;
	/** Written beside it where there is room: the first that fits. */
	readonly labels: readonly string[];
	/** It is about the one that is chosen: drawn over all else. */
	readonly isChosen: boolean;
};

export type Picture = {
	readonly width: number;
	readonly height: number;
	/** The rows in which somebody's line runs, and how it is painted. */
	readonly lines: ReadonlyMap<number, Paint | undefined>;
	/** The line of the one that is chosen. */
	readonly chosen: number | undefined;
	readonly links: readonly DrawnLink[];
	/** Cells from one lane to the next. */
	readonly stride: number;
};

/** Cells of a member's line before the first lane. */
export const LEAD = 2;

export function laneColumn(lane: number, stride: number): number {
	return LEAD + lane * stride;
}

type Cell = {
	up: Weight;
	right: Weight;
	down: Weight;
	left: Weight;
	isDashed: boolean;
	text: string;
	paint: Paint | undefined;
	/** What is more important has the paint of the cell. */
	rank: number;
};

const WEIGHTS: Readonly<Record<LinkStyle, Weight>> = {light: 1, heavy: 2, double: 3, dashed: 1};
const RANKS = {line: 1, link: 2, chosenLine: 3, chosenLink: 4} as const;

/** Rows of spans, each row exactly `width` cells wide. */
export function draw(picture: Picture): readonly (readonly Span[])[] {
	const {width, height, links} = picture;
	const cells = Array.from({length: height}, () => Array.from({length: width}, emptyCell));
	drawLines(cells, picture);
	for (const link of links) drawLink(cells, link, laneColumn(link.lane, picture.stride));
	const labelled = links.toSorted((one, other) => Number(other.isChosen) - Number(one.isChosen));
	for (const link of labelled) writeLabel(cells, link, laneColumn(link.lane, picture.stride));
	return cells.map(spansOf);
}

const emptyCell = (): Cell => ({
	up: 0,
	right: 0,
	down: 0,
	left: 0,
	isDashed: false,
	text: '',
	paint: undefined,
	rank: 0,
});

/** Each runs as far as its last link. */
function drawLines(cells: readonly Cell[][], {lines, links, stride, chosen}: Picture): void {
	const ends = new Map<number, number>();
	for (const {top, bottom, lane} of links)
		for (const row of [top, bottom]) ends.set(row, Math.max(ends.get(row) ?? 0, laneColumn(lane, stride)));
	for (const [row, paint] of lines) {
		const end = ends.get(row) ?? -1;
		for (let x = 0; x <= end; x++) {
			const cell = cells[row]?.[x];
			if (!cell) continue;
			cell.left = 1;
			if (x < end) cell.right = 1;
			painted(cell, paint, row === chosen ? RANKS.chosenLine : RANKS.line);
		}
	}
}

function drawLink(cells: readonly Cell[][], {top, bottom, style, paint, isChosen}: DrawnLink, x: number): void {
	const weight = WEIGHTS[style];
	for (let row = top; row <= bottom; row++) {
		const cell = cells[row]?.[x];
		if (!cell) continue;
		if (row > top) cell.up = weight;
		if (row < bottom) cell.down = weight;
		cell.isDashed = style === 'dashed';
		painted(cell, paint, isChosen ? RANKS.chosenLink : RANKS.link);
	}
}

function painted(cell: Cell, paint: Paint | undefined, rank: number): void {
	if (rank < cell.rank) return;
	cell.paint = paint;
	cell.rank = rank;
}

/** In the first row below a line where it touches nothing. */
function writeLabel(cells: readonly Cell[][], {top, bottom, labels, paint}: DrawnLink, x: number): void {
	for (const label of labels) {
		for (let row = top + 1; row < bottom; row++) {
			const place = (cells[row] as Cell[]).slice(x + 1, x + label.length + 3);
			if (place.length < label.length + 2 || place.some(isUsed)) continue;
			for (const [index, cell] of place.slice(1, -1).entries()) {
				cell.text = label[index] as string;
				cell.paint = paint;
			}
			return;
		}
	}
}

function isUsed({up, right, down, left, text}: Cell): boolean {
	return up + right + down + left > 0 || text !== '';
}

function characterOf(cell: Cell): string {
	if (cell.text !== '') return cell.text;
	const isDashed = cell.isDashed && cell.up === 1 && cell.down === 1 && cell.left + cell.right === 0;
	return isDashed ? DASHED : boxOf(cell);
}

/** Cells of one paint together. */
function spansOf(cells: readonly Cell[]): readonly Span[] {
	const spans: Span[] = [];
	let text = '';
	let paint: Paint | undefined;
	for (const cell of cells) {
		if (cell.paint !== paint && text !== '') {
			spans.push(span(text, paint));
			text = '';
		}
		paint = cell.paint;
		text += characterOf(cell);
	}
	return [...spans, span(text, paint)];
}
