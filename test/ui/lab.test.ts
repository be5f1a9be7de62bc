/** The page of the laboratory as a person sees it, and what its keys ask for. */
import {describe, expect, test} from 'vitest';
import type {Command} from '../../source/api/command.ts';
import type {LabDeed, LabRouterFigures, LabState} from '../../source/api/lab.ts';
import {Draft} from '../../source/store/draft.ts';
import {topologyCame} from '../../source/store/pages/topology.ts';
import {reduceEvents} from '../../source/store/reduce.ts';
import type {State} from '../../source/store/state.ts';
import type {Input} from '../../source/ui/input/input.ts';
import {keymapOf} from '../../source/ui/keymap.ts';
import {keyContext, statusRows} from '../../source/ui/panes/status.ts';
import {widthOf} from '../../source/ui/text.ts';
import {PLAIN_THEME} from '../../source/ui/theme.ts';
import {helpLines} from '../../source/ui/views/help.ts';
import {labContent} from '../../source/ui/views/lab.ts';
import {pageRows} from '../../source/ui/views/page.ts';
import {act} from '../store/helpers.ts';
import {livelyStore, type Size} from './harness.tsx';

const SIZES: readonly Size[] = [
	{columns: 40, rows: 12},
	{columns: 80, rows: 24},
	{columns: 120, rows: 46},
];

const NAMES = ['you', 'belis', 'itam', 'donek', 'rusol', 'gadan'];

const GOSSIP: LabRouterFigures = {
	router: 'gossipsub',
	delivered: 1,
	duplicates: 2.2,
	p50: 19,
	p99: 75,
	meanHops: 1.74,
	payloadBytes: 12_870,
	controlBytes: 9_224,
};
const FLOOD: LabRouterFigures = {
	...GOSSIP,
	router: 'floodsub',
	duplicates: 17.7,
	payloadBytes: 75_546,
	controlBytes: 1_859,
};

/** Six nodes: one of them is dead, one link is cut. */
function labOf(change: Partial<LabState> = {}): LabState {
	const nodes = NAMES.map((name, index) => ({
		index,
		peer: `12D3KooWNode${index}`,
		name,
		isAlive: index !== 4,
		side: (index % 2) as 0 | 1,
		events: 12,
		isEqual: true,
	}));
	const link = (a: number, b: number, more: object = {}) => ({
		a,
		b,
		isOpen: true,
		isMesh: false,
		isCut: false,
		...more,
	});
	const edges = [
		link(0, 1, {isMesh: true}),
		link(0, 2),
		link(1, 2, {isMesh: true}),
		link(2, 3, {isCut: true}),
		link(3, 5),
	];
	return {
		seed: 7,
		router: 'gossipsub',
		now: 95_000,
		speed: 1,
		actualSpeed: 1,
		loss: 0.05,
		delay: 20,
		chatter: 1 / 3,
		isSplit: false,
		nodes,
		edges,
		isConverged: true,
		convergedFor: 12_000,
		figures: GOSSIP,
		...change,
	};
}

const healing = {healedAt: 93_000, isConverged: false};
const STATES: Readonly<Record<string, LabState>> = {
	'all is well': labOf({nodes: labOf().nodes.map(node => ({...node, isAlive: true}))}),
	'one is dead, and both routers were compared': labOf({comparison: [GOSSIP, FLOOD]}),
	'split, and this machine is too slow': labOf({
		isSplit: true,
		isConverged: false,
		speed: 10,
		actualSpeed: 3.2,
		comparison: 'running',
		nodes: labOf().nodes.map(node => (node.side === 1 ? {...node, events: 9, isEqual: false} : node)),
	}),
};

const lively = livelyStore().getState();

/** In the laboratory, on its page. */
function inLab(lab = labOf()): State {
	return {...reduceEvents(lively, [{type: 'lab', lab}], 0), view: 'lab'};
}

function pictureOf(state: State, {columns, rows}: Size): string {
	const page = pageRows(state, {x: 0, y: 0, width: columns, height: rows - 1}, PLAIN_THEME, '');
	expect(page.filter(line => widthOf(line) !== columns)).toEqual([]);
	expect(page.length).toBe(rows - 1);
	return page.join('\n');
}

/** What these keys ask of the core, one after the other. */
function asked(state: State, ...keys: readonly string[]): readonly Command[] {
	const {items} = labContent(state, 80, 20, PLAIN_THEME);
	const page = {total: items.length, shown: items.length, items};
	const commands: Command[] = [];
	for (const key of keys) {
		const input: Input =
			key.length === 1
				? {type: 'text', text: key}
				: {type: 'key', name: key, ctrl: false, alt: false, shift: false, raw: ''};
		const intents = keymapOf(state).intentsFor(input, {context: keyContext(state), escapeArmed: false});
		const next = act(state, intents, {page});
		state = next.state;
		commands.push(...next.commands);
	}
	return commands;
}

