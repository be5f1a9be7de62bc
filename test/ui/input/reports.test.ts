import fc from 'fast-check';
import {expect, test} from 'vitest';
import {InputParser} from '../../../source/ui/input/parser.ts';

const parse = (...chunks: string[]) => {
	const parser = new InputParser();
	return chunks.flatMap(chunk => parser.push(chunk));
};
const mouse = (action: string, button: string, x: number, y: number) => ({type: 'mouse', action, button, x, y});

test.each([
	['\x1b[<0;12;34M', mouse('press', 'left', 11, 33)],
	['\x1b[<0;12;34m', mouse('release', 'left', 11, 33)],
	['\x1b[<1;1;1M', mouse('press', 'middle', 0, 0)],
	['\x1b[<2;1;9999m', mouse('release', 'right', 0, 9998)],
	['\x1b[<64;3;4M', mouse('wheel-up', 'none', 2, 3)],
	['\x1b[<65;3;4M', mouse('wheel-down', 'none', 2, 3)],
	// With Ctrl held.
	['\x1b[<16;3;4M', mouse('press', 'left', 2, 3)],
	['\x1b\x1b[<0;1;1M', mouse('press', 'left', 0, 0)],
	['\x1b[I', {type: 'focus', isFocused: true}],
	['\x1b[O', {type: 'focus', isFocused: false}],
])('%j is %o', (sequence, input) => {
	expect(parse(sequence)).toEqual([input]);
});

test.each([
	['a movement', '\x1b[<35;1;1M\x1b[<32;1;1M'],
	['the wheel sideways, and a fourth button', '\x1b[<66;1;1M\x1b[<67;1;1M\x1b[<128;1;1M'],
	['a wheel that is let go', '\x1b[<64;1;1m'],
	['cells before the first and beyond the last', '\x1b[<0;0;1M\x1b[<0;1;0M\x1b[<0;10000;1M'],
	['huge and negative numbers', '\x1b[<0;99999999999999999999;1M\x1b[<0;-1;1M\x1b[<-1;1;1M\x1b[<9999;1;1M'],
	['too few and too many numbers', '\x1b[<0;1M\x1b[<;;M\x1b[<M\x1b[<0;1;1;1M'],
	['a report without end', `\x1b[<${'0;'.repeat(10_000)}M`],
	['old reports', '\x1b[M !!\x1b[M#~~\x1b[32;10;10M'],
])('%s is swallowed', (_, sequence) => {
	expect(parse(`a${sequence}b`)).toEqual([{type: 'text', text: 'ab'}]);
});

test('a report that pauses for long is put together, and does not leak', () => {
	for (const [first, rest] of [
		['\x1b', '[<0;12;5M'],
		['\x1b[<0;1', '2;5M'],
		['\x1b[<0;12;5', 'M'],
	] as const) {
		const parser = new InputParser();
		parser.push(first);
		const inputs = [...parser.flush(), ...parser.push(rest)];
		expect(inputs.filter(input => input.type !== 'key')).toEqual([mouse('press', 'left', 11, 4)]);
	}
	const parser = new InputParser();
	parser.push('\x1b[<0;1');
	parser.flush();
	expect(parser.push('Miller')).toEqual([{type: 'text', text: 'Miller'}]);
});

test('whatever stands in a report, what comes out is whole and on a screen, and nothing of it is text', () => {
	const number = fc.oneof(
		fc.integer({min: -5, max: 300}).map(String),
		fc.bigInt().map(String),
		fc.constantFrom('', '00'),
	);
	const report = fc.tuple(fc.array(number, {minLength: 1, maxLength: 4}), fc.constantFrom('M', 'm'));
	fc.assert(
		fc.property(report, fc.nat(20), ([numbers, final], cut) => {
			const sequence = `\x1b[<${numbers.join(';')}${final}`;
			const inputs = parse(sequence.slice(0, cut), sequence.slice(cut), 'x');
			expect(inputs.at(-1)).toEqual({type: 'text', text: 'x'});
			for (const input of inputs.slice(0, -1)) {
				if (input.type !== 'mouse') throw new Error(input.type);
				expect(Math.min(input.x, input.y)).toBeGreaterThanOrEqual(0);
				expect(Math.max(input.x, input.y)).toBeLessThan(9999);
			}
		}),
	);
});
