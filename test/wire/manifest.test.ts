import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {MAX_FILE_BYTES, MAX_FILE_NAME_BYTES, MAX_FOLDER_FILES, MAX_PATH_NAMES} from '../../source/wire/file-offer.ts';
import {
	decodeManifest,
	encodeManifest,
	type ManifestFile,
	offsetsOf,
	sortedByPath,
	spansOf,
} from '../../source/wire/manifest.ts';
import {pack} from '../../source/wire/msgpack.ts';
import {reasonOf} from './reason.ts';

const file = (path: string, size = 1, isExecutable = false): ManifestFile => ({
	path: path.split('/'),
	size,
	isExecutable,
});
const packed = (files: readonly ManifestFile[]) =>
	new Uint8Array(pack(files.map(({path, size, isExecutable}) => [path, size, isExecutable])));
const reasonFor = (...files: ManifestFile[]) => reasonOf(() => decodeManifest(packed(files)));

const hexOf = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

const anyName = fc
	.string({unit: 'binary', minLength: 1, maxLength: 8})
	.filter(name => !/\p{Cs}|[/\0]|^\.{1,2}$/u.test(name));
const anyFiles = fc
	.uniqueArray(fc.array(anyName, {minLength: 1, maxLength: 3}), {
		minLength: 1,
		maxLength: 20,
		selector: path => path.join('/'),
	})
	// None is a folder of another one.
	.map(paths =>
		paths.filter(path => !paths.some(other => other !== path && other.join('/').startsWith(`${path.join('/')}/`))),
	)
	.chain(paths =>
		fc.tuple(...paths.map(path => fc.record({path: fc.constant(path), size: fc.nat(50), isExecutable: fc.boolean()}))),
	);

