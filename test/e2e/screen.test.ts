/** Two and more built programs in real terminals: what a person sees and does. */
import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {afterEach, beforeEach, describe, expect, test} from 'vitest';
import {disposeNodes, freeTcpPort, freeUdpPort, type HeadlessNode, spawnNode} from '../helpers/node-process.ts';
import {PROGRAM} from '../helpers/program.ts';
import {disposeScreens, spawnScreen} from '../helpers/pty.ts';
import {Rogue} from '../helpers/rogue.ts';
import {composerLine, connectedTo, openScreen} from './screens.ts';

const rogues: Rogue[] = [];
let discoveryPort: number;

beforeEach(async () => {
	discoveryPort = await freeUdpPort();
});

afterEach(async () => {
	await Promise.all([disposeScreens(), disposeNodes(), ...rogues.splice(0).map(one => one.close())]);
});

describe('two programs in terminals', () => {
	test('find each other, and what one writes the other one shows', async () => {
		const ann = openScreen('ann', {discoveryPort});
		const bob = openScreen('bob', {discoveryPort, columns: 120, rows: 40});
		await Promise.all([connectedTo(ann, 1), connectedTo(bob, 1)]);
		await ann.waitFor(/● bob +[▁-█]+ +[\d.]+ (ms|µs)/);
		expect(ann.text()).toContain('#lobby · 2 here');

		ann.type('did the deploy finish?\r');
		await bob.waitFor(/ann {2}did the deploy finish\?/);
		await ann.waitFor('✓ 2/2');
		bob.type('yes, all green\r');
		await ann.waitFor(/bob {2}yes, all green/);
		expect(composerLine(bob)).toBe('message #lobby');
		expect([ann.rows().length, bob.rows().length]).toEqual([24, 40]);
	});

	test('a peer that leaves is shown gone, and shown back when it returns', async () => {
		const ann = openScreen('ann', {discoveryPort});
		const bob = spawnNode('bob', {discoveryPort});
		await ann.waitFor(/● bob/);
		bob.endInput();
		await ann.waitFor(/○ bob/);
		await ann.waitFor('bob left');
		spawnNode('bob', {discoveryPort});
		await connectedTo(ann, 1);
		await ann.waitFor(/● bob/);
	});
});

