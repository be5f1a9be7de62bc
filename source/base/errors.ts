/**
 * The two kinds of error that this program throws on purpose. Everything else is a bug.
 */

/** Exit status for something that did not work. */
export const EXIT_FAILED = 1;
/** Exit status for a command line that makes no sense. */
export const EXIT_USAGE = 2;
/** Exit status after Ctrl-C: 128 + SIGINT. */
export const EXIT_INTERRUPTED = 130;

/**
 * Something that the person at the keyboard can mend. Shown as one line, then the hint; never with a stack trace.
 */
export class UserError extends Error {
	override readonly name = 'UserError';
	readonly hint: string | undefined;
	readonly exitStatus: number;
	/** Shown one a line after the message, for what is wrong in several places. */
	readonly details: readonly string[];

	constructor(
		message: string,
		options: {hint?: string; exitStatus?: number; cause?: unknown; details?: readonly string[]} = {},
	) {
		super(message, {cause: options.cause});
		this.hint = options.hint;
		this.exitStatus = options.exitStatus ?? EXIT_FAILED;
		this.details = options.details ?? [];
	}
}

/**
 * Bytes from the network that are refused. `reason` is the name of the counter that rises, such as `frame-length`.
 */
export class WireError extends Error {
	override readonly name = 'WireError';
	readonly reason: string;

	constructor(reason: string, message: string) {
		super(message);
		this.reason = reason;
	}
}

/** What went wrong and where, for the log: the stack on one line, and those of the causes. */
export function describeStack(error: unknown): string {
	if (!(error instanceof Error)) return String(error);
	const lines = (error.stack || `${error.name}: ${error.message}`).split('\n').map(line => line.trim());
	const cause = error.cause === undefined ? '' : ` | caused by ${describeStack(error.cause)}`;
	return lines.join(' | ') + cause;
}

/** One line that says what went wrong, whatever was thrown. */
export function describeError(error: unknown): string {
	const text = error instanceof Error ? error.message || error.name : String(error);
	return text.split('\n', 1)[0] ?? '';
}
