/** The door between a screen or a script and the core, whichever thread the core runs in. */
import type {Command} from './command.ts';
import type {NodeEvent} from './event.ts';
import type {FileSettings} from './files.ts';
import type {LabOptions} from './lab.ts';

/** How a node is to be started. Plain data, so that it crosses the thread boundary. */
export type CoreConfig = {
	readonly name: string;
	readonly rooms: readonly string[];
	/**
	 * The rooms that one is in are remembered in the data directory. Those of the last run are joined besides `rooms`, or
	 * instead of them if there are any, or, with 'replace', forgotten. Undefined: nothing is remembered nor joined again.
	 */
	readonly rememberedRooms?: 'besides' | 'instead' | 'replace';
	/** Multiaddrs to listen on. */
	readonly listen: readonly string[];
	/** Interface names or addresses; empty means all of them. */
	readonly interfaces: readonly string[];
	/** Multiaddrs to dial and to keep dialling. */
	readonly peers: readonly string[];
	readonly discovery: boolean;
	/** Whether to find and to be found by multicast DNS. */
	readonly mdns: boolean;
	/** How room events travel. */
	readonly pubsub: 'gossipsub' | 'floodsub';
	/** UDP port for announcements. */
	readonly discoveryPort: number;
	/** Whether to tell others who our neighbours are. */
	readonly tellsNeighbours: boolean;
	/** Here for a moment: no history is taken over from others. */
	readonly visits?: true;
	/** Where to answer with Prometheus's text: `127.0.0.1:9464`, `[::1]:9464`. Undefined: nowhere. */
	readonly metrics?: string;
	/** Milliseconds after which events are deleted here; undefined keeps them for ever. */
	readonly keep?: number;
	/** Where the key and the history live; undefined keeps everything in memory. */
	readonly dataDirectory: string | undefined;
	readonly logLevel: 'silent' | 'error' | 'warn' | 'info' | 'debug';
	/** Other levels for some subsystems, such as `{swarm: 'debug'}`. */
	readonly logLevels?: Readonly<Record<string, CoreConfig['logLevel']>>;
	readonly logFile: string | undefined;
	/** Emit `snapshot` once and `traffic` at intervals: for a screen. */
	readonly forScreen: boolean;
	/** Allow the `fault` command: for tests. */
	readonly faults: boolean;
	/** How files are dealt with; undefined: offers are seen, and nothing is fetched or given. */
	readonly files?: GivenFileSettings;
	/** A simulated network instead of a real one. */
	readonly lab?: LabOptions;
};

/** `asked`: what the command line says of them, which wins over whatever was kept; what it leaves out is none. */
export type GivenFileSettings = FileSettings & {readonly asked?: readonly (keyof FileSettings)[]};

export type CoreState =
	| {readonly state: 'starting'}
	| {readonly state: 'running'}
	/** It stopped as asked, by `stop()` or by the `shutdown` command. */
	| {readonly state: 'stopped'}
	/** The core failed and is being started again. `reason` is one line. */
	| {readonly state: 'restarting'; readonly reason: string}
	/** It cannot run. `hint` says what to do. */
	| {readonly state: 'failed'; readonly reason: string; readonly hint: string | undefined};

export type CoreListener = {
	/** Events of one turn of the core, in order. */
	events(events: readonly NodeEvent[]): void;
	state(state: CoreState): void;
};

export interface Core {
	send(command: Command): void;
	/** Says goodbye to every peer, closes everything, resolves when nothing is left running. */
	stop(): Promise<void>;
}

export type StartCore = (config: CoreConfig, listener: CoreListener) => Core;
