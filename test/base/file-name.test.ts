import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {nameKey, numbered, safeFileName, safePaths, TakenNames} from '../../source/base/file-name.ts';
import {sanitizeLine} from '../../source/base/sanitize.ts';
import {processorTime} from '../helpers/processor-time.ts';

/** All that names are made of to do harm, so that random ones are full of it. */
const NASTY = [
	...['a', 'B', '.', '..', ' ', '/', '\\', ':', '*', '-', '~', '$', '%', '\0', '\n', '\t', '\x1b', '\x7f', '\x9b'],
	...['\u202e', '\u2066', '\u200b', '\u200d', '\ufeff', '\u2028', '\u00a0', '\u3000', '\u00ad', '\ufe0f', '\ud800'],
	...[
		'\u0301',
		'e\u0301',
		'\u1100',
		'\u1161',
		'ﬁ',
		'İ',
		'ß',
		'ſ',
		'…',
		'․',
		'／',
		'⁄',
		'👩',
		'❤',
		'葛',
		'\u{e0100}',
		'\u{e0041}',
	],
	...['con', 'NUL', 'com1', 'LPT¹', '.txt', '.tar', '.gz', 'conin$'],
];
const anyName = fc.oneof(
	fc.string({unit: fc.constantFrom(...NASTY), maxLength: 12}),
	fc.string({unit: fc.constantFrom(...NASTY), minLength: 60, maxLength: 300}),
	fc.string({unit: 'binary', maxLength: 40}),
);

const DEVICE = /^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$) *(?:\.|$)/i;

