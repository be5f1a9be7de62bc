/** Unicode's own data (test/vectors/unicode), for tests that must not ask the code under test how wide something is. */
import {readFileSync} from 'node:fs';

const DATA = readFileSync(new URL('../vectors/unicode/unicode-17.txt', import.meta.url), 'utf8');

/** The words of one part of the file, which says what they mean. */
export function unicodeWords(part: 'wide' | 'emoji' | 'text' | 'sequences'): readonly string[] {
	const [, content = ''] = DATA.split(`[${part}]\n`);
	return (content.split('[')[0] as string).split(/\s+/).filter(word => word !== '');
}

export function unicodeCharacters(part: 'wide' | 'emoji' | 'text'): readonly string[] {
	return unicodeWords(part).flatMap(word => {
		const [first, last = first] = word.split('..').map(hex => Number.parseInt(hex, 16));
		const count = (last as number) - (first as number) + 1;
		return Array.from({length: count}, (_, index) => String.fromCodePoint((first as number) + index));
	});
}

/** Drawn on the character before, or not at all: signs over Arabic numbers and the like are (Prepended_Concatenation_Mark). */
export const INVISIBLE =
	/(?![\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2\u{110bd}\u{110cd}])[\p{Mn}\p{Me}\p{Cf}\p{Cc}\p{Default_Ignorable_Code_Point}]/u;
