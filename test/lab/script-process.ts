/** A script of the laboratory that runs as a process of its own, somewhere. It speaks JSON lines, both ways. */
import {type ChildProcess, spawn} from 'node:child_process';
import {once} from 'node:events';
import {createInterface} from 'node:readline';
import {fileURLToPath} from 'node:url';
import {createConditions} from '../helpers/conditions.ts';

/** Where `setup.ts` puts the scripts. */
export const SCRIPTS = fileURLToPath(new URL('../.artifacts/lab/', import.meta.url));

/** Milliseconds until `line` gives up: a machine may be slow or busy. A pass does not wait. */
const PATIENCE = 60_000;

export type Line = Readonly<Record<string, unknown>>;

export class ScriptProcess {
	readonly lines: Line[] = [];
	readonly #name: string;
	readonly #child: ChildProcess;
	readonly #ended: Promise<unknown>;
	readonly #conditions = createConditions();
	#stderr = '';
	#hasEnded = false;

	constructor(name: string, args: readonly string[], within: readonly string[]) {
		this.#name = name;
		const [command, ...rest] = [...within, process.execPath, `${SCRIPTS}${name}.mjs`, ...args] as [string, ...string[]];
		this.#child = spawn(command, rest, {stdio: 'pipe'});
		this.#child.stdin!.on('error', () => {});
		this.#child.stderr!.on('data', chunk => {
			this.#stderr += chunk;
		});
		createInterface({input: this.#child.stdout!}).on('line', line => {
			this.lines.push(JSON.parse(line));
			this.#conditions.wake();
		});
		this.#ended = once(this.#child, 'close').then(() => {
			this.#hasEnded = true;
			this.#conditions.wake();
		});
	}

	send(line: object): void {
		this.#child.stdin!.write(`${JSON.stringify(line)}\n`);
	}

	/** The first line that passes the test: one that came already, or the next. */
	async line(isWanted: (line: Line) => boolean): Promise<Line> {
		let isLate = false;
		const timer = setTimeout(() => {
			isLate = true;
			this.#conditions.wake();
		}, PATIENCE);
		await this.#conditions.until(() => isLate || this.#hasEnded || this.lines.some(isWanted));
		clearTimeout(timer);
		const found = this.lines.find(isWanted);
		if (found !== undefined) return found;
		const said = this.lines.slice(-20).map(line => JSON.stringify(line));
		throw new Error(
			[`${this.#name} ${isLate ? 'is late' : 'has ended'}. Its last lines:`, ...said, this.#stderr].join('\n'),
		);
	}

	async dispose(): Promise<void> {
		if (!this.#hasEnded) this.#child.kill('SIGKILL');
		await this.#ended;
	}
}
