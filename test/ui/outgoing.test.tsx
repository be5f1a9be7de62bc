/** Everything that goes to the person's terminal besides the cells: sequences, links, titles, notifications, copies. */
import {cleanup} from 'ink-testing-library';
import {afterEach, describe, expect, test} from 'vitest';
import type {NodeEvent} from '../../source/api/event.ts';
import type {Effect} from '../../source/store/effect.ts';
import {DEFAULT_SETTINGS} from '../../source/store/settings.ts';
import {alertSequence} from '../../source/ui/outside/attention.ts';
import {clipboardSequence} from '../../source/ui/outside/clipboard.ts';
import {titleOf} from '../../source/ui/outside/title.ts';
import {createTheme} from '../../source/ui/theme.ts';
import {HOSTILE, hostileEvents} from './hostile.ts';
import {openPainted} from './painted.tsx';
import {PEERS, said, snapshotOf} from './script.ts';

afterEach(cleanup);

/** Styles, moves, erasing, the cursor and frames as a whole, links to the web: all that the painter ever says. */
const OURS =
	/\x1b\[[\d;:]*[ABCDGHJKXdfm]|\x1b\[\?(?:25|2026)[hl]|\x1b\]8;;(?:https?:\/\/[\x21-\x7e]+)?\x1b\\|\x1b[78]/g;
/** Plain moves, and the isolates that keep text from right to left in its place. */
const MOVES = /[\b\r\n\u2066-\u2069]/g;
const UNSEEN = /[\x00-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]/u;

const THEME = createTheme('dark', 24, {TERM: 'xterm-256color'});
/** Those by which a terminal is known, and what stands between. */
const TERMINALS: readonly Record<string, string>[] = [
	{TERM: 'xterm-kitty'},
	{TERM: 'foot'},
	{TERM_PROGRAM: 'iTerm.app'},
	{TERM: 'tmux-256color', TMUX: '/tmp/tmux-0/default,1,0', KITTY_WINDOW_ID: '1'},
	{TERM: 'screen', STY: '1.pts', LC_TERMINAL: 'iTerm2'},
];

describe('row 53: what peers write reaches a terminal as text only', () => {
	test.each([0, 9])('on the screen, wherever it stands: %i', async start => {
		const app = openPainted({columns: 100, rows: 40}, {theme: THEME});
		app.store.core({state: 'running'});
		await app.events(...hostileEvents([...HOSTILE.slice(start), ...HOSTILE.slice(0, start)]));
		for (const keys of [[], ['f1'], ['f2'], ['escape', 'ctrl+k'], ['escape', 'shift+up']]) {
			for (const key of keys) await app.press(key);
			const output = app.paint();
			expect(output, keys.join()).toContain('\x1b[');
			expect(UNSEEN.exec(output.replaceAll(OURS, '').replaceAll(MOVES, '')), keys.join()).toBeNull();
		}
		app.close();
	});

	test('a link goes where its text says, and its address ends nothing', async () => {
		const app = openPainted({columns: 120, rows: 24}, {theme: THEME});
		app.store.core({state: 'running'});
		const words = 'see https://example.org/a;b?\x1b\\c=\x07 and https://пример.рф/\x9c now';
		await app.events(snapshotOf(['lobby']), said('ann', words, 1));
		const links = Array.from(app.paint().matchAll(/\x1b\]8;([^\x07\x1b]*)/g), match => match[1]);
		app.close();
		expect(links.filter(link => link !== ';')).toEqual([';https://example.org/a;b', ';https://xn--e1afmkfd.xn--p1ai/']);
	});

	test('in notifications, titles and copies', async () => {
		const settings = {...DEFAULT_SETTINGS, notifications: 'all', bell: 'all'} as const;
		const app = openPainted({columns: 40, rows: 12}, {settings});
		app.store.core({state: 'running'});
		await app.bytes('\x1b[O');
		await app.events(snapshotOf(['lobby', 'dev', ...HOSTILE]));
		await app.press('alt+2');
		for (const text of HOSTILE.slice(3, 13)) {
			app.time.advance(10_000);
			const named = (event: NodeEvent) => ({...event, name: text, timestamp: app.time.now()}) as NodeEvent;
			await app.events(named(said('bob', text, 8, 'dev')));
			app.time.advance(10_000);
			await app.events(named(said('cat', text, 8, `@${PEERS.cat}`)), named(said('bob', text, 8, text)));
			await app.press('shift+up');
			await app.type('y');
			await app.press('escape');
		}
		app.close();
		const notifications = app.alerted.filter(effect => effect.type === 'alert' && effect.notification !== undefined);
		expect(notifications.length).toBeGreaterThanOrEqual(10);
		for (const alert of notifications) for (const env of TERMINALS) expectAsked(alert as Alert, env);
		expect(titleOf(app.store.getState())).toMatch(/^[\x20-\x7e]+$/);
		const copied = app.effects.flatMap(effect => (effect.type === 'copy' ? [effect.text] : []));
		expect(copied.length).toBeGreaterThan(5);
		for (const each of copied) {
			expect(each).not.toMatch(/[\x00-\x08\x0b-\x1f\x7f-\x9f]/);
			expect(clipboardSequence(each, {})).toMatch(/^\x1b\]52;c;[A-Za-z\d+/=]*\x07$/);
		}
	});
});

type Alert = Effect & {type: 'alert'};

/** Nothing but what is said to this terminal for a notification, and text. */
function expectAsked(alert: Alert, env: Record<string, string>): void {
	const sent = alertSequence(alert, env).replaceAll(/\x1bP(?:tmux;)?|\x1b\x1b|\x1b\\|\x1b\]|\x07/g, '');
	expect(UNSEEN.exec(sent)).toBeNull();
}
