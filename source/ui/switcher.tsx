/** "Go to": a list of rooms over the chat, narrowed by what is typed. */
import {Box, useCursor} from 'ink';
import TextInput from 'ink-text-input';
import {type ReactNode, useCallback, useMemo, useSyncExternalStore} from 'react';
import {roomTitle} from '../store/selectors.ts';
import type {State} from '../store/state.ts';
import type {Store} from '../store/store.ts';
import {switcherChoices} from '../store/switcher.ts';
import {Rows, useRows} from './components/rows.tsx';
import type {Rect} from './layout.ts';
import {unreadMark} from './panes/unread.ts';
import {framed, row, span, titleRow, widthOf} from './text.ts';
import type {Theme} from './theme.ts';

const MAX_WIDTH = 52;
const MAX_CHOICES = 10;

/** In the upper third of the chat, or of the page. */
export function switcherRect(within: Rect, choices: number): Rect {
	const width = Math.min(MAX_WIDTH, within.width - 4);
	const height = Math.min(Math.max(choices, 1), MAX_CHOICES, within.height - 6) + 4;
	const top = Math.max(1, Math.floor((within.height - height) / 3));
	return {x: within.x + Math.floor((within.width - width) / 2), y: within.y + top, width, height};
}

export function switcherRows(state: State, rect: Rect, theme: Theme): readonly string[] {
	const {paint} = theme;
	const width = rect.width - 2;
	const height = rect.height - 4;
	const {query, selected} = state.switcher ?? {query: '', selected: 0};
	const choices = switcherChoices(state, query);
	const first = Math.max(0, selected - height + 1);
	const rows = choices.slice(first, first + height).map((room, index) => {
		const isSelected = first + index === selected;
		const label = span(roomTitle(state, room), isSelected ? paint.title : room.unread > 0 ? paint.unread : undefined);
		const right = [span(`${unreadMark(room)} `, room.mentions > 0 ? paint.mention : paint.unread)];
		const line = row(width, [span(isSelected ? '▌ ' : '  ', paint.accent), label], right);
		return isSelected ? paint.selected(line) : line;
	});
	if (choices.length === 0) {
		const wanted = query.trim().replace(/^#/, '');
		rows.push(row(width, [span('  Enter joins ', paint.dim), span(`#${wanted}`, paint.accent)]));
	}
	const filling = Array.from({length: Math.max(0, height - rows.length)}, () => row(width, []));
	const frame = (line: string) => framed(line, paint.accent);
	return [
		titleRow(rect.width, ['╭', '╮'], paint.accent, [span('Go to', paint.title)]),
		frame(row(width, [span(' › ', paint.accent)])),
		titleRow(rect.width, ['├', '┤'], paint.accent, []),
		...[...rows, ...filling].map(frame),
		titleRow(rect.width, ['╰', '╯'], paint.accent, []),
	];
}

export type SwitcherProps = {readonly store: Store; readonly within: Rect; readonly theme: Theme};

export function SwitcherOverlay({store, within, theme}: SwitcherProps): ReactNode {
	const query = useSyncExternalStore(store.subscribe, () => store.getState().switcher?.query ?? '');
	const choices = store.getState().rooms.length;
	const rect = useMemo(() => switcherRect(within, choices), [within, choices]);
	const render = useCallback((state: State) => switcherRows(state, rect, theme), [rect, theme]);
	const rows = useRows(store, render);
	const {setCursorPosition} = useCursor();
	// For input methods; the field draws a cursor of its own.
	setCursorPosition({x: rect.x + 4 + Math.min(widthOf(query), rect.width - 7), y: rect.y + 1});
	return (
		<Box position="absolute" top={rect.y} left={rect.x} width={rect.width} height={rect.height} flexDirection="column">
			<Rows rows={rows} />
			<Box position="absolute" top={1} left={4} width={rect.width - 6} height={1} overflow="hidden">
				<TextInput value={query} onChange={value => store.query(value)} />
			</Box>
		</Box>
	);
}
