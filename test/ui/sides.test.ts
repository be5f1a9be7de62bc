/** The side panes, and what an empty room says: as rows, without a terminal. */
import {describe, expect, test} from 'vitest';
import type {NodeEvent} from '../../source/api/event.ts';
import {DEFAULT_SETTINGS} from '../../source/store/settings.ts';
import type {Room, State} from '../../source/store/state.ts';
import {Store} from '../../source/store/store.ts';
import {type Layout, layoutFor} from '../../source/ui/layout.ts';
import {chatRows} from '../../source/ui/panes/chat.ts';
import {emptyRoomRows} from '../../source/ui/panes/empty.ts';
import {areaRows} from '../../source/ui/panes/graph.ts';
import {networkRows, rttCell, trafficRows} from '../../source/ui/panes/network.ts';
import {peerInRow, peersRows} from '../../source/ui/panes/peers.ts';
import {roomInRow, roomsRows} from '../../source/ui/panes/rooms.ts';
import {widthOf} from '../../source/ui/text.ts';
import {PLAIN_THEME as theme} from '../../source/ui/theme.ts';
import {livelyEvents, NOON, PEERS, peerInfo, said, snapshotOf, traffic} from './script.ts';

process.env.TZ = 'UTC';

let now = NOON;

function storeAfter(events: readonly NodeEvent[], settings = DEFAULT_SETTINGS): Store {
	now = NOON + 8 * 60_000;
	const store = new Store({now: () => now, setTimer: () => () => {}, settings, launch: 'p2p-tui'});
	store.core({state: 'running'});
	store.receive(events);
	store.flush();
	return store;
}

const stateAfter = (events: readonly NodeEvent[]): State => storeAfter(events).getState();

function conversation(who: keyof typeof PEERS, ...texts: readonly string[]): readonly NodeEvent[] {
	const room = `@${PEERS[who]}`;
	const members = [{peer: PEERS[who], name: who}];
	return [{type: 'room-joined', room, members, direct: true}, ...texts.map(text => said(who, text, 7, room))];
}

const inner = (rows: readonly string[]): readonly string[] => rows.slice(1).map(line => line.slice(1, -1));

