/** The list over the chat: a field, and below it what can be chosen. */
import {Box} from 'ink';
import TextInput from 'ink-text-input';
import {type ReactNode, useCallback, useMemo, useSyncExternalStore} from 'react';
import {graphemesOf} from '../store/graphemes.ts';
import type {State} from '../store/state.ts';
import type {Store} from '../store/store.ts';
import {fieldOf} from '../store/switcher.ts';
import {Pane, TerminalCursor} from './components/rows.tsx';
import type {Layout, Rect} from './layout.ts';
import {openListRect, placeOfList, switcherRows} from './palette-rows.ts';
import {truncate, widthOf} from './text.ts';
import type {Theme} from './theme.ts';

export {switcherRect, switcherRows} from './palette-rows.ts';

export type SwitcherProps = {readonly store: Store; readonly layout: Layout; readonly theme: Theme};

/** Above every pane. */
const ON_TOP = 2;

/**
 * The field only shows: what is written is part of the state, so that no key is lost, however early it comes. The cursor
 * in it is the terminal's own.
 */
export function SwitcherOverlay({store, layout, theme}: SwitcherProps): ReactNode {
	const view = useSyncExternalStore(store.subscribe, () => store.getState().view);
	const within = useMemo(() => placeOfList({view}, layout), [view, layout]);
	const height = useSyncExternalStore(store.subscribe, () => openListRect(store.getState(), within).height);
	const rect = useMemo(() => openListRect(store.getState(), within), [store, within, height]);
	const field = fieldRect(rect);
	const shown = useSyncExternalStore(store.subscribe, () => shownField(store.getState(), field.width).text);
	const render = useCallback((state: State) => switcherRows(state, rect, theme), [rect, theme]);
	const place = useCallback((state: State) => cursorIn(state, fieldRect(rect)), [rect]);
	return (
		<>
			<Pane store={store} rect={rect} render={render} height={ON_TOP} />
			<Box position="absolute" top={field.y} left={field.x} width={field.width} height={1} overflow="hidden">
				<TextInput value={shown} onChange={nothing} focus={false} />
			</Box>
			<TerminalCursor store={store} place={place} />
		</>
	);
}

function nothing(): void {}

function fieldRect({x, y, width}: Rect): Rect {
	return {x: x + 4, y: y + 1, width: width - 6, height: 1};
}

/** Of a text that is too long, the end of what stands before the cursor and what follows as far as there is room. */
function shownField({switcher}: State, width: number): {readonly text: string; readonly column: number} {
	if (!switcher) return {text: '', column: 0};
	const {text, cursor} = fieldOf(switcher);
	const signs = graphemesOf(text.slice(0, cursor));
	let column = 0;
	let first = signs.length;
	while (first > 0 && column + widthOf(signs[first - 1] as string) < width) column += widthOf(signs[--first] as string);
	return {text: truncate(signs.slice(first).join('') + text.slice(cursor), width), column};
}

function cursorIn(state: State, field: Rect): {readonly x: number; readonly y: number} {
	return {x: field.x + shownField(state, field.width).column, y: field.y};
}
