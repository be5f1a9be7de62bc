/**
 * Every option of the command line as data: the parser, the environment variables, the help and the "did you mean"
 * are all drawn from this table.
 */
import {LOG_LEVELS} from '../base/log.ts';
import type {ThemeName} from '../ui/theme.ts';

export const COMMANDS = ['screen', 'headless', 'ping', 'id', 'demo', 'doctor'] as const;
export type CommandName = (typeof COMMANDS)[number];

export const PUBSUB_ROUTERS = ['gossipsub', 'floodsub'] as const;
export const THEMES = ['dark', 'light', 'mono'] as const satisfies readonly ThemeName[];

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
	| 'pubsub'
	| 'theme'
	| 'logLevel'
	| 'logFile'
	| 'count'
	| 'interval'
	| 'json';

export type OptionSpec = {
	/** As typed after the two dashes. */
	readonly flag: string;
	/** What stands for the value in the help; a switch has none. */
	readonly value?: string;
	readonly repeatable?: true;
	readonly help: string;
	/** The commands that take it. */
	readonly commands: readonly CommandName[];
	/** The commands that take it although it changes nothing there, so that it is not in their help. */
	readonly harmless?: readonly CommandName[];
};

const NODES: readonly CommandName[] = ['screen', 'headless'];
const EVERYWHERE: readonly CommandName[] = ['screen', 'headless', 'ping', 'id', 'demo'];

export const OPTIONS: Readonly<Record<OptionName, OptionSpec>> = {
	name: {flag: 'name', value: '<name>', help: 'how others see you (default: your user name)', commands: EVERYWHERE},
	room: {
		flag: 'room',
		value: '<room>',
		repeatable: true,
		help: 'a room to join (default: lobby)',
		commands: NODES,
		harmless: ['ping', 'id'],
	},
	listen: {
		flag: 'listen',
		value: '<multiaddr>',
		repeatable: true,
		help: 'where to accept connections (default: every address, any free port)',
		commands: [...NODES, 'id'],
		harmless: ['ping'],
	},
	interface: {
		flag: 'interface',
		value: '<name>',
		repeatable: true,
		help: 'use only this network interface or address; lo stays on this machine',
		commands: [...NODES, 'id'],
		harmless: ['ping', 'demo'],
	},
	peer: {
		flag: 'peer',
		value: '<multiaddr>',
		repeatable: true,
		help: 'a peer to dial, and to dial again when it is lost',
		commands: NODES,
		harmless: ['ping', 'id'],
	},
	discoveryPort: {
		flag: 'discovery-port',
		value: '<port>',
		help: 'the UDP port on which peers announce themselves (default: 9999)',
		commands: NODES,
		harmless: ['ping', 'id', 'demo'],
	},
	noDiscovery: {
		flag: 'no-discovery',
		help: 'neither announce yourself nor listen for others',
		commands: NODES,
		harmless: ['ping', 'id'],
	},
	noMdns: {
		flag: 'no-mdns',
		help: 'neither look for others by multicast DNS nor be found by it',
		commands: NODES,
		harmless: ['ping', 'id', 'demo'],
	},
	dataDir: {
		flag: 'data-dir',
		value: '<folder>',
		help: 'where this profile lives',
		commands: [...NODES, 'id'],
		harmless: ['ping'],
	},
	ephemeral: {
		flag: 'ephemeral',
		help: 'a new identity that is kept in memory only',
		commands: [...NODES, 'id'],
		harmless: ['ping', 'demo'],
	},
	pubsub: {
		flag: 'pubsub',
		value: '<router>',
		help: 'how messages spread: gossipsub or floodsub (default: gossipsub)',
		commands: NODES,
		harmless: ['ping', 'id', 'demo'],
	},
	theme: {
		flag: 'theme',
		value: '<theme>',
		help: `colours: ${THEMES.join(', ')} (default: as the terminal says)`,
		commands: ['screen', 'demo'],
		harmless: ['headless', 'ping', 'id'],
	},
	logLevel: {
		flag: 'log-level',
		value: '<level>',
		help: `what --log-file takes in: ${LOG_LEVELS.join(', ')} (default: warn)`,
		commands: EVERYWHERE,
	},
	logFile: {
		flag: 'log-file',
		value: '<file>',
		help: 'keep a log there; without it there is none',
		commands: ['screen', 'headless', 'demo'],
		harmless: ['ping', 'id'],
	},
	count: {flag: 'count', value: '<n>', help: 'how many round trips to measure (default: 5)', commands: ['ping']},
	interval: {
		flag: 'interval',
		value: '<ms>',
		help: 'milliseconds from one to the next (default: 1000)',
		commands: ['ping'],
	},
	json: {flag: 'json', help: 'print JSON, one object a line', commands: ['ping', 'id']},
};

export const OPTION_NAMES = Object.keys(OPTIONS) as readonly OptionName[];

/** `--data-dir` → `P2P_TUI_DATA_DIR`. */
export function variableOf(name: OptionName): string {
	return `P2P_TUI_${OPTIONS[name].flag.toUpperCase().replaceAll('-', '_')}`;
}
