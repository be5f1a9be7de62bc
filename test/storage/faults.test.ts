/** Real processes whose disk fails them, or that are killed while they write. */
import {spawn, spawnSync} from 'node:child_process';
import {once} from 'node:events';
import {createInterface} from 'node:readline';
import {fileURLToPath} from 'node:url';
import {afterEach, beforeAll, describe, expect, it} from 'vitest';
import {nodeArguments} from '../helpers/bundle.ts';
import {message, newDirectory, open, removeDirectories} from './history.ts';

const WRITER = fileURLToPath(new URL('writer.ts', import.meta.url));
const root = fileURLToPath(new URL('../..', import.meta.url));

/** Milliseconds: several processes, one after the other, on a machine that may be busy. */
const PATIENCE = 60_000;

let writer: readonly string[];

beforeAll(async () => {
	writer = [process.execPath, ...(await nodeArguments(WRITER))];
});
afterEach(removeDirectories);

const straceProblem = obstacleTo('strace', '-f', '-e', 'inject=fsync:error=EIO', 'true');
const mountProblem = obstacleTo('unshare', '-m', 'mount', '-t', 'tmpfs', 'tmpfs', '/tmp');

/** Why this cannot be tested here; undefined if it can. */
function obstacleTo(tool: string, ...args: readonly string[]): string | undefined {
	if (process.platform !== 'linux') return `it needs Linux, this is ${process.platform}`;
	const {status, error, stderr} = spawnSync(tool, args, {encoding: 'utf8'});
	if (error !== undefined) return `${tool} is not installed`;
	return status === 0 ? undefined : `${tool} may not be used here: ${stderr.trim().split('\n')[0]}`;
}

function titled(title: string, problem: string | undefined): string {
	return problem === undefined ? title : `${title} (skipped: ${problem})`;
}

/** Runs the writer to its end. `before`: the words of a command that runs it. */
function write(args: readonly string[], before: readonly string[] = []): {lines: string[]; signal: string | null} {
	const [command, ...rest] = [...before, ...writer, ...args] as [string, ...string[]];
	const {stdout, stderr, signal, status} = spawnSync(command, rest, {cwd: root, encoding: 'utf8'});
	if (status !== 0 && signal === null && status !== 128 + 9) throw new Error(stderr);
	return {lines: stdout.split('\n').filter(Boolean), signal: signal ?? (status === 0 ? null : 'SIGKILL')};
}

/** Has these system calls end otherwise. */
function inject(calls: string, fault: string): string[] {
	const options = ['-f', '-qq', '-o', '/dev/null'];
	// Other calls run at full speed then; but signals are not sent.
	if (!fault.startsWith('signal')) options.push('--seccomp-bpf');
	return ['strace', ...options, '-e', `trace=${calls}`, '-e', `inject=${calls}:${fault}`];
}

/** Every event that was acknowledged is there, whole. Returns how many there are. */
async function expectKept(directory: string, lines: readonly string[]): Promise<number> {
	const store = await open(directory);
	const all = store.page('lobby', {limit: 100_000, kinds: 'all'});
	for (const line of lines) {
		const [word, from, to] = line.split(' ');
		if (word !== 'ok') continue;
		for (let sequence = Number(from); sequence <= Number(to); sequence++) {
			const {id, bytes} = message(sequence, `${sequence} `.padEnd(2_000, 'word '));
			const kept = store.get('lobby', id)?.bytes;
			expect(kept !== undefined && Buffer.compare(kept, bytes) === 0, line).toBe(true);
		}
	}
	expect(store.rooms()[0]?.events ?? 0).toBe(all.length);
	expect(store.commit()).toEqual({ok: true});
	store.close();
	return all.length;
}

describe('row 56: killed', {timeout: PATIENCE}, () => {
	it('at any moment, again and again: what was acknowledged is there', async () => {
		const directory = newDirectory();
		const lines: string[] = [];
		for (const patience of [1, 25]) {
			const child = spawn(writer[0]!, [...writer.slice(1), directory, '100000'], {cwd: root});
			const ended = once(child, 'close');
			let count = 0;
			for await (const line of createInterface({input: child.stdout})) {
				lines.push(line);
				if (++count === patience) child.kill('SIGKILL');
			}
			await ended;
			await expectKept(directory, lines);
		}
		expect(lines.length).toBeGreaterThanOrEqual(26);
	});

	it.skipIf(straceProblem)(
		titled('at each call that puts data on the disk: what was acknowledged is there', straceProblem),
		async () => {
			const directory = newDirectory();
			const lines: string[] = [];
			let kills = 0;
			for (;;) {
				const run = write([directory, '1'], inject('fsync,fdatasync', `signal=KILL:when=${kills + 1}`));
				lines.push(...run.lines);
				await expectKept(directory, lines);
				if (run.signal === null) break;
				kills++;
			}
			// At least a new history and its folder, the log, the history itself, its folder, and the mark of the epoch.
			expect(kills).toBeGreaterThanOrEqual(5);
			expect(lines.at(-1)).toBe('closed');
		},
	);
});

describe('row 57: a disk that fails', {timeout: PATIENCE}, () => {
	it.skipIf(straceProblem).each([
		['fsync,fdatasync', 'error=EIO:when=4..5', 'failed io'],
		['pwrite64', 'error=ENOSPC:when=12..20', 'failed disk-full'],
		['pwrite64', 'error=EIO:when=12..20', 'failed io'],
	])(
		titled('%s, %s: told, nothing acknowledged is lost, and it recovers', straceProblem),
		async (calls, fault, told) => {
			const directory = newDirectory();
			// Made beforehand: the fault is for what is written then.
			write([directory, '1']);
			const {lines} = write([directory, '12'], inject(calls, fault));
			expect(lines).toContain(told);
			const after = lines.slice(lines.lastIndexOf(told) + 1);
			expect(after.filter(line => line.startsWith('ok')).length).toBeGreaterThan(0);
			expect(after.at(-1)).toBe('closed');
			await expectKept(directory, lines);
		},
	);

	it.skipIf(mountProblem)(titled('a full one is told, and goes on when there is space', mountProblem), () => {
		const directory = newDirectory();
		const {lines} = write(
			[directory, '2000', 'full'],
			['unshare', '-m', 'sh', '-c', `mount -t tmpfs -o size=1m,mode=700 tmpfs ${directory} && exec "$@"`, 'sh'],
		);
		const durable = lines.filter(line => line.startsWith('ok')).length;
		expect(durable).toBeGreaterThan(5);
		expect(lines.slice(durable)).toEqual([
			'failed disk-full',
			expect.stringMatching(/^trial (true|false)$/),
			'trial true',
			'closed',
			`kept ${3 * durable}`,
		]);
	});

	it.skipIf(mountProblem)(titled('a read-only one is refused in one line', mountProblem), async () => {
		const directory = newDirectory();
		write([directory, '2']);
		const remount = `mount --bind ${directory} ${directory} && mount -o remount,ro,bind ${directory} && exec "$@"`;
		const {lines} = write([directory, '2'], ['unshare', '-m', 'sh', '-c', remount, 'sh']);
		expect(lines).toEqual([
			expect.stringMatching(/^refused Cannot use the history in .*history\.db: the disk is read-only \| .*--data-dir/),
		]);
		expect(await expectKept(directory, ['ok 1 6'])).toBe(6);
	});
});
