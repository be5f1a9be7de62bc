/** The topology page as a person sees it, at three sizes; and its keys. */
import {cleanup} from 'ink-testing-library';
import {afterEach, describe, expect, test} from 'vitest';
import type {NodeEvent} from '../../source/api/event.ts';
import type {Topology} from '../../source/api/topology.ts';
import {Draft} from '../../source/store/draft.ts';
import {topologyCame} from '../../source/store/pages/topology.ts';
import type {State} from '../../source/store/state.ts';
import {widthOf} from '../../source/ui/text.ts';
import {PLAIN_THEME} from '../../source/ui/theme.ts';
import {pageRows} from '../../source/ui/views/page.ts';
import {everyKind, fullMesh, GRAPHS, idOf, topologyOf} from './graphs.ts';
import {type AppOptions, livelyStore, type Size} from './harness.tsx';
import {openPainted} from './painted.tsx';
import {livelyEvents, traffic} from './script.ts';

afterEach(cleanup);

const SIZES: readonly Size[] = [
	{columns: 40, rows: 12},
	{columns: 80, rows: 24},
	{columns: 120, rows: 40},
];

async function looking(topology: Topology, size: Size, options: AppOptions = {}) {
	const app = openPainted(size, options);
	app.store.core({state: 'running'});
	await app.events(...livelyEvents());
	await app.press('f4');
	const tell = async (told: Topology) => {
		const asked = app.asked.findLast(({command}) => command === 'topology');
		await app.events({type: 'reply', id: asked?.id as string, ok: true, result: told} as NodeEvent);
	};
	await tell(topology);
	const rows = (): readonly string[] => {
		app.paint();
		return app.meant().map(row => row.join('').trimEnd());
	};
	const chosen = (): string => rows().find(row => row.startsWith('│▌')) ?? 'nobody';
	return {...app, tell, rows, chosen};
}

const lively = livelyStore().getState();

describe.each(SIZES)('at $columns×$rows', ({columns, rows}) => {
	test.each(Object.keys(GRAPHS))('%s', name => {
		const draft = new Draft(lively, 0);
		topologyCame(draft, (GRAPHS[name] as () => Topology)());
		const state: State = {...draft.finish(), view: 'topology'};
		const page = pageRows(state, {x: 0, y: 0, width: columns, height: rows - 1}, PLAIN_THEME, '');
		expect(page.filter(line => widthOf(line) !== columns)).toEqual([]);
		expect(page.length).toBe(rows - 1);
		expect(page.join('\n')).toMatchSnapshot();
	});
});

const LARGE: Size = {columns: 120, rows: 40};

test('t: the other way to look at it; keys choose; Enter opens the page of that peer', async () => {
	const app = await looking(everyKind(), LARGE);
	expect(app.chosen()).toContain('◆ you');
	expect(app.rows().join()).toContain('──┬');
	await app.type('t');
	expect(app.rows().join()).not.toContain('──┬');
	expect(app.rows().join()).toContain('■ mesh of #lobby');
	await app.type('t');
	expect(app.rows().join()).toContain('──┬');
	await app.press('tab');
	const first = app.chosen();
	await app.type('j');
	expect(app.chosen()).not.toBe(first);
	await app.press('shift+tab');
	expect(app.chosen()).toBe(first);
	await app.press('return');
	expect(app.store.getState().view).toBe('peer');
	app.close();
});

test('who is chosen stays chosen when others come', async () => {
	const app = await looking(topologyOf(4, fullMesh(4)), LARGE);
	await app.press('end');
	for (const _ of [1, 2, 3]) await app.press('down');
	const before = app.store.getState().chosen;
	expect(app.chosen()).toContain('3 edges');
	app.time.advance(2_000);
	await app.events(...traffic([800, 300]));
	await app.tell(topologyOf(6, fullMesh(6)));
	expect(app.store.getState().chosen).toBe(before);
	expect(app.chosen()).toContain('5 edges');
	app.close();
});

test('r: the mesh of the next room, then of all, then of the open one again', async () => {
	const made = topologyOf(3, fullMesh(3));
	const edges = made.edges.map((edge, index) => ({...edge, mesh: [['lobby'], ['dev', 'far'], ['far']][index] ?? []}));
	const app = await looking({...made, edges}, LARGE);
	const head = () => (app.rows()[1] as string).replaceAll(/.* {2}| *│$/g, '');
	const seen = [head()];
	for (const _ of [1, 2, 3, 4]) {
		await app.type('r');
		seen.push(head());
	}
	expect(seen).toEqual([
		'1 in the mesh of #lobby',
		'1 in the mesh of #dev',
		'0 in the mesh of #release-notes',
		'3 in the mesh of all rooms',
		'1 in the mesh of #lobby',
	]);
	app.close();
});

test('nothing is told, or nobody else tells: the page says so', async () => {
	const made = topologyOf(3, [
		[0, 1],
		[0, 2],
	]);
	const silent = {...made, nodes: made.nodes.map(({toldAgo, ...node}) => node), tells: false};
	const app = await looking(silent, {columns: 80, rows: 24});
	expect(app.rows().slice(2, 4)).toEqual([
		expect.stringContaining('You do not tell others who your neighbours are (--no-topology).'),
		expect.stringContaining('Nobody else says who their neighbours are'),
	]);
	app.close();
});

test('a mesh that has fallen into parts is told, and that not every edge is shown', async () => {
	const topology = topologyOf(5, fullMesh(5));
	const [a, b, c, d] = topology.nodes.map(({peer}) => peer) as [string, string, string, string];
	const halves = [
		{
			room: 'dev',
			parts: [
				[a, b],
				[c, d],
			],
		},
	];
	const app = await looking({...topology, halves, leftOut: 7}, LARGE);
	expect(app.rows().find(row => row.includes('The mesh of'))).toMatch(
		/The mesh of #dev is in 2 parts: \S+ and 1 more \| \S+ and 1 more/u,
	);
	expect(app.rows().join('\n')).toContain('7 edges more: too many to be shown.');
	app.close();
});

test('somebody whom only we cannot reach is marked, and it is said who can', async () => {
	const app = await looking((GRAPHS['two groups after a partition'] as () => Topology)(), LARGE);
	for (let step = 0; step < 4; step++) await app.press('down');
	expect(app.store.getState().chosen).toBe(idOf(4));
	expect(app.chosen()).toContain('○ dan !');
	expect(app.rows().join()).toContain('you cannot reach it since 12:03, but');
	app.close();
});
