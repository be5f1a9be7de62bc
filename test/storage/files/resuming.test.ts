import {appendFile, open, readFile, rename, rm, stat, truncate, writeFile} from 'node:fs/promises';
import {join, resolve} from 'node:path';
import {afterEach, beforeEach, describe, expect, test} from 'vitest';
import {Bitfield} from '../../../source/base/bitfield.ts';
import {loadBlake3} from '../../../source/storage/files/blake3.ts';
import type {Opened} from '../../../source/storage/files/kept.ts';
import {Records} from '../../../source/storage/files/records.ts';
import type {Vault} from '../../../source/storage/files/vault.ts';
import {type BlockName, type FileOffer, MAX_FILE_BYTES, METADATA_SLICE_BYTES} from '../../../source/wire/file-offer.ts';
import {fileIdOf, HASH_BYTES, topOfLayer} from '../../../source/wire/file-tree.ts';
import {hexOf} from '../../../source/wire/ids.ts';
import {encodeManifest} from '../../../source/wire/manifest.ts';
import {blockOf, carry, fetchAll, give, makeRig, namesIn, noise, prepare, type Rig, transferOf} from './rig.ts';

const PIECE = 64 * 1024;
/** Five pieces, of which the second has nothing in it. */
const content = Buffer.concat([noise(PIECE), Buffer.alloc(PIECE), noise(2 * PIECE + 100, 'rest')]);

let rig: Rig;
let giver: Vault;
let taker: Vault;
let offer: FileOffer;
let theirs: string;
let part: string;
let profile: string;

beforeEach(async () => {
	rig = await makeRig();
	[giver, taker] = [await rig.vault('giver'), await rig.vault('taker')];
	const path = join(await rig.folder('ours'), 'notes.txt');
	await writeFile(path, content);
	offer = (await give(giver, path)).held.offer;
	theirs = await rig.folder('theirs');
	part = join(theirs, 'notes.txt.part');
	profile = join(await rig.folder('profile-taker'), 'transfers', offer.file);
});
afterEach(() => rig.close());

function piecesOf({pieces}: Opened): number[] {
	return [...new Bitfield(pieces.length * 8, pieces)];
}

/** All but the last piece, then the end of the program. */
async function fetchSome(most = 4): Promise<void> {
	await carry(giver, taker, offer.file, await prepare(giver, taker, transferOf(offer, theirs)), most);
	await taker.shut();
	taker = await rig.vault('taker');
}

async function expectWhole(opened: Opened): Promise<void> {
	await carry(giver, taker, offer.file, opened);
	expect((await readFile(await taker.finish(offer.file))).equals(content)).toBe(true);
	expect(await namesIn(theirs)).toEqual(['notes.txt']);
}

async function overwrite(path: string, at: number, bytes: Uint8Array): Promise<void> {
	const file = await open(path, 'r+');
	await file.write(bytes, 0, bytes.length, at);
	await file.close();
}

