import {mkdtempSync, readdirSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {setTimeout as delay} from 'node:timers/promises';
import {afterEach, beforeEach, expect, test} from 'vitest';
import {PROGRAM} from '../helpers/program.ts';
import {disposeScreens, type Screen, spawnScreen} from '../helpers/pty.ts';

/** Where the demo keeps what it needs while it runs. */
let temporary: string;

beforeEach(() => {
	temporary = mkdtempSync(path.join(tmpdir(), 'p2p-tui-test-'));
});

afterEach(async () => {
	await disposeScreens();
	rmSync(temporary, {recursive: true, force: true});
});

const startDemo = (columns: number, rows: number) =>
	spawnScreen(process.execPath, [PROGRAM, 'demo'], {columns, rows, env: {TMPDIR: temporary}});

/** The processes that `pid` started and that still run. */
function childrenOf(pid: number): number[] {
	const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
	return text === '' ? [] : text.split(' ').map(Number);
}

function isRunning(pid: number): boolean {
	try {
		return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
	} catch {
		return false;
	}
}

async function allEnded(pids: readonly number[]): Promise<void> {
	while (pids.some(isRunning)) await delay(20);
}

/** Milliseconds that six programs get to start in, on a machine that has other things to do. The first scenes are longer. */
const START_PATIENCE = 30_000;

async function peersOnScreen(screen: Screen): Promise<void> {
	for (const name of ['ann', 'bob', 'cat', 'dan']) await screen.waitFor(new RegExp(`● ${name}`), START_PATIENCE);
	// Whoever is connected has not yet said in which rooms it is: only members count into `5/5`.
	await screen.waitFor('#lobby · 5 here');
}

test.skipIf(process.platform !== 'linux')(
	'the demo shows four live peers who talk and answer, and leaves nobody behind',
	async () => {
		const screen = startDemo(100, 30);
		await peersOnScreen(screen);
		const children = childrenOf(screen.pid);
		expect(children).toHaveLength(4);
		await screen.waitFor('Welcome!');
		screen.type('hello\r');
		await screen.waitFor('✓ 5/5');
		await screen.waitFor(/Loud and clear/);
		screen.type('/quit\r');
		expect((await screen.exited).code).toBe(0);
		expect(children.filter(isRunning)).toEqual([]);
		expect(readdirSync(temporary)).toEqual([]);
	},
);

test.skipIf(process.platform !== 'linux')('the peers end with the demo even when it is killed', async () => {
	const screen = startDemo(40, 12);
	await screen.waitFor('4 peers', START_PATIENCE);
	const children = childrenOf(screen.pid);
	expect(children).toHaveLength(4);
	screen.kill('SIGKILL');
	await screen.exited;
	await allEnded(children);
});
