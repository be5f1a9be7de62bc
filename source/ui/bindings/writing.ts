/** In the line in which you write. Where they are free, the keys are those of readline. */
import type {Edit} from '../../store/intent.ts';
import {always, type Binding, CHAT, edit, type KeyContext, LINE} from './types.ts';

/** What is searched for is deleted with the same keys. */
const ANY_LINE: readonly KeyContext[] = [...LINE, 'recall', 'filter'];

const TEXT: readonly Binding[] = [
	{
		id: 'complete',
		keys: ['tab'],
		contexts: CHAT,
		group: 'Writing',
		help: 'complete a name, room, command or :emoji:',
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
	{id: 'older-line', keys: ['up'], ...line('a row up; from the first one, an older line of yours', 'up', CHAT)},
	{id: 'newer-line', keys: ['down'], ...line('a row down; from the last one, a newer line of yours', 'down', CHAT)},
	{
		id: 'recall',
		keys: ['ctrl+r'],
		contexts: CHAT,
		group: 'Writing',
		help: 'search back through what you have sent',
		intents: always({type: 'recall', step: 'start'}),
	},
	{id: 'left', keys: ['left', 'ctrl+b'], ...line('a character left', 'left')},
	{id: 'right', keys: ['right', 'ctrl+f'], ...line('a character right', 'right')},
	{id: 'word-left', keys: ['alt+b', 'ctrl+left', 'alt+left'], ...line('a word left', 'word-left')},
	{id: 'word-right', keys: ['alt+f', 'ctrl+right', 'alt+right'], ...line('a word right', 'word-right')},
	{id: 'start', keys: ['home', 'ctrl+a'], ...line('to the start of the line, then of everything', 'start')},
	{id: 'end', keys: ['end', 'ctrl+e'], ...line('to the end of the line, then of everything', 'end')},
];

const DELETING: readonly Binding[] = [
	{
		id: 'delete-back',
		keys: ['backspace', 'shift+backspace'],
		...line('delete the character before', 'delete-back', ANY_LINE),
	},
	{
		id: 'delete-forward',
		keys: ['delete', 'ctrl+d'],
		...line('delete the character under the cursor', 'delete-forward'),
	},
	{
		id: 'delete-word-back',
		keys: ['ctrl+w', 'alt+backspace', 'ctrl+backspace'],
		...line('cut the word before', 'delete-word-back', ANY_LINE),
	},
	{
		id: 'delete-word-forward',
		keys: ['alt+d', 'ctrl+delete', 'alt+delete'],
		...line('cut the word after', 'delete-word-forward'),
	},
	{id: 'delete-to-start', keys: ['ctrl+u'], ...line('cut to the start of the line', 'delete-to-start', ANY_LINE)},
	{
		id: 'delete-to-end',
		keys: ['alt+k'],
		...line('cut to the end of the line (Ctrl-K in readline)', 'delete-to-end'),
	},
	{id: 'yank', keys: ['ctrl+y'], ...line('put back what was cut', 'yank')},
	{id: 'yank-older', keys: ['alt+y'], ...line('after that: what was cut before it instead', 'yank-older', CHAT)},
	{id: 'transpose', keys: ['ctrl+t'], ...line('swap the two characters at the cursor', 'transpose')},
	{id: 'undo', keys: ['ctrl+_', 'alt+z', 'ctrl+/'], ...line('undo', 'undo')},
	{id: 'redo', keys: ['alt+shift+z'], ...line('redo', 'redo')},
];

const RECALL = {contexts: ['recall'], group: 'Searching your lines'} as const;

const RECALLING: readonly Binding[] = [
	{
		id: 'recall-take',
		keys: ['return', 'tab', 'right', 'end', 'ctrl+e'],
		...RECALL,
		help: 'take the line into yours, without sending it',
		hint: 'take it',
		intents: always({type: 'recall', step: 'take'}),
	},
	{
		id: 'recall-older',
		keys: ['ctrl+r', 'up', 'ctrl+p'],
		...RECALL,
		help: 'an older line',
		hint: 'older',
		intents: always({type: 'recall', step: 'older'}),
	},
	{
		id: 'recall-newer',
		keys: ['ctrl+s', 'ctrl+n', 'down'],
		...RECALL,
		help: 'a newer line',
		hint: 'newer',
		intents: always({type: 'recall', step: 'newer'}),
	},
	{
		id: 'recall-leave',
		keys: ['escape', 'ctrl+g'],
		...RECALL,
		help: 'back to what you were writing',
		hint: 'back',
		intents: always({type: 'recall', step: 'leave'}),
	},
];

const PASTE = {contexts: ['paste'], group: 'A long paste'} as const;

const PASTING: readonly Binding[] = [
	{
		id: 'paste-take',
		keys: ['return'],
		...PASTE,
		help: 'put it into your line, without sending it',
		hint: 'paste',
		intents: always({type: 'held-paste', take: true}),
	},
	{
		id: 'paste-drop',
		keys: ['escape', 'ctrl+g'],
		...PASTE,
		help: 'drop it',
		hint: 'drop it',
		intents: always({type: 'held-paste', take: false}),
	},
];

export const WRITING: readonly Binding[] = [...TEXT, ...DELETING, ...RECALLING, ...PASTING];

function line(
	help: string,
	name: Exclude<Edit['edit'], 'insert'>,
	contexts: readonly KeyContext[] = LINE,
): Omit<Binding, 'id' | 'keys'> {
	return {contexts, group: 'Writing', help, intents: edit(name)};
}
