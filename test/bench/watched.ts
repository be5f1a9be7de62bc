/** The built program in a pseudo-terminal, watched from outside. */
import {join} from 'node:path';
import {type IPty, spawn} from '@lydell/node-pty';
import type {Place} from './shared.ts';

/** Milliseconds after which an echo counts as lost. */
const ECHO_TIMEOUT = 5_000;
const [COLUMNS, ROWS] = [120, 40];

/** A terminal that only watches for text in what is written to it. */
export class Watched {
	readonly startedAt = performance.now();
	readonly #pty: IPty;
	readonly #exited: Promise<void>;
	/** Bytes written to the terminal. */
	bytes = 0;
	#recent = '';
	#waiting: {readonly text: string; readonly resolve: (at: number) => void} | undefined;

	/** Nothing is kept, unless `args` say where. */
	constructor({root}: Place, args: readonly string[], more: Readonly<Record<string, string>> = {}) {
		const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(CI|P2P_TUI_.*)$/.test(name)));
		const kept = args.includes('--data-dir') ? [] : ['--ephemeral'];
		const all = [join(root, 'bin/p2p-tui.js'), ...kept, '--interface', 'lo', ...args];
		this.#pty = spawn(process.execPath, all, {
			name: 'xterm-256color',
			cols: COLUMNS,
			rows: ROWS,
			env: {...(env as Record<string, string>), TERM: 'xterm-256color', ...more},
		});
		this.#pty.onData(data => this.#receive(data));
		this.#exited = new Promise(resolve => this.#pty.onExit(() => resolve()));
	}

	/** When the text was written, if it has not been yet. */
	seen(text: string, timeout = ECHO_TIMEOUT): Promise<number> {
		return new Promise(resolve => {
			const timer = setTimeout(() => settle(Number.POSITIVE_INFINITY), timeout);
			const settle = (at: number) => {
				clearTimeout(timer);
				this.#waiting = undefined;
				resolve(at);
			};
			this.#waiting = {text, resolve: settle};
			if (this.#recent.includes(text)) settle(performance.now());
		});
	}

	forget(): void {
		this.#recent = '';
	}

	type(text: string): void {
		this.#pty.write(text);
	}

	get pid(): number {
		return this.#pty.pid;
	}

	async end(): Promise<void> {
		this.#pty.kill('SIGKILL');
		await this.#exited;
	}

	#receive(data: string): void {
		this.bytes += Buffer.byteLength(data);
		this.#recent = (this.#recent + data).slice(-20_000);
		if (this.#waiting && this.#recent.includes(this.#waiting.text)) this.#waiting.resolve(performance.now());
	}
}
