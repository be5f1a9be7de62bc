/**
 * Makes any text safe to show. Every string that comes from somewhere else passes here before it reaches the
 * screen, a log or a file name.
 *
 * Nothing hidden stays hidden, and nothing is lost without a trace: what a terminal would obey, or a person could
 * not see, is written as an escape such as `\x1b`, `\u202e` or `\u{e0041}`. That goes for control characters, line
 * and paragraph separators, bidirectional controls and everything that Unicode calls ignorable (zero-width, soft
 * hyphen, fillers, tags, variation selectors). Of these stay, because writing needs them:
 * - a joiner inside an emoji sequence, and between letters of a script that joins (Arabic, Devanagari …);
 * - a variation selector 15 or 16 after an emoji, and an ideographic one after a Han character.
 *
 * Combining marks beyond MAX_MARKS on one character are left out, and half a surrogate pair becomes U+FFFD.
 * Sanitizing twice is the same as once, and takes time in proportion to the length.
 */

export type SanitizeOptions = {
	/** Keep line feeds; CR LF becomes LF. Otherwise line ends are escaped like any other control character. */
	readonly multiline?: boolean;
};

/** Combining marks on one character: more than any living language stacks, fewer than cover the line above. */
const MAX_MARKS = 4;

/** Joined emoji in one sequence: a family of four. */
const MAX_JOINS = 3;

/** A tab's width depends on where it stands, so it is never given to a terminal. */
const TAB = '    ';

/** Text in which nothing can need attention: printable ASCII and the Latin letters after it, but no soft hyphen. */
const PLAIN = /^[\x20-\x7e\xa0-\xac\xae-\u02ff]*$/;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const HIDDEN = /[\p{Cc}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}\ufff9-\ufffb]/u;
const MARK = /\p{M}/u;
const EMOJI = /\p{Emoji}/u;
const PICTOGRAPH = /\p{Extended_Pictographic}/u;
const JOINABLE = /[\p{Extended_Pictographic}\p{Emoji_Modifier}]/u;
const HAN = /\p{Script=Han}/u;
const JOINING_SCRIPT =
	/[\p{scx=Arab}\p{scx=Syrc}\p{scx=Mong}\p{scx=Deva}\p{scx=Beng}\p{scx=Guru}\p{scx=Gujr}\p{scx=Orya}\p{scx=Taml}\p{scx=Telu}\p{scx=Knda}\p{scx=Mlym}\p{scx=Sinh}\p{scx=Khmr}\p{scx=Mymr}]/u;
const LETTER = /\p{L}/u;

const ZERO_WIDTH_NON_JOINER = '\u200c';
const ZERO_WIDTH_JOINER = '\u200d';

/** Text that can be shown as it is, on one line unless `multiline` is set. */
export function sanitizeText(text: string, options: SanitizeOptions = {}): string {
	return sanitizeHead(text, Number.POSITIVE_INFINITY, options).text;
}

/** What was made of the first `end` UTF-16 units of a text. */
export type SanitizedHead = {readonly text: string; readonly end: number};

/** The same until `limit` UTF-16 units are written, or a few more: an escape is never cut in two. */
export function sanitizeHead(text: string, limit: number, options: SanitizeOptions = {}): SanitizedHead {
	if (text.length <= limit && PLAIN.test(text)) return {text, end: text.length};
	const multiline = options.multiline === true;
	const writer = new Writer();
	let at = 0;
	while (at < text.length && writer.length < limit) {
		const stop = plainEnd(text, at, Math.min(text.length, at + limit - writer.length), multiline);
		if (stop > at) {
			writer.plain(text.slice(at, stop));
			at = stop;
			continue;
		}
		const code = text.codePointAt(at) as number;
		at += code > 0xffff ? 2 : 1;
		// A carriage return is part of the line end that follows.
		if (!(multiline && code === CARRIAGE_RETURN && text.charCodeAt(at) === LINE_FEED)) writer.write(code, text, at);
	}
	return {text: writer.finish(), end: at};
}

/** The end of the run of characters from `at` that need no attention. */
function plainEnd(text: string, at: number, end: number, multiline: boolean): number {
	let stop = at;
	while (stop < end) {
		const unit = text.charCodeAt(stop);
		if (kindOf(unit) !== PLAIN_KIND && !(multiline && unit === LINE_FEED)) break;
		stop += 1;
	}
	return stop;
}

/** What to do with a character, by its code point; found out once for each that ever comes. */
const PLAIN_KIND = 1;
const HIDDEN_KIND = 2;
const MARK_KIND = 3;
const SURROGATE_KIND = 4;
const TAB_KIND = 5;
const kinds = new Uint8Array(0x110000);

