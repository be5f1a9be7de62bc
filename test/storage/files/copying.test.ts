/** What is here whole is copied into another folder, as if it were fetched from ourselves. */
import {utimesSync, writeFileSync} from 'node:fs';
import {lstat, mkdir, readFile, rename, rm, stat, symlink, utimes, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {afterEach, beforeEach, expect, test} from 'vitest';
import {type CopyOptions, copyHeld} from '../../../source/storage/files/copy.ts';
import type {HeldFile} from '../../../source/storage/files/kept.ts';
import {signatureOf} from '../../../source/storage/files/signature.ts';
import type {Vault} from '../../../source/storage/files/vault.ts';
import {fetchAll, give, makeRig, namesIn, noise, type Rig} from './rig.ts';

let rig: Rig;
let ann: Vault;
let source: string;
let target: string;

beforeEach(async () => {
	rig = await makeRig();
	ann = await rig.vault('ann');
	[source, target] = [await rig.folder('source'), await rig.folder('target')];
});
afterEach(() => rig.close());

/** Offered by that profile. */
async function offered(name: string, content: Uint8Array): Promise<HeldFile> {
	const path = join(source, name);
	await writeFile(path, content);
	return (await give(ann, path)).held;
}

async function copy({offer: {file, name}}: HeldFile, more: Partial<CopyOptions> = {}): Promise<string> {
	return copyHeld({directory: await rig.folder('profile-ann'), file, name, folder: target, ...more});
}

test('a file is copied under the name that is asked for, made safe; over nothing, and through no link', async () => {
	const content = Buffer.concat([noise(150_000), Buffer.alloc(130_000)]);
	await writeFile(join(source, 'tool'), content, {mode: 0o755});
	const held = await offered('tool', content);
	const victim = join(source, 'victim');
	await writeFile(victim, 'mine');
	for (const name of ['_tool', '_tool (2).part']) await symlink(victim, join(target, name));
	await writeFile(join(target, '_tool (3)'), 'mine');
	const told: number[] = [];
	const place = await copy(held, {name: '-tool', progress: done => void told.push(done)});
	expect(place).toBe(join(target, '_tool (4)'));
	expect(content.equals(await readFile(place))).toBe(true);
	expect((await stat(place)).mode & 0o111).toBe(0o111);
	expect(told.at(-1)).toBe(content.length);
	expect(await readFile(victim, 'utf8')).toBe('mine');
	expect(await readFile(join(target, '_tool (3)'), 'utf8')).toBe('mine');
	expect(await namesIn(target)).toHaveLength(4);
});

test('a folder, ours or fetched, has the names in it that whoever fetches it gets', async () => {
	const album = join(source, 'album');
	await mkdir(join(album, 'deep:er'), {recursive: true});
	await writeFile(join(album, 'deep:er', 'a'), noise(70_000));
	await writeFile(join(album, 'nul'), '');
	const bob = await rig.vault('bob');
	const {held} = await give(ann, album);
	await fetchAll(ann, bob, held.offer, source);
	const own = await copy(held);
	const again = await copy(held, {directory: await rig.folder('profile-bob'), folder: join(target, 'new')});
	for (const place of [own, again]) {
		expect(await namesIn(place)).toEqual(['_nul', 'deep_er']);
		expect(noise(70_000).equals(await readFile(join(place, 'deep_er', 'a')))).toBe(true);
	}
	// Asked for once more it is there; not so if it lies elsewhere by way of a link.
	expect(await copy(held)).toBe(own);
	await rename(join(own, 'deep_er'), join(source, 'moved'));
	await symlink(join(source, 'moved'), join(own, 'deep_er'));
	expect(await copy(held)).toBe(`${own} (2)`);
});

test('whoever asks again has one copy, unless something else has its name', async () => {
	for (const bytes of [0, 70_000]) {
		const held = await offered(`of ${bytes}`, noise(bytes));
		const place = await copy(held);
		expect(await copy(held)).toBe(place);
		await writeFile(place, noise(bytes || 1, 'other'));
		expect(await copy(held)).toBe(`${place} (2)`);
	}
});

test('what has changed since, or is gone, is not copied', async () => {
	const held = await offered('report', noise(70_000));
	await writeFile(held.path, noise(70_000, 'other'));
	await expect(copy(held)).rejects.toMatchObject({name: 'FileFailure', code: 'changed'});
	await rm(held.path);
	await expect(copy(held)).rejects.toMatchObject({code: 'not-readable'});
	await expect(copy({...held, offer: {...held.offer, file: 'f'.repeat(64)}})).rejects.toMatchObject({
		code: 'not-readable',
	});
	expect(await namesIn(target)).toEqual([]);
});

test('what looks the same and is another is not copied either', async () => {
	const held = await offered('report', noise(70_000));
	await writeFile(held.path, noise(70_000, 'other'));
	await utimes(held.path, 1, 1);
	const written = join(await rig.folder('profile-ann'), 'transfers', held.offer.file, 'held.json');
	const signature = signatureOf(await lstat(held.path, {bigint: true}));
	const record = {...JSON.parse(await readFile(written, 'utf8')), signature, isFresh: false, isRecent: false};
	await writeFile(written, JSON.stringify(record));
	await expect(copy(held)).rejects.toMatchObject({code: 'changed'});
	expect(await namesIn(target)).toEqual([]);
});

test('a copy keeps to the quota, with all that was fetched and is there', async () => {
	const bob = await rig.vault('bob');
	const held = await offered('report', noise(70_000));
	await fetchAll(ann, bob, held.offer, source);
	const directory = await rig.folder('profile-bob');
	await expect(copy(held, {directory, quota: 139_999})).rejects.toMatchObject({code: 'quota'});
	expect(await namesIn(target)).toEqual([]);
	expect(await copy(held, {directory, quota: 140_000})).toBe(join(target, 'report'));
});

test('a copy into which something else wrote meanwhile gets no name', async () => {
	const held = await offered('report', noise(140_000));
	const progress = (done: number) => {
		const part = join(target, 'report.part');
		const later = Date.now() / 1_000 + 60;
		if (done < 140_000) return;
		writeFileSync(part, 'theirs', {flag: 'r+'});
		utimesSync(part, later, later);
	};
	await expect(copy(held, {progress})).rejects.toMatchObject({message: expect.stringContaining('wrote into')});
	expect(await namesIn(target)).toEqual([]);
});

test('a copy that is ended leaves nothing', async () => {
	const held = await offered('report', noise(140_000));
	const ending = new AbortController();
	const copying = copy(held, {progress: () => ending.abort(), signal: ending.signal});
	await expect(copying).rejects.toMatchObject({name: 'AbortError'});
	expect(await namesIn(target)).toEqual([]);
});
