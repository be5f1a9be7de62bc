import {describe, expect, test} from 'vitest';
import {DEFAULT_SETTINGS, SETTING_NAMES, type Settings} from '../../source/store/settings.ts';
import {initialState, type State} from '../../source/store/state.ts';
import {Keymap} from '../../source/ui/keymap.ts';
import {statusRows} from '../../source/ui/panes/status.ts';
import {parseLine, type SlashContext} from '../../source/ui/slash.ts';
import {widthOf} from '../../source/ui/text.ts';
import {PLAIN_THEME} from '../../source/ui/theme.ts';
import {helpLines} from '../../source/ui/views/help.ts';
import {settingsLines} from '../../source/ui/views/settings.ts';
import {openApp} from './harness.tsx';

const SIZE = {columns: 80, rows: 24};

function stateWith(settings: Partial<Settings>, more: Partial<State> = {}): State {
	return {...initialState(0, 'p2p-tui', {...DEFAULT_SETTINGS, ...settings}), core: {state: 'running'}, ...more};
}

describe('settings are changed on the screen', () => {
	const context = {room: undefined, rooms: [], peers: [], recent: () => []} as unknown as SlashContext;

	test.each<[string, Partial<Settings>]>([
		['/theme light', {theme: 'light'}],
		['/set theme = contrast', {theme: 'contrast'}],
		['/set notification-text off', {notificationText: false}],
		['/set MOUSE yes', {mouse: true}],
		['/set bell all', {bell: 'all'}],
	])('%s', (line, settings) => {
		expect(parseLine(line, context)).toMatchObject({ok: true, intents: [{type: 'set', settings, keep: true}]});
	});

	test.each([
		['/set thme light', /^There is no setting thme; there are theme, /],
		['/set Files', /^Which one: files\.folder, files\.accept, files\.maxUpload, files\.maxDownload, files\.quota\?$/],
		['/set theme purple', /^theme can be auto, dark, light, contrast, ansi, mono; not purple$/],
		['/set mouse maybe', /^mouse can be on, off; not maybe$/],
	])('%s is refused', (line, message) => {
		expect(parseLine(line, context)).toEqual({ok: false, message: expect.stringMatching(message)});
	});

	test('at once, and for the next start', async () => {
		const app = openApp(SIZE);
		const written = async (line: string) => {
			await app.type(line);
			await app.press('return');
			return app.store.getState();
		};
		expect((await written('/theme light')).settings.theme).toBe('light');
		expect(app.effects).toEqual([{type: 'save', settings: {theme: 'light'}}]);
		expect(app.frame()).toContain('heme is light from now on');
		await written('/theme');
		expect(app.frame()).toContain('heme is light; it can be auto, dark, contrast, ansi, mono');
		await written('/set sidebar off');
		expect(app.frame()).not.toContain('Rooms');
		await written('/set');
		expect(app.frame()).toContain('[light]');
		await app.press('escape');
		expect(app.store.getState().view).toBe('chat');
		await app.press('alt+m');
		expect(app.effects.at(-1)).toEqual({type: 'save', settings: {mouse: true}});
		expect(app.frame()).toContain('ouse is on from now on: wheel and clicks');
		await app.press('alt+m');
		expect(app.effects.at(-1)).toEqual({type: 'save', settings: {mouse: false}});
	});

	test('for this run only, where nothing is kept', async () => {
		const app = openApp(SIZE, {keepsSettings: false});
		await app.type('/theme light');
		await app.press('return');
		expect(app.frame()).toContain('heme is light for this run only');
		await app.press('alt+m');
		expect(app.frame()).toContain('ouse is on for this run only');
		expect(app.store.getState().settings).toMatchObject({theme: 'light', mouse: true});
		expect(app.effects).toEqual([]);
		expect(settingsLines(app.store.getState(), 78, PLAIN_THEME).join('\n')).toContain('nothing is kept');
	});

	test('the page shows all of them, and which values they have', () => {
		const page = settingsLines(stateWith({mouse: true}), 78, PLAIN_THEME).join('\n');
		for (const name of SETTING_NAMES) expect(page).toContain(name);
		expect(page).toMatch(/mouse +\[on\] +off/);
	});

	test('while the mouse is on, the bottom line says so', () => {
		expect(statusRows(stateWith({mouse: true}), 80, PLAIN_THEME)[0]).toContain('mouse on · ○ 0 peers');
		expect(statusRows(stateWith({}), 80, PLAIN_THEME)[0]).not.toContain('mouse on');
	});
});

