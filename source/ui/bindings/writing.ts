/** In the line in which you write. */
import type {Edit} from '../../store/intent.ts';
import {always, type Binding, CHAT, edit, type KeyContext, LINE} from './types.ts';

export const WRITING: readonly Binding[] = [
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
