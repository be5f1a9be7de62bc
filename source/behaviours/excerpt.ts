const segmenter = new Intl.Segmenter('en', {granularity: 'grapheme'});

/** The beginning of a text, at most `limit` UTF-16 units, not cut within a character as people see it. */
export function excerptOf(text: string, limit: number): string {
	if (text.length <= limit) return text;
	// What comes after the next few units cannot move the boundary: a single character that long is cut where it may be.
	const boundary = segmenter.segment(text.slice(0, limit + 64)).containing(limit)?.index ?? limit;
	if (boundary > 0) return text.slice(0, boundary);
	const isPair = /[\ud800-\udbff]/.test(text[limit - 1] as string);
	return text.slice(0, isPair ? limit - 1 : limit);
}
