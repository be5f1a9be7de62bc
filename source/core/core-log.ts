import type {CoreConfig} from '../api/core.ts';
import type {ChatMessage, EventOf, NodeEvent} from '../api/event.ts';
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

/** What is written of an event, its type left out. */
type Told = Readonly<Record<string, unknown>>;

/**
 * What people say to each other is nobody's business but theirs, whoever reads the log: of words there is only how many
 * bytes they are. An answer holds whatever was asked for, and a snapshot the rooms with their topics.
 */
const TOLD: {readonly [Type in NodeEvent['type']]?: (event: EventOf<Type>) => Told} = {
	message: entry,
	notice: entry,
	'message-changed': ({change, ...changed}) => ({change, ...entry(changed)}),
	'topic-changed': ({room, topic, from}) => ({room, from, bytes: Buffer.byteLength(topic)}),
	'room-joined': ({room, members, unread}) => ({room, members: members.length, unread}),
	reply: reply => ({id: reply.id, ...(reply.ok ? {ok: 'yes'} : {ok: 'no', code: reply.error.code})}),
	snapshot: ({peerId, name, addresses, interfaces}) => ({peerId, name, addresses, interfaces}),
};

function entry({room, messageId, kind, from, text}: ChatMessage): Told {
	return {room, messageId, kind, from, bytes: Buffer.byteLength(text)};
}

function describe(event: NodeEvent): [message: string, fields: Record<string, string | number>] {
	const {type, ...all} = event;
	const tell = TOLD[type] as ((event: NodeEvent) => Told) | undefined;
	// An id and words are fields; what is deeper is told as JSON.
	const fields = Object.entries(tell ? tell(event) : all).filter(([, value]) => value !== undefined);
	const plain = (value: unknown) =>
		typeof value === 'string' || typeof value === 'number' ? value : JSON.stringify(value);
	// `message` is what happened already.
	return [type, Object.fromEntries(fields.map(([name, value]) => [name === 'message' ? 'why' : name, plain(value)]))];
}
