/** From an input to what it means, and from the table of bindings to what help and status bar say. */
import type {Intent} from '../store/intent.ts';
import type {KeyChanges} from '../store/settings.ts';
import type {State} from '../store/state.ts';
import {BINDINGS, type Binding, type Group, KEY_CONTEXTS, type KeyContext} from './bindings/index.ts';
import {type Input, keyName} from './input/input.ts';

export {BINDINGS, type Binding, type KeyContext} from './bindings/index.ts';

export type KeyState = {
	readonly context: KeyContext;
	/** Esc was pressed a moment ago: a digit now means Alt and that digit. */
	readonly escapeArmed: boolean;
};

/** The keys of one group, for a help page. */
export type HelpSection = {
	readonly group: Group;
	readonly entries: readonly {readonly id: string; readonly keys: string; readonly help: string}[];
};

export type Hint = {readonly key: string; readonly hint: string};

type Bound = {readonly binding: Binding; readonly index: number};

/** Contexts in which characters are written somewhere; in the others they are keys. */
const WRITING: ReadonlySet<KeyContext> = new Set(['chat', 'switcher']);

/** The bindings with the keys that the person wants. */
export class Keymap {
	readonly bindings: readonly Binding[];
	readonly #byContext: ReadonlyMap<KeyContext, ReadonlyMap<string, Bound>>;

	constructor(changes: KeyChanges = {}) {
		this.bindings = BINDINGS.map(binding => ({...binding, keys: changes[binding.id] ?? binding.keys}));
		this.#byContext = new Map(KEY_CONTEXTS.map(context => [context, boundKeys(this.bindings, context)]));
	}

	/** What `input` means now. A key without a meaning gives nothing. */
	intentsFor(input: Input, {context, escapeArmed}: KeyState): readonly Intent[] {
		if (input.type === 'key') return this.#pressed(keyName(input), context);
		if (input.type === 'mouse' || input.type === 'focus') return [];
		if (input.type === 'text' && escapeArmed && /^[1-9]/.test(input.text)) {
			const rest = input.text.slice(1);
			return [...this.#pressed(`alt+${input.text[0]}`, context), ...(rest === '' ? [] : insertion(rest))];
		}
		if (WRITING.has(context)) return insertion(input.text);
		return input.type === 'text' ? this.#pressed(input.text, context) : [];
	}

	/** How the first key for this is written; empty if there is none. */
	label(id: string): string {
		const [key] = this.bindings.find(binding => binding.id === id)?.keys ?? [];
		return key === undefined ? '' : describeKey(key);
	}

	/** All that the help page says, in the order of the table. */
	helpSections(): readonly HelpSection[] {
		const groups = [...new Set(this.bindings.map(binding => binding.group))];
		return groups.map(group => ({
			group,
			entries: this.bindings
				.filter(binding => binding.group === group && binding.keys.length > 0)
				.map(binding => ({id: binding.id, keys: describeKeys(binding), help: binding.help})),
		}));
	}

	/** The few keys that the status bar shows: the first key and a word or two. */
	statusHints(context: KeyContext, hasUnread: boolean): readonly Hint[] {
		return this.bindings.flatMap(({contexts, keys: [key], hint, needsUnread}) =>
			key !== undefined && hint !== undefined && contexts.includes(context) && (hasUnread || !needsUnread)
				? [{key: describeKey(key), hint}]
				: [],
		);
	}

	#pressed(name: string, context: KeyContext): readonly Intent[] {
		const keys = this.#byContext.get(context);
		// With caps lock on, Alt-A arrives as Alt-Shift-A.
		const bound = keys?.get(name) ?? keys?.get(name.replace(/shift\+(?=[a-z]$)/, ''));
		return bound?.binding.intents(bound.index) ?? [];
	}
}

function boundKeys(bindings: readonly Binding[], context: KeyContext): Map<string, Bound> {
	const bound = new Map<string, Bound>();
	for (const binding of bindings) {
		if (!binding.contexts.includes(context)) continue;
		for (const [index, key] of binding.keys.entries()) bound.set(key, {binding, index});
	}
	return bound;
}

const keymaps = new WeakMap<KeyChanges, Keymap>();

/** The keys as this person has them: the same object for as long as they are the same. */
export function keymapOf({settings: {keys}}: Pick<State, 'settings'>): Keymap {
	const known = keymaps.get(keys) ?? new Keymap(keys);
	keymaps.set(keys, known);
	return known;
}

const insertion = (text: string): readonly Intent[] => [{type: 'edit', edit: {edit: 'insert', text}}];

/** `Alt-1…9`, `Ctrl-N · Alt-↓`. */
export function describeKeys({keys}: Pick<Binding, 'keys'>): string {
	const digits = keys.map(key => /^(.*\+)?(\d)$/.exec(key));
	const first = digits[0];
	const isRun = keys.length > 2 && digits.every((match, index) => match?.[2] === String(Number(first?.[2]) + index));
	if (isRun) return `${describeKey(keys[0] as string)}…${digits.at(-1)?.[2]}`;
	return keys.map(describeKey).join(' · ');
}

const KEY_LABELS: Readonly<Record<string, string>> = {
	up: '↑',
	down: '↓',
	left: '←',
	right: '→',
	pageup: 'PgUp',
	pagedown: 'PgDn',
	escape: 'Esc',
	return: 'Enter',
};

/** `Ctrl-N`, `Alt-↓`, `F1`. */
export function describeKey(key: string): string {
	const parts = /^((?:(?:ctrl|alt|shift)\+)*)(.+)$/.exec(key);
	const name = parts?.[2] ?? key;
	const modifiers = (parts?.[1] ?? '').split('+').filter(part => part !== '');
	return [...modifiers.map(capitalised), KEY_LABELS[name] ?? capitalised(name)].join('-');
}

const capitalised = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);
