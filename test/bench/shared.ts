/** What the parts of the benchmark have in common. */
import {type ChildProcess, spawn, spawnSync} from 'node:child_process';
import {once} from 'node:events';
import {join} from 'node:path';
import {createInterface} from 'node:readline';

/** Where the project is, and where the bundled programs of the benchmark are. */
export type Place = {readonly root: string; readonly output: string};

/** One line of the table. */
export type Row = {
	readonly what: string;
	/** The figure with its unit: what was measured. */
	readonly value: number;
	readonly unit: 'µs' | 'ms' | '/s';
	/** How it stands to the raw reference of the same run, such as `1.4 × raw TCP (17 µs)`. */
	readonly reference?: string;
	/** The project's target; printed, never asserted. */
	readonly goal?: string;
};

/** `1.42 × raw TCP (17.1 µs)` */
export function ratio(value: number, reference: number, name: string, unit: string): string {
	return `${(value / reference).toFixed(2)} × ${name} (${figure(reference)} ${unit})`;
}

/** Three digits that matter. */
export function figure(value: number): string {
	if (!Number.isFinite(value)) return '–';
	if (value >= 1_000) return Math.round(value).toLocaleString('en-GB');
	return value.toPrecision(3);
}

/** On one core the round trip has one value; across two it has two, depending on who sleeps (see NOTES in network.ts). */
export const CAN_PIN = process.platform === 'linux' && spawnSync('taskset', ['-V']).status === 0;

/** Starts a bundled program of the benchmark, on one core if asked and possible. */
export function startPart(place: Place, name: string, args: readonly string[], core?: number): ChildProcess {
	const program = [process.execPath, join(place.output, `${name}.mjs`), ...args];
	const pinned = core !== undefined && CAN_PIN ? ['taskset', '-c', String(core), ...program] : program;
	return spawn(pinned[0]!, pinned.slice(1), {stdio: ['pipe', 'pipe', 'inherit'], cwd: place.root});
}

/** The lines of JSON that it prints, one after the other. */
export function jsonLines(child: ChildProcess): {next(): Promise<unknown>} {
	const lines = createInterface({input: child.stdout!})[Symbol.asyncIterator]();
	return {
		next: async () => {
			const {value, done} = await lines.next();
			if (done) throw new Error(`a part of the benchmark ended early: ${child.spawnargs.join(' ')}`);
			return JSON.parse(value);
		},
	};
}

/** The first line of JSON that it prints. */
export async function firstLine<Value>(child: ChildProcess): Promise<Value> {
	return (await jsonLines(child).next()) as Value;
}

export async function end(child: ChildProcess): Promise<void> {
	if (child.exitCode !== null || child.signalCode !== null) return;
	const ended = once(child, 'exit');
	child.kill('SIGKILL');
	await ended;
}