describe('rooms', () => {
	const rect = {x: 0, y: 0, width: 25, height: 8};
	const others = [...conversation('bob', 'x', 'y'), ...conversation('dan')];

	test('what is unread ends in one column, and people stand by themselves', () => {
		expect(inner(roomsRows(stateAfter([...livelyEvents(), ...others]), rect, theme))).toEqual([
			'▌1 #lobby              ',
			' 2 #dev           @2   ',
			' 3 #release-notes  1   ',
			' People ┄┄┄┄┄┄┄┄┄┄┄┄┄┄ ',
			' 4 @bob            2 ● ',
			' 5 @dan              ○ ',
			'                       ',
		]);
	});

	test('names that begin alike are cut in the middle', () => {
		const names = ['release-notes-of-spring', 'release-notes-of-autumn', 'an-entirely-different-room'];
		expect(inner(roomsRows(stateAfter([snapshotOf(names, [])]), rect, theme)).slice(0, 3)).toEqual([
			'▌1 #release-…f-spring  ',
			' 2 #release-…f-autumn  ',
			' 3 #an-entirely-diff…  ',
		]);
	});

	test('a draft is marked once one is elsewhere', () => {
		const store = storeAfter(livelyEvents());
		const dispatch = (intent: Parameters<Store['dispatch']>[0]) => store.dispatch(intent, nowhere);
		dispatch({type: 'edit', edit: {edit: 'insert', text: 'not yet'}});
		expect(roomsRows(store.getState(), rect, theme).join('')).not.toContain('✎');
		dispatch({type: 'go', to: {by: 'name', room: 'dev'}});
		expect(roomsRows(store.getState(), rect, theme)[1]).toMatch(/ 1 #lobby ✎ +│$/);
	});

	test('of a long list, what is around the open room; the rest is counted, with what is unread there', () => {
		const names = Array.from({length: 30}, (_, index) => `room-${index + 1}`);
		const store = storeAfter([snapshotOf(names, [peerInfo('ann')]), said('ann', 'x', 5, 'room-3')]);
		store.dispatch({type: 'go', to: {by: 'name', room: 'room-15'}}, nowhere);
		const rows = inner(roomsRows(store.getState(), rect, theme)).map(line => line.trimEnd());
		expect(rows).toEqual([
			'   … 12 more         1',
			'   #room-13',
			'   #room-14',
			'▌  #room-15',
			'   #room-16',
			'   #room-17',
			'   … 13 more',
		]);
		expect(roomInRow(store.getState(), rect, 4)?.room).toBe('room-15');
		expect(roomInRow(store.getState(), rect, 1)).toBeUndefined();
	});
});

test('whoever is gone and here again under the same name is listed once', () => {
	const again = {...peerInfo('dan', 'gone', NOON), name: 'ann'};
	const state = stateAfter([snapshotOf(['lobby'], [peerInfo('ann'), peerInfo('bob', 'gone', NOON), again])]);
	const rows = inner(peersRows(state, {x: 0, y: 0, width: 25, height: 6}, theme, false));
	expect(rows.map(line => line.trim().replaceAll(/ +/g, ' '))).toEqual([
		'● ann …',
		'○ bob 8 min ago',
		'… 1 more (F2)',
		'',
		'',
	]);
	expect(peerInRow(state, {x: 0, y: 0, width: 25, height: 6}, 2, false)?.name).toBe('bob');
});

const nowhere = {
	parseLine: () => ({ok: true, intents: []}) as const,
	commands: [],
	chatRows: 10,
	rowsOf: () => 1,
	fits: {rooms: true, network: true},
	page: {total: 0, shown: 0},
};

test('every pane fills its rectangle exactly, whatever the size and however many there are', () => {
	const crowd = Array.from({length: 60}, (_, index): NodeEvent[] => {
		const peer = `12D3KooW${String(index).padStart(44, '0')}`;
		const name =
			index % 3 === 0 ? `日本語の長い名前${index}` : index % 3 === 1 ? `somebody-with-a-long-name-${index}` : 'twin';
		return [
			{type: 'peer-connected', peer, name, address: '/ip4/192.0.2.1/tcp/1', direction: 'inbound'},
			{type: 'rtt', peer, milliseconds: index * index * 0.9},
		];
	}).flat();
	const few = stateAfter([...livelyEvents(), ...conversation('bob', 'x')]);
	for (const state of [few, stateAfter([...livelyEvents(), ...crowd]), stateAfter([snapshotOf(['lobby'])])])
		for (const [columns, rows] of SIZES) checkPanes(state, columns, rows);
});

const SIZES = [40, 64, 69, 80, 100, 120, 130, 150, 300].flatMap(columns =>
	[12, 13, 18, 24, 31, 40, 100].map(rows => [columns, rows] as const),
);

function checkPanes(state: State, columns: number, rows: number): void {
	const layout = layoutFor(columns, rows, {rooms: state.rooms.length, hidden: state.hidden}) as Layout;
	const panes = [
		[layout.rooms, roomsRows],
		[layout.peers, (...[all, rect]: Parameters<typeof roomsRows>) => peersRows(all, rect, theme, !layout.traffic)],
		[layout.traffic, trafficRows],
		[layout.network, networkRows],
		[layout.chat, chatRows],
	] as const;
	for (const [rect, render] of panes) {
		if (!rect) continue;
		const lines = render(state, rect, theme);
		const where = `${render.name} at ${columns}×${rows}`;
		expect(lines.length, where).toBe(rect.height);
		expect(
			lines.filter(line => widthOf(line) !== rect.width),
			where,
		).toEqual([]);
	}
}

test('times end in one column, whatever their unit', () => {
	expect([0.214, 1.84, 24, 1_240, undefined].map(rttCell)).toEqual([
		'0.21 ms',
		' 1.8 ms',
		'  24 ms',
		' 1.2 s ',
		'   …   ',
	]);
});

test('pictures are drawn from the foot; what was measured is never empty', () => {
	expect(areaRows([0, 0.25, 0.5, 1], 5, 2)).toEqual(['   ▁█', ' ▁▅██']);
	expect(areaRows([], 3, 1)).toEqual(['   ']);
});

test('while nothing flows, nothing that is drawn of it changes', () => {
	const after = (...rates: readonly (readonly [number, number])[]) => {
		const state = stateAfter([snapshotOf(['lobby']), ...traffic(...rates)]);
		const low = trafficRows(state, {x: 0, y: 0, width: 27, height: 4}, theme);
		return [...low, ...networkRows(state, {x: 0, y: 0, width: 32, height: 40}, theme)];
	};
	expect(after([0, 0], [0, 0], [0, 0])).toEqual(after([0, 0]));
	expect(after([0, 0], [900, 0])).not.toEqual(after([0, 0]));
});

const USUAL = [
	[40, 12],
	[80, 24],
	[120, 40],
] as const;

describe('an empty room', () => {
	const kept: NodeEvent = {type: 'reply', id: 'screen-1', ok: true, result: {messages: []}};
	const at = (columns: number, rows: number, store: Store): string => {
		const layout = layoutFor(columns, rows, {rooms: 1, hidden: {rooms: false, network: false}}) as Layout;
		return chatRows(store.getState(), layout.chat, theme)
			.slice(1)
			.map(line => line.slice(1, -1).trimEnd())
			.join('\n');
	};
	const open = (events: readonly NodeEvent[], settings = DEFAULT_SETTINGS): Store => {
		const store = new Store({now: () => now, setTimer: () => () => {}, settings, launch: 'p2p-tui', send: () => {}});
		store.core({state: 'running'});
		store.receive(events);
		store.flush();
		store.receive([kept]);
		store.flush();
		return store;
	};
	const waits = (store: Store, milliseconds: number) => {
		now += milliseconds;
		store.tick();
		store.flush();
	};

	test('says what is happening and, after a moment, what to try; after a while, what may be wrong', () => {
		const store = open([snapshotOf(['lobby'])]);
		expect(at(100, 30, store)).toContain('Listening on eth0 and wlan0, port 9999.');
		expect(at(100, 30, store)).not.toContain('--ephemeral');
		waits(store, 4_000);
		expect(at(120, 30, store)).toMatch(/^ {3}p2p-tui --ephemeral --name bob +in another window here$/m);
		expect(at(120, 30, store)).toMatch(/^ {3}\/dial \/ip4\/192\.0\.2\.7\/tcp\/4001 +what others type to reach you$/m);
		expect(at(120, 30, store)).not.toContain('firewall');
		waits(store, 30_000);
		expect(at(120, 30, store).replaceAll(/\s+/g, ' ')).toContain('A firewall may be in the way: /doctor finds out');
		expect(at(40, 12, store)).toMatch(/Nobody else is here yet\.\n {3}Listening on eth0 and wlan0/);
	});

	test('names whoever is heard and takes no connection, in the room and beside it, and the doctor', () => {
		const store = open([snapshotOf(['lobby'])]);
		for (const [columns, rows] of USUAL) expect(at(columns, rows, store)).toContain('/doctor');
		const heard = {type: 'peer-discovered', via: 'announcement', address: '/ip4/192.0.2.8/tcp/4001'} as const;
		store.receive([
			{...heard, peer: '12D3KooWHeard0', address: '/ip4/192.0.2.8/tcp/4001'},
			{...heard, peer: '12D3KooWHeard1', address: '/ip6/fe80::1/tcp/4001'},
			{...heard, peer: '12D3KooWOther0', address: '/ip4/192.0.2.9/tcp/4001', speaks: 'libp2p'},
			{...heard, peer: '12D3KooWOther1', address: '/ip4/192.0.2.7/tcp/4001', via: 'memory'},
		]);
		waits(store, 9_000);
		const pane = () => peersRows(store.getState(), {x: 0, y: 0, width: 26, height: 6}, theme, true).join('\n');
		expect(pane()).toContain('nobody yet');
		waits(store, 10_000);
		for (const [columns, rows] of USUAL) {
			const words = at(columns, rows, store).replaceAll(/\s+/g, ' ');
			expect(words).toContain('192.0.2.8 and fe80::1 are heard and take no connection: /doctor says why.');
			expect(words).not.toContain('192.0.2.9');
		}
		expect(pane()).toContain('2 heard, not reached');
		expect(peersRows(store.getState(), {x: 0, y: 0, width: 26, height: 3}, theme, true)).toHaveLength(3);
	});

	test('promises nobody where discovery is off', () => {
		const store = new Store({now: () => now, setTimer: () => () => {}, isFindable: false, send: () => {}});
		store.core({state: 'running'});
		store.receive([snapshotOf(['lobby'])]);
		store.flush();
		store.receive([kept]);
		waits(store, 40_000);
		expect(at(100, 30, store)).toMatch(/Discovery is off.*\n(?:.*\n)*.*\/dial <multiaddr>/);
		expect(at(100, 30, store)).not.toMatch(/port 9999|by themselves\.$|firewall|--ephemeral/);
	});

	test('says who is here, how to write, to switch, to find help and to leave, at every size', () => {
		const settings = {...DEFAULT_SETTINGS, keys: {help: ['f5']}};
		const store = open([snapshotOf(['lobby'], [peerInfo('ann'), peerInfo('bob')])], settings);
		for (const [columns, rows] of [
			[40, 12],
			[80, 24],
		] as const) {
			const words = at(columns, rows, store).replaceAll(/\s+/g, ' ');
			expect(words).toContain('ann and bob are here: write something and press Enter.');
			for (const what of ['Ctrl-K', 'F5', '/quit']) expect(words).toContain(what);
		}
	});

	test('goes away once there is talk, and does not come back for whoever has written something', () => {
		const store = open([snapshotOf(['lobby', 'dev'], [peerInfo('ann')])]);
		store.receive([said('you', 'hello', 9)]);
		store.flush();
		expect(at(80, 24, store)).not.toContain('press Enter');
		store.dispatch({type: 'go', to: {by: 'name', room: 'dev'}}, nowhere);
		store.receive([{...kept, id: 'screen-2'}]);
		store.flush();
		expect(at(80, 24, store)).toMatch(/^\s+Nobody has said anything yet\. Say hello\.\s+$/);
	});
});

test('a conversation in which nothing was said yet says who reads it, and how to go on', () => {
	const state = stateAfter([...livelyEvents(), ...conversation('bob')]);
	const room = state.rooms.find(({peer}) => peer === PEERS.bob) as Room;
	const shown = emptyRoomRows(state, room, true, 80, 12, theme).map(line => line.trim());
	expect(shown.slice(0, 3)).toEqual([
		'',
		'Only you and bob read this.',
		'Nothing has been said yet: write something and press Enter.',
	]);
});
