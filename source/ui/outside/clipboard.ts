/** Text into the clipboard of the person's terminal, wherever that runs: OSC 52. The terminal never answers. */
import {type Environment, handedOn, isMultiplexed, isSet} from './passage.ts';

/** Bytes of text. Some terminals take less, hardly one takes more. */
export const MAX_COPY = 64 * 1024;

/** Undefined if it is too long. */
export function clipboardSequence(text: string, env: Environment): string | undefined {
	const bytes = Buffer.from(text);
	if (bytes.length > MAX_COPY) return undefined;
	const sequence = `\x1b]52;c;${bytes.toString('base64')}\x07`;
	// tmux takes it itself (`set-clipboard on`) or hands it on, as it was told; in both cases the text is the same.
	return isSet(env.TMUX) ? sequence + handedOn(sequence, env) : handedOn(sequence, env);
}

/** Terminals of which it is known that many versions take no text from a program. */
export function mayRefuse(env: Environment): boolean {
	if (isMultiplexed(env)) return false;
	return env.TERM_PROGRAM === 'Apple_Terminal' || isSet(env.VTE_VERSION) || env.TERM === 'linux';
}
