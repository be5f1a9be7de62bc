import type {CoreConfig} from '../api/core.ts';
import type {NodeEvent} from '../api/event.ts';
import {describeError} from '../base/errors.ts';
import {type EntryLevel, type Log, openLog, type Subsystem} from '../base/log.ts';

/** The log that the configuration asks for. If it cannot be written, `emit` gets a warning, once. */
export function openCoreLog({logLevel, logLevels, logFile}: CoreConfig, emit: (event: NodeEvent) => void): Log {
	return openLog({level: logLevel, ...(logLevels && {levels: logLevels})}, logFile, error => {
		emit({type: 'warning', code: 'log', message: `cannot write the log: ${describeError(error)}`});
	});
}

/** What an event is about; all others are about what peers say. */
const SUBSYSTEM_OF: Readonly<Partial<Record<NodeEvent['type'], Subsystem>>> = {
	ready: 'core',
	'addresses-changed': 'core',
	reply: 'core',
	warning: 'core',
	snapshot: 'core',
	'peer-discovered': 'discovery',
	'peer-connected': 'net',
	'peer-disconnected': 'net',
	partition: 'net',
	rtt: 'net',
	traffic: 'net',
	storage: 'storage',
};

/** Events that happen seldom and that an operator looks for; all others are told at `debug`. */
const LEVEL_OF: Readonly<Partial<Record<NodeEvent['type'], EntryLevel>>> = {
	ready: 'info',
	'addresses-changed': 'info',
	'peer-connected': 'info',
	'peer-disconnected': 'info',
	partition: 'warn',
	'name-conflict': 'warn',
};

/**
 * `emit`, with a line in the log for each event. Tens of thousands of events a second pass here: text is made of them only
 * where it is wanted. Warnings are in the log already, with what they are about.
 */
export function loggingEmit(log: Log, emit: (event: NodeEvent) => void): (event: NodeEvent) => void {
	return event => {
		const subsystem = SUBSYSTEM_OF[event.type] ?? 'swarm';
		const level = levelOf(event);
		if (event.type !== 'warning' && log.takes(level, subsystem)) log(level, subsystem, ...describe(event));
		emit(event);
	};
}

function levelOf(event: NodeEvent): EntryLevel {
	if (event.type === 'storage') return event.state === 'failed' ? 'error' : 'info';
	return LEVEL_OF[event.type] ?? 'debug';
}

function describe(event: NodeEvent): [message: string, fields: Record<string, string | number>] {
	const {type, ...rest} = event;
	// An id and words are fields; what is deeper is told as JSON.
	const fields = Object.entries(rest).filter(([, value]) => value !== undefined);
	const plain = (value: unknown) =>
		typeof value === 'string' || typeof value === 'number' ? value : JSON.stringify(value);
	// `message` is the text of a chat: that is nobody's business but who asked for everything.
	return [type, Object.fromEntries(fields.map(([name, value]) => [name === 'message' ? 'why' : name, plain(value)]))];
}