function expectSafe(name: string, limit = 255): void {
	expect(name).not.toBe('');
	expect(Buffer.byteLength(name)).toBeLessThanOrEqual(limit);
	expect(name).not.toMatch(/[/\\:*?"<>|]|\p{Cc}|\p{Cs}|\p{Zl}|\p{Zp}/u);
	expect(name).not.toMatch(/^[.\- ]|[. ]$|\p{Bidi_Control}/u);
	expect(name).not.toMatch(DEVICE);
	expect(name.normalize('NFC')).toBe(name);
	// Nothing is left that nobody would see.
	expect(sanitizeLine(name)).toBe(name);
}

describe('a safe name', () => {
	test('of any name is safe, and of a safe one it is the same', () => {
		fc.assert(
			fc.property(anyName, fc.constantFrom(255, 64), (name, limit) => {
				const safe = safeFileName(name, limit);
				expectSafe(safe, limit);
				expect(safeFileName(safe, limit)).toBe(safe);
			}),
			{numRuns: 1_000},
		);
	});

	test.each([
		['report.pdf', 'report.pdf'],
		['Zwölf Boxkämpfer (2).tar.gz', 'Zwölf Boxkämpfer (2).tar.gz'],
		['日本語のファイル.txt', '日本語のファイル.txt'],
		['👨‍👩‍👧 holiday ❤️.jpg', '👨‍👩‍👧 holiday ❤️.jpg'],
		['a.b.c', 'a.b.c'],
		['e\u0301te\u0301.txt', 'été.txt'],
		['../../etc/passwd', '_._.._etc_passwd'],
		['..\\..\\boot.ini', '_._.._boot.ini'],
		['/etc/passwd', '_etc_passwd'],
		['C:\\Windows\\x.dll', 'C__Windows_x.dll'],
		['a\0b', 'a_b'],
		['two\nlines', 'two_lines'],
		['\x1b[2Jclear', '_[2Jclear'],
		['invoice\u202egpj.exe', 'invoice_gpj.exe'],
		['in\u200bvisible\ufeff', 'in_visible_'],
		['tab\there', 'tab here'],
		['wide\u3000and\u00a0fixed', 'wide and fixed'],
		['.bashrc', '_bashrc'],
		['.', 'file'],
		['..', 'file'],
		['...', 'file'],
		['', 'file'],
		['   ', 'file'],
		['-rf', '_rf'],
		['name.', 'name'],
		['name. . ', 'name'],
		['  name ', 'name'],
		['CON', '_CON'],
		['con.txt', '_con.txt'],
		['con .txt', '_con .txt'],
		['Com1.tar.gz', '_Com1.tar.gz'],
		['lpt\u00b9', '_lpt\u00b9'],
		['nul..', '_nul'],
		['console.log', 'console.log'],
		['com10', 'com10'],
		['half \ud83d pair', 'half \ufffd pair'],
		['stream:$DATA', 'stream_$DATA'],
	])('of %j is %j', (name, safe) => {
		expect(safeFileName(name)).toBe(safe);
	});

	test('is cut between characters as people count them, and keeps what tells its kind', () => {
		expect(safeFileName(`${'a'.repeat(300)}.pdf`)).toBe(`${'a'.repeat(251)}.pdf`);
		expect(safeFileName(`${'a'.repeat(300)}.tar.gz`)).toBe(`${'a'.repeat(248)}.tar.gz`);
		expect(safeFileName(`${'ä'.repeat(200)}.x`)).toBe(`${'ä'.repeat(126)}.x`);
		expect(safeFileName('👨‍👩‍👧'.repeat(20), 60)).toBe('👨‍👩‍👧'.repeat(3));
		expect(safeFileName(`a.${'b'.repeat(300)}`)).toBe(`a.${'b'.repeat(253)}`);
		expect(safeFileName(`${'a '.repeat(200)}.txt`, 10)).toBe('a a a.txt');
		// Cut so that a dot, or nothing, would be in front of what is left.
		expect(safeFileName(`${'👨‍👩‍👧'.repeat(9)}.txt`, 16)).toBe('_txt');
	});

	test('of a name without end is found at once', () => {
		const endless = `${'\u202e'.repeat(5_000_000)}.pdf`;
		expect(processorTime(() => expectSafe(safeFileName(endless)))).toBeLessThan(500);
	});
});

describe('a name that nobody in the folder has', () => {
	test('is numbered in front of its extension', () => {
		const taken = new TakenNames();
		const names = ['a.txt', 'a.txt', 'A.TXT', 'a (2).txt', 'a.txt', 'a', 'a', 'b.tar.gz', 'b.tar.gz'];
		expect(names.map(name => taken.distinct(name))).toEqual([
			...['a.txt', 'a (2).txt', 'A (3).TXT', 'a (2) (2).txt', 'a (4).txt', 'a', 'a (2)', 'b.tar.gz', 'b (2).tar.gz'],
		]);
	});

	test('stays within the limit', () => {
		const long = `${'a'.repeat(251)}.txt`;
		const taken = new TakenNames();
		taken.distinct(long);
		expect(taken.distinct(long)).toBe(`${'a'.repeat(247)} (2).txt`);
		expect(numbered('👨‍👩‍👧x.txt', 12, 16)).toBe('(12).txt');
	});

	test('is found at once, however many of its kind there are', () => {
		// Each twice; cut to make room for a number, all of them are the same.
		const names = Array.from({length: 4_000}, (_, index) => `${'a'.repeat(240)}-${100_000 + (index >> 1)}`);
		const same = Array.from({length: 4_000}, () => 'same.txt');
		const took = processorTime(() => {
			const safe = safePaths([...names, ...same].map(name => [name]));
			expect(new Set(safe.map(([name]) => name)).size).toBe(8_000);
			expect(safe.at(-1)).toEqual(['same (4000).txt']);
		});
		expect(took).toBeLessThan(4_000);
	});

	test.each([
		['capitals', 'README', 'readme'],
		['capitals of other scripts', 'ΣΊΣΥΦΟΣ', 'σίσυφος'],
		['a sharp s', 'straße', 'STRASSE'],
		['a ligature', 'ﬁle', 'file'],
		['the long s', 'ſun', 'sun'],
		['composed and not', 'é', 'e\u0301'],
		['wide letters', 'ａ', 'a'],
		['a dotted capital I', 'İ', 'i̇'],
		['a sign that means capitals', '\u2121', 'tel'],
		['the Kelvin sign', '\u212a', 'k'],
	])('is not another one because of %s', (_, one, other) => {
		expect(nameKey(one)).toBe(nameKey(other));
	});
});

describe('the paths of a folder', () => {
	test('are safe name for name, and what differs stays apart', () => {
		const paths = [
			['a', '..', 'x'],
			['a', '.', 'x'],
			['A', 'y'],
			['a', 'z'],
			['con', 'aux.c'],
			['b\u200b'],
			['b\u200c'],
		];
		expect(safePaths(paths)).toEqual([
			['a', 'file', 'x'],
			['a', 'file (2)', 'x'],
			['A (2)', 'y'],
			['a', 'z'],
			['_con', '_aux.c'],
			['b_'],
			['b_ (2)'],
		]);
	});

	test('a file is never a folder on the way to another one', () => {
		expect(safePaths([['a.'], ['a', 'b']])).toEqual([['a'], ['a (2)', 'b']]);
		expect(safePaths([['a', 'b'], ['A']])).toEqual([['a', 'b'], ['A (2)']]);
	});

	test('no two lead to one place, whatever they are, and they lie in the folders that they lay in', () => {
		const path = fc.array(fc.oneof(anyName, fc.constantFrom('a', 'A', 'a.', 'a ', 'b')), {minLength: 1, maxLength: 3});
		fc.assert(
			fc.property(fc.uniqueArray(path, {maxLength: 15, selector: one => JSON.stringify(one)}), paths => {
				const safe = safePaths(paths, 64);
				for (const one of safe) for (const name of one) expectSafe(name, 64);
				const keys = safe.map(one => one.map(nameKey).join('/'));
				expect(new Set(keys).size).toBe(keys.length);
				for (const [index, key] of keys.entries()) {
					// Nobody goes through a file.
					expect(keys.some((other, place) => place !== index && other.startsWith(`${key}/`))).toBe(false);
					for (const [place, other] of paths.entries()) {
						const isTogether = JSON.stringify(paths[index]!.slice(0, -1)) === JSON.stringify(other.slice(0, -1));
						const liesTogether = safe[index]!.slice(0, -1).join('/') === safe[place]!.slice(0, -1).join('/');
						expect(liesTogether).toBe(isTogether);
					}
				}
			}),
			{numRuns: 150},
		);
	});
});
