import {execFileSync} from 'node:child_process';
import {afterEach, beforeAll, describe, expect, test} from 'vitest';
import {nodeArguments} from '../helpers/bundle.ts';
import {disposeScreens, type Screen, spawnScreen} from '../helpers/pty.ts';

let program: string[];
beforeAll(async () => {
	program = await nodeArguments('test/ui/fixtures/terminal-program.tsx');
});
afterEach(disposeScreens);

/** Starts the program from a shell, as a person does. The shell says what is left of the terminal and the status. */
async function start(ending: string): Promise<Screen> {
	const shell =
		'echo before; "$@"; status=$?; stty -a | grep -o -e "-\\?icanon" -e "-\\?echo\\b"; echo "status $status"';
	const screen = spawnScreen('/bin/sh', ['-c', shell, 'sh', process.execPath, ...program, ending], {rows: 12});
	await screen.waitFor('ready');
	return screen;
}

/** The program itself, for signals; the shell would not pass them on. */
async function startAlone(ending: string): Promise<Screen> {
	const screen = spawnScreen(process.execPath, [...program, ending], {rows: 12});
	await screen.waitFor('ready');
	return screen;
}

const times = (text: string, wanted: string): number => text.split(wanted).length - 1;

/** Nothing is reported any more. */
function expectSilence({modes}: Screen): void {
	expect([modes.mouseTrackingMode, modes.sendFocusMode, modes.bracketedPasteMode]).toEqual(['none', false, false]);
}

/** Every mode that was switched on is off, each was switched off exactly once, and nothing was drawn afterwards. */
function expectRestored(screen: Screen, lastWords: string): void {
	expect(screen.isAlternate()).toBe(false);
	expectSilence(screen);
	expect(screen.modes.wraparoundMode).toBe(true);
	expect(screen.modes.synchronizedOutputMode).toBe(false);
	expect(screen.cursor().isVisible).toBe(true);
	expect(times(screen.raw(), '\x1b[?1049l')).toBe(1);
	expect(screen.text()).toBe(lastWords);
}

describe('taking the terminal', () => {
	test('alternate screen, bracketed paste, raw mode, sizes', async () => {
		const screen = await startAlone('quit');
		expect(screen.isAlternate()).toBe(true);
		expect(screen.modes.bracketedPasteMode).toBe(true);
		expect(screen.modes.wraparoundMode).toBe(false);
		expect(screen.rows()[0]).toBe('ready');
		screen.press('ctrl+c');
		await screen.waitFor('key c');
		screen.paste('one\ntwo');
		await screen.waitFor('paste one');
		screen.resize(60, 14);
		await screen.waitFor('size 60x14');
	});

	test('focus at once, mouse and title when they are wanted', async () => {
		const screen = await startAlone('quit');
		expect([screen.modes.mouseTrackingMode, screen.modes.sendFocusMode]).toEqual(['none', true]);
		await withMouse(screen);
		expect(screen.modes.mouseTrackingMode).toBe('vt200');
		// The title is made safe, whoever asks for it.
		expect(screen.raw()).toContain('\x1b[?1006h\x1b]2;ready \\x1b]\x07');
		screen.type('\x1b[<0;3;4M\x1b[O');
		await screen.waitFor('mouse\nfocus');
		// What is as it is wanted is not said again.
		screen.type('m');
		await screen.waitFor('focus\nmouse on');
		expect([times(screen.raw(), '\x1b]2;'), times(screen.raw(), '\x1b[?1000h')]).toEqual([1, 1]);
	});
});

async function withMouse(screen: Screen): Promise<void> {
	screen.type('m');
	await screen.waitFor('mouse on');
}

