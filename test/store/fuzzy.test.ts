import {describe, expect, test} from 'vitest';
import {folded, fuzzyMatch} from '../../source/store/fuzzy.ts';

/** The text with what was found of it in brackets; undefined if it was not found. */
function found(query: string, text: string, strict = false): string | undefined {
	const match = fuzzyMatch(folded(query), text, strict);
	if (!match) return undefined;
	const at = new Set(match.at);
	return text
		.split('')
		.map((unit, index) => (at.has(index) ? `[${unit}]` : unit))
		.join('')
		.replaceAll('][', '');
}

/** The texts that fit, the best first. */
function ranked(query: string, ...texts: readonly string[]): string[] {
	const scored = texts.map(text => ({text, score: fuzzyMatch(folded(query), text)?.score}));
	return scored
		.filter(({score}) => score !== undefined)
		.sort((a, b) => (b.score ?? 0) - (a.score ?? 0))
		.map(({text}) => text);
}

describe('what was typed is found', () => {
	test.each([
		['rn', '#release-notes', '#[r]elease-[n]otes'],
		['ann', '@banana ann', '@banana [ann]'],
		['nt', 'networkTraffic', '[n]etwork[T]raffic'],
		['lob', '#lobby', '#[lob]by'],
		['ünal', '@Unal', '@[Unal]'],
		['zoe', '@Zoë', '@[Zoë]'],
		['京', '#東京の部屋', '#東[京]の部屋'],
		['👋', 'wave 👋', 'wave [👋]'],
	])('%s in %s, where a person would see it', (query, text, expected) => {
		expect(found(query, text)).toBe(expected);
	});

	test('not if a letter is missing, or stands before', () => {
		expect(found('lobx', '#lobby')).toBeUndefined();
		expect(found('bl', 'lab')).toBeUndefined();
		expect(found('de v', '#dev')).toBeUndefined();
	});

	test('in a sentence by beginnings of words only', () => {
		expect(found('hide net', 'show or hide the network', true)).toBe('show or [hide ]the [net]work');
		expect(found('hdnt', 'show or hide the network', true)).toBeUndefined();
	});
});

test('whole words before beginnings, beginnings of words before insides', () => {
	expect(ranked('dev', '#undevout', '#my-dev', '#developers', '#dev')).toEqual([
		'#dev',
		'#developers',
		'#my-dev',
		'#undevout',
	]);
	expect(ranked('ops', '#oops', '#ops-alerts', '#shop-sale')[0]).toBe('#ops-alerts');
});

test('texts longer than any name are looked at up to a bound', () => {
	expect(fuzzyMatch('z', `${'a'.repeat(5_000)}z`)).toBeUndefined();
	expect(found('a'.repeat(100), 'a'.repeat(100))).toBe(`[${'a'.repeat(40)}]${'a'.repeat(60)}`);
});