describe.each(SIZES)('at $columns×$rows', size => {
	test.each(Object.keys(STATES))('%s', name => {
		expect(pictureOf(inLab(STATES[name]), size)).toMatchSnapshot();
	});
});

const WIDE: Size = {columns: 160, rows: 30};

test.each<[string, Partial<LabState>, string]>([
	['healing', healing, 'healed 2.0 s ago: 2 of 5 compare and fetch what they lack'],
	[
		'healed',
		{...healing, isConverged: true, healedAfter: 1_300},
		'5 nodes hold the same 12 events: converged 1.3 s after',
	],
	['news', {isConverged: false}, '3 of 5 hold 12 events: news is on its way to the others'],
	['held', {speed: 0}, 'the clock stands still'],
	['dead', {}, '1 node dead: whoever comes back fetches what it missed'],
])('it says what happens: %s', (_, change, said) => {
	const nodes = labOf().nodes.map(node => (node.index > 0 && node.index < 3 ? {...node, isEqual: false} : node));
	const lab = labOf({nodes: change.isConverged === false ? nodes : labOf().nodes, ...change});
	expect(pictureOf(inLab(lab), WIDE)).toContain(said);
});

test('what our own node believes stands beside the truth', () => {
	const peer = (index: number) => `12D3KooWNode${index}`;
	const told = (index: number) => ({
		peer: peer(index),
		name: 'n',
		isSelf: index === 0,
		isNeighbour: true,
		isReachable: true,
	});
	const edge = (a: number, b: number) => ({a: peer(a), b: peer(b), mesh: [], isConfirmed: true});
	const result = {
		nodes: [0, 1, 2, 4].map(told),
		edges: [edge(0, 1), edge(1, 2), edge(0, 4)],
		...{bridges: [], groups: [], unreachable: [], tells: true},
	};
	const draft = new Draft(inLab(), 0);
	topologyCame(draft, result);
	expect(pictureOf(draft.finish(), WIDE)).toContain('you see 3 of 5 nodes, 2 of 5 links, 1 that is gone');
});

test.each<[string, readonly string[], LabDeed | undefined]>([
	['add', ['a'], {deed: 'add', count: 1}],
	['kill the chosen one', ['down', 'K'], {deed: 'kill', node: 1}],
	['restart', ['down', 'down', 'r'], {deed: 'restart', node: 2}],
	['mark and cut', ['down', ' ', 'down', 'x'], {deed: 'cut', a: 1, b: 2}],
	['mark and mend', ['down', ' ', 'up', 'm'], {deed: 'mend', a: 1, b: 0}],
	['cut without a mark', ['down', 'x'], undefined],
	['a mark that was taken away', ['down', ' ', ' ', 'down', 'x'], undefined],
	['split', ['p'], {deed: 'split'}],
	['heal', ['h'], {deed: 'heal'}],
	['more loss', ['L'], {deed: 'loss', value: 0.1}],
	['less delay', ['d'], {deed: 'delay', value: 10}],
	['faster', ['+'], {deed: 'speed', value: 2}],
	['faster and faster', ['+', '+', '+'], {deed: 'speed', value: 10}],
	['hold', ['0'], {deed: 'speed', value: 0}],
	['more talk', ['t'], {deed: 'chatter', perSecond: 1}],
	['say', ['down', 's'], {deed: 'say', node: 1}],
	['say as oneself', ['s'], undefined],
	['compare', ['c'], {deed: 'compare'}],
])('keys: %s', (_, keys, deed) => {
	expect(asked(inLab(), ...keys).slice(-1)).toMatchObject(deed === undefined ? [] : [{command: 'lab', ...deed}]);
});

test('in a real network there is neither a hint of it nor keys for it, and the page says how to start one', () => {
	const help = (state: State) => helpLines(state, 100, PLAIN_THEME).join('\n');
	expect(help(lively)).not.toContain('laboratory');
	expect(help(inLab())).toContain('In the laboratory');
	expect(statusRows(lively, 200, PLAIN_THEME).join()).not.toContain('laboratory');
	expect(statusRows({...inLab(), view: 'chat'}, 200, PLAIN_THEME).join()).toContain('F6 laboratory');
	const page: State = {...lively, view: 'lab'};
	expect(pictureOf(page, WIDE)).toContain('p2p-tui lab simulates one');
	expect(asked(page, 'p')).toEqual([]);
});