describe('the bottom line', () => {
	const WHOLE = new Keymap().statusHints('chat', new Set()).map(({key, hint}) => `${key} ${hint}`);

	test.each([40, 52, 64, 80, 120])('%i columns: whole hints, as wide as the screen', width => {
		for (const settings of [{}, {mouse: true}]) {
			const state = stateWith(settings);
			const [line = '', ...others] = statusRows(state, width, PLAIN_THEME);
			expect(others).toEqual([]);
			expect(widthOf(line)).toBe(width);
			expect(line).toMatch(/^ F1 help {2}/);
			const hints = line
				.split(/ +(?:mouse on|○)/)[0]!
				.trim()
				.split('   ');
			for (const hint of hints) expect(WHOLE).toContain(hint);
		}
	});

	test('what is special in a place comes first: the way back, then the rest', () => {
		const selecting = stateWith({}, {selection: {room: 'lobby', id: 'x'} as never});
		expect(statusRows(selecting, 100, PLAIN_THEME)[0]).toMatch(/^ Esc back {3}r reply/);
	});

	test('keys of a person’s own are those that are said', () => {
		const keys = {help: ['f11'], 'open-switcher': [], interrupt: ['ctrl+x']};
		const state = stateWith({keys});
		const [line] = statusRows(state, 120, PLAIN_THEME);
		expect(line).toMatch(/^ F11 help/);
		expect(line).not.toContain('go to…');
		expect(statusRows({...state, interruptArmed: 0}, 120, PLAIN_THEME)[0]).toMatch(/^ Ctrl-X again to leave/);
		const help = helpLines(state, 100, PLAIN_THEME).join('\n');
		expect(help).toMatch(/F11 +this help/);
		expect(help).not.toContain('find a command');
		expect(settingsLines(state, 80, PLAIN_THEME).join('\n')).toMatch(/help +F11/);
	});
});

describe('the help page', () => {
	test.each([38, 58, 78, 98, 118, 198])(
		'%i cells: nothing is wider, and every setting, key and command is named',
		width => {
			const state = stateWith({});
			const lines = helpLines(state, width, PLAIN_THEME);
			for (const line of lines) expect(widthOf(line)).toBe(width);
			const text = lines.join('\n');
			for (const name of [...SETTING_NAMES, 'next room', '/join', '/set']) expect(text).toContain(name);
		},
	);

	test('is made anew for other keys, another width and another theme only', () => {
		const lines = helpLines(stateWith({}), 78, PLAIN_THEME);
		expect(helpLines(stateWith({}, {viewScroll: 3}), 78, PLAIN_THEME)).toBe(lines);
		expect(helpLines(stateWith({keys: {help: ['f11']}}), 78, PLAIN_THEME).join()).toContain('F11');
		expect(helpLines(stateWith({}), 60, PLAIN_THEME)[0]).toHaveLength(60);
		expect(helpLines(stateWith({}), 60, {...PLAIN_THEME, name: 'other'})).not.toBe(lines);
	});

	test('begins with what one needs to get along', () => {
		const [, title, ...first] = helpLines(stateWith({}), 78, PLAIN_THEME);
		expect(title).toContain('The most important');
		for (const [index, word] of ['send', 'room', 'room or a person', 'before', 'select', 'who', 'leave'].entries()) {
			expect(first[index]).toContain(word);
		}
	});
});
