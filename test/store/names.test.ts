import {expect, test} from 'vitest';
import {lookAlikes, mentions, skeleton} from '../../source/store/names.ts';

test.each([
	['ann', 'Ann'],
	['ann', 'аnn'],
	['paul', 'раuІ'],
	['bob', 'b0b'],
	['mary', 'rnary'],
	['josé', 'jose'],
	['a n n', 'ann'],
])('%s looks like %s', (a, b) => {
	expect(skeleton(a)).toBe(skeleton(b));
});

test('names that differ are not taken for one another', () => {
	expect(skeleton('ann')).not.toBe(skeleton('anna'));
	expect(
		lookAlikes([
			{peer: '1', name: 'ann'},
			{peer: '2', name: 'bob'},
		]),
	).toEqual(new Set());
});

test('row 39: everybody whose name looks like somebody else’s is found, on both sides', () => {
	const all = [
		{peer: '1', name: 'ann'},
		{peer: '2', name: 'bob'},
		{peer: '3', name: 'Αnn'},
		{peer: '1', name: 'ann'},
	];
	expect(lookAlikes(all)).toEqual(new Set(['1', '3']));
});

test.each([
	['@me look', true],
	['hey Me!', true],
	['some time', false],
	['menu', false],
	['', false],
])('%s mentions me: %s', (text, expected) => {
	expect(mentions(text, 'me')).toBe(expected);
});

test('nobody is mentioned by an empty name', () => {
	expect(mentions('anything', '')).toBe(false);
});
