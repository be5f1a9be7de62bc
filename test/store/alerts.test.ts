import {expect, test} from 'vitest';
import type {NodeEvent} from '../../source/api/event.ts';
import type {TransferInfo} from '../../source/api/files.ts';
import {BELL_PAUSE, NOTIFICATION_PAUSE} from '../../source/store/alerts.ts';
import type {Effect} from '../../source/store/effect.ts';
import {DEFAULT_SETTINGS, type Settings} from '../../source/store/settings.ts';
import {Store} from '../../source/store/store.ts';
import {titleOf} from '../../source/ui/outside/title.ts';
import {idOf, transfer} from '../ui/transfers.ts';
import {VirtualTime} from '../ui/virtual-time.ts';
import {ANN, AROUND, BOB, message, roomInfo, SELF, snapshot} from './helpers.ts';

/** In #lobby, which is open, and #dev; the terminal tells of its focus, and the window is in front. */
function open(settings: Partial<Settings> = {}, {tells = true} = {}) {
	const time = new VirtualTime();
	const effects: Effect[] = [];
	const store = new Store({
		now: time.now,
		setTimer: time.setTimer,
		settings: {...DEFAULT_SETTINGS, ...settings},
		effect: effect => effects.push(effect),
	});
	store.core({state: 'running'});
	store.receive([snapshot([roomInfo('lobby', ANN, BOB), roomInfo('dev', ANN, BOB)])]);
	time.advance(10_000);
	const focus = (isFocused: boolean) => store.dispatch({type: 'focus', isFocused}, AROUND);
	if (tells) focus(true);
	const say = (room: string, text: string, more: Parameters<typeof message>[3] = {}, from = ANN) =>
		message(room, from, text, {timestamp: time.now(), ...more});
	/** What comes out of these, in short: `bell`, `title | body`. */
	const receive = (...events: NodeEvent[]): string[] => {
		store.receive(events);
		return given();
	};
	const given = () =>
		effects.splice(0).flatMap(effect => {
			if (effect.type !== 'alert') throw new Error(effect.type);
			const {bell, notification} = effect;
			return [...(bell ? ['bell'] : []), ...(notification ? [`${notification.title} | ${notification.body}`] : [])];
		});
	/** So many seconds. */
	const wait = (seconds: number): string[] => {
		for (let second = 0; second < seconds; second++) {
			time.advance(1_000);
			store.tick();
		}
		return given();
	};
	return {store, time, say, receive, focus, wait};
}

const mention = {mention: true} as const;
const bell: Partial<Settings> = {bell: 'all'};
const desktop: Partial<Settings> = {bell: 'off', notifications: 'all'};

test('the bell is for what names us and for what is said to us alone, or for all, or for nothing', () => {
	for (const [level, expected] of [
		['mentions', [[], ['bell'], ['bell']]],
		['all', [['bell'], ['bell'], ['bell']]],
		['off', [[], [], []]],
	] as const) {
		const {receive, say, wait} = open({bell: level});
		expect(receive(say('dev', 'hello'))).toEqual(expected[0]);
		wait(2);
		// Whoever counts as named on the screen is named, whether the core says so or not.
		expect(receive(say('dev', 'oh'), say('dev', 'me: hello'))).toEqual(expected[1]);
		wait(2);
		expect(receive(say(`@${ANN}`, 'hello'))).toEqual(expected[2]);
	}
});

test('own words are no news, nor is what is seen as it comes', () => {
	const {receive, say, wait, focus, store} = open(bell);
	expect(receive(say('dev', 'hello', {}, SELF))).toEqual([]);
	expect(receive(say('lobby', 'me: hello', mention))).toEqual([]);
	focus(false);
	expect(receive(say('lobby', 'hello'))).toEqual(['bell']);
	focus(true);
	wait(2);
	store.dispatch({type: 'view', view: 'help'}, AROUND);
	expect(receive(say('lobby', 'hello'))).toEqual(['bell']);
});

