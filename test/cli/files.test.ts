/** The command line of files: what is asked for, and what becomes of it. */
import {EventEmitter} from 'node:events';
import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {afterEach, beforeEach, describe, expect, onTestFinished, test, vi} from 'vitest';
import type {FileSettings, Offer, TransferInfo} from '../../source/api/files.ts';
import {UserError} from '../../source/base/errors.ts';
import {picture} from '../../source/cli/demo-picture.ts';
import {SCENES} from '../../source/cli/demo-script.ts';
import {defaultDownloadFolder, fileSettings, usualFolder, withFilesAlone} from '../../source/cli/file-config.ts';
import {type GetOptions, offerFor, runGet} from '../../source/cli/get.ts';
import {helpText} from '../../source/cli/help.ts';
import {parseLine} from '../../source/cli/lines.ts';
import {type Invocation, type Options, parseArguments} from '../../source/cli/options.ts';
import {progressOn, progressRow} from '../../source/cli/progress.ts';
import {runSendFiles, type SendFilesOptions} from '../../source/cli/send-files.ts';
import {checkSettings, parseSettings} from '../../source/cli/settings-file.ts';
import {FileFailure} from '../../source/storage/files/kept.ts';
import {acceptText, DEFAULT_FILE_TEXTS, fileSettingNamed, parseAccept} from '../../source/store/file-settings.ts';
import {widthOf} from '../../source/store/width.ts';
import {CONFIG, FakeCore, OTHER, READY} from './fake-core.ts';

const FILE = '4f1d0c9e'.padEnd(64, '0');

function offerOf(name: string, file = FILE): Offer {
	const where = {room: 'ops', messageId: 'ab', from: OTHER, timestamp: 1};
	return {file, name, size: 1000, files: 0, isExecutable: false, ...where};
}

function infoOf(more: Partial<TransferInfo> = {}): TransferInfo {
	return {
		...{file: FILE, name: 'report.pdf', size: 1000, files: 0, state: 'fetching', rooms: ['ops'], isFetched: true},
		...{done: 0, rateIn: 0, rateOut: 0, received: 0, given: 0, priority: 0, sources: [], takers: []},
		...{pieces: 4, pieceBytes: 250, map: {have: '', seen: '', asked: ''}},
		...more,
	};
}

function refused(...argv: string[]): {message: string; hint: string | undefined} {
	try {
		parseArguments(argv, {});
	} catch (error) {
		expect(error).toBeInstanceOf(UserError);
		expect((error as UserError).exitStatus).toBe(2);
		return {message: (error as UserError).message, hint: (error as UserError).hint};
	}
	throw new Error(`${argv.join(' ')} was taken`);
}

