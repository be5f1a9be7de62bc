/** How to get a sequence to the terminal that a person looks at, when a multiplexer stands before it. */

export type Environment = Readonly<Record<string, string | undefined>>;

/** Characters that screen takes at once. */
const SCREEN_PIECE = 240;

/** tmux or screen: they draw themselves, and take most sequences for their own. */
export function isMultiplexed({TMUX, STY}: Environment): boolean {
	return isSet(TMUX) || isSet(STY);
}

/**
 * What tmux (where `allow-passthrough` is on, or before 3.3) and screen hand on unread. The sequence must not end in
 * ESC \, which would end what surrounds it in screen.
 */
export function handedOn(sequence: string, env: Environment): string {
	if (isSet(env.TMUX)) return `\x1bPtmux;${sequence.replaceAll('\x1b', '\x1b\x1b')}\x1b\\`;
	if (!isSet(env.STY)) return sequence;
	const pieces = sequence.match(new RegExp(`[\\s\\S]{1,${SCREEN_PIECE}}`, 'gu')) ?? [];
	return pieces.map(piece => `\x1bP${piece}\x1b\\`).join('');
}

export function isSet(value: string | undefined): boolean {
	return value !== undefined && value !== '';
}
