import xterm from '@xterm/headless';
import {expect, test} from 'vitest';
import {widthOf} from '../../source/store/width.ts';
import {unsteadyCells} from '../../source/ui/clusters.ts';
import {diff} from '../../source/ui/paint/diff.ts';
import {rowsToFrame, screenAfter} from './paint/shown.ts';

const SIZE = {columns: 60, rows: 3};

/** The column in which this emulator, which adds up the widths of the characters of a cluster, has the cursor. */
async function columnAfter(output: string): Promise<number> {
	const terminal = new xterm.Terminal({cols: SIZE.columns, rows: SIZE.rows, allowProposedApi: true});
	await new Promise<void>(resolve => terminal.write(output, resolve));
	const {cursorX} = terminal.buffer.active;
	terminal.dispose();
	return cursorX;
}

test.each(['👍🏽 ok', '👩‍👩‍👧‍👦 family', '🇨🇭 flag', '❤️ heart', '1️⃣ key', 'का letters'])(
	'what comes behind %s stands where it belongs',
	async text => {
		const behind = text.slice(text.lastIndexOf(' '));
		const [row = []] = await screenAfter(diff(undefined, rowsToFrame([text], SIZE), SIZE), SIZE);
		const from = widthOf(text) - widthOf(behind);
		expect(row.slice(from, from + behind.length).map(cell => cell.text)).toEqual([...behind]);
	},
);

test('without that it would not', async () => {
	const family = '👩‍👩‍👧‍👦 family';
	expect(await columnAfter(family)).not.toBe(widthOf(family));
});

test('only emoji and clusters on which terminals differ are unsteady', () => {
	const graphemes = ['a', '你', '─', 'e\u0301', '✓', '👍', '⌚', '👍🏽', '🇨🇭'];
	expect(graphemes.map(unsteadyCells)).toEqual([0, 0, 0, 0, 0, 2, 2, 4, 2]);
});
