import {chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, it} from 'vitest';
import {loadIdentity, newIdentity} from '../../source/storage/identity.ts';
import {verifySignature} from '../../source/wire/identity.ts';

let root: string;
let directory: string;
let keyFile: string;

beforeEach(async () => {
	root = await mkdtemp(join(tmpdir(), 'p2p-tui-test-'));
	directory = join(root, 'profile');
	keyFile = join(directory, 'identity.key');
});
afterEach(() => rm(root, {recursive: true, force: true}));

const modeOf = async (path: string) => (await stat(path)).mode & 0o777;

describe('newIdentity', () => {
	it('makes another key pair every time, which signs', () => {
		const [first, second] = [newIdentity(), newIdentity()];
		expect(first.peerId).not.toBe(second.peerId);
		const bytes = Buffer.from('text');
		expect(verifySignature(first.publicKey, bytes, first.sign(bytes))).toBe(true);
	});
});

describe('loadIdentity', () => {
	it('makes a key for its owner alone, and finds it again', async () => {
		const first = await loadIdentity(directory);
		expect(await readdir(directory)).toEqual(['identity.key']);
		expect([await modeOf(directory), await modeOf(keyFile)]).toEqual([0o700, 0o600]);
		const again = await loadIdentity(directory);
		expect(again.peerId).toBe(first.peerId);
		expect(again.seed).toEqual(first.seed);
	});

	it('stores libp2p’s protobuf form', async () => {
		const {seed, publicKey} = await loadIdentity(directory);
		expect(await readFile(keyFile)).toEqual(Buffer.concat([Buffer.from('08011240', 'hex'), seed, publicKey]));
	});

	it('gives all of several that start at once the same key', async () => {
		const identities = await Promise.all(Array.from({length: 8}, () => loadIdentity(directory)));
		expect(new Set(identities.map(({peerId}) => peerId)).size).toBe(1);
		expect(await readdir(directory)).toEqual(['identity.key']);
	});

	it.each([
		['row 13: an empty key file', 'is empty', () => Buffer.alloc(0)],
		['row 13: a truncated key file', 'is cut short', (key: Buffer) => key.subarray(0, 67)],
		['row 13: a key file with something behind it', 'is damaged', (key: Buffer) => Buffer.concat([key, key])],
		['row 13: another file', 'is damaged', () => Buffer.alloc(68, 'a')],
		[
			'row 13: a key file with one bit changed',
			'is damaged',
			(key: Buffer) => {
				key[20] = (key[20] ?? 0) ^ 1;
				return key;
			},
		],
	])('%s is refused with a way out, and left as it is', async (_title, problem, change) => {
		await loadIdentity(directory);
		const broken = change(await readFile(keyFile));
		await writeFile(keyFile, broken);
		await expect(loadIdentity(directory)).rejects.toMatchObject({
			name: 'UserError',
			message: expect.stringContaining(`${keyFile} ${problem}`),
			hint: expect.stringContaining(`mv ${keyFile}`),
		});
		expect(await readFile(keyFile)).toEqual(broken);
	});

	it.each([0o644, 0o640, 0o620, 0o606])(
		'row 13: a key file of mode %o is refused, with the command that mends it',
		async mode => {
			const {peerId} = await loadIdentity(directory);
			await chmod(keyFile, mode);
			await expect(loadIdentity(directory)).rejects.toMatchObject({
				name: 'UserError',
				hint: expect.stringContaining(`chmod 600 ${keyFile}`),
			});
			await chmod(keyFile, 0o600);
			expect((await loadIdentity(directory)).peerId).toBe(peerId);
		},
	);

	it('row 13: a key file that cannot be read is refused, never replaced', async () => {
		await mkdir(keyFile, {recursive: true, mode: 0o700});
		await expect(loadIdentity(directory)).rejects.toMatchObject({
			name: 'UserError',
			message: expect.stringContaining(keyFile),
		});
		expect((await stat(keyFile)).isDirectory()).toBe(true);
	});

	it('refuses a directory into which others can put files', async () => {
		await mkdir(directory);
		await chmod(directory, 0o770);
		await expect(loadIdentity(directory)).rejects.toMatchObject({
			name: 'UserError',
			hint: expect.stringContaining(`chmod 700 ${directory}`),
		});
		expect(await readdir(directory)).toEqual([]);
	});

	it.skipIf(process.platform !== 'linux')('gives up where the system never lets a directory be made', async () => {
		await expect(loadIdentity('/proc/p2p-tui-test/profile')).rejects.toThrow(/Cannot use the data directory/);
	});

	it('makes the parents that are missing, for several at once', async () => {
		const deep = join(root, 'a', 'b', 'c');
		const all = await Promise.all([loadIdentity(deep), loadIdentity(deep), loadIdentity(deep)]);
		expect(new Set(all.map(({peerId}) => peerId)).size).toBe(1);
		expect(await modeOf(join(root, 'a'))).toBe(0o700);
	});

	it('says so when the directory cannot be made', async () => {
		const file = join(root, 'file');
		await writeFile(file, '');
		for (const path of [file, join(file, 'profile')]) {
			await expect(loadIdentity(path)).rejects.toMatchObject({
				name: 'UserError',
				message: `Cannot use the data directory ${path}: there is a file in its place`,
				hint: expect.stringContaining('--data-dir'),
			});
		}
	});
});
