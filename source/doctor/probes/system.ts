/** The doors to the machine, so that a test can stand behind them. */
import {execFile} from 'node:child_process';
import {readdir, readFile, readlink} from 'node:fs/promises';

export type Ran = {
	/** The exit status; `missing` if there is no such program, `late` if it took too long. */
	readonly status: number | 'missing' | 'late';
	/** Of standard output, then of standard error. */
	readonly output: string;
};

export type System = {
	readonly platform: NodeJS.Platform;
	readonly isRoot: boolean;
	readonly env: Readonly<Record<string, string | undefined>>;
	run(program: string, ...args: readonly string[]): Promise<Ran>;
	/** Undefined if it cannot be read. */
	read(path: string): Promise<string | undefined>;
	/** Empty if it cannot be read. */
	list(path: string): Promise<readonly string[]>;
	link(path: string): Promise<string | undefined>;
};

/** Milliseconds that a tool may take: they all answer at once, or hang. */
const PATIENCE = 2_500;
const MAX_OUTPUT_BYTES = 8 * 1024 * 1024;

/** Where tools for administrators lie, which are in the path of few others. */
const SBIN = '/usr/local/sbin:/usr/sbin:/sbin';

export const thisSystem: System = {
	platform: process.platform,
	isRoot: process.getuid?.() === 0,
	env: process.env,
	run,
	read: path => readFile(path, 'utf8').catch(() => undefined),
	list: path => readdir(path).catch(() => []),
	link: path => readlink(path).catch(() => undefined),
};

function run(program: string, ...args: readonly string[]): Promise<Ran> {
	const path = process.platform === 'win32' ? process.env.PATH : `${process.env.PATH ?? ''}:${SBIN}`;
	const options = {timeout: PATIENCE, maxBuffer: MAX_OUTPUT_BYTES, env: {...process.env, PATH: path, LC_ALL: 'C'}};
	return new Promise(resolve => {
		execFile(program, [...args], options, (error, stdout, stderr) => {
			const output = stdout + stderr;
			if (error === null) return resolve({status: 0, output});
			if (error.killed) return resolve({status: 'late', output});
			resolve({status: typeof error.code === 'number' ? error.code : 'missing', output});
		});
	});
}
