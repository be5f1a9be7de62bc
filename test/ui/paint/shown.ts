/** What a terminal shows of what it was sent, cell by cell. */
import xterm from '@xterm/headless';
import {cellsOfRow} from '../../../source/ui/paint/cells.ts';
import {blankRow, type Frame, lay, type Place, type Size} from '../../../source/ui/paint/frame.ts';

export type Shown = {
	readonly text: string;
	/** Everything else that can be seen: colours, attributes, and whether there is a link. */
	readonly look: string;
};

const NO_WRAPPING = '\x1b[?7l';

export async function openTerminal({columns, rows}: Size) {
	const terminal = new xterm.Terminal({cols: columns, rows, allowProposedApi: true});
	const write = (output: string) => new Promise<void>(resolve => terminal.write(output, resolve));
	// As source/ui/terminal.ts has it.
	await write(NO_WRAPPING);
	return {
		write,
		cells(): Shown[][] {
			return Array.from({length: rows}, (_, y) => {
				const line = terminal.buffer.active.getLine(y);
				return Array.from({length: columns}, (_, x) => shownCell(line?.getCell(x)));
			});
		},
		cursor: (): Place => ({x: terminal.buffer.active.cursorX, y: terminal.buffer.active.cursorY}),
		dispose: () => terminal.dispose(),
	};
}

type BufferCell = NonNullable<
	ReturnType<NonNullable<ReturnType<xterm.Terminal['buffer']['active']['getLine']>>['getCell']>
>;

function shownCell(cell: BufferCell | undefined): Shown {
	if (!cell) return {text: '', look: ''};
	const flags = [
		cell.isBold(),
		cell.isDim(),
		cell.isItalic(),
		cell.isUnderline(),
		cell.isInverse(),
		cell.isStrikethrough(),
	];
	const colors = [cell.getFgColorMode(), cell.getFgColor(), cell.getBgColorMode(), cell.getBgColor()];
	const text = cell.getWidth() === 0 ? '' : cell.getChars() || ' ';
	return {text, look: [...flags.map(Number), ...colors, linkOf(cell)].join(' ')};
}

/** Not part of what the emulator tells; its cells know all the same. */
function linkOf(cell: BufferCell): number {
	const {extended} = cell as unknown as {extended?: {urlId?: number}};
	return extended?.urlId ? 1 : 0;
}

const blank = new Map<string, ReturnType<typeof openTerminal>>();

/** What a new terminal shows after `output`. One for each size is kept: making them is what takes time. */
export async function screenAfter(output: string, size: Size): Promise<Shown[][]> {
	const key = `${size.columns} ${size.rows}`;
	const opening = blank.get(key) ?? openTerminal(size);
	blank.set(key, opening);
	const terminal = await opening;
	await terminal.write(`\x1bc${NO_WRAPPING}${output}`);
	return terminal.cells();
}

export function rowsToFrame(rows: readonly string[], {columns, rows: height}: Size, cursor?: Place): Frame {
	return {
		rows: Array.from({length: height}, (_, y) => {
			const row = blankRow(columns);
			lay(row, 0, columns, cellsOfRow(rows[y] ?? ''));
			return row;
		}),
		cursor,
	};
}
