/**
 * Every option of the command line as data: the parser, the environment variables, the help and the "did you mean"
 * are all drawn from this table.
 */
import {LOG_LEVELS} from '../base/log.ts';
import {THEME_NAMES} from '../store/settings.ts';

export const COMMANDS = [
	'screen',
	'headless',
	'send',
	'get',
	'export',
	'ping',
	'trace',
	'id',
	'demo',
	'lab',
	'config',
	'doctor',
] as const;
export type CommandName = (typeof COMMANDS)[number];

export const PUBSUB_ROUTERS = ['gossipsub', 'floodsub'] as const;
export const THEMES = THEME_NAMES;

export type OptionName =
	| 'name'
	| 'room'
	| 'listen'
	| 'interface'
	| 'peer'
	| 'discoveryPort'
	| 'noDiscovery'
	| 'noMdns'
	| 'dataDir'
	| 'ephemeral'
	| 'keep'
	| 'pubsub'
	| 'noTopology'
	| 'metrics'
	| 'nodes'
	| 'seed'
	| 'loss'
	| 'delay'
	| 'theme'
	| 'plain'
	| 'config'
	| 'logLevel'
	| 'logFile'
	| 'downloadDir'
	| 'accept'
	| 'maxUpload'
	| 'maxDownload'
	| 'direct'
	| 'file'
	| 'to'
	| 'timeout'
	| 'since'
	| 'events'
	| 'count'
	| 'interval'
	| 'deadline'
	| 'flood'
	| 'json';

export type OptionSpec = {
	/** As typed after the two dashes. */
	readonly flag: string;
	/** One letter, as typed after one dash. */
	readonly short?: string;
	/** What stands for the value in the help; a switch has none. */
	readonly value?: string;
	readonly repeatable?: true;
	readonly help: string;
	/** What the help of one command says instead. */
	readonly helpFor?: Readonly<Partial<Record<CommandName, string>>>;
	/** What stands for the value there. */
	readonly valueFor?: Readonly<Partial<Record<CommandName, string>>>;
	/** The commands that take it. */
	readonly commands: readonly CommandName[];
	/** The commands that take it although it changes nothing there, so that it is not in their help. */
	readonly harmless?: readonly CommandName[];
};

/** Those that run a node of this profile. */
const NODES: readonly CommandName[] = ['screen', 'headless', 'send', 'get'];
/** Those that deal with no files. */
const ELSEWHERE: readonly CommandName[] = ['ping', 'id', 'demo', 'export', 'trace', 'doctor'];
const EVERYWHERE: readonly CommandName[] = [...NODES, 'ping', 'id', 'demo', 'lab'];

