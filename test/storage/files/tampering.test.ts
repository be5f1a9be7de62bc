/** Somebody else writes into what is fetched, given or written down: nothing of that may be given on. */
import {open, readFile, rename, rm, stat, utimes, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import {setTimeout} from 'node:timers/promises';
import {afterEach, beforeEach, describe, expect, test, vi} from 'vitest';
import {Bitfield} from '../../../source/base/bitfield.ts';
import type {Opened} from '../../../source/storage/files/kept.ts';
import {Part} from '../../../source/storage/files/part.ts';
import {signatureOf, TICK_MILLISECONDS} from '../../../source/storage/files/signature.ts';
import type {Vault} from '../../../source/storage/files/vault.ts';
import type {BlockName, FileOffer} from '../../../source/wire/file-offer.ts';
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

describe('what somebody else writes into what is here', () => {
	const block = (index: number): BlockName => ({file: offer.file, what: 'piece', index});

	test('is not given on, and does not count as here any more', async () => {
		await carry(giver, taker, offer.file, await prepare(giver, taker, transferOf(offer, theirs)), 3);
		await overwrite(part, 2 * PIECE + 5, Buffer.from('x'));
		await expect(blockOf(taker, block(2))).rejects.toMatchObject({reason: 'missing'});
		expect(taker.sizeToGive(block(2))).toBeUndefined();
		expect(await blockOf(taker, block(0))).toEqual(content.subarray(0, PIECE));
	});

	test.each([
		['without being asked for by anybody', async () => {}],
		[
			'and was to be given',
			async () => void (await expect(blockOf(taker, block(2))).rejects.toMatchObject({reason: 'missing'})),
		],
	])('does not get the name of the whole, %s: it is fetched again', async (_, meanwhile) => {
		await carry(giver, taker, offer.file, await prepare(giver, taker, transferOf(offer, theirs)));
		await later();
		await overwrite(part, 2 * PIECE + 5, Buffer.from('x'));
		await meanwhile();
		await expect(taker.finish(offer.file)).rejects.toMatchObject({code: 'changed'});
		expect(await namesIn(theirs)).toEqual(['notes.txt.part']);
		await taker.close(offer.file);
		const opened = await taker.open(transferOf(offer, theirs));
		expect(piecesOf(opened)).toEqual([0, 1, 3, 4]);
		await expectWhole(opened);
	});

	test('in a folder neither', async () => {
		const album = await rig.folder('ours/album');
		for (const name of ['a', 'b']) await writeFile(join(album, name), noise(PIECE, name));
		const folder = (await give(giver, album)).held.offer;
		await carry(giver, taker, folder.file, await prepare(giver, taker, transferOf(folder, theirs)));
		await later();
		await overwrite(join(theirs, 'album.part/b'), 5, Buffer.from('x'));
		await expect(taker.finish(folder.file)).rejects.toMatchObject({code: 'changed'});
	});

	test('and what only looks as if is read once more, and fine', async () => {
		await carry(giver, taker, offer.file, await prepare(giver, taker, transferOf(offer, theirs)));
		await utimes(part, new Date(), new Date(Date.now() + 60_000));
		expect(await taker.finish(offer.file)).toBe(join(theirs, 'notes.txt'));
	});

	test('in the moment before it has its name is not given on either', async () => {
		const path = await fetchAll(giver, taker, offer, theirs);
		await taker.shut();
		// As if it had been so when it was looked at last.
		await overwrite(path, 2 * PIECE + 5, Buffer.from('x'));
		const record = JSON.parse(await readFile(join(profile, 'held.json'), 'utf8')) as Record<string, unknown>;
		const signature = signatureOf(await stat(path, {bigint: true}));
		await writeFile(join(profile, 'held.json'), JSON.stringify({...record, signature}));
		taker = await rig.vault('taker');
		expect(await blockOf(taker, block(0))).toEqual(content.subarray(0, PIECE));
		await expect(blockOf(taker, block(2))).rejects.toMatchObject({reason: 'changed'});
	});

	test('through memory, without a trace, while it is offered: not given either', async () => {
		const ours = join(await rig.folder('ours'), 'notes.txt');
		await giver.shut();
		await overwrite(ours, 2 * PIECE + 5, Buffer.from('x'));
		const path = join(await rig.folder('profile-giver'), 'transfers', offer.file, 'held.json');
		const record = JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>;
		await writeFile(path, JSON.stringify({...record, signature: signatureOf(await stat(ours, {bigint: true}))}));
		giver = await rig.vault('giver');
		expect(await blockOf(giver, block(0))).toEqual(content.subarray(0, PIECE));
		await expect(blockOf(giver, block(2))).rejects.toMatchObject({reason: 'changed'});
	});

	test.each(['rm', 'rename'])('is not waited for if it is gone (%s)', async how => {
		const now = vi.spyOn(performance, 'now');
		try {
			const opened = await prepare(giver, taker, transferOf(offer, theirs));
			await carry(giver, taker, offer.file, opened, 1);
			await (how === 'rm' ? rm(part) : rename(part, `${part}-moved`));
			now.mockReturnValue(performance.now() + 1_001);
			const bytes = await blockOf(giver, block(2));
			expect(taker.verify(block(2), bytes)).toBe('ok');
			await expect(taker.write(block(2), bytes)).rejects.toMatchObject({code: 'no-folder'});
		} finally {
			now.mockRestore();
		}
	});

	test('a piece that is being written is not given before it is there', async () => {
		await prepare(giver, taker, transferOf(offer, theirs));
		const bytes = await blockOf(giver, block(2));
		expect(taker.verify(block(2), bytes)).toBe('ok');
		const order: string[] = [];
		const writing = taker.write(block(2), bytes).then(() => order.push('written'));
		const given = blockOf(taker, block(2)).then(got =>
			order.push(Buffer.compare(got, bytes) === 0 ? 'given' : 'wrong'),
		);
		await Promise.all([writing, given]);
		expect(order).toEqual(['written', 'given']);
	});

	test('and nothing has its name before all of it is written', async () => {
		const opened = await prepare(giver, taker, transferOf(offer, theirs));
		await carry(giver, taker, offer.file, opened, 4);
		const bytes = await blockOf(giver, block(4));
		expect(taker.verify(block(4), bytes)).toBe('ok');
		const write = Part.prototype.write;
		const slow = vi.spyOn(Part.prototype, 'write').mockImplementation(async function (this: Part, ...args) {
			await later();
			expect(await namesIn(theirs)).toEqual(['notes.txt.part']);
			await write.apply(this, args);
		});
		try {
			const order: string[] = [];
			const writing = taker.write(block(4), bytes).then(() => order.push('written'));
			const finishing = taker.finish(offer.file).then(() => order.push('finished'));
			await Promise.all([writing, finishing]);
			expect(order).toEqual(['written', 'finished']);
		} finally {
			slow.mockRestore();
		}
	});

	test('be it the hashes in the profile: they are not given on, and made anew when it is offered again', async () => {
		const hashes: BlockName = {file: offer.file, what: 'layer', index: 0};
		const right = await blockOf(giver, hashes);
		const ours = join(await rig.folder('profile-giver'), 'transfers', offer.file, 'layer');
		await giver.shut();
		await overwrite(ours, 3, Buffer.from('xx'));
		giver = await rig.vault('giver');
		await expect(blockOf(giver, hashes)).rejects.toMatchObject({reason: 'changed'});
		await give(giver, join(await rig.folder('ours'), 'notes.txt'));
		expect(await blockOf(giver, hashes)).toEqual(right);
	});
});

/** Another tick of the clock of the file system than that of the last write. */
async function later(): Promise<void> {
	await setTimeout(2 * TICK_MILLISECONDS);
}
