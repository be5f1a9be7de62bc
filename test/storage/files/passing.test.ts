/** What a profile that keeps nothing leaves behind when its program is killed. */
import {spawnSync} from 'node:child_process';
import {chmod, cp, mkdir, readFile, rm, utimes, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {afterEach, beforeEach, expect, test} from 'vitest';
import {Part} from '../../../source/storage/files/part.ts';
import {clearLeft, openPassing, type Passing} from '../../../source/storage/files/passing.ts';
import {Records} from '../../../source/storage/files/records.ts';
import type {FileOffer} from '../../../source/wire/file-offer.ts';
import {makeRig, namesIn, type Rig, transferOf} from './rig.ts';

const offer: FileOffer = {
	file: 'a'.repeat(64),
	name: 'notes.txt',
	size: 100_000,
	files: 0,
	isExecutable: false,
	manifest: undefined,
};

let rig: Rig;
let root: string;
let theirs: string;
let passing: Passing;
/** What it has left in the folder for temporary files. */
let left: string;

beforeEach(async () => {
	rig = await makeRig();
	root = await rig.folder('tmp');
	theirs = await rig.folder('theirs');
	passing = await openPassing(root);
	left = passing.directory;
	const records = new Records(left, () => {});
	const note = (place: Part['place']) =>
		records.saveTransfer(offer.file, {...place, transfer: transferOf(offer, theirs)});
	const part = await Part.create(theirs, offer, note);
	await note(part.place);
	await writeFile(join(theirs, 'mine.part'), 'of somebody else');
});
afterEach(async () => {
	await passing.close();
	await rig.close();
});

/** As it is once its process is no more. */
async function kill(): Promise<void> {
	const {pid} = spawnSync(process.execPath, ['--version']);
	await writeFile(join(left, 'lock'), `${pid} - 0123456789abcdef\n`);
}

test('goes at the next start of anybody, with what was half fetched and nothing else', async () => {
	await kill();
	await clearLeft(root);
	expect(await namesIn(root)).toEqual([]);
	expect(await namesIn(theirs)).toEqual(['mine.part']);
});

test('stays as long as its program lives', async () => {
	await clearLeft(root);
	expect(await namesIn(theirs)).toEqual(['mine.part', 'notes.txt.part']);
	await passing.close();
	expect(await namesIn(root)).toEqual([]);
});

test.each([
	['others could have written into it', () => chmod(left, 0o777)],
	['it is of another space of processes', () => writeFile(join(left, 'space'), 'pid:[1]')],
	['it is not whole yet', () => rm(join(left, 'space'))],
])('stays if %s', async (_, change) => {
	await kill();
	await change();
	await clearLeft(root);
	expect(await namesIn(theirs)).toEqual(['mine.part', 'notes.txt.part']);
});

test('of a program that was killed before it could write anything down nothing stays, once that is long ago', async () => {
	const hourAgo = Date.now() / 1_000 - 3_700;
	const old = async (name: string, ...files: readonly string[]) => {
		const directory = join(root, `p2p-tui-passing-${name}`);
		await mkdir(directory, {mode: 0o700});
		for (const file of files) await writeFile(join(directory, file), '');
		await utimes(directory, hourAgo, hourAgo);
	};
	await old('empty');
	await old('locked', 'lock', 'lock.37b9eb6a9ae8.tmp');
	await old('other', 'lock', 'letter');
	await clearLeft(root);
	expect((await namesIn(root)).filter(name => /empty|locked|other/.test(name))).toEqual(['p2p-tui-passing-other']);
	expect(await namesIn(join(root, 'p2p-tui-passing-other'))).toEqual(['letter']);
});

test('a file in the place of what was half fetched stays', async () => {
	await kill();
	await rm(join(theirs, 'notes.txt.part'));
	await writeFile(join(theirs, 'other'), '');
	await writeFile(join(theirs, 'notes.txt.part'), 'mine');
	await clearLeft(root);
	expect(await readFile(join(theirs, 'notes.txt.part'), 'utf8')).toBe('mine');
	expect(await namesIn(root)).toEqual([]);
});

test('a folder by such a name that is none of ours is no matter', async () => {
	await mkdir(join(root, 'p2p-tui-passing-x'), {mode: 0o700});
	await cp(left, join(root, 'else'), {recursive: true});
	await writeFile(join(root, 'p2p-tui-passing-file'), '');
	await kill();
	await clearLeft(root);
	expect(await namesIn(root)).toEqual(['else', 'p2p-tui-passing-file', 'p2p-tui-passing-x']);
});
