/**
 * The one owner of the terminal's modes: whatever is switched on here is switched off here, once, however the program
 * ends.
 *
 * Ink is the other party that writes to the terminal, so two rules:
 * - Ink is given `terminal.stdout` and `alternateScreen: false`. It could switch to the alternate screen itself, but
 *   then it would leave it on unmount and this module after a crash, and leaving twice (CSI ? 1049 l) puts the cursor
 *   back to where it was before the first time: what was printed in between is overwritten.
 * - After `restore` that stream takes everything and writes nothing. When Ink unmounts late (it does so when the
 *   process exits) its last frame does not land on the person's shell.
 */
import {writeSync} from 'node:fs';
import {describeError, EXIT_FAILED} from '../base/errors.ts';
import {sanitizeLine} from '../base/sanitize.ts';

/**
 * Alternate screen (1049) with the cursor at its top, no wrapping at the right edge (7), bracketed paste (2004), reports
 * of the focus (1004), cursor hidden until a frame shows it. Without wrapping, a row that the terminal takes for wider
 * than it is spoils itself only, and not the rows below.
 */
const ENTER = '\x1b[?1049h\x1b[H\x1b[?7l\x1b[?2004h\x1b[?1004h\x1b[?25l';
/** Presses and the wheel, not movements (1000), as text without bounds (1006). */
const MOUSE_ON = '\x1b[?1000h\x1b[?1006h';
const MOUSE_OFF = '\x1b[?1006l\x1b[?1000l';
/** All in reverse, the mouse too, whether it is on or not; first the end of a frame that was cut off, and its colours. */
const LEAVE = `\x1b[?2026l\x1b[0m\x1b[?25h${MOUSE_OFF}\x1b[?1004l\x1b[?2004l\x1b[?7h`;
/** The terminal keeps a pile of titles. */
const KEEP_TITLE = '\x1b[22;0t';
/** The title as it was, and then the screen as it was. */
const LEAVE_SCREEN = '\x1b[23;0t\x1b[?1049l';
/** Consoles that would print a title instead of taking it for one. */
const UNTITLED = /^(linux|cons25|vt\d+|dumb)/;

/** Milliseconds that the program has to say goodbye after a signal. */
export const GOODBYE_TIME = 3_000;

/** 128 + the number of the signal. */
const SIGNAL_STATUS = {SIGHUP: 129, SIGINT: 130, SIGQUIT: 131, SIGTERM: 143} as const;
type EndingSignal = keyof typeof SIGNAL_STATUS;

/** Attempts to write to a terminal that takes nothing at the moment, and milliseconds between them. */
const WRITE_ATTEMPTS = 50;
const WRITE_PAUSE = 10;

export type TerminalOptions = {
	readonly stdin: NodeJS.ReadStream;
	readonly stdout: NodeJS.WriteStream & {readonly fd: number};
	readonly onResize?: (size: {readonly columns: number; readonly rows: number}) => void;
	/** The program was stopped and goes on: the alternate screen is empty and everything has to be drawn again. */
	readonly onResume?: () => void;
	/**
	 * A signal asks the program to end, or its terminal is gone. The terminal is restored already; the program is to
	 * end with `status`, and is ended when it takes longer than GOODBYE_TIME. Without it, it ends at once.
	 */
	readonly onSignal?: (status: number) => void;
	/** Milliseconds instead of GOODBYE_TIME. */
	readonly goodbyeTime?: number;
	/** An error that nobody caught, for the log. The terminal is restored already; the process exits after it. */
	readonly onFatal?: (error: unknown) => void;
};

export type Terminal = {
	/** Where to draw. Behaves as the stream that was given, until the terminal is restored. */
	readonly stdout: NodeJS.WriteStream;
	/**
	 * Gives the terminal back as it was found, with these lines, which are safe to show, where the shell goes on; and listens
	 * to no signal any more. Again: does nothing.
	 */
	restore(last?: readonly string[]): void;
	/** Whether it reports the mouse from now on. While it does, selecting text needs Shift. */
	setMouse(isOn: boolean): void;
	/** One line that is safe to show; where there is a window with a title. */
	setTitle(title: string): void;
	/** Stops the program as Ctrl-Z does elsewhere: the shell gets the terminal until it says `fg`. */
	suspend(): void;
};

/** A terminal that does not know its size, such as a serial line, is taken for a usual one. */
export function sizeOf({columns, rows}: {readonly columns: number; readonly rows: number}) {
	return {columns: columns || 80, rows: rows || 24};
}

/** Takes the terminal: raw mode, alternate screen, bracketed paste. `stdin` and `stdout` must be terminals. */
export function openTerminal(options: TerminalOptions): Terminal {
	return new OpenTerminal(options);
}

class OpenTerminal implements Terminal {
	readonly stdout: NodeJS.WriteStream;
	readonly #options: TerminalOptions;
	readonly #listeners: (() => void)[] = [];
	#isEntered = false;
	#isEnding = false;
	#hasMouse = false;
	#title = '';
	readonly #onStop = (): void => this.#stop();

