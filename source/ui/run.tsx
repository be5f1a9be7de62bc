/** Opens the screen, runs it until it is left, and gives the terminal back. */
import type {Core, CoreConfig, CoreState, StartCore} from '../api/core.ts';
import type {DoctorReport} from '../api/doctor.ts';
import {describeError, describeStack, EXIT_INTERRUPTED, UserError} from '../base/errors.ts';
import {openLog} from '../base/log.ts';
import type {Effect} from '../store/effect.ts';
import {leavingLines} from '../store/files/leaving.ts';
import type {Settings, ThemeName} from '../store/settings.ts';
import type {Store} from '../store/store.ts';
import {App} from './app.tsx';
import {createKeyboard, type Keyboard} from './input/keyboard.ts';
import {realTimer} from './input/timer.ts';
import {spawnDetached} from './outside/links.ts';
import {createOutside} from './outside/outside.ts';
import {type Paced, paced} from './outside/paced.ts';
import {titleOf} from './outside/title.ts';
import {type Mounted, mount} from './paint/mount.tsx';
import {Painter} from './paint/painter.ts';
import {programStore} from './program-store.ts';
import {openTerminal, sizeOf, type Terminal} from './terminal.ts';
import {type Theme, terminalTheme} from './theme.ts';

export type ScreenOptions = {
	readonly config: CoreConfig;
	readonly startCore: StartCore;
	readonly settings: Settings;
	/** Where files go if no folder is set. */
	readonly usualFolder: string;
	readonly version: string;
	/** Keeps these for the next start; without it, nothing is kept. */
	readonly save?: (settings: Partial<Settings>) => void | Promise<void>;
	/** Finds out why others are not seen. */
	readonly doctor?: () => Promise<DoctorReport>;
};

const TICK = 1_000;
/** Milliseconds between two times that everything is drawn anew, however fast a window is dragged to another size. */
const RESIZE_PAUSE = 50;

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
function logFatal({logLevel, logLevels, logFile}: CoreConfig, error: unknown): void {
	const log = openLog({level: logLevel, ...(logLevels && {levels: logLevels})}, logFile, () => {});
	log('error', 'screen', `the screen failed: ${describeStack(error)}`);
}

class Screen {
	/** Settles when it is time to leave. */
	readonly ended: Promise<number>;
	readonly #options: ScreenOptions;
	readonly #store: Store;
	readonly #themes = new Map<ThemeName, Theme>();
	readonly #terminal: Terminal;
	readonly #keyboard: Keyboard;
	readonly #painter: Painter;
	readonly #ink: Mounted;
	readonly #core: Core;
	readonly #ticking: NodeJS.Timeout;
	readonly #resized: Paced;
	readonly #outside = createOutside({
		env: process.env,
		platform: process.platform,
		spawn: spawnDetached,
		write: sequence => this.#terminal.stdout.write(sequence),
		tell: notice => this.#store.tell(notice),
		listed: (folder, items) => this.#store.listed(folder, items),
		looked: (text, files) => this.#store.looked(text, files),
	});
	#size: {readonly columns: number; readonly rows: number};
	#hasRun = false;
	#end: (status: number) => void = () => {};
	#fail: (error: unknown) => void = () => {};

	constructor(options: ScreenOptions) {
		this.#options = options;
		this.#store = programStore(options, {
			send: command => this.#core.send(command),
			effect: effect => this.#effect(effect),
			...(options.config.lab && {view: 'lab'}),
		});
		this.ended = new Promise((resolve, reject) => {
			this.#end = resolve;
			this.#fail = reject;
		});
		const {stdin, stdout} = process;
		this.#size = sizeOf(stdout);
		this.#resized = paced(() => this.#resize(), RESIZE_PAUSE, Date.now, realTimer);
		this.#terminal = openTerminal({
			stdin,
			stdout,
			onResize: this.#resized.call,
			onResume: () => this.#redraw(),
			onSignal: status => this.#end(status),
			onFatal: error => logFatal(options.config, error),
		});
		try {
			this.#keyboard = createKeyboard(stdin, {onEnd: () => this.#end(EXIT_INTERRUPTED)});
			this.#painter = new Painter({
				size: this.#size,
				write: output => this.#terminal.stdout.write(output),
				onError: error => this.#fail(error),
			});
			this.#ink = this.#draw();
			this.#core = options.startCore(options.config, {
				events: events => this.#store.receive(events),
				state: state => this.#coreState(state),
			});
			this.#dress();
			this.#store.subscribe(this.#dress);
			this.#ticking = setInterval(() => this.#store.tick(), TICK);
		} catch (error) {
			this.#terminal.restore();
			throw error;
		}
	}

	/** The terminal first, for that is what the person waits for; then goodbye to the peers. */
	async close(): Promise<void> {
		clearInterval(this.#ticking);
		this.#resized.cancel();
		this.#store.close();
		this.#keyboard.close();
		this.#painter.close();
		this.#ink.unmount();
		const isKept = this.#options.config.dataDirectory !== undefined;
		this.#terminal.restore(leavingLines(this.#store.getState(), isKept));
		await this.#core.stop();
	}

	#draw(): Mounted {
		const ink = mount(this.#app(), this.#painter);
		ink.ended.then(
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
				send={this.#send}
				effect={this.#effect}
				faults={this.#options.config.faults}
			/>
		);
	}

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
			case 'save':
				return void this.#save(effect.settings);
			case 'doctor':
				return this.#doctor();
			default:
				return this.#outside(effect);
		}
	};

	#doctor(): void {
		void this.#options.doctor?.().then(
			report => this.#store.receive([{type: 'doctor', report}]),
			error => this.#store.tell({level: 'error', text: `the doctor failed: ${describeError(error)}`}),
		);
	}

	async #save(settings: Partial<Settings>): Promise<void> {
		try {
			await this.#options.save?.(settings);
		} catch (error) {
			this.#store.tell({level: 'error', text: `the settings are not kept: ${describeError(error)}`});
		}
	}

	/** What the terminal is to do besides showing the screen, as the state wants it. */
	readonly #dress = (): void => {
		const state = this.#store.getState();
		this.#terminal.setMouse(state.settings.mouse);
		this.#terminal.setTitle(titleOf(state));
	};

	/** Whatever is on the terminal is written over. */
	readonly #redraw = (): void => this.#painter.redraw();

	#resize(): void {
		this.#size = sizeOf(process.stdout);
		this.#painter.resize(this.#size);
		this.#ink.rerender(this.#app());
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
