import {describe, expect, test} from 'vitest';
import {Counters} from '../../source/base/counters.ts';

describe('counters', () => {
	test('count from nothing, by one or by more', () => {
		const counters = new Counters();
		expect(counters.get('lost')).toBe(0);
		counters.add('lost');
		counters.add('lost', 4);
		counters.add('lost', undefined);
		expect(counters.get('lost')).toBe(6);
	});

	test('reading one does not make it', () => {
		const counters = new Counters();
		counters.get('lost');
		expect(counters.toObject()).toEqual({});
	});

	test('are given out as a copy, sorted by name', () => {
		const counters = new Counters();
		for (const name of ['b', 'c', 'a', 'b']) counters.add(name);
		const copy = counters.toObject();
		expect(Object.entries(copy)).toEqual([
			['a', 1],
			['b', 2],
			['c', 1],
		]);
		copy.a = 99;
		expect(counters.get('a')).toBe(1);
	});

	test('have no names of their own: a counter may be called as a property of every object', () => {
		const counters = new Counters();
		expect(counters.get('constructor')).toBe(0);
		counters.add('constructor');
		expect(Object.entries(counters.toObject())).toEqual([['constructor', 1]]);
	});
});