function kindOf(code: number): number {
	const known = kinds[code] as number;
	if (known !== 0) return known;
	const kind = findKind(code);
	kinds[code] = kind;
	return kind;
}

function findKind(code: number): number {
	if (code === 0x09) return TAB_KIND;
	if (code >= 0xd800 && code <= 0xdfff) return SURROGATE_KIND;
	const character = String.fromCodePoint(code);
	return HIDDEN.test(character) ? HIDDEN_KIND : MARK.test(character) ? MARK_KIND : PLAIN_KIND;
}

/** Text that can be shown on one line. */
export function sanitizeLine(text: string): string {
	return sanitizeText(text);
}

/** Decides by what is already written, not by what was read: that is why a second pass changes nothing. */
class Writer {
	/** UTF-16 units written. */
	length = 0;
	#text = '';
	/** The last character written. */
	#previous = '';
	/** The last character written that is no mark, selector or joiner. */
	#base = '';
	#marks = 0;
	#joins = 0;

	/** A character that needs attention, and the text in which it stands with what follows at `at`. */
	write(code: number, text: string, at: number): void {
		switch (kindOf(code)) {
			case TAB_KIND:
				return this.#put(TAB, ' ');
			case SURROGATE_KIND:
				return this.#put('\ufffd', '\ufffd');
			case HIDDEN_KIND:
				return this.#hidden(code, text, at);
			case MARK_KIND:
				return this.#mark(String.fromCodePoint(code));
			default: {
				const character = String.fromCodePoint(code);
				return this.#put(character, character);
			}
		}
	}

	/** Characters, each one UTF-16 unit, that stand for themselves. */
	plain(run: string): void {
		if (run.length > 1) this.#previous = '';
		this.#put(run, run.charAt(run.length - 1));
	}

	finish(): string {
		return this.#text;
	}

	/** Writes what stands for itself; its last character then carries what follows. */
	#put(characters: string, last: string): void {
		if (this.#previous !== ZERO_WIDTH_JOINER) this.#joins = 0;
		this.#marks = 0;
		this.#append(characters, last);
		this.#base = last;
	}

	#hidden(code: number, text: string, at: number): void {
		// Most are neither joiners nor selectors, and what follows does not matter.
		if (!mayStay(code)) return this.#escape(code);
		const character = String.fromCodePoint(code);
		const next = at < text.length ? String.fromCodePoint(text.codePointAt(at) as number) : '';
		if (character === ZERO_WIDTH_JOINER && this.#joinsEmoji(next)) {
			this.#joins++;
			this.#append(character, character);
		} else if (this.#joinsLetters(character, next) || this.#selects(character)) {
			this.#mark(character);
		} else {
			this.#escape(code);
		}
	}

	#escape(code: number): void {
		const escaped = escapeOf(code);
		this.#put(escaped, escaped.charAt(escaped.length - 1));
	}

	#mark(character: string): void {
		if (this.#marks === MAX_MARKS) return;
		this.#marks++;
		this.#append(character, character);
	}

	#joinsEmoji(next: string): boolean {
		return this.#joins < MAX_JOINS && JOINABLE.test(this.#base) && PICTOGRAPH.test(next);
	}

	#joinsLetters(character: string, next: string): boolean {
		if (character !== ZERO_WIDTH_JOINER && character !== ZERO_WIDTH_NON_JOINER) return false;
		return JOINING_SCRIPT.test(this.#previous) && LETTER.test(next) && JOINING_SCRIPT.test(next);
	}

	#selects(character: string): boolean {
		if (character === '\ufe0e' || character === '\ufe0f') return EMOJI.test(this.#previous);
		return isIdeographicSelector(character.codePointAt(0) as number) && HAN.test(this.#previous);
	}

	#append(characters: string, last: string): void {
		this.#text += characters;
		this.length += characters.length;
		this.#previous = last;
	}
}

/** Joiners, and selectors of emoji and of ideographs. */
function mayStay(code: number): boolean {
	return code === 0x200c || code === 0x200d || code === 0xfe0e || code === 0xfe0f || isIdeographicSelector(code);
}

function isIdeographicSelector(code: number): boolean {
	return code >= 0xe0100 && code <= 0xe01ef;
}

function escapeOf(code: number): string {
	if (code === LINE_FEED) return '\\n';
	if (code === CARRIAGE_RETURN) return '\\r';
	const hex = code.toString(16);
	if (code <= 0xff) return `\\x${hex.padStart(2, '0')}`;
	return code <= 0xffff ? `\\u${hex.padStart(4, '0')}` : `\\u{${hex}}`;
}
