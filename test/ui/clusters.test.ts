import xterm from '@xterm/headless';
import {describe, expect, test} from 'vitest';
import {widthOf} from '../../source/store/width.ts';
import {unsteadyCells} from '../../source/ui/clusters.ts';
import {diff} from '../../source/ui/paint/diff.ts';
import {Emulator} from '../helpers/emulator.ts';
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

const SPOKEN = [
	...['नमस्ते दुनिया', 'क्षत्रिय कार्त्स्न्य', 'বাংলা ভাষা ক্ষমা', 'ગુજરાતી સ્ત્રી', 'తెలుగు స్త్రీ', 'മലയാളം ക്ഷമ'],
	...['ភាសាខ្មែរ ស្ត្រី', 'ทำงาน น้ำ คำตอบ', 'ນ້ຳ ຄຳ', 'မြန်မာဘာသာ', 'தமிழ் ஸ்ரீ', 'ᄒᆞᆫ글 한', 'ｶﾞｷﾞ がﾞ', 'ក្ក្ក្ក្ក្ក'],
	...['a🏽 🏽🏽', '👍ำำำ', '؀١٢٣'],
];

describe.each(['clusters', 'characters'] as const)('on a terminal of %s', kind => {
	test.each(SPOKEN)('%s stands whole between two frames, and nothing of what was there before', async text => {
		const width = widthOf(text);
		const lines = ['#'.repeat(width + 2), `│${text}│`];
		const [before, after] = lines.map(line => rowsToFrame([line], SIZE));
		const emulator = new Emulator(kind, SIZE.columns, SIZE.rows);
		await emulator.write(`\x1b[?7l${diff(undefined, before!, SIZE)}${diff(before, after!, SIZE)}`);
		const [row = []] = emulator.cells();
		emulator.dispose();
		expect(row[width + 1]).toBe('│');
		expect(row.join('').replaceAll(' ', '')).toBe(lines[1]!.replaceAll(' ', ''));
	});
});

test('without that it would not', async () => {
	const family = '👩‍👩‍👧‍👦 family';
	expect(await columnAfter(family)).not.toBe(widthOf(family));
});

test('only emoji and clusters on which terminals differ are unsteady', () => {
	const graphemes = ['a', '你', '─', 'e\u0301', '✓', '👍', '⌚', '👍🏽', '🇨🇭', 'ทำ', 'क्ष', '│\u2068'];
	expect(graphemes.map(unsteadyCells)).toEqual([0, 0, 0, 0, 0, 2, 2, 4, 2, 2, 3, 2]);
});
