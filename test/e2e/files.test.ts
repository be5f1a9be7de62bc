/** Files between real programs on this machine: offered, fetched, given on, and everything that may come in between. */
import {
	chmodSync,
	existsSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	rmSync,
	statSync,
	symlinkSync,
	writeFileSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {afterAll, afterEach, beforeAll, describe, expect, test} from 'vitest';
import type {TransferInfo} from '../../source/api/files.ts';
import {
	buildLiar,
	digestOf,
	fetched,
	filesIn,
	MB,
	offer,
	offerSeen,
	transferOf,
	untilIs,
	untilTransfer,
	writeFile,
} from '../helpers/files.ts';
import {connected, disposeNodes, freeUdpPort, type HeadlessNode, spawnNode} from '../helpers/node-process.ts';
import {disposePrograms, run, start} from '../helpers/program.ts';

let home: string;
let discoveryPort: number;

type Wanted = {readonly args?: readonly string[]; readonly program?: string; readonly isKept?: boolean};

/** A node whose files go into a folder of its own. */
function node(name: string, {args = [], program, isKept = false}: Wanted = {}): HeadlessNode {
	return spawnNode(name, {
		discoveryPort,
		args: ['--config', '/dev/null', '--no-mdns', '--download-dir', into(name), ...args],
		...(program !== undefined && {program}),
		...(isKept && {directory: path.join(home, `profile of ${name}`)}),
	});
}

function into(name: string): string {
	return path.join(home, `files of ${name}`);
}

/** Nobody who is here has anything of it. */
function isLeftAlone({state, sources}: TransferInfo): boolean {
	return state !== 'done' && sources.every(({pieces}) => pieces === 0);
}

function make(name: string, bytes: number, seed?: number): string {
	return writeFile(path.join(home, name), bytes, seed);
}

beforeAll(async () => {
	home = mkdtempSync(path.join(tmpdir(), 'p2p-tui-files-'));
});

afterAll(async () => {
	await disposeNodes();
	rmSync(home, {recursive: true, force: true});
});

describe('among three', () => {
	let ann: HeadlessNode;
	let bob: HeadlessNode;
	let cat: HeadlessNode;

	beforeAll(async () => {
		discoveryPort = await freeUdpPort();
		[ann, bob, cat] = [node('ann'), node('bob'), node('cat')];
		await connected([ann, bob, cat]);
	});
	afterAll(disposeNodes);

	test('what one offers the others fetch, and give on when the first has left it', async () => {
		const file = make('holiday.mp4', 3 * MB);
		chmodSync(file, 0o755);
		const offered = await offer(ann, file, bob, cat);
		expect(offered).toMatchObject({size: 3 * MB, files: 0});
		const seen = await offerSeen(bob, offered.file);
		expect(seen).toMatchObject({kind: 'file', text: 'holiday.mp4', from: await ann.peerId()});
		expect(seen.offer).toEqual({file: offered.file, name: 'holiday.mp4', size: 3 * MB, files: 0, isExecutable: true});
		// Nobody asked for it: nothing is taken.
		expect(existsSync(into('bob'))).toBe(false);
		const place = await fetched(bob, offered.file.slice(0, 8));
		expect(place).toBe(path.join(into('bob'), 'holiday.mp4'));
		expect(await digestOf(place)).toBe(await digestOf(file));
		expect(statSync(place).mode & 0o777).toBe(0o755);
		const given = await untilTransfer(ann, offered.file, info => info.given >= 3 * MB);
		expect(given).toMatchObject({state: 'done', isFetched: false, from: await ann.peerId()});
		await ann.result({command: 'cancel', file: offered.file});
		expect(existsSync(file)).toBe(true);
		expect(await digestOf(await fetched(cat, offered.file, path.join(home, 'elsewhere')))).toBe(await digestOf(file));
		expect((await transferOf(bob, offered.file))!.given).toBeGreaterThanOrEqual(3 * MB);
		expect((await transferOf(ann, offered.file))?.given).toBeUndefined();
		expect(readdirSync(path.join(home, 'elsewhere'))).toEqual(['holiday.mp4']);
	});

	test('the same content has the same id, whoever offers it under whatever name; names that are taken stay', async () => {
		const first = await offer(ann, make('one.bin', 200_000, 7), cat);
		const second = await offer(bob, make('two.bin', 200_000, 7), cat);
		expect(second.file).toBe(first.file);
		mkdirSync(into('cat'), {recursive: true});
		for (const name of ['one.bin', 'two.bin']) writeFileSync(path.join(into('cat'), name), 'mine');
		const place = await fetched(cat, first.file);
		expect(path.basename(place)).toMatch(/^(one|two) \(2\)\.bin$/);
		expect(await digestOf(place)).toBe(await digestOf(path.join(home, 'one.bin')));
		for (const name of ['one.bin', 'two.bin']) expect(readFileSync(path.join(into('cat'), name), 'utf8')).toBe('mine');
	});

	test.each([0, 1, 65_536, 65_537])('a file of %d bytes', async size => {
		const {file} = await offer(ann, make(`size ${size}`, size, size + 3), bob);
		const place = await fetched(bob, file);
		expect(statSync(place).size).toBe(size);
		expect(await digestOf(place)).toBe(await digestOf(path.join(home, `size ${size}`)));
	});

	test('a folder, without what is hidden or leads out of it', async () => {
		const folder = path.join(home, 'album');
		mkdirSync(path.join(folder, 'deep', 'er'), {recursive: true});
		mkdirSync(path.join(folder, '.git'));
		writeFile(path.join(folder, 'a.jpg'), 100_000, 5);
		writeFile(path.join(folder, 'deep', 'er', 'run.sh'), 70_000, 6);
		chmodSync(path.join(folder, 'deep', 'er', 'run.sh'), 0o700);
		writeFileSync(path.join(folder, 'deep', 'empty'), '');
		writeFileSync(path.join(folder, '.git', 'secret'), 'x');
		writeFileSync(path.join(folder, '.hidden'), 'x');
		symlinkSync('/etc/passwd', path.join(folder, 'passwd'));
		const offered = await offer(ann, folder, bob);
		expect(offered).toMatchObject({size: 170_000, files: 3, skipped: 3});
		const place = await fetched(bob, offered.file);
		const names = ['a.jpg', 'deep/empty', 'deep/er/run.sh'];
		expect(filesIn(place)).toEqual(names);
		for (const name of names) {
			expect(await digestOf(path.join(place, name))).toBe(await digestOf(path.join(folder, name)));
		}
		expect(statSync(path.join(place, 'deep/er/run.sh')).mode & 0o100).toBe(0o100);
		expect(statSync(path.join(place, 'a.jpg')).mode & 0o111).toBe(0);
	});

	test('row 47: whatever a file is called, it lies in the folder, to be seen, and takes the place of none', async () => {
		const names = [
			'..\\..\\evil',
			'C:\\autoexec.bat',
			'CON',
			'nul.txt',
			'end. ',
			' .bashrc',
			'.profile',
			`${'ä'.repeat(127)}x`,
		];
		const place = path.join(home, 'hostile');
		mkdirSync(place);
		for (const [index, name] of names.entries()) {
			const file = path.join(place, name);
			writeFileSync(file, `content ${index}`);
			const {file: id} = await offer(ann, file, bob);
			const target = await fetched(bob, id, path.join(home, 'safe'));
			expect(path.dirname(target)).toBe(path.join(home, 'safe'));
			expect(path.basename(target)).toMatch(/^[^.\s\\:][^\\:]*(?<![. ])$/);
			expect(path.basename(target)).not.toMatch(/^(con|nul)(\.|$)/i);
			expect(readFileSync(target, 'utf8')).toBe(`content ${index}`);
		}
		expect(filesIn(path.join(home, 'safe'))).toHaveLength(names.length);
	});

	test('row 48: nothing is written through a link that waits under the name', async () => {
		const {file} = await offer(ann, make('trap.bin', 100_000, 11), bob);
		const victim = path.join(home, 'victim');
		writeFileSync(victim, 'mine');
		mkdirSync(into('bob'), {recursive: true});
		for (const name of ['trap.bin', 'trap.bin.part']) symlinkSync(victim, path.join(into('bob'), name));
		const place = await fetched(bob, file);
		expect(readFileSync(victim, 'utf8')).toBe('mine');
		expect(statSync(place).size).toBe(100_000);
	});

	test('pause, go on, cancel; what is not known or cannot be is refused', async () => {
		const {file} = await offer(ann, make('slow.bin', 4 * MB, 12), bob);
		// So slow that it is not complete before it is paused, however late this test is told.
		await bob.result({command: 'file-settings', settings: {maxDownload: MB / 2}});
		const folder = path.join(home, 'paused');
		await bob.result({command: 'fetch-file', file, folder});
		await untilTransfer(bob, file, ({done}) => done > 0);
		await bob.result({command: 'pause', file});
		const {done} = (await transferOf(bob, file))!;
		expect(done).toBeLessThan(4 * MB);
		await bob.result({command: 'resume', file});
		await untilTransfer(bob, file, info => info.done > done && info.state === 'fetching', {since: bob.mark});
		await bob.result({command: 'cancel', file});
		await untilIs(bob, file, 'cancelled');
		await expect.poll(() => readdirSync(folder), {timeout: 30_000}).toEqual([]);
		expect(await transferOf(bob, file)).toBeUndefined();
		await bob.result({command: 'file-settings', settings: {maxDownload: 0}});
		expect(await bob.refusal({command: 'fetch-file', file: 'f'.repeat(64)})).toBe('unknown-file');
		expect(await bob.refusal({command: 'pause', file})).toBe('unknown-file');
		expect(await bob.refusal({command: 'offer-file', path: path.join(home, 'nothing'), room: 'lobby'})).toBe('file');
		expect(await bob.refusal({command: 'offer-file', path: '/dev/zero', room: 'lobby'})).toBe('file');
		expect(await bob.refusal({command: 'offer-file', path: path.join(home, 'one.bin'), room: 'nowhere'})).toBe(
			'unknown-room',
		);
	});

	test('row 52: of a file that changes while it is fetched nobody gets a mixture', async () => {
		const [changing, copy] = ['changing.bin', 'copy of it'].map(name => make(name, 2 * MB, 13)) as [string, string];
		await ann.result({command: 'file-settings', settings: {maxUpload: MB / 2}});
		const {file} = await offer(ann, changing, bob, cat);
		await bob.result({command: 'fetch-file', file});
		await untilTransfer(bob, file, ({done}) => done > 0);
		const since = bob.mark;
		writeFileSync(changing, Buffer.alloc(MB), {flag: 'r+'});
		await untilIs(ann, file, 'changed');
		const {done} = await untilTransfer(bob, file, isLeftAlone, {since});
		expect(done).toBeLessThan(2 * MB);
		expect(readdirSync(into('bob')).filter(name => name.startsWith('changing'))).toEqual(['changing.bin.part']);
		// What came before is right: with the rest from somebody who has it as it was, it is what was offered.
		expect((await offer(cat, copy)).file).toBe(file);
		const {path: place, received} = await untilIs(bob, file, 'done');
		expect(await digestOf(place!)).toBe(await digestOf(copy));
		expect(received).toBeLessThan(2.5 * MB);
		await ann.result({command: 'file-settings', settings: {maxUpload: 0}});
	});

	test('only who is in the room gets it, and others cannot tell whether it is there', async () => {
		// One after the other, so that the first is told of the second.
		for (const each of [ann, bob]) await each.result({command: 'join', room: 'private'});
		await ann.waitFor('member-joined', event => event.room === 'private');
		const secret = make('secret.bin', 50_000, 14);
		const {file} = await ann.result({command: 'offer-file', path: secret, room: 'private'});
		await offerSeen(bob, file);
		expect(await cat.refusal({command: 'fetch-file', file})).toBe('unknown-file');
		expect(await digestOf(await fetched(bob, file))).toBe(await digestOf(secret));
	});

	test('to one person alone', async () => {
		const present = make('present.bin', 50_000, 15);
		const {file} = await ann.result({command: 'offer-file', path: present, room: `@${await bob.peerId()}`});
		await offerSeen(bob, file);
		expect(await digestOf(await fetched(bob, file))).toBe(await digestOf(present));
		expect(cat.all('message').some(message => message.offer?.file === file)).toBe(false);
	});

	test('what the rules allow comes by itself', async () => {
		const accept = [{from: await ann.peerId(), bytes: 100_000}];
		expect(await cat.result({command: 'file-settings', settings: {accept}})).toMatchObject({accept});
		const [small, large, other] = [make('small', 99_000, 16), make('large', 101_000, 17), make('other', 9_000, 18)];
		const refused = [await offer(ann, large, cat), await offer(bob, other, cat)];
		const {file} = await offer(ann, small, cat);
		await untilIs(cat, file, 'done');
		for (const offered of refused) expect(await transferOf(cat, offered.file)).toBeUndefined();
	});

	test('after kill -9 it goes on by itself, with what was missing only', async () => {
		let dora = node('dora', {isKept: true, args: ['--max-download', '1MB/s']});
		const original = make('long.bin', 6 * MB, 21);
		const {file} = await offer(ann, original, dora);
		await dora.result({command: 'fetch-file', file});
		const {done} = await untilTransfer(dora, file, info => info.done >= MB);
		dora.kill('SIGKILL');
		await dora.exited;
		expect(readdirSync(into('dora'))).not.toContain('long.bin');
		dora = node('dora', {isKept: true, args: ['--max-download', 'off']});
		const end = await untilIs(dora, file, 'done');
		expect(end.received).toBeLessThanOrEqual(6 * MB - done + MB);
		expect(await digestOf(end.path!)).toBe(await digestOf(original));
		expect(readdirSync(into('dora'))).toEqual(['long.bin']);
		await dora.dispose();
	});

	test('row 50: of three sources one lies: it is dropped and named, and the file completes', async () => {
		const original = make('contested.bin', 4 * MB, 22);
		const liar = node('liar', {program: await buildLiar()});
		const honest = [ann, bob];
		// So slow that it cannot be complete before the liar was asked for something.
		const limit = (maxUpload: number) =>
			Promise.all(honest.map(each => each.result({command: 'file-settings', settings: {maxUpload}})));
		await limit(MB / 4);
		const {file} = await offer(ann, original, bob, cat, liar);
		for (const each of [bob, liar]) expect((await offer(each, original)).file).toBe(file);
		await cat.result({command: 'fetch-file', file});
		const dropped = await cat.waitFor('source-dropped', event => event.file === file, {timeout: 30_000});
		expect(dropped).toMatchObject({peer: await liar.peerId(), name: 'liar'});
		expect((await transferOf(cat, file))!.done).toBeLessThan(4 * MB);
		await limit(0);
		const {path: place} = await untilIs(cat, file, 'done');
		expect(await digestOf(place!)).toBe(await digestOf(original));
		for (const each of honest) expect((await transferOf(each, file))!.given).toBeGreaterThan(0);
		expect(cat.all('source-dropped')).toHaveLength(1);
		// The chat with whoever lied about a file goes on.
		await cat.publish('still here');
		await liar.hears('still here');
	});
});

describe('for scripts', () => {
	afterEach(async () => {
		await disposeNodes();
		await disposePrograms();
	});

	test('send and get', async () => {
		const port = String(await freeUdpPort());
		const place = ['--ephemeral', '--interface', 'lo', '--no-mdns', '--discovery-port', port];
		const original = make('report.pdf', 2 * MB, 23);
		const sending = start(['send', '--file', original, '--room', 'ops', '--to', '2', '--name', 'ann', ...place]);
		const target = path.join(home, 'got');
		const get = (name: string, ...more: string[]) => run(['get', ...more, '--room', 'ops', '--name', name, ...place]);
		const [bob, cat] = await Promise.all([
			get('bob', 'report.pdf', '--to', path.join(target, 'bob')),
			get('cat', 'report.pdf', '--to', path.join(target, 'cat'), '--json'),
		]);
		const file = path.join(target, 'bob', 'report.pdf');
		expect(bob).toEqual({status: 0, stdout: `${file}\n`, stderr: ''});
		expect(await digestOf(file)).toBe(await digestOf(original));
		const lines = cat.stdout
			.trim()
			.split('\n')
			.map(line => JSON.parse(line));
		expect(lines.at(-1)).toMatchObject({state: 'done', size: 2 * MB, path: path.join(target, 'cat', 'report.pdf')});
		expect({status: cat.status, stderr: cat.stderr}).toEqual({status: 0, stderr: ''});
		const sent = await sending.ended;
		expect(sent).toMatchObject({status: 0, stderr: ''});
		expect(sent.stdout).toBe(`${lines.at(-1).file} report.pdf\n`);
	});

	test('send and get that come to nothing end with status 1 and one line', async () => {
		const place = ['--ephemeral', '--interface', 'lo', '--no-discovery', '--timeout', '1', '--room', 'ops'];
		const [missing, alone, nothing] = await Promise.all([
			run(['send', '--file', path.join(home, 'no such file'), ...place]),
			run(['send', '--file', make('lonely', 10, 24), ...place]),
			run(['get', 'report.pdf', '--to', path.join(home, 'never'), ...place]),
		]);
		expect(missing).toMatchObject({
			status: 1,
			stdout: '',
			stderr: expect.stringMatching(/^p2p-tui: [^\n]*no such file[^\n]*\n$/),
		});
		expect(alone).toMatchObject({
			status: 1,
			stderr: expect.stringMatching(/^p2p-tui: Nobody is known to have all of "lonely"[^\n]*\n$/),
		});
		expect(nothing).toMatchObject({
			status: 1,
			stdout: '',
			stderr: expect.stringMatching(/^p2p-tui: Nobody offers "report\.pdf"[^\n]*\n$/),
		});
		expect(existsSync(path.join(home, 'never'))).toBe(false);
	});
});
