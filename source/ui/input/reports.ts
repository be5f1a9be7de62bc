/**
 * What a terminal reports that is no key: the mouse, in xterm's mode 1006, and whether its window has the focus (1004).
 * Only complete reports within bounds become inputs; nothing else of them reaches anybody.
 */
import type {Input, MouseInput} from './input.ts';

/** `<button;column;row` and M (pressed) or m (released). No terminal has more than 9,999 columns. */
const MOUSE = /^<(\d{1,3});(\d{1,4});(\d{1,4})([Mm])$/;
const BUTTONS = ['left', 'middle', 'right', 'none'] as const;
/** Shift, Meta and Ctrl; they change nothing here. */
const MODIFIERS = 4 | 8 | 16;
/** Movements have numbers between the buttons and the wheel, other buttons beyond it. */
const WHEEL = 64;
const WHEELS: Readonly<Record<number, MouseInput['action']>> = {0: 'wheel-up', 1: 'wheel-down'};

/** Whether that is the end of a report, `<` being its beginning. */
export function isMouseReport(sequence: string): boolean {
	return MOUSE.test(sequence);
}

/** What followed CSI, the final character included. Undefined for movements, sideways wheels and what is out of bounds. */
export function mouseReport(sequence: string): MouseInput | undefined {
	const [, code, column, row, final] = MOUSE.exec(sequence) ?? [];
	const [x, y, bits] = [Number(column) - 1, Number(row) - 1, Number(code) & ~MODIFIERS];
	if (final === undefined || x < 0 || y < 0) return undefined;
	const place = {type: 'mouse', x, y} as const;
	if (bits < WHEEL) {
		const button = BUTTONS[bits];
		return button && {...place, button, action: final === 'M' ? 'press' : 'release'};
	}
	const action = final === 'M' ? WHEELS[bits - WHEEL] : undefined;
	return action && {...place, button: 'none', action};
}

/** `I` or `O`. */
export function focusReport(sequence: string): Input | undefined {
	return sequence === 'I' || sequence === 'O' ? {type: 'focus', isFocused: sequence === 'I'} : undefined;
}
