/** What a binding is, and what its tables are written with. */
import type {Edit, Intent} from '../../store/intent.ts';

/**
 * What the keys act on. `page` is help or any other view that takes the whole screen; `select` while a message is chosen;
 * `recall` while the lines sent are searched; `filter` while what a page
 * shows is narrowed by letters; `paste` while a long paste waits for an answer.
 */
export const KEY_CONTEXTS = [
	'chat',
	'select',
	'switcher',
	'page',
	'network',
	'filter',
	'topology',
	'lab',
	'transfers',
	'recall',
	'paste',
] as const;
export type KeyContext = (typeof KEY_CONTEXTS)[number];

/** Where that is, for people. */
export const CONTEXT_NAMES: Readonly<Record<KeyContext, string>> = {
	chat: 'in the chat',
	select: 'on a message',
	switcher: 'in the list',
	page: 'on a page',
	network: 'on the network page',
	filter: 'while filtering',
	topology: 'on the topology page',
	lab: 'in the laboratory',
	transfers: 'on the transfers page',
	recall: 'while searching your lines',
	paste: 'at a long paste',
};

/** Contexts in which characters are written somewhere; in the others they are keys. */
export const WRITING_CONTEXTS: ReadonlySet<KeyContext> = new Set(['chat', 'switcher', 'recall', 'filter']);

/** Whoever is lost presses these: they keep their meaning, whatever the settings say. */
export const RESERVED_KEYS = ['escape', 'ctrl+c'] as const;

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
	/** Where there is no room for all hints, the lowest stay: see `statusHints`. */
	readonly hintRank?: number;
	/** The status bar names it only where there is what it is for. */
	readonly needs?: Need;
	/** `index` is the position in `keys` of the key that was pressed. */
	readonly intents: (index: number) => readonly Intent[];
};

/**
 * Something unread; a message here; a laboratory; files on their way; of the selected one, that it is ours, can be edited, has a
 * link, answers another, offers a file; a chosen file, and that it may be held or go on.
 */
export type Need =
	| 'unread'
	| 'messages'
	| 'lab'
	| 'own'
	| 'editable'
	| 'link'
	| 'answer'
	| 'offer'
	| 'transfers'
	| 'transfer'
	| 'unfinished';

export type Group =
	| 'Rooms'
	| 'Messages'
	| 'Writing'
	| 'Screen'
	| 'On a message'
	| 'In the list'
	| 'On a page'
	| 'On the network page'
	| 'On the topology page'
	| 'In the laboratory'
	| 'On the transfers page'
	| 'Searching your lines'
	| 'A long paste';

export const CHAT = ['chat'] as const;
export const LINE = ['chat', 'switcher'] as const;
/** All pages: some have keys of their own besides. */
export const PAGES = ['page', 'network', 'topology', 'lab', 'transfers'] as const;
export const ANY = KEY_CONTEXTS;

export const edit = (name: Exclude<Edit['edit'], 'insert'>) => (): readonly Intent[] => [
	{type: 'edit', edit: {edit: name}},
];

export const always =
	(...intents: readonly Intent[]) =>
	(): readonly Intent[] =>
		intents;

/** The way back, then what is special here, then help, then the rest. */
export const HINT_RANKS = {back: 0, special: 1, help: 2, usual: 3, seldom: 4} as const;
