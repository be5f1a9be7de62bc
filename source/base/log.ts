/** A log file: one line an entry, time first. The screen belongs to the program, so nothing is ever printed. */
import {appendFileSync} from 'node:fs';
import {sanitizeLine} from './sanitize.ts';

export const LOG_LEVELS = ['silent', 'error', 'warn', 'info', 'debug'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export type Log = (level: Exclude<LogLevel, 'silent'>, message: string) => void;

/**
 * Writes entries up to `level` to the end of `file`; without a file it does nothing. Peers' words in an entry are made
 * visible, so that no escape sequence reaches whoever reads it. A file that cannot be written is not worth dying for:
 * `onError` is told once.
 */
export function openLog(level: LogLevel, file: string | undefined, onError: (error: unknown) => void): Log {
	const limit = LOG_LEVELS.indexOf(level);
	if (file === undefined || limit === 0) return () => {};
	let broken = false;
	return (entryLevel, message) => {
		if (broken || LOG_LEVELS.indexOf(entryLevel) > limit) return;
		try {
			appendFileSync(file, `${new Date().toISOString()} ${entryLevel} ${sanitizeLine(message)}\n`, {mode: 0o600});
		} catch (error) {
			broken = true;
			onError(error);
		}
	};
}
