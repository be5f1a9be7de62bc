/** How an error reaches the person at the keyboard: one line on standard error with a hint, never a stack trace. */

import {describeError, EXIT_FAILED, UserError} from '../base/errors.ts';
import {sanitizeLine} from '../base/sanitize.ts';

/** Whether an error is to be shown with its stack trace as well. */
export function isDebugging(argv: readonly string[], env: Readonly<Record<string, string | undefined>>): boolean {
	return env.P2P_TUI_DEBUG === '1' || /--log-level[ =]debug/.test(argv.join(' '));
}

/** `p2p-tui: The port is taken. Choose another with --listen.` */
export function errorLine(message: string, hint?: string): string {
	const sentences = [message, hint ?? ''].filter(sentence => sentence !== '').map(asSentence);
	return sanitizeLine(`p2p-tui: ${sentences.join(' ')}`);
}

function asSentence(text: string): string {
	const sentence = /^p2p-tui\b/.test(text) ? text : text.charAt(0).toUpperCase() + text.slice(1);
	return /[.?!…]$/.test(sentence) ? sentence : `${sentence}.`;
}

/** With what else can be done, if a profile cannot be used because it is in use. */
export function adviseIfInUse(error: unknown, advice: string): unknown {
	if (!(error instanceof UserError) || !error.message.startsWith('Another p2p-tui')) return error;
	return new UserError(error.message, {hint: advice, exitStatus: error.exitStatus});
}

/** The line for whatever was thrown. */
export function lineFor(error: unknown): string {
	if (error instanceof UserError) return errorLine(error.message, error.hint);
	return errorLine(`An error in p2p-tui itself: ${describeError(error)}`, 'P2P_TUI_DEBUG=1 shows where');
}

export function exitStatusFor(error: unknown): number {
	return error instanceof UserError ? error.exitStatus : EXIT_FAILED;
}

/** Prints the error and returns the exit status that belongs to it. */
export function report(error: unknown, debugging: boolean): number {
	console.error(lineFor(error));
	if (error instanceof UserError) for (const detail of error.details) console.error(sanitizeLine(detail));
	if (debugging && error instanceof Error && error.stack !== undefined) console.error(error.stack);
	return exitStatusFor(error);
}
