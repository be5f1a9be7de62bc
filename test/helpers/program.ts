/** Runs the built program as a child process, as a script would. */
import {type ChildProcessWithoutNullStreams, spawn} from 'node:child_process';
import {once} from 'node:events';
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {createInterface} from 'node:readline';
import {fileURLToPath} from 'node:url';

export const PROGRAM = fileURLToPath(new URL('../../bin/p2p-tui.js', import.meta.url));

export type Outcome = {readonly status: number | null; readonly stdout: string; readonly stderr: string};

type RunOptions = {readonly input?: string; readonly env?: Readonly<Record<string, string>>};

/** Nothing of the test runner's environment; a home of its own, so that no test touches a real profile. */
function environment(home: string, added: RunOptions['env']): Record<string, string> {
	return {PATH: process.env.PATH ?? '', HOME: home, XDG_DATA_HOME: path.join(home, 'data'), CI: 'false', ...added};
}

const running = new Set<Program>();

/** For `afterEach`: ends every program that still runs and removes what it left. */
export async function disposePrograms(): Promise<void> {
	await Promise.all([...running].map(program => program.dispose()));
}

/** Runs it to its end, with `input` as all of its standard input. */
export async function run(args: readonly string[], {input = '', env = {}}: RunOptions = {}): Promise<Outcome> {
	const program = new Program(args, env);
	program.child.stdin.on('error', () => {});
	program.child.stdin.end(input);
	const outcome = await program.ended;
	await program.dispose();
	return outcome;
}

/** Starts it and keeps its standard input open. */
export function start(args: readonly string[], env: RunOptions['env'] = {}): Program {
	return new Program(args, env);
}

export class Program {
	readonly child: ChildProcessWithoutNullStreams;
	readonly ended: Promise<Outcome>;
	readonly home = mkdtempSync(path.join(tmpdir(), 'p2p-tui-test-'));
	readonly #lines: string[] = [];
	readonly #waiting = new Set<() => void>();
	#isEnded = false;

	constructor(args: readonly string[], env: RunOptions['env']) {
		this.child = spawn(process.execPath, [PROGRAM, ...args], {env: environment(this.home, env)});
		const errors: Buffer[] = [];
		this.child.stderr.on('data', chunk => errors.push(chunk));
		createInterface({input: this.child.stdout}).on('line', line => {
			this.#lines.push(line);
			this.#wake();
		});
		this.ended = once(this.child, 'close').then(([status]) => {
			this.#isEnded = true;
			this.#wake();
			const stdout = this.#lines.map(line => `${line}\n`).join('');
			return {status, stdout, stderr: Buffer.concat(errors).toString()};
		});
		running.add(this);
	}

	/** The events printed so far. */
	get events(): readonly Record<string, unknown>[] {
		return this.#lines.map(line => JSON.parse(line));
	}

	send(command: object): void {
		this.child.stdin.write(`${JSON.stringify(command)}\n`);
	}

	/** The first event, from the start on, for which `isWanted` holds. Rejects when the program ends without it. */
	async event(isWanted: (event: Record<string, unknown>) => boolean): Promise<Record<string, unknown>> {
		for (;;) {
			const found = this.events.find(isWanted);
			if (found !== undefined) return found;
			if (this.#isEnded) throw new Error(`The program has ended: ${JSON.stringify(await this.ended)}`);
			await new Promise<void>(resolve => this.#waiting.add(resolve));
		}
	}

	async dispose(): Promise<void> {
		running.delete(this);
		if (!this.#isEnded) this.child.kill('SIGKILL');
		await this.ended;
		rmSync(this.home, {recursive: true, force: true});
	}

	#wake(): void {
		for (const resolve of this.#waiting) resolve();
		this.#waiting.clear();
	}
}