describe('what lies there from an earlier run', () => {
	test('is read again, and what is damaged is fetched again', async () => {
		await fetchSome();
		await overwrite(part, 2 * PIECE + 5, Buffer.from('x'));
		const opened = await taker.open(taker.library.saved[0]!);
		expect(piecesOf(opened)).toEqual([0, 1, 3]);
		await expectWhole(opened);
	});

	test('is written over where nothing should be', async () => {
		await fetchSome();
		await overwrite(part, PIECE + 5, Buffer.from('x'));
		const opened = await taker.open(taker.library.saved[0]!);
		expect(piecesOf(opened)).toEqual([0, 2, 3]);
		await expectWhole(opened);
	});

	test('may have been cut, or be longer than it should', async () => {
		await fetchSome();
		await truncate(part, 2 * PIECE + 7);
		const opened = await taker.open(taker.library.saved[0]!);
		expect(piecesOf(opened)).toEqual([0, 1]);
		await appendFile(part, noise(4 * PIECE));
		await expectWhole(opened);
	});

	test('counts only as far as the map says, whose last entry may be cut or nonsense', async () => {
		await fetchSome(2);
		await appendFile(join(profile, 'map'), Buffer.from([0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0, 0]));
		expect(piecesOf(await taker.open(taker.library.saved[0]!))).toEqual([0, 1]);
	});

	test('is of no use without the hashes: they are asked for again, then it is verified', async () => {
		await fetchSome(2);
		await overwrite(join(profile, 'layer'), 3, Buffer.from('xx'));
		const opened = await taker.open(taker.library.saved[0]!);
		expect(opened).toMatchObject({needs: ['layer'], slices: {layer: 1, manifest: 0}});
		expect(piecesOf(opened)).toEqual([]);
		expect(taker.expect({file: offer.file, what: 'piece', index: 0})).toBeUndefined();
		const prepared = await prepare(giver, taker, taker.library.saved[0]!);
		expect(piecesOf(prepared)).toEqual([0, 1]);
		await expectWhole(prepared);
	});

	test('is gone: told first, and everything fetched again for who resumes all the same', async () => {
		await fetchSome();
		await rm(part);
		const gone = {code: 'no-folder', message: expect.stringContaining('resume to begin anew')};
		await expect(taker.open(taker.library.saved[0]!)).rejects.toMatchObject(gone);
		await taker.shut();
		taker = await rig.vault('taker');
		await expect(taker.open(taker.library.saved[0]!)).rejects.toMatchObject(gone);
		const opened = await taker.open(taker.library.saved[0]!);
		expect(piecesOf(opened)).toEqual([]);
		await expectWhole(opened);
	});

	test('is on a disk that is not there: nothing is begun in its place, and all is there once it is back', async () => {
		await fetchSome();
		await rename(theirs, `${theirs}.away`);
		await rig.folder('theirs');
		await expect(taker.open(taker.library.saved[0]!)).rejects.toMatchObject({code: 'no-folder'});
		expect(await namesIn(theirs)).toEqual([]);
		expect(taker.hasSome(offer.file)).toBe(true);
		await taker.shut();
		await rm(theirs, {recursive: true});
		await rename(`${theirs}.away`, theirs);
		taker = await rig.vault('taker');
		const opened = await taker.open(taker.library.saved[0]!);
		expect(piecesOf(opened)).toEqual([0, 1, 2, 3]);
		await expectWhole(opened);
	});

	test('is nothing where nothing had come, though its disk is not there', async () => {
		await prepare(giver, taker, transferOf(offer, theirs));
		await taker.shut();
		await rename(theirs, `${theirs}.away`);
		taker = await rig.vault('taker');
		await expect(taker.open(taker.library.saved[0]!)).rejects.toMatchObject({code: 'no-folder'});
		expect(taker.hasSome(offer.file)).toBe(false);
	});

	test('is on another disk than the one in its place: not even who resumes begins anew there', async () => {
		await fetchSome();
		await rm(part);
		const path = join(profile, 'transfer.json');
		const record = JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>;
		await writeFile(path, JSON.stringify({...record, at: '1 2'}));
		const away = {code: 'no-folder', message: expect.stringMatching(/^The disk with .*notes\.txt\.part is not there/)};
		for (let times = 0; times < 3; times++) {
			await expect(taker.open(taker.library.saved[0]!)).rejects.toMatchObject(away);
		}
		expect(await namesIn(theirs)).toEqual([]);
	});

	test('is of another size than somebody else says: it is begun anew with that', async () => {
		await fetchSome();
		const other = {...offer, size: offer.size + PIECE};
		await taker.open(transferOf(other, theirs));
		expect((await stat(part)).size).toBe(other.size);
		await expectWhole(await prepare(giver, taker, transferOf(offer, theirs)));
	});

	test('had got its name and was not noted yet', async () => {
		await carry(giver, taker, offer.file, await prepare(giver, taker, transferOf(offer, theirs)));
		const kept = [];
		for (const name of ['transfer.json', 'map']) kept.push([name, await readFile(join(profile, name))] as const);
		await taker.finish(offer.file);
		await taker.shut();
		const record = JSON.parse(String(kept[0]![1])) as Record<string, unknown>;
		await writeFile(join(profile, 'transfer.json'), JSON.stringify({...record, finishing: join(theirs, 'notes.txt')}));
		await writeFile(join(profile, 'map'), kept[1]![1]);
		await rm(join(profile, 'held.json'));
		taker = await rig.vault('taker');
		const opened = await taker.open(taker.library.saved[0]!);
		expect(piecesOf(opened)).toHaveLength(5);
		await expectWhole(opened);
	});

	test('is not wanted again by what is written down while it gets its name, but who may have it is', async () => {
		await carry(giver, taker, offer.file, await prepare(giver, taker, transferOf(offer, theirs)));
		const finishing = taker.finish(offer.file);
		taker.save({...transferOf(offer, theirs), rooms: ['lobby', 'attic'], isPaused: true});
		await finishing;
		await taker.shut();
		taker = await rig.vault('taker');
		expect(taker.library.saved).toEqual([]);
		expect(taker.library.held).toMatchObject([{rooms: ['lobby', 'attic']}]);
	});

	test('is not verified to its end if one lets go of it, and nothing of it is forgotten', async () => {
		await fetchSome();
		const opening = taker.open(taker.library.saved[0]!, () => void taker.close(offer.file));
		expect(piecesOf(await opening)).toEqual([0]);
		await taker.close(offer.file);
		expect(piecesOf(await taker.open(taker.library.saved[0]!))).toEqual([0, 1, 2, 3]);
	});

	test('is deleted when it is cancelled, with all that was written down', async () => {
		await fetchSome();
		await taker.discard(offer.file);
		expect(await namesIn(theirs)).toEqual([]);
		expect(await namesIn(join(profile, '..'))).toEqual([]);
		await taker.shut();
		expect((await rig.vault('taker')).library.saved).toEqual([]);
	});

	test('in a profile that keeps nothing goes with it', async () => {
		const passing = await rig.vault('ephemeral');
		await carry(giver, passing, offer.file, await prepare(giver, passing, transferOf(offer, theirs)), 2);
		expect(await namesIn(theirs)).toEqual(['notes.txt.part']);
		await passing.shut();
		expect(await namesIn(theirs)).toEqual([]);
	});

	test('goes on where it was, also if the pure side names the folder by another way', async () => {
		await fetchSome(2);
		taker.save({...transferOf(offer, join(theirs, '..', 'theirs')), isPaused: true, priority: 1});
		await taker.shut();
		taker = await rig.vault('taker');
		expect(taker.library.saved).toMatchObject([{folder: theirs, isPaused: true, priority: 1}]);
		expect(piecesOf(await taker.open(taker.library.saved[0]!))).toEqual([0, 1]);
	});
});

