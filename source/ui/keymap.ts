/** From an input to what it means, and from the table of bindings to what help and status bar say. */
import type {Intent} from '../store/intent.ts';
import type {KeyChanges} from '../store/settings.ts';
import type {State} from '../store/state.ts';
import {
	BINDINGS,
	type Binding,
	type Group,
	HINT_RANKS,
	KEY_CONTEXTS,
	type KeyContext,
	type Need,
	RESERVED_KEYS,
	WRITING_CONTEXTS,
} from './bindings/index.ts';
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

/** The bindings with the keys that the person wants. */
export class Keymap {
	readonly bindings: readonly Binding[];
	readonly #byContext: ReadonlyMap<KeyContext, ReadonlyMap<string, Bound>>;

	constructor(changes: KeyChanges = {}) {
		this.bindings = changedBindings(changes);
		this.#byContext = new Map(KEY_CONTEXTS.map(context => [context, boundKeys(this.bindings, context)]));
	}

	/** What `input` means now. A key without a meaning gives nothing. */
	intentsFor(input: Input, {context, escapeArmed}: KeyState): readonly Intent[] {
		if (input.type === 'key') return this.#pressed(keyName(input), context);
		if (input.type === 'mouse' || input.type === 'focus') return [];
		if (input.type === 'text' && escapeArmed && /^[1-9]/.test(input.text)) {
			const rest = input.text.slice(1);
			return [...this.#toRoom(Number(input.text[0]) - 1, context), ...(rest === '' ? [] : insertion(rest))];
		}
		const isInLine = context === 'switcher' || context === 'recall' || context === 'filter';
		if (input.type === 'paste' && !isInLine) return [input];
		if (WRITING_CONTEXTS.has(context)) return insertion(input.text);
		return input.type === 'text' ? this.#pressed(input.text, context) : [];
	}

	/** How the first key for this is written; empty if there is none. */
	label(id: string): string {
		const [key] = this.bindings.find(binding => binding.id === id)?.keys ?? [];
		return key === undefined ? '' : describeKey(key);
	}

	/** All that the help page says, in the order of the table. */
	helpSections(isInLab = true): readonly HelpSection[] {
		const bindings = this.bindings.filter(({needs}) => isInLab || needs !== 'lab');
		const groups = [...new Set(bindings.map(binding => binding.group))];
		return groups.map(group => ({
			group,
			entries: bindings
				.filter(binding => binding.group === group && binding.keys.length > 0)
				.map(binding => ({id: binding.id, keys: describeKeys(binding), help: binding.help})),
		}));
	}

	/** The few keys that the status bar shows, the most important first: a key and a word or two. */
	statusHints(context: KeyContext, given: ReadonlySet<Need>): readonly Hint[] {
		return this.bindings
			.filter(binding => binding.hint !== undefined && binding.keys.length > 0 && binding.contexts.includes(context))
			.filter(({needs}) => needs === undefined || given.has(needs))
			.toSorted((one, other) => hintRank(one, context) - hintRank(other, context))
			.map(({keys: [key], hint}) => ({key: describeKey(key as string), hint: hint as string}));
	}

	/** Esc and a digit: for terminals that keep Alt for themselves, so that it is not about the keys. */
	#toRoom(index: number, context: KeyContext): readonly Intent[] {
		const room = this.bindings.find(({id, contexts}) => id === 'room' && contexts.includes(context));
		return room?.intents(index) ?? [];
	}

	#pressed(name: string, context: KeyContext): readonly Intent[] {
		const keys = this.#byContext.get(context);
		// With caps lock on, Alt-A arrives as Alt-Shift-A; most terminals send the same for Ctrl-/ and Ctrl-_.
		const alike = name.replace(/shift\+(?=[a-z]$)/, '').replace(/^ctrl\+_$/, 'ctrl+/');
		const bound = keys?.get(name) ?? keys?.get(alike);
		return bound?.binding.intents(bound.index) ?? [];
	}
}

function hintRank({hint, hintRank, keys, contexts}: Binding, context: KeyContext): number {
	if (hintRank !== undefined) return hintRank;
	if (hint === 'back' || hint === 'close' || keys[0] === 'escape') return HINT_RANKS.back;
	return contexts.length === 1 && context !== 'chat' ? HINT_RANKS.special : HINT_RANKS.usual;
}

/** The table as the person wants it. The keys for whoever is lost stay, after those that were chosen. */
export function changedBindings(changes: KeyChanges): readonly Binding[] {
	return BINDINGS.map(binding => {
		const wanted = changes[binding.id];
		if (wanted === undefined) return binding;
		const kept = RESERVED_KEYS.filter(key => binding.keys.includes(key) && !wanted.includes(key));
		return {...binding, keys: [...wanted, ...kept]};
	});
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
	' ': 'Space',
};

/** `Ctrl-N`, `Alt-↓`, `F1`. */
export function describeKey(key: string): string {
	const parts = /^((?:(?:ctrl|alt|shift)\+)*)(.+)$/.exec(key);
	const name = parts?.[2] ?? key;
	const modifiers = (parts?.[1] ?? '').split('+').filter(part => part !== '');
	// A character that is typed is what it is: g is not G.
	const label = KEY_LABELS[name] ?? (modifiers.length === 0 && name.length === 1 ? name : capitalised(name));
	return [...modifiers.map(capitalised), label].join('-');
}

const capitalised = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);
