import {EventEmitter} from 'node:events';
import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import type {Notice} from '../../../source/store/intent.ts';
import {alertSequence} from '../../../source/ui/outside/attention.ts';
import {MAX_COPY} from '../../../source/ui/outside/clipboard.ts';
import {createOutside} from '../../../source/ui/outside/outside.ts';
import {handedOn} from '../../../source/ui/outside/passage.ts';

type Env = Record<string, string>;

class FakeProcess extends EventEmitter {
	unref(): void {}
}

function open(env: Env = {DISPLAY: ':0'}, platform: NodeJS.Platform = 'linux', isMissing = false) {
	const written: string[] = [];
	const told: Notice[] = [];
	const started: {readonly line: readonly string[]; readonly process: FakeProcess}[] = [];
	const outside = createOutside({
		env,
		platform,
		write: sequence => written.push(sequence),
		tell: notice => told.push(notice),
		spawn(program, args) {
			if (isMissing) throw new Error('ENOENT');
			const process = new FakeProcess();
			started.push({line: [program, ...args], process});
			return process;
		},
	});
	return {outside, written, told, started};
}

const copied = (text: string) => `\x1b]52;c;${Buffer.from(text).toString('base64')}\x07`;

describe('copying', () => {
	test('goes to the terminal, and what was copied is counted as a person counts', () => {
		const {outside, written, told} = open();
		outside({type: 'copy', text: 'naïve 👨‍👩‍👧\n\x1b'});
		expect(written).toEqual([copied('naïve 👨‍👩‍👧\n\x1b')]);
		expect(told).toEqual([{level: 'info', text: 'copied 9 characters'}]);
	});

	test('through tmux, which takes it or hands it on, and through screen in pieces', () => {
		const {outside, written} = open({TMUX: '/tmp/tmux,1,0'});
		outside({type: 'copy', text: 'hi'});
		expect(written).toEqual([`${copied('hi')}\x1bPtmux;\x1b${copied('hi')}\x1b\\`]);
		const long = copied('x'.repeat(1000));
		const pieces = handedOn(long, {STY: '1.pts'}).split('\x1b\\').slice(0, -1);
		expect(pieces.map(piece => piece.slice(2)).join('')).toBe(long);
		expect(Math.max(...pieces.map(piece => piece.length))).toBeLessThan(256);
	});

	test('is bounded, in bytes', () => {
		const {outside, written, told} = open();
		outside({type: 'copy', text: 'é'.repeat(MAX_COPY / 2)});
		outside({type: 'copy', text: `é${'é'.repeat(MAX_COPY / 2)}`});
		expect(written.length).toBe(1);
		expect(told.at(-1)).toEqual({level: 'warning', text: 'not copied: more than 64 KiB; copy a part of it'});
	});

	test('says where it may come to nothing', () => {
		const {outside, told} = open({VTE_VERSION: '7200'});
		outside({type: 'copy', text: 'x', isPart: true});
		expect(told[0]?.text).toBe(
			'copied 1 character, as far as it is shown here, if this terminal takes it; if not, select it with the mouse',
		);
	});
});

describe('opening a link', () => {
	test.each([
		['linux', ['xdg-open']],
		['freebsd', ['xdg-open']],
		['darwin', ['open']],
		['win32', ['rundll32', 'url.dll,FileProtocolHandler']],
	] as const)('on %s, with nothing between that could read it as anything else', (platform, program) => {
		const {outside, started, told} = open({DISPLAY: ':0'}, platform);
		outside({type: 'open', url: 'https://example.org/a?b=$(id)&c="%20x y;`z'});
		expect(started.map(({line}) => line)).toEqual([[...program, 'https://example.org/a?b=$(id)&c=%22%20x%20y;`z']]);
		expect(told).toEqual([{level: 'info', text: 'opening example.org in your browser'}]);
	});

	test.each(['file:///etc/passwd', 'javascript:alert(1)', '-e', '--help', 'https:', 'https://user@bank.example/', ''])(
		'never %j',
		url => {
			const {outside, started, written, told} = open();
			outside({type: 'open', url});
			expect([started, written]).toEqual([[], []]);
			expect(told).toEqual([{level: 'warning', text: 'only http and https addresses are opened'}]);
		},
	);

	test.each([
		['over SSH', {SSH_CONNECTION: '10.0.0.1 1 10.0.0.2 22', DISPLAY: ':0'}, 'linux'],
		['over SSH to a Mac', {SSH_CONNECTION: '10.0.0.1 1 10.0.0.2 22'}, 'darwin'],
		['on a console', {DISPLAY: ''}, 'linux'],
	] as const)('%s copies it instead', (_, env, platform) => {
		const {outside, started, written, told} = open(env, platform);
		outside({type: 'open', url: 'https://example.org'});
		expect(started).toEqual([]);
		expect(written).toEqual([copied('https://example.org/')]);
		expect(told.map(({text}) => text)).toEqual(['no desktop here to open it: copied https://example.org/']);
	});

	test('without a browser copies it instead, once, whenever that turns out', () => {
		const {outside, started, written, told} = open({WAYLAND_DISPLAY: 'wayland-0'});
		outside({type: 'open', url: 'https://example.org/'});
		started[0]?.process.emit('error', new Error('ENOENT'));
		started[0]?.process.emit('exit', 3);
		expect(written).toEqual([copied('https://example.org/')]);
		expect(told.at(-1)?.text).toBe('no browser could be started: copied https://example.org/');
		const missing = open({DISPLAY: ':0'}, 'linux', true);
		missing.outside({type: 'open', url: 'https://example.org/'});
		expect(missing.written.length).toBe(1);
	});
});

