import xterm from '@xterm/headless';
import {expect, test} from 'vitest';
import {widthOf} from '../../source/store/width.ts';
import {steadyClusters} from '../../source/ui/clusters.ts';

/** The column in which this emulator, which adds up the widths of the characters of a cluster, has the cursor. */
async function columnAfter(output: string): Promise<number> {
	const terminal = new xterm.Terminal({cols: 60, rows: 3, allowProposedApi: true});
	await new Promise<void>(resolve => terminal.write(output, resolve));
	const {cursorX} = terminal.buffer.active;
	terminal.dispose();
	return cursorX;
}

test.each(['👍🏽 ok', '👩‍👩‍👧‍👦 family', '🇨🇭 flag', '❤️ heart', '1️⃣ key', 'का'])(
	'behind %s the cursor stands where it belongs',
	async text => {
		expect(await columnAfter(steadyClusters(text))).toBe(widthOf(text));
	},
);

test('without that it would not', async () => {
	const family = '👩‍👩‍👧‍👦 family';
	expect(await columnAfter(family)).not.toBe(widthOf(family));
});

test('nothing else is changed', () => {
	const plain = '\x1b[1G\x1b[Kplain \x1b[31m你好\x1b[39m e\u0301 👍\r\n';
	expect(steadyClusters(plain)).toBe(plain);
});
