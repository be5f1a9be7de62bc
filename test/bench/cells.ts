/**
 * The smallest difference between two screens, for comparison: what a terminal shows before and after, cell by cell, and
 * what it takes to say so with the cursor where it is to be. It knows nothing of how the program writes.
 */
import xterm from '@xterm/headless';

type Cell = {readonly text: string; readonly sgr: string};
export type Seen = {readonly rows: readonly (readonly Cell[])[]; readonly x: number; readonly y: number};

export class Terminal {
	readonly #terminal: InstanceType<typeof xterm.Terminal>;

	constructor(columns: number, rows: number) {
		this.#terminal = new xterm.Terminal({cols: columns, rows, allowProposedApi: true});
	}

	async write(output: string): Promise<void> {
		await new Promise<void>(resolve => this.#terminal.write(output, resolve));
	}

	look(): Seen {
		const {active} = this.#terminal.buffer;
		const rows = Array.from({length: this.#terminal.rows}, (_, y) => {
			const line = active.getLine(active.baseY + y);
			return Array.from({length: this.#terminal.cols}, (_, x) => cellOf(line?.getCell(x)));
		});
		return {rows, x: active.cursorX, y: active.cursorY};
	}
}

type BufferCell = NonNullable<
	ReturnType<NonNullable<ReturnType<xterm.Terminal['buffer']['active']['getLine']>>['getCell']>
>;

function cellOf(cell: BufferCell | undefined): Cell {
	if (!cell || cell.getWidth() === 0) return {text: '', sgr: ''};
	const parts: string[] = [];
	if (cell.isBold()) parts.push('1');
	if (cell.isDim()) parts.push('2');
	if (cell.isItalic()) parts.push('3');
	if (cell.isUnderline()) parts.push('4');
	if (cell.isInverse()) parts.push('7');
	if (cell.isStrikethrough()) parts.push('9');
	if (!cell.isFgDefault()) parts.push(color('38', cell.isFgRGB(), cell.getFgColor()));
	if (!cell.isBgDefault()) parts.push(color('48', cell.isBgRGB(), cell.getBgColor()));
	return {text: cell.getChars() || ' ', sgr: parts.join(';')};
}

function color(kind: string, isRgb: boolean, value: number): string {
	if (!isRgb) return `${kind};5;${value}`;
	return `${kind};2;${(value >> 16) & 255};${(value >> 8) & 255};${value & 255}`;
}

/** Bytes: each changed cell once, its style where it is another than the last one, and the shortest way to it. */
export function smallestDifference(before: Seen, after: Seen): number {
	let [bytes, x, y, sgr] = [0, before.x, before.y, ''];
	for (const [row, cells] of after.rows.entries()) {
		for (const [column, cell] of cells.entries()) {
			const old = before.rows[row]?.[column];
			if (cell.text === '' || (old?.text === cell.text && old.sgr === cell.sgr)) continue;
			bytes += moveCost(x, y, column, row) + (cell.sgr === sgr ? 0 : `\x1b[${cell.sgr}m`.length);
			bytes += Buffer.byteLength(cell.text);
			[x, y, sgr] = [column + (cells[column + 1]?.text === '' ? 2 : 1), row, cell.sgr];
		}
	}
	return bytes + (sgr === '' ? 0 : 3) + moveCost(x, y, after.x, after.y);
}

function moveCost(fromX: number, fromY: number, x: number, y: number): number {
	if (fromX === x && fromY === y) return 0;
	const anywhere = `\x1b[${y + 1};${x + 1}H`.length;
	if (fromY !== y) return anywhere;
	return Math.min(anywhere, `\x1b[${x + 1}G`.length, `\x1b[${Math.abs(x - fromX)}C`.length, x < fromX ? fromX - x : 9);
}
