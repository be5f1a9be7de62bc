/** What is measured, as it is shown: the network page, one peer, how messages spread, who cannot be reached. */
import {describe, expect, test} from 'vitest';
import type {Command} from '../../source/api/command.ts';
import type {NodeEvent, Results} from '../../source/api/event.ts';
import type {NetworkReport} from '../../source/api/metrics.ts';
import {widthOf} from '../../source/ui/text.ts';
import {PLAIN_THEME} from '../../source/ui/theme.ts';
import {pageRows} from '../../source/ui/views/page.ts';
import {type Bare, openBare} from './bare.ts';
import type {Size} from './harness.tsx';
import {HOSTILE} from './hostile.ts';
import {crowdReport, MESSAGE_SPREAD, measuredEvents, metricsOf, REPORT, ROOM_SPREAD} from './reports.ts';
import {minutes, PEERS, peerInfo, SELF, said, snapshotOf} from './script.ts';

const SIZES: readonly Size[] = [
	{columns: 40, rows: 12},
	{columns: 80, rows: 24},
	{columns: 120, rows: 40},
];
const MIDDLE = SIZES[1] as Size;
const WIDE = SIZES[2] as Size;

function measured(size: Size, report: NetworkReport = REPORT) {
	const app = openBare(size);
	app.events(...measuredEvents(report));
	app.press('f3');
	answer(app, 'network', report);
	return app;
}

/** The last question of that kind is answered. */
function answer<Name extends Command['command'] & keyof Results>(app: Bare, name: Name, result: Results[Name]) {
	const asked = [...app.asked, ...app.sent].findLast(({command}) => command === name);
	app.events({type: 'reply', id: asked?.id as string, ok: true, result} as NodeEvent);
}

const shown = (app: Bare) => app.frame().split('\n').slice(0, -1).join('\n');
const rowOf = (app: Bare, words: string) =>
	app
		.frame()
		.split('\n')
		.findIndex(line => line.includes(words));
const count = (app: Bare, name: string) => app.asked.filter(({command}) => command === name).length;

/** From the page that tells of this command. */
function tracing(app: Bare, outcome: 'asked' | 'way' | 'problem') {
	app.press('f5');
	app.type('/');
	app.type('trace cat');
	app.press('return');
	const id = app.sent.find(({command}) => command === 'trace')?.id as string;
	const hop = (name: keyof typeof PEERS, link: number, total: number) => ({peer: PEERS[name], name, link, total});
	const result = {room: 'lobby', peer: PEERS.cat, hops: [hop('ann', 0.4, 0.4), hop('cat', 1.1, 1.5)]};
	if (outcome === 'way') app.events({type: 'reply', id, ok: true, result});
	const error = {code: 'trace-timeout', message: 'no answer after ann'} as const;
	if (outcome === 'problem') app.events({type: 'reply', id, ok: false, error});
}

describe.each(SIZES)('at $columns×$rows', size => {
	test('the network', () => {
		expect(shown(measured(size))).toMatchSnapshot();
	});

	test('one peer', () => {
		const app = measured(size);
		app.press('down', 'down', 'down', 'return');
		expect(shown(app)).toMatchSnapshot();
	});

	test('how a room spreads, and a trace', () => {
		const app = measured(size);
		tracing(app, 'way');
		answer(app, 'room-spread', ROOM_SPREAD);
		expect(shown(app)).toMatchSnapshot();
	});

	test('how a message spreads', () => {
		const app = inspecting(size);
		answer(app, 'spread', MESSAGE_SPREAD);
		app.press('end');
		expect(shown(app)).toMatchSnapshot();
	});
});

function inspecting(size: Size) {
	const app = openBare(size);
	app.events(
		snapshotOf(['lobby'], [peerInfo('ann'), peerInfo('bob'), peerInfo('cat')]),
		said('you', 'who has it?', 6, 'lobby', 'own-2'),
	);
	app.press('shift+up');
	app.type('i');
	answer(app, 'inspect', {
		room: 'lobby',
		messageId: 'own-2',
		kind: 'message',
		from: SELF,
		name: 'you',
		text: 'who has it?',
		timestamp: minutes(6),
		clock: minutes(6),
		order: minutes(6),
		received: minutes(6),
		epoch: '0123456789abcdef0123456789abcdef',
		sequence: 1,
		parents: [],
		missing: [],
		bytes: 200,
		changes: [],
		holders: [{peer: SELF, name: 'you'}],
		of: 6,
	});
	return app;
}

