/** What comes out of the keyboard, once its bytes are understood. */
export type Input =
	/** Printable characters, one or more; never a control character. */
	| {readonly type: 'text'; readonly text: string}
	| Key
	/**
	 * Pasted text: lines end in LF, other control characters but tab are gone. It never submits. `dropped`: so many characters
	 * more were too many to keep.
	 */
	| {readonly type: 'paste'; readonly text: string; readonly dropped?: number}
	| MouseInput
	/** The terminal's window came to the front, or went from it. */
	| {readonly type: 'focus'; readonly isFocused: boolean};

/** Only while the mouse is on. Cells are counted from 0, from the top left corner. */
export type MouseInput = {
	readonly type: 'mouse';
	readonly action: 'press' | 'release' | 'wheel-up' | 'wheel-down';
	readonly button: 'left' | 'middle' | 'right' | 'none';
	readonly x: number;
	readonly y: number;
};

export type Key = {
	readonly type: 'key';
	/**
	 * One of the names below, or the character itself in lower case (for Alt-A: `a`).
	 * up down left right home end pageup pagedown insert delete backspace tab return escape space f1 … f12
	 */
	readonly name: string;
	readonly ctrl: boolean;
	readonly alt: boolean;
	readonly shift: boolean;
	/** The characters as the terminal sent them. */
	readonly raw: string;
};

/** The name that bindings use, modifiers first and always in this order: `ctrl+alt+shift+left`. */
export function keyName(key: Pick<Key, 'name' | 'ctrl' | 'alt' | 'shift'>): string {
	return `${key.ctrl ? 'ctrl+' : ''}${key.alt ? 'alt+' : ''}${key.shift ? 'shift+' : ''}${key.name}`;
}