	constructor(options: TerminalOptions) {
		this.#options = options;
		this.stdout = gated(options.stdout, () => this.#isEntered);
		this.#enter();
		this.#listen();
	}

	restore(last: readonly string[] = []): void {
		this.#leave();
		if (last.length > 0) writeNow(this.#options.stdout, ...last.map(line => `${line}\n`));
		for (const stop of this.#listeners.splice(0)) stop();
	}

	suspend(): void {
		// Everyone in the group: a runner such as npx must stop with us, or the shell goes on waiting for it.
		if (process.platform !== 'win32') process.kill(0, 'SIGTSTP');
	}

	setMouse(isOn: boolean): void {
		if (isOn === this.#hasMouse) return;
		this.#hasMouse = isOn;
		this.stdout.write(isOn ? MOUSE_ON : MOUSE_OFF);
	}

	setTitle(title: string): void {
		if (title === this.#title || UNTITLED.test(process.env.TERM ?? '')) return;
		this.#title = title;
		this.stdout.write(titled(title));
	}

	#enter(): void {
		const {stdin, stdout} = this.#options;
		// After the shell had the terminal, raw mode is only set anew if it was off before.
		stdin.setRawMode(false);
		stdin.setRawMode(true);
		// Whoever is woken by a SIGCONT alone has left nothing: the title that was found is kept already.
		const title = (this.#isEntered ? '' : KEEP_TITLE) + (this.#title === '' ? '' : titled(this.#title));
		writeNow(stdout, ENTER, title, this.#hasMouse ? MOUSE_ON : '');
		this.#isEntered = true;
	}

	#leave(): void {
		if (!this.#isEntered) return;
		this.#isEntered = false;
		const {stdin, stdout} = this.#options;
		// A terminal that cannot put a title aside is at least not left with ours.
		writeNow(stdout, LEAVE, this.#title === '' ? '' : titled(''), LEAVE_SCREEN);
		try {
			stdin.setRawMode(false);
		} catch {
			// The terminal is gone, and its modes with it.
		}
	}

	#listen(): void {
		const {stdout, onResize} = this.#options;
		this.#on(process, 'exit', () => this.#leave());
		this.#on(process, 'uncaughtException', error => this.#fail(error));
		for (const signal of Object.keys(SIGNAL_STATUS) as EndingSignal[]) {
			this.#on(process, signal, () => this.#endBy(signal));
		}
		this.#on(process, 'SIGTSTP', this.#onStop);
		this.#on(process, 'SIGCONT', () => this.#resume());
		this.#on(stdout, 'error', () => this.#endBy('SIGHUP'));
		if (onResize) this.#on(stdout, 'resize', () => onResize(sizeOf(stdout)));
	}

	#on(emitter: NodeJS.EventEmitter, name: string, listener: (argument: unknown) => void): void {
		emitter.on(name, listener);
		this.#listeners.push(() => emitter.off(name, listener));
	}

	#endBy(signal: EndingSignal): void {
		const status = SIGNAL_STATUS[signal];
		// Ctrl-C from someone who waits for the goodbye; several other signals often come together.
		if (this.#isEnding && signal === 'SIGINT') process.exit(status);
		if (this.#isEnding) return;
		this.#isEnding = true;
		this.#leave();
		if (!this.#options.onSignal) process.exit(status);
		setTimeout(() => process.exit(status), this.#options.goodbyeTime ?? GOODBYE_TIME).unref();
		this.#options.onSignal(status);
	}

	#fail(error: unknown): void {
		this.#leave();
		try {
			this.#options.onFatal?.(error);
		} finally {
			writeNow(process.stderr, sanitizeLine(`p2p-tui: An error in p2p-tui itself: ${describeError(error)}.`), '\n');
			process.exit(EXIT_FAILED);
		}
	}

	/**
	 * As if we were an ordinary program: the shell gets its terminal, and the process stops by the signal's own action.
	 * That does nothing where no shell could ever wake us, and then we go on at once.
	 */
	#stop(): void {
		this.#leave();
		process.off('SIGTSTP', this.#onStop);
		process.kill(process.pid, 'SIGTSTP');
		// Not in this turn, but after the next: a SIGCONT that is on its way comes first, and one resumption is enough.
		setImmediate(() =>
			setImmediate(() => {
				if (this.#listeners.length === 0) return;
				process.on('SIGTSTP', this.#onStop);
				if (!this.#isEntered) this.#resume();
			}),
		);
	}

	#resume(): void {
		if (this.#isEnding) return;
		this.#enter();
		// Whoever is stopped is not told that the window has another size now.
		if (process.platform !== 'win32') process.kill(process.pid, 'SIGWINCH');
		this.#options.onResume?.();
	}
}

function titled(title: string): string {
	return `\x1b]2;${sanitizeLine(title)}\x07`;
}

/** `stream`, but what is written to it while `isOpen` is false goes nowhere. */
function gated(stream: NodeJS.WriteStream, isOpen: () => boolean): NodeJS.WriteStream {
	const write = (...parameters: Parameters<NodeJS.WriteStream['write']>): boolean => {
		if (isOpen()) return stream.write(...parameters);
		const callback = parameters.findLast(parameter => typeof parameter === 'function') as (() => void) | undefined;
		if (callback) process.nextTick(callback);
		return true;
	};
	// Methods belong to the stream itself, which keeps its state in private places.
	const methods = new Map<unknown, unknown>([['write', write]]);
	return new Proxy(stream, {
		get(target, property) {
			if (methods.has(property)) return methods.get(property);
			const value = Reflect.get(target, property, target);
			if (typeof value !== 'function') return value;
			const method = value.bind(target);
			methods.set(property, method);
			return method;
		},
		set: (target, property, value) => Reflect.set(target, property, value, target),
	});
}

/** Writes without the event loop, which may never turn again. A terminal that is gone is no error here. */
function writeNow(stream: {readonly fd: number}, ...parts: readonly string[]): void {
	let left = Buffer.from(parts.join(''));
	for (let attempt = 0; left.length > 0 && attempt < WRITE_ATTEMPTS; attempt++) {
		try {
			left = left.subarray(writeSync(stream.fd, left));
		} catch (error) {
			if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') return;
			Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, WRITE_PAUSE);
		}
	}
}