describe('on the network page', () => {
	/** Names as they stand one below the other. */
	const names = (app: Bare, ...wanted: readonly string[]) =>
		wanted.toSorted((a, b) => rowOf(app, ` ${a} `) - rowOf(app, ` ${b} `));

	test('keys sort by each column and turn it round; what was not measured comes last', () => {
		const app = measured(WIDE);
		expect(names(app, 'cat', 'ann', 'gil', 'new')).toEqual(['ann', 'cat', 'gil', 'new']);
		app.type('s');
		expect(app.frame()).toContain('▼rtt ms');
		expect(names(app, 'ann', 'cat', 'gil', 'new')).toEqual(['cat', 'gil', 'ann', 'new']);
		app.type('S');
		expect(app.frame()).toContain('▲rtt ms');
		expect(names(app, 'ann', 'cat', 'gil', 'new')).toEqual(['ann', 'gil', 'cat', 'new']);
		for (let step = 0; step < 7; step++) app.press('right');
		// The worst score is what one looks for.
		expect(app.frame()).toContain('▲score');
		expect(names(app, '…xxx4', 'cat', 'ann', 'new')).toEqual(['…xxx4', 'cat', 'ann', 'new']);
		app.press('right');
		expect(app.frame()).toContain('by time connected ▼');
		app.press('right');
		expect(app.frame()).toContain('name ▲');
		app.press('left');
		expect(app.frame()).toContain('by time connected');
	});

	test('a page down, and to either end: the choice goes along, so that no key acts on what is not seen', () => {
		const app = measured(MIDDLE, crowdReport(60));
		const marked = () => /│▌(.{12})/u.exec(app.frame())?.[1];
		const first = marked();
		app.press('down', 'pagedown');
		const next = marked();
		expect(next).not.toBe(undefined);
		app.press('end');
		const last = marked();
		expect(new Set([first, next, last, undefined]).size).toBe(4);
		app.press('home');
		expect(marked()).toBe(first);
		app.press('down', 'down', 'home');
		expect(marked()).toBe(first);
	});

	test('letters filter, and are no keys while they do', () => {
		const app = measured(MIDDLE);
		app.type('/');
		app.type('qs');
		expect(app.frame()).toContain('filter qs▏ 0 of 12');
		expect(app.frame()).toContain('nobody has these letters');
		app.press('backspace');
		app.press('backspace');
		app.paste('2001:DB8');
		expect(app.frame()).toContain('filter 2001:DB8▏ 1 of 12');
		app.press('return');
		app.type('s');
		expect(app.frame()).toContain('▼rtt ms');
		expect(app.frame()).toContain('filter 2001:DB8 1 of 12');
		app.type('/');
		app.press('escape');
		expect(app.frame()).not.toContain('filter 2001');
		expect(rowOf(app, ' ann ')).toBeGreaterThan(0);
		// Of nobody nothing is chosen; a filter that is kept goes first, and is announced so.
		app.type('/');
		app.type('qs');
		app.press('return', 'return');
		expect(app.frame()).toContain('filter qs 0 of 12');
		expect(app.frame()).toMatch(/Esc shows all.*\n(?:.*\n)*.*Esc show all/u);
		app.press('escape');
		expect(rowOf(app, ' ann ')).toBeGreaterThan(0);
		expect(app.frame()).toContain('Esc back');
		// Whoever leaves in the middle comes back to keys.
		app.type('/');
		app.press('f2');
		app.press('f3');
		app.type('q');
		expect(app.frame()).toContain('#lobby');
	});

	test('the mark stays on the peer, wherever its row goes; Esc on its page comes back to it', () => {
		const app = measured(MIDDLE);
		while (!/▌. cat /.test(app.frame())) app.press('down');
		app.type('s');
		expect(app.frame()).toMatch(/▌. cat /);
		app.press('return');
		expect(app.frame()).toContain('Round trip');
		expect(app.frame()).toContain('3 of them never answered');
		app.press('escape');
		expect(app.frame()).toMatch(/▌. cat /);
		app.press('escape');
		expect(app.frame()).toContain('#lobby');
	});

	test('the head stays where it is while the peers scroll', () => {
		const app = measured(SIZES[0] as Size, crowdReport(60));
		app.press('pagedown');
		expect(app.frame()).toContain('rtt ms p99 ms');
		expect(app.frame()).toMatch(/▌. peer/);
		app.press('end');
		expect(app.frame()).toContain('peer 9 ');
		expect(app.frame()).not.toContain('more ─');
	});

	test('the core is asked at once, and again with each second', () => {
		const app = measured(MIDDLE);
		expect(count(app, 'network')).toBe(1);
		const second: NodeEvent = {
			type: 'traffic',
			bytesInPerSecond: 1,
			bytesOutPerSecond: 1,
			peers: [[PEERS.ann, 4_321, 0]],
		};
		app.time.advance(500);
		app.events(second);
		expect(count(app, 'network')).toBe(1);
		app.time.advance(500);
		app.events(second);
		expect(count(app, 'network')).toBe(2);
		// Of those who are not connected any more nothing is kept.
		expect([...app.store.getState().pages.network.rates.keys()]).toEqual([PEERS.ann]);
		expect(app.store.getState().pages.network.rates.get(PEERS.ann)?.in).toHaveLength(60);
		app.press('escape');
		app.time.advance(2_000);
		app.events(second);
		expect(count(app, 'network')).toBe(2);
	});

	test('a peer that goes while its page is open', () => {
		const app = measured(MIDDLE);
		while (!/▌. cat /.test(app.frame())) app.press('down');
		app.press('return');
		app.events({type: 'peer-disconnected', peer: PEERS.cat, reason: 'goodbye'});
		answer(app, 'network', {...REPORT, peers: []});
		expect(app.frame()).toContain('cat is not connected any more: gone just now (');
		// What was measured last stays, also with the answers that follow.
		app.time.advance(1_000);
		app.events({type: 'traffic', bytesInPerSecond: 1, bytesOutPerSecond: 1});
		answer(app, 'network', {...REPORT, peers: []});
		expect(app.frame()).toContain('─ Round trip ─');
	});

	test('the page of somebody whom we are not connected to says who is, and our own that it is ours', () => {
		const app = measured(MIDDLE, {...REPORT, peers: []});
		const [dan, ann] = ['12D3KooWDistant', PEERS.ann];
		const node = {isSelf: false, isNeighbour: false, isReachable: true};
		const edges = [{a: dan, b: ann, mesh: [], isConfirmed: true}];
		const nodes = [
			{...node, peer: SELF, name: 'you', isSelf: true},
			{...node, peer: dan, name: 'dan'},
			{...node, peer: ann, name: 'ann'},
		];
		app.press('f4');
		answer(app, 'topology', {nodes, edges, bridges: [], groups: [[SELF, ann, dan]], unreachable: [], tells: true});
		const pages = [0, 1, 2].map(steps => {
			app.press('f4', ...Array<string>(steps).fill('down'), 'return');
			return app.frame();
		});
		expect(pages[0]).toContain('That is you.');
		expect(pages.join('\n')).toMatch(/dan\S* is not connected to you; to ann, as they say\./u);
	});
});

