/** Who waits for whom when much is to be read at once: nobody for what is large, but what is large itself. */
import fs, {appendFile, truncate, writeFile} from 'node:fs/promises';
import {syncBuiltinESMExports} from 'node:module';
import {basename, join} from 'node:path';
import {setImmediate as turn} from 'node:timers/promises';
import {afterEach, beforeEach, describe, expect, test} from 'vitest';
import {Bitfield} from '../../../source/base/bitfield.ts';
import {Pace, SMALL_BYTES, type Work} from '../../../source/storage/files/pace.ts';
import type {Vault} from '../../../source/storage/files/vault.ts';
import {carry, give, makeRig, noise, prepare, type Rig, transferOf} from './rig.ts';

/** Places for one kind of work. */
const AT_ONCE = 4;

const KINDS: [Work, number][] = [
	['offer', SMALL_BYTES + 1],
	['verify', SMALL_BYTES + 1],
	['offer', SMALL_BYTES],
	['verify', SMALL_BYTES],
	['walk', 0],
];

describe('the places', () => {
	let pace: Pace;
	let running: string[];
	let ends: (() => void)[];
	beforeEach(() => {
		[pace, running, ends] = [new Pace(), [], []];
	});

	/** Begins as soon as it may, and runs until it is ended. */
	function begin(work: Work, bytes: number): Promise<void> {
		return pace.during(work, bytes, () => {
			running.push(`${work} ${bytes}`);
			return new Promise(resolve => void ends.push(resolve));
		});
	}

	test.each(KINDS)(
		'of others are free, however many %s (%i bytes) there are, and those are few at a time',
		async (...full) => {
			const many = Array.from({length: 100}, () => begin(...full));
			await turn();
			expect(running).toHaveLength(AT_ONCE);
			for (const kind of KINDS) if (kind.join() !== full.join()) void begin(...kind);
			await turn();
			expect(running).toHaveLength(AT_ONCE + KINDS.length - 1);
			// Each one that ends makes place for one.
			ends[0]!();
			await many[0];
			await turn();
			expect(running).toHaveLength(AT_ONCE + KINDS.length);
			while (ends.length > 0) {
				for (const end of ends.splice(0)) end();
				await turn();
			}
			await Promise.all(many);
			expect(running).toHaveLength(100 + KINDS.length - 1);
		},
	);
});

describe('four large files that are being read', () => {
	const {open} = fs;
	let rig: Rig;
	let vault: Vault;
	let ours: string;
	/** Of large files, by name: those that are being read. */
	let reading: string[];
	let go: () => void;
	let all: Promise<unknown>[];

	beforeEach(async () => {
		rig = await makeRig();
		[vault, ours, reading, all] = [await rig.vault('ann'), await rig.folder('ours'), [], []];
		const hold = new Promise<void>(resolve => {
			go = resolve;
		});
		const holding = async (path: string, ...rest: []) => {
			if (basename(path).startsWith('large')) {
				reading.push(basename(path));
				await hold;
			}
			return open(path, ...rest);
		};
		fs.open = holding as typeof open;
		syncBuiltinESMExports();
	});

	afterEach(async () => {
		go();
		await Promise.all(all);
		fs.open = open;
		syncBuiltinESMExports();
		await rig.close();
	});

	/** Resolves when as many as may be are being read, and one more is waiting for them. */
	async function readLarge(): Promise<void> {
		for (let number = 0; number <= AT_ONCE; number++) {
			const path = join(ours, `large ${number}`);
			await writeFile(path, `${number}`);
			await truncate(path, SMALL_BYTES + 1);
			all.push(give(vault, path));
		}
		while (reading.length < AT_ONCE) await turn();
	}

	test('hold up no small one, be it a file or a folder', async () => {
		await readLarge();
		const album = await rig.folder('ours/album');
		for (const name of ['a', 'b']) await writeFile(join(album, name), noise(1000, name));
		await writeFile(join(ours, 'note'), 'hello');
		expect((await give(vault, join(ours, 'note'))).held.offer.size).toBe(5);
		expect((await give(vault, album)).held.offer.size).toBe(2000);
		expect(reading).toHaveLength(AT_ONCE);
	});

	test('nor one, however large, that was read before and is the same', async () => {
		const path = join(ours, 'before');
		await writeFile(path, 'x');
		await truncate(path, SMALL_BYTES + 1);
		const {held} = await give(vault, path);
		await readLarge();
		expect((await give(vault, path, ['dev'])).held).toEqual({...held, rooms: ['lobby', 'dev']});
		expect(reading).toHaveLength(AT_ONCE);
	});

	test('nor what is here of a file that is fetched, and is to be verified', async () => {
		const path = join(ours, 'film');
		await writeFile(path, noise(SMALL_BYTES + 100_000));
		const giver = await rig.vault('giver');
		const {offer} = (await give(giver, path)).held;
		const transfer = transferOf(offer, await rig.folder('theirs'));
		const opened = await prepare(giver, vault, transfer);
		await carry(giver, vault, offer.file, opened);
		await vault.close(offer.file);
		await readLarge();
		const again = await vault.open(transfer);
		expect(new Bitfield(again.pieces.length * 8, again.pieces).count).toBe(Math.ceil(offer.size / 65_536));
		expect(reading).toHaveLength(AT_ONCE);
	});

	test('are waited for by one more, which may change meanwhile', async () => {
		await readLarge();
		const number = [0, 1, 2, 3, 4].findIndex(one => !reading.includes(`large ${one}`));
		// It takes as long to be looked at.
		await writeFile(join(ours, 'note'), 'hello');
		await give(vault, join(ours, 'note'));
		await appendFile(join(ours, `large ${number}`), 'more');
		go();
		expect(await all[number]).toMatchObject({held: {offer: {size: SMALL_BYTES + 5}}});
	});
});
