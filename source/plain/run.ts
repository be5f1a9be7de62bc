/** Chats line by line until it is left: the same core and the same state as the screen, said instead of drawn. */
import type {Core, CoreConfig, CoreState, StartCore} from '../api/core.ts';
import type {DoctorReport} from '../api/doctor.ts';
import type {NodeEvent} from '../api/event.ts';
import {describeError, EXIT_INTERRUPTED, UserError} from '../base/errors.ts';
import {MAX_COMPOSER_BYTES} from '../store/composer.ts';
import type {Effect} from '../store/effect.ts';
import {leavingLines} from '../store/files/leaving.ts';
import {utf8Length} from '../store/graphemes.ts';
import type {Intent} from '../store/intent.ts';
import {activeRoom} from '../store/selectors.ts';
import type {Settings} from '../store/settings.ts';
import type {Store} from '../store/store.ts';
import type {Surroundings} from '../store/surroundings.ts';
import {isReading, meaningOf} from '../ui/meaning.ts';
import {programStore} from '../ui/program-store.ts';
import {EXAMINING} from '../ui/views/doctor-words.ts';
import {plainMeaning} from './commands.ts';
import {completions} from './completions.ts';
import {Console} from './console.ts';
import {doctorLines} from './doctor.ts';
import {itemsOf} from './folders.ts';
import {placeName} from './names.ts';
import {Narrator} from './narrator.ts';

export type PlainOptions = {
	readonly config: CoreConfig;
	readonly startCore: StartCore;
	readonly settings: Settings;
	/** Where files go if no folder is set. */
	readonly usualFolder: string;
	/** Keeps changed settings for the next start; may fail. Without it, nothing is kept. */
	readonly save?: (settings: Partial<Settings>) => void | Promise<void>;
	readonly version: string;
	/** Finds out why others are not seen; never rejects. */
	readonly doctor?: () => Promise<DoctorReport>;
};

const TICK = 1_000;
const BELL = '\x07';
/** Milliseconds that what was written last may take once there is no more input. */
const LAST_WORDS = 5_000;

/** Returns the exit status. Throws UserError if the core cannot start. */
export async function runPlain(options: PlainOptions): Promise<number> {
	const session = new Session(options);
	try {
		return await session.ended;
	} finally {
		await session.close();
	}
}

/** What the screen can do besides, and lines cannot. */
const LABORATORY =
	'This is a laboratory: the network is simulated, and nobody is really there. To kill, split and heal, start it on a screen, without --plain.';

class Session {
	/** Settles when it is time to leave. */
	readonly ended: Promise<number>;
	readonly #options: PlainOptions;
	readonly #store: Store;
	readonly #narrator: Narrator;
	readonly #console: Console;
	readonly #core: Core;
	readonly #ticking: NodeJS.Timeout;
	/** Written, and not done yet: what comes before has to be known first. */
	readonly #waiting: string[] = [];
	#hasEnded = false;
	/** What is heard now is heard by nobody: that the core ends, and has not answered. */
	#isClosed = false;
	#hasRun = false;
	#end: (status: number) => void = () => {};
	#fail: (error: unknown) => void = () => {};