describe('what is typed', () => {
	const parsed = (argv: string[], env = {}) => parseArguments(argv, env) as Extract<Invocation, {options: Options}>;

	test('send takes a text or files', () => {
		const sent = parsed(['send', '--file', 'a.pdf', '--file', 'b', '--room', 'ops', '--to', '2']);
		expect(sent).toMatchObject({command: 'send-files', target: {room: 'ops'}});
		expect(sent.options).toMatchObject({files: ['a.pdf', 'b'], to: 2, isTimeoutGiven: false});
		expect(parsed(['send', '--room', 'ops', 'hi'], {P2P_TUI_FILE: 'x'}).command).toBe('send');
		expect(parsed(['send', '--room', 'ops'], {P2P_TUI_FILE: 'x'}).command).toBe('send-files');
		const both = refused('send', '--file', 'a', '--room', 'ops', 'hi');
		expect(both.message).toMatch(/text or --file, not both/);
		expect(both.hint).toMatch(/give --file before each file/);
		expect(refused('send', '--file', 'a').hint).toMatch(/--room/);
		expect(refused('send', '--flie', 'a').hint).toBe('Did you mean --file?');
	});

	test('standard input is no file, and is never sent as a text instead', () => {
		const words = {message: '--file takes a path, not standard input', hint: 'Save it as a file first'};
		expect(refused('send', '--file', '-', '--room', 'ops')).toEqual(words);
		expect(refused('send', '--file', 'a', '--file', '-', '--room', 'ops')).toEqual(words);
		expect(refused('send', '--file=-', '--room', 'ops')).toEqual(words);
		expect(() => parsed(['send', '--room', 'ops'], {P2P_TUI_FILE: '-'})).toThrow(/P2P_TUI_FILE takes a path/);
		expect(parsed(['send', '--room', 'ops', '-'])).toMatchObject({command: 'send', text: '-'});
		expect(parsed(['send', '--room', 'ops', '--file', '-5'])).toMatchObject({options: {files: ['-5']}});
		expect(helpText('send')).toContain('--file <path> …');
		expect(helpText('send')).toContain('For several files, give --file before each');
	});

	test('get takes one file, a place to look and a place to put it', () => {
		const got = parsed(['get', '4f1d0c9e', '--room', 'ops', '--to', '/in', '--timeout', '5']);
		expect(got).toMatchObject({command: 'get', wanted: '4f1d0c9e', target: {room: 'ops'}});
		expect(got.options).toMatchObject({downloadFolder: '/in', timeout: 5000, to: 1});
		// What it means to send must not name a folder here.
		expect(parsed(['get', 'x', '--room', 'ops'], {P2P_TUI_TO: '2'}).options).toMatchObject({downloadFolder: undefined});
		expect(parsed(['get', 'x', '--direct', OTHER])).toMatchObject({target: {peer: OTHER}});
		expect(refused('get', '--room', 'ops').message).toMatch(/takes the id or the name/);
		expect(refused('get', 'a', 'b', '--room', 'ops').message).toMatch(/one file/);
		expect(refused('get', 'a').message).toMatch(/where it is offered/);
		expect(refused('gte', 'a').hint).toBe('Did you mean get?');
		expect(refused('get', 'a', '--file', 'b').message).toMatch(/--file means nothing to get/);
	});

	test('limits and rules', () => {
		const {options} = parsed(['--max-upload', '2MB/s', '--max-download', 'off', '--accept', `${OTHER}=20MB`]);
		expect(options.maxUpload).toBe(2_000_000);
		expect(options.maxDownload).toBe(Number.POSITIVE_INFINITY);
		// As the settings and `/limit` have it.
		expect(parsed(['--max-upload', '0']).options.maxUpload).toBe(Number.POSITIVE_INFINITY);
		expect(options.accept).toEqual([{from: OTHER, bytes: 20_000_000}]);
		const env = {P2P_TUI_ACCEPT: `*=1kB,${OTHER}=1GB`, P2P_TUI_DOWNLOAD_DIR: '/d'};
		const fromEnv = parsed(['headless'], env).options;
		expect(fromEnv.accept).toHaveLength(2);
		expect(fromEnv.downloadFolder).toBe('/d');
		expect(refused('--max-upload', 'fast').message).toMatch(/--max-upload takes bytes a second.*"fast"/);
		expect(refused('--accept', 'ann=20MB').message).toMatch(/--accept takes a peer id and a size/);
	});
});

describe('where files go', () => {
	let home: string;
	beforeEach(() => {
		home = mkdtempSync(path.join(tmpdir(), 'p2p-tui-test-'));
	});
	afterEach(() => rmSync(home, {recursive: true, force: true}));

	const machine = (env = {}) => ({platform: 'linux' as const, home, env});
	const dirs = (text: string) => {
		mkdirSync(path.join(home, '.config'), {recursive: true});
		writeFileSync(path.join(home, '.config/user-dirs.dirs'), text);
	};

	test('is where the system keeps downloads', () => {
		expect(defaultDownloadFolder(machine())).toBe(path.join(home, 'Downloads'));
		dirs(
			'# not this: XDG_DOWNLOAD_DIR="/no"\nXDG_DESKTOP_DIR="$HOME/Desk"\nXDG_DOWNLOAD_DIR="$HOME/Meine \\"Sachen\\""\n',
		);
		expect(defaultDownloadFolder(machine())).toBe(path.join(home, 'Meine "Sachen"'));
		expect(defaultDownloadFolder(machine({XDG_DOWNLOAD_DIR: '/data/in'}))).toBe('/data/in');
		expect(defaultDownloadFolder({...machine(), platform: 'darwin'})).toBe(path.join(home, 'Downloads'));
	});

	test.each(['XDG_DOWNLOAD_DIR="$HOME/"', 'XDG_DOWNLOAD_DIR="relative"', 'XDG_DOWNLOAD_DIR=$(rm -rf ~)'])(
		'%s says nothing',
		text => {
			dirs(`${text}\n`);
			expect(defaultDownloadFolder(machine())).toBe(path.join(home, 'Downloads'));
		},
	);

	test('options win over settings, and off over a limit', () => {
		const none = {downloadFolder: undefined, accept: undefined, maxUpload: undefined, maxDownload: undefined};
		const texts = {
			...DEFAULT_FILE_TEXTS,
			...{'files.folder': '~/in', 'files.accept': '*=1MB', 'files.maxUpload': '500kB/s', 'files.quota': '5GB'},
		};
		expect(fileSettings(none, texts, machine())).toEqual({
			folder: path.join(home, 'in'),
			accept: [{from: '*', bytes: 1_000_000}],
			maxUpload: 500_000,
			quota: 5_000_000_000,
		});
		const rules = [{from: OTHER, bytes: 7}];
		const alone = withFilesAlone(
			CONFIG,
			{...none, accept: rules, ephemeral: true, theme: undefined, config: undefined},
			machine(),
		);
		expect(alone.files).toMatchObject({accept: [], asked: ['accept']});
		expect(usualFolder({...none, downloadFolder: '/x'}, machine())).toBe('/x');
		expect(usualFolder(none, machine())).toBe(defaultDownloadFolder(machine()));
		const asked = {...none, downloadFolder: '/x', accept: rules, maxUpload: Number.POSITIVE_INFINITY, maxDownload: 9};
		expect(fileSettings(asked, texts, machine())).toEqual({
			folder: '/x',
			accept: rules,
			maxDownload: 9,
			quota: 5_000_000_000,
			asked: ['folder', 'accept', 'maxUpload', 'maxDownload'],
		});
	});
});

