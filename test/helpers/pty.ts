/**
 * Runs a program in a real pseudo-terminal and shows what a person would see: its output goes through a terminal
 * emulator, keys go in as the bytes that a keyboard sends. Waiting is for content, never for time.
 */
import {rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {type IPty, spawn} from '@lydell/node-pty';
import xterm from '@xterm/headless';
import {eastAsianWidth} from 'get-east-asian-width';
import {keyBytes} from './key-bytes.ts';

/** Milliseconds until `waitFor` gives up; generous, for machines are slow and a pass does not wait. */
const PATIENCE = 30_000;
/** UTF-16 units of raw output kept. */
const MAX_RAW = 1024 * 1024;

export type ScreenOptions = {
	readonly columns?: number;
	readonly rows?: number;
	readonly cwd?: string;
	/** Added to this process's environment; undefined takes a variable away. */
	readonly env?: Readonly<Record<string, string | undefined>>;
};

export type Exit = {readonly code: number; readonly signal: number | undefined};
export type Wanted = string | RegExp | ((screen: Screen) => boolean);
type Waiter = {readonly isMet: () => boolean; readonly resolve: () => void; readonly reject: (error: Error) => void};

/** What a cell shows. Colours are `#rrggbb`, the number of a colour of the palette, or undefined for the usual one. */
export type Cell = {
	/** Empty in the second cell of a wide character. */
	readonly text: string;
	/** 0 in the second cell of a wide character, 2 in its first. */
	readonly width: number;
	readonly foreground: string | number | undefined;
	readonly background: string | number | undefined;
	readonly bold: boolean;
	readonly dim: boolean;
	readonly italic: boolean;
	readonly underline: boolean;
	readonly strikethrough: boolean;
	readonly inverse: boolean;
};

const running = new Set<Screen>();

/** Starts `file` in a terminal of 80 × 24, or as asked. */
export function spawnScreen(file: string, args: readonly string[] = [], options: ScreenOptions = {}): Screen {
	return new Screen(file, args, options);
}

/** Where the programs find settings, and keep them: none at first, and not those of whoever runs the tests. */
const SETTINGS = join(tmpdir(), `p2p-tui-settings-${process.pid}`);

/** For `afterEach`: ends every program that `spawnScreen` started and that still runs, and forgets their settings. */
export async function disposeScreens(): Promise<void> {
	await Promise.all([...running].map(screen => screen.dispose()));
	await rm(SETTINGS, {recursive: true, force: true});
}

export class Screen {
	/** Resolves when the program has ended and the last of its output is on the screen. */
	readonly exited: Promise<Exit>;
	readonly #pty: IPty;
	readonly #terminal: InstanceType<typeof xterm.Terminal>;
	readonly #waiters = new Set<Waiter>();
	#raw = '';
	/** Settled when all that has come so far is on the screen. */
	#drawn: Promise<void> = Promise.resolve();
	#isCursorVisible = true;
	#exit: Exit | undefined;

	constructor(file: string, args: readonly string[], {columns = 80, rows = 24, cwd, env = {}}: ScreenOptions) {
		this.#terminal = new xterm.Terminal({cols: columns, rows, allowProposedApi: true, scrollback: 1000});
		this.#terminal.unicode.register(TODAY);
		this.#terminal.unicode.activeVersion = TODAY.version;
		this.#watchCursor();
		this.#pty = spawn(file, [...args], {
			name: 'xterm-256color',
			cols: columns,
			rows,
			cwd: cwd ?? process.cwd(),
			env: environment(env),
		});
		// A terminal answers what it is asked.
		this.#terminal.onData(answer => this.type(answer));
		this.#pty.onData(data => this.#receive(data));
		this.exited = new Promise(resolve => {
			this.#pty.onExit(({exitCode, signal}) => {
				void this.#drawn.then(() => {
					this.#exit = {code: exitCode, signal: signal || undefined};
					running.delete(this);
					this.#check();
					resolve(this.#exit);
				});
			});
		});
		running.add(this);
	}

	get pid(): number {
		return this.#pty.pid;
	}

	/** The rows that are visible, without the blanks at their ends. */
	rows(): string[] {
		const buffer = this.#terminal.buffer.active;
		return Array.from({length: this.#terminal.rows}, (_, row) => {
			return buffer.getLine(buffer.baseY + row)?.translateToString(true) ?? '';
		});
	}

	/** The rows as one text, without the empty ones at the end. */
	text(): string {
		return this.rows().join('\n').trimEnd();
	}

	/** The same with all that can be seen of each cell. */
	cells(): Cell[][] {
		const {active} = this.#terminal.buffer;
		return Array.from({length: this.#terminal.rows}, (_, row) => {
			const line = active.getLine(active.baseY + row);
			return Array.from({length: this.#terminal.cols}, (_, column) => cellOf(line?.getCell(column)));
		});
	}

	/** What has scrolled away, too: for what is printed once the program has left. */
	scrollback(): string {
		const buffer = this.#terminal.buffer.normal;
		const rows = Array.from({length: buffer.length}, (_, row) => buffer.getLine(row)?.translateToString(true) ?? '');
		return rows.join('\n').trimEnd();
	}

	/** Everything that the program has written, as it wrote it (the last megabyte). */
	raw(): string {
		return this.#raw;
	}

	/** Counted from 0. */
	cursor(): {readonly column: number; readonly row: number; readonly isVisible: boolean} {
		const {cursorX, cursorY} = this.#terminal.buffer.active;
		return {column: cursorX, row: cursorY, isVisible: this.#isCursorVisible};
	}

	isAlternate(): boolean {
		return this.#terminal.buffer.active.type === 'alternate';
	}

	get modes(): InstanceType<typeof xterm.Terminal>['modes'] {
		return this.#terminal.modes;
	}

	/**
	 * Resolves as soon as the screen shows a text, matches an expression or meets a condition; whole frames only.
	 * Rejects, with what the screen does show, when the program ends first or time is up.
	 */
	waitFor(wanted: Wanted, timeout = PATIENCE): Promise<void> {
		const isMet = () => meets(this, wanted);
		if (isMet()) return Promise.resolve();
		return new Promise((resolve, reject) => {
			const settle = (then: () => void) => {
				clearTimeout(timer);
				this.#waiters.delete(waiter);
				then();
			};
			const fail = (why: string) => new Error(`${why} waiting for ${describe(wanted)}. The screen:\n${this.text()}`);
			const timer = setTimeout(() => waiter.reject(fail(`Time is up (${timeout} ms)`)), timeout);
			const waiter: Waiter = {
				isMet,
				resolve: () => settle(resolve),
				reject: error => settle(() => reject(error)),
			};
			this.#waiters.add(waiter);
			if (this.#exit) waiter.reject(fail(`The program has ended (${JSON.stringify(this.#exit)})`));
		});
	}

	type(text: string): void {
		if (!this.#exit) this.#pty.write(text);
	}

	/**
	 * `alt+1`, `ctrl+c`, `up`, `f1`, `return` … After `escape` wait for what it does before the next key: together they
	 * are that key with Alt, as on every terminal.
	 */
	press(...keys: readonly string[]): void {
		this.type(keys.map(keyBytes).join(''));
	}

	/** As a terminal pastes: line ends become CR, and it is bracketed if the program asked for it. */
	paste(text: string): void {
		const sent = text.replace(/\r?\n/g, '\r');
		this.type(this.modes.bracketedPasteMode ? `\x1b[200~${sent}\x1b[201~` : sent);
	}

	resize(columns: number, rows: number): void {
		this.#terminal.resize(columns, rows);
		this.#pty.resize(columns, rows);
	}

	kill(signal: NodeJS.Signals = 'SIGTERM'): void {
		if (!this.#exit) process.kill(this.pid, signal);
	}

	/** Ends the program, if it still runs, and frees the terminal. */
	async dispose(): Promise<void> {
		this.kill('SIGKILL');
		await this.exited;
		this.#terminal.dispose();
	}

	#receive(data: string): void {
		this.#raw = (this.#raw + data).slice(-MAX_RAW);
		this.#drawn = this.#drawn.then(() => this.#draw(data));
	}

	/** Whoever waited for what is there now sees just that: on a busy machine the next of it may have come already. */
	#draw(data: string): Promise<void> {
		return new Promise(resolve => {
			this.#terminal.write(data, () => {
				// In the middle of a frame nobody sees anything.
				if (!this.modes.synchronizedOutputMode) this.#check();
				setImmediate(resolve);
			});
		});
	}

	#check(): void {
		for (const waiter of [...this.#waiters]) {
			if (waiter.isMet()) waiter.resolve();
			else if (this.#exit) {
				waiter.reject(new Error(`The program has ended (${JSON.stringify(this.#exit)}). The screen:\n${this.text()}`));
			}
		}
	}

	/** The emulator does not tell whether the cursor is shown (DECTCEM). */
	#watchCursor(): void {
		for (const [final, isVisible] of [
			['h', true],
			['l', false],
		] as const) {
			this.#terminal.parser.registerCsiHandler({prefix: '?', final}, parameters => {
				if (parameters.includes(25)) this.#isCursorVisible = isVisible;
				return false;
			});
		}
	}
}

