/** The list over the chat: a field, and below it what can be chosen. */
import {Box} from 'ink';
import TextInput from 'ink-text-input';
import {type ReactNode, useCallback, useMemo, useSyncExternalStore} from 'react';
import type {State} from '../store/state.ts';
import type {Store} from '../store/store.ts';
import {Pane, TerminalCursor} from './components/rows.tsx';
import type {Layout, Rect} from './layout.ts';
import {openListRect, placeOfList, switcherRows} from './palette-rows.ts';
import {widthOf} from './text.ts';
import type {Theme} from './theme.ts';

export {switcherRect, switcherRows} from './palette-rows.ts';

export type SwitcherProps = {readonly store: Store; readonly layout: Layout; readonly theme: Theme};

/** Above every pane. */
const ON_TOP = 2;

export function SwitcherOverlay({store, layout, theme}: SwitcherProps): ReactNode {
	const view = useSyncExternalStore(store.subscribe, () => store.getState().view);
	const within = useMemo(() => placeOfList({view}, layout), [view, layout]);
	const query = useSyncExternalStore(store.subscribe, () => store.getState().switcher?.query ?? '');
	const height = useSyncExternalStore(store.subscribe, () => openListRect(store.getState(), within).height);
	const rect = useMemo(() => openListRect(store.getState(), within), [store, within, height]);
	const render = useCallback((state: State) => switcherRows(state, rect, theme), [rect, theme]);
	// For input methods; the field draws a cursor of its own.
	const place = useCallback(({switcher}: State) => cursorIn(rect, switcher?.query ?? ''), [rect]);
	return (
		<>
			<Pane store={store} rect={rect} render={render} height={ON_TOP} />
			<Box position="absolute" top={rect.y + 1} left={rect.x + 4} width={rect.width - 6} height={1} overflow="hidden">
				<TextInput value={query} onChange={value => store.query(value)} />
			</Box>
			<TerminalCursor store={store} place={place} />
		</>
	);
}

function cursorIn(rect: Rect, query: string): {readonly x: number; readonly y: number} {
	return {x: rect.x + 4 + Math.min(widthOf(query), rect.width - 7), y: rect.y + 1};
}
