import {afterEach, expect, test} from 'vitest';
import {PROGRAM} from '../helpers/program.ts';
import {disposeScreens, spawnScreen} from '../helpers/pty.ts';

afterEach(disposeScreens);

/** Milliseconds that the worker gets to start in, on a machine that has other things to do. */
const START_PATIENCE = 30_000;

test('the laboratory: a network to see, to talk in, to split and to heal', async () => {
	const screen = spawnScreen(process.execPath, [PROGRAM, 'lab', '--nodes', '8', '--seed', '7', '--name', 'me'], {
		columns: 110,
		rows: 36,
	});
	await screen.waitFor(/8 nodes/, START_PATIENCE);
	// Much of the virtual time at once.
	screen.type('+++');
	await screen.waitFor(/speed ×10/);
	await screen.waitFor(/7 peers/);
	screen.type('p');
	await screen.waitFor(/split: 4 nodes with/);
	screen.press('escape');
	await screen.waitFor('#lobby');
	screen.type('is anybody there?\r');
	await screen.waitFor(/me.*is anybody there\?/);
	screen.type('/lab\r');
	// It lacks that, and may have said something since.
	await screen.waitFor(/B (?:−\d|≠)/);
	screen.type('h');
	await screen.waitFor(/8 nodes hold the same \d+ events: converged .* after healing/);
	screen.press('escape');
	await screen.waitFor('#lobby');
	screen.type('/dial /ip4/127.0.0.1/tcp/4001\r');
	await screen.waitFor(/Nobody real can be reached/);
	screen.type('\u0003/quit\r');
	expect((await screen.exited).code).toBe(0);
});
