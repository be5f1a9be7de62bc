import {Text} from 'ink';
import {useMemo, useSyncExternalStore} from 'react';
import {afterEach, expect, test} from 'vitest';
import {Store} from '../../../source/store/store.ts';
import {Pane, TerminalCursor} from '../../../source/ui/components/rows.tsx';
import {type Mounted, mount} from '../../../source/ui/paint/mount.tsx';
import {Painter} from '../../../source/ui/paint/painter.ts';
import {settled} from '../harness.tsx';
import {openTerminal} from './shown.ts';

const SIZE = {columns: 20, rows: 4};
let mounted: Mounted | undefined;
afterEach(() => mounted?.unmount());

/** A screen of panes with a terminal, painted when the test says so. */
async function open(tree: (store: Store) => React.ReactNode, size = SIZE) {
	const written: string[] = [];
	const errors: unknown[] = [];
	const terminal = await openTerminal(size);
	const painter = new Painter({
		size,
		write: output => written.push(output),
		onError: error => errors.push(error),
		now: () => 0,
	});
	const store = new Store({now: () => 0, setTimer: () => () => {}});
	mounted = mount(tree(store), painter);
	return {
		store,
		painter,
		written,
		errors,
		cursor: terminal.cursor,
		async shown() {
			await settled();
			painter.paint();
			await terminal.write(written.at(-1) ?? '');
			return terminal.cells().map(row =>
				row
					.map(({text}) => text)
					.join('')
					.trimEnd(),
			);
		},
	};
}

const BENEATH = ['你好你好', '.'.repeat(20), '.'.repeat(20), '你好你好'];

test('panes lie where they are, the higher one on top, and what Ink draws lies on top of all', async () => {
	const at = (x: number, y: number, width: number, height: number) => ({x, y, width, height});
	const screen = await open(store => (
		<>
			<Pane store={store} rect={at(2, 1, 8, 2)} render={() => ['ON TOP', 'too long for its place']} height={1} />
			<Pane store={store} rect={at(0, 0, 20, 4)} render={() => BENEATH} />
			<Pane store={store} rect={at(1, 3, 3, 1)} render={() => ['ab你好']} height={1} />
			<Text>Ink</Text>
		</>
	));
	expect(await screen.shown()).toEqual(['Ink 你好', '..ON TOP  ..........', '..too long..........', ' ab 你好']);
});

test('while nothing changes, nothing is written, whatever is asked for', async () => {
	let asked = 0;
	const render = () => {
		asked += 1;
		return ['the same'];
	};
	const screen = await open(store => <Pane store={store} rect={{x: 0, y: 0, width: 20, height: 1}} render={render} />);
	await screen.shown();
	const before = asked;
	screen.store.core({state: 'running'});
	await screen.shown();
	expect(screen.written.length).toBe(1);
	expect(asked).toBe(before + 1);
});

function Appearing({store}: {readonly store: Store}) {
	const isThere = useSyncExternalStore(store.subscribe, () => store.getState().core.state === 'running');
	const rect = useMemo(() => ({x: 3, y: 1, width: 6, height: 1}), []);
	return isThere ? <Pane store={store} rect={rect} height={1} render={() => ['<over>']} /> : null;
}

test('what lay under a pane that goes is seen again', async () => {
	const rect = {x: 0, y: 0, width: 20, height: 4};
	const screen = await open(store => (
		<>
			<Appearing store={store} />
			<Pane store={store} rect={rect} render={() => ['a', 'beneath it', 'c', 'd']} />
		</>
	));
	expect(await screen.shown()).toEqual(['a', 'beneath it', 'c', 'd']);
	screen.store.core({state: 'running'});
	expect(await screen.shown()).toEqual(['a', 'ben<over>t', 'c', 'd']);
	screen.store.core({state: 'stopped'});
	expect(await screen.shown()).toEqual(['a', 'beneath it', 'c', 'd']);
});

test('after a change of size nothing of before is left, and it comes in one piece that does not flicker', async () => {
	const rect = {x: 0, y: 0, width: 20, height: 4};
	const screen = await open(store => <Pane store={store} rect={rect} render={() => ['row', 'row', 'row', 'row']} />);
	await screen.shown();
	screen.written.push(`\x1b[H${'dirt'.repeat(4)}\r\n\x1b[7mmore dirt`);
	await screen.shown();
	screen.painter.resize({columns: 20, rows: 3});
	screen.painter.resize(SIZE);
	expect(await screen.shown()).toEqual(['row', 'row', 'row', 'row']);
	expect(screen.written.at(-1)).toMatch(/^\x1b\[\?2026h[\s\S]*\x1b\[2J[\s\S]*row[\s\S]*\x1b\[\?2026l$/);
});

test('the cursor of the highest field is the one that is shown', async () => {
	const screen = await open(store => (
		<>
			<TerminalCursor store={store} place={() => ({x: 3, y: 1})} />
			<TerminalCursor store={store} place={() => ({x: 5, y: 2})} />
		</>
	));
	await screen.shown();
	expect(screen.cursor()).toEqual({x: 5, y: 2});
	expect(screen.written.at(-1)).toContain('\x1b[?25h');
});

test('a pane that fails ends the drawing, and is told', async () => {
	const render = () => {
		throw new Error('broken');
	};
	const screen = await open(store => <Pane store={store} rect={{x: 0, y: 0, width: 9, height: 1}} render={render} />);
	await screen.shown();
	screen.painter.redraw();
	await screen.shown();
	expect(screen.errors).toEqual([new Error('broken')]);
});
