import {PassThrough, Writable} from 'node:stream';
import xterm from '@xterm/headless';
import {afterEach, expect, test} from 'vitest';
import {Console} from '../../source/plain/console.ts';

const COLUMNS = 30;
/** What Tab knows, from the fifth character on. */
const WORDS = ['banana ', 'bandana '];

let open: Console | undefined;
afterEach(() => open?.close());

/** A console in a terminal of a few columns, and what is on that terminal. */
function inTerminal(canEdit = true) {
	const terminal = new xterm.Terminal({cols: COLUMNS, rows: 10, allowProposedApi: true});
	const input = new PassThrough();
	const lines: string[] = [];
	const ends: string[] = [];
	let raw = '';
	const output = new Writable({
		write(chunk, _, done) {
			raw += chunk;
			// What a terminal's driver does with line feeds.
			terminal.write(String(chunk).replaceAll(/(?<!\r)\n/g, '\r\n'), done);
		},
	});
	Object.assign(output, {columns: COLUMNS, isTTY: true});
	open = new Console({
		input,
		output,
		canEdit,
		onLine: line => lines.push(line),
		onInterrupt: () => ends.push('interrupt'),
		onEnd: () => ends.push('end'),
		complete: line => ({choices: WORDS.filter(word => word.startsWith(line.slice(4))), word: line.slice(4)}),
		maxBytes: 200,
	});
	const shown = async (): Promise<readonly string[]> => {
		await new Promise<void>(resolve => output.write('', () => resolve()));
		const buffer = terminal.buffer.active;
		const rows = Array.from({length: buffer.length}, (_, row) => buffer.getLine(row)?.translateToString(true) ?? '');
		return rows.join('\n').trimEnd().split('\n');
	};
	return {console: open, input, lines, ends, shown, raw: () => raw};
}

test('what is said stands above the line that is being written, however many rows that fills', async () => {
	const {console, input, lines, shown} = inTerminal();
	console.say(['You are in #lobby.']);
	console.prompt('#lobby> ');
	input.write('this is a line that goes on and on over the edge');
	console.say(['12:01 #lobby ann: one']);
	console.say(['12:02 #lobby ann: two', '12:02 #lobby ann: three']);
	expect(await shown()).toEqual([
		'You are in #lobby.',
		'12:01 #lobby ann: one',
		'12:02 #lobby ann: two',
		'12:02 #lobby ann: three',
		'#lobby> this is a line that go',
		'es on and on over the edge',
	]);
	input.write('\r');
	console.say(['12:03 #lobby ann: four']);
	console.prompt('#dev> ');
	expect(lines).toEqual(['this is a line that goes on and on over the edge']);
	expect((await shown()).slice(4)).toEqual([
		'#lobby> this is a line that go',
		'es on and on over the edge',
		'12:03 #lobby ann: four',
		'#dev>',
	]);
});

test('Ctrl-C and Ctrl-D are told; what a command puts into the line can be edited', async () => {
	const {console, input, lines, ends, shown} = inTerminal();
	console.prompt('> ');
	input.write('away with this');
	expect(console.put('/edit hello')).toBe(true);
	input.write('!');
	expect(await shown()).toEqual(['> /edit hello!']);
	input.write('\r');
	expect(lines).toEqual(['/edit hello!']);
	input.write('\x03');
	input.write('\x04');
	expect(ends).toEqual(['interrupt', 'end']);
});

test('without a terminal that can edit, there is no prompt, and nothing but the lines is written', async () => {
	const {console, input, lines, raw, shown} = inTerminal(false);
	console.prompt('#lobby> ');
	console.say(['one']);
	input.write('hello\nwor');
	console.say(['two']);
	expect(console.put('x')).toBe(false);
	input.write('ld\n');
	await shown();
	expect(raw()).toBe('one\ntwo\n');
	expect(lines).toEqual(['hello', 'world']);
});

test('Tab writes on as far as it is sure, and lists what there is if it is pressed again', async () => {
	const {console, input, lines, shown} = inTerminal();
	console.prompt('> ');
	input.write('an: b\t');
	expect(await shown()).toEqual(['> an: ban']);
	input.write('\t');
	expect((await shown()).join('\n')).toMatch(/banana +bandana/);
	for (const piece of ['d\t', '\r']) {
		input.write(piece);
		await shown();
	}
	expect(lines).toEqual(['an: bandana ']);
});

test('what is pasted waits for Enter and is one message, whatever its lines; too much of it is refused', async () => {
	const {console, input, lines, shown, raw} = inTerminal();
	console.prompt('> ');
	expect(raw()).toContain('\x1b[?2004h');
	input.write('so: ');
	for (const piece of ['\x1b[20', '0~one\r\ntwo', '\rthree\n\x1b[201', '~']) input.write(piece);
	expect(lines).toEqual([]);
	expect(await shown()).toEqual([
		'Pasted 3 lines: Enter sends th',
		'em as one message, Ctrl-C drop',
		's them.',
		'> so: one⏎two⏎three',
	]);
	input.write('!\r');
	expect(lines).toEqual(['so: one\ntwo\nthree!']);
	input.write(`\x1b[200~${'x'.repeat(201)}\x1b[201~`);
	input.write('y\r');
	expect(lines.slice(1)).toEqual(['y']);
	console.close();
	await shown();
	expect(raw()).toContain('error: that is too much to paste');
	expect(raw().endsWith('\x1b[?2004l')).toBe(true);
});
