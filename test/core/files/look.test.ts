/** Whether a file is still what it was, when somebody wants to know. */
import {expect, it} from 'vitest';
import type {FilesNews} from '../../../source/behaviours/files/io.ts';
import {DiskDeeds} from '../../../source/core/files/disk-deeds.ts';
import type {Vault} from '../../../source/storage/files/vault.ts';

const FILE = 'ab'.repeat(32);

async function lookedAt(look: () => Promise<'same' | 'changed' | 'missing'>): Promise<string[]> {
	const told: FilesNews[] = [];
	const deeds = new DiskDeeds({look} as unknown as Vault, news => told.push(news));
	deeds.do({deed: 'look', file: FILE});
	await deeds.close();
	return told.map(({news}) => news);
}

it('a folder of which the list cannot be read has none', async () => {
	const told: FilesNews[] = [];
	const files = () => Promise.reject(new Error('no'));
	const deeds = new DiskDeeds({files} as unknown as Vault, news => told.push(news));
	deeds.do({deed: 'list', file: FILE});
	await deeds.close();
	expect(told).toEqual([{news: 'listed', file: FILE, files: undefined}]);
});

it('a file that is not what it was, or gone, is told before the answer', async () => {
	expect(await lookedAt(async () => 'same')).toEqual(['looked']);
	expect(await lookedAt(async () => 'changed')).toEqual(['changed', 'looked']);
	expect(await lookedAt(async () => 'missing')).toEqual(['changed', 'looked']);
	expect(await lookedAt(() => Promise.reject(new Error('no')))).toEqual(['looked']);
});
