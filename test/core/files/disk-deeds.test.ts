/** What the disk is asked, and what is told of it. */
import {afterEach, expect, it, vi} from 'vitest';
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

afterEach(() => {
	vi.useRealTimers();
});

it('how much of a folder is safe is told now and then, and where it is at the end', async () => {
	vi.useFakeTimers({toFake: ['performance']});
	const told: FilesNews[] = [];
	const finish = async (_: string, progress: (done: number) => void) => {
		for (let file = 1; file <= 100; file++) {
			vi.advanceTimersByTime(10);
			progress(file);
		}
		return '/here';
	};
	const deeds = new DiskDeeds({finish} as unknown as Vault, news => told.push(news));
	deeds.do({deed: 'finish', file: FILE});
	await deeds.close();
	expect(told.at(-1)).toEqual({news: 'finished', file: FILE, path: '/here'});
	const done = told.flatMap(news => (news.news === 'finishing' ? news.done : []));
	expect(done.length).toBeGreaterThan(1);
	expect(done.length).toBeLessThanOrEqual(10);
	expect(done).toEqual(done.toSorted((a, b) => a - b));
});

it('what was called off while it was read is told no more, though it was read to its end', async () => {
	const told: FilesNews[] = [];
	let end = (_: {held: {offer: {file: string}}; skipped: number}) => {};
	const hash = () => new Promise<Parameters<typeof end>[0]>(resolve => (end = resolve));
	const deeds = new DiskDeeds({hash} as unknown as Vault, news => told.push(news));
	deeds.do({deed: 'hash', path: '/x'});
	deeds.do({deed: 'stop-hashing', path: '/x'});
	end({held: {offer: {file: FILE}}, skipped: 0});
	await deeds.close();
	expect(told).toEqual([]);
});

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
