/** Rows on the screen. A pane commits only when one of its rows is another string than before. */
import {Box, Text} from 'ink';
import {memo, type ReactNode, useMemo, useSyncExternalStore} from 'react';
import type {State} from '../../store/state.ts';
import type {Store} from '../../store/store.ts';
import type {Rect} from '../layout.ts';

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
};

export const Pane = memo(({store, rect, render}: PaneProps) => {
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
});

/** What `render` makes of the state: the very same array for as long as every row is the same. */
export function useRows(store: Store, render: RenderRows): readonly string[] {
	const getRows = useMemo(() => {
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
	}, [store, render]);
	return useSyncExternalStore(store.subscribe, getRows);
}

function isSame(a: readonly string[], b: readonly string[]): boolean {
	return a.length === b.length && a.every((text, index) => text === b[index]);
}