describe('a manifest', () => {
	test('is the same in whatever order the files are found, and comes back sorted', () => {
		fc.assert(
			fc.property(anyFiles, files => {
				const bytes = encodeManifest(files);
				expect(hexOf(encodeManifest(files.toReversed()))).toBe(hexOf(bytes));
				const read = decodeManifest(bytes);
				expect(read).toEqual(sortedByPath(files));
				expect(hexOf(encodeManifest(read))).toBe(hexOf(bytes));
			}),
		);
	});

	test('is sorted name by name, by bytes of UTF-8', () => {
		// "a-b" stands before "a/b" as text, and after it name by name; of UTF-16 the last two would change places.
		const files = ['a/b', 'a-b', 'b/a/z', 'b/b', 'ｚ', '😀'].map(path => file(path));
		expect(decodeManifest(packed(files)).map(({path}) => path.join('/'))).toEqual(
			files.map(({path}) => path.join('/')),
		);
		expect(decodeManifest(encodeManifest(files.toReversed()))).toEqual(files);
		for (let index = 1; index < files.length; index++) {
			expect(reasonFor(files[index]!, files[index - 1]!)).toBe('manifest-order');
		}
	});

	test.each([
		['twice the same path', [file('a'), file('a')], 'manifest-order'],
		['a file that is a folder', [file('a'), file('a/b')], 'manifest-order'],
		['a file that is a folder further down', [file('a/b'), file('a/b/c/d')], 'manifest-order'],
		['no files', [], 'manifest-files'],
		['no path', [{...file('a'), path: []}], 'manifest-path'],
		['the folder above', [file('../a')], 'manifest-path'],
		['the folder itself', [file('./a')], 'manifest-path'],
		['an absolute path', [file('/etc/passwd')], 'manifest-path'],
		['a separator in a name', [{...file('a'), path: ['a/b']}], 'manifest-path'],
		['a zero byte', [file('a\0b')], 'manifest-path'],
		['a name too long', [file('ä'.repeat(128))], 'manifest-field'],
		['a path too long', [{...file('a'), path: new Array(5).fill('a'.repeat(250))}], 'manifest-path'],
		['a path too deep', [{...file('a'), path: new Array(MAX_PATH_NAMES + 1).fill('a')}], 'manifest-field'],
		['a negative size', [file('a', -1)], 'manifest-field'],
		['half a byte', [file('a', 0.5)], 'manifest-field'],
		['too much', [file('a', MAX_FILE_BYTES), file('b')], 'manifest-size'],
	])('with %s is refused, and not made', (_, files, reason) => {
		expect(reasonFor(...files)).toBe(reason);
		if (!reason.endsWith('field') && reason !== 'manifest-order')
			expect(reasonOf(() => encodeManifest(files))).toBe(reason);
	});

	test('is neither made of a path twice nor of a file that is a folder', () => {
		expect(reasonOf(() => encodeManifest([file('a'), file('a')]))).toBe('manifest-order');
		expect(reasonOf(() => encodeManifest([file('a/b'), file('a-'), file('a')]))).toBe('manifest-order');
	});

	test('at its limits is taken', () => {
		expect(reasonFor(file('a'.repeat(MAX_FILE_NAME_BYTES)))).toBe('accepted');
		expect(reasonFor({...file('a'), path: new Array(MAX_PATH_NAMES).fill('a')})).toBe('accepted');
		expect(reasonFor(file('a', MAX_FILE_BYTES), file('b', 0))).toBe('accepted');
		// More values than any message may have.
		const many = Array.from({length: MAX_FOLDER_FILES}, (_, index) => file(`folder/${100_000 + index}`));
		expect(decodeManifest(encodeManifest(many))).toHaveLength(MAX_FOLDER_FILES);
		expect(reasonFor(...many, file('z'))).toBe('manifest-field');
		expect(reasonOf(() => encodeManifest([...many, file('z')]))).toBe('manifest-files');
	});

	test('of few files in very many folders is none: each of them costs its reader', () => {
		const deep = (index: number) => file(`${'x/'.repeat(3)}${index}${'/y'.repeat(MAX_PATH_NAMES - 4)}`);
		expect(reasonFor(...sortedByPath(Array.from({length: 3_000}, (_, index) => deep(index))))).toBe('manifest-files');
		const shared = Array.from({length: 3_000}, (_, index) => file(`${'x/'.repeat(MAX_PATH_NAMES - 1)}${index}`));
		expect(reasonFor(...sortedByPath(shared))).toBe('accepted');
	});

	test('that is too long is not looked at', () => {
		expect(reasonOf(() => decodeManifest(new Uint8Array(4 * 1024 * 1024 + 1)))).toBe('manifest-length');
		const long = Array.from({length: 6_000}, (_, index) =>
			file(`${index}${'a'.repeat(200)}/${'b'.repeat(200)}/${'c'.repeat(250)}`),
		);
		expect(reasonOf(() => encodeManifest(long.concat(long.map(one => ({...one, path: ['x', ...one.path]})))))).toBe(
			'manifest-length',
		);
	});

	test.each([null, 7, 'a', {}, [1], [[]], [['a', 1, true]], [[['a'], 1]], [[['a'], 1, 1]], [[[1], 1, true]]])(
		'is not %j',
		value => {
			expect(reasonOf(() => decodeManifest(pack(value)))).toBe('manifest-field');
		},
	);

	test('belongs to an offer by number and size', () => {
		const bytes = encodeManifest([file('a', 5), file('b', 0)]);
		expect(decodeManifest(bytes, {size: 5, files: 2})).toHaveLength(2);
		expect(reasonOf(() => decodeManifest(bytes, {size: 5, files: 1}))).toBe('manifest-offer');
		expect(reasonOf(() => decodeManifest(bytes, {size: 6, files: 2}))).toBe('manifest-offer');
	});
});

test('a stretch of the stream is made of parts of files, in order and without a hole', () => {
	const sizes = fc.array(fc.oneof(fc.constant(0), fc.nat(9)), {minLength: 1, maxLength: 12});
	fc.assert(
		fc.property(sizes, fc.nat(120), fc.nat(60), (all, start, bytes) => {
			const offsets = offsetsOf(all.map((size, index) => file(`${index}`, size)));
			const total = all.reduce((sum, size) => sum + size, 0);
			expect(offsets.at(-1)).toBe(total);
			const plain = all.flatMap((size, index) => Array.from({length: size}, (_, at) => `${index}:${at}`));
			const spans = spansOf(offsets, start, bytes);
			const covered = spans.flatMap(span =>
				Array.from({length: span.bytes}, (_, step) => `${span.file}:${span.at + step}`),
			);
			expect(covered).toEqual(plain.slice(start, start + bytes));
			let from = 0;
			for (const span of spans) {
				expect([span.from, span.bytes > 0]).toEqual([from, true]);
				from += span.bytes;
			}
		}),
	);
});