describe('the settings file', () => {
	test('takes them as people write them', () => {
		const text = `{"files.folder": "~/in", "files.accept": "*=1MB", "files.maxUpload": "20Mbit/s", "files.quota": "off"}`;
		expect(parseSettings(text, 'f')).toMatchObject({'files.folder': '~/in', 'files.maxUpload': '20Mbit/s'});
	});

	test.each([
		['{"files.maxUplaod": "1MB"}', 'there is no setting "files.maxUplaod"', 'did you mean files.maxUpload?'],
		['{"files.maxUpload": 5}', 'files.maxUpload cannot be 5', expect.stringMatching(/such as "500kB\/s"/)],
		['{"files.quota": "lots"}', 'files.quota cannot be "lots"', expect.stringMatching(/50GB/)],
		['{"files.folder": "in"}', 'files.folder cannot be "in"', expect.stringMatching(/Downloads/)],
		['{"files.accept": "ann=1MB"}', 'files.accept cannot be "ann=1MB"', expect.stringMatching(/peer ids/)],
	])('%s: %s', (text, message, hint) => {
		expect(checkSettings(text).problems).toEqual([{at: expect.any(Number), message, hint}]);
	});

	test('rules come back as they were, and names in any writing', () => {
		const rules = [
			{from: OTHER, bytes: 20_000_000},
			{from: '*', bytes: 0},
		];
		expect(parseAccept(acceptText(rules))).toEqual(rules);
		expect(parseAccept(Array.from({length: 300}, () => '*=1').join())).toBeUndefined();
		expect(fileSettingNamed('Max-Upload')).toBe('files.maxUpload');
		expect(fileSettingNamed('theme')).toBeUndefined();
	});
});

describe('headless lines', () => {
	const line = (command: object) => parseLine({text: JSON.stringify(command)});

	test('are taken', () => {
		const settings = {folder: '/in', accept: [{from: '*', bytes: 5}], maxUpload: 10, quota: null};
		const parsed = line({command: 'file-settings', settings});
		const taken = (parsed as {command: {settings: Partial<FileSettings>}}).command.settings;
		expect(taken).toEqual({folder: '/in', accept: [{from: '*', bytes: 5}], maxUpload: 10, quota: 0});
		expect(line({command: 'fetch-file', file: FILE, priority: -1})).toMatchObject({ok: true});
		expect(line({command: 'file-settings'})).toEqual({ok: true, command: {command: 'file-settings'}});
	});

	test.each([
		[{command: 'offer-file', path: 'a.txt', room: 'x'}, 'offer-file: "path" is no absolute path'],
		[{command: 'offer-file', room: 'x'}, 'offer-file: "path" is missing'],
		[{command: 'fetch-file', file: FILE, folder: '../x'}, 'fetch-file: "folder" is no absolute path'],
		[{command: 'prioritise', file: FILE, priority: 2}, 'prioritise: "priority" is not -1, 0 or 1'],
		[{command: 'file-settings', settings: []}, 'file-settings: "settings" is no object'],
		[
			{command: 'file-settings', settings: {fodler: '/'}},
			'file-settings: "settings" has a wrong "fodler": did you mean folder?',
		],
		[{command: 'file-settings', settings: {maxUpload: -1}}, /"maxUpload": it is no number of bytes$/],
		[{command: 'file-settings', settings: {accept: [{from: 'ann', bytes: 1}]}}, /"accept": it is no list/],
		[{command: 'ofer-file'}, /did you mean offer-file\?/],
	])('%j is refused', (command, message) => {
		const parsed = line(command);
		expect(parsed).toMatchObject({ok: false});
		if (typeof message === 'string') expect(parsed).toMatchObject({message});
		else expect((parsed as {message: string}).message).toMatch(message);
	});
});

