/** What the parts of the benchmark have in common, on the side of the parent. */
import {type ChildProcess, spawn, spawnSync} from 'node:child_process';
import {once} from 'node:events';
import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {createInterface} from 'node:readline';
import type {Goal} from './goal.ts';

/** Where the project is, and where the bundled programs of the benchmark are. */
export type Place = {readonly root: string; readonly output: string};

/** One line of the table. */
export type Row = {
	readonly what: string;
	/** The figure with its unit: what was measured. */
	readonly value: number;
	readonly unit: 'µs' | 'ms' | 's' | '/s' | 'MB/s' | '%' | 'B' | 'MB' | '×';
	/** Both ends ran on one core. */
	readonly pinned?: boolean;
	/** How it stands to the raw reference of the same run, such as `1.4 × raw TCP (17 µs)`. */
	readonly reference?: string;
	/** The project's target; printed, never asserted. */
	readonly goal?: Goal;
};

/** `1.42 × raw TCP (17.1 µs)` */
export function ratio(value: number, reference: number, name: string, unit: string): string {
	return `${(value / reference).toFixed(2)} × ${name} (${figure(reference)} ${unit})`;
}

/** So many, or as many as BENCH_EVENTS says if that is less: for a quick look whether a part works. */
export function countOf(many: number): number {
	const {BENCH_EVENTS} = process.env;
	return BENCH_EVENTS === undefined ? many : Math.min(many, Number(BENCH_EVENTS));
}

/** The most memory that a process has had, in megabytes; not a number where the system does not tell. */
export function peakMemory(pid: number | 'self'): number {
	try {
		const [, kilobytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
		return (Number(kilobytes) * 1_024) / 1e6;
	} catch {
		return Number.NaN;
	}
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

/** Milliseconds after which an answer will not come any more. */
const ANSWER_TIMEOUT = 30_000;

/**
 * A program of the benchmark that waits to be asked, so that several can take turns in short rounds: a machine that slows
 * down slows all of them.
 */
export class Part {
	readonly pid: number;
	readonly #child: ChildProcess;
	readonly #lines: AsyncIterator<string>;

	constructor(place: Place, name: string, args: readonly string[] = [], core?: number) {
		this.#child = startPart(place, name, args, core);
		this.pid = this.#child.pid!;
		this.#lines = createInterface({input: this.#child.stdout!})[Symbol.asyncIterator]();
	}

	/** One question, one answer. Rejects if the part says that it cannot, ends, or takes too long. */
	ask<Answer>(...words: readonly (string | number)[]): Promise<Answer> {
		return this.askWithin(ANSWER_TIMEOUT, ...words);
	}

	/** The same for what may take so many milliseconds. */
	async askWithin<Answer>(timeout: number, ...words: readonly (string | number)[]): Promise<Answer> {
		this.#child.stdin!.write(`${JSON.stringify(words)}\n`);
		const timer = setTimeout(() => this.#child.kill('SIGKILL'), timeout);
		const {value, done} = await this.#lines.next();
		clearTimeout(timer);
		if (done) throw new Error(`a part of the benchmark ended early: ${words.join(' ')}`);
		const {answer, error} = JSON.parse(value) as {answer: Answer; error?: string};
		if (error !== undefined) throw new Error(error);
		return answer;
	}

	async end(): Promise<void> {
		await end(this.#child);
	}
}

export async function end(child: ChildProcess): Promise<void> {
	if (child.exitCode !== null || child.signalCode !== null) return;
	const ended = once(child, 'exit');
	child.kill('SIGKILL');
	await ended;
}

export type StartPart = (name: string, args?: readonly string[], core?: number) => Part;

/** Runs `use` with a way to start parts, all of which are ended afterwards, whatever happens. */
export async function withParts<Result>(place: Place, use: (start: StartPart) => Promise<Result>): Promise<Result> {
	const parts: Part[] = [];
	try {
		return await use((name, args, core) => {
			const part = new Part(place, name, args, core);
			parts.push(part);
			return part;
		});
	} finally {
		await Promise.all(parts.map(part => part.end()));
	}
}
