/** From keys to the store and the core: the one place where input has an effect. */
import type {Command} from '../api/command.ts';
import type {Surroundings} from '../store/decide.ts';
import type {Effect} from '../store/effect.ts';
import type {Edit, Intent} from '../store/intent.ts';
import type {Room, State} from '../store/state.ts';
import type {Store} from '../store/store.ts';
import {createDispatcher, type Dispatcher} from './input/dispatcher.ts';
import type {SetTimer} from './input/timer.ts';
import {keymapOf} from './keymap.ts';
import {type Layout, layoutFor, textRect} from './layout.ts';
import {layoutNow} from './layout-now.ts';
import {meaningOf} from './meaning.ts';
import {entryHeight, visibleRows} from './panes/chat.ts';
import {keyContext} from './panes/status.ts';
import {SLASH_COMMANDS} from './slash.ts';
import type {Theme} from './theme.ts';
import {pageLines, pageRowsShown} from './views/page.ts';

export type ControllerOptions = {
	readonly store: Store;
	/** The size of the screen now. */
	readonly size: () => {readonly columns: number; readonly rows: number};
	readonly theme: () => Theme;
	/** Gives characters to whatever Ink's own input feeds: the field of the switcher. */
	readonly feed: (raw: string) => void;
	readonly send: (command: Command) => void;
	readonly effect: (effect: Effect) => void;
	/** The core may be made to fail. */
	readonly faults: boolean;
	readonly setTimer?: SetTimer;
};

export function createController(options: ControllerOptions): Dispatcher {
	const {store, feed, send, effect, setTimer} = options;
	const dispatch = (intent: Intent) => {
		const state = store.getState();
		if (state.switcher && intent.type === 'edit') return editQuery(store, intent.edit, feed);
		const decision = store.dispatch(intent, surroundings(options, state));
		for (const command of decision.commands) send(command);
		for (const each of decision.effects) effect(each);
	};
	return createDispatcher({
		context: () => keyContext(store.getState()),
		keymap: () => keymapOf(store.getState()),
		dispatch,
		...(setTimer ? {setTimer} : {}),
	});
}

/** `ink-text-input` knows these keys; it would insert the letters of others. */
function editQuery(store: Store, edit: Edit, feed: (raw: string) => void): void {
	switch (edit.edit) {
		case 'insert':
			return feed(edit.text.replaceAll('\n', ' '));
		case 'left':
			return feed('\x1b[D');
		case 'right':
			return feed('\x1b[C');
		case 'delete-back':
			return feed('\x7f');
		case 'delete-to-start':
		case 'delete-word-back':
			return store.query('');
	}
}

function surroundings({size, theme: themeOfNow, faults}: ControllerOptions, state: State): Omit<Surroundings, 'now'> {
	const {columns, rows} = size();
	const theme = themeOfNow();
	const layout = layoutNow(state, columns, rows);
	return {
		parseLine: (line, now) => meaningOf(line, now, faults),
		commands: SLASH_COMMANDS,
		...(layout ? {writingColumns: textRect(layout.composer).width} : {}),
		chatRows: layout ? visibleRows(layout.chat) : 1,
		rowsOf: (room: Room, index) => (layout ? entryHeight(state, room, index, layout.chat, theme) : 1),
		fits: fitting(columns, rows),
		page: pageSize(state, layout, theme),
	};
}

function fitting(columns: number, rows: number): Surroundings['fits'] {
	const whole = layoutFor(columns, rows, {rooms: 1, hidden: {rooms: false, network: false}});
	const alone = layoutFor(columns, rows, {rooms: 1, hidden: {rooms: true, network: false}});
	// Where there is no room for the network, the same key hides the traffic.
	const network = whole?.network ?? whole?.traffic ?? alone?.network;
	return {rooms: whole?.rooms !== undefined, network: network !== undefined};
}

function pageSize(state: State, layout: Layout | undefined, theme: Theme): Surroundings['page'] {
	if (!layout || state.view === 'chat') return {total: 0, shown: 0};
	return {total: pageLines(state, layout.page, theme).length, shown: pageRowsShown(layout.page)};
}
