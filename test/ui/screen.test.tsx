import {cleanup} from 'ink-testing-library';
import {afterEach, describe, expect, test} from 'vitest';
import type {NodeEvent} from '../../source/api/event.ts';
import {createTheme} from '../../source/ui/theme.ts';
import {openApp, type Size} from './harness.tsx';
import {livelyEvents, minutes, PEERS, peerInfo, SELF, said, snapshotOf} from './script.ts';

afterEach(cleanup);

const SIZES: readonly Size[] = [
	{columns: 120, rows: 40},
	{columns: 80, rows: 24},
	{columns: 40, rows: 12},
];

async function lively(size: Size) {
	const app = openApp(size);
	app.store.core({state: 'running'});
	await app.events(...livelyEvents());
	return app;
}

async function lone(size: Size) {
	const app = openApp(size);
	app.store.core({state: 'running'});
	await app.events(snapshotOf(['lobby']));
	await app.nothingKept();
	return app;
}

describe.each(SIZES)('at $columns×$rows', size => {
	test('nobody is there yet', async () => {
		expect((await lone(size)).frame()).toMatchSnapshot();
	});

	test('before the core has said anything', () => {
		expect(openApp(size).frame()).toMatchSnapshot();
	});

	test('scrolled up, while more comes', async () => {
		const app = await lively(size);
		await app.events(...Array.from({length: 80}, (_, index) => said('ann', `line ${index + 1} of many`, 10 + index)));
		await app.press('pageup');
		const still = app.frame();
		await app.events(said('bob', 'not in view', 95), said('bob', 'nor this', 96));
		const after = app.frame();
		expect(after).toContain('↓ 2 new below');
		const withoutIndicator = (frame: string) =>
			frame.split('\n').filter(row => !row.includes('├─') && !row.includes('├ '));
		expect(withoutIndicator(after)).toEqual(withoutIndicator(still));
		await app.press('ctrl+end');
		expect(app.frame()).toContain('nor this');
	});

	test('Chinese, emoji, and words without an end', async () => {
		const app = await lone(size);
		await app.events(
			{type: 'member-joined', room: 'lobby', peer: PEERS.cat, name: '小林さん'},
			said('ann', '今日はとてもいい天気ですね。みんなで公園に行きましょう、お弁当を持って。', 1),
			said('bob', '👩‍👩‍👧‍👦 family, 🇨🇭 flag, 👍🏽 tone, e\u0301 accent', 2),
			said('you', `${'x'.repeat(150)} and on`, 3),
			said('cat', 'one\n  two, indented\n\nfour', 4),
		);
		expect(app.frame()).toMatchSnapshot();
	});

	test('row 60: the core is being started again', async () => {
		const app = await lively(size);
		app.store.core({state: 'restarting', reason: 'the heap is full'});
		await app.type('I can still type');
		await app.press('return');
		expect(app.frame()).toContain('I can still type');
		expect(app.sent).toEqual([]);
		app.store.core({state: 'running'});
		await app.press('return');
		expect(app.sent).toMatchObject([{command: 'publish', room: 'lobby', text: 'I can still type'}]);
	});

	test('row 60: the core has failed for good', async () => {
		const app = await lively(size);
		app.store.core({state: 'failed', reason: 'it stopped five times in a minute', hint: 'Look at the log file.'});
		await app.press('escape');
		expect(app.frame()).toMatchSnapshot();
	});

	test('help', async () => {
		const app = await lively(size);
		await app.press('f1');
		await app.press('escape');
		expect(app.frame()).toContain('#lobby');
	});

	test('the switcher, narrowed', async () => {
		const app = await lively(size);
		await app.press('ctrl+k');
		await app.type('re');
		await app.press('return');
		expect(app.frame()).toContain('written');
	});
});

test('a screen too small says so, and comes back when it is large enough', async () => {
	const app = await lively({columns: 38, rows: 10});
	expect(app.frame()).toBe('needs 40×12\nterminal too small: 38×10');
	app.resize({columns: 40, rows: 12});
	expect(app.frame()).toContain('#lobby');
	app.resize({columns: 8, rows: 2});
	expect(app.frame()).toBe('needs 4…\ntermina…');
});

test('one layout follows another when the window changes', async () => {
	const app = await lively({columns: 120, rows: 40});
	expect(app.frame()).toContain('Network');
	app.resize({columns: 80, rows: 24});
	expect(app.frame()).not.toContain('Network');
	expect(app.frame()).toContain('Rooms');
	app.resize({columns: 50, rows: 24});
	expect(app.frame()).not.toContain('Rooms');
});