describe('what arrives', () => {
	const block = (index: number): BlockName => ({file: offer.file, what: 'piece', index});

	test('is expected with its exact length, once, and of known files only', async () => {
		expect(taker.expect(block(0))).toBeUndefined();
		expect(taker.verify(block(0), noise(PIECE))).toBe('unwanted');
		await prepare(giver, taker, transferOf(offer, theirs));
		expect(taker.expect(block(0))).toEqual({least: PIECE, most: PIECE});
		expect(taker.expect(block(4))).toEqual({least: 100, most: 100});
		expect(taker.expect(block(5))).toBeUndefined();
		const bytes = await blockOf(giver, block(0));
		expect(taker.verify(block(0), bytes)).toBe('ok');
		const writing = taker.write(block(0), bytes);
		expect(taker.expect(block(0))).toBeUndefined();
		expect(taker.verify(block(0), bytes)).toBe('unwanted');
		// It is given as soon as it counts as here: after it was written.
		expect(await blockOf(taker, block(0))).toEqual(bytes);
		await writing;
	});

	test('is thrown away if it is not what it should be', async () => {
		await prepare(giver, taker, transferOf(offer, theirs));
		const bytes = Buffer.from(await blockOf(giver, block(0)));
		expect(taker.verify(block(2), bytes)).toBe('wrong');
		expect(taker.verify(block(0), bytes.subarray(1))).toBe('wrong');
		expect(taker.verify(block(0), bytes, new Uint8Array(32))).toBe('wrong');
		bytes[PIECE - 1]! ^= 1;
		expect(taker.verify(block(0), bytes)).toBe('wrong');
		await expect(taker.finish(offer.file)).rejects.toMatchObject({code: 'io', message: 'Not all of it is here'});
		expect((await readFile(part)).equals(Buffer.alloc(content.length))).toBe(true);
	});

	test('hashes that are not those of the file are thrown away; others may come', async () => {
		await taker.open(transferOf(offer, theirs));
		const layer: BlockName = {file: offer.file, what: 'layer', index: 0};
		const right = await blockOf(giver, layer);
		expect(taker.expect(layer)).toEqual({least: 5 * HASH_BYTES, most: 5 * HASH_BYTES});
		expect(await taker.collect(layer, right.subarray(1))).toEqual({verdict: 'wrong'});
		expect(await taker.collect(layer, Buffer.from(right).reverse())).toEqual({verdict: 'wrong'});
		expect(await taker.collect({...layer, index: 1}, right)).toEqual({verdict: 'unwanted'});
		expect(await taker.collect(layer, right)).toMatchObject({verdict: 'ok', opened: {needs: []}});
		expect(await taker.collect(layer, right)).toEqual({verdict: 'unwanted'});
	});

	test('a manifest of several slices is whole when its hash is right', async () => {
		const {hash} = await loadBlake3();
		const name = (index: number) => `${String(index).padStart(5, '0')}${'n'.repeat(200)}`;
		const files = Array.from({length: 12_000}, (_, index) => ({path: [name(index)], size: 0, isExecutable: false}));
		const manifest = encodeManifest(files);
		const hex = hexOf(hash(manifest), 0, HASH_BYTES);
		const file = fileIdOf(hash, 0, topOfLayer(hash, new Uint8Array()), hex);
		const folder = {file, name: 'many', size: 0, files: files.length, isExecutable: false, manifest: hex};
		const slice = (index: number) =>
			manifest.subarray(index * METADATA_SLICE_BYTES, (index + 1) * METADATA_SLICE_BYTES);
		const give = (index: number, bytes = slice(index)) => taker.collect({file, what: 'manifest', index}, bytes);
		expect(await taker.open(transferOf(folder, theirs))).toMatchObject({needs: ['manifest'], slices: {manifest: 0}});
		expect(await give(1)).toEqual({verdict: 'unwanted'});
		expect(await give(0)).toMatchObject({verdict: 'ok', opened: {needs: ['manifest'], slices: {manifest: 2}}});
		// Somebody else is asked for all of it.
		expect(await give(0)).toMatchObject({verdict: 'ok', opened: {slices: {manifest: 2}}});
		expect(await give(1)).toMatchObject({verdict: 'ok', opened: {slices: {manifest: 3}}});
		expect(await give(2, slice(2).subarray(1))).toMatchObject({verdict: 'wrong', opened: {slices: {manifest: 0}}});
		for (const index of [0, 1]) await give(index);
		expect(await give(2)).toMatchObject({verdict: 'ok', opened: {needs: []}});
	});
});

