import {Box} from 'ink';
import {cleanup} from 'ink-testing-library';
import type {ReactElement} from 'react';
import {afterEach, describe, expect, test} from 'vitest';
import type {Rect} from '../../source/ui/layout.ts';
import {
	ChatPane,
	ComposerPane,
	NetworkPane,
	Page,
	PeersPane,
	RoomsPane,
	Status,
	TrafficPane,
} from '../../source/ui/parts.tsx';
import {PLAIN_THEME as theme} from '../../source/ui/theme.ts';
import {livelyStore, renderAt, settled} from './harness.tsx';
import {said} from './script.ts';

afterEach(cleanup);

const rect = (width: number, height: number): Rect => ({x: 0, y: 0, width, height});

function frameOf(tree: ReactElement, width: number): string {
	const {height} = (tree.props as {rect: Rect}).rect;
	// A pane is placed absolutely, so that it needs a screen around it.
	const screen = renderAt(
		<Box width={width} height={height}>
			{tree}
		</Box>,
		{columns: width, rows: height},
	);
	const frame = screen.lastFrame() ?? '';
	expect(frame.split('\n').length).toBe(height);
	return frame;
}

describe.each([20, 28, 40])('%i cells wide', width => {
	const store = livelyStore();
	test.each([
		['rooms', <RoomsPane key="rooms" store={store} rect={rect(width, 6)} theme={theme} />],
		['peers', <PeersPane key="peers" store={store} rect={rect(width, 7)} theme={theme} />],
		['traffic', <TrafficPane key="traffic" store={store} rect={rect(width, 4)} theme={theme} />],
		['network, low', <NetworkPane key="low" store={store} rect={rect(width, 12)} theme={theme} />],
		['network, high', <NetworkPane key="high" store={store} rect={rect(width, 26)} theme={theme} />],
		['composer', <ComposerPane key="composer" store={store} rect={rect(width, 3)} theme={theme} />],
		['status', <Status key="status" store={store} rect={rect(width, 1)} theme={theme} />],
	])('%s', (_, pane) => {
		expect(frameOf(pane, width)).toMatchSnapshot();
	});
});

describe.each([40, 60, 90])('%i cells wide', width => {
	test('chat', () => {
		expect(frameOf(<ChatPane store={livelyStore()} rect={rect(width, 14)} theme={theme} />, width)).toMatchSnapshot();
	});
	test.each(['help', 'peers'] as const)('page: %s', view => {
		const store = livelyStore();
		store.dispatch({type: 'view', view}, nowhere);
		expect(
			frameOf(<Page store={store} rect={rect(width, 60)} theme={theme} version="1.2.3" />, width),
		).toMatchSnapshot();
	});
});

const nowhere = {
	parseLine: () => ({ok: true, intents: []}) as const,
	commands: [],
	chatRows: 1,
	rowsOf: () => 1,
	fits: {rooms: true, network: true},
	page: {total: 0, shown: 0},
};

test('a pane is committed when one of its rows changes, and not otherwise', async () => {
	const store = livelyStore();
	const screen = renderAt(<RoomsPane store={store} rect={rect(22, 6)} theme={theme} />, {columns: 22, rows: 6});
	await settled();
	const frames = screen.frames.length;
	store.receive([said('ann', 'read already', 7), {type: 'traffic', bytesInPerSecond: 1, bytesOutPerSecond: 1}]);
	store.flush();
	await settled();
	expect(screen.frames.length).toBe(frames);
	store.receive([said('ann', 'elsewhere', 7, 'release-notes')]);
	store.flush();
	await settled();
	expect(screen.frames.length).toBe(frames + 1);
});

describe('a network with more members than the mesh', () => {
	const store = livelyStore();
	const rooms = [
		{room: 'lobby', members: 14, mesh: 6, delivered: 40, duplicates: 12},
		{room: 'dev', members: 0, mesh: 0, delivered: 0, duplicates: 0},
	];
	const pubsub = {router: 'gossipsub', rooms, hops: [0, 30, 10], controlBytesIn: 0, controlBytesOut: 0} as const;
	store.receive([{type: 'traffic', bytesInPerSecond: 1, bytesOutPerSecond: 1, pubsub}]);
	store.flush();
	const linesOf = (height: number) => {
		const pane = <NetworkPane store={store} rect={rect(28, height)} theme={theme} />;
		return frameOf(pane, 28).split('\n');
	};

	test('its pane says how many get a message at once, and how many copies came too many', () => {
		const lines = linesOf(26).map(line => line.replaceAll(/[│ ]+/gu, ' ').trim());
		expect(lines).toContain('mesh 6 of 14 others');
		expect(lines).toContain('duplicates 0.3×');
	});

	test('a low pane keeps its rows for latencies', () => {
		expect(linesOf(12).join('\n')).not.toMatch(/mesh|duplicates/u);
	});
});

test('the page of peers tells how somebody was found, and who speaks another language', () => {
	const store = livelyStore();
	const [found, foreign] = [
		'12D3KooWFound00000000000000000000000000000000000000x',
		'12D3KooWOther00000000000000000000000000000000000000x',
	];
	store.receive([
		{type: 'peer-discovered', peer: found, address: '/ip4/192.0.2.8/tcp/4001', via: 'exchange'},
		{type: 'peer-discovered', peer: foreign, address: '/ip4/192.0.2.9/tcp/4001', via: 'mdns', speaks: 'libp2p'},
	]);
	store.dispatch({type: 'view', view: 'peers'}, nowhere);
	const frame = frameOf(<Page store={store} rect={rect(90, 60)} theme={theme} version="1.2.3" />, 90);
	expect(frame).toContain('named by another peer, not connected');
	expect(frame).toContain('speaks libp2p: no chat with it yet');
});
