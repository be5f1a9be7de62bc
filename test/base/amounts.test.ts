import fc from 'fast-check';
import {expect, test} from 'vitest';
import {bytesText, parseBytes, parseRate} from '../../source/base/amounts.ts';

test.each([
	['0', 0],
	['512', 512],
	['512 B', 512],
	['10MB', 10_000_000],
	['10mb', 10_000_000],
	['10 M', 10_000_000],
	['1.5GiB', 1.5 * 2 ** 30],
	['64Ki', 65_536],
	['2T', 2_000_000_000_000],
	['0.1kB', 100],
])('%s is %d bytes', (text, bytes) => expect(parseBytes(text)).toBe(bytes));

test.each([
	['500kB/s', 500_000],
	['500 kB / s', 500_000],
	['20Mbit/s', 2_500_000],
	['2MB', 2_000_000],
	['1MiBps', 2 ** 20],
	['1000', 1000],
])('%s is %d bytes a second', (text, bytes) => expect(parseRate(text)).toBe(bytes));

test.each(['', 'MB', '-1', '1e9', '10 bananas', '1,5MB', '5iB', '999999999999999T', '1.MB', '10MB/s', '10Mbit', '١MB'])(
	'%j is no size',
	text => expect(parseBytes(text)).toBeUndefined(),
);

test.each(['', '0', '0kB/s', 'fast', '/s', '10MB/m'])('%j is no rate', text => expect(parseRate(text)).toBeUndefined());

test('what is written of an amount is read as the same', () => {
	fc.assert(fc.property(fc.nat({max: 2 ** 48}), bytes => parseBytes(bytesText(bytes)) === bytes));
	expect([20_000_000, 1_500_000, 1_234_567, 0].map(bytesText)).toEqual(['20MB', '1500kB', '1234567', '0']);
});