export const OPTIONS: Readonly<Record<OptionName, OptionSpec>> = {
	name: {
		flag: 'name',
		value: '<name>',
		help: 'how others see you (default: your user name)',
		commands: EVERYWHERE,
		harmless: ['export', 'doctor', 'trace'],
	},
	room: {
		flag: 'room',
		value: '<room>',
		repeatable: true,
		help: 'a room to join (default: lobby)',
		helpFor: {
			screen: 'a room to join, besides those of last time (default: lobby)',
			send: 'the room to send to',
			get: 'the room in which it is offered',
			export: 'the room to print; @<peerId> for the messages with that peer',
			trace: 'the room whose way it takes (default: lobby)',
		},
		commands: [...NODES, 'export', 'trace'],
		harmless: ['ping', 'id', 'doctor'],
	},
	listen: {
		flag: 'listen',
		value: '<multiaddr>',
		repeatable: true,
		help: 'where to accept connections (default: every address, any free port)',
		commands: [...NODES, 'id', 'doctor'],
		harmless: ['ping', 'export', 'trace'],
	},
	interface: {
		flag: 'interface',
		value: '<name>',
		repeatable: true,
		help: 'use only this network interface or address; lo stays on this machine',
		commands: [...NODES, 'id', 'ping', 'doctor', 'trace'],
		harmless: ['demo', 'export'],
	},
	peer: {
		flag: 'peer',
		value: '<multiaddr>',
		repeatable: true,
		help: 'a peer to dial, and to dial again when it is lost',
		commands: [...NODES, 'trace'],
		harmless: ['ping', 'id', 'export', 'doctor'],
	},
	discoveryPort: {
		flag: 'discovery-port',
		value: '<port>',
		help: 'the UDP port on which peers announce themselves (default: 9999)',
		commands: [...NODES, 'ping', 'doctor', 'trace'],
		harmless: ['id', 'demo', 'export'],
	},
	noDiscovery: {
		flag: 'no-discovery',
		help: 'neither announce yourself nor listen for others',
		commands: [...NODES, 'ping', 'trace'],
		harmless: ['id', 'export', 'doctor'],
	},
	noMdns: {
		flag: 'no-mdns',
		help: 'neither look for others by multicast DNS nor be found by it',
		commands: [...NODES, 'ping', 'trace'],
		harmless: ['id', 'demo', 'export', 'doctor'],
	},
	dataDir: {
		flag: 'data-dir',
		value: '<folder>',
		help: 'where this profile lives',
		commands: [...NODES, 'export', 'id', 'doctor'],
		harmless: ['ping', 'trace'],
	},
	ephemeral: {
		flag: 'ephemeral',
		help: 'a new identity that is kept in memory only',
		commands: [...NODES, 'id', 'doctor'],
		harmless: ['ping', 'demo', 'trace'],
	},
	keep: {
		flag: 'keep',
		value: '<time>',
		help: 'how long messages are kept here: 30d, 12h or forever (default: forever)',
		commands: NODES,
		harmless: ['ping', 'id', 'demo', 'export', 'doctor', 'trace'],
	},
	pubsub: {
		flag: 'pubsub',
		value: '<router>',
		help: 'how messages spread: gossipsub or floodsub (default: gossipsub)',
		commands: [...NODES, 'lab'],
		harmless: ['ping', 'id', 'demo', 'export', 'doctor', 'trace'],
	},
	noTopology: {
		flag: 'no-topology',
		help: 'neither tell others who your neighbours are nor be named as one',
		commands: NODES,
		harmless: ['ping', 'id', 'demo', 'export', 'trace', 'doctor'],
	},
	metrics: {
		flag: 'metrics',
		value: '<host:port>',
		help: 'answer there with metrics for Prometheus; on this machine only, such as 127.0.0.1:9464',
		commands: ['screen', 'headless'],
		harmless: ['send', 'get', 'ping', 'id', 'demo', 'export', 'trace', 'doctor'],
	},
	nodes: {flag: 'nodes', value: '<n>', help: 'how many nodes to begin with (default: 20)', commands: ['lab']},
	seed: {flag: 'seed', value: '<n>', help: 'the same seed gives the same network (default: 1)', commands: ['lab']},
	loss: {flag: 'loss', value: '<percent>', help: 'what gets lost on the way, at first (default: 0)', commands: ['lab']},
	delay: {
		flag: 'delay',
		value: '<ms>',
		help: 'how long a frame takes at most, at first (default: 20)',
		commands: ['lab'],
	},
	theme: {
		flag: 'theme',
		value: '<theme>',
		help: `colours: ${THEMES.join(', ')} (default: as the terminal says)`,
		commands: ['screen', 'demo', 'lab'],
		harmless: ['headless', 'send', 'get', 'export', 'ping', 'id', 'config', 'doctor', 'trace'],
	},
	plain: {
		flag: 'plain',
		help: 'line by line, without a full screen: for screen readers and simple terminals',
		commands: ['screen', 'demo', 'lab'],
		harmless: ['headless', 'send', 'get', 'export', 'ping', 'id', 'config', 'doctor', 'trace'],
	},
	config: {
		flag: 'config',
		value: '<file>',
		help: 'the settings file (default: settings.json where the system keeps such files)',
		commands: ['screen', 'headless', 'send', 'get', 'demo', 'lab', 'config'],
		harmless: ['export', 'ping', 'id', 'doctor', 'trace'],
	},
	logLevel: {
		flag: 'log-level',
		value: '<level>',
		help: `what --log-file takes in: ${LOG_LEVELS.join(', ')}; or warn,net=debug (default: warn)`,
		commands: [...EVERYWHERE, 'trace'],
		harmless: ['export', 'doctor'],
	},
	logFile: {
		flag: 'log-file',
		value: '<file>',
		help: 'keep a log there, as JSON if its name ends in .jsonl; without it there is none',
		commands: [...NODES, 'ping', 'demo', 'lab', 'trace'],
		harmless: ['id', 'export', 'doctor'],
	},
	downloadDir: {
		flag: 'download-dir',
		value: '<folder>',
		help: 'where files go (default: your downloads)',
		helpFor: {get: 'where it is to go, unless --to says so (default: your downloads)'},
		commands: ['screen', 'headless', 'get'],
		harmless: ['send', ...ELSEWHERE],
	},
	accept: {
		flag: 'accept',
		value: '<peerId>=<size>',
		repeatable: true,
		help: "take files up to a size without asking: 12D3KooW…=20MB, or '*=1MB' for anybody's",
		commands: ['screen', 'headless'],
		harmless: ['send', 'get', ...ELSEWHERE],
	},
	maxUpload: {
		flag: 'max-upload',
		value: '<rate>',
		help: 'bytes a second that files may go out with: 2MB/s, or off (default)',
		commands: NODES,
		harmless: ELSEWHERE,
	},
	maxDownload: {
		flag: 'max-download',
		value: '<rate>',
		help: 'bytes a second that files may come in with: 2MB/s, or off (default)',
		commands: ['screen', 'headless', 'get'],
		harmless: ['send', ...ELSEWHERE],
	},
	direct: {
		flag: 'direct',
		value: '<peerId>',
		help: 'send to this peer alone, instead of to a room',
		helpFor: {get: 'it is offered by this peer to you alone, instead of in a room'},
		commands: ['send', 'get'],
	},
	file: {
		flag: 'file',
		value: '<path>',
		repeatable: true,
		help: 'offer this file or folder instead of a text, and stay until others have all of it',
		commands: ['send'],
	},
	to: {
		flag: 'to',
		value: '<n>',
		help: 'how many others have to hold it (default: 1)',
		helpFor: {get: 'where it is to go (default: as --download-dir)'},
		valueFor: {get: '<folder>'},
		commands: ['send', 'get'],
	},
	timeout: {
		flag: 'timeout',
		value: '<s>',
		help: 'seconds to wait for them (default: 10)',
		helpFor: {
			send: 'seconds to wait for them (default: 10; with --file: as long as it takes)',
			get: 'seconds without anything coming after which it gives up (default: 30)',
			ping: 'seconds to look for a name or a peer id (default: 10)',
			trace: 'seconds to look for the peer (default: 10)',
		},
		commands: ['send', 'get', 'ping', 'trace'],
	},
	since: {
		flag: 'since',
		value: '<time>',
		help: 'only what is not older: 2026-11-21, 2026-11-21T18:30, or 30d for the last thirty days',
		commands: ['export'],
	},
	events: {
		flag: 'events',
		help: 'print the signed events of every kind, one JSON object a line',
		commands: ['export'],
	},
	count: {
		flag: 'count',
		short: 'c',
		value: '<n>',
		help: 'how many round trips to measure (default: 5, or as many as the deadline allows)',
		helpFor: {trace: 'how often to ask (default: 3)'},
		commands: ['ping', 'trace'],
	},
	interval: {
		flag: 'interval',
		short: 'i',
		value: '<ms>',
		help: 'milliseconds from one to the next (default: 1000)',
		commands: ['ping'],
	},
	deadline: {
		flag: 'deadline',
		short: 'w',
		value: '<s>',
		help: 'end so many seconds after the first ping, whatever has been measured',
		commands: ['ping'],
	},
	flood: {
		flag: 'flood',
		short: 'f',
		help: 'as fast as answers come, eight at a time (default: 10000 of them, 10 s at most)',
		commands: ['ping'],
	},
	json: {
		flag: 'json',
		help: 'print JSON, one object a line',
		commands: ['send', 'get', 'export', 'ping', 'id', 'doctor', 'trace'],
	},
};

export const OPTION_NAMES = Object.keys(OPTIONS) as readonly OptionName[];

/** `--data-dir` → `P2P_TUI_DATA_DIR`. */
export function variableOf(name: OptionName): string {
	return `P2P_TUI_${OPTIONS[name].flag.toUpperCase().replaceAll('-', '_')}`;
}
