/**
 * A log file: one line an entry, time first. The screen belongs to the program, so nothing is ever printed.
 *
 *     2026-11-21T18:30:00.000Z info net connected peer=12D3KooW… address=/ip4/192.168.1.7/tcp/4001
 *     {"time":"2026-11-21T18:30:00.000Z","level":"info","subsystem":"net","message":"connected","peer":"12D3KooW…"}
 *
 * The second form is for a file whose name ends in `.jsonl`.
 */
import {appendFileSync} from 'node:fs';
import {sanitizeLine} from './sanitize.ts';

export const LOG_LEVELS = ['silent', 'error', 'warn', 'info', 'debug'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];
export type EntryLevel = Exclude<LogLevel, 'silent'>;

/**
 * What an entry is about: the program and its thread; how peers are found; connections and dials; what peers said and was
 * refused; the disk; the terminal.
 */
export const SUBSYSTEMS = ['core', 'discovery', 'net', 'swarm', 'storage', 'screen'] as const;
export type Subsystem = (typeof SUBSYSTEMS)[number];

/** What a program may look for in an entry. */
export type LogFields = Readonly<Record<string, string | number | undefined>>;

export type Log = {
	(level: EntryLevel, subsystem: Subsystem, message: string, fields?: LogFields): void;
	/** Whether such entries are kept: to be asked before one is made that costs something. */
	takes(level: EntryLevel, subsystem: Subsystem): boolean;
};

export type LogLevels = {
	readonly level: LogLevel;
	/** Other levels for some subsystems. */
	readonly levels?: Readonly<Partial<Record<Subsystem, LogLevel>>>;
};

/** Keeps nothing. */
export const NO_LOG: Log = Object.assign(() => {}, {takes: () => false});

/**
 * Writes entries up to the level of their subsystem to the end of `file`; without a file it does nothing. Peers' words in
 * an entry are made visible, so that no escape sequence reaches whoever reads it. A file that cannot be written is not
 * worth dying for: `onError` is told once.
 */
export function openLog(
	{level, levels = {}}: LogLevels,
	file: string | undefined,
	onError: (error: unknown) => void,
): Log {
	if (file === undefined) return NO_LOG;
	const limits = new Map(SUBSYSTEMS.map(name => [name, LOG_LEVELS.indexOf(levels[name] ?? level)]));
	const lineOf = file.endsWith('.jsonl') ? jsonLine : textLine;
	let broken = false;
	const takes = (entryLevel: EntryLevel, subsystem: Subsystem) =>
		!broken && LOG_LEVELS.indexOf(entryLevel) <= (limits.get(subsystem) ?? 0);
	const log = (entryLevel: EntryLevel, subsystem: Subsystem, message: string, fields: LogFields = {}) => {
		if (!takes(entryLevel, subsystem)) return;
		try {
			appendFileSync(file, `${lineOf(entryLevel, subsystem, message, fields)}\n`, {mode: 0o600});
		} catch (error) {
			broken = true;
			onError(error);
		}
	};
	return Object.assign(log, {takes});
}

function textLine(level: EntryLevel, subsystem: Subsystem, message: string, fields: LogFields): string {
	const given = Object.entries(fields).filter(([, value]) => value !== undefined);
	const words = given.map(([name, value]) => `${name}=${shown(value)}`);
	return sanitizeLine([new Date().toISOString(), level, subsystem, message, ...words].join(' '));
}

/** In quotes if one could not see where it ends. */
function shown(value: LogFields[string]): string {
	const text = String(value);
	return /[\s"=]|^$/.test(text) ? JSON.stringify(text) : text;
}

/** Values are sanitised before they are quoted: an escape of JSON would be undone by whoever reads it. */
function jsonLine(level: EntryLevel, subsystem: Subsystem, message: string, fields: LogFields): string {
	const clean = (value: LogFields[string]) => (typeof value === 'string' ? sanitizeLine(value) : value);
	const given = Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, clean(value)]));
	return JSON.stringify({time: new Date().toISOString(), level, subsystem, message: sanitizeLine(message), ...given});
}
