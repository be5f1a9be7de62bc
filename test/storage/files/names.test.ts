import {link, lstat, mkdir, readdir, readFile, readlink, rename, rm, symlink, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, test} from 'vitest';
import {loadBlake3} from '../../../source/storage/files/blake3.ts';
import {publishFile, publishFolder} from '../../../source/storage/files/publish.ts';
import {openToRead} from '../../../source/storage/files/safe-open.ts';
import type {Vault} from '../../../source/storage/files/vault.ts';
import type {FileOffer} from '../../../source/wire/file-offer.ts';
import {fileIdOf, HASH_BYTES, topOfLayer} from '../../../source/wire/file-tree.ts';
import {hexOf} from '../../../source/wire/ids.ts';
import {encodeManifest} from '../../../source/wire/manifest.ts';
import {carry, fetchAll, give, makeRig, namesIn, noise, prepare, type Rig, transferOf} from './rig.ts';

let rig: Rig;
let giver: Vault;
let taker: Vault;
let offer: FileOffer;
let theirs: string;
const content = noise(100_000);

beforeEach(async () => {
	rig = await makeRig();
	[giver, taker] = [await rig.vault('giver'), await rig.vault('taker')];
	const path = join(await rig.folder('ours'), 'notes.txt');
	await writeFile(path, content);
	offer = (await give(giver, path)).held.offer;
	theirs = await rig.folder('theirs');
});
afterEach(() => rig.close());

/** Told before anything is begun anew. */
async function expectGone(vault: Vault): Promise<void> {
	await expect(vault.open(vault.library.saved[0]!)).rejects.toMatchObject({code: 'no-folder'});
}

describe('row 47: a name from somebody else', () => {
	const hostile = [
		'../../escape',
		'/etc/cron.d/job',
		'C:\\Windows\\win.ini',
		'..\\..\\escape',
		'nul\0byte',
		'.',
		'..',
		'.bashrc',
		'con',
		'AUX.txt',
		'x'.repeat(300),
		'ü'.repeat(200),
		'trailing. ',
		'trailing.',
		' ',
		'-rf',
		'a\nb\u001b[31m',
		'right\u202eleft.txt',
	];

	test.each(hostile)('%j stays in the folder, under a name that any system takes', async name => {
		const path = await fetchAll(giver, taker, {...offer, name}, theirs);
		const names = await namesIn(theirs);
		expect(names).toHaveLength(1);
		expect(path).toBe(join(theirs, names[0]!));
		expect(names[0]).toMatch(/^[^.\-/\\:*?"<>|\p{Cc}\p{Cf}][^/\\:*?"<>|\p{Cc}\p{Cf}]*(?<![. ])$/u);
		expect(names[0]).not.toMatch(/^(con|aux|nul)(\.|$)/i);
		expect(Buffer.byteLength(names[0]!)).toBeLessThanOrEqual(250);
		expect((await readFile(path)).equals(content)).toBe(true);
		expect((await namesIn(join(theirs, '..'))).filter(one => !one.startsWith('profile-'))).toEqual(['ours', 'theirs']);
	});

	test('is no more trusted within a folder', async () => {
		const files = [
			{path: ['.ssh', 'authorized_keys'], size: 0, isExecutable: false},
			{path: ['A'], size: 0, isExecutable: false},
			{path: ['C:\\x', '..y'], size: 0, isExecutable: false},
			{path: ['a'], size: 0, isExecutable: false},
			{path: ['nul'], size: 0, isExecutable: false},
		];
		const path = await finishManifest(encodeManifest(files), {files: files.length});
		expect(await namesIn(theirs)).toEqual(['album']);
		expect(await namesIn(path)).toEqual(['A', 'C__x', '_nul', '_ssh', 'a (2)']);
		expect(await namesIn(join(path, 'C__x'))).toEqual(['_.y']);
		// As they are called here, whoever asks.
		const [file] = (await readdir(join(await rig.folder('profile-taker'), 'transfers'))) as [string];
		const shown = await taker.files(file);
		expect(shown?.map(one => one.path.join('/'))).toEqual(['_ssh/authorized_keys', 'A', 'C__x/_.y', 'a (2)', '_nul']);
		expect(await taker.files('00'.repeat(32))).toBe(undefined);
	});

	test('a manifest with a way out is none', async () => {
		const way = Buffer.from([0x91, 0x93, 0x92, 0xa2, 0x2e, 0x2e, 0xa1, 0x78, 0, 0xc2]); // [[['..', 'x'], 0, false]]
		await expect(finishManifest(way, {files: 1})).rejects.toMatchObject({code: 'bad-manifest'});
		expect(await namesIn(join(theirs, 'album.part'))).toEqual([]);
		// And again, should somebody try again.
		await expect(finishManifest(way, {files: 1})).rejects.toMatchObject({code: 'bad-manifest'});
	});

	test('nor is one that is not that of the offer', async () => {
		const one = {path: ['a'], size: 0, isExecutable: false};
		await expect(finishManifest(encodeManifest([one]), {files: 2})).rejects.toMatchObject({code: 'bad-manifest'});
		const large = encodeManifest([{...one, size: 1}]);
		await expect(finishManifest(large, {files: 1})).rejects.toMatchObject({code: 'bad-manifest'});
	});

	/** A folder of files without bytes, whose manifest vouches for itself. */
	async function finishManifest(manifest: Uint8Array, {files}: {files: number}): Promise<string> {
		const {hash} = await loadBlake3();
		const hex = hexOf(hash(manifest), 0, HASH_BYTES);
		const file = fileIdOf(hash, 0, topOfLayer(hash, new Uint8Array()), hex);
		const folder: FileOffer = {file, name: 'album', size: 0, files, isExecutable: false, manifest: hex};
		await taker.open(transferOf(folder, theirs));
		const {verdict} = await taker.collect({file, what: 'manifest', index: 0}, manifest);
		expect(verdict).toBe('ok');
		return taker.finish(file);
	}
});

