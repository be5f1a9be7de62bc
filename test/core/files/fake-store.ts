/** A vault in memory, as far as links need it, that tells what is asked of it. */
import type {Vault} from '../../../source/storage/files/vault.ts';
import {blockKey} from '../../../source/wire/bulk.ts';
import type {BlockName} from '../../../source/wire/file-offer.ts';

export class FakeStore {
	/** What can be given, by the block's key. */
	readonly content = new Map<string, Uint8Array>();
	/** What is wanted: how long it is, and its first byte if it is right. */
	readonly wanted = new Map<string, {readonly bytes: number; readonly first: number}>();
	readonly written: string[] = [];
	/** What was begun to be read. */
	readonly reads: string[] = [];
	/** As long as this is there, nothing gets to the disk, or from it. */
	disk: Promise<void> = Promise.resolve();
	readonly library = {held: [], changed: [], saved: [], settings: {folder: '/tmp', accept: []}};

	asVault(): Vault {
		return this as unknown as Vault;
	}

	sizeToGive(block: BlockName): number | undefined {
		return this.content.get(blockKey(block))?.length;
	}

	async read(block: BlockName, into: Uint8Array): Promise<void> {
		this.reads.push(blockKey(block));
		await this.disk;
		into.set(this.content.get(blockKey(block))!);
	}

	expect(block: BlockName): {least: number; most: number} | undefined {
		const wanted = this.wanted.get(blockKey(block));
		return wanted && {least: wanted.bytes, most: wanted.bytes};
	}

	verify(block: BlockName, bytes: Uint8Array): 'ok' | 'wrong' {
		return bytes[0] === this.wanted.get(blockKey(block))?.first ? 'ok' : 'wrong';
	}

	async write(block: BlockName): Promise<void> {
		await this.disk;
		this.written.push(blockKey(block));
	}

	async collect(): Promise<{verdict: 'ok'}> {
		return {verdict: 'ok'};
	}

	settings(): void {}

	async close(): Promise<void> {}
}