test('where the terminal tells nothing, whoever has not touched a key for two minutes is elsewhere', () => {
	const {receive, say, wait, store} = open(bell, {tells: false});
	expect(receive(say('lobby', 'hello'))).toEqual([]);
	wait(120);
	expect(receive(say('lobby', 'hello'))).toEqual(['bell']);
	store.dispatch({type: 'edit', edit: {edit: 'insert', text: 'x'}}, AROUND);
	wait(2);
	expect(receive(say('lobby', 'hello'))).toEqual([]);
});

test('history and what was missed is no news', () => {
	const {receive, say, time, store, wait} = open(bell);
	const kept = (timestamp: number) => ({via: undefined, hops: undefined, timestamp}) as object;
	expect(receive(say('dev', 'before the start', kept(time.now() - 20_000)))).toEqual([]);
	const said = say('dev', 'hello');
	expect(receive(said)).toEqual(['bell']);
	wait(2);
	// A core that was started again tells it once more.
	expect(receive(said)).toEqual([]);
	wait(300);
	expect(receive(say('dev', 'long ago', kept(time.now() - 120_000)))).toEqual([]);
	// A connection was lost for a moment.
	expect(receive(say('dev', 'just now', kept(time.now() - 1_000)))).toEqual(['bell']);
	wait(2);
	const progress = {type: 'history-progress', room: 'dev', received: 1, expected: 900, done: false} as const;
	expect(receive(progress, say('dev', 'just now', kept(time.now() - 1_000)))).toEqual([]);
	expect(store.getState().rooms[1]?.unread).toBe(5);
});

test('there is one bell a second, however much comes', () => {
	const {receive, say, time} = open(bell);
	expect(receive(say('dev', '1'), say('dev', '2'), say(`@${BOB}`, '3', {}, BOB))).toEqual(['bell']);
	time.advance(BELL_PAUSE - 1);
	expect(receive(say('dev', '4'))).toEqual([]);
	time.advance(1);
	expect(receive(say('dev', '5'))).toEqual(['bell']);
});

test('notifications say who, where and what; then how many, after a while', () => {
	const {receive, say, wait} = open(desktop);
	expect(receive(say('dev', 'hello\n\x1b[31mthere'))).toEqual(['ann in #dev | hello \\x1b[31mthere']);
	expect(receive(say('dev', '2'))).toEqual([]);
	expect(receive(say('dev', '3'), say('dev', '4'))).toEqual([]);
	// Another room waits for itself only.
	expect(receive(say(`@${BOB}`, 'x'.repeat(500), {}, BOB))).toEqual([`bob | ${'x'.repeat(119)}…`]);
	expect(wait(NOTIFICATION_PAUSE / 1_000 - 1)).toEqual([]);
	expect(wait(1)).toEqual(['p2p-tui | 3 new messages in #dev']);
	expect(wait(20)).toEqual([]);
	expect(receive(say('dev', '5'), say(`@${BOB}`, '6', {}, BOB))).toEqual(['p2p-tui | 2 new messages in 2 rooms']);
});

test('what was read meanwhile is not told', () => {
	const {receive, say, wait, store, time} = open(desktop);
	receive(say('dev', '1'));
	receive(say('dev', '2'));
	store.dispatch({type: 'go', to: {by: 'name', room: 'dev'}}, AROUND);
	expect(wait(10)).toEqual([]);
	receive(say('lobby', '3'));
	receive(say('lobby', '4'));
	// A machine that slept has missed some seconds.
	store.dispatch({type: 'go', to: {by: 'name', room: 'lobby'}}, AROUND);
	time.advance(60_000);
	expect(wait(1)).toEqual([]);
});

test('who does not want the text on the desktop is told where only', () => {
	const {receive, say} = open({...desktop, notificationText: false});
	expect(receive(say('dev', 'secret'))).toEqual(['p2p-tui | new message in #dev']);
	expect(receive(say(`@${BOB}`, 'secret', {}, BOB))).toEqual(['p2p-tui | new message from bob']);
});

