/**
 * Web addresses within a text: http and https only, and exactly what whoever wrote them meant. Punctuation that ends a
 * sentence, and brackets that were opened before the address, are not part of it.
 */

export type Link = {
	/** UTF-16 units of the text. */
	readonly start: number;
	readonly end: number;
	/** Printable ASCII: everything else is percent-encoded or, in a host, written as IDNA. */
	readonly url: string;
};

/** Longer ones are cut by terminals and browsers. */
const MAX_URL = 2_000;

const START = /(?<![\p{L}\p{N}_])https?:\/\//giu;
/** What can stand in an address. Letters of every script can: browsers show them unescaped. */
const PART = /[\p{L}\p{M}\p{N}\-._~:/?#[\]@!$&'()*+,;=%]/u;
/** The commonest of it, many at once. */
const ASCII_PARTS = /[A-Za-z0-9\-._~:/?#[\]@!$&'()*+,;=%]+/y;
/** Scripts without spaces between words: where the address ends and the sentence goes on cannot be seen. */
const SPACELESS =
	/[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}]/u;
/** After these, such a letter is part of the address: `/wiki/中国`, `?q=中国`. */
const LEADS_ON = '/?#=&-_+';
const TRAILING = new Set(".,;:!?'*_~([");
const CLOSING: Readonly<Record<string, string>> = {')': '(', ']': '['};

/** In time that grows with the length of the text, whatever stands in it. */
export function findLinks(text: string): readonly Link[] {
	const links: Link[] = [];
	START.lastIndex = 0;
	for (let found = START.exec(text); found; found = START.exec(text)) {
		const start = found.index;
		const after = START.lastIndex;
		const end = withoutEnding(text, after, endOfRun(text, after, start + MAX_URL));
		const url = end > after ? safeUrl(text.slice(start, end)) : undefined;
		if (url !== undefined) links.push({start, end, url});
		START.lastIndex = Math.max(after, end);
	}
	return links;
}

function endOfRun(text: string, from: number, limit: number): number {
	let at = from;
	let before = '/';
	while (at < text.length && at <= limit) {
		ASCII_PARTS.lastIndex = at;
		if (ASCII_PARTS.test(text)) {
			at = ASCII_PARTS.lastIndex;
			before = text.charAt(at - 1);
			continue;
		}
		const character = String.fromCodePoint(text.codePointAt(at) as number);
		if (!PART.test(character)) break;
		if (SPACELESS.test(character) && !SPACELESS.test(before) && !LEADS_ON.includes(before)) break;
		at += character.length;
		before = character;
	}
	return at;
}

/** Without punctuation at the end, and without closing brackets that close nothing in it. */
function withoutEnding(text: string, start: number, end: number): number {
	const open: Record<string, number> = {')': 0, ']': 0};
	for (let at = start; at < end; at++) {
		const unit = text.charAt(at);
		if (unit === '(') open[')'] = (open[')'] as number) + 1;
		else if (unit === '[') open[']'] = (open[']'] as number) + 1;
		else if (unit in CLOSING) open[unit] = (open[unit] as number) - 1;
	}
	let last = end;
	while (last > start) {
		const unit = text.charAt(last - 1);
		if (unit in CLOSING && (open[unit] as number) < 0) open[unit] = (open[unit] as number) + 1;
		else if (!TRAILING.has(unit)) break;
		last -= 1;
	}
	return last;
}

/** Undefined for what no browser would open, and for names before an `@`, which only serve to deceive. */
export function safeUrl(written: string): string | undefined {
	if (!URL.canParse(written)) return undefined;
	const {href, hostname, username, password} = new URL(written);
	if (hostname === '' || username !== '' || password !== '') return undefined;
	return /^https?:\/\/[\x21-\x7e]+$/.test(href) && href.length <= MAX_URL ? href : undefined;
}
