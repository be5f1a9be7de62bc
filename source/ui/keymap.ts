/** From an input to what it means, and from the table of bindings to what help and status bar say. */
import type {Intent} from '../store/intent.ts';
import {BINDINGS, type Binding, type KeyContext} from './bindings.ts';
import {type Input, keyName} from './input/input.ts';

export {BINDINGS, type Binding, type KeyContext} from './bindings.ts';

export type KeyState = {
	readonly context: KeyContext;
	/** Esc was pressed a moment ago: a digit now means Alt and that digit. */
	readonly escapeArmed: boolean;
};

type Bound = {readonly binding: Binding; readonly index: number};

const byContext: Readonly<Record<KeyContext, ReadonlyMap<string, Bound>>> = {
	chat: boundKeys('chat'),
	switcher: boundKeys('switcher'),
	page: boundKeys('page'),
};

function boundKeys(context: KeyContext): Map<string, Bound> {
	const bound = new Map<string, Bound>();
	for (const binding of BINDINGS) {
		if (!binding.contexts.includes(context)) continue;
		for (const [index, key] of binding.keys.entries()) bound.set(key, {binding, index});
	}
	return bound;
}

/** What `input` means now. A key without a meaning gives nothing. */
export function intentsFor(input: Input, state: KeyState): readonly Intent[] {
	if (input.type === 'key') return pressed(keyName(input), state.context);
	if (input.type === 'text' && state.escapeArmed && /^[1-9]/.test(input.text)) {
		const rest = input.text.slice(1);
		return [...pressed(`alt+${input.text[0]}`, state.context), ...(rest === '' ? [] : insertion(rest))];
	}
	if (state.context !== 'page') return insertion(input.text);
	return input.type === 'text' ? pressed(input.text, state.context) : [];
}

function pressed(name: string, context: KeyContext): readonly Intent[] {
	// With caps lock on, Alt-A arrives as Alt-Shift-A.
	const bound = byContext[context].get(name) ?? byContext[context].get(name.replace(/shift\+(?=[a-z]$)/, ''));
	return bound?.binding.intents(bound.index) ?? [];
}

const insertion = (text: string): readonly Intent[] => [{type: 'edit', edit: {edit: 'insert', text}}];

/** The keys of one group, for a help page. */
export type HelpSection = {
	readonly group: Binding['group'];
	readonly entries: readonly {readonly keys: string; readonly help: string}[];
};

/** All that the help page says, in the order of the table. */
export function helpSections(): readonly HelpSection[] {
	const groups = [...new Set(BINDINGS.map(binding => binding.group))];
	return groups.map(group => ({
		group,
		entries: BINDINGS.filter(binding => binding.group === group).map(binding => ({
			keys: describeKeys(binding),
			help: binding.help,
		})),
	}));
}

/** The few keys that the status bar shows: the first key and a word or two. */
export function statusHints(
	context: KeyContext,
	hasUnread: boolean,
): readonly {readonly key: string; readonly hint: string}[] {
	return BINDINGS.flatMap(({contexts, keys, hint, needsUnread}) =>
		hint !== undefined && contexts.includes(context) && (hasUnread || !needsUnread)
			? [{key: describeKey(keys[0] as string), hint}]
			: [],
	);
}

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