describe('the row of progress', () => {
	const row = {name: 'report.pdf', done: 540, size: 1000, rate: 88_000_000, left: 7000, who: 'from ann, cat'};

	test('has everything where there is room for it', () => {
		expect(progressRow(row, 100, true)).toBe(
			'report.pdf ▕████████████████▏             ▏ 54 % of 1000 B  88 MB/s  7 s  from ann, cat'.replace(
				'1000 B',
				'1.0 kB',
			),
		);
		expect(progressRow(row, 100, false)).toMatch(/^report\.pdf \[#{16} {14}\] 54 % of/);
	});

	test.each([10, 20, 40, 60, 79])('fits into %d cells, whatever it is called', columns => {
		for (const name of ['report.pdf', '漢字'.repeat(50), '\x1b[2J\u202e.exe', '👩‍👩‍👧‍👦'.repeat(20)]) {
			const text = progressRow({...row, name}, columns, true);
			expect(widthOf(text)).toBeLessThanOrEqual(columns);
			expect(text).not.toMatch(/[\x1b\u202e]/);
		}
	});

	test('is drawn only for somebody who sees it', () => {
		const written: string[] = [];
		const write = (text: string) => void written.push(text);
		const quiet = progressOn({write});
		quiet.show(() => 'x');
		quiet.clear();
		expect(written).toEqual([]);
		const dumb = progressOn({isTTY: true, columns: 40, write}, 'dumb');
		dumb.show(() => 'x');
		dumb.clear();
		expect(written).toEqual([]);
		const seen = progressOn({isTTY: true, columns: 40, write}, 'xterm');
		seen.clear();
		seen.show(columns => String(columns));
		seen.clear();
		expect(written).toEqual(['\r\x1b[K37', '\r\x1b[K']);
	});
});

test('an offer is found by its id, the beginning of it, or its name', () => {
	const other = offerOf('b.txt', '4f1d0c9e'.padEnd(64, '1'));
	const offers = [offerOf('a.txt'), offerOf('a.txt', 'e'.repeat(64)), other];
	expect(offerFor(FILE, offers)).toBe(offers[0]);
	expect(offerFor('4F1D0C9E1', offers)).toBe(other);
	expect(offerFor('a.txt', offers)).toBe(offers[0]);
	expect(offerFor('4f1d', offers)).toBeUndefined();
	expect(() => offerFor('4f1d0c9e', offers)).toThrow('2 files begin with 4f1d0c9e');
	expect(offerFor('deadbeef', [offerOf('deadbeef')])?.name).toBe('deadbeef');
	// As it is shown, and proposed; the very name counts more.
	const [hidden, plain] = [offerOf('a\u202eb'), offerOf('a\\u202eb')];
	expect(offerFor('a\\u202eb', [hidden])).toBe(hidden);
	expect(offerFor('a\\u202eb', [hidden, plain])).toBe(plain);
});

let core: FakeCore;
let printed: string[];
let signals: EventEmitter;
let offers: Offer[];
let transfers: TransferInfo[];

describe('with a core', () => {
	beforeEach(() => {
		vi.useFakeTimers({toFake: ['setTimeout', 'clearTimeout', 'performance']});
		core = new FakeCore();
		printed = [];
		signals = new EventEmitter();
		offers = [];
		transfers = [];
		core.answer = command => {
			switch (command.command) {
				case 'offers':
					return {result: {offers}};
				case 'transfers':
					return {result: {transfers}};
				case 'fetch-file':
					return {result: {file: FILE, path: '/in/report.pdf'}};
				default:
					return {result: {messageId: 'ab', file: FILE, size: 1000, files: 0}};
			}
		};
	});
	afterEach(() => void vi.useRealTimers());

	const common = () => ({
		config: CONFIG,
		startCore: core.start,
		room: 'ops',
		json: false,
		unicode: true,
		print: (line: string) => void printed.push(line),
		progress: progressOn({write: () => {}}),
		signals,
	});
	const pass = (milliseconds: number) => vi.advanceTimersByTimeAsync(milliseconds);

	const copy = () => Promise.reject(new Error('nothing is to be copied'));

	function startGet(options: Partial<GetOptions> = {}): Promise<number> {
		const done = runGet({...common(), wanted: 'report.pdf', folder: undefined, timeout: 10_000, copy, ...options});
		done.catch(() => {});
		core.emit(READY);
		return done;
	}

	function startSend(options: Partial<SendFilesOptions> = {}): Promise<number> {
		const done = runSendFiles({...common(), paths: ['/x/report.pdf'], to: 1, timeout: undefined, ...options});
		done.catch(() => {});
		core.emit(READY);
		return done;
	}

	test('get waits for the offer, fetches it, stays a moment and prints the path', async () => {
		const done = startGet({folder: '/in'});
		await pass(1_000);
		expect(core.commands.some(({command}) => command === 'fetch-file')).toBe(false);
		offers = [offerOf('report.pdf')];
		await pass(1_000);
		const asked = {command: 'fetch-file', file: FILE, messageId: 'ab', folder: '/in'};
		expect(core.commands).toContainEqual({id: expect.any(String), ...asked});
		core.emit({type: 'transfer', ...infoOf({done: 500})});
		core.emit({type: 'transfer', ...infoOf({done: 1000, state: 'done', path: '/in/report.pdf'})});
		await pass(100);
		expect({printed, isStopped: core.isStopped}).toEqual({printed: ['/in/report.pdf'], isStopped: false});
		await pass(1_000);
		expect(await done).toBe(0);
		expect(core.isStopped).toBe(true);
	});

	test('get waits for the first word of a conversation, too', async () => {
		const answer = core.answer;
		const unknown = {code: 'unknown-room', message: 'Nothing of that room is known here'} as const;
		core.answer = command => (command.command === 'offers' ? unknown : answer(command));
		const room = `@${OTHER}`;
		const silent = startGet({room, wanted: 'no.pdf'});
		await pass(11_000);
		const message = 'That peer offers you nothing called "no.pdf": waited 10 s';
		await expect(silent).rejects.toMatchObject({message, hint: 'Is that peer online?'});
		const refused = startGet();
		await pass(1_000);
		await expect(refused).rejects.toMatchObject({message: unknown.message});
		const done = startGet({room});
		await pass(2_000);
		core.answer = answer;
		offers = [offerOf('report.pdf')];
		transfers = [infoOf({state: 'done', done: 1000, path: '/in/report.pdf'})];
		await pass(3_000);
		expect(await done).toBe(0);
	});

	test('get takes what is here already', async () => {
		offers = [offerOf('report.pdf')];
		transfers = [infoOf({state: 'done', done: 1000, path: '/in/report.pdf'})];
		const done = startGet({json: true});
		await pass(1_000);
		expect(await done).toBe(0);
		expect(JSON.parse(printed.at(-1)!)).toMatchObject({file: FILE, state: 'done', path: '/in/report.pdf'});
	});

	test('get says that it has it to whoever comes only now', async () => {
		offers = [offerOf('report.pdf')];
		transfers = [infoOf({state: 'done', done: 1000, path: '/in/report.pdf'})];
		const answer = core.answer;
		core.answer = command =>
			command.command === 'fetch-file' ? {result: {file: FILE, path: '/in/report.pdf', isHere: true}} : answer(command);
		const done = startGet();
		const asked = () => core.commands.filter(({command}) => command === 'fetch-file').length;
		await pass(1_000);
		expect({printed, asked: asked()}).toEqual({printed: ['/in/report.pdf'], asked: 1});
		core.emit({type: 'member-joined', room: 'ops', peer: OTHER, name: 'bob'});
		await pass(0);
		expect({asked: asked(), isStopped: core.isStopped}).toEqual({asked: 2, isStopped: false});
		await pass(1_000);
		expect(await done).toBe(0);
	});

	/** It lies elsewhere, and this is how it is copied from there. */
	function startCopy(copying: GetOptions['copy'], dataDirectory: string | undefined = '/profile', json = false) {
		const files: FileSettings = {folder: '/in', accept: [], quota: 5_000};
		offers = [offerOf('report.pdf')];
		transfers = [infoOf({name: 'other.pdf', state: 'done', done: 1000, path: '/before/other.pdf'})];
		return startGet({folder: '/in', copy: copying, json, config: {...CONFIG, dataDirectory, files}});
	}

	test('get copies what lies elsewhere already, under the name that is asked for', async () => {
		const copied = vi.fn<GetOptions['copy']>(async ({progress}) => {
			for (const done of [250, 500]) progress?.(done);
			return '/in/report.pdf';
		});
		const done = startCopy(copied, '/profile', true);
		await pass(1_000);
		expect(await done).toBe(0);
		const wish = {directory: '/profile', file: FILE, name: 'report.pdf', folder: '/in', quota: 5_000};
		expect(copied.mock.calls[0]![0]).toMatchObject(wish);
		expect(printed.map(line => JSON.parse(line))).toMatchObject([
			{file: FILE, name: 'report.pdf', state: 'copying', done: 250, size: 1000, rate: 0, sources: []},
			{state: 'done', path: '/in/report.pdf'},
		]);
	});

	test.each([
		['changed', /^"other\.pdf" has changed since, and nothing was put into \/in$/, /^Move \/before\/other\.pdf away/],
		['quota', /^No room$/, /lies at \/before\/other\.pdf$/],
	] as const)('get says why it cannot be copied: %s', async (code, message, hint) => {
		const done = startCopy(() => Promise.reject(new FileFailure(code, 'No room')));
		await pass(1_000);
		const error = {message: expect.stringMatching(message), hint: expect.stringMatching(hint), exitStatus: 1};
		await expect(done).rejects.toMatchObject(error);
		expect(printed).toEqual([]);
	});

	test('a signal ends a copy, and what was begun is tidied up before the end', async () => {
		const told = vi.spyOn(console, 'error').mockImplementation(() => {});
		onTestFinished(() => told.mockRestore());
		let tidied = () => {};
		const done = startCopy(({signal}) => {
			return new Promise((_, reject) => {
				signal!.onabort = () => {
					tidied = () => reject(signal!.reason);
				};
			});
		});
		await pass(1_000);
		signals.emit('SIGTERM');
		await pass(0);
		expect(core.isStopped).toBe(false);
		tidied();
		expect(await done).toBe(143);
		expect({printed, isStopped: core.isStopped}).toEqual({printed: [], isStopped: true});
		expect(told.mock.calls).toEqual([['p2p-tui: Nothing was copied: it lies at /before/other.pdf.']]);
	});

	test('whoever closes the pipe before it is done has got nothing, and what was begun is tidied up', async () => {
		const output = new EventEmitter();
		offers = [offerOf('report.pdf')];
		for (const begin of [startGet, startSend]) {
			const done = begin({output});
			await pass(500);
			output.emit('error', Object.assign(new Error('write EPIPE'), {code: 'EPIPE'}));
			await expect(done).rejects.toMatchObject({message: expect.stringMatching(/nobody reads/), exitStatus: 1});
			expect(core.isStopped).toBe(true);
		}
		const done = startGet({output});
		core.emit({type: 'transfer', ...infoOf()});
		await pass(500);
		core.emit({type: 'transfer', ...infoOf({done: 1000, state: 'done', path: '/in/report.pdf'})});
		await pass(0);
		output.emit('error', new Error('write EPIPE'));
		await pass(1_000);
		expect(await done).toBe(0);
	});

	test.each([
		['nothing is offered', [], undefined, /^Nobody offers "report.pdf" in #ops: waited 10 s$/, /online/],
		['something else is', [offerOf('reprot.pdf')], undefined, /Nobody offers/, /^Did you mean reprot\.pdf\?$/],
		['nothing comes', [offerOf('report.pdf')], infoOf({done: 10}), /^Nothing has come for 10 s$/, /goes on with it/],
		[
			'it fails',
			[offerOf('report.pdf')],
			infoOf({state: 'failed', path: '/in/x', error: {code: 'disk-full', message: 'The disk is full'}}),
			/^The disk is full \(\/in\)$/,
			/make room/,
		],
	])('get ends with one line if %s', async (_, found, info, message, hint) => {
		offers = found;
		if (info) transfers = [info];
		const done = startGet({config: {...CONFIG, dataDirectory: '/profile'}});
		await pass(11_000);
		await expect(done).rejects.toMatchObject({
			message: expect.stringMatching(message),
			hint: expect.stringMatching(hint),
			exitStatus: 1,
		});
	});

	test('get promises nothing where nothing is kept', async () => {
		offers = [offerOf('report.pdf')];
		transfers = [infoOf({done: 10})];
		const silent = startGet();
		await pass(11_000);
		const hint = 'With --ephemeral what has come is not kept';
		await expect(silent).rejects.toMatchObject({hint});
		transfers = [infoOf({state: 'failed', error: {code: 'quota', message: 'No room'}})];
		const failed = startGet();
		await pass(1_000);
		await expect(failed).rejects.toMatchObject({hint});
	});

	test('get goes on as long as something comes, and ends with the status of a signal', async () => {
		offers = [offerOf('report.pdf')];
		const told = vi.spyOn(console, 'error').mockImplementation(() => {});
		onTestFinished(() => told.mockRestore());
		const done = startGet();
		for (let count = 1; count <= 5; count++) {
			await pass(9_000);
			core.emit({type: 'transfer', ...infoOf({done: count, received: count})});
		}
		expect(core.isStopped).toBe(false);
		signals.emit('SIGINT');
		expect(await done).toBe(130);
		expect(core.isStopped).toBe(true);
	});

	test('get waits for the disk as long as it takes, once all is here', async () => {
		offers = [offerOf('report.pdf')];
		const done = startGet();
		await pass(1_000);
		core.emit({type: 'transfer', ...infoOf({state: 'finishing', done: 1000, received: 1000})});
		await pass(60_000);
		core.emit({type: 'transfer', ...infoOf({state: 'done', done: 1000, path: '/in/report.pdf'})});
		await pass(1_000);
		expect(await done).toBe(0);
	});

	test.each([
		['get', '/profile', 'p2p-tui: What is here is kept: the same command goes on with it.'],
		['get', undefined, 'p2p-tui: With --ephemeral what has come is not kept.'],
		['send', '/profile', 'p2p-tui: The offer stands: it is given again whenever this profile is online.'],
	])('%s ended by a signal says what is left, and draws no more (%s)', async (command, dataDirectory, line) => {
		const told = vi.spyOn(console, 'error').mockImplementation(() => {});
		onTestFinished(() => told.mockRestore());
		const written: string[] = [];
		const progress = progressOn({isTTY: true, write: text => void written.push(text)});
		offers = [offerOf('report.pdf')];
		transfers = [infoOf({done: 10, isFetched: command === 'get'})];
		const done = (command === 'get' ? startGet : startSend)({progress, config: {...CONFIG, dataDirectory}});
		await pass(1_000);
		expect(written.at(-1)).toContain('report.pdf');
		signals.emit('SIGINT');
		await pass(0);
		core.emit({type: 'transfer', ...infoOf({done: 20})});
		expect(await done).toBe(130);
		expect([written.at(-1), told.mock.calls]).toEqual(['\r\x1b[K', [[line]]]);
	});

	test('send says what it leaves out of a folder', async () => {
		const told = vi.spyOn(console, 'error').mockImplementation(() => {});
		onTestFinished(() => told.mockRestore());
		core.answer = () => ({result: {messageId: 'ab', file: FILE, size: 1000, files: 2, skipped: 3}});
		startSend();
		await pass(0);
		expect(told.mock.calls).toEqual([
			['p2p-tui: Of "report.pdf" 3 hidden files, links, devices or empty folders are left out'],
		]);
	});

	test('names are shown as rooms show them: a line for an offer, and nothing in it that a terminal obeys', async () => {
		const name = 'evil\nline\x1b[31mred "x".txt';
		const shown = 'evil line\\x1b[31mred "x".txt';
		const written: string[] = [];
		const progress = progressOn({isTTY: true, columns: 120, write: text => void written.push(text)});
		const done = startSend({paths: [`/x/${name}`], timeout: 1_000, progress});
		transfers = [infoOf({name, isFetched: false, state: 'done'})];
		await pass(2_000);
		expect(printed).toEqual([`${FILE} ${shown}`]);
		expect(written.at(-2)).toContain('\r\x1b[Kevil line\\x1b[31mred');
		const words = `Nobody is known to have all of "${shown.replaceAll('"', "'")}"`;
		await expect(done).rejects.toMatchObject({message: `${words}, and nothing went out for 1 s`});
		offers = [offerOf(name)];
		transfers = [infoOf({name, state: 'done', path: '/in/a\nb.txt'})];
		const got = startGet({wanted: name});
		await pass(3_000);
		expect(await got).toBe(0);
		expect(printed.at(-1)).toBe('/in/a\\nb.txt');
	});

	test('send stays until enough have all of it, and remembers those who have left', async () => {
		const done = startSend({to: 2, json: true});
		const taker = (peer: string, pieces: number) => ({peer, name: peer, pieces, rate: 0, bytes: 0});
		transfers = [infoOf({isFetched: false, state: 'done', takers: [taker('bob', 4), taker('cat', 3)]})];
		await pass(1_000);
		expect(core.isStopped).toBe(false);
		transfers = [infoOf({isFetched: false, state: 'done', takers: [taker('cat', 4)]})];
		await pass(1_000);
		expect(await done).toBe(0);
		expect(printed.map(line => JSON.parse(line))).toMatchObject([
			{state: 'offered', file: FILE, name: 'report.pdf'},
			{state: 'taken', by: 'bob'},
			{state: 'taken', by: 'cat'},
		]);
	});

	test('send ends with one line when nobody takes it, when it changes, or cannot be read', async () => {
		const config = {...CONFIG, dataDirectory: '/profile'};
		const nobody = startSend({timeout: 5_000, config});
		await pass(6_000);
		await expect(nobody).rejects.toMatchObject({
			message: 'Nobody is known to have all of "report.pdf", and nothing went out for 5 s',
			hint: expect.stringMatching(/The offer stands/),
		});
		const forgotten = startSend({timeout: 5_000});
		await pass(6_000);
		await expect(forgotten).rejects.toMatchObject({hint: 'With --ephemeral nobody gives it any more'});
		transfers = [infoOf({isFetched: false, state: 'changed'})];
		const changed = startSend();
		await pass(1_000);
		await expect(changed).rejects.toMatchObject({message: expect.stringMatching(/"report\.pdf" has changed/)});
		core.answer = () => ({code: 'file', message: 'There is no /x/report.pdf'});
		await expect(startSend()).rejects.toMatchObject({message: 'There is no /x/report.pdf'});
	});

	test('send says that a limit holds it back, as long as bytes go out', async () => {
		const answer = core.answer;
		core.answer = command =>
			command.command === 'file-settings' ? {result: {folder: '/in', accept: [], maxUpload: 3_000}} : answer(command);
		const written: string[] = [];
		const progress = progressOn({isTTY: true, columns: 120, write: text => void written.push(text)});
		const done = startSend({timeout: 5_000, progress});
		for (let given = 0; given < 4; given++) {
			transfers = [infoOf({isFetched: false, state: 'done', given})];
			await pass(4_000);
		}
		expect(core.isStopped).toBe(false);
		expect(written.at(-1)).toContain('(limit 3.0 kB/s)');
		await pass(6_000);
		await expect(done).rejects.toMatchObject({
			message: expect.stringMatching(/went out for 5 s \(limit 3\.0 kB\/s\)$/),
		});
	});

	test('a profile that is in use has other ways', async () => {
		for (const [begin, advice] of [
			[startGet, /^Use \/get there, .*--ephemeral$/],
			[startSend, /^Use \/send there/],
		] as const) {
			const done = begin();
			core.fail('Another p2p-tui (process 7) uses the profile in /profile', 'Quit that one');
			await expect(done).rejects.toMatchObject({hint: expect.stringMatching(advice)});
		}
	});

	test('send of a file without content is done when somebody has the offer', async () => {
		const answer = core.answer;
		core.answer = command =>
			command.command === 'offer-file' ? {result: {messageId: 'ab', file: FILE, size: 0, files: 0}} : answer(command);
		const done = startSend();
		await pass(300);
		core.emit({type: 'message-state', messageId: 'ab', room: 'ops', storedBy: 2, of: 2});
		await pass(300);
		expect(await done).toBe(0);
	});
});

describe('the demo', () => {
	test('offers a picture that viewers can show, before anybody takes it', () => {
		const bytes = Buffer.from(picture());
		expect({magic: bytes.toString('latin1', 0, 2), size: bytes.readUInt32LE(2)}).toEqual({
			magic: 'BM',
			size: bytes.length,
		});
		const [start, width, height, bits] = [10, 18, 22, 28].map(at => bytes.readUInt16LE(at)) as [
			number,
			number,
			number,
			number,
		];
		expect(start + (width * height * bits) / 8).toBe(bytes.length);
		const offered = SCENES.findIndex(({does}) => does === 'offer');
		const takers = SCENES.flatMap(({does, who}, index) => (does === 'take' && index > offered ? [who] : []));
		expect(offered).toBeGreaterThan(0);
		expect(takers).toEqual(['bob', 'cat', 'dan']);
	});
});