test('panes can be hidden; the network then finds room at 80 columns', async () => {
	const app = await lively({columns: 80, rows: 24});
	await app.press('alt+r');
	expect(app.frame()).toMatchSnapshot();
	await app.press('alt+n');
	expect(app.frame()).not.toContain('Network');
});

test('row 53: hostile names, messages and rooms show their escapes and nothing else', async () => {
	const app = openApp({columns: 80, rows: 24});
	app.store.core({state: 'running'});
	const hostile = {...peerInfo('bob'), name: 'bob\x1b[31m\x07'};
	await app.events(
		snapshotOf(['lobby', 'ro\x1b]0;title\x07om'], [hostile]),
		{
			...(said('bob', '\x1b[2J\x1b]8;;http://evil\x07link\x1b]8;;\x07 \u202egnp.exe \x9b31m\r\x08', 1) as object),
			name: 'bob\x1b[31m',
		} as never,
		{type: 'warning', code: 'x', message: 'dial \x1b[5mfailed'},
	);
	expect(app.frame()).toMatchSnapshot();
	expect(app.frame()).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]/);
	expect(app.frame()).toContain('\\x1b[2J');
});

test('row 39: two people with one name, and one who takes ours, are told apart', async () => {
	const app = openApp({columns: 120, rows: 24});
	app.store.core({state: 'running'});
	await app.events(
		snapshotOf(['lobby'], [peerInfo('ann'), {...peerInfo('bob'), name: 'Ann'}, {...peerInfo('cat'), name: 'yоu'}]),
		said('ann', 'it is me', 1),
		{...(said('bob', 'no, me', 2) as object), name: 'Ann'} as never,
		said('you', 'who?', 3),
	);
	expect(app.frame()).toMatchSnapshot();
	expect(app.frame()).toContain('ann·1ANN  it is me');
	expect(app.frame()).toContain('Ann·1BOB  no, me');
	expect(app.frame()).toContain('you·WPqL  who?');
});

test('row 39: whoever shared a name keeps the tag in what was said, after taking another name and after leaving', async () => {
	const app = openApp({columns: 80, rows: 24});
	app.store.core({state: 'running'});
	const named = (event: NodeEvent, name: string) => ({...event, name}) as NodeEvent;
	await app.events(
		snapshotOf(
			['lobby'],
			[
				{...peerInfo('bob'), name: 'magdalena'},
				{...peerInfo('cat'), name: 'magdalena'},
			],
		),
		named(said('bob', 'first', 1), 'magdalena'),
		named(said('cat', 'second', 2), 'magdalena'),
		{type: 'peer-renamed', peer: PEERS.bob, name: 'joe'},
	);
	expect(app.frame()).toContain('magdalena·1BOB  first');
	expect(app.frame()).toContain('magdalena·1CAT  second');
	expect(app.frame()).toContain('magdalena·1BOB is now joe');
	await app.events({type: 'peer-disconnected', peer: PEERS.cat, reason: 'closed'});
	expect(app.frame()).toContain('magdalena·1BOB  first');
	expect(app.frame()).toContain('● joe ');
});

test.each(SIZES)('a tag never takes the place of a name at $columns×$rows', async size => {
	const app = openApp(size);
	app.store.core({state: 'running'});
	await app.events(snapshotOf(['lobby'], [{...peerInfo('bob'), name: 'ann'}]), said('ann', 'said before leaving', 1), {
		...(said('bob', 'said now', 2) as object),
		name: 'ann',
	} as NodeEvent);
	expect(app.frame()).toContain('ann·1ANN  said before leaving');
	expect(app.frame()).toContain('ann·1BOB  said now');
});

test('of those who are gone, the latest three are shown beside the chat, all on their page', async () => {
	const app = openApp({columns: 80, rows: 40});
	app.store.core({state: 'running'});
	const gone = Array.from({length: 8}, (_, index) => ({
		...peerInfo('ann', 'gone', minutes(index)),
		id: `12D3KooWGone${index}`,
		name: `gone-${index}`,
	}));
	await app.events(snapshotOf(['lobby'], [peerInfo('bob'), ...gone]));
	const shown = app.frame().match(/gone-\d/g);
	expect(shown).toEqual(['gone-7', 'gone-6', 'gone-5']);
	expect(app.frame()).toContain('│ … 5 more (F2)');
	await app.press('f2');
	expect(app.frame()).toContain('gone-0');
});

