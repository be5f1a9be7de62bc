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
import os from 'node:os';
import path from 'node:path';
import {afterEach, beforeEach, describe, expect, test} from 'vitest';
import {EXIT_USAGE, UserError} from '../../source/base/errors.ts';
import {defaultSettingsFile} from '../../source/cli/directories.ts';
import {loadSettings} from '../../source/cli/settings.ts';
import {checkSettings, parseSettings} from '../../source/cli/settings-file.ts';
import {settingsSample} from '../../source/cli/settings-sample.ts';
import {replaceFile, saveSettings, withChanges} from '../../source/cli/settings-save.ts';
import {DEFAULT_SETTINGS, SETTING_NAMES} from '../../source/store/settings.ts';
import {BINDINGS} from '../../source/ui/bindings/index.ts';

/** What is said about a text, without the name of the file. */
function complaints(text: string): readonly string[] {
	try {
		parseSettings(text, 'f');
	} catch (error) {
		expect(error).toBeInstanceOf(UserError);
		expect((error as UserError).exitStatus).toBe(EXIT_USAGE);
		return (error as UserError).details.map(line => line.replace(/^f:/, ''));
	}
	return [];
}

describe('what a settings file says', () => {
	test('comments, a comma at the end, nothing at all', () => {
		expect(parseSettings('', 'f')).toEqual(DEFAULT_SETTINGS);
		expect(parseSettings('// later\n', 'f')).toEqual(DEFAULT_SETTINGS);
		expect(parseSettings('{\n\t"theme": "light", // my own\n\t"mouse": true,\n}', 'f')).toEqual({
			...DEFAULT_SETTINGS,
			theme: 'light',
			mouse: true,
		});
	});

	test('keys, as they are written on keyboards', () => {
		const {keys} = parseSettings('{"keys": {"next-room": ["Ctrl-]", "alt+↓"], "help": "F11", "peers": []}}', 'f');
		expect(keys).toEqual({'next-room': ['ctrl+]', 'alt+down'], help: ['f11'], peers: []});
	});

	test('everything that is wrong is said at once, each with its place', () => {
		const text = [
			'{',
			'\t"tehme": "dark",',
			'\t"bell": "mentoins",',
			'\t"mouse": "on", "network": 1,',
			'\t"sidebar": true, "sidebar": false,',
			'\t"keys": {',
			'\t\t"nxt-room": ["F5"],',
			'\t\t"next-room": ["Ctrl-H", "pgupp", 5, "Ctrl-K"],',
			'\t\t"previous-room": ["Esc"],',
			'\t\t"last-room": ["x"]',
			'\t}',
			'}',
		];
		expect(complaints(text.join('\n'))).toEqual([
			'2:2: there is no setting "tehme"; did you mean theme?',
			'3:10: bell is "off", "mentions", "all", not "mentoins"; did you mean mentions?',
			'4:11: mouse is true or false, not "on"',
			'4:28: network is true or false, not 1',
			'5:19: "sidebar" stands here twice',
			'7:3: there is no action "nxt-room"; did you mean next-room?',
			'8:17: "Ctrl-H": for a terminal that is Backspace',
			'8:27: "pgupp": it is no key; such as "Ctrl-K", "Alt-Up" or "F5"',
			'8:36: a key is text; such as "Ctrl-K", "Alt-Up" or "F5"',
			'8:39: Ctrl-K is bound to next-room and to open-switcher in the chat; an empty list, [], takes the keys of an action away',
			'9:21: Esc keeps its meaning; "previous-room" needs another key',
			'10:17: x is written in the chat; put Ctrl or Alt before it',
		]);
	});

	test('a key may change its owner', () => {
		expect(complaints('{"keys": {"open-switcher": [], "next-room": ["Ctrl-K"]}}')).toEqual([]);
		expect(complaints('{"keys": {"next-room": ["F9"], "previous-room": ["F9"]}}')).toHaveLength(1);
		expect(complaints('{"keys": {"next-room": ["F9", "f9"]}}')).toEqual(['1:31: F9 stands here twice']);
	});

	test.each([
		['{"theme": dark}', '1:11: this is no value: text stands between quotes'],
		['{"theme" "dark"}', '1:10: a : is missing here'],
		['{"theme": "dark"\n "mouse": true}', '2:2: a comma is missing here'],
		['{"theme": "dark"', '1:17: a } is missing here'],
		['{"theme": "dark" /* so', '1:18: this comment does not end'],
		['[]', '1:1: the settings stand between { and }'],
		['{"keys": []}', '1:10: keys are actions with their keys; such as {"help": ["F1"]}'],
		['{"theme": null}', '1:11: theme is "auto", "dark", "light", "contrast", "ansi", "mono", not null'],
	])('%j: %s', (text, complaint) => {
		expect(complaints(text)[0]).toBe(complaint);
	});

	test('names that every object has are no settings and no actions', () => {
		expect(
			complaints('{"__proto__": {}, "toString": 1, "keys": {"__proto__": ["F5"], "constructor": ["F6"]}}'),
		).toHaveLength(4);
	});

	test('of very many mistakes the first are said; a text that stands in itself without end is one', () => {
		const many = complaints(`{${Array.from({length: 100}, (_, index) => `"a${index}": 1`).join(',')}}`);
		expect(many).toHaveLength(21);
		expect(many.at(-1)).toBe('… and 80 more');
		expect(complaints('['.repeat(200_000)).length).toBeLessThan(3);
	});
});