	constructor(options: PlainOptions) {
		this.#options = options;
		this.#store = programStore(options, {
			send: command => this.#core.send(command),
			effect: effect => this.#effect(effect),
		});
		this.#narrator = new Narrator(this.#store.getState());
		this.ended = new Promise((resolve, reject) => {
			this.#end = resolve;
			this.#fail = reject;
		});
		this.#console = this.#openConsole();
		this.#console.say([
			`p2p-tui ${options.version}, line by line. What you write goes to the room you are in; /help says what else there is, /quit leaves.`,
			...(options.config.lab ? [LABORATORY] : []),
		]);
		for (const [signal, listener] of this.#signals) process.on(signal, listener);
		this.#core = options.startCore(options.config, {
			events: events => this.#guard(() => this.#receive(events)),
			state: state => this.#guard(() => this.#coreState(state)),
		});
		this.#ticking = setInterval(() => this.#guard(() => this.#tick()), TICK);
	}

	async close(): Promise<void> {
		clearInterval(this.#ticking);
		for (const [signal, listener] of this.#signals) process.off(signal, listener);
		this.#store.close();
		this.#console.say(leavingLines(this.#store.getState(), this.#options.config.dataDirectory !== undefined));
		this.#console.close();
		this.#isClosed = true;
		await this.#core.stop();
	}

	readonly #signals: readonly (readonly [NodeJS.Signals, () => void])[] = [
		['SIGINT', () => this.#interrupt()],
		['SIGTERM', () => this.#end(143)],
		['SIGHUP', () => this.#end(129)],
	];

	#openConsole(): Console {
		const {stdin, stdout} = process;
		return new Console({
			input: stdin,
			output: stdout,
			canEdit: stdin.isTTY === true && stdout.isTTY === true && process.env.TERM !== 'dumb',
			onLine: line => {
				this.#waiting.push(line);
				this.#guard(() => this.#work());
			},
			onInterrupt: () => this.#interrupt(),
			onEnd: () => this.#lastLine(),
			complete: line => completions(line, this.#store.getState(), itemsOf),
			maxBytes: MAX_COMPOSER_BYTES,
		});
	}

	/** What goes wrong in here ends the program with its reason, and the terminal as it was. */
	#guard(action: () => void): void {
		try {
			action();
		} catch (error) {
			this.#fail(error);
		}
	}

	#receive(events: readonly NodeEvent[]): void {
		if (this.#isClosed) return;
		this.#store.receive(events);
		this.#store.flush();
		this.#tell(events);
	}

	#coreState(state: CoreState): void {
		if (this.#isClosed) return;
		if (state.state === 'running') this.#hasRun = true;
		if (state.state === 'failed' && !this.#hasRun)
			return this.#fail(new UserError(state.reason, state.hint === undefined ? {} : {hint: state.hint}));
		this.#store.core(state);
		this.#tell([]);
	}

	#tick(): void {
		this.#store.tick();
		this.#store.flush();
		this.#tell([]);
	}

	#tell(events: readonly NodeEvent[]): void {
		this.#console.say(this.#narrator.tell(this.#store.getState(), events, Date.now()));
		this.#work();
		const state = this.#store.getState();
		const room = activeRoom(state);
		this.#console.prompt(
			`${room ? (room.peer === undefined ? room.label : `@${placeName(state, room)}`) : 'p2p-tui'}> `,
		);
	}

	/** One line after the other: what a line means may depend on what became of the one before. */
	#work(): void {
		while (this.#waiting.length > 0 && this.#isReady()) this.#perform(this.#waiting.shift() as string);
		if (this.#hasEnded && this.#waiting.length === 0 && this.#isIdle()) this.#end(0);
	}

	#isReady(): boolean {
		const state = this.#store.getState();
		const {readyAt = 0, active, pending, core} = state;
		if (core.state === 'failed') return true;
		// What is kept of the room says what is meant by a name.
		if (isReading(state)) return false;
		if (active === undefined && Date.now() - readyAt < TICK) return false;
		return [...pending.values()].every(({command, isQuiet}) => isQuiet || SLOW.has(command.command));
	}

	#isIdle(): boolean {
		return [...this.#store.getState().pending.values()].every(({isQuiet}) => isQuiet);
	}

	#perform(line: string): void {
		const meaning = plainMeaning(line, this.#store.getState(), Date.now());
		if (meaning && 'lines' in meaning) return this.#console.say(meaning.lines);
		if (meaning) this.#dispatch(meaning.intent);
		else this.#submit(line);
		this.#tell([]);
	}

	#submit(line: string): void {
		const bytes = utf8Length(line);
		// Half of it would say something else.
		if (bytes > MAX_COMPOSER_BYTES) {
			const size = `${bytes.toLocaleString('en')} bytes`;
			return this.#console.say([`error: the line was not sent: it has ${size}, and a message holds 16 KiB`]);
		}
		// What was refused meanwhile is back in the line of the store: here it is one arrow key away, and no part of this one.
		this.#dispatch({type: 'edit', edit: {edit: 'clear'}});
		this.#dispatch({type: 'edit', edit: {edit: 'insert', text: line}});
		this.#dispatch({type: 'submit'});
		const {view, composer, rooms, active, notice} = this.#store.getState();
		const {text} = rooms.find(each => each.room === active)?.composer ?? composer;
		// What a command wants to be gone on with, such as /edit; a line that was refused is one arrow key away.
		if (text !== '' && notice?.line === undefined && text !== line && !this.#console.put(text))
			this.#console.say([
				`error: there is no line to go on with here: write it whole, ${text.split(' ', 1)[0]} and the text`,
			]);
		if (text !== '') this.#dispatch({type: 'edit', edit: {edit: 'clear'}});
		// There are no pages here: messages are said, and count as seen, only in the chat.
		if (view !== 'chat') this.#dispatch({type: 'back'});
	}

	#dispatch(intent: Intent): void {
		const {commands, effects} = this.#store.dispatch(intent, this.#surroundings);
		for (const command of commands) this.#core.send(command);
		for (const effect of effects) this.#effect(effect);
	}

	/** Everything that was said is in view. */
	get #surroundings(): Omit<Surroundings, 'now'> {
		return {
			parseLine: (line, state) => meaningOf(line, state, this.#options.config.faults),
			commands: [],
			chatRows: Number.MAX_SAFE_INTEGER,
			rowsOf: () => 1,
			fits: {rooms: false, network: false},
			page: {total: 0, shown: 0},
		};
	}

	#effect(effect: Effect): void {
		switch (effect.type) {
			case 'quit':
				return this.#end(effect.how === 'asked' ? 0 : EXIT_INTERRUPTED);
			case 'save':
				return void this.#save(effect.settings);
			case 'doctor':
				return void this.#doctor();
			case 'alert':
				if (effect.bell && process.stdout.isTTY) process.stdout.write(BELL);
		}
	}

	async #doctor(): Promise<void> {
		this.#console.say([EXAMINING]);
		const report = await this.#options.doctor?.();
		if (report === undefined) return;
		this.#receive([{type: 'doctor', report}]);
		this.#console.say(doctorLines(report));
	}

	async #save(settings: Partial<Settings>): Promise<void> {
		try {
			await this.#options.save?.(settings);
		} catch (error) {
			this.#console.say([`error: the settings are not kept: ${describeError(error)}`]);
		}
	}

	#interrupt(): void {
		const {interruptArmed} = this.#store.getState();
		this.#dispatch({type: 'interrupt'});
		// Without a terminal nobody presses a key: somebody wants us to end.
		if (!process.stdin.isTTY) return this.#end(EXIT_INTERRUPTED);
		this.#console.put('');
		if (interruptArmed === undefined) this.#console.say(['Ctrl-C again within 2 seconds leaves.']);
	}

	/** What was written before the input ended is still done. */
	#lastLine(): void {
		this.#hasEnded = true;
		setTimeout(() => this.#end(0), LAST_WORDS).unref();
		this.#work();
	}
}

/** Commands that take as long as somebody else takes to answer. The next line does not wait for these. */
const SLOW: ReadonlySet<string> = new Set(['dial', 'ping', 'trace', 'offer-file', 'fetch-file']);
