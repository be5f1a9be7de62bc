/**
 * Every key and what it does, as data. The dispatcher, the help page and the status bar all read this one table, so
 * what help says is what happens.
 */
import type {Edit, Intent} from '../store/intent.ts';

/** What the keys act on. `page` is help or any other view that takes the whole screen. */
export type KeyContext = 'chat' | 'switcher' | 'page';

export type Binding = {
	readonly id: string;
	/** Names as `keyName` gives them. */
	readonly keys: readonly string[];
	readonly contexts: readonly KeyContext[];
	readonly group: 'Rooms' | 'Messages' | 'Writing' | 'Screen' | 'In the list (Ctrl-K)' | 'On a page';
	/** What it does, in a few words that follow the key on the help page. */
	readonly help: string;
	/** A word or two for the status bar, for the few that belong there. */
	readonly hint?: string;
	/** The status bar names it only while something is unread. */
	readonly needsUnread?: true;
	/** `index` is the position in `keys` of the key that was pressed. */
	readonly intents: (index: number) => readonly Intent[];
};

const CHAT = ['chat'] as const;
const LINE = ['chat', 'switcher'] as const;
const ANY = ['chat', 'switcher', 'page'] as const;

const edit = (name: Exclude<Edit['edit'], 'insert'>) => (): readonly Intent[] => [{type: 'edit', edit: {edit: name}}];
const always =
	(...intents: readonly Intent[]) =>
	(): readonly Intent[] =>
		intents;

const ROOM_KEYS = ['1', '2', '3', '4', '5', '6', '7', '8', '9'].map(digit => `alt+${digit}`);

const ROOMS: readonly Binding[] = [
	{
		id: 'room',
		keys: ROOM_KEYS,
		contexts: ANY,
		group: 'Rooms',
		help: 'go to that room (or Esc, then the digit)',
		intents: index => [{type: 'go', to: {by: 'index', index}}],
	},
	{
		id: 'next-room',
		keys: ['ctrl+n', 'alt+down'],
		contexts: CHAT,
		group: 'Rooms',
		help: 'next room',
		intents: always({type: 'go', to: {by: 'step', step: 1}}),
	},
	{
		id: 'previous-room',
		keys: ['ctrl+p', 'alt+up'],
		contexts: CHAT,
		group: 'Rooms',
		help: 'previous room',
		intents: always({type: 'go', to: {by: 'step', step: -1}}),
	},
	{
		id: 'next-unread',
		keys: ['alt+a'],
		contexts: CHAT,
		group: 'Rooms',
		help: 'next room with something unread',
		hint: 'next unread',
		needsUnread: true,
		intents: always({type: 'go', to: {by: 'unread'}}),
	},
	{
		id: 'last-room',
		keys: ['alt+/'],
		contexts: CHAT,
		group: 'Rooms',
		help: 'the room you were in before',
		intents: always({type: 'go', to: {by: 'last'}}),
	},
	{
		id: 'open-switcher',
		keys: ['ctrl+k'],
		contexts: ['chat', 'page'],
		group: 'Rooms',
		help: 'go to a room by its name',
		hint: 'go to…',
		intents: always({type: 'switcher', open: true}),
	},
];

const LIST: readonly Binding[] = [
	{
		id: 'close-switcher',
		keys: ['escape', 'ctrl+k'],
		contexts: ['switcher'],
		group: 'In the list (Ctrl-K)',
		help: 'close the list of rooms',
		hint: 'close',
		intents: always({type: 'switcher', open: false}),
	},
	{
		id: 'next-choice',
		keys: ['down', 'tab', 'ctrl+n'],
		contexts: ['switcher'],
		group: 'In the list (Ctrl-K)',
		help: 'next in the list',
		hint: 'next',
		intents: always({type: 'complete', step: 1}),
	},
	{
		id: 'previous-choice',
		keys: ['up', 'shift+tab', 'ctrl+p'],
		contexts: ['switcher'],
		group: 'In the list (Ctrl-K)',
		help: 'previous in the list',
		intents: always({type: 'complete', step: -1}),
	},
	{
		id: 'choose',
		keys: ['return'],
		contexts: ['switcher'],
		group: 'In the list (Ctrl-K)',
		help: 'go to the chosen room',
		hint: 'go',
		intents: always({type: 'submit'}),
	},
];

const MESSAGES: readonly Binding[] = [
	{
		id: 'send',
		keys: ['return'],
		contexts: CHAT,
		group: 'Messages',
		help: 'send, or run the command',
		intents: always({type: 'submit'}),
	},
	{
		id: 'scroll-up',
		keys: ['pageup'],
		contexts: CHAT,
		group: 'Messages',
		help: 'a page up, to older messages',
		intents: always({type: 'scroll', pages: 1}),
	},
	{
		id: 'scroll-down',
		keys: ['pagedown'],
		contexts: CHAT,
		group: 'Messages',
		help: 'a page down',
		intents: always({type: 'scroll', pages: -1}),
	},
	{
		id: 'scroll-to-end',
		keys: ['ctrl+end', 'alt+end'],
		contexts: CHAT,
		group: 'Messages',
		help: 'to the newest message',
		intents: always({type: 'scroll-to-end'}),
	},
];

