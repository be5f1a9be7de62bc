/** Vaults in folders of their own, and a wire between two of them that carries whole blocks. */
import {createHash} from 'node:crypto';
import {existsSync} from 'node:fs';
import {mkdir, mkdtemp, readdir, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import type {GivenFileSettings} from '../../../source/api/core.ts';
import {Bitfield} from '../../../source/base/bitfield.ts';
import type {Opened, SavedTransfer} from '../../../source/storage/files/kept.ts';
import type {Hashed} from '../../../source/storage/files/shelf.ts';
import {type HashOptions, Vault} from '../../../source/storage/files/vault.ts';
import type {BlockName, FileId, FileOffer} from '../../../source/wire/file-offer.ts';

/** A disk in memory, where there is one: thousands of files take their time on others. */
const MEMORY = '/dev/shm';

export type Rig = {
	/** A folder of the test, by name. */
	folder(name: string): Promise<string>;
	/** One profile: opened again with the same name it is the same one. */
	vault(name: string, settings?: Partial<GivenFileSettings>): Promise<Vault>;
	/** What the vaults have warned of. */
	readonly warnings: string[];
	close(): Promise<void>;
};

export async function makeRig(root?: string): Promise<Rig> {
	const base = root ?? (await mkdtemp(join(existsSync(MEMORY) ? MEMORY : tmpdir(), 'p2p-files-')));
	const open = new Set<Vault>();
	const warnings: string[] = [];
	const folder = async (name: string) => {
		const path = join(base, name);
		await mkdir(path, {recursive: true});
		return path;
	};
	return {
		folder,
		warnings,
		vault: async (name, settings) => {
			const vault = await Vault.open({
				directory: name === 'ephemeral' ? undefined : await folder(`profile-${name}`),
				settings: {folder: base, accept: [], ...settings},
				warn: message => void warnings.push(message),
			});
			open.add(vault);
			return vault;
		},
		close: async () => {
			for (const vault of open) await vault.shut();
			if (root === undefined) await rm(base, {recursive: true, force: true});
		},
	};
}

export function transferOf(offer: FileOffer, folder: string): SavedTransfer {
	return {offer, folder, rooms: ['lobby'], from: undefined, isPaused: false, priority: 0, since: 1};
}

/** The bytes of a block, from whoever has it. */
export async function blockOf(from: Vault, block: BlockName): Promise<Uint8Array> {
	const bytes = Buffer.alloc(from.sizeToGive(block) ?? 0);
	await from.read(block, bytes);
	return bytes;
}

/** Asks for hashes and names until pieces can be written. */
export async function prepare(from: Vault, to: Vault, transfer: SavedTransfer): Promise<Opened> {
	const {file} = transfer.offer;
	let opened = await to.open(transfer);
	for (const what of ['layer', 'manifest'] as const) {
		for (let index = 0; opened.needs.includes(what); index++) {
			const block: BlockName = {file, what, index};
			const {verdict, opened: now} = await to.collect(block, await blockOf(from, block));
			if (verdict !== 'ok') throw new Error(`${what} ${index} is ${verdict}`);
			opened = now ?? opened;
		}
	}
	return opened;
}

/** The missing pieces, in order; `most` of them. Resolves with how many came. */
export async function carry(from: Vault, to: Vault, file: FileId, opened: Opened, most = Infinity): Promise<number> {
	const have = new Bitfield(opened.pieces.length * 8, opened.pieces);
	let carried = 0;
	for (let index = 0; carried < most; index++) {
		const block: BlockName = {file, what: 'piece', index};
		const size = from.sizeToGive(block);
		if (size === undefined) break;
		if (have.has(index)) continue;
		const bytes = await blockOf(from, block);
		const verdict = to.verify(block, bytes);
		if (verdict !== 'ok') throw new Error(`piece ${index} is ${verdict}`);
		await to.write(block, bytes);
		carried++;
	}
	return carried;
}

/** Reads what lies there, and gives it in these rooms from then on, as an offer does that has come about. */
export async function give(vault: Vault, path: string, rooms = ['lobby'], options: HashOptions = {}): Promise<Hashed> {
	const {held, skipped} = await vault.hash(path, options);
	const given = {...held, rooms: [...new Set([...held.rooms, ...rooms])]};
	if (rooms.length > 0) vault.keep(given);
	return {held: given, skipped};
}

/** All of it, from one to the other. Resolves with where it lies. */
export async function fetchAll(from: Vault, to: Vault, offer: FileOffer, folder: string): Promise<string> {
	const opened = await prepare(from, to, transferOf(offer, folder));
	await carry(from, to, offer.file, opened);
	return to.finish(offer.file);
}

/** So many bytes that look like nothing, the same ones for the same seed. */
export function noise(bytes: number, seed = 'noise'): Buffer {
	const block = createHash('sha512').update(seed).digest();
	const noisy = Buffer.alloc(bytes);
	for (let at = 0, number = 0; at < bytes; at += block.length, number++) {
		block.writeUInt32BE(number, 0);
		block.copy(noisy, at);
	}
	return noisy;
}

/** Names in a folder, sorted. */
export async function namesIn(folder: string): Promise<string[]> {
	return (await readdir(folder)).sort();
}