test('a long notice takes a second row and is read whole', async () => {
	const app = await lively({columns: 80, rows: 24});
	const message = 'cannot listen on 192.0.2.7: it is on none of the chosen interfaces. Give one of eth0, wlan0';
	await app.events({type: 'warning', code: 'x', message});
	expect(app.frame()).toMatchSnapshot();
	expect(
		app
			.frame()
			.split('\n')
			.slice(-2)
			.join(' ')
			.replaceAll(/[\s─╯]+/g, ' '),
	).toContain(message.slice(1));
	await app.press('escape');
	expect(app.frame().split('\n').at(-2)).toMatch(/^╰─.*╯$/);
});

test('two unread messages, one of which names us, are two', async () => {
	expect((await lively({columns: 80, rows: 24})).frame()).toMatch(/2 #dev +@2 │/);
});

test('the next unread is offered only while there is one', async () => {
	const app = await lone({columns: 80, rows: 24});
	expect(app.frame()).not.toContain('Alt-A');
});

describe('colours change nothing but colours', () => {
	const KEYS = ['escape', 'alt+2', 'f1', 'f2', 'ctrl+k'];
	let plainFrames: readonly string[] | undefined;

	async function framesOf(app: Awaited<ReturnType<typeof lively>>): Promise<readonly string[]> {
		const frames: string[] = [];
		for (const key of KEYS) {
			await app.press(key);
			frames.push(app.frame());
		}
		return frames;
	}

	test.each(['dark', 'light', 'mono'] as const)('%s', async name => {
		plainFrames ??= await framesOf(await lively({columns: 120, rows: 40}));
		const coloured = openApp({columns: 120, rows: 40}, {theme: createTheme(name, 24)});
		coloured.store.core({state: 'running'});
		await coloured.events(...livelyEvents());
		const frames = await framesOf(coloured);
		for (const frame of frames) expect(frame).toContain('\x1b[');
		expect(frames.map(frame => frame.replaceAll(/\x1b\[[\d;]*m/g, ''))).toEqual(plainFrames);
	});
});

test('days are told apart', async () => {
	const app = await lone({columns: 60, rows: 14});
	await app.events(said('ann', 'late', 11 * 60 + 50), said('ann', 'early', 12 * 60 + 10));
	expect(app.frame()).toContain('─ Sunday 22 November 2026 ─');
});

test('a person who comes, goes and returns is mentioned in passing', async () => {
	const app = await lone({columns: 80, rows: 24});
	const at = (peer: string, name: string) => ({room: 'lobby', peer, name});
	await app.events(
		{type: 'peer-connected', peer: PEERS.ann, name: 'ann', address: '/ip4/192.0.2.8/tcp/1', direction: 'inbound'},
		{type: 'member-joined', ...at(PEERS.ann, 'ann')},
		said('ann', 'hello', 7),
		{type: 'member-left', room: 'lobby', peer: PEERS.ann},
		{type: 'peer-disconnected', peer: PEERS.ann, reason: 'no-heartbeat'},
		{type: 'member-joined', ...at(PEERS.ann, 'ann')},
		{type: 'member-left', room: 'lobby', peer: PEERS.ann},
		{type: 'peer-disconnected', peer: PEERS.ann, reason: 'goodbye: leaving'},
		{type: 'peer-renamed', peer: PEERS.ann, name: 'anna'},
	);
	expect(app.frame()).toMatchSnapshot();
});

test('ten rooms and thirty peers do not break the panes', async () => {
	const app = openApp({columns: 80, rows: 24});
	app.store.core({state: 'running'});
	const rooms = Array.from({length: 14}, (_, index) => `room-with-a-long-name-${index + 1}`);
	const peers = Array.from({length: 30}, (_, index) => ({
		...peerInfo('ann'),
		id: `12D3KooWPeer${String(index).padStart(4, '0')}`,
		name: `peer with a long name ${String(index).padStart(2, '0')}`,
		rtt: 10 ** (index % 6) / 10,
	}));
	await app.events(snapshotOf(rooms, peers));
	for (let step = 0; step < 12; step++) await app.press('ctrl+n');
	await app.nothingKept();
	expect(app.frame()).toMatchSnapshot();
});

test('the time of minutes is what it is in UTC here, so that frames are the same everywhere', () => {
	expect(new Date(minutes(1)).getHours()).toBe(12);
	expect(SELF.endsWith('WPqL')).toBe(true);
});
