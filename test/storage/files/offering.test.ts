import {execFileSync} from 'node:child_process';
import {type BigIntStats, linkSync, mkdirSync, writeFileSync} from 'node:fs';
import {appendFile, chmod, link, mkdir, readFile, rename, rm, stat, symlink, utimes, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {setImmediate as turn} from 'node:timers/promises';
import {afterEach, beforeEach, describe, expect, test} from 'vitest';
import {loadBlake3} from '../../../source/storage/files/blake3.ts';
import {findSubject, hashSubject} from '../../../source/storage/files/hashing.ts';
import {Pace} from '../../../source/storage/files/pace.ts';
import {isFresh} from '../../../source/storage/files/signature.ts';
import type {Vault} from '../../../source/storage/files/vault.ts';
import {walk} from '../../../source/storage/files/walk.ts';
import {type BlockName, MAX_FOLDER_FILES} from '../../../source/wire/file-offer.ts';
import {blockOf, fetchAll, give, makeRig, namesIn, noise, type Rig} from './rig.ts';

const MIB = 1024 * 1024;

let rig: Rig;
let giver: Vault;
let ours: string;
let path: string;
beforeEach(async () => {
	rig = await makeRig();
	giver = await rig.vault('giver');
	ours = await rig.folder('ours');
	path = join(ours, 'notes.txt');
	await writeFile(path, noise(200_000));
	// Written a while ago, as most files are.
	await utimes(path, 1_700_000_000, 1_700_000_000);
});
afterEach(() => rig.close());

/** Offers it, and tells how many bytes were read for it. */
async function hash(vault = giver, at = path, rooms: string[] = ['lobby']) {
	let read = 0;
	const {held, skipped} = await give(vault, at, rooms, {
		progress: done => {
			read = done;
		},
	});
	return {held, skipped, read};
}

describe('a file is hashed', () => {
	beforeEach(() => writeFile(path, noise(16 * MIB)));

	test('once: the same path again costs nothing, also after a restart', async () => {
		const first = await hash();
		expect(first.read).toBe(16 * MIB);
		const second = await hash(giver, path, ['dev']);
		expect(second).toMatchObject({read: 0, held: {offer: first.held.offer, rooms: ['lobby', 'dev']}});
		await giver.shut();
		const later = await rig.vault('giver');
		expect(later.library.held).toMatchObject([{path, rooms: ['lobby', 'dev'], isFetched: false}]);
		expect((await hash(later)).read).toBe(0);
	});

	test('once also if it is offered twice at the same time, or taken back in between', async () => {
		const [first, second] = await Promise.all([hash(), hash()]);
		expect(first.read + second.read).toBe(16 * MIB);
		giver.forget(first.held.offer.file);
		expect(giver.sizeToGive({file: first.held.offer.file, what: 'piece', index: 0})).toBeUndefined();
		expect(await hash(giver, path, ['dev'])).toMatchObject({read: 0, held: {rooms: ['dev']}});
		expect(giver.sizeToGive({file: first.held.offer.file, what: 'piece', index: 0})).toBe(64 * 1024);
	});

	test('and given only once it is kept: an offer that does not come about leaves nothing that is given', async () => {
		const {held, read} = await hash(giver, path, []);
		const block = {file: held.offer.file, what: 'piece', index: 0} as const;
		expect([held.rooms, read, giver.sizeToGive(block)]).toEqual([[], 16 * MIB, undefined]);
		await giver.shut();
		const later = await rig.vault('giver');
		expect(later.library.held).toEqual([]);
		const again = await hash(later, path, []);
		expect([again.read, later.sizeToGive(block)]).toEqual([0, undefined]);
		later.keep({...again.held, rooms: ['lobby']});
		expect(later.sizeToGive(block)).toBe(64 * 1024);
		expect((await hash(later, path, [])).held.rooms).toEqual(['lobby']);
		expect(later.sizeToGive(block)).toBe(64 * 1024);
	});

	test('and does not take the place of the same that is given from elsewhere, or was fetched: it may not come about', async () => {
		const {held} = await hash();
		const copy = join(ours, 'copy.txt');
		await writeFile(copy, noise(16 * MIB));
		expect((await hash(giver, copy, [])).held).toMatchObject({path, offer: {file: held.offer.file, name: 'copy.txt'}});
		await rm(copy);
		expect(await giver.changed()).toEqual([]);
		// What was fetched stays fetched, though it is given no more.
		const taker = await rig.vault('taker');
		const fetched = await fetchAll(giver, taker, held.offer, await rig.folder('theirs'));
		taker.keep({...held, path: fetched, rooms: [], isFetched: true});
		await hash(taker, path, []);
		await taker.shut();
		expect((await rig.vault('taker')).library.held).toMatchObject([{path: fetched, isFetched: true, rooms: []}]);
		// From there if it is here no more.
		await rm(path);
		await writeFile(copy, noise(16 * MIB));
		expect((await hash(giver, copy, [])).held.path).toBe(copy);
	});

	test.each([
		['grew', () => appendFile(path, 'x')],
		['was written again', () => writeFile(path, noise(16 * MIB))],
		['was replaced by one of the same size and time', replace],
		['was written and its time put back', rewriteQuietly],
	])('again if it %s', async (_, act) => {
		await hash();
		await act();
		expect((await hash()).read).toBe(16 * MIB);
	});

	test('without keeping others waiting, and tells how far it is', async () => {
		const told: (readonly number[])[] = [];
		let [isDone, turns] = [false, 0];
		const hashing = giver.hash(path, {progress: (done, size) => void told.push([done, size])});
		void hashing.then(() => {
			isDone = true;
		});
		for (; !isDone; turns++) await turn();
		// One turn at least for each part of a MiB.
		expect(turns).toBeGreaterThanOrEqual(16);
		expect(told).toEqual([[16 * MIB, 16 * MIB]]);
	});

	test('one step in a turn of the event loop, and few at a time, however many there are', async () => {
		const pace = new Pace();
		let [steps, most, running, mostRunning, isDone] = [0, 0, 0, 0, false];
		const read = () =>
			pace.during('offer', 17 * MIB, async () => {
				mostRunning = Math.max(mostRunning, ++running);
				for (let count = 0; count < 5; count++) {
					await pace.step();
					steps++;
				}
				running--;
			});
		const all = Promise.allSettled([
			...Array.from({length: 20}, read),
			pace.during('offer', 17 * MIB, () => Promise.reject(new Error('on purpose'))),
			read(),
		]).then(() => {
			isDone = true;
		});
		while (!isDone) {
			const before = steps;
			await turn();
			most = Math.max(most, steps - before);
		}
		await all;
		expect([steps, most, mostRunning]).toEqual([105, 1, 4]);
	});

	test('no further when one calls it off', async () => {
		const stop = new AbortController();
		const hashing = giver.hash(path, {progress: () => stop.abort(), signal: stop.signal});
		await expect(hashing).rejects.toMatchObject({name: 'AbortError'});
		expect(await namesIn(await rig.folder('profile-giver'))).toEqual([]);
		// Nor at all.
		await expect(giver.hash(path, {signal: stop.signal})).rejects.toMatchObject({name: 'AbortError'});
	});

	test('no further when the vault is shut', async () => {
		const hashing = giver.hash(path, {progress: () => void giver.shut()});
		await expect(hashing).rejects.toMatchObject({name: 'AbortError'});
	});

	async function replace(): Promise<void> {
		const {atime, mtime} = await stat(path);
		await writeFile(`${path}.new`, noise(16 * MIB, 'other'));
		await utimes(`${path}.new`, atime, mtime);
		await rename(`${path}.new`, path);
	}

	async function rewriteQuietly(): Promise<void> {
		const {atime, mtime} = await stat(path);
		await writeFile(path, noise(16 * MIB, 'other'));
		await utimes(path, atime, mtime);
	}
});

describe('row 52: a file that changes', () => {
	const block = (file: string, index = 0): BlockName => ({file, what: 'piece', index});

	test('while it is hashed has no hash', async () => {
		await writeFile(path, noise(17 * MIB));
		const hashing = giver.hash(path, {progress: () => void appendFile(path, 'x')});
		await expect(hashing).rejects.toMatchObject({code: 'changed'});
	});

	test.each([
		['is written', (at: string) => writeFile(at, noise(200_000, 'other'))],
		['grows', (at: string) => appendFile(at, 'x')],
		['is cut', (at: string) => writeFile(at, noise(10))],
		[
			'is replaced',
			async (at: string) => {
				await writeFile(`${at}.new`, noise(200_000));
				await rename(`${at}.new`, at);
			},
		],
	])('while it is offered: it %s, is not given any more, and that is told', async (_, change) => {
		const {held} = await hash();
		expect(await giver.changed()).toEqual([]);
		await change(path);
		await expect(blockOf(giver, block(held.offer.file))).rejects.toMatchObject({reason: 'changed'});
		expect(await giver.changed()).toEqual([held.offer.file]);
		await giver.shut();
		expect((await rig.vault('giver')).library).toMatchObject({held: [{path}], changed: [held.offer.file]});
	});

	test('in the same tick of the clock has the same times: those of the last tick prove nothing', () => {
		const times = (ns: bigint) => ({mtimeNs: ns, ctimeNs: ns - 5n}) as BigIntStats;
		const now = 1_700_000_000_123;
		const ago = (milliseconds: number) => times(BigInt(now - milliseconds) * 1_000_000n);
		expect([1, 15, 25].map(age => isFresh(ago(age), now))).toEqual([true, true, false]);
		// Some count in whole seconds.
		expect([123, 2_123].map(age => isFresh(ago(age), now))).toEqual([true, false]);
	});

	test('while it is being given: what is open is looked at too', async () => {
		const {held} = await hash();
		await blockOf(giver, block(held.offer.file));
		await writeFile(path, noise(200_000, 'other'));
		await expect(blockOf(giver, block(held.offer.file, 1))).rejects.toMatchObject({reason: 'changed'});
	});

	test('and has its time put back is found out by its pieces', async () => {
		const {held} = await hash();
		const {atime, mtime} = await stat(path);
		const other = noise(200_000);
		other[70_000]! ^= 1;
		await writeFile(path, other);
		await utimes(path, atime, mtime);
		expect(await blockOf(giver, block(held.offer.file))).toEqual(noise(200_000).subarray(0, 65_536));
		await expect(blockOf(giver, block(held.offer.file, 1))).rejects.toMatchObject({reason: 'changed'});
	});

	test('its permissions or names only is the same, and is given', async () => {
		const {held} = await hash();
		await chmod(path, 0o600);
		await link(path, join(ours, 'also'));
		expect(await blockOf(giver, block(held.offer.file, 3))).toEqual(noise(200_000).subarray(3 * 65_536));
		expect(await giver.changed()).toEqual([]);
	});

	test('is missing is not given; it may come back', async () => {
		const {held} = await hash();
		await rename(path, `${path}.away`);
		await expect(blockOf(giver, block(held.offer.file))).rejects.toMatchObject({reason: 'missing'});
		await giver.shut();
		expect((await rig.vault('giver')).library).toMatchObject({held: [], changed: []});
		await rename(`${path}.away`, path);
		const back = await rig.vault('giver');
		expect(back.library.held).toMatchObject([{path}]);
		expect(await blockOf(back, block(held.offer.file))).toHaveLength(65_536);
	});

	test('in a folder', async () => {
		const album = await rig.folder('ours/album');
		await writeFile(join(album, 'a'), noise(10));
		await writeFile(join(album, 'b'), noise(100_000));
		const {held} = await hash(giver, album);
		await writeFile(join(album, 'b'), noise(100_000, 'other'));
		expect(await giver.changed()).toEqual([held.offer.file]);
		await expect(blockOf(giver, block(held.offer.file, 1))).rejects.toMatchObject({reason: 'changed'});
		await rm(join(album, 'b'));
		expect(await giver.changed()).toEqual([held.offer.file]);
	});
});

describe('what is offered', () => {
	test('is not a pipe, a device, a link to nowhere or a file that is not there', async () => {
		execFileSync('mkfifo', [join(ours, 'pipe')]);
		await symlink(join(ours, 'nothing'), join(ours, 'nowhere'));
		for (const one of [join(ours, 'pipe'), '/dev/zero', join(ours, 'nowhere'), join(ours, 'missing')]) {
			// Nothing was ever there that could be gone.
			const told = {code: 'not-readable', message: expect.not.stringContaining('any more')};
			await expect(giver.hash(one), one).rejects.toMatchObject(told);
		}
	});

	test('may be named by a link, whose name it then has', async () => {
		await symlink(path, join(ours, 'link.txt'));
		expect((await hash(giver, join(ours, 'link.txt'))).held).toMatchObject({path, offer: {name: 'link.txt'}});
	});

	test('in a folder are files only: links, pipes, hidden ones and empty folders are left out and counted', async () => {
		const album = await rig.folder('ours/album');
		await writeFile(join(album, 'a'), 'a');
		await mkdir(join(album, '.git'));
		await mkdir(join(album, 'empty'));
		await writeFile(join(album, '.git/config'), 'secret');
		await symlink(path, join(album, 'link'));
		await symlink(ours, join(album, 'up'));
		execFileSync('mkfifo', [join(album, 'pipe')]);
		expect(await hash(giver, album)).toMatchObject({skipped: 5, held: {offer: {size: 1, files: 1}}});
	});

	test('is not looked through for ever: what is left out counts, too', async () => {
		const album = await rig.folder('ours/album');
		for (const name of ['a', '.b', '.c']) await writeFile(join(album, name), '');
		expect((await walk(album, undefined, 3)).files).toHaveLength(1);
		await expect(walk(album, undefined, 2)).rejects.toMatchObject({code: 'too-large'});
	});

	test('more small files than may be open at once are one offer', async () => {
		const album = await rig.folder('ours/many');
		for (let index = 0; index < 1100; index++) writeFileSync(join(album, `${index}`), `${index}`);
		const {held} = await hash(giver, album);
		const arrived = await fetchAll(giver, await rig.vault('taker'), held.offer, await rig.folder('theirs'));
		expect(await namesIn(arrived)).toHaveLength(1100);
		expect(await readFile(join(arrived, '1099'), 'utf8')).toBe('1099');
	});

	test('twenty thousand are one too, one more is none', async () => {
		const album = await rig.folder('ours/many');
		writeFileSync(join(album, '0'), 'x');
		for (let index = 1; index < MAX_FOLDER_FILES; index++) linkSync(join(album, '0'), join(album, `${index}`));
		expect((await findSubject(album)).files).toHaveLength(MAX_FOLDER_FILES);
		writeFileSync(join(album, 'more'), 'x');
		await expect(giver.hash(album)).rejects.toMatchObject({code: 'too-large'});
	});

	test('is the same with and without the native library, and whatever it is called', async () => {
		const {loadWasm} = await import('../../../source/storage/files/blake3.ts');
		await rename(path, join(ours, 'other.txt'));
		const subject = await findSubject(join(ours, 'other.txt'));
		const one = await hashSubject(await loadBlake3(), subject, new Pace());
		const other = await hashSubject(await loadWasm(), {...subject, name: 'x'}, new Pace());
		expect(other.offer.file).toBe(one.offer.file);
		expect(other.offer).toMatchObject({name: 'x', size: 200_000, files: 0, manifest: undefined});
	});

	test('comes after a restart in the order in which it was offered', async () => {
		const files: string[] = [];
		for (const name of ['a', 'b', 'c', 'd', 'e']) {
			await writeFile(join(ours, name), name);
			files.push((await give(giver, join(ours, name))).held.offer.file);
		}
		await giver.shut();
		giver = await rig.vault('giver');
		expect(giver.library.held.map(({offer}) => offer.file)).toEqual(files);
	});

	test('is forgotten for good after a few hundred others', async () => {
		const {held} = await hash();
		giver.forget(held.offer.file);
		await giver.shut();
		const transfers = join(await rig.folder('profile-giver'), 'transfers');
		const record = await readFile(join(transfers, held.offer.file, 'held.json'), 'utf8');
		for (let number = 0; number < 256; number++) {
			const id = String(number).padStart(64, '0');
			mkdirSync(join(transfers, id));
			writeFileSync(
				join(transfers, id, 'held.json'),
				record.replaceAll(held.offer.file, id).replace(/"since":/, '"since":9'),
			);
		}
		expect((await namesIn(transfers)).length).toBe(257);
		await (await rig.vault('giver')).shut();
		expect(await namesIn(transfers)).not.toContain(held.offer.file);
		expect((await namesIn(transfers)).length).toBe(256);
	});
});