test('the title counts what is unread, what names us before all, and the open room while nobody looks', () => {
	const {receive, say, store, focus} = open();
	const title = () => {
		store.flush();
		return titleOf(store.getState());
	};
	expect(title()).toBe('p2p-tui');
	receive(say('lobby', 'seen'));
	receive(say('dev', '1'), say('dev', '2'));
	expect(title()).toBe('(2) p2p-tui');
	focus(false);
	receive(say('lobby', 'not seen'));
	expect(title()).toBe('(3) p2p-tui');
	receive(say('lobby', 'me: not seen', mention));
	expect(title()).toBe('(@1) p2p-tui');
	focus(true);
	expect(title()).toBe('(2) p2p-tui');
	receive(...Array.from({length: 200}, () => say('dev', 'x')));
	expect(title()).toBe('(99+) p2p-tui');
});

test('a file that has come, or has failed, is for whoever has asked for it', () => {
	const error = {code: 'io', message: 'the disk is broken'} as const;
	for (const [level, expected] of [
		['mentions', ['bell']],
		['all', ['bell']],
		['off', []],
	] as const) {
		const {receive, wait} = open({bell: level});
		expect(receive(transfer({rooms: ['dev']}))).toEqual([]);
		expect(receive(transfer({rooms: ['dev'], state: 'done'}))).toEqual(expected);
		wait(2);
		expect(receive(transfer({rooms: ['dev']}), transfer({rooms: ['dev'], state: 'failed', error}))).toEqual(expected);
		wait(2);
		// Tried again by itself, for the same end.
		const again = [transfer({rooms: ['dev'], state: 'verifying'}), transfer({rooms: ['dev'], state: 'failed', error})];
		expect(receive(...again)).toEqual([]);
	}
});

test('not a file that is seen to come, nor one of before, nor what others fetch or is given up', () => {
	const {receive, focus, store, wait} = open();
	const ends = (...states: readonly TransferInfo['state'][]) => receive(...states.map(state => transfer({state})));
	expect(ends('done')).toEqual([]);
	expect(ends('fetching', 'done', 'done')).toEqual([]);
	focus(false);
	expect(ends('done')).toEqual([]);
	expect(ends('fetching', 'done')).toEqual(['bell']);
	wait(2);
	expect(ends('fetching', 'failed', 'cancelled')).toEqual([]);
	const ours = {file: '/home/me/x', isFetched: false} as const;
	expect(receive(transfer({...ours, state: 'hashing'}), transfer({...ours, state: 'done'}))).toEqual([]);
	focus(true);
	const other = (state: TransferInfo['state']) => transfer({state, rooms: ['dev']});
	store.dispatch({type: 'view', view: 'transfers'}, AROUND);
	expect(receive(other('fetching'), other('done'))).toEqual([]);
	store.dispatch({type: 'view', view: 'help'}, AROUND);
	expect(receive(other('fetching'), other('done'))).toEqual(['bell']);
});

test('a notification says which file, or how many: after words, and as seldom as they', () => {
	const {receive, say, focus, wait} = open({bell: 'off', notifications: 'mentions'});
	focus(false);
	const one = (digit: string, state: TransferInfo['state']) => transfer({file: idOf(digit), state});
	expect(receive(one('4', 'fetching'), one('4', 'done'))).toEqual(['p2p-tui | “holiday.mp4” is here']);
	expect(receive(one('5', 'fetching'), one('5', 'done'), one('6', 'fetching'), one('6', 'failed'))).toEqual([]);
	expect(receive(one('7', 'fetching'), one('7', 'done'))).toEqual([]);
	expect(wait(4)).toEqual([]);
	expect(wait(1)).toEqual(['p2p-tui | 2 files are here, 1 failed']);
	expect(wait(20)).toEqual([]);
	const both = receive(say('dev', 'me: hello', mention), one('8', 'fetching'), one('8', 'failed'));
	expect(both).toEqual(['ann in #dev | me: hello']);
	expect(wait(1)).toEqual(['p2p-tui | “holiday.mp4” failed']);
});
