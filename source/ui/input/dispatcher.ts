/** Turns inputs into intents by the keymap, and keeps the little that a key leaves behind for the next one. */
import type {Intent} from '../../store/intent.ts';
import {type KeyContext, WRITING_CONTEXTS} from '../bindings/types.ts';
import type {Keymap} from '../keymap.ts';
import type {Input, MouseInput} from './input.ts';
import {realTimer, type SetTimer} from './timer.ts';

/** Milliseconds in which Esc and then a digit mean Alt and that digit. */
export const ESCAPE_ARMED = 1000;

/** Milliseconds in which a click was for the window, to bring it to the front, and not for what is in it. */
export const COMING_TO_FRONT = 250;

export type DispatcherOptions = {
	/** Asked anew for every input. */
	readonly context: () => KeyContext;
	readonly keymap: () => Keymap;
	readonly dispatch: (intent: Intent) => void;
	/** What a click or the wheel means there. Without it, nothing. */
	readonly pointed?: (input: MouseInput) => readonly Intent[];
	readonly setTimer?: SetTimer;
};

export type Dispatcher = {
	/** To be subscribed to the keyboard. */
	readonly handle: (input: Input) => void;
	close(): void;
};

/** Esc does what it is bound to *and* arms the digits; anything that follows disarms them, and so does time. */
export function createDispatcher(options: DispatcherOptions): Dispatcher {
	const {context, keymap, dispatch, pointed, setTimer = realTimer} = options;
	let disarm: (() => void) | undefined;
	let settle: (() => void) | undefined;
	let isAway = false;
	const disarmNow = () => {
		disarm?.();
		disarm = undefined;
	};
	const focused = (isFocused: boolean) => {
		settle?.();
		settle = undefined;
		isAway = !isFocused;
		if (!isFocused) return;
		settle = setTimer(() => {
			settle = undefined;
		}, COMING_TO_FRONT);
	};
	const perform = (input: Input, escapeArmed = false) => {
		for (const intent of keymap().intentsFor(input, {context: context(), escapeArmed})) dispatch(intent);
	};
	/** Letters that arrive together are keys as long as nothing is written: each means what it does after the one before. */
	const typed = (text: string) => {
		let rest = text;
		while (rest !== '' && !WRITING_CONTEXTS.has(context())) {
			const [letter = ''] = rest;
			rest = rest.slice(letter.length);
			perform({type: 'text', text: letter});
		}
		if (rest !== '') perform({type: 'text', text: rest});
	};
	const pressed = (input: Input, escapeArmed: boolean) => {
		if (input.type !== 'text' || (escapeArmed && /^[1-9]/.test(input.text))) perform(input, escapeArmed);
		else typed(input.text);
	};
	return {
		handle(input) {
			// Nobody has pressed a key.
			if (input.type === 'focus') {
				focused(input.isFocused);
				return dispatch(input);
			}
			const escapeArmed = disarm !== undefined;
			disarmNow();
			if (input.type === 'mouse') {
				if (settle && input.action === 'press') return;
				for (const intent of pointed?.(input) ?? []) dispatch(intent);
				return;
			}
			// The wheel turns in windows that are not in front; keys come to the one that is, whatever was told before.
			if (isAway) dispatch({type: 'focus', isFocused: true});
			isAway = false;
			pressed(input, escapeArmed);
			if (input.type !== 'key' || input.name !== 'escape') return;
			disarm = setTimer(() => {
				disarm = undefined;
			}, ESCAPE_ARMED);
		},
		close() {
			disarmNow();
			focused(false);
		},
	};
}
