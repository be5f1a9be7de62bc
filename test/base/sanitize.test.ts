import fc from 'fast-check';
import stringWidth from 'string-width';
import {describe, expect, test} from 'vitest';
import {sanitizeHead, sanitizeLine, sanitizeText} from '../../source/base/sanitize.ts';

/** All that the sanitizer is about, so that random text is full of it. */
const NASTY = [
	'a',
	'e',
	'0',
	' ',
	'\x1b',
	'[',
	'\x07',
	'\x9b',
	'\r',
	'\n',
	'\t',
	'\x7f',
	'\u0301',
	'\u0300',
	'\u20e3',
	'\u200b',
	'\u200c',
	'\u200d',
	'\u202e',
	'\u2066',
	'\u2028',
	'\ufeff',
	'\ufe0e',
	'\ufe0f',
	'\ufe01',
	'\u00ad',
	'\ud800',
	'\udc00',
	'👩',
	'👧',
	'🏽',
	'❤',
	'🏴',
	'\u{e0067}',
	'\u{e0100}',
	'葛',
	'क',
	'\u094d',
	'ष',
	'م',
	'ی',
	'\u3164',
	'\uffff',
];
const anyText = fc.oneof(
	fc.string({unit: fc.constantFrom(...NASTY), maxLength: 40}),
	fc.string({unit: 'binary', maxLength: 40}),
);

