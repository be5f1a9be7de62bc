import {readFile, statfs, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, test} from 'vitest';
import type {FileSettings} from '../../../source/api/files.ts';
import {KeptSettings} from '../../../source/storage/files/file-settings.ts';
import {Room} from '../../../source/storage/files/room.ts';
import {amount, checkQuota, checkSpace} from '../../../source/storage/files/space.ts';
import {makeRig, type Rig} from './rig.ts';

let rig: Rig;
beforeEach(async () => {
	rig = await makeRig();
});
afterEach(() => rig.close());

const rule = {from: '*', bytes: 1e6};

test('what is set at run time is still so at the next start', async () => {
	const vault = await rig.vault('one', {folder: '/a', maxUpload: 5});
	expect(vault.library.settings).toEqual({folder: '/a', accept: [], maxUpload: 5});
	vault.settings({folder: '/b', accept: [rule], maxDownload: 7});
	await vault.shut();
	const again = await rig.vault('one', {folder: '/a', maxUpload: 5});
	expect(again.library.settings).toEqual({folder: '/b', accept: [rule], maxDownload: 7});
});

test('what the command line says anew is newer; the rest stays', async () => {
	const vault = await rig.vault('one', {folder: '/a', maxUpload: 5});
	vault.settings({folder: '/b', accept: [rule], maxUpload: 6, quota: 9});
	await vault.shut();
	const again = await rig.vault('one', {folder: '/a', maxUpload: 8});
	expect(again.library.settings).toEqual({folder: '/b', accept: [rule], maxUpload: 8, quota: 9});
});

test('what the command line says counts in any case, a limit that it lifts too', async () => {
	const asked = ['folder', 'maxUpload'] as const;
	const vault = await rig.vault('one', {folder: '/a', asked});
	expect(vault.library.settings).toEqual({folder: '/a', accept: []});
	vault.settings({folder: '/b', accept: [rule], maxUpload: 6, maxDownload: 7});
	await vault.shut();
	const again = await rig.vault('one', {folder: '/a', asked});
	expect(again.library.settings).toEqual({folder: '/a', accept: [rule], maxDownload: 7});
	await again.shut();
	const plain = await rig.vault('one', {folder: '/a'});
	expect(plain.library.settings).toMatchObject({folder: '/b', maxUpload: 6, maxDownload: 7});
});

test('an option holds for its run: what was set before is there again after it, also if something else is set in it', async () => {
	const before = await rig.vault('one', {folder: '/a'});
	before.settings({folder: '/b', accept: [], maxUpload: 6});
	await before.shut();
	const asked = ['folder', 'maxUpload'] as const;
	const vault = await rig.vault('one', {folder: '/c', maxUpload: 9, asked});
	vault.settings({folder: '/c', accept: [rule], maxUpload: 9});
	await vault.shut();
	const after = await rig.vault('one', {folder: '/a'});
	expect(after.library.settings).toEqual({folder: '/b', accept: [rule], maxUpload: 6});
});

