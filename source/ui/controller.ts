/** From keys and the mouse to the store and the core: the one place where input has an effect. */
import type {Command} from '../api/command.ts';
import type {Effect} from '../store/effect.ts';
import type {Intent} from '../store/intent.ts';
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
	const dispatch = (intent: Intent) => {
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
		const {selection, files} = store.getState();
		if (selection?.isFound) dispatch({type: 'select', to: {by: 'id', id: selection.id}});
		const {items, tab} = files.listing ?? {};
		if (items && tab) dispatch({type: 'complete', step: tab.step});
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
