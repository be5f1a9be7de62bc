/** Opens the screen, runs it until it is left, and gives the terminal back. */
import {type Instance, render} from 'ink';
import type {Core, CoreConfig, CoreState, StartCore} from '../api/core.ts';
import {describeStack, EXIT_INTERRUPTED, UserError} from '../base/errors.ts';
import {openLog} from '../base/log.ts';
import type {Effect} from '../store/effect.ts';
import type {Settings, ThemeName} from '../store/settings.ts';
import {Store} from '../store/store.ts';
import {App} from './app.tsx';
import {InkInput, inkOutput} from './ink-streams.ts';
import {createKeyboard, type Keyboard} from './input/keyboard.ts';
import {realTimer} from './input/timer.ts';
import {launchCommand} from './launch.ts';
import {openTerminal, type Terminal} from './terminal.ts';
import {type Theme, terminalTheme} from './theme.ts';

export type ScreenOptions = {
	readonly config: CoreConfig;
	readonly startCore: StartCore;
	readonly settings: Settings;
	readonly version: string;
};

/** Twice what the store shows of the core's news: a key then waits for 17 ms at most while they pour in. */
const MAX_FPS = 60;
const TICK = 1_000;
const CLEAR = '\x1b[2J\x1b[H';

/**
 * Standard input and output must be terminals. Returns the exit status. Throws UserError if the core cannot start, and
 * whatever made drawing fail; the terminal is as it was in every case.
 */
export async function runScreen(options: ScreenOptions): Promise<number> {
	const screen = new Screen(options);
	try {
		return await screen.ended;
	} catch (error) {
		if (!(error instanceof UserError)) logFatal(options.config, error);
		throw error;
	} finally {
		await screen.close();
	}
}

/** The person sees one line of it; whoever looks for the cause finds the rest here. */
function logFatal({logLevel, logFile}: CoreConfig, error: unknown): void {
	openLog(logLevel, logFile, () => {})('error', `the screen failed: ${describeStack(error)}`);
}

class Screen {
	/** Settles when it is time to leave. */
	readonly ended: Promise<number>;
	readonly #options: ScreenOptions;
	readonly #store: Store;
	readonly #themes = new Map<ThemeName, Theme>();
	readonly #terminal: Terminal;
	readonly #keyboard: Keyboard;
	readonly #input = new InkInput();
	readonly #ink: Instance;
	readonly #core: Core;
	readonly #ticking: NodeJS.Timeout;
	#size: {readonly columns: number; readonly rows: number};
	#hasRun = false;
	#end: (status: number) => void = () => {};
	#fail: (error: unknown) => void = () => {};

	constructor(options: ScreenOptions) {
		this.#options = options;
		this.#store = new Store({
			now: Date.now,
			setTimer: realTimer,
			settings: options.settings,
			launch: launchCommand(options.config, process.argv[1] ?? '', process.cwd()),
			send: command => this.#core.send(command),
		});
		this.ended = new Promise((resolve, reject) => {
			this.#end = resolve;
			this.#fail = reject;
		});
		const {stdin, stdout} = process;
		this.#size = {columns: stdout.columns, rows: stdout.rows};
		this.#terminal = openTerminal({
			stdin,
			stdout,
			onResize: size => this.#resize(size),
			onResume: () => this.#redraw(),
			onSignal: status => this.#end(status),
			onFatal: error => logFatal(options.config, error),
		});
		try {
			this.#keyboard = createKeyboard(stdin, {onEnd: () => this.#end(EXIT_INTERRUPTED)});
			this.#ink = this.#draw();
			this.#core = options.startCore(options.config, {
				events: events => this.#store.receive(events),
				state: state => this.#coreState(state),
			});
			this.#ticking = setInterval(() => this.#store.tick(), TICK);
		} catch (error) {
			this.#terminal.restore();
			throw error;
		}
	}

	/** The terminal first, for that is what the person waits for; then goodbye to the peers. */
	async close(): Promise<void> {
		clearInterval(this.#ticking);
		this.#store.close();
		this.#keyboard.close();
		this.#ink.unmount();
		this.#terminal.restore();
		await this.#core.stop();
	}

	#draw(): Instance {
		const ink = render(this.#app(), {
			stdout: inkOutput(this.#terminal.stdout),
			stdin: this.#input as unknown as NodeJS.ReadStream,
			// The terminal's modes have one owner, and that is not Ink.
			alternateScreen: false,
			exitOnCtrlC: false,
			patchConsole: false,
			interactive: true,
			incrementalRendering: true,
			maxFps: MAX_FPS,
		});
		ink.waitUntilExit().then(
			() => this.#end(0),
			error => this.#fail(error),
		);
		return ink;
	}

	#app() {
		return (
			<App
				store={this.#store}
				columns={this.#size.columns}
				rows={this.#size.rows}
				themeOf={this.#themeOf}
				version={this.#options.version}
				keyboard={this.#keyboard}
				feed={this.#feed}
				send={this.#send}
				effect={this.#effect}
				faults={this.#options.config.faults}
			/>
		);
	}

	readonly #feed = (raw: string): void => this.#input.feed(raw);
	readonly #send = (command: Parameters<Core['send']>[0]): void => this.#core.send(command);

	/** The same object for the same name. */
	readonly #themeOf = (name: ThemeName): Theme => {
		const theme = this.#themes.get(name) ?? terminalTheme(name, process.stdout, process.env);
		this.#themes.set(name, theme);
		return theme;
	};

	readonly #effect = (effect: Effect): void => {
		switch (effect.type) {
			case 'quit':
				return this.#end(effect.how === 'asked' ? 0 : EXIT_INTERRUPTED);
			case 'redraw':
				return this.#redraw();
			case 'suspend':
				return this.#terminal.suspend();
		}
	};

	/** From an empty screen, whatever else was written to it. */
	readonly #redraw = (): void => {
		this.#ink.clear();
		this.#terminal.stdout.write(CLEAR);
		this.#ink.rerender(this.#app());
	};

	#resize(size: {readonly columns: number; readonly rows: number}): void {
		this.#size = size;
		this.#redraw();
	}

	/** A core that cannot even start has its reason printed where it can be read; later on, it is shown on the screen. */
	#coreState(state: CoreState): void {
		if (state.state === 'running') this.#hasRun = true;
		if (state.state === 'failed' && !this.#hasRun) {
			this.#fail(new UserError(state.reason, state.hint === undefined ? {} : {hint: state.hint}));
		}
		this.#store.core(state);
	}
}