describe('sanitizeLine', () => {
	test.each([
		['plain text', 'did it finish? 100 %'],
		['Latin letters', 'Zwölf Boxkämpfer'],
		['combining marks', 'e\u0301 n\u0303'],
		['CJK', '日本語 한국어'],
		['Arabic with a joiner', 'می\u200cخواهم'],
		['Devanagari with a joiner', 'क्\u200dष'],
		['Hebrew', 'שלום'],
		['a family', '👩‍👩‍👧‍👦'],
		['a skin tone and a joiner', '👩🏽‍🚀'],
		['a selector and a joiner', '❤️‍🔥'],
		['a text selector', '☎︎'],
		['a keycap', '1️⃣'],
		['a flag', '🇩🇪'],
		['an ideographic selector', '葛\u{e0100}'],
		['a symbol of a private font', '\ue0b0'],
	])('leaves %s alone', (_, text) => {
		expect(sanitizeLine(text)).toBe(text);
	});

	test.each([
		['CSI', 'a\x1b[2Jb', 'a\\x1b[2Jb'],
		['OSC', '\x1b]0;title\x07', '\\x1b]0;title\\x07'],
		['OSC 52, the clipboard', '\x1b]52;c;YQ==\x1b\\', '\\x1b]52;c;YQ==\\x1b\\'],
		['C1 CSI', '\x9b31m', '\\x9b31m'],
		['C1 OSC', '\x9d0;x\x9c', '\\x9d0;x\\x9c'],
		['next line', 'a\x85b', 'a\\x85b'],
		['CR', 'a\rb', 'a\\rb'],
		['LF', 'a\nb', 'a\\nb'],
		['BS', 'a\x08b', 'a\\x08b'],
		['BEL', 'a\x07b', 'a\\x07b'],
		['NUL', 'a\x00b', 'a\\x00b'],
		['DEL', 'a\x7fb', 'a\\x7fb'],
		['line separator', 'a\u2028b', 'a\\u2028b'],
		['paragraph separator', 'a\u2029b', 'a\\u2029b'],
	])('row 53: shows %s as an escape', (_, text, shown) => {
		expect(sanitizeLine(text)).toBe(shown);
	});

	test('row 53: every control character is gone', () => {
		const controls = Array.from({length: 0xa0}, (_, code) => code).filter(code => code < 0x20 || code >= 0x7f);
		for (const code of controls) {
			const shown = sanitizeLine(`a${String.fromCharCode(code)}b`);
			expect(shown).not.toMatch(/\p{Cc}/u);
			expect(shown.length).toBeGreaterThan(2);
		}
	});

	test('row 54: every bidirectional control is an escape', () => {
		const controls = '\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069';
		for (const control of controls) {
			const hex = control.codePointAt(0)!.toString(16).padStart(4, '0');
			expect(sanitizeLine(`a${control}b`)).toBe(`a\\u${hex}b`);
		}
	});

	test.each([
		['zero-width space', '\u200b', '\\u200b'],
		['zero-width non-joiner', '\u200c', '\\u200c'],
		['zero-width joiner', '\u200d', '\\u200d'],
		['word joiner', '\u2060', '\\u2060'],
		['byte order mark', '\ufeff', '\\ufeff'],
		['soft hyphen', '\u00ad', '\\xad'],
		['Hangul filler', '\u3164', '\\u3164'],
		['tag letter', '\u{e0041}', '\\u{e0041}'],
		['variation selector 1', '\ufe00', '\\ufe00'],
		['variation selector 16', '\ufe0f', '\\ufe0f'],
		['variation selector 17', '\u{e0100}', '\\u{e0100}'],
		['interlinear annotation', '\ufff9', '\\ufff9'],
		['noncharacter', '\uffff', '\\uffff'],
	])('row 54: shows a %s between letters', (_, hidden, shown) => {
		expect(sanitizeLine(`a${hidden}b`)).toBe(`a${shown}b`);
	});

	test('row 54: of 10,000 combining marks few stay', () => {
		expect(sanitizeLine(`a${'\u0301'.repeat(10_000)}b`)).toBe(`a${'\u0301'.repeat(4)}b`);
		expect(sanitizeLine('\u0489'.repeat(10_000))).toHaveLength(4);
		expect(sanitizeLine('e\u0301'.repeat(1000))).toBe('e\u0301'.repeat(1000));
	});

	test('row 54: a selector does not make room for more marks', () => {
		expect(sanitizeLine(`☎${'\ufe0f\u0301'.repeat(100)}`).length).toBeLessThan(1000);
		expect(stringWidth(sanitizeLine('1️⃣'))).toBe(2);
	});

	test('row 54: emoji are joined as far as any family goes', () => {
		expect(sanitizeLine(new Array(5).fill('👩').join('\u200d'))).toBe('👩‍👩‍👩‍👩\\u200d👩');
		expect(stringWidth(sanitizeLine('👩‍👩‍👧‍👦'))).toBe(2);
	});

	test.each([
		['after nothing', '\u200d👩', '\\u200d👩'],
		['before nothing', '👩\u200d', '👩\\u200d'],
		['before a letter', '👩\u200da', '👩\\u200da'],
		['between a letter and a mark', 'क\u200d\u093f', 'क\\u200d\u093f'],
		['twice', '👩\u200d\u200d👩', '👩\\u200d\\u200d👩'],
	])('row 54: a joiner %s is an escape', (_, text, shown) => {
		expect(sanitizeLine(text)).toBe(shown);
	});

	test('half a surrogate pair is the replacement character', () => {
		expect(sanitizeLine('a\ud83db\udc69')).toBe('a\ufffdb\ufffd');
	});

	test('a tab is spaces', () => {
		expect(sanitizeLine('a\tb')).toBe('a    b');
	});

	test('sanitizing twice is the same as once', () => {
		fc.assert(
			fc.property(anyText, fc.boolean(), (text, multiline) => {
				const once = sanitizeText(text, {multiline});
				expect(sanitizeText(once, {multiline})).toBe(once);
			}),
			{numRuns: 3000},
		);
	});

	test('no control, bidirectional or half character ever comes out', () => {
		fc.assert(
			fc.property(anyText, text => {
				expect(sanitizeLine(text)).not.toMatch(/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_Control}]/u);
				expect(sanitizeText(text, {multiline: true})).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f\p{Cs}\p{Zl}\p{Zp}]/u);
			}),
			{numRuns: 3000},
		);
	});

	test('ordinary text that follows changes nothing before it', () => {
		fc.assert(
			fc.property(anyText, text => {
				expect(sanitizeLine(`${text}|`).startsWith(sanitizeLine(text))).toBe(true);
			}),
			{numRuns: 1000},
		);
	});

	test('text of the largest message stays in proportion', () => {
		expect(sanitizeLine('\u{e0041}'.repeat(4096)).length).toBe(4096 * 9);
	});
});

