/**
 * Texts as the search index takes them: words in the sense of `history/words.ts`, so that what is found does not depend
 * on the store, with one more thing. Scripts that are written without spaces, and emoji, are set apart sign by sign; a
 * run of them that is looked for must stand in the text as it is, as a phrase of signs, anywhere. The trigram tokenizer
 * of SQLite would find no word of two signs, and makes an index of several times the size.
 */

const SIGNS =
	/[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}\p{So}]+/gu;
const ONLY_SIGNS = new RegExp(`^${SIGNS.source}$`, 'u');
const WORDS = /[\p{L}\p{N}\p{So}]+/gu;

/** SQLite's `unicode61` cuts these as we do. */
const ASCII = /^[\0-\x7f]*$/;

/** The words of a text, and runs of signs. */
function wordsOf(text: string): readonly string[] {
	return (
		text
			.normalize('NFKD')
			.replace(/\p{Mn}/gu, '')
			.toLowerCase()
			.replace(SIGNS, ' $& ')
			.match(WORDS) ?? []
	);
}

/** What is put into the index. */
export function toDocument(text: string): string {
	return ASCII.test(text) ? text : wordsOf(text).map(apart).join(' ');
}

/**
 * What the index is asked for, in its own language; undefined if there is no word in the text. All words are in quotes,
 * so that nothing a person types has a meaning in that language.
 */
export function toQuery(text: string, room: number | undefined): string | undefined {
	const phrases = wordsOf(text).map(word => `"${apart(word)}" *`);
	if (phrases.length === 0) return undefined;
	const query = `text : (${phrases.join(' AND ')})`;
	return room === undefined ? query : `(${query}) AND room : "${roomWord(room)}"`;
}

/** The word that stands for a room. */
export function roomWord(room: number): string {
	return `r${room}`;
}

function apart(word: string): string {
	return ONLY_SIGNS.test(word) ? [...word].join(' ') : word;
}