describe('row 48: a link that somebody has planted', () => {
	let outside: string;
	beforeEach(async () => {
		outside = join(await rig.folder('outside'), 'precious');
		await writeFile(outside, 'precious');
	});
	afterEach(async () => expect(await readFile(outside, 'utf8')).toBe('precious'));

	test.each(['notes.txt', 'notes.txt.part'])('as %s: another name is taken', async name => {
		await symlink(outside, join(theirs, name));
		const path = await fetchAll(giver, taker, offer, theirs);
		expect(path).toBe(join(theirs, 'notes (2).txt'));
		expect(await readlink(join(theirs, name))).toBe(outside);
	});

	test.each(['notes.txt', 'notes.txt.part'])('to nowhere, as %s: nothing appears there', async name => {
		const nowhere = join(await rig.folder('outside'), 'new');
		await symlink(nowhere, join(theirs, name));
		expect(await fetchAll(giver, taker, offer, theirs)).toBe(join(theirs, 'notes (2).txt'));
		expect(await namesIn(await rig.folder('outside'))).toEqual(['precious']);
	});

	test('under the final name while it is fetched', async () => {
		await carry(giver, taker, offer.file, await prepare(giver, taker, transferOf(offer, theirs)));
		await symlink(outside, join(theirs, 'notes.txt'));
		expect(await taker.finish(offer.file)).toBe(join(theirs, 'notes (2).txt'));
	});

	test.each([
		['a link', symlink],
		['another name of a file', link],
	])('%s in the place of the .part between two runs', async (_, plant) => {
		await carry(giver, taker, offer.file, await prepare(giver, taker, transferOf(offer, theirs)), 1);
		await taker.shut();
		await rm(join(theirs, 'notes.txt.part'));
		await plant(outside, join(theirs, 'notes.txt.part'));
		const again = await rig.vault('taker');
		await expectGone(again);
		const path = await fetchAll(giver, again, offer, theirs);
		expect((await readFile(path)).equals(content)).toBe(true);
		expect((await lstat(path)).isFile()).toBe(true);
	});

	test('another name for the .part itself: what is written would be there too', async () => {
		await carry(giver, taker, offer.file, await prepare(giver, taker, transferOf(offer, theirs)), 1);
		await taker.shut();
		const other = join(await rig.folder('outside'), 'other');
		await link(join(theirs, 'notes.txt.part'), other);
		const before = await readFile(other);
		const again = await rig.vault('taker');
		await expectGone(again);
		await fetchAll(giver, again, offer, theirs);
		expect((await readFile(other)).equals(before)).toBe(true);
	});

	test('in the place of the .part in the last moment: it does not get the name', async () => {
		await carry(giver, taker, offer.file, await prepare(giver, taker, transferOf(offer, theirs)));
		await rm(join(theirs, 'notes.txt.part'));
		await symlink(outside, join(theirs, 'notes.txt.part'));
		await expect(taker.finish(offer.file)).rejects.toMatchObject({code: 'io'});
		expect(await namesIn(theirs)).toEqual(['notes.txt.part']);
	});

	test('or a file of somebody else, in the place of the .part between two runs', async () => {
		await carry(giver, taker, offer.file, await prepare(giver, taker, transferOf(offer, theirs)), 1);
		await taker.shut();
		await rename(join(theirs, 'notes.txt.part'), join(theirs, 'moved'));
		await writeFile(join(theirs, 'notes.txt.part'), 'mine');
		const again = await rig.vault('taker');
		await expectGone(again);
		expect(await fetchAll(giver, again, offer, theirs)).toBe(join(theirs, 'notes (2).txt'));
		expect(await readFile(join(theirs, 'notes.txt.part'), 'utf8')).toBe('mine');
	});

	test('in the place of the folder between two runs', async () => {
		await carry(giver, taker, offer.file, await prepare(giver, taker, transferOf(offer, theirs)), 1);
		await taker.shut();
		await rename(theirs, `${theirs}-moved`);
		await symlink(await rig.folder('outside'), theirs);
		const again = await rig.vault('taker');
		await expect(again.open(again.library.saved[0]!)).rejects.toMatchObject({code: 'no-folder'});
		expect(await namesIn(await rig.folder('outside'))).toEqual(['precious']);
	});

	test('within a folder, for a file or for a folder on the way to it', async () => {
		const album = await rig.folder('ours/album');
		await mkdir(join(album, 'deep'));
		await writeFile(join(album, 'deep/b'), noise(70_000));
		await writeFile(join(album, 'a'), noise(70_000));
		const {held} = await give(giver, album);
		for (const [place, target, plant] of [
			['a', outside, symlink],
			['a', outside, link],
			['deep', await rig.folder('outside'), symlink],
			['deep/b', outside, symlink],
		] as const) {
			const opened = await prepare(giver, taker, transferOf(held.offer, theirs));
			const part = join(theirs, 'album.part');
			if (place.includes('/')) await mkdir(join(part, 'deep'));
			await plant(target, join(part, place));
			await expect(carry(giver, taker, held.offer.file, opened)).rejects.toMatchObject({code: 'not-writable'});
			await taker.discard(held.offer.file);
			expect(await namesIn(theirs)).toEqual([]);
		}
		expect(await namesIn(await rig.folder('outside'))).toEqual(['precious']);
	});

	test('is not read through either', async () => {
		await symlink(outside, join(theirs, 'link'));
		await expect(openToRead(join(theirs, 'link'))).rejects.toMatchObject({code: 'ELOOP'});
	});

	test('the folder that one chose may be a link: it is what one chose', async () => {
		const chosen = join(theirs, '..', 'chosen');
		await symlink(theirs, chosen);
		expect(await fetchAll(giver, taker, offer, chosen)).toBe(join(theirs, 'notes.txt'));
	});
});

