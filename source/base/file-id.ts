/** How people name a file: by its id, or by the beginning of it. */

/** Hexadecimal digits of an id that are shown where all of it would be too long, and the fewest that are understood. */
export const SHORT_ID_DIGITS = 8;

const BEGINNING = new RegExp(`^[\\da-f]{${SHORT_ID_DIGITS},64}$`);

/** What an id begins with, as it was written; undefined if that is no beginning of one, or too little of it. */
export function idBeginning(text: unknown): string | undefined {
	const lower = typeof text === 'string' ? text.trim().toLowerCase() : '';
	return BEGINNING.test(lower) ? lower : undefined;
}