describe('a run with an option: what is set in it lasts, and else what was kept', () => {
	const option = 'the option';
	const before = 'as before';
	/** By key: given without the option, kept before, the option, two others; undefined: none. */
	const values: [keyof FileSettings, unknown, unknown, unknown, unknown, unknown][] = [
		['maxUpload', undefined, 5, 1, 2, 7],
		['maxUpload', 3, 5, 1, 2, 7],
		['maxUpload', 3, undefined, 1, 2, 7],
		['maxUpload', undefined, 5, undefined, 2, 7],
		['maxUpload', 3, 5, undefined, 2, 7],
		['maxUpload', 3, 5, 5, 2, 7],
		['maxUpload', 3, 5, 3, 2, 7],
		['maxUpload', 3, 5, 1, 3, 7],
		['maxUpload', 3, 5, 1, 5, 7],
		['maxUpload', 3, 5, 1, 0, 7],
		['maxUpload', 3, 5, 1, undefined, 7],
		['folder', '/usual', '/kept', '/option', '/set', '/other'],
		['accept', [], [rule], [{...rule, bytes: 1}], [{...rule, bytes: 2}], [rule, rule]],
	];
	const runs = (set: unknown): [string, unknown[], unknown][] => [
		['nothing is set', [], before],
		['something else is set', [option], before],
		['it is set', [set], set],
		['it is set, and something else later', [set, set], set],
		['it is set, and back to what the option says', [set, option], option],
	];
	const table = values.flatMap(([key, given, kept, asked, set, other]) =>
		[true, false].flatMap(isKept =>
			runs(set).map(([run, acts, lasts]) => ({key, given, kept, asked, other, isKept, run, acts, lasts})),
		),
	);

	/** As one run of the program would begin with it. */
	async function start(key: keyof FileSettings, given: unknown, isAsked = false) {
		const told: FileSettings = {folder: '/a', accept: [], ...(given !== undefined && {[key]: given})};
		const started = {...told, ...(isAsked && {asked: [key]})};
		const directory = await rig.folder('profile');
		const settings = new KeptSettings(directory, started, message => void rig.warnings.push(message));
		return {settings, now: await settings.load()};
	}

	async function valueIn(key: keyof FileSettings, given: unknown, isAsked = false): Promise<unknown> {
		const {settings, now} = await start(key, given, isAsked);
		await settings.close();
		return now[key];
	}

	test.each(table)(
		'$key given $given, kept $kept ($isKept), option $asked: $run ($acts)',
		async ({key, given, kept, asked, other, isKept, acts, lasts}) => {
			if (isKept) {
				const {settings, now} = await start(key, given);
				settings.save({...now, [key]: kept});
				await settings.close();
			}
			const held = isKept ? kept : given;
			const {settings, now} = await start(key, asked, true);
			expect(now[key]).toEqual(asked);
			for (const [index, act] of acts.entries()) {
				settings.save({...now, maxDownload: 10 + index, [key]: act === option ? asked : act});
			}
			await settings.close();
			const expected = lasts === before ? held : lasts === option ? asked : lasts;
			// With the option again it is the same as the first time, and what else is set then changes nothing.
			const again = await start(key, asked, true);
			expect(again.now[key]).toEqual(asked);
			again.settings.save({...again.now, quota: 1});
			await again.settings.close();
			expect(await valueIn(key, given)).toEqual(expected);
			expect(await valueIn(key, given)).toEqual(expected);
			expect((await start(key, given)).now.maxDownload).toBe(acts.length > 0 ? 9 + acts.length : undefined);
			// Given later, it is newer.
			expect(await valueIn(key, other)).toEqual(other);
			expect(rig.warnings).toEqual([]);
		},
	);
});

test('a file that is damaged, or has nonsense in it, is left out', async () => {
	const vault = await rig.vault('one', {folder: '/a'});
	vault.settings({folder: '/b', accept: []});
	await vault.shut();
	const path = join(await rig.folder('profile-one'), 'files.json');
	const kept = JSON.parse(await readFile(path, 'utf8')) as {settings: object};
	const nonsense = {folder: 'relative', accept: [rule, {from: 3}, 'x'], quota: -1, maxUpload: 'fast', other: 1};
	await writeFile(path, JSON.stringify({...kept, settings: nonsense}));
	const settings = (await rig.vault('one', {folder: '/a'})).library.settings;
	expect(settings).toEqual({folder: '/a', accept: [rule]});
	expect(rig.warnings).toEqual([]);
	await writeFile(path, '{');
	expect((await rig.vault('one', {folder: '/a'})).library.settings).toEqual({folder: '/a', accept: []});
	expect(rig.warnings).toHaveLength(1);
	expect(rig.warnings[0]).toMatch(/^What was set for files cannot be read: /);
});

test('a profile that keeps nothing keeps no settings', async () => {
	const vault = await rig.vault('ephemeral', {folder: '/a'});
	vault.settings({folder: '/b', accept: []});
	await vault.shut();
	expect((await rig.vault('ephemeral', {folder: '/a'})).library.settings.folder).toBe('/a');
});

test('space is promised once only', async () => {
	const folder = await rig.folder('here');
	await checkSpace(folder, 1, 0);
	const refused = checkSpace(folder, 1, 2 ** 50);
	await expect(refused).rejects.toMatchObject({
		code: 'disk-full',
		message: expect.stringContaining('1126 TB are promised'),
	});
});

test('space is promised to one after the other, and to nobody what another one has got', async () => {
	const folder = await rig.folder('here');
	const room = new Room();
	const {bavail, bsize} = await statfs(folder);
	const some = () => 0.4 * bavail * bsize;
	const given = await Promise.allSettled(['a', 'b', 'c'].map(file => room.give(file, folder, some)));
	expect(given.map(({status}) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected']);
	room.takeBack('a');
	await room.give('c', folder, some);
});

test('a quota of nothing is none', () => {
	checkQuota(undefined, 1e15, 0);
	checkQuota(0, 1e15, 0);
	checkQuota(10, 4, 6);
	expect(() => checkQuota(10, 5, 6)).toThrow('5 bytes are more than the quota allows: 6 bytes of 10 bytes are taken');
});

test.each([
	[0, '0 bytes'],
	[999, '999 bytes'],
	[1000, '1.0 kB'],
	[9_949, '9.9 kB'],
	[12_345_678, '12 MB'],
	[999_600, '1.0 MB'],
	[5e12, '5.0 TB'],
])('%i bytes are %s', (bytes, text) => {
	expect(amount(bytes)).toBe(text);
});
