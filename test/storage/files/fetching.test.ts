import {chmod, mkdir, readFile, stat, symlink, truncate, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, test} from 'vitest';
import {usableFolder} from '../../../source/storage/files/folder.ts';
import type {FileOffer} from '../../../source/wire/file-offer.ts';
import {carry, fetchAll, give, makeRig, namesIn, noise, prepare, type Rig, transferOf} from './rig.ts';

const KIB = 1024;

let rig: Rig;
beforeEach(async () => {
	rig = await makeRig();
});
afterEach(() => rig.close());

async function offered(name: string, content: Uint8Array): Promise<{path: string; offer: FileOffer}> {
	const path = join(await rig.folder('ours'), name);
	await writeFile(path, content);
	const vault = await rig.vault('giver');
	const {held} = await give(vault, path);
	await vault.shut();
	return {path, offer: held.offer};
}

describe('a folder that nobody has made yet', () => {
	test('is made by all that begin at once, each folder on the way to it too', async () => {
		const folder = join(await rig.folder('theirs'), 'not/there/yet');
		const made = await Promise.all(Array.from({length: 8}, () => usableFolder(folder, undefined)));
		expect(made).toEqual(Array(8).fill(folder));
	});

	test('takes all files that are fetched into it at once', async () => {
		const offers: FileOffer[] = [];
		for (const name of ['a', 'b', 'c', 'd']) offers.push((await offered(name, noise(100, name))).offer);
		const [giver, taker] = [await rig.vault('giver'), await rig.vault('taker')];
		const folder = join(await rig.folder('theirs'), 'not/there/yet');
		await Promise.all(offers.map(offer => fetchAll(giver, taker, offer, folder)));
		expect(await namesIn(folder)).toEqual(['a', 'b', 'c', 'd']);
	});

	test.each([
		['a file', (at: string) => writeFile(at, 'x')],
		['a link to nowhere', (at: string) => symlink('nowhere', at)],
	])('is not made where %s is, and not below it', async (_, put) => {
		const folder = join(await rig.folder('theirs'), 'downloads');
		await put(folder);
		for (const at of [folder, join(folder, 'below')]) {
			const told = {code: 'no-folder', message: `There is a file in the place of a folder: ${at}`};
			await expect(usableFolder(at, undefined), at).rejects.toMatchObject(told);
		}
	});

	test('may be a link to one that is there', async () => {
		const [folder, link] = [await rig.folder('theirs'), join(await rig.folder('ours'), 'link')];
		await symlink(folder, link);
		expect(await usableFolder(link, undefined)).toBe(folder);
	});
});

describe('one file', () => {
	test.each([0, 1, 64 * KIB, 64 * KIB + 1, 200 * KIB, 3 * 1024 * KIB])('of %i bytes arrives as it is', async bytes => {
		const content = noise(bytes);
		const {offer} = await offered('notes.txt', content);
		const [giver, taker] = [await rig.vault('giver'), await rig.vault('taker')];
		const folder = await rig.folder('theirs');
		const path = await fetchAll(giver, taker, offer, folder);
		expect(path).toBe(join(folder, 'notes.txt'));
		expect((await readFile(path)).equals(content)).toBe(true);
		expect(await namesIn(folder)).toEqual(['notes.txt']);
	});

	test('is given on by who has fetched it, also after a restart', async () => {
		const content = noise(200 * KIB);
		const {offer} = await offered('notes.txt', content);
		await fetchAll(await rig.vault('giver'), await rig.vault('taker'), offer, await rig.folder('theirs'));
		const again = await rig.vault('taker');
		expect(again.library.held).toMatchObject([{offer: {name: 'notes.txt'}, rooms: ['lobby'], isFetched: true}]);
		expect(again.library.saved).toEqual([]);
		const path = await fetchAll(again, await rig.vault('third'), offer, await rig.folder('third'));
		expect((await readFile(path)).equals(content)).toBe(true);
	});

	test('is executable if its author says so, and otherwise not, as far as the umask allows', async () => {
		const before = process.umask(0o027);
		try {
			const {path, offer} = await offered('run.sh', noise(10));
			await chmod(path, 0o755);
			const giver = await rig.vault('giver');
			const {held} = await give(giver, path);
			const taker = await rig.vault('taker');
			const plain = await fetchAll(giver, taker, {...offer, isExecutable: false}, await rig.folder('plain'));
			await taker.shut();
			const program = await fetchAll(giver, await rig.vault('other'), held.offer, await rig.folder('program'));
			expect((await stat(plain)).mode & 0o777).toBe(0o640);
			expect((await stat(program)).mode & 0o777).toBe(0o750);
		} finally {
			process.umask(before);
		}
	});

	test('stays sparse', async () => {
		const path = join(await rig.folder('ours'), 'disk.img');
		await writeFile(path, noise(64 * KIB));
		await truncate(path, 64 * 1024 * KIB);
		const giver = await rig.vault('giver');
		const {held} = await give(giver, path);
		const arrived = await fetchAll(giver, await rig.vault('taker'), held.offer, await rig.folder('theirs'));
		const {size, blocks} = await stat(arrived);
		expect(size).toBe(64 * 1024 * KIB);
		expect(blocks * 512).toBeLessThan(1024 * KIB);
		expect((await readFile(arrived)).equals(await readFile(path))).toBe(true);
	});
});