describe('row 49: a name that is taken', () => {
	test.each(['notes.txt', 'notes.txt.part'])('%s stays what it is', async name => {
		await writeFile(join(theirs, name), 'mine');
		const path = await fetchAll(giver, taker, offer, theirs);
		expect(path).toBe(join(theirs, 'notes (2).txt'));
		expect(await readFile(join(theirs, name), 'utf8')).toBe('mine');
	});

	test('by a folder, or only once all is here', async () => {
		await mkdir(join(theirs, 'notes.txt'));
		await carry(giver, taker, offer.file, await prepare(giver, taker, transferOf(offer, theirs)));
		await writeFile(join(theirs, 'notes (2).txt'), 'mine');
		expect(await taker.finish(offer.file)).toBe(join(theirs, 'notes (3).txt'));
		expect(await readFile(join(theirs, 'notes (2).txt'), 'utf8')).toBe('mine');
	});

	test('of a folder, be it empty', async () => {
		const album = await rig.folder('ours/album');
		await writeFile(join(album, 'a'), noise(10));
		const {held} = await give(giver, album);
		await carry(giver, taker, held.offer.file, await prepare(giver, taker, transferOf(held.offer, theirs)));
		await mkdir(join(theirs, 'album'));
		expect(await taker.finish(held.offer.file)).toBe(join(theirs, 'album (2)'));
		expect(await namesIn(join(theirs, 'album'))).toEqual([]);
	});

	test('a hidden file is never made, nor touched', async () => {
		await writeFile(join(theirs, '.profile'), 'mine');
		expect(await fetchAll(giver, taker, {...offer, name: '.profile'}, theirs)).toBe(join(theirs, '_profile'));
		expect(await readFile(join(theirs, '.profile'), 'utf8')).toBe('mine');
	});

	test('also on disks that know no other names for a file', async () => {
		const part = join(theirs, 'x.part');
		await writeFile(part, 'new');
		await writeFile(join(theirs, 'x'), 'mine');
		const inode = String((await lstat(part)).ino);
		const tried: string[] = [];
		const path = await publishFile(
			{part, inode, folder: theirs, name: 'x', base: 'x'},
			{
				trying: async one => void tried.push(one),
				link: async () => {
					throw Object.assign(new Error('no links here'), {code: 'EPERM'});
				},
			},
		);
		expect(path).toBe(join(theirs, 'x (2)'));
		expect([await readFile(join(theirs, 'x'), 'utf8'), await readFile(path, 'utf8')]).toEqual(['mine', 'new']);
		expect(tried).toEqual([path]);
	});

	test('nor in the last moment, on such a disk', async () => {
		const part = join(theirs, 'x.part');
		await writeFile(part, 'new');
		const inode = String((await lstat(part)).ino);
		const noLinks = async () => {
			if ((await namesIn(theirs)).length === 1) await writeFile(join(theirs, 'x'), 'mine');
			throw Object.assign(new Error('no links here'), {code: 'EPERM'});
		};
		const hooks = {trying: async () => {}, link: noLinks};
		expect(await publishFile({part, inode, folder: theirs, name: 'x', base: 'x'}, hooks)).toBe(join(theirs, 'x (2)'));
		expect(await readFile(join(theirs, 'x'), 'utf8')).toBe('mine');
	});

	test('nor is what somebody else put in the place of the part: that is not ours to name', async () => {
		const part = join(theirs, 'x.part');
		await writeFile(part, 'new');
		const inode = String((await lstat(part)).ino);
		const replaced: typeof link = async (from, to) => {
			await rename(part, join(theirs, 'kept'));
			await writeFile(part, 'evil');
			await link(from, to);
		};
		const hooks = {trying: async () => {}, link: replaced};
		await expect(publishFile({part, inode, folder: theirs, name: 'x', base: 'x'}, hooks)).rejects.toMatchObject({
			name: 'FileFailure',
		});
		expect(await namesIn(theirs)).not.toContain('x');
	});

	test('the same for a folder', async () => {
		const part = join(theirs, 'x.part');
		await mkdir(part);
		const inode = String((await lstat(part)).ino);
		const trying = async (path: string) => {
			if (path === join(theirs, 'x')) await mkdir(path);
		};
		expect(await publishFolder({part, inode, folder: theirs, name: 'x', base: 'x'}, {trying})).toBe(
			join(theirs, 'x (2)'),
		);
		expect(await namesIn(theirs)).toEqual(['x', 'x (2)']);
	});

	test('is not seen a second too late: what comes in between is not written over', async () => {
		const part = join(theirs, 'x.part');
		await writeFile(part, 'new');
		const inode = String((await lstat(part)).ino);
		// Between the look and the deed.
		const trying = async (path: string) => {
			if (path === join(theirs, 'x')) await writeFile(path, 'mine');
		};
		expect(await publishFile({part, inode, folder: theirs, name: 'x', base: 'x'}, {trying})).toBe(
			join(theirs, 'x (2)'),
		);
		expect(await readFile(join(theirs, 'x'), 'utf8')).toBe('mine');
	});
});