describe('p2p-tui config', () => {
	test('prints everything as it is by default, and what it prints is right', () => {
		const text = settingsSample('/home/ann/.config/p2p-tui/settings.json');
		const {settings, problems} = checkSettings(text);
		expect(problems).toEqual([]);
		const {keys, ...others} = settings;
		expect({...others, keys: {}}).toEqual(DEFAULT_SETTINGS);
		expect(keys).toEqual(Object.fromEntries(BINDINGS.map(binding => [binding.id, binding.keys])));
		for (const name of SETTING_NAMES) expect(text).toContain(`"${name}":`);
	});
});

describe('files', () => {
	let folder = '';
	beforeEach(() => {
		folder = mkdtempSync(path.join(os.tmpdir(), 'p2p-tui-settings-'));
	});
	afterEach(() => rmSync(folder, {recursive: true, force: true}));
	const file = () => path.join(folder, 'settings.json');
	const machine = () => ({platform: 'linux' as const, home: folder, env: {XDG_CONFIG_HOME: folder}});
	const load = (config?: string, theme?: 'light') => loadSettings({config, theme, ephemeral: false}, machine());
	const refusal = (action: () => unknown): UserError => {
		try {
			action();
		} catch (error) {
			return error as UserError;
		}
		throw new Error('accepted');
	};

	test('are where each system keeps such things', () => {
		const at = (platform: NodeJS.Platform, home: string, env: Record<string, string>) =>
			defaultSettingsFile({platform, home, env});
		expect(at('linux', '/home/ann', {})).toBe('/home/ann/.config/p2p-tui/settings.json');
		expect(at('linux', '/home/ann', {XDG_CONFIG_HOME: '/x'})).toBe('/x/p2p-tui/settings.json');
		expect(at('linux', '/home/ann', {XDG_CONFIG_HOME: 'relative'})).toBe('/home/ann/.config/p2p-tui/settings.json');
		expect(at('darwin', '/Users/ann', {})).toBe('/Users/ann/Library/Application Support/p2p-tui/settings.json');
		expect(at('win32', 'C:\\Users\\ann', {APPDATA: 'C:\\R'})).toBe('C:\\R\\p2p-tui\\settings.json');
	});

	test('the usual one may be missing, one that was asked for may not', () => {
		expect(load().settings).toEqual(DEFAULT_SETTINGS);
		expect(load('/dev/null').settings).toEqual(DEFAULT_SETTINGS);
		// As where there is no home.
		const nowhere = {...machine(), env: {XDG_CONFIG_HOME: '/dev/null'}};
		expect(loadSettings({config: undefined, theme: undefined, ephemeral: false}, nowhere).settings).toEqual(
			DEFAULT_SETTINGS,
		);
		const {message, hint, exitStatus} = refusal(() => load(file()));
		expect(message).toBe(`There is no settings file ${file()}`);
		expect(hint).toBe(`To make one: p2p-tui config > ${file()}`);
		expect(exitStatus).toBe(EXIT_USAGE);
	});

	test('the command line wins over the file', () => {
		writeFileSync(file(), '{"theme": "dark", "mouse": true}');
		expect(load(file()).settings).toMatchObject({theme: 'dark', mouse: true});
		expect(load(file(), 'light').settings).toMatchObject({theme: 'light', mouse: true});
	});

	test('what cannot be read is said in one line', () => {
		mkdirSync(file());
		expect(refusal(() => load(file())).message).toBe(`Cannot read the settings file ${file()}: it is no file`);
		rmSync(file(), {recursive: true});
		writeFileSync(file(), Buffer.from([0x7b, 0xff, 0x7d]));
		expect(refusal(() => load(file())).message).toMatch(/: it is not UTF-8$/);
		writeFileSync(file(), ' '.repeat(300_000));
		expect(refusal(() => load(file())).message).toMatch(/: it has more than 256 KiB$/);
	});

	test('keep what was set, and all that a person wrote', () => {
		const text = '// mine\n{\n  "theme": "dark", // at night\n  /* none */ "keys": {"peers": []}\n}\n';
		writeFileSync(file(), text, {mode: 0o644});
		// Of a program that was ended while it saved.
		writeFileSync(`${file()}.${process.pid}.new`, 'half');
		saveSettings(file(), {theme: 'light', mouse: true});
		const kept = readFileSync(file(), 'utf8');
		expect(parseSettings(kept, 'f')).toMatchObject({theme: 'light', mouse: true, keys: {peers: []}});
		for (const part of ['// mine\n', '"theme": "light", // at night', '/* none */ "keys": {']) {
			expect(kept).toContain(part);
		}
		expect(kept).toContain('\n  "mouse": true');
		expect(statSync(file()).mode & 0o777).toBe(0o644);
		expect(readdirSync(folder)).toEqual(['settings.json']);
	});

	test('are changed where they stand, or come first; all else stays as it was written', () => {
		const text = '{ // mine\n\t"keys": {"peers":["F5"],"help" : ["F6"]}, "bell":"off"\n}\n';
		expect(withChanges(text, {bell: 'all'})).toBe(text.replace('"off"', '"all"'));
		expect(withChanges(text, {mouse: true})).toBe(text.replace('{ //', '{\n\t"mouse": true, //'));
		expect(withChanges('{"theme":"dark"}', {mouse: true})).toBe('{\n\t"mouse": true, "theme":"dark"}');
		expect(withChanges('', {mouse: true})).toBe('{\n\t"mouse": true\n}\n');
	});

	test.each(['', '\n', '// nothing yet\n', '{}', '{\n}', '{"theme": "dark",}'])('%j takes a setting', text => {
		const kept = withChanges(text, {mouse: true});
		expect(checkSettings(kept)).toMatchObject({problems: [], settings: {mouse: true}});
		if (text.includes('//')) expect(kept).toContain('// nothing yet');
	});

	test('are made with their folder, for nobody else to read', () => {
		load().save?.({theme: 'contrast'});
		const made = path.join(folder, 'p2p-tui', 'settings.json');
		expect(parseSettings(readFileSync(made, 'utf8'), 'f').theme).toBe('contrast');
		expect(statSync(made).mode & 0o777).toBe(0o600);
		expect(statSync(path.dirname(made)).mode & 0o777).toBe(0o700);
	});

	test('are not kept where nothing is: ephemeral, or without a file; nothing but a file is written over', () => {
		expect(load('/dev/null').save).toBeUndefined();
		expect(loadSettings({config: undefined, theme: undefined, ephemeral: true}, machine()).save).toBeUndefined();
		mkdirSync(file());
		expect(refusal(() => replaceFile(file(), '{}')).message).toBe(`it is no file: ${file()}`);
		expect(readdirSync(folder)).toEqual(['settings.json']);
	});

	test('behind a link stay there; a link that leads nowhere is not followed', () => {
		const [link, elsewhere] = [path.join(folder, 'link.json'), path.join(folder, 'elsewhere.json')];
		symlinkSync(elsewhere, link);
		expect(refusal(() => saveSettings(link, {mouse: true})).message).toBe(`a link leads nowhere: ${link}`);
		expect(existsSync(elsewhere)).toBe(false);
		writeFileSync(elsewhere, '{}');
		saveSettings(link, {mouse: true});
		expect(readFileSync(link, 'utf8')).toBe(readFileSync(elsewhere, 'utf8'));
		expect(parseSettings(readFileSync(elsewhere, 'utf8'), 'f').mouse).toBe(true);
	});

	test('with a mistake, or in a folder that cannot be written, are left as they are', () => {
		writeFileSync(file(), '{"theme": }');
		expect(refusal(() => saveSettings(file(), {mouse: true})).message).toBe(`there are mistakes by now in ${file()}`);
		expect(readFileSync(file(), 'utf8')).toBe('{"theme": }');
		const below = path.join(file(), 'settings.json');
		expect(refusal(() => saveSettings(below, {mouse: true}))).toBeInstanceOf(UserError);
		if (process.getuid?.() === 0) return;
		writeFileSync(file(), '{}');
		chmodSync(folder, 0o500);
		const {message} = refusal(() => saveSettings(file(), {mouse: true}));
		chmodSync(folder, 0o700);
		expect(message).toBe(`permission denied: ${file()}`);
		expect(readdirSync(folder)).toEqual(['settings.json']);
	});
});