describe('a folder', () => {
	test('arrives with its files, those without bytes and programs among them; hidden ones stay where they are', async () => {
		const ours = await rig.folder('ours/album');
		await mkdir(join(ours, 'deep/er'), {recursive: true});
		await writeFile(join(ours, 'b.txt'), noise(70 * KIB));
		await writeFile(join(ours, 'a.txt'), '');
		await writeFile(join(ours, 'deep/er/c.bin'), noise(100 * KIB, 'c'));
		await writeFile(join(ours, 'run'), 'x', {mode: 0o755});
		await writeFile(join(ours, '.hidden'), 'secret');
		const giver = await rig.vault('giver');
		const {held, skipped} = await give(giver, ours);
		expect(skipped).toBe(1);
		expect(held.offer).toMatchObject({name: 'album', files: 4, size: 170 * KIB + 1});
		const folder = await rig.folder('theirs');
		const [taker, safe] = [await rig.vault('taker'), [] as number[]];
		await carry(giver, taker, held.offer.file, await prepare(giver, taker, transferOf(held.offer, folder)));
		const path = await taker.finish(held.offer.file, bytes => safe.push(bytes));
		expect(safe).toHaveLength(4);
		expect(safe).toEqual([...safe].sort((one, other) => one - other));
		expect(safe.at(-1)).toBe(held.offer.size);
		expect(await namesIn(folder)).toEqual(['album']);
		expect(await namesIn(path)).toEqual(['a.txt', 'b.txt', 'deep', 'run']);
		expect((await readFile(join(path, 'b.txt'))).equals(noise(70 * KIB))).toBe(true);
		expect((await readFile(join(path, 'deep/er/c.bin'))).equals(noise(100 * KIB, 'c'))).toBe(true);
		expect((await stat(join(path, 'a.txt'))).size).toBe(0);
		expect((await stat(join(path, 'run'))).mode & 0o100).toBe(0o100);
		expect((await stat(join(path, 'b.txt'))).mode & 0o111).toBe(0);
	});

	test.each([
		['empty: it is what a killed program has left', '', 'album'],
		['not empty', 'mine', 'album (2)'],
	])('was about to get a name under which there is a folder now, %s', async (_, inside, name) => {
		const ours = await rig.folder('ours/album');
		await writeFile(join(ours, 'a.txt'), noise(70 * KIB));
		const [giver, taker] = [await rig.vault('giver'), await rig.vault('taker')];
		const {offer} = (await give(giver, ours)).held;
		const {file} = offer;
		const folder = await rig.folder('theirs');
		await carry(giver, taker, file, await prepare(giver, taker, transferOf(offer, folder)));
		await taker.shut();
		const path = join(await rig.folder('profile-taker'), 'transfers', file, 'transfer.json');
		const record = JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>;
		await writeFile(path, JSON.stringify({...record, finishing: join(folder, 'album')}));
		await rig.folder(join('theirs/album', inside));
		// Killed once more in between.
		const second = await rig.vault('taker');
		await second.open(second.library.saved[0]!);
		await second.shut();
		const again = await rig.vault('taker');
		await again.open(again.library.saved[0]!);
		expect(await again.finish(file)).toBe(join(folder, name));
	});

	test('without anything in it is no offer', async () => {
		const ours = await rig.folder('ours/empty');
		await writeFile(join(ours, '.hidden'), 'secret');
		await expect((await rig.vault('giver')).hash(ours)).rejects.toMatchObject({code: 'not-readable'});
	});
});

describe('what is not here yet', () => {
	test('pieces are given while the rest is fetched', async () => {
		const {offer} = await offered('notes.txt', noise(200 * KIB));
		const [giver, taker] = [await rig.vault('giver'), await rig.vault('taker')];
		const opened = await prepare(giver, taker, transferOf(offer, await rig.folder('theirs')));
		await carry(giver, taker, offer.file, opened, 2);
		expect([0, 1, 2, 3, 4].map(index => taker.sizeToGive({file: offer.file, what: 'piece', index}))).toEqual([
			64 * KIB,
			64 * KIB,
			undefined,
			undefined,
			undefined,
		]);
		const third = await rig.vault('third');
		const there = await prepare(taker, third, transferOf(offer, await rig.folder('third')));
		expect(await carry(taker, third, offer.file, there)).toBe(2);
	});

	test('goes on after a restart with what is missing', async () => {
		const content = noise(200 * KIB);
		const {offer} = await offered('notes.txt', content);
		const [giver, taker] = [await rig.vault('giver'), await rig.vault('taker')];
		const folder = await rig.folder('theirs');
		const opened = await prepare(giver, taker, transferOf(offer, folder));
		await carry(giver, taker, offer.file, opened, 2);
		await taker.shut();
		const again = await rig.vault('taker');
		expect(again.library.saved).toMatchObject([{offer: {file: offer.file}, folder}]);
		const progress: number[] = [];
		const reopened = await again.open(again.library.saved[0]!, done => void progress.push(done));
		expect(reopened.needs).toEqual([]);
		expect(progress).toEqual([64 * KIB, 128 * KIB]);
		expect(await carry(giver, again, offer.file, reopened)).toBe(2);
		expect((await readFile(await again.finish(offer.file))).equals(content)).toBe(true);
	});
});
