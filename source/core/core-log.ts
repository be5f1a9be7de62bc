import type {CoreConfig} from '../api/core.ts';
import type {NodeEvent} from '../api/event.ts';
import {describeError} from '../base/errors.ts';
import {type Log, openLog} from '../base/log.ts';

/** The log that the configuration asks for. If it cannot be written, `emit` gets a warning, once. */
export function openCoreLog({logLevel, logFile}: CoreConfig, emit: (event: NodeEvent) => void): Log {
	return openLog(logLevel, logFile, error => {
		emit({type: 'warning', code: 'log', message: `cannot write the log: ${describeError(error)}`});
	});
}
