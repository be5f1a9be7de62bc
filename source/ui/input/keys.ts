/**
 * Which key a control sequence stands for. Sources: xterm's "XTerm Control Sequences" (PC-style function keys,
 * modifyOtherKeys), console_codes(4) of Linux, the rxvt reference, and kitty's keyboard protocol.
 */
import type {Key} from './input.ts';

/** What a sequence says about its key. A `raw` means: no key, but this text. */
export type Found = Partial<Omit<Key, 'type'>>;

/** Keys whose sequence ends in a letter, after CSI or SS3. */
const LETTER_KEYS: Readonly<Record<string, string>> = {
	A: 'up',
	B: 'down',
	C: 'right',
	D: 'left',
	F: 'end',
	H: 'home',
	P: 'f1',
	Q: 'f2',
	R: 'f3',
	S: 'f4',
};

/** Keys whose sequence is CSI number ~. */
const NUMBER_KEYS: Readonly<Record<number, string>> = {
	1: 'home',
	2: 'insert',
	3: 'delete',
	4: 'end',
	5: 'pageup',
	6: 'pagedown',
	7: 'home',
	8: 'end',
	11: 'f1',
	12: 'f2',
	13: 'f3',
	14: 'f4',
	15: 'f5',
	17: 'f6',
	18: 'f7',
	19: 'f8',
	20: 'f9',
	21: 'f10',
	23: 'f11',
	24: 'f12',
};

/** Code points that name a key rather than a character, in CSI u and modifyOtherKeys. */
const CODE_KEYS: Readonly<Record<number, string>> = {
	8: 'backspace',
	9: 'tab',
	13: 'return',
	27: 'escape',
	32: 'space',
	127: 'backspace',
	57414: 'return',
	57417: 'left',
	57418: 'right',
	57419: 'up',
	57420: 'down',
	57421: 'pageup',
	57422: 'pagedown',
	57423: 'home',
	57424: 'end',
	57425: 'insert',
	57426: 'delete',
};

/** kitty's keypad: 0 to 9, then . / * - + and, after Enter, = and the separator. */
const KITTY_KEYPAD = '0123456789./*-+';
const KITTY_KEYPAD_START = 57399;
const PRIVATE_USE_START = 0xe000;
const PRIVATE_USE_END = 0xf8ff;

/** The keypad in application mode sends SS3 and a letter: these are the characters from j to y. */
const SS3_KEYPAD = '*+,-./0123456789';

type Modifiers = Pick<Key, 'ctrl' | 'alt' | 'shift'>;
const SHIFT = 1;
const ALT = 2;
const CTRL = 4;
/** Super, hyper: held for something that is not ours. */
const FOREIGN = 8 | 16;
const META = 32;
const RELEASED = 3;

/** Decodes `5` or `5:1` (kitty adds the kind of event). Undefined: not to be reported. */
function modifiersOf(parameter: string | undefined): Modifiers | undefined {
	const [encoded, event] = (parameter ?? '').split(':').map(Number);
	const bits = Math.max(0, (encoded || 1) - 1);
	if (event === RELEASED || (bits & FOREIGN) !== 0) return undefined;
	return {ctrl: (bits & CTRL) !== 0, alt: (bits & (ALT | META)) !== 0, shift: (bits & SHIFT) !== 0};
}

/** A control character as a key; `none` for those that mean nothing, undefined for a printable character. */
export function controlKey(character: string): (Found & {name: string}) | 'none' | undefined {
	const code = character.codePointAt(0) as number;
	if (code >= 0x20 && code < 0x7f) return undefined;
	if (code > 0x7f) return code <= 0x9f ? 'none' : undefined;
	const named = code === 0x0d || code === 0x09 || code === 0x08 || code === 0x7f ? CODE_KEYS[code] : undefined;
	if (named !== undefined) return {name: named};
	if (code === 0) return {name: 'space', ctrl: true};
	return {name: String.fromCharCode(code + 0x40).toLowerCase(), ctrl: true};
}

/** A printable character that was pressed with a modifier, and so is a key. */
export function characterKey(character: string): Found & {name: string; shift: boolean} {
	const lower = character.toLowerCase();
	return {name: character === ' ' ? 'space' : lower, shift: lower !== character};
}

