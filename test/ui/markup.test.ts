import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {findLinks} from '../../source/base/links.ts';
import {type Block, parseMarkup} from '../../source/ui/markup.ts';
import {layMarkup} from '../../source/ui/markup-rows.ts';
import {painted, type Span, spansWidth} from '../../source/ui/text.ts';
import {PLAIN_THEME as theme} from '../../source/ui/theme.ts';
import {processorTime} from '../helpers/processor-time.ts';

/** Blocks in short: code as `<code>`, links as `[link]`, names as `{@name}`; blocks of code with a bar before each line. */
function sketch(text: string): string {
	return parseMarkup(text).map(sketchBlock).join('\n');
}

const SIGNS = {code: ['<', '>'], link: ['[', ']'], name: ['{', '}'], own: ['', '']} as const;

function sketchBlock({kind, text, marks, language}: Block): string {
	if (kind === 'code')
		return [...(language === '' ? [] : [language]), ...text.split('\n')].map(line => `|${line}`).join('\n');
	let [shown, at] = ['', 0];
	for (const {start, end, kind: what} of marks) {
		shown += text.slice(at, start) + SIGNS[what][0] + text.slice(start, end) + SIGNS[what][1];
		at = end;
	}
	return shown + text.slice(at);
}

describe('code spans', () => {
	test.each([
		['run `npm ci` now', 'run <npm ci> now'],
		['`a` and `b`', '<a> and <b>'],
		['``a ` b`` and `` `c` ``', '<a ` b> and <`c`>'],
		['使用`npm`来安装', '使用<npm>来安装'],
		['(`a`), `b`.', '(<a>), <b>.'],
		['`see https://a.example/ @ann`', '<see https://a.example/ @ann>'],
	])('%s', (text, sketched) => {
		expect(sketch(text)).toBe(sketched);
	});

	test.each([
		'it`s and that`s',
		'`not closed',
		'not ` in\nthe ` same line',
		'``',
		"use `this' for quotes",
		'a`b`c',
		'`a``',
	])('are none, and stay as written: %s', text => {
		expect(sketch(text)).toBe(text);
	});
});

test.each([
	'snake_case_name __init__ _x_',
	'2*3*4 = 24',
	'*.ts **/*.js',
	'rm *foo* ~/bar~ ~5',
	'~~no~~ *no* _no_',
	'a/b/../c',
])('stars, underscores and tildes mean nothing: %s', text => {
	expect(parseMarkup(text)).toEqual([{kind: 'text', text, marks: [], language: ''}]);
});

describe('blocks of code', () => {
	test.each([
		['as a whole', '```\na\n  b\n```', '|a\n|  b'],
		['with a language, between words', 'see\n```ts\nlet a;\n\nb();\n```\nok?', 'see\n|ts\n|let a;\n|\n|b();\nok?'],
		['that end in a line of code', '```\na\nb```\nc', '|a\n|b\nc'],
		['that do not end', 'x\n```\na\nb', 'x\n|a\n|b'],
		['in which nothing is marked up', '```\n`a` @ann https://a.example\n```', '|`a` @ann https://a.example'],
		['two of them', '```\na\n```\n```\nb\n```', '|a\n|b'],
		['with nothing in them are none', '```\n\n```', '```\n\n```'],
		['on one line are a span', 'so ```a b``` it is', 'so <a b> it is'],
	])('%s', (_, text, sketched) => {
		expect(sketch(text)).toBe(sketched);
	});
});

test('code is cut where the row ends, spaces and all; what did not fit stands below with a mark', () => {
	const {rows} = layMarkup(parseMarkup('```\n  let  x;        // y\n\nz\n```'), 12, 9, {
		theme,
		own: '',
		nameOf: () => undefined,
	});
	expect(rows.map(painted)).toEqual(['▏   let  x; ', '▏ ↳        /', '▏ ↳ / y', '▏ ', '▏ z']);
});

