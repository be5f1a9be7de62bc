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
	if (PLAIN.test(text)) return text;
	const writer = new Writer();
	const characters = Array.from(text);
	for (let index = 0; index < characters.length; index++) {
		const character = characters[index] as string;
		const next = characters[index + 1] ?? '';
		if (options.multiline && character === '\r' && next === '\n') continue;
		if (options.multiline && character === '\n') writer.base('\n');
		else writer.write(character, next);
	}
	return writer.text;
}

/** Text that can be shown on one line. */
export function sanitizeLine(text: string): string {
	return sanitizeText(text);
}

/** Decides by what is already written, not by what was read: that is why a second pass changes nothing. */
class Writer {
	text = '';
	/** The last character written. */
	#previous = '';
	/** The last character written that is no mark, selector or joiner. */
	#base = '';
	#marks = 0;
	#joins = 0;

	write(character: string, next: string): void {
		if (character === '\t') this.base(TAB);
		else if (isLoneSurrogate(character)) this.base('\ufffd');
		else if (HIDDEN.test(character)) this.#hidden(character, next);
		else if (MARK.test(character)) this.#mark(character);
		else this.base(character);
	}

	/** Writes a character that stands for itself, or several; the last of them then carries what follows. */
	base(characters: string): void {
		if (this.#previous !== ZERO_WIDTH_JOINER) this.#joins = 0;
		this.#marks = 0;
		this.#append(characters);
		this.#base = this.#previous;
	}

	#hidden(character: string, next: string): void {
		if (character === ZERO_WIDTH_JOINER && this.#joinsEmoji(next)) {
			this.#joins++;
			this.#append(character);
		} else if (this.#joinsLetters(character, next) || this.#selects(character)) {
			this.#mark(character);
		} else {
			this.base(escapeOf(character));
		}
	}

	#mark(character: string): void {
		if (this.#marks === MAX_MARKS) return;
		this.#marks++;
		this.#append(character);
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
		return isIdeographicSelector(character) && HAN.test(this.#previous);
	}

	#append(characters: string): void {
		this.text += characters;
		// By code point: an emoji is two units.
		this.#previous = characters.length > 2 ? characters.slice(-1) : characters;
	}
}

function isLoneSurrogate(character: string): boolean {
	return character.length === 1 && character >= '\ud800' && character <= '\udfff';
}

function isIdeographicSelector(character: string): boolean {
	const code = character.codePointAt(0) as number;
	return code >= 0xe0100 && code <= 0xe01ef;
}

function escapeOf(character: string): string {
	const code = character.codePointAt(0) as number;
	if (character === '\n') return '\\n';
	if (character === '\r') return '\\r';
	const hex = code.toString(16);
	if (code <= 0xff) return `\\x${hex.padStart(2, '0')}`;
	return code <= 0xffff ? `\\u${hex.padStart(4, '0')}` : `\\u{${hex}}`;
}
