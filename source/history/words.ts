/** Words for `search`: letters and digits, without case and without accents. */

export function wordsOf(text: string): string[] {
	return (
		text
			.normalize('NFKD')
			.replace(/\p{Mn}/gu, '')
			.toLowerCase()
			.match(/[\p{L}\p{N}]+/gu) ?? []
	);
}

/** Whether each of `wanted` begins one of the words of the text. */
export function isMatch(text: string, wanted: readonly string[]): boolean {
	const words = wordsOf(text);
	return wanted.every(beginning => words.some(word => word.startsWith(beginning)));
}