describe('links', () => {
	test.each([
		['see https://a.example/x.', 'https://a.example/x'],
		['(https://a.example/wiki/A_(b))', 'https://a.example/wiki/A_(b)'],
		['[t](https://a.example/c) <https://a.example/d>', 'https://a.example/c https://a.example/d'],
		['"https://a.example/?q=1&r=2;", or…', 'https://a.example/?q=1&r=2'],
		['https://a.example/b… http://[::1]:8080/a!?', 'https://a.example/b http://[::1]:8080/a'],
		['HTTPS://A.Example/B', 'https://a.example/B'],
		[
			'https://a.example是好的 https://a.example/wiki/中国',
			'https://a.example/ https://a.example/wiki/%E4%B8%AD%E5%9B%BD',
		],
		['https://例え.example/é', 'https://xn--r8jz45g.example/%C3%A9'],
	])('%s', (text, urls) => {
		expect(
			findLinks(text)
				.map(({url}) => url)
				.join(' '),
		).toBe(urls);
	});

	test.each([
		'ftp://a.example file:///etc/passwd javascript:alert(1) mailto:a@b.example',
		'https:// http://? xhttps://a.example',
		'https://bank.example@evil.example/ https://u:p@a.example',
		`https://a.example/${'x'.repeat(3_000)}`,
	])('are none: %s', text => {
		expect(findLinks(text)).toEqual([]);
	});

	test('hold nothing that a terminal would obey', () => {
		const unit = fc.constantFrom(
			'https://',
			'a',
			'.',
			'/',
			'\x1b',
			'\\',
			'\x07',
			'\u202e',
			'é',
			'"',
			' ',
			'%',
			'@',
			'[',
			')',
		);
		fc.assert(
			fc.property(fc.array(unit, {maxLength: 40}), units => {
				const text = units.join('');
				for (const {start, end, url} of findLinks(text)) {
					expect(url).toMatch(/^https?:\/\/[\x21-\x7e]+$/);
					expect(text.slice(start, end)).toMatch(/^https?:\/\/[^\s"\x1b\\]+$/);
				}
			}),
		);
	});
});

test.each([
	['@ann and @bob: hi', '{@ann} and {@bob}: hi'],
	['(@小林.) @ann·WPqL', '({@小林}.) {@ann·WPqL}'],
	['me@home.example @scope/package a@b x.@c', 'me@home.example @scope/package a@b x.@c'],
])('names: %s', (text, sketched) => {
	expect(sketch(text)).toBe(sketched);
});

/** Everything that means something here, and a few things that do not. */
const hostile = fc
	.array(
		fc.constantFrom(
			'`',
			'``',
			'```',
			'```js',
			'\n',
			' ',
			'a',
			'word',
			'@',
			'@ann',
			'https://a.example/',
			'(',
			')',
			'中',
			'é',
			'👩‍👩‍👧',
			'שלום',
			'_',
			'*',
		),
		{maxLength: 60},
	)
	.map(units => units.join(''));
const withoutMarks = (text: string) => text.replaceAll(/[`\s]/g, '');

test('nothing that was written is lost but backticks, and nothing is added', () => {
	fc.assert(
		fc.property(hostile, text => {
			const blocks = parseMarkup(text);
			expect(withoutMarks(blocks.map(block => block.language + block.text).join(''))).toBe(withoutMarks(text));
			for (const {text: shown, marks} of blocks) {
				let at = 0;
				for (const {start, end} of marks) {
					expect(start).toBeGreaterThanOrEqual(at);
					expect(end).toBeGreaterThan(start);
					at = end;
				}
				expect(at).toBeLessThanOrEqual(shown.length);
			}
		}),
		{numRuns: 150},
	);
});

/** What was written, of what is drawn. */
function visible(rows: readonly (readonly Span[])[]): string {
	const drawn = rows.flatMap(row => row.map(({text}) => text)).join('');
	return withoutMarks(drawn.replaceAll(/[▏↳\u2066-\u2069]/gu, ''));
}

test('rows hold all of it, each within the width; what is left out is counted', () => {
	const look = {theme, own: 'ann', nameOf: () => undefined};
	fc.assert(
		fc.property(hostile, fc.integer({min: 8, max: 40}), fc.integer({min: 0, max: 12}), (text, width, limit) => {
			const blocks = parseMarkup(text);
			const all = layMarkup(blocks, width, 1_000, look);
			for (const row of all.rows) expect(spansWidth(row)).toBeLessThanOrEqual(width);
			expect(visible(all.rows)).toBe(withoutMarks(text));
			expect(all.rest).toEqual({lines: 0, characters: 0});
			const some = layMarkup(blocks, width, limit, look);
			expect(some.rows).toEqual(all.rows.slice(0, limit));
			if (visible(all.rows.slice(limit)).length > 0) expect(some.rest.characters).toBeGreaterThan(0);
			if (some.rest.characters > 0) expect(all.rows.length).toBeGreaterThan(limit);
		}),
		{numRuns: 150},
	);
});

test.each([
	['backticks', '`'.repeat(16_384)],
	['runs of every length', Array.from({length: 180}, (_, index) => '`'.repeat(index + 1)).join(' ')],
	['fences', '```\n'.repeat(4_096)],
	['fences in one line', '``` '.repeat(4_096)],
	['beginnings of links', 'https://'.repeat(2_048)],
	['links and brackets', 'https://a.example/(([)'.repeat(700)],
	['at signs', '@'.repeat(16_384)],
	['long names', `@${'a'.repeat(60)}/ `.repeat(260)],
])('hostile text costs about as much as any other: %s', (_, text) => {
	const took = (given: string) =>
		processorTime(() => {
			for (let round = 0; round < 5; round++)
				layMarkup(parseMarkup(given), 60, 200, {theme, own: '', nameOf: () => undefined});
		});
	const plain = 'some words of a person, `code` and more of them. '.repeat(340).slice(0, 16_384);
	took(plain);
	took(text);
	// Thirty times is little: what is to be found out is whether it grows with the square, which is a thousand times.
	expect(took(text)).toBeLessThan(30 * took(plain) + 200);
});