describe('giving it back', () => {
	test.each([
		['quit', 'after', 0],
		['unmount-first', 'after', 0],
		['throw', 'p2p-tui: An error in p2p-tui itself: broken.', 1],
		['reject', 'p2p-tui: An error in p2p-tui itself: refused \\x1b[31m.', 1],
	])('after %s', async (ending, words, status) => {
		const screen = await start(ending);
		await withMouse(screen);
		screen.type('e');
		await screen.exited;
		expect(screen.raw()).toContain('\x1b]2;\x07\x1b[23;0t');
		expectRestored(screen, `before\n${words}\nicanon\necho\nstatus ${status}`);
	});

	test('after process.exit', async () => {
		const screen = await start('exit');
		screen.type('e');
		await screen.exited;
		expectRestored(screen, 'before\nicanon\necho\nstatus 3');
	});

	test.each([
		['SIGTERM', 143],
		['SIGHUP', 129],
		['SIGINT', 130],
		['SIGQUIT', 131],
	] as const)('after %s', async (signal, code) => {
		const screen = await startAlone('quit');
		await withMouse(screen);
		screen.kill(signal);
		expect(await screen.exited).toEqual({code, signal: undefined});
		expectRestored(screen, '');
	});

	test('after a signal there is time for a goodbye', async () => {
		const screen = await startAlone('goodbye');
		screen.kill('SIGTERM');
		expect(await screen.exited).toEqual({code: 143, signal: undefined});
		expectRestored(screen, 'goodbye 143');
	});

	test('and no more time than that', async () => {
		const screen = await startAlone('slow');
		screen.kill('SIGTERM');
		expect(await screen.exited).toEqual({code: 143, signal: undefined});
		expectRestored(screen, 'slow');
	});

	test('several signals at once are one', async () => {
		const screen = await startAlone('goodbye');
		screen.kill('SIGHUP');
		screen.kill('SIGTERM');
		const {code} = await screen.exited;
		expectRestored(screen, `goodbye ${code}`);
	});

	test('a terminal that is gone ends the program as a hang-up does', async () => {
		const screen = await startAlone('gone');
		screen.type('e');
		expect((await screen.exited).code).toBe(129);
	});

	test('someone who does not want to wait for it presses Ctrl-C, now an ordinary interrupt', async () => {
		const screen = await startAlone('stuck');
		screen.kill('SIGTERM');
		await screen.waitFor('stuck');
		screen.press('ctrl+c');
		expect(await screen.exited).toEqual({code: 130, signal: undefined});
		expect(screen.isAlternate()).toBe(false);
	});
});

/** From a shell with job control: it says when the program has stopped, and wakes it after Enter. */
async function startAsJob(): Promise<Screen> {
	const shell = '"$@"; echo "stopped $?"; read go; fg >/dev/null; echo "ended $?"';
	const screen = spawnScreen('/bin/sh', ['-mc', shell, 'sh', process.execPath, ...program, 'quit'], {rows: 12});
	await screen.waitFor('ready');
	return screen;
}

const stops: readonly (readonly [string, (screen: Screen) => void])[] = [
	['Ctrl-Z', screen => screen.press('ctrl+z')],
	['SIGTSTP', screen => process.kill(childOf(screen.pid), 'SIGTSTP')],
];

test.each(stops)(
	'a program stopped by %s gives the terminal back, and takes it again when it goes on',
	async (_, stop) => {
		const screen = await startAsJob();
		await withMouse(screen);
		stop(screen);
		await screen.waitFor(/^stopped \d+/);
		expect(screen.isAlternate()).toBe(false);
		expect(processState(childOf(screen.pid))).toMatch(/^T/);
		expectSilence(screen);
		expect(screen.modes.wraparoundMode).toBe(true);
		expect(screen.cursor().isVisible).toBe(true);
		// Nobody tells it of that while it is stopped.
		screen.resize(60, 14);
		screen.press('return');
		await screen.waitFor('size 60x14');
		expect(screen.isAlternate()).toBe(true);
		expect(screen.rows().slice(0, 3)).toEqual(['ready', 'mouse on', 'resumed']);
		expect([screen.modes.mouseTrackingMode, screen.modes.sendFocusMode]).toEqual(['vt200', true]);
		expect(times(screen.raw(), '\x1b]2;ready')).toBe(2);
		screen.press('ctrl+c');
		await screen.waitFor('key c');
		// What was found is kept once for each time that the terminal is taken.
		expect(times(screen.raw(), '\x1b[22;0t')).toBe(2);
		// It can be stopped again; then the shell leaves, and the program with it.
		stop(screen);
		await screen.waitFor('ended');
		await screen.exited;
	},
);

test('where no shell could wake it, Ctrl-Z does not stop the program', async () => {
	const screen = await startAlone('quit');
	screen.press('ctrl+z');
	await screen.waitFor('resumed');
	expect(screen.isAlternate()).toBe(true);
	screen.press('ctrl+c');
	await screen.waitFor('key c');
});

test.runIf(process.platform === 'linux')('raw mode comes back even if the shell took it away unnoticed', async () => {
	const screen = await startAlone('quit');
	screen.kill('SIGSTOP');
	await expect.poll(() => processState(screen.pid), {timeout: 30_000}).toMatch(/^T/);
	const device = execFileSync('ps', ['-o', 'tty=', '-p', String(screen.pid)], {encoding: 'utf8'}).trim();
	execFileSync('stty', ['-F', `/dev/${device}`, 'sane']);
	screen.kill('SIGCONT');
	await screen.waitFor('resumed');
	screen.press('ctrl+c');
	await screen.waitFor('key c');
});

function childOf(pid: number): number {
	return Number(
		execFileSync('ps', ['-o', 'pid=', '--ppid', String(pid)], {encoding: 'utf8'})
			.trim()
			.split('\n')[0],
	);
}

/** As ps says it: T is stopped. */
function processState(pid: number): string {
	return execFileSync('ps', ['-o', 'state=', '-p', String(pid)], {encoding: 'utf8'}).trim();
}