describe('row 51: an offer that cannot be', () => {
	test.each([
		['ten terabytes', 10e12, 'too-large'],
		['more than fits', MAX_FILE_BYTES, 'disk-full'],
		['less than nothing', -1, 'too-large'],
		['half a byte', 0.5, 'too-large'],
	] as const)('of %s is refused before anything is written', async (_, size, code) => {
		await expect(taker.open(transferOf({...offer, size}, theirs))).rejects.toMatchObject({code});
		expect(await namesIn(theirs)).toEqual([]);
		expect(taker.library.saved).toEqual([]);
	});

	test('without blocks, and not by that id, is refused', async () => {
		await expect(taker.open(transferOf({...offer, size: 0}, theirs))).rejects.toMatchObject({code: 'bad-manifest'});
		expect(await namesIn(theirs)).toEqual([]);
	});

	test('of another size has no hashes that fit', async () => {
		await taker.open(transferOf({...offer, size: offer.size + 1}, theirs));
		const layer: BlockName = {file: offer.file, what: 'layer', index: 0};
		expect(await taker.collect(layer, await blockOf(giver, layer))).toEqual({verdict: 'wrong'});
	});
});

describe('where it is to go', () => {
	test.each([
		['a file', '../ours/notes.txt'],
		['below a file', '../ours/notes.txt/below'],
		['where none can be made', '/proc/below'],
	] as const)('a folder that is %s is none', async (_, name) => {
		await expect(taker.open(transferOf(offer, resolve(theirs, name)))).rejects.toMatchObject({code: 'no-folder'});
	});

	test('a folder that is not there yet is made', async () => {
		expect(await fetchAll(giver, taker, offer, join(theirs, 'a/b'))).toBe(join(theirs, 'a/b/notes.txt'));
	});

	test('a folder that is deleted meanwhile is told of, and nothing is lost but what was in it', async () => {
		await carry(giver, taker, offer.file, await prepare(giver, taker, transferOf(offer, theirs)));
		await rm(theirs, {recursive: true});
		await expect(taker.finish(offer.file)).rejects.toMatchObject({code: 'no-folder'});
		await taker.close(offer.file);
		await rig.folder('theirs');
		expect(await fetchAll(giver, taker, offer, theirs)).toBe(join(theirs, 'notes.txt'));
	});

	test('the same for what is in a folder, at once', async () => {
		const album = await rig.folder('ours/album');
		await writeFile(join(album, 'a'), noise(PIECE));
		await writeFile(join(album, 'b'), noise(PIECE));
		const {held} = await give(giver, album);
		const opened = await prepare(giver, taker, transferOf(held.offer, theirs));
		await rename(theirs, `${theirs}-moved`);
		await expect(carry(giver, taker, held.offer.file, opened)).rejects.toMatchObject({code: 'no-folder'});
		// Nothing more is taken until it is opened again.
		expect(taker.expect({file: held.offer.file, what: 'piece', index: 1})).toBeUndefined();
	});

	test('the quota counts what came and is still there, and what is on its way', async () => {
		taker.settings({folder: theirs, accept: [], quota: 2 * content.length});
		await fetchAll(giver, taker, offer, theirs);
		const path = join(await rig.folder('ours'), 'other.txt');
		await writeFile(path, noise(content.length, 'other'));
		const other = (await give(giver, path)).held.offer;
		await writeFile(path, noise(content.length, 'third'));
		const third = (await give(giver, path)).held.offer;
		await taker.open(transferOf(other, theirs));
		await expect(taker.open(transferOf(third, theirs))).rejects.toMatchObject({code: 'quota'});
		await expect(taker.open(transferOf(third, join(theirs, 'new')))).rejects.toThrow('raise files.quota');
		await expect(stat(join(theirs, 'new'))).rejects.toMatchObject({code: 'ENOENT'});
		await rm(join(theirs, 'notes.txt'));
		await taker.open(transferOf(third, theirs));
		expect((await stat(join(theirs, 'other (2).txt.part'))).size).toBe(content.length);
	});

	test('the quota is not given out twice to those that come at once', async () => {
		taker.settings({folder: theirs, accept: [], quota: 2 * content.length});
		const offers: FileOffer[] = [];
		for (const name of ['a', 'b', 'c', 'd', 'e']) {
			const path = join(await rig.folder('ours'), name);
			await writeFile(path, noise(content.length, name));
			offers.push((await give(giver, path)).held.offer);
		}
		const opened = await Promise.allSettled(offers.map(one => taker.open(transferOf(one, theirs))));
		expect(opened.map(({status}) => status).sort()).toEqual(['fulfilled', 'fulfilled', ...Array(3).fill('rejected')]);
		expect(await namesIn(theirs)).toHaveLength(2);
		// Who was not let in takes no room.
		const first = opened.findIndex(({status}) => status === 'fulfilled');
		await taker.discard(offers[first]!.file);
		const refused = offers[opened.findIndex(({status}) => status === 'rejected')]!;
		await taker.open(transferOf(refused, theirs));
		expect(await namesIn(theirs)).toHaveLength(2);
	});
});

test('hashes in the profile that are longer than any can be are not read', async () => {
	const records = new Records(await rig.folder('profile'), () => {});
	const file = 'ab'.repeat(32);
	await records.saveMetadata(file, 'layer', new Uint8Array(64));
	expect(await records.metadata(file, 'layer', 64)).toHaveLength(64);
	expect(await records.metadata(file, 'layer', 63)).toBeUndefined();
});
