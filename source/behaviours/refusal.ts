import type {Command} from '../api/command.ts';
import type {ErrorCode} from '../api/event.ts';
import {describeError, UserError} from '../base/errors.ts';
import type {BehaviourOutput} from './behaviour.ts';

export type Refusal = Extract<BehaviourOutput, {type: 'refuse'}>;

/** The output that answers a command with a failure; `error` is a message or whatever was thrown. */
export function refusal(command: Command, code: ErrorCode, error: unknown): Refusal {
	return {type: 'refuse', command, error: {code, message: explainError(error)}};
}

/** Whether it answers a command: who asks on behalf of another one does not pass it on. */
export function isAnswer({type}: BehaviourOutput): boolean {
	return type === 'reply' || type === 'refuse';
}

/** What went wrong and, where that is known, what would be right: one line. */
export function explainError(error: unknown): string {
	const hint = error instanceof UserError ? error.hint : undefined;
	return hint === undefined ? describeError(error) : `${describeError(error)}. ${hint}`;
}