/** `parameters` as they stood between CSI and `final`. Undefined if it is no key. */
export function csiKey(parameters: string, final: string): Found | undefined {
	if (parameters === '[') return linuxConsoleKey(final);
	if (!/^[\d;:]*$/.test(parameters)) return undefined;
	const [first = '', second, third] = parameters.split(';');
	if (final === 'u') return codeKey(first, second, third);
	if (final === '~' && first === '27') return codeKey(third ?? '', second, undefined);
	if ('~$^@'.includes(final)) return numberKey(Number(first), second, final);
	if (final === 'Z') return {name: 'tab', shift: true};
	// rxvt: Shift and an arrow.
	if ('abcd'.includes(final) && parameters === '') return {name: LETTER_KEYS[final.toUpperCase()], shift: true};
	const name = LETTER_KEYS[final];
	const modifiers = modifiersOf(second);
	// CSI 12;40R is an answer (cursor position), CSI 1;5R is Ctrl-F3.
	if (name === undefined || modifiers === undefined || (first !== '' && first !== '1')) return undefined;
	return {name, ...modifiers};
}

function numberKey(number: number, modifier: string | undefined, final: string): Found | undefined {
	const name = NUMBER_KEYS[number];
	const modifiers = modifiersOf(modifier);
	if (name === undefined || modifiers === undefined) return undefined;
	// rxvt says Shift, Ctrl or both by the last character.
	return {
		name,
		alt: modifiers.alt,
		ctrl: modifiers.ctrl || final === '^' || final === '@',
		shift: modifiers.shift || final === '$' || final === '@',
	};
}

function linuxConsoleKey(final: string): Found | undefined {
	const number = 'ABCDE'.indexOf(final);
	return number < 0 ? undefined : {name: `f${number + 1}`};
}

/** `code` may be `97:65`: kitty gives the character with Shift, too. `text` is kitty's list of what was typed. */
function codeKey(code: string, modifier: string | undefined, text: string | undefined): Found | undefined {
	const [plain, shifted] = code.split(':').map(Number);
	const modifiers = modifiersOf(modifier);
	if (plain === undefined || Number.isNaN(plain) || plain > 0x10ffff || modifiers === undefined) return undefined;
	const isCommand = modifiers.ctrl || modifiers.alt;
	const name = CODE_KEYS[plain];
	if (name !== undefined && (name !== 'space' || isCommand)) return {name, ...modifiers};
	const character = printable(plain, shifted, modifiers, text);
	if (character === undefined) return undefined;
	if (!isCommand) return {name: character, raw: character};
	return {...characterKey(character), ...modifiers};
}

function printable(
	plain: number,
	shifted: number | undefined,
	modifiers: Modifiers,
	text: string | undefined,
): string | undefined {
	const keypad = KITTY_KEYPAD[plain - KITTY_KEYPAD_START];
	if (keypad !== undefined) return keypad;
	const isCharacter = plain >= 0x20 && !(plain >= PRIVATE_USE_START && plain <= PRIVATE_USE_END);
	if (!isCharacter || typeof controlKey(String.fromCodePoint(plain)) !== 'undefined') return undefined;
	const typed = Number((text ?? '').split(':')[0]);
	const isTyped = typed >= 0x20 && typed <= 0x10ffff && controlKey(String.fromCodePoint(typed)) === undefined;
	if (isTyped) return String.fromCodePoint(typed);
	const character = String.fromCodePoint(plain);
	if (!modifiers.shift || modifiers.ctrl || modifiers.alt) return character;
	return shifted ? String.fromCodePoint(Math.min(shifted, 0x10ffff)) : character.toUpperCase();
}

export function ss3Key(parameters: string, final: string): Found | undefined {
	// rxvt: Ctrl and an arrow.
	if ('abcd'.includes(final)) return {name: LETTER_KEYS[final.toUpperCase()], ctrl: true};
	if (final === 'M') return {name: 'return'};
	if (final === 'I') return {name: 'tab'};
	const name = LETTER_KEYS[final];
	// Older xterms put the modifier alone, as in SS3 5 C.
	const modifiers = modifiersOf(parameters.split(';').at(-1));
	return name === undefined || modifiers === undefined ? undefined : {name, ...modifiers};
}

/** The character of a keypad key in application mode. */
export function keypadText(final: string): string | undefined {
	if (final === 'X') return '=';
	return final >= 'j' && final <= 'y' ? SS3_KEYPAD[final.charCodeAt(0) - 'j'.charCodeAt(0)] : undefined;
}