describe('spread', () => {
	test('is asked again as soon as somebody has stored the message', () => {
		const app = inspecting(MIDDLE);
		expect(count(app, 'spread')).toBe(1);
		app.events({type: 'message-state', room: 'lobby', messageId: 'other', storedBy: 2, of: 6});
		expect(count(app, 'spread')).toBe(1);
		app.events({type: 'message-state', room: 'lobby', messageId: 'own-2', storedBy: 2, of: 6});
		expect(count(app, 'spread')).toBe(2);
		answer(app, 'spread', {...MESSAGE_SPREAD, messageId: 'other'});
		expect(app.frame()).toContain('Held by');
	});

	test('of others’ messages: how it came here', () => {
		const app = inspecting(MIDDLE);
		const [, , cat] = MESSAGE_SPREAD.holders;
		const bob = {peer: PEERS.bob, name: 'bob'};
		const holders = [bob, {...cat, peer: SELF, name: 'you', after: 3, via: bob, hops: 2}];
		answer(app, 'spread', {...MESSAGE_SPREAD, local: false, holders, waiting: []});
		app.press('end');
		expect(app.frame()).toContain('via bob, 2 hops');
		expect(app.frame()).toContain('known to its author alone');
	});

	test.each([
		['asked', 'asking…'],
		['problem', 'no answer after ann'],
		['way', 'you ─0.40 ms─ ann ─1.1 ms─ cat'],
	] as const)('a trace: %s', (outcome, words) => {
		const app = measured(WIDE);
		tracing(app, outcome);
		expect(app.frame()).toContain('Trace to cat');
		expect(app.frame().split('Trace to cat')[1]).toContain(words);
	});
});