/**
 * Widths as terminals of today have them: the emulator's own are those of 2010, when emoji took one cell. What it keeps of
 * a character is its width in bits 1 and 2, and in bit 0 whether it joins the one before.
 */
const TODAY: Parameters<InstanceType<typeof xterm.Terminal>['unicode']['register']>[0] = {
	version: 'today',
	wcwidth: codePoint => (isZeroWidth(codePoint) ? 0 : eastAsianWidth(codePoint)),
	charProperties(codePoint, preceding) {
		const before = (preceding >> 1) & 3;
		const joins = isZeroWidth(codePoint) && before > 0;
		const width = joins ? before : isZeroWidth(codePoint) ? 0 : eastAsianWidth(codePoint);
		return (width << 1) | Number(joins);
	},
};

function isZeroWidth(codePoint: number): boolean {
	return codePoint >= 0x300 && /^[\p{M}\p{Cf}]$/u.test(String.fromCodePoint(codePoint));
}

type BufferCell = ReturnType<
	NonNullable<ReturnType<InstanceType<typeof xterm.Terminal>['buffer']['active']['getLine']>>['getCell']
>;

function cellOf(cell: BufferCell): Cell {
	const color = (isDefault: boolean, isRgb: boolean, value: number) =>
		isDefault ? undefined : isRgb ? `#${value.toString(16).padStart(6, '0')}` : value;
	return {
		text: cell?.getChars() ?? '',
		width: cell?.getWidth() ?? 1,
		foreground: cell && color(cell.isFgDefault(), cell.isFgRGB(), cell.getFgColor()),
		background: cell && color(cell.isBgDefault(), cell.isBgRGB(), cell.getBgColor()),
		bold: Boolean(cell?.isBold()),
		dim: Boolean(cell?.isDim()),
		italic: Boolean(cell?.isItalic()),
		underline: Boolean(cell?.isUnderline()),
		strikethrough: Boolean(cell?.isStrikethrough()),
		inverse: Boolean(cell?.isInverse()),
	};
}

function meets(screen: Screen, wanted: Wanted): boolean {
	if (typeof wanted === 'function') return wanted(screen);
	return typeof wanted === 'string' ? screen.text().includes(wanted) : wanted.test(screen.text());
}

const describe = (wanted: Wanted): string => (typeof wanted === 'string' ? JSON.stringify(wanted) : String(wanted));

/** Of the test runner's own environment nothing may change how the program looks or behaves. */
function environment(added: ScreenOptions['env']): Record<string, string> {
	const foreign =
		/^(CI|COLUMNS|LINES|NO_COLOR|FORCE_COLOR|NODE_ENV|NODE_OPTIONS|NODE_V8_COVERAGE|VITEST.*|P2P_TUI_.*)$/;
	const kept = Object.entries(process.env).filter(([name]) => !foreign.test(name));
	const all = Object.entries({
		...Object.fromEntries(kept),
		CI: 'false',
		TERM: 'xterm-256color',
		XDG_CONFIG_HOME: SETTINGS,
		...added,
	});
	return Object.fromEntries(all.filter((entry): entry is [string, string] => entry[1] !== undefined));
}
