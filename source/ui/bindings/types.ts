/** What a binding is, and what its tables are written with. */
import type {Edit, Intent} from '../../store/intent.ts';

/** What the keys act on. `page` is help or any other view that takes the whole screen; `select` while a message is chosen. */
export const KEY_CONTEXTS = ['chat', 'select', 'switcher', 'page'] as const;
export type KeyContext = (typeof KEY_CONTEXTS)[number];

export type Binding = {
	/** Stable: the settings file names it by this. */
	readonly id: string;
	/** Names as `keyName` gives them. */
	readonly keys: readonly string[];
	readonly contexts: readonly KeyContext[];
	readonly group: Group;
	/** What it does, in a few words that follow the key on the help page. */
	readonly help: string;
	/** A word or two for the status bar, for the few that belong there. */
	readonly hint?: string;
	/** The status bar names it only while something is unread. */
	readonly needsUnread?: true;
	/** `index` is the position in `keys` of the key that was pressed. */
	readonly intents: (index: number) => readonly Intent[];
};

export type Group = 'Rooms' | 'Messages' | 'Writing' | 'Screen' | 'On a message' | 'In the list (Ctrl-K)' | 'On a page';

export const CHAT = ['chat'] as const;
export const LINE = ['chat', 'switcher'] as const;
export const ANY = KEY_CONTEXTS;

export const edit = (name: Exclude<Edit['edit'], 'insert'>) => (): readonly Intent[] => [
	{type: 'edit', edit: {edit: name}},
];

export const always =
	(...intents: readonly Intent[]) =>
	(): readonly Intent[] =>
		intents;
