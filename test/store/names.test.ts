import {expect, test} from 'vitest';
import {cleanName, holdersOf, isShared, joinHolders, mentions, skeleton, withHolder} from '../../source/store/names.ts';
import {displayName, nameHolders} from '../../source/store/selectors.ts';
import {ANN, roomInfo, SELF, stateIn} from './helpers.ts';

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
	const all = [
		{peer: '1', name: 'ann'},
		{peer: '2', name: 'bob'},
	];
	expect(all.filter(named => isShared(holdersOf(all), named))).toEqual([]);
});

test('row 39: everybody whose name looks like somebody else’s is found, on both sides', () => {
	const all = [
		{peer: '1', name: 'ann'},
		{peer: '2', name: 'bob'},
		{peer: '3', name: 'Αnn'},
		{peer: '1', name: 'ann'},
	];
	expect(all.filter(named => isShared(holdersOf(all), named)).map(({peer}) => peer)).toEqual(['1', '3', '1']);
	const joined = joinHolders(holdersOf(all.slice(0, 2)), holdersOf(all.slice(2, 3)));
	expect(all.filter(named => isShared(joined, named)).map(({peer}) => peer)).toEqual(['1', '3', '1']);
});

test('names without a letter are compared as they are', () => {
	const all = [
		{peer: '1', name: '👍'},
		{peer: '2', name: '👎'},
	];
	expect(isShared(holdersOf(all), {peer: '1', name: '👍'})).toBe(false);
});

test('row 39: whoever had a name once still counts, and there is an end to how many', () => {
	const once = withHolder(withHolder(new Map(), {peer: '1', name: 'ann'}), {peer: '2', name: 'ann'});
	expect(withHolder(once, {peer: '1', name: 'ann'})).toBe(once);
	expect(isShared(once, {peer: '1', name: 'ann'})).toBe(true);
	let many = once;
	for (let index = 0; index < 2_500; index++) many = withHolder(many, {peer: '1', name: `q${index.toString(36)}q`});
	expect(many.size).toBeLessThanOrEqual(2_000);
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

test('row 39: nobody can wear the tag of somebody else', () => {
	expect(cleanName('ann·WPqL', '12D3KooWAnn0')).toBe('ann.WPqL');
});

test('row 39: whoever calls themselves “you” wears a tag, for that is what we are called', () => {
	const holders = nameHolders(stateIn(roomInfo('lobby')));
	expect(['you', 'Y0U', 'ann'].map(name => displayName(holders, ANN, name))).toEqual(['you·Ann0', 'Y0U·Ann0', 'ann']);
	expect(displayName(holders, SELF, 'you')).toBe('you');
});
