import type {Command} from '../api/command.ts';
import type {ErrorCode} from '../api/event.ts';
import {describeError} from '../base/errors.ts';
import type {BehaviourOutput} from './behaviour.ts';

/** The output that answers a command with a failure; `error` is a message or whatever was thrown. */
export function refusal(command: Command, code: ErrorCode, error: unknown): BehaviourOutput {
	return {type: 'refuse', command, error: {code, message: describeError(error)}};
}