describe('an alert', () => {
	const notification = {title: 'ann in #dev', body: 'hi; all'};
	const give = (env: Env, bell = false) => alertSequence({bell, notification}, env);
	const osc9 = '\x1b]9;ann in #dev: hi, all\x07';
	const osc777 = '\x1b]777;notify;ann in #dev;hi, all\x07';
	const osc99 = '\x1b]99;i=p2p-tui:d=0:p=title;ann in #dev\x07\x1b]99;i=p2p-tui:d=1:p=body;hi, all\x07';

	test.each([
		[{TERM: 'xterm-kitty'}, osc99],
		[{TERM: 'foot'}, osc777],
		[{TERM: 'rxvt-unicode-256color'}, osc777],
		[{TERM: 'xterm-256color', TERM_PROGRAM: 'ghostty'}, osc777],
		[{TERM: 'xterm-256color', TERM_PROGRAM: 'WezTerm', KITTY_WINDOW_ID: '1'}, osc9],
		[{TERM: 'xterm-256color', TERM_PROGRAM: 'iTerm.app'}, osc9],
		[{TERM: 'xterm-256color', WT_SESSION: 'x'}, osc9],
		[{TERM: 'xterm-256color'}, '\x07'],
		// Started from within kitty, but another one.
		[{TERM: 'xterm-256color', TERM_PROGRAM: 'vscode', KITTY_WINDOW_ID: '1'}, '\x07'],
		// Who is outside is known, whether the multiplexer hands it on is not.
		[{TERM: 'tmux-256color', TERM_PROGRAM: 'tmux', TMUX: 'x', WT_SESSION: 'x'}, `\x07\x1bPtmux;\x1b${osc9}\x1b\\`],
		[{TERM: 'screen', STY: 'x', WEZTERM_PANE: '0'}, `\x07\x1bP${osc9}\x1b\\`],
	] as readonly (readonly [Env, string])[])('in %o', (env, sequence) => {
		expect(give(env)).toBe(sequence);
	});

	test('is one bell, and with a notification both', () => {
		expect(alertSequence({bell: true}, {TERM: 'xterm-kitty'})).toBe('\x07');
		expect(give({TERM: 'xterm-256color'}, true)).toBe('\x07');
		expect(give({TERM: 'foot'}, true)).toBe(`\x07${osc777}`);
	});

	test('never ends early or becomes a command, whatever is written in it', () => {
		const parts = fc.constantFrom(
			'\x07',
			'\x1b',
			'\x1b\\',
			'\x9c',
			'4',
			';',
			'\u202e',
			'\ud83d',
			'x',
			'日'.repeat(200),
		);
		const text = fc.array(parts, {maxLength: 12}).map(each => each.join(''));
		fc.assert(
			fc.property(text, text, (title, body) => {
				for (const env of [{TERM: 'foot'}, {TERM_PROGRAM: 'WezTerm'}] as Env[]) {
					const sequence = alertSequence({bell: false, notification: {title, body}}, env);
					expect(sequence).toMatch(/^\x1b\](777;notify;[^\x00-\x1f\x7f-\x9f;]*;|9;)[^\x00-\x1f\x7f-\x9f;\u202e]*\x07$/);
					expect(sequence.length).toBeLessThan(430);
				}
			}),
		);
	});
});
