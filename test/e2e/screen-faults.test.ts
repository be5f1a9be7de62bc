/** The core fails, the screen says so and starts it again, and nobody has to do a thing. */
import {mkdtemp, readFile, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, test} from 'vitest';
import {disposeNodes, freeUdpPort, spawnNode} from '../helpers/node-process.ts';
import {disposeScreens} from '../helpers/pty.ts';
import {composerLine, connectedTo, openScreen} from './screens.ts';

afterEach(() => Promise.all([disposeScreens(), disposeNodes()]));

describe.each([
	['throw', /the core was told to throw/],
	['hang', /it has not answered for 4 s/],
	// A slow machine takes longer to fill the heap than a core may be silent.
	['memory', /memory|it has not answered for 4 s/],
] as const)('row 60: /fault %s', (kind, reason) => {
	test('is shown, the core comes back by itself, and chat works again', async () => {
		const discoveryPort = await freeUdpPort();
		const ann = openScreen('ann', {discoveryPort, columns: 120, rows: 40, env: {P2P_TUI_FAULTS: '1'}});
		const bob = spawnNode('bob', {discoveryPort});
		await connectedTo(ann, 1);
		const annId = await bob.waitFor('peer-connected').then(({peer}) => peer);
		ann.type('/join dev\r');
		await ann.waitFor(/#dev · 1 here/);
		ann.type('/nick anna\r');
		await bob.waitFor('peer-renamed');
		ann.press('alt+1');
		ann.type('before\r');
		await bob.hears('before');
		await ann.waitFor('✓ 2/2');

		const since = bob.mark;
		ann.type(`/fault ${kind}\r`);
		// The terminal stays usable while there is no core.
		ann.type('written meanwhile');
		await ann.waitFor(screen => composerLine(screen) === 'written meanwhile');
		await ann.waitFor('The core stopped: restarting it');
		expect(ann.text()).toMatch(reason);
		expect(ann.text()).toContain('▲ core restarting');
		await ann.waitFor('The core was restarted');
		await connectedTo(ann, 1);
		const back = await bob.waitFor('peer-connected', undefined, {since});
		expect(back).toMatchObject({peer: annId, name: 'anna'});
		await ann.waitFor(/#lobby · 2 here/);
		expect(ann.text()).toContain('2 #dev');
		expect(ann.text()).toContain('before');

		expect(composerLine(ann)).toBe('written meanwhile');
		ann.press('return');
		expect(await bob.hears('written meanwhile')).toMatchObject({from: annId, name: 'anna'});
		await bob.publish('welcome back');
		await ann.waitFor('welcome back');
		await ann.waitFor(screen => screen.text().split('✓ 2/2').length > 2);
		ann.type('/quit\r');
		expect((await ann.exited).code).toBe(0);
	});
});

describe.each(['throw', 'hang'] as const)('row 60: what was said just before /fault %s', kind => {
	test('stays on the own screen as it was heard, and does not come back into the composer', async () => {
		const discoveryPort = await freeUdpPort();
		const ann = openScreen('ann', {discoveryPort, columns: 120, rows: 40, env: {P2P_TUI_FAULTS: '1'}});
		const bob = spawnNode('bob', {discoveryPort});
		await connectedTo(ann, 1);
		await ann.waitFor(/#lobby · 2 here/);
		// The last one follows so closely on news of the one before it that it would have to wait for the next batch.
		ann.type('the one before\r');
		await bob.hears('the one before');
		ann.type(`last words\r/fault ${kind}\r`);
		await ann.waitFor('The core was restarted');
		expect(ann.text()).toContain('the one before');
		expect(ann.text()).toContain('last words');
		expect(composerLine(ann)).toMatch(/^(message #lobby)?$/);
	});
});

describe('the log file', () => {
	let directory: string;
	let log: string;

	beforeEach(async () => {
		directory = await mkdtemp(join(tmpdir(), 'p2p-tui-log-'));
		log = join(directory, 'log');
	});

	afterEach(() => rm(directory, {recursive: true}));

	test('row 60: keeps where the core failed', async () => {
		const ann = openScreen('ann', {args: ['--log-file', log], env: {P2P_TUI_FAULTS: '1'}});
		await ann.waitFor('message #lobby');
		ann.type('/fault throw\r');
		await ann.waitFor('The core was restarted');
		expect(await readFile(log, 'utf8')).toMatch(
			/^\S+ error core the core failed, it is started again in \d+ ms: Error: the core was told to throw \| at .*:\d+:\d+\)?\n$/,
		);
	});

	test('keeps where the screen failed', async () => {
		// A bug that shows when SIGUSR2 comes, in the screen's thread.
		const bug = `
			import {isMainThread} from 'node:worker_threads';
			if (isMainThread) process.on('SIGUSR2', () => { throw new Error('a bug in the screen'); });
		`;
		const env = {NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(bug)}`};
		const ann = openScreen('ann', {args: ['--log-file', log], env});
		await ann.waitFor('message #lobby');
		ann.kill('SIGUSR2');
		expect((await ann.exited).code).toBe(1);
		expect(await readFile(log, 'utf8')).toMatch(
			/^\S+ error screen the screen failed: Error: a bug in the screen \| at [^\n]*\n$/,
		);
	});
});

test('/fault is unknown unless the program was started for it', async () => {
	const ann = openScreen('ann');
	await ann.waitFor('message #lobby');
	ann.type('/fault throw\r');
	await ann.waitFor('There is no command /fault');
	expect(ann.text()).not.toContain('restarting');
});