describe('rooms', () => {
	test('that one is in are there again at the next start, and those that one has left are not', async () => {
		const directory = await mkdtemp(join(tmpdir(), 'p2p-tui-test-'));
		const args = [PROGRAM, '--interface', 'lo', '--no-discovery', '--name', 'ann', '--data-dir', directory];
		const size = {columns: 80, rows: 24};
		const first = spawnScreen(process.execPath, args, size);
		await first.waitFor(/1 #lobby/);
		first.type('/join dev\r');
		await first.waitFor(/2 #dev/);
		first.type('/join ops\r');
		await first.waitFor(/3 #ops/);
		first.type('/leave dev\r');
		await first.waitFor(/1 #lobby[^\n]*\n[^\n]*3 #ops/);
		first.type('/quit\r');
		await first.exited;
		const again = spawnScreen(process.execPath, args, size);
		await again.waitFor(/2 #ops/);
		expect(again.text()).toContain('1 #lobby');
		expect(again.text()).not.toContain('#dev');
		again.type('/quit\r');
		await again.exited;
		await rm(directory, {recursive: true});
	});

	test('count what is unread elsewhere; Alt and a digit, or Esc and then a digit, goes there', async () => {
		const ann = openScreen('ann', {discoveryPort, args: ['--room', 'lobby', '--room', 'dev']});
		const bob = spawnNode('bob', {discoveryPort, args: ['--room', 'lobby', '--room', 'dev']});
		await connectedTo(ann, 1);
		await bob.waitFor('member-joined', ({room}) => room === 'dev');
		await bob.publish('first', 'dev');
		await ann.waitFor(/2 #dev +1 /);
		await bob.publish('second', 'dev');
		await ann.waitFor(/2 #dev +2 /);
		expect(ann.text()).not.toContain('first');

		ann.press('alt+2');
		await ann.waitFor(/#dev · 2 here/);
		await ann.waitFor('second');
		expect(ann.text()).not.toMatch(/2 #dev +\d/);
		ann.type('said in dev\r');
		expect(await bob.hears('said in dev')).toMatchObject({room: 'dev'});

		// Two separate presses, as a hand makes them: the first one is through when the status bar shows it.
		ann.press('escape');
		ann.press('1');
		await ann.waitFor(/#lobby · 2 here/);
		ann.press('ctrl+n');
		await ann.waitFor(/#dev · 2 here/);
	});

	test('/join, /nick and /leave do what they say', async () => {
		const ann = openScreen('ann', {discoveryPort});
		const bob = spawnNode('bob', {discoveryPort});
		await connectedTo(ann, 1);
		ann.type('/join #ops\r');
		await ann.waitFor(/#ops · 1 here/);
		await bob.result({command: 'join', room: 'ops'});
		await ann.waitFor(/#ops · 2 here/);
		ann.type('/nick anna\r');
		expect(await bob.waitFor('peer-renamed')).toMatchObject({name: 'anna'});
		ann.type('/leave\r');
		await ann.waitFor(/#lobby · 2 here/);
		await bob.waitFor('member-left', ({room}) => room === 'ops');
	});
});

describe('a page', () => {
	test('of help is drawn from the keys and commands, and Esc leads back', async () => {
		const ann = openScreen('ann', {columns: 120, rows: 40});
		await ann.waitFor('message #lobby');
		ann.press('f1');
		await ann.waitFor('Help');
		expect(ann.text()).toContain('/join <room>');
		expect(ann.text()).toContain('Ctrl-F');
		ann.press('escape');
		await ann.waitFor('message #lobby');
		ann.type('/help\r');
		await ann.waitFor('/join <room>');
	});

	test('of peers names everyone with their address', async () => {
		const ann = openScreen('ann', {discoveryPort});
		const bob = spawnNode('bob', {discoveryPort});
		await connectedTo(ann, 1);
		ann.type('/peers\r');
		await ann.waitFor(/Peers/);
		await ann.waitFor(/bob.*\/ip4\/127\.0\.0\.1\/tcp\/\d+|bob[\s\S]*127\.0\.0\.1/);
		expect((await bob.result({command: 'peers'})).peers[0]!.name).toBe('ann');
	});
});

test('the size may change at any time, even to one that is too small', async () => {
	const ann = openScreen('ann', {columns: 120, rows: 40});
	await ann.waitFor('message #lobby');
	ann.type('half written');
	await ann.waitFor('half written');
	ann.resize(40, 12);
	await ann.waitFor(screen => /^╭ #lobby .*╮$/.test(screen.rows()[0]!) && screen.rows()[0]!.length === 40);
	expect(composerLine(ann)).toBe('half written');
	for (const row of ann.rows()) expect(row.length).toBeLessThanOrEqual(40);
	ann.resize(38, 10);
	await ann.waitFor(/needs 40×12\s+terminal too small: 38×10/);
	ann.resize(80, 24);
	await ann.waitFor(screen => screen.text().includes('Rooms') && screen.text().includes('half written'));
	ann.resize(120, 40);
	await ann.waitFor('Network');
	expect(ann.rows()[0]).toMatch(/^╭ Rooms .*╮$/);
	expect(ann.rows()[39]).toContain('F1 help');
});

describe('row 53: what a hostile peer sends is shown as visible escapes and obeyed by nothing', () => {
	const TITLE = '\x1b]0;owned\x07';
	const CLEAR = '\x1b[2J\x1b[H';

	async function visited(name: string) {
		const port = await freeTcpPort();
		const ann = openScreen('ann', {columns: 120, rows: 40, args: ['--listen', `/ip4/127.0.0.1/tcp/${port}`]});
		await ann.waitFor('message #lobby');
		const rogue = new Rogue();
		rogues.push(rogue);
		await rogue.connect(`/ip4/127.0.0.1/tcp/${port}`, name);
		await connectedTo(ann, 1);
		return {ann, rogue};
	}

	test('in a text', async () => {
		const {ann, rogue} = await visited('eve');
		for (const [sent, shown] of [
			[`${TITLE}title`, '\\x1b]0;owned\\x07title'],
			[`${CLEAR}gone`, '\\x1b[2J\\x1b[Hgone'],
			['\x9b31mC1', '\\x9b31mC1'],
			['over\rwritten', 'over\\rwritten'],
			['back\b\bspace', 'back\\x08\\x08space'],
			['\x1b[?1049lleft', '\\x1b[?1049lleft'],
			['\u202egnp.exe', '\\u202egnp.exe'],
		] as const) {
			rogue.publish(sent);
			await ann.waitFor(shown);
		}
		expect(ann.isAlternate()).toBe(true);
		for (const sequence of [TITLE, '\x9b31m', '\x1b[?1049l', '\u202e']) expect(ann.raw()).not.toContain(sequence);
		expect(ann.rows()[0]).toMatch(/^╭ Rooms/);
	});

	test('in a name', async () => {
		const {ann, rogue} = await visited(`e${CLEAR}v\u202ee`);
		await ann.waitFor('● e\\x1b[2');
		rogue.publish('hello');
		await ann.waitFor('hello');
		expect(ann.raw()).not.toContain(`e${CLEAR}v`);
		expect(ann.raw()).not.toContain('\u202e');
		expect(ann.rows()[0]).toMatch(/^╭ Rooms/);
	});

	test('and a flood of combining marks stays in its row', async () => {
		const {ann, rogue} = await visited('eve');
		rogue.publish(`z${'\u0301'.repeat(2_000)}algo`);
		rogue.publish('after the flood');
		await ann.waitFor('after the flood');
		const row = ann.rows().find(text => text.includes('algo'))!;
		expect([...row].filter(character => character === '\u0301').length).toBeLessThanOrEqual(4);
		expect(ann.raw()).not.toContain('\u0301'.repeat(5));
	});
});

describe('writing', () => {
	let bob: HeadlessNode;

	async function screenWithBob() {
		const ann = openScreen('ann', {discoveryPort});
		bob = spawnNode('bob', {discoveryPort});
		await connectedTo(ann, 1);
		await bob.waitFor('member-joined');
		return ann;
	}

	test('pasted lines wait in the composer until they are sent, as one message', async () => {
		const ann = await screenWithBob();
		ann.paste('one\ntwo\nthree\n');
		await ann.waitFor(/one[\s\S]*two[\s\S]*three/);
		ann.type('!');
		await ann.waitFor(/three[\s\S]*!/);
		expect(bob.all('message')).toEqual([]);
		ann.press('return');
		const {text} = await bob.waitFor('message');
		expect(text).toMatch(/^one\ntwo\nthree\n?!$/);
		expect(bob.all('message').length).toBe(1);
	});

	test('emoji and wide characters take their width, and arrive as they were written', async () => {
		const ann = await screenWithBob();
		const text = '你好 👩‍👩‍👧 é 🇩🇪';
		ann.type(text);
		await ann.waitFor('你好');
		ann.type('x');
		ann.press('backspace');
		ann.press('return');
		await bob.hears(text);
		await bob.publish('日本語テキスト と 👍 한국어');
		await ann.waitFor('日本語テキスト');
		// The frame stands where it stood, even though the emulator takes a joined emoji for several.
		const rows = ann.rows().filter(row => row.startsWith('│'));
		expect(rows.length).toBeGreaterThan(10);
		for (const row of rows) expect(row).toMatch(/[│╯╮┤]$/);
	});

	test('a mistyped command is explained and not sent', async () => {
		const ann = await screenWithBob();
		ann.type('/jion dev\r');
		await ann.waitFor(/no command \/jion; did you mean \/join\?/);
		await bob.publish('after that');
		await ann.waitFor('after that');
		expect(bob.all('message').map(({text}) => text)).toEqual(['after that']);
	});
});