const WRITING: readonly Binding[] = [
	{
		id: 'complete',
		keys: ['tab'],
		contexts: CHAT,
		group: 'Writing',
		help: 'complete a name, room or command',
		intents: always({type: 'complete', step: 1}),
	},
	{
		id: 'complete-back',
		keys: ['shift+tab'],
		contexts: CHAT,
		group: 'Writing',
		help: 'the completion before',
		intents: always({type: 'complete', step: -1}),
	},
	{
		id: 'new-line',
		keys: ['alt+return', 'ctrl+j', 'shift+return'],
		contexts: CHAT,
		group: 'Writing',
		help: 'a new line without sending',
		intents: always({type: 'edit', edit: {edit: 'insert', text: '\n'}}),
	},
	{id: 'older-line', keys: ['up'], ...line('an older line of yours', 'history-previous', CHAT)},
	{id: 'newer-line', keys: ['down'], ...line('a newer line of yours', 'history-next', CHAT)},
	{id: 'left', keys: ['left', 'ctrl+b'], ...line('a character left', 'left')},
	{id: 'right', keys: ['right', 'ctrl+f'], ...line('a character right', 'right')},
	{id: 'word-left', keys: ['alt+b', 'ctrl+left', 'alt+left'], ...line('a word left', 'word-left')},
	{id: 'word-right', keys: ['alt+f', 'ctrl+right', 'alt+right'], ...line('a word right', 'word-right')},
	{id: 'start', keys: ['home', 'ctrl+a'], ...line('to the start of the line', 'start')},
	{id: 'end', keys: ['end', 'ctrl+e'], ...line('to the end of the line', 'end')},
	{id: 'delete-back', keys: ['backspace', 'shift+backspace'], ...line('delete the character before', 'delete-back')},
	{
		id: 'delete-forward',
		keys: ['delete', 'ctrl+d'],
		...line('delete the character under the cursor', 'delete-forward'),
	},
	{
		id: 'delete-word-back',
		keys: ['ctrl+w', 'alt+backspace', 'ctrl+backspace'],
		...line('delete the word before', 'delete-word-back'),
	},
	{id: 'delete-to-start', keys: ['ctrl+u'], ...line('delete to the start', 'delete-to-start')},
	{id: 'delete-to-end', keys: ['alt+k'], ...line('delete to the end', 'delete-to-end')},
];

function line(
	help: string,
	name: Exclude<Edit['edit'], 'insert'>,
	contexts: readonly KeyContext[] = LINE,
): Omit<Binding, 'id' | 'keys'> {
	return {contexts, group: 'Writing', help, intents: edit(name)};
}

const SCREEN: readonly Binding[] = [
	{
		id: 'help',
		keys: ['f1', 'alt+?'],
		contexts: ANY,
		group: 'Screen',
		help: 'this help (also /help)',
		hint: 'help',
		intents: always({type: 'view', view: 'help'}),
	},
	{
		id: 'peers',
		keys: ['f2'],
		contexts: ANY,
		group: 'Screen',
		help: 'everyone you know of (also /peers)',
		intents: always({type: 'view', view: 'peers'}),
	},
	{
		id: 'toggle-rooms',
		keys: ['alt+r'],
		contexts: CHAT,
		group: 'Screen',
		help: 'show or hide the left side',
		intents: always({type: 'toggle-pane', pane: 'rooms'}),
	},
	{
		id: 'toggle-network',
		keys: ['alt+n'],
		contexts: CHAT,
		group: 'Screen',
		help: 'show or hide the network or the traffic',
		intents: always({type: 'toggle-pane', pane: 'network'}),
	},
	{
		id: 'back',
		keys: ['escape'],
		contexts: CHAT,
		group: 'Screen',
		help: 'take away a notice; with a digit after it, to that room',
		intents: always({type: 'back'}),
	},
	{
		id: 'redraw',
		keys: ['ctrl+l'],
		contexts: ANY,
		group: 'Screen',
		help: 'draw the screen again',
		intents: always({type: 'redraw'}),
	},
	{
		id: 'suspend',
		keys: ['ctrl+z'],
		contexts: ANY,
		group: 'Screen',
		help: 'back to the shell until you say fg there',
		intents: always({type: 'suspend'}),
	},
	{
		id: 'interrupt',
		keys: ['ctrl+c'],
		contexts: ANY,
		group: 'Screen',
		help: 'clear the line; twice: leave (also /quit)',
		intents: always({type: 'interrupt'}),
	},
];

const PAGE: readonly Binding[] = [
	{
		id: 'close-page',
		keys: ['escape', 'q', 'return'],
		contexts: ['page'],
		group: 'On a page',
		help: 'back to the chat',
		hint: 'back',
		intents: always({type: 'back'}),
	},
	{
		id: 'page-up',
		keys: ['pageup'],
		contexts: ['page'],
		group: 'On a page',
		help: 'up',
		intents: always({type: 'scroll', pages: 1}),
	},
	{
		id: 'page-down',
		keys: ['pagedown'],
		contexts: ['page'],
		group: 'On a page',
		help: 'down',
		intents: always({type: 'scroll', pages: -1}),
	},
];

export const BINDINGS: readonly Binding[] = [...ROOMS, ...MESSAGES, ...WRITING, ...SCREEN, ...LIST, ...PAGE];
