/** From keys and the mouse to the store and the core: the one place where input has an effect. */
import type {Command} from '../api/command.ts';
import type {Effect} from '../store/effect.ts';
import type {Edit, Intent} from '../store/intent.ts';
import type {Store} from '../store/store.ts';
import {createDispatcher, type Dispatcher} from './input/dispatcher.ts';
import type {MouseInput} from './input/input.ts';
import type {SetTimer} from './input/timer.ts';
import {keymapOf} from './keymap.ts';
import {layoutNow} from './layout-now.ts';
import {keyContext} from './panes/status.ts';
import {pointed} from './pointer.ts';
import {type Screen, surroundingsOf} from './surroundings.ts';
import type {Theme} from './theme.ts';
import {createTypingAhead} from './typing-ahead.ts';

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
	const {store, size, theme, faults, send, effect, setTimer} = options;
	const screen = (): Screen => {
		const {columns, rows} = size();
		return {columns, rows, theme: theme(), faults};
	};
	const dispatch = (given: Intent) => {
		const intent = inList(options, given);
		if (!intent) return;
		const decision = store.dispatch(intent, surroundingsOf(store.getState(), screen()));
		for (const command of decision.commands) send(command);
		for (const each of decision.effects) effect(each);
	};
	const dispatcher = createDispatcher({
		context: () => keyContext(store.getState()),
		keymap: () => keymapOf(store.getState()),
		dispatch,
		pointed: input => pointedAt(store, screen(), input),
		...(setTimer ? {setTimer} : {}),
	});
	const ahead = createTypingAhead(store.getState, dispatcher.handle);
	const unsubscribe = store.subscribe(() => {
		ahead.resume();
		// How far to scroll for a message that was fetched is known only here, where rows can be counted.
		const {selection} = store.getState();
		if (selection?.isFound) dispatch({type: 'select', to: {by: 'id', id: selection.id}});
	});
	const close = () => {
		unsubscribe();
		dispatcher.close();
	};
	return {handle: ahead.handle, close};
}

function pointedAt(store: Store, screen: Screen, input: MouseInput): readonly Intent[] {
	const state = store.getState();
	const layout = layoutNow(state, screen.columns, screen.rows);
	const items = () => surroundingsOf(state, screen).page.items ?? [];
	return pointed(state, {layout, theme: screen.theme, items}, input);
}

/** Over the chat lies a list: what is written goes into its field, or is the number of a row. */
function inList({store, feed}: ControllerOptions, intent: Intent): Intent | undefined {
	const {switcher} = store.getState();
	if (!switcher || intent.type !== 'edit') return intent;
	const {edit} = intent;
	const isNumber = edit.edit === 'insert' && /^[1-9]$/.test(edit.text);
	if (isNumber && switcher.list !== undefined && switcher.query === '')
		return {type: 'choose', index: Number(edit.text) - 1};
	editQuery(store, edit, feed);
	return undefined;
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
