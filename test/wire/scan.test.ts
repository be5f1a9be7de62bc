import fc from 'fast-check';
import {Packr} from 'msgpackr';
import {describe, expect, test} from 'vitest';
import {MAX_DEPTH, MAX_ELEMENTS} from '../../source/wire/limits.ts';
import {unpack} from '../../source/wire/msgpack.ts';
import {scan} from '../../source/wire/scan.ts';
import {reasonOf} from './reason.ts';

const hex = (text: string) => Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'));
const scanHex = (text: string) => reasonOf(() => scan(hex(text)));
/** A map of one entry with this key and the value nil. */
const mapWithKey = (key: string) =>
	Buffer.concat([Uint8Array.of(0x81, 0xa0 + Buffer.byteLength(key)), Buffer.from(key), Uint8Array.of(0xc0)]);
/** `depth` arrays, one inside the other, around nil. */
const nested = (depth: number) => Uint8Array.from([...new Array(depth).fill(0x91), 0xc0]);

describe('scan', () => {
	test.each([
		['nil', 'c0', null],
		['false', 'c2', false],
		['true', 'c3', true],
		['positive fixint', '7f', 127],
		['negative fixint', 'e0', -32],
		['uint 8', 'cc ff', 255],
		['uint 16', 'cd ffff', 65_535],
		['uint 32', 'ce ffffffff', 4_294_967_295],
		['uint 64', 'cf 001fffffffffffff', Number.MAX_SAFE_INTEGER],
		['int 8', 'd0 80', -128],
		['int 16', 'd1 8000', -32_768],
		['int 32', 'd2 80000000', -2_147_483_648],
		['int 64', 'd3 ffe0000000000001', Number.MIN_SAFE_INTEGER],
		['float 32', 'ca 3fc00000', 1.5],
		['float 64', 'cb 3ff8000000000000', 1.5],
		['fixstr', 'a3 616263', 'abc'],
		['str 8', 'd9 03 616263', 'abc'],
		['str 16', 'da 0003 616263', 'abc'],
		['str 32', 'db 00000003 616263', 'abc'],
		['fixarray', '92 01 02', [1, 2]],
		['array 16', 'dc 0002 01 02', [1, 2]],
		['array 32', 'dd 00000002 01 02', [1, 2]],
		['fixmap', '81 a1 61 01', {a: 1}],
		['map 16', 'de 0001 a1 61 01', {a: 1}],
		['map 32', 'df 00000001 d9 01 61 01', {a: 1}],
	])('accepts %s of the specification', (_, body, value) => {
		expect(unpack(hex(body))).toEqual(value);
	});

	test.each(['c4 02 0102', 'c5 0002 0102', 'c6 00000002 0102'])('accepts binary %s', body => {
		expect([...(unpack(hex(body)) as Uint8Array)]).toEqual([1, 2]);
	});

	test('row 22: refuses 1 MiB of nested arrays without recursion', () => {
		expect(reasonOf(() => scan(new Uint8Array(1024 * 1024).fill(0x91)))).toBe('body-depth');
	});

	test('row 22: allows nesting to the limit and no deeper', () => {
		expect(reasonOf(() => scan(nested(MAX_DEPTH)))).toBe('accepted');
		expect(reasonOf(() => scan(nested(MAX_DEPTH + 1)))).toBe('body-depth');
	});

	test.each([
		['array 32', 'dd ffffffff'],
		['array 16', 'dc ffff'],
		['map 32', 'df ffffffff'],
		['map 32 whose doubled count would wrap round', 'df 80000000'],
		['str 32', 'db ffffffff'],
		['bin 32', 'c6 ffffffff'],
		['bin 8 that is one byte short', 'c4 02 00'],
		['fixmap without values', '81 a1 61'],
		['uint 32 cut off', 'ce 0000'],
		['float 64 cut off', 'cb 00'],
		['length cut off', 'dd 0000'],
		['nothing at all', ''],
	])('row 23: refuses a claim beyond the bytes at hand: %s', (_, body) => {
		expect(scanHex(body)).toBe('body-length');
	});

	test('row 24: refuses 64 KiB of empty maps', () => {
		const body = new Uint8Array(64 * 1024).fill(0x80);
		body.set([0xdd, 0, 0, 0xff, 0xfb]);
		expect(reasonOf(() => scan(body))).toBe('body-elements');
	});

	test('row 24: counts the values of all containers together', () => {
		const inner = [0xdc, 0x10, 0x00, ...new Array(4096).fill(0xc0)];
		expect(reasonOf(() => scan(Uint8Array.from([0x91, ...inner])))).toBe('accepted');
		expect(MAX_ELEMENTS).toBe(8192);
		expect(reasonOf(() => scan(Uint8Array.from([0x92, ...inner, ...inner])))).toBe('body-elements');
	});

	test.each(['__proto__', 'constructor', 'toString', 'prototype', 'hasOwnProperty', '__defineGetter__', 'valueOf'])(
		'row 25: refuses the key %s',
		key => {
			expect(reasonOf(() => scan(mapWithKey(key)))).toBe('body-key');
		},
	);

	test('row 25: a key that only resembles one is fine', () => {
		expect(reasonOf(() => scan(mapWithKey('prototypes')))).toBe('accepted');
	});

	test.each([
		['duplicate', '82 a1 61 01 a1 61 02'],
		['duplicate in another encoding', '82 a1 61 01 d9 01 61 02'],
		['nil', '81 c0 01'],
		['integer', '81 01 01'],
		['array', '81 90 01'],
		['map', '81 80 01'],
		['binary', '81 c4 01 61 01'],
		['boolean', '81 c3 01'],
	])('row 26: refuses a key that is %s', (_, body) => {
		expect(scanHex(body)).toBe('body-key');
	});

	test('row 26: the same key in two maps, or as a value, is fine', () => {
		expect(scanHex('92 81 a1 61 01 81 a1 61 01')).toBe('accepted');
		expect(scanHex('82 a1 61 a1 62 a1 62 a1 61')).toBe('accepted');
		expect(scanHex('81 a1 61 81 a1 61 01')).toBe('accepted');
		expect(scanHex('82 a1 61 91 01 a1 62 81 a1 61 01')).toBe('accepted');
	});

	test.each([
		['fixext 1', 'd4 01 00'],
		['fixext 2', 'd5 01 0000'],
		['fixext 4, a timestamp', 'd6 ff 00000000'],
		['fixext 8', 'd7 ff 0000000000000000'],
		['fixext 16', `d8 01 ${'00'.repeat(16)}`],
		['ext 8', 'c7 01 01 00'],
		['ext 16', 'c8 0001 01 00'],
		['ext 32', 'c9 00000001 01 00'],
		['inside a map', '81 a1 61 d4 01 00'],
	])('row 27: refuses the extension %s', (_, body) => {
		expect(scanHex(body)).toBe('body-extension');
	});

	test('row 27: refuses all that msgpackr itself would write as an extension', () => {
		const rich = new Packr({moreTypes: true, structuredClone: true});
		const cycle: unknown[] = [];
		cycle.push(cycle);
		for (const value of [{a: 1}, new Date(0), new Set([1]), /a/, new Error('a'), undefined, cycle]) {
			expect(reasonOf(() => scan(new Uint8Array(rich.pack([value]))))).toBe('body-extension');
		}
	});

	test('row 28: refuses the reserved type', () => {
		expect(scanHex('c1')).toBe('body-reserved');
		expect(scanHex('91 c1')).toBe('body-reserved');
	});

	test('row 28: refuses bytes after the value', () => {
		expect(scanHex('c0 c0')).toBe('body-trailing');
		expect(scanHex('91 01 00')).toBe('body-trailing');
		expect(scanHex('90 00')).toBe('body-trailing');
	});

	test.each([
		['NaN, 32 bits', 'ca 7fc00000'],
		['NaN, 64 bits', 'cb 7ff8000000000000'],
		['NaN with only the last bit set', 'cb 7ff0000000000001'],
		['infinity, 32 bits', 'ca 7f800000'],
		['infinity, 64 bits', 'cb 7ff0000000000000'],
		['minus infinity', 'cb fff0000000000000'],
		['−0, 32 bits', 'ca 80000000'],
		['−0, 64 bits', 'cb 8000000000000000'],
		['2^53 + 1', 'cf 0020000000000001'],
		['2^53', 'cf 0020000000000000'],
		['2^64 − 1', 'cf ffffffffffffffff'],
		['the smallest int 64', 'd3 8000000000000000'],
		['−2^53', 'd3 ffe0000000000000'],
	])('row 29: refuses %s', (_, body) => {
		expect(scanHex(body)).toBe('body-number');
	});

	test.each([
		['the largest finite number', 'cb 7fefffffffffffff'],
		['the largest finite number, 32 bits', 'ca 7f7fffff'],
		['the smallest negative number', 'cb 8000000000000001'],
		['0', 'cb 0000000000000000'],
	])('row 29: accepts %s', (_, body) => {
		expect(scanHex(body)).toBe('accepted');
	});

	test.each([
		['overlong slash', 'c0af'],
		['overlong NUL', 'c080'],
		['overlong in three bytes', 'e080af'],
		['surrogate', 'eda080'],
		['surrogate pair', 'eda0bdedb880'],
		['cut off', 'e282'],
		['continuation alone', '80'],
		['beyond U+10FFFF', 'f4908080'],
		['0xff', 'ff'],
	])('row 30: refuses text that is not UTF-8: %s', (_, bytes) => {
		const text = hex(bytes);
		const short = Buffer.concat([Uint8Array.of(0xa0 + text.length), text]);
		const long = Buffer.concat([Uint8Array.of(0xd9, 200 + text.length), Buffer.alloc(200, 'a'), text]);
		const key = Buffer.concat([Uint8Array.of(0x81, 0xa0 + text.length), text, Uint8Array.of(0xc0)]);
		expect([short, long, key].map(body => reasonOf(() => scan(body)))).toEqual(new Array(3).fill('body-utf8'));
	});

	test('row 30: text cannot borrow its last byte from what follows', () => {
		expect(scanHex('92 a2 e2 82 ac')).toBe('body-utf8');
	});

	test('what passes is decoded to what was encoded', () => {
		const plain = new Packr({useRecords: false, variableMapSize: true});
		const key = fc.string({unit: 'binary', maxLength: 40}).filter(text => !(text in Object.prototype));
		const wellFormed = (text: string) => !/\p{Cs}/u.test(text) && text !== 'prototype';
		const {value} = fc.letrec<{value: unknown}>(tie => ({
			value: fc.oneof(
				{depthSize: 'medium', maxDepth: MAX_DEPTH - 1},
				fc.constantFrom(null, true, false),
				fc.maxSafeInteger(),
				fc.double({noNaN: true, noDefaultInfinity: true}).filter(number => !Object.is(number, -0)),
				fc.string({unit: 'binary', maxLength: 200}).filter(wellFormed),
				fc.array(tie('value'), {maxLength: 20}),
				fc.dictionary(key.filter(wellFormed), tie('value'), {maxKeys: 8, noNullPrototype: true}),
			),
		}));
		fc.assert(
			fc.property(value, sent => {
				expect(unpack(new Uint8Array(plain.pack(sent)))).toEqual(sent);
			}),
		);
	});

	test('nothing but a WireError comes out of random bytes', () => {
		fc.assert(
			fc.property(fc.uint8Array({maxLength: 64}), body => {
				reasonOf(() => unpack(body));
			}),
			{numRuns: 2000},
		);
	});
});