test('no words and no figures make a row too wide or too narrow, at any size', () => {
	const extremes = [0, -1, 1e-9, 0.5, 999.6, 1e7, 9e15, Number.NaN, Number.POSITIVE_INFINITY];
	const figure = (index: number) => extremes[index % extremes.length] as number;
	const peers = HOSTILE.map((word, at) => {
		const next = (step: number) => figure(at + step);
		const rtt = {
			last: next(0),
			min: next(1),
			max: next(2),
			p50: next(3),
			p99: next(4),
			jitter: next(5),
			count: 3,
			lost: 1,
		};
		return metricsOf(`${PEERS.ann}${at}`, word, {
			rtt,
			address: word,
			agent: word,
			cipher: word,
			rooms: [word],
			mesh: [word],
			connectedFor: next(1),
			clock: {offset: next(2), error: next(3)},
			heartbeats: {received: next(4), lost: next(5)},
			queued: {control: next(6), chat: 0, bulk: 0},
			score: next(7),
			bytesIn: next(8),
			framesIn: next(9),
		});
	});
	const app = measured(MIDDLE, {...REPORT, peers});
	const spread = peers.map(({peer, name}, at) => ({
		peer,
		name,
		after: figure(at),
		hops: at,
		via: {peer: PEERS.bob, name},
	}));
	tracing(app, 'way');
	answer(app, 'room-spread', {...ROOM_SPREAD, delivered: 1e15, payloadBytes: Number.NaN, coverage: 7});
	answer(app, 'trace', {
		room: 'lobby',
		peer: PEERS.cat,
		hops: spread.map(hop => ({...hop, total: 3, link: 1e9})),
	});
	const state = app.store.getState();
	for (const width of [40, 41, 60, 77, 80, 120, 200])
		for (const height of [11, 39])
			for (const view of ['network', 'spread', 'peer'] as const)
				for (const {peer} of view === 'peer' ? peers.slice(0, 9) : peers.slice(0, 1)) {
					const pages = {...state.pages, network: {...state.pages.network, peer}};
					const rows = pageRows({...state, view, pages}, {x: 0, y: 0, width, height}, PLAIN_THEME, '1');
					expect(rows.length).toBe(height);
					const wrong = rows.find(row => widthOf(row) !== width);
					expect(wrong, `${view} at ${width}×${height}`).toBeUndefined();
				}
});

test('between two nothing spreads: that is said, and nothing is asked', () => {
	const app = openBare(MIDDLE);
	app.events(...measuredEvents(REPORT));
	app.type('/msg ann');
	app.press('return', 'f5');
	expect(app.frame()).toContain('What two say to each other goes from one to the other');
	expect(count(app, 'room-spread')).toBe(0);
});

test('letters are looked for in the list, on pages with keys of their own too', () => {
	for (const key of ['f3', 'f4']) {
		const app = openBare(MIDDLE);
		app.events(...measuredEvents(REPORT));
		app.press(key, 'ctrl+k');
		app.type('/');
		expect(app.store.getState().switcher?.query).toBe('/');
	}
});
