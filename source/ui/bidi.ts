/**
 * Text that runs from right to left. A terminal that knows how (the Unicode Bidirectional Algorithm, UAX #9) reorders whole
 * rows, so a Hebrew word would pull the time, the border or the next pane's text into its own order. So each piece of such text
 * is put between an isolate and its end, of no width: around it, everything stays where it was drawn, and terminals that do
 * not reorder ignore them. Isolates of others were made visible when their text came in: these are the only ones there are.
 *
 * They are put around what is left after cutting to a width, so the end of a pair is never cut off.
 */

type Pair = readonly [string, string];
/** The end of each kind of isolate. */
const END = '\u2069';
const RIGHT_TO_LEFT: Pair = ['\u2067', END];
/** Around words of ours that hold somebody's name. */
export const LEFT_TO_RIGHT: Pair = ['\u2066', END];
/** The text goes the way of its first letter. */
export const FIRST_STRONG: Pair = ['\u2068', END];

/** Hebrew, Arabic, Syriac, Thaana, N'Ko, Samaritan, Mandaic and their presentation forms; the halves of what is beyond. */
const RIGHT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\ud802\ud803\ud83a\ud83b]/;
const ISOLATE = /[\u2066-\u2069]/;
const FIRST_LETTER = /\p{L}/u;

export function isRightToLeft(text: string): boolean {
	return RIGHT.test(text);
}

/** A name, a topic, a row. Nothing is put around text that cannot reorder anything, or has its isolate already. */
export function isolated(text: string): string {
	return RIGHT.test(text) && !ISOLATE.test(text) ? FIRST_STRONG.join(text) : text;
}

/** What to put around one row of a paragraph, all of whose rows go the way of its first letter. */
export function isolateOf(paragraph: string): Pair {
	const first = FIRST_LETTER.exec(paragraph)?.[0] ?? '';
	return RIGHT.test(first) ? RIGHT_TO_LEFT : LEFT_TO_RIGHT;
}

/** Whether spans that follow are within an isolate that began here; and whether it ended. */
export function beginsIsolate(text: string): boolean {
	return text.length === 1 && text >= '\u2066' && text <= '\u2068';
}

export function endsIsolate(text: string): boolean {
	return text === END;
}
