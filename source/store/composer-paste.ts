/** Pasting: a few lines go into the text at once; about more than that the person is asked. */
import {type Composer, MAX_COMPOSER_BYTES} from './composer.ts';
import {fitting, writable} from './composer-text.ts';
import type {State} from './state.ts';

/** More than these are asked about. */
export const MAX_PASTED_LINES = 5;
export const MAX_PASTED_CHARACTERS = 2_000;

/** What was pasted and waits for an answer. */
export type HeldPaste = {
	readonly text: string;
	readonly lines: number;
	/** UTF-16 units, as nobody counts them more exactly; those that are not even kept among them. */
	readonly characters: number;
	readonly dropped?: number;
	/** Where it was pasted: it waits there, whatever is open meanwhile. */
	readonly room: string | undefined;
};

export function isLongPaste(text: string): boolean {
	return text.length > MAX_PASTED_CHARACTERS || linesOf(text) > MAX_PASTED_LINES;
}

/** A paste may come in pieces. */
export function heldPaste(
	before: HeldPaste | undefined,
	added: {readonly text: string; readonly dropped: number},
	room: string | undefined,
): HeldPaste {
	const text = (before?.text ?? '') + writable(added.text);
	const dropped = (before?.dropped ?? 0) + added.dropped;
	return {text, lines: linesOf(text), characters: text.length + dropped, room, ...(dropped > 0 && {dropped})};
}

/** The paste that is asked about in the open room. */
export function askedPaste({heldPaste: held, active}: Pick<State, 'heldPaste' | 'active'>): HeldPaste | undefined {
	return held?.room === active ? held : undefined;
}

/** How much of a paste is too much for the composer as it is now. */
export function excessOf(composer: Composer, text: string): number {
	return text.length - fitting(text, MAX_COMPOSER_BYTES, composer.text).length;
}

/** The line feed at the end is nobody's line. */
function linesOf(text: string): number {
	return text.trimEnd().split('\n').length;
}
