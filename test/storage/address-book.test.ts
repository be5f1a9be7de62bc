import {mkdtemp, readdir, rm, stat, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, expect, test} from 'vitest';
import {AddressBook} from '../../source/storage/address-book.ts';
import {IDENTITIES} from '../behaviours/fixtures.ts';

const [ANN, BOB] = IDENTITIES.map(({peerId}) => peerId) as [string, string];
const ADDRESS = '/ip4/192.0.2.7/tcp/4001';

let directory: string;
let warnings: string[];

beforeEach(async () => {
	directory = await mkdtemp(join(tmpdir(), 'p2p-tui-test-'));
	warnings = [];
});
afterEach(() => rm(directory, {recursive: true, force: true}));

const open = () => new AddressBook(directory, message => warnings.push(message));
const path = () => join(directory, 'peers.json');

test('a new profile knows nobody, and says nothing about it', async () => {
	expect(await open().load()).toEqual({ports: [0, 0], peers: []});
	expect(warnings).toEqual([]);
});

test('what was saved last is there at the next start, for the owner alone', async () => {
	const book = open();
	book.save({peers: [{peer: ANN, addresses: [ADDRESS]}]});
	book.save({ports: [4001, 0], peers: [{peer: BOB, addresses: [ADDRESS]}]});
	const last = [
		{peer: BOB, addresses: ['/ip6/2001:db8::7/tcp/4001', ADDRESS]},
		{peer: ANN, addresses: []},
	];
	book.save({peers: last});
	await book.close();
	expect(await open().load()).toEqual({ports: [4001, 0], peers: last});
	expect(await readdir(directory)).toEqual(['peers.json']);
	expect((await stat(path())).mode & 0o777).toBe(0o600);
});

test.each([
	['an empty file', ''],
	['half a file', '{"version":1,"peers":[{"pe'],
	['another program’s file', '{"peers": "many"}'],
	['a list', '[]'],
	['nothing', 'null'],
	['a newer version', `{"version":2,"peers":[{"peer":"${ANN}","addresses":["${ADDRESS}"]}]}`],
	['more than could be ours', `{"version":1,"peers":[]}${' '.repeat(300_000)}`],
])('%s is an empty book, and is written anew', async (_what, content) => {
	await writeFile(path(), content);
	const book = open();
	expect(await book.load()).toEqual({ports: [0, 0], peers: []});
	book.save({peers: [{peer: ANN, addresses: [ADDRESS]}]});
	await book.close();
	expect((await open().load()).peers).toEqual([{peer: ANN, addresses: [ADDRESS]}]);
});

test('entries that nobody could dial are left out, the others stay', async () => {
	const peers = [
		{peer: 'QmNotOurs', addresses: [ADDRESS]},
		{peer: ANN, addresses: [ADDRESS, '/ip4/192.0.2.7/udp/9', 7, `${ADDRESS}/p2p/${ANN}`, '/ip4/192.0.2.7/tcp/0']},
		null,
		{peer: BOB},
		'text',
	];
	await writeFile(path(), JSON.stringify({version: 1, peers}));
	expect((await open().load()).peers).toEqual([{peer: ANN, addresses: [ADDRESS, ADDRESS]}]);
});

test('a book without end is read up to its bound', async () => {
	const many = Array.from({length: 1_000}, () => ({peer: ANN, addresses: Array(20).fill(ADDRESS)}));
	const small = {version: 1, peers: many.map(({peer}) => ({peer, addresses: [ADDRESS]}))};
	await writeFile(path(), JSON.stringify(small));
	const read = await open().load();
	expect(read.peers).toHaveLength(256);
	await writeFile(path(), JSON.stringify({version: 1, peers: many.slice(0, 1)}));
	expect((await open().load()).peers[0]?.addresses).toHaveLength(8);
});

test('a directory that cannot be written to is one warning, and no failure', async () => {
	const book = new AddressBook(join(directory, 'gone'), message => warnings.push(message));
	book.save({peers: [{peer: ANN, addresses: [ADDRESS]}]});
	await book.close();
	expect(warnings).toEqual([expect.stringMatching(/^Addresses of peers cannot be remembered: /u)]);
});

test.each(['many', [70_000, 0], [-1, 1.5], [null], ['4001', '4002']])(
	'ports that are none are none: %j',
	async ports => {
		await writeFile(path(), JSON.stringify({version: 1, ports, peers: []}));
		expect((await open().load()).ports).toEqual([0, 0]);
	},
);
