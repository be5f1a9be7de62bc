/**
 * Rows on the screen. A pane is a pure function of the state and its place; on a canvas it is asked for its rows when a
 * frame is due, and in Ink it commits only when one of them is another string than before.
 */
import {Box, Text, useCursor} from 'ink';
import {memo, type ReactNode, useContext, useLayoutEffect, useMemo, useState, useSyncExternalStore} from 'react';
import type {State} from '../../store/state.ts';
import type {Store} from '../../store/store.ts';
import type {Rect} from '../layout.ts';
import type {Canvas} from '../paint/canvas.ts';
import {CanvasContext} from '../paint/context.ts';
import type {Place} from '../paint/frame.ts';

const Row = memo(({text}: {readonly text: string}) => <Text wrap="truncate">{text}</Text>);

/** One `<Text>` per row: each is exactly as wide as its pane, so nothing is ever wrapped or clipped by Ink. */
export function Rows({rows}: {readonly rows: readonly string[]}): ReactNode {
	return rows.map((text, index) => <Row key={index} text={text} />);
}

export type RenderRows = (state: State) => readonly string[];

export type PaneProps = {
	readonly store: Store;
	readonly rect: Rect;
	/** Must be the same function until something else than the state changes. */
	readonly render: RenderRows;
	/** What lies on top of others has a higher number. */
	readonly height?: number;
};

export const Pane = memo((props: PaneProps) => {
	const canvas = useContext(CanvasContext);
	return canvas ? <PaintedPane {...props} canvas={canvas} /> : <InkPane {...props} />;
});

function PaintedPane({store, rect, render, height = 0, canvas}: PaneProps & {readonly canvas: Canvas}): ReactNode {
	const rows = useMemo(() => rowsOf(store, render), [store, render]);
	const [order] = useState(canvas.nextOrder);
	useLayoutEffect(() => canvas.add({rect, height, order, rows}), [canvas, rect, height, order, rows]);
	useLayoutEffect(() => store.subscribe(canvas.changed), [canvas, store]);
	return null;
}

function InkPane({store, rect, render}: PaneProps): ReactNode {
	const rows = useRows(store, render);
	return (
		<Box
			position="absolute"
			top={rect.y}
			left={rect.x}
			width={rect.width}
			height={rect.height}
			flexShrink={0}
			flexDirection="column"
		>
			<Rows rows={rows} />
		</Box>
	);
}

export type TerminalCursorProps = {
	readonly store: Store;
	/** Must be the same function until something else than the state changes. */
	readonly place: (state: State) => Place;
};

/** The terminal's own cursor, so that input methods and screen readers know where one writes. */
export const TerminalCursor = memo((props: TerminalCursorProps) => {
	const canvas = useContext(CanvasContext);
	return canvas ? <PaintedCursor {...props} canvas={canvas} /> : <InkCursor {...props} />;
});

function PaintedCursor({store, place, canvas}: TerminalCursorProps & {readonly canvas: Canvas}): ReactNode {
	useLayoutEffect(() => canvas.addCursor(() => place(store.getState())), [canvas, store, place]);
	useLayoutEffect(() => store.subscribe(canvas.changed), [canvas, store]);
	return null;
}

function InkCursor({store, place}: TerminalCursorProps): ReactNode {
	const at = useSyncExternalStore(store.subscribe, () => {
		const {x, y} = place(store.getState());
		return `${x} ${y}`;
	});
	const [x = 0, y = 0] = at.split(' ').map(Number);
	const {setCursorPosition} = useCursor();
	setCursorPosition({x, y});
	return null;
}

/** What `render` makes of the state: the very same array for as long as every row is the same. */
export function useRows(store: Store, render: RenderRows): readonly string[] {
	const getRows = useMemo(() => rowsOf(store, render), [store, render]);
	return useSyncExternalStore(store.subscribe, getRows);
}

function rowsOf(store: Store, render: RenderRows): () => readonly string[] {
	let seen: State | undefined;
	let rows: readonly string[] = [];
	return () => {
		const state = store.getState();
		if (state === seen) return rows;
		seen = state;
		const next = render(state);
		if (!isSame(rows, next)) rows = next;
		return rows;
	};
}

function isSame(a: readonly string[], b: readonly string[]): boolean {
	return a.length === b.length && a.every((text, index) => text === b[index]);
}