describe('sanitizeText with several lines', () => {
	test.each([
		['LF', 'a\nb', 'a\nb'],
		['CR LF', 'a\r\nb', 'a\nb'],
		['CR alone, which would overwrite the line', 'a\rb', 'a\\rb'],
		['CR CR LF', 'a\r\r\nb', 'a\\r\nb'],
		['ESC', 'a\n\x1b[A', 'a\n\\x1b[A'],
		['a mark at the start of a line', 'a\n\u0301', 'a\n\u0301'],
	])('%s', (_, text, shown) => {
		expect(sanitizeText(text, {multiline: true})).toBe(shown);
	});
});

describe('sanitizeHead', () => {
	test('is what sanitizeText makes of the part that it says it has read', () => {
		fc.assert(
			fc.property(anyText, fc.integer({min: 1, max: 60}), fc.boolean(), (text, limit, multiline) => {
				const head = sanitizeHead(text, limit, {multiline});
				const whole = sanitizeText(text, {multiline});
				expect(whole.startsWith(head.text)).toBe(true);
				if (whole.length < limit) expect(head).toEqual({text: whole, end: text.length});
				// The last character may be an escape: ten units, of which one was within the limit (`\u{10fffe}`).
				expect(head.text.length).toBeLessThan(limit + 10);
				expect(head.end).toBeLessThanOrEqual(text.length);
			}),
			{numRuns: 3000},
		);
	});

	test('reads no more than it needs', () => {
		expect(sanitizeHead('\x01'.repeat(100), 40)).toEqual({text: '\\x01'.repeat(10), end: 10});
		expect(sanitizeHead('漢'.repeat(100), 40)).toEqual({text: '漢'.repeat(40), end: 40});
		expect(sanitizeHead('plain', 3)).toEqual({text: 'pla', end: 3});
	});
});

test.each([
	['control characters', '\x01'],
	['tags', '\u{e0041}'],
	['joiners', '👩\u200d'],
	['marks', 'e\u0301'],
	['ideographs', '漢'],
])('takes work in proportion to the length: %s', (_, character) => {
	const long = character.repeat(40_000 / character.length);
	const work = workOf(() => sanitizeText(long));
	expect(work).toBeGreaterThan(long.length / 4);
	expect(work / workOf(() => sanitizeText(long.slice(0, long.length / 4)))).toBeLessThan(4.5);
});

/** How many UTF-16 units are looked at or copied: unlike time, it is the same on a machine that has other things to do. */
function workOf(task: () => void): number {
	const {prototype: string} = String;
	const {prototype: pattern} = RegExp;
	const {charCodeAt, codePointAt, slice} = string;
	const {test: match} = pattern;
	let work = 0;
	const count = (units: number) => {
		work += units;
	};
	Object.assign(string, {
		charCodeAt(this: string, index: number) {
			count(1);
			return charCodeAt.call(this, index);
		},
		codePointAt(this: string, index: number) {
			count(1);
			return codePointAt.call(this, index);
		},
		slice(this: string, ...range: [number, number?]) {
			const part = slice.apply(this, range);
			count(part.length);
			return part;
		},
	});
	pattern.test = function (text) {
		count(text.length);
		return match.call(this, text);
	};
	try {
		task();
	} finally {
		Object.assign(string, {charCodeAt, codePointAt, slice});
		pattern.test = match;
	}
	return work;
}
