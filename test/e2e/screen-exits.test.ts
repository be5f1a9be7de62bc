/** However the program ends, the terminal is as it was: main screen, cursor, no bracketed paste, no raw mode. */
import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, describe, expect, test} from 'vitest';
import {disposeNodes, freeUdpPort, spawnNode} from '../helpers/node-process.ts';
import {PROGRAM} from '../helpers/program.ts';
import {disposeScreens, type Exit, type Screen, spawnScreen} from '../helpers/pty.ts';
import {connectedTo, openScreen} from './screens.ts';

afterEach(() => Promise.all([disposeScreens(), disposeNodes()]));

function expectRestored(screen: Screen): void {
	expect(screen.isAlternate()).toBe(false);
	expect(screen.cursor().isVisible).toBe(true);
	expect(screen.modes.bracketedPasteMode).toBe(false);
	expect(screen.modes.wraparoundMode).toBe(true);
	expect(screen.modes.mouseTrackingMode).toBe('none');
	expect(screen.modes.applicationCursorKeysMode).toBe(false);
	// Nothing of the screen is left behind on the shell's.
	expect(screen.scrollback()).not.toMatch(/[╭│╰]/);
}

const ways: readonly (readonly [string, (screen: Screen) => void | Promise<void>, Exit['code']])[] = [
	['/quit', screen => screen.type('/quit\r'), 0],
	[
		'Ctrl-C twice',
		async screen => {
			screen.press('ctrl+c');
			await screen.waitFor('Ctrl-C again to leave');
			screen.press('ctrl+c');
		},
		130,
	],
	['SIGTERM', screen => screen.kill('SIGTERM'), 143],
	['SIGHUP', screen => screen.kill('SIGHUP'), 129],
	['SIGINT', screen => screen.kill('SIGINT'), 130],
];

describe.each(ways)('%s', (_, leave, code) => {
	test('says goodbye, gives the terminal back and ends with its status', async () => {
		const discoveryPort = await freeUdpPort();
		const bob = spawnNode('bob', {discoveryPort});
		const ann = openScreen('ann', {discoveryPort});
		await connectedTo(ann, 1);
		expect(ann.isAlternate()).toBe(true);
		expect(ann.modes.bracketedPasteMode).toBe(true);
		expect(ann.modes.wraparoundMode).toBe(false);
		await leave(ann);
		expect((await ann.exited).code).toBe(code);
		expectRestored(ann);
		expect(await bob.waitFor('peer-disconnected')).toMatchObject({reason: 'goodbye: leaving'});
	});
});

test('once Ctrl-C alone does not end it, and a while later counts for nothing', async () => {
	const ann = openScreen('ann');
	await ann.waitFor('message #lobby');
	ann.press('ctrl+c');
	await ann.waitFor('Ctrl-C again to leave');
	await ann.waitFor('F1 help');
	ann.press('ctrl+c');
	await ann.waitFor('Ctrl-C again to leave');
	expect(ann.isAlternate()).toBe(true);
});

test('a shell that started it has its terminal back and runs on', async () => {
	const script = `"${process.execPath}" "${PROGRAM}" --ephemeral --interface lo --no-discovery; echo "status $?"; stty -a; read -r line`;
	const shell = spawnScreen('/bin/sh', ['-c', script]);
	await shell.waitFor('message #lobby');
	shell.type('/quit\r');
	// The shell waits for a line: what a program writes as its last may be lost with it.
	await shell.waitFor(/[^-]echo\b/);
	expect(shell.text()).toContain('status 0');
	expect(shell.text()).toMatch(/[^-]icanon/);
	expectRestored(shell);
	shell.type('\r');
	await shell.exited;
});

test('a core that cannot start is explained in one line on the screen of the shell', async () => {
	const ann = openScreen('ann', {columns: 120, args: ['--listen', '/ip4/192.0.2.7/tcp/4001']});
	expect((await ann.exited).code).toBe(1);
	expectRestored(ann);
	expect(ann.text()).toMatch(/^p2p-tui: Cannot listen on 192\.0\.2\.7: it is on none of the chosen interfaces\./);
});

test('a second program with the same profile says who has it', async () => {
	const directory = await mkdtemp(join(tmpdir(), 'p2p-tui-e2e-'));
	const node = spawnNode('ann', {directory});
	await node.ready;
	const args = [PROGRAM, '--interface', 'lo', '--no-discovery', '--data-dir', directory];
	const screen = spawnScreen(process.execPath, args, {columns: 120});
	expect((await screen.exited).code).toBe(1);
	expectRestored(screen);
	expect(screen.text()).toContain(String(node.pid));
	await node.dispose();
	await rm(directory, {recursive: true});
});
