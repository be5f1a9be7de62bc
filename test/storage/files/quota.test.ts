/** What a quota costs: files that were fetched are looked at only before somebody would be refused for them. */
import fs, {rename, rm, writeFile} from 'node:fs/promises';
import {syncBuiltinESMExports} from 'node:module';
import {join} from 'node:path';
import {setImmediate as turn} from 'node:timers/promises';
import {afterEach, beforeEach, expect, test} from 'vitest';
import {copyHeld} from '../../../source/storage/files/copy.ts';
import {Fetched} from '../../../source/storage/files/fetched.ts';
import type {HeldRecord} from '../../../source/storage/files/records.ts';
import type {Vault} from '../../../source/storage/files/vault.ts';
import type {FileOffer} from '../../../source/wire/file-offer.ts';
import {fetchAll, give, makeRig, noise, type Rig, transferOf} from './rig.ts';

const FETCHED = 10;
const BYTES = 1000;

const {lstat} = fs;
/** As the system is asked for it. */
let looked: string[] = [];
/** Looks wait for it before they tell what they have found. */
let hold: Promise<void> | undefined;

let rig: Rig;
let taker: Vault;
let theirs: string;
let fetched: string[];
let others: FileOffer[];

beforeEach(async () => {
	rig = await makeRig();
	const [ours, giver] = [await rig.folder('ours'), await rig.vault('giver')];
	theirs = await rig.folder('theirs');
	taker = await rig.vault('taker', {folder: theirs});
	const offer = async (name: string) => {
		await writeFile(join(ours, name), noise(BYTES, name));
		return (await give(giver, join(ours, name))).held.offer;
	};
	[fetched, others] = [[], []];
	for (let number = 0; number < FETCHED; number++) {
		fetched.push(await fetchAll(giver, taker, await offer(`here ${number}`), theirs));
		others.push(await offer(`other ${number}`));
	}
	countLooks();
});

afterEach(async () => {
	fs.lstat = lstat;
	syncBuiltinESMExports();
	await rig.close();
});

/** At what was fetched. */
function countLooks(): void {
	[looked, hold] = [[], undefined];
	const counting = async (path: string, ...options: []) => {
		const isFetched = fetched.includes(path);
		if (isFetched) looked.push(path);
		const found = lstat(path, ...options);
		if (isFetched) await Promise.allSettled([found, hold]);
		return found;
	};
	fs.lstat = counting as typeof lstat;
	syncBuiltinESMExports();
}

/** From now on. Ends with what it returns. */
function holdLooks(): () => void {
	let go = () => {};
	hold = new Promise(resolve => {
		go = resolve;
	});
	return () => go();
}

function limit(bytes: number | undefined): void {
	taker.settings({folder: theirs, accept: [], ...(bytes !== undefined && {quota: bytes})});
}

const open = (...numbers: number[]) =>
	Promise.allSettled(numbers.map(number => taker.open(transferOf(others[number]!, theirs))));

const outcomes = async (...numbers: number[]) => (await open(...numbers)).map(({status}) => status === 'fulfilled');

test.each([undefined, 0, (FETCHED + 3) * BYTES])(
	'with a quota of %s nothing is looked at as long as it fits',
	async bytes => {
		limit(bytes);
		expect(await outcomes(0, 1, 2)).toEqual([true, true, true]);
		expect(await taker.open(transferOf(others[0]!, join(theirs, 'another')))).toBeTruthy();
		expect(looked).toEqual([]);
	},
);

test('each is looked at, once, before somebody is refused', async () => {
	limit((FETCHED + 1) * BYTES);
	expect(await outcomes(0)).toEqual([true]);
	expect(await outcomes(1)).toEqual([false]);
	expect(looked).toEqual(fetched);
});

test('what is deleted makes room at once, and is not looked for again', async () => {
	limit(FETCHED * BYTES);
	expect(await outcomes(0)).toEqual([false]);
	for (const path of fetched.slice(0, 3)) await rm(path);
	looked = [];
	expect(await outcomes(0)).toEqual([true]);
	expect(looked).toEqual(fetched);
	expect(await outcomes(1, 2)).toEqual([true, true]);
	expect(looked).toHaveLength(FETCHED);
	expect(await outcomes(3)).toEqual([false]);
});

test('one look serves all who asked before it began, and nobody who asked later', async () => {
	const records = fetched.map((path, number) => ({held: {path, offer: others[number], isFetched: true}}) as HeldRecord);
	const all = new Fetched(() => records);
	await Promise.all([all.look(), all.look(), all.look()]);
	expect(looked).toEqual(fetched);
	const go = holdLooks();
	const first = all.look();
	while (looked.length === FETCHED) await turn();
	await rm(fetched[0]!);
	const later = [all.look(), all.look()];
	go();
	await Promise.all([first, ...later]);
	expect(looked).toEqual([...fetched, ...fetched, ...fetched]);
	expect(all.bytes).toBe((FETCHED - 1) * BYTES);
});

test('what comes back counts again after a while', async () => {
	limit(FETCHED * BYTES);
	await rename(fetched[0]!, join(theirs, 'away'));
	expect(await outcomes(0)).toEqual([true]);
	await taker.discard(others[0]!.file);
	await rename(join(theirs, 'away'), fetched[0]!);
	await taker.changed();
	expect(await outcomes(1)).toEqual([false]);
});

test('what is fetched again counts once', async () => {
	const giver = await rig.vault('giver');
	limit((FETCHED + 1) * BYTES);
	await rm(fetched[0]!);
	const again = giver.library.held.find(({offer}) => offer.name === 'here 0')!.offer;
	await fetchAll(giver, taker, again, theirs);
	looked = [];
	expect(await outcomes(0)).toEqual([true]);
	expect(looked).toEqual([]);
});

test('nobody waits for the look that another one needs', async () => {
	limit((FETCHED + 1) * BYTES);
	const go = holdLooks();
	const large = taker.open(transferOf({...others[0]!, size: 2 * BYTES}, theirs));
	large.catch(() => {});
	while (looked.length === 0) await turn();
	expect(await outcomes(1)).toEqual([true]);
	go();
	await expect(large).rejects.toMatchObject({code: 'quota'});
});

test('a copy without a quota looks at nothing but what it copies', async () => {
	await taker.shut();
	const directory = await rig.folder('profile-taker');
	const {offer} = (await rig.vault('taker')).library.held[0]!;
	const folder = await rig.folder('copies');
	looked = [];
	await copyHeld({directory, file: offer.file, name: offer.name, folder});
	expect(looked.filter(path => path !== join(theirs, offer.name))).toEqual([]);
});

test('what was deleted counts no more, though something else has its name now; nor does a file twice while it gets its name', async () => {
	const bytes = fetched.length * BYTES;
	const [last, next] = [fetched[0]!, others[0]!];
	await rm(last);
	await taker.changed();
	const giver = await rig.vault('giver');
	await fetchAll(giver, taker, {...next, name: 'here 0'}, theirs);
	taker.settings({...taker.library.settings, quota: bytes + BYTES});
	await taker.open(transferOf(others[1]!, theirs));
	const file = others[2]!;
	taker.settings({...taker.library.settings, quota: bytes + 2 * BYTES});
	await expect(taker.open(transferOf(file, theirs))).resolves.toBeDefined();
});
