/** From how people write keys, as on the help page or nearly so, to how bindings name them; and what can be bound. */
import {keyName} from './input/input.ts';

export type WrittenKey = {readonly ok: true; readonly key: string} | {readonly ok: false; readonly problem: string};

const MODIFIERS: Readonly<Record<string, 'ctrl' | 'alt' | 'shift' | 'foreign'>> = {
	...{ctrl: 'ctrl', control: 'ctrl', alt: 'alt', meta: 'alt', option: 'alt', shift: 'shift'},
	...{cmd: 'foreign', command: 'foreign', super: 'foreign', win: 'foreign', fn: 'foreign'},
};

const NAMES: Readonly<Record<string, string>> = {
	...{up: 'up', '↑': 'up', down: 'down', '↓': 'down', left: 'left', '←': 'left', right: 'right', '→': 'right'},
	...{home: 'home', end: 'end', pageup: 'pageup', pgup: 'pageup', pagedown: 'pagedown', pgdn: 'pagedown'},
	...{insert: 'insert', ins: 'insert', delete: 'delete', del: 'delete', backspace: 'backspace', tab: 'tab'},
	...{return: 'return', enter: 'return', escape: 'escape', esc: 'escape', space: 'space'},
	...Object.fromEntries(Array.from({length: 12}, (_, index) => [`f${index + 1}`, `f${index + 1}`])),
};

type Parts = {readonly ctrl: boolean; readonly alt: boolean; readonly shift: boolean; readonly name: string};

/** `Ctrl-K`, `alt+↓`, `PgUp`, `q`. */
export function readKey(written: string): WrittenKey {
	const modifiers = new Set<string>();
	let rest = written === ' ' ? 'space' : written.trim();
	for (;;) {
		const [found, word = ''] = /^([a-z]+)[-+](?=.)/i.exec(rest) ?? [];
		const modifier = MODIFIERS[word.toLowerCase()];
		if (found === undefined || modifier === undefined) break;
		if (modifier === 'foreign') return {ok: false, problem: `no terminal sends ${word}`};
		modifiers.add(modifier);
		rest = rest.slice(found.length);
	}
	const named = NAMES[rest.toLowerCase()];
	const isPlain = modifiers.size === 0;
	const name = named ?? (isPlain ? rest : rest.toLowerCase());
	if (named === undefined && ([...rest].length !== 1 || /[\p{C}\p{Z}]/u.test(rest)))
		return {ok: false, problem: 'it is no key'};
	const parts = {ctrl: modifiers.has('ctrl'), alt: modifiers.has('alt'), shift: modifiers.has('shift'), name};
	const problem = named === undefined ? characterProblem(parts) : namedProblem(parts);
	if (problem !== undefined) return {ok: false, problem};
	return {ok: true, key: isPlain && name === 'space' ? ' ' : keyName(parts)};
}

/** Of the control characters, those that are no other key. */
const CONTROLS = 'abcdefgjklnopqrstuvwxyz\\]^_/';
const SAME_AS: Readonly<Record<string, string>> = {h: 'Backspace', i: 'Tab', m: 'Enter', '[': 'Esc', '@': 'Ctrl-Space'};
/** After Esc, they begin what is no key: control sequences and strings (ECMA-48). */
const INTRODUCERS = /^([[\]_^]|shift\+[opx])$/;

function characterProblem({ctrl, alt, shift, name}: Parts): string | undefined {
	if (ctrl && shift) return `a terminal sends the same for Ctrl-${name.toUpperCase()}, without Shift`;
	if (ctrl && SAME_AS[name] !== undefined) return `for a terminal that is ${SAME_AS[name]}`;
	if (ctrl && !CONTROLS.includes(name)) return `no terminal sends Ctrl with ${name}`;
	if (shift && !(alt && /^[a-z]$/.test(name))) return 'write the character that Shift makes, without Shift';
	if (alt && !ctrl && INTRODUCERS.test(`${shift ? 'shift+' : ''}${name}`)) return 'terminals begin other keys with it';
	return undefined;
}

function namedProblem({ctrl, alt, shift, name}: Parts): string | undefined {
	if (name === 'escape') return ctrl || alt || shift ? 'for a terminal that is Esc' : undefined;
	if (name === 'tab' && (ctrl || alt)) return 'it goes from window to window and seldom reaches a terminal';
	if (name === 'space' && shift) return 'for a terminal that is Space';
	return undefined;
}
