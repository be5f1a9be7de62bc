import {afterEach, describe, expect, test} from 'vitest';
import {disposeScreens, spawnScreen} from '../helpers/pty.ts';

afterEach(disposeScreens);

/** A small full-screen program: shows its size and the bytes it gets, and leaves on q. */
const PROGRAM = `
const {stdin, stdout} = process;
stdin.setRawMode(true);
stdout.write('\\x1b[?1049h\\x1b[?2004h\\x1b[?25l');
const show = text => stdout.write('\\x1b[2J\\x1b[H' + text);
show('size ' + stdout.columns + 'x' + stdout.rows);
stdout.on('resize', () => show('size ' + stdout.columns + 'x' + stdout.rows));
stdin.on('data', data => {
	if (String(data) === 'q') {
		stdout.write('\\x1b[?2004l\\x1b[?25h\\x1b[?1049l');
		console.log('bye');
		process.exit(7);
	}
	show('got ' + JSON.stringify(String(data)));
});
`;

const start = (columns?: number, rows?: number) =>
	spawnScreen(process.execPath, ['-e', PROGRAM], {columns, rows} as {columns: number; rows: number});

describe('a program in a pseudo-terminal', () => {
	test('has the size that was asked for, and hears of another', async () => {
		const screen = start(100, 30);
		await screen.waitFor('size 100x30');
		screen.resize(40, 12);
		await screen.waitFor('size 40x12');
		expect(screen.rows().length).toBe(12);
	});

	test('is seen as a person sees it', async () => {
		const screen = start();
		await screen.waitFor(/^size 80x24$/);
		expect(screen.isAlternate()).toBe(true);
		expect(screen.modes.bracketedPasteMode).toBe(true);
		expect(screen.cursor()).toEqual({column: 10, row: 0, isVisible: false});
		expect(screen.raw()).toContain('\x1b[?1049h');
	});

	test('gets keys as a keyboard sends them', async () => {
		const screen = start();
		await screen.waitFor('size');
		for (const [key, bytes] of [
			['alt+1', '\x1b1'],
			['ctrl+c', '\x03'],
			['up', '\x1b[A'],
			['alt+down', '\x1b[1;3B'],
			['ctrl+end', '\x1b[1;5F'],
			['shift+tab', '\x1b[Z'],
			['pageup', '\x1b[5~'],
			['f1', '\x1bOP'],
			['alt+return', '\x1b\r'],
		] as const) {
			screen.press(key);
			await screen.waitFor(`got ${JSON.stringify(bytes)}`);
		}
		expect(() => screen.press('hyperspace')).toThrow('No key is called hyperspace');
		screen.paste('a\nb');
		await screen.waitFor(`got ${JSON.stringify('\x1b[200~a\rb\x1b[201~')}`);
	});

	test('leaves, and its status and last words are known', async () => {
		const screen = start();
		await screen.waitFor('size');
		screen.type('q');
		expect(await screen.exited).toEqual({code: 7, signal: undefined});
		expect(screen.isAlternate()).toBe(false);
		expect(screen.cursor().isVisible).toBe(true);
		expect(screen.text()).toBe('bye');
	});

	test('that ends while something is awaited says so at once, with the screen', async () => {
		const screen = start();
		await screen.waitFor('size');
		const waiting = screen.waitFor('never');
		screen.type('q');
		await expect(waiting).rejects.toThrow(/has ended.*"code":7[\s\S]*bye/);
		await expect(screen.waitFor('never')).rejects.toThrow(/has ended/);
	});

	test('that does not show what is awaited in time is told with its screen', async () => {
		const screen = start();
		await screen.waitFor('size');
		await expect(screen.waitFor('never', 20)).rejects.toThrow(/Time is up[\s\S]*size 80x24/);
	});

	test('is killed by a signal, and by the end of the test', async () => {
		const screen = start();
		await screen.waitFor('size');
		screen.kill('SIGKILL');
		expect((await screen.exited).signal).toBe(9);
		const forgotten = start();
		await disposeScreens();
		expect((await forgotten.exited).signal).toBe(9);
	});

	test('knows nothing of the test runner', async () => {
		const script = `console.log(Object.keys(process.env).filter(name => /^VITEST|^NODE_ENV/.test(name)).length, process.env.CI, process.env.TERM, process.env.MORE)`;
		const screen = spawnScreen(process.execPath, ['-e', script], {env: {MORE: 'yes'}});
		await screen.exited;
		expect(screen.text()).toBe('0 false xterm-256color yes');
	});
});
