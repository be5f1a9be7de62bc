/**
 * What is marked up in a message: code between backticks, blocks of code between fences, web addresses, names after `@`.
 * Nothing else: stars, underscores and tildes stand in globs, paths and names far more often than they mean something.
 * Nothing that was written is lost but the backticks themselves, and parsing takes time in proportion to the length.
 */
import {findLinks} from '../base/links.ts';

export type Mark = {
	/** UTF-16 units of the block's text. */
	readonly start: number;
	readonly end: number;
	readonly kind: 'code' | 'link' | 'name' | 'own';
	/** Of a link: safe to give to a terminal. */
	readonly url?: string;
};

export type Block = {
	readonly kind: 'text' | 'code';
	/** What is shown of it: one or more lines, without the backticks. */
	readonly text: string;
	/** In order, none within another. Empty for code. */
	readonly marks: readonly Mark[];
	/** Of code: the word after the fence; may be empty. */
	readonly language: string;
};

const FENCE = '```';
/** Nothing can be marked up without one of these. */
const SIGNS = /[`@]|:\/\//;

export function parseMarkup(text: string): readonly Block[] {
	if (!SIGNS.test(text)) return [plain(text)];
	if (!text.includes(FENCE)) return [inlineBlock(text)];
	const lines = text.split('\n');
	const blocks: Block[] = [];
	let paragraph: string[] = [];
	const closings = closingLines(lines);
	for (let index = 0; index < lines.length; ) {
		const fenced = fencedAt(lines, index, closings);
		if (!fenced) {
			paragraph.push(lines[index] as string);
			index += 1;
			continue;
		}
		if (paragraph.length > 0) blocks.push(inlineBlock(paragraph.join('\n')));
		paragraph = [];
		blocks.push(fenced.block);
		index = fenced.next;
	}
	if (paragraph.length > 0) blocks.push(inlineBlock(paragraph.join('\n')));
	return blocks;
}

const OPENING = /^ {0,3}(```+)([\p{L}\p{N}+#._-]{0,20}) *$/u;

/** For each line the first one from there on that ends with a fence: looked up, not searched for again and again. */
function closingLines(lines: readonly string[]): readonly number[] {
	const closings = new Array<number>(lines.length + 1).fill(lines.length);
	for (let index = lines.length - 1; index >= 0; index--) {
		const isClosing = (lines[index] as string).trimEnd().endsWith(FENCE);
		closings[index] = isClosing ? index : (closings[index + 1] as number);
	}
	return closings;
}

/** The block of code that begins with this line. Without an end, it goes on to the end, which may have been cut off. */
function fencedAt(
	lines: readonly string[],
	index: number,
	closings: readonly number[],
): {readonly block: Block; readonly next: number} | undefined {
	const opening = OPENING.exec(lines[index] as string);
	if (!opening || index + 1 >= lines.length) return undefined;
	const closing = closings[index + 1] as number;
	const content = lines.slice(index + 1, closing);
	const last = closing < lines.length ? (lines[closing] as string).trimEnd().replace(/`{3,}$/, '') : '';
	if (last.trim() !== '') content.push(last);
	if (content.every(line => line.trim() === '')) return undefined;
	const block: Block = {kind: 'code', text: content.join('\n'), marks: [], language: opening[2] as string};
	return {block, next: closing + 1};
}

function plain(text: string): Block {
	return {kind: 'text', text, marks: [], language: ''};
}

function inlineBlock(text: string): Block {
	const {shown, codes} = text.includes('`') ? withoutTicks(text) : {shown: text, codes: []};
	const links = findLinks(shown).map(({start, end, url}): Mark => ({kind: 'link', start, end, url}));
	const names = [...shown.matchAll(NAME)].map(found => nameMark(found));
	return {kind: 'text', text: shown, marks: merged(codes, merged(links, names)), language: ''};
}

/** `@ann`, but not in `me@home` or `@scope/package`. */
const NAME = /(?<![\p{L}\p{N}_.@/+-])@[\p{L}\p{N}\p{M}_.·-]{1,64}(?![\p{L}\p{N}\p{M}_@/])/gu;

function nameMark(found: RegExpExecArray): Mark {
	const name = found[0].replace(/[.\-·]+$/, '');
	return {kind: 'name', start: found.index, end: found.index + name.length};
}

/** Both in order; of `weaker`, what does not touch any of `stronger`. */
export function merged(stronger: readonly Mark[], weaker: readonly Mark[]): readonly Mark[] {
	if (weaker.length === 0 || stronger.length === 0) return stronger.length > 0 ? stronger : weaker;
	const all: Mark[] = [];
	let at = 0;
	for (const mark of weaker) {
		while (at < stronger.length && (stronger[at] as Mark).start < mark.end) all.push(stronger[at++] as Mark);
		if ((all.at(-1)?.end ?? 0) <= mark.start) all.push(mark);
	}
	return [...all, ...stronger.slice(at)];
}

type Run = {readonly start: number; readonly length: number};

/** Takes away the backticks around code, and says where the code then is. */
function withoutTicks(text: string): {readonly shown: string; readonly codes: readonly Mark[]} {
	const runs = [...text.matchAll(/`+|\n/g)].map(
		({0: run, index}): Run => ({start: index, length: run === '\n' ? 0 : run.length}),
	);
	const partners = partnersOf(runs);
	const codes: Mark[] = [];
	let shown = '';
	let from = 0;
	for (let index = 0; index < runs.length; index++) {
		const partner = partners[index];
		const opening = runs[index] as Run;
		const closing = partner === undefined ? undefined : runs[partner];
		if (!closing || !isApart(text, opening, closing)) continue;
		const [start, end] = padded(text, opening.start + opening.length, closing.start);
		shown += text.slice(from, opening.start);
		codes.push({kind: 'code', start: shown.length, end: shown.length + end - start});
		shown += text.slice(start, end);
		from = closing.start + closing.length;
		index = partner as number;
	}
	return {shown: shown + text.slice(from), codes};
}

/** For each run of backticks the next one of the same length in the same line. */
function partnersOf(runs: readonly Run[]): readonly (number | undefined)[] {
	const partners = new Array<number | undefined>(runs.length).fill(undefined);
	let later = new Map<number, number>();
	for (let index = runs.length - 1; index >= 0; index--) {
		const {length} = runs[index] as Run;
		if (length === 0) later = new Map();
		else {
			partners[index] = later.get(length);
			later.set(length, index);
		}
	}
	return partners;
}

/** Backticks within a word are no marks: ``it`s``. */
function isApart(text: string, opening: Run, closing: Run): boolean {
	return !isWord(text.charAt(opening.start - 1)) && !isWord(text.charAt(closing.start + closing.length));
}

function isWord(character: string): boolean {
	return /^[A-Za-z0-9_]$/.test(character);
}

/** A space at both ends keeps backticks in the code from those around it: it is not part of the code. */
function padded(text: string, start: number, end: number): readonly [number, number] {
	const isPadded = end - start > 2 && text[start] === ' ' && text[end - 1] === ' ';
	const holdsTicks = text[start + 1] === '`' || text[end - 2] === '`';
	return isPadded && holdsTicks ? [start + 1, end - 1] : [start, end];
}
