/** While a message is selected. Letters do what they begin with. */
import type {MessageDeed, SelectTarget} from '../../store/intent.ts';
import {always, type Binding} from './types.ts';

export const SELECT: readonly Binding[] = [
	{
		id: 'select',
		keys: ['shift+up', 'alt+s'],
		contexts: ['chat'],
		group: 'Messages',
		help: 'select a message, to answer it or whatever else',
		hint: 'select',
		needs: 'messages',
		intents: always({type: 'select', to: {by: 'view'}}),
	},
	{id: 'select-older', keys: ['up', 'k', 'shift+up'], ...moving('an older message', {by: 'step', step: 1})},
	{id: 'select-newer', keys: ['down', 'j', 'shift+down'], ...moving('a newer message', {by: 'step', step: -1})},
	{id: 'select-page-up', keys: ['pageup'], ...moving('a page up', {by: 'page', pages: 1})},
	{id: 'select-page-down', keys: ['pagedown'], ...moving('a page down', {by: 'page', pages: -1})},
	{id: 'select-oldest', keys: ['home'], ...moving('the oldest one that is here', {by: 'end', end: 'oldest'})},
	{id: 'select-newest', keys: ['end'], ...moving('the newest one', {by: 'end', end: 'newest'})},
	{
		id: 'get',
		keys: ['g'],
		hint: 'get it',
		needs: 'offer',
		...deed('get the file that it offers, or go on with it', 'get'),
	},
	{id: 'get-into', keys: ['G'], ...deed('get it into another folder', 'get-into')},
	{id: 'reply', keys: ['r'], hint: 'reply', ...deed('reply to it', 'reply')},
	{id: 'react', keys: ['a', '+'], hint: 'react', ...deed('react to it, or take a reaction back', 'react')},
	{id: 'edit-message', keys: ['e'], hint: 'edit', needs: 'editable', ...deed('edit it, if it is yours', 'edit')},
	{
		id: 'redact',
		keys: ['d'],
		hint: 'take back',
		needs: 'own',
		...deed('take it back, if it is yours; asks once more', 'redact'),
	},
	{id: 'copy', keys: ['c', 'y'], hint: 'copy', ...deed('copy its text, or where the file lies', 'copy')},
	{
		id: 'open-link',
		keys: ['o'],
		hint: 'open link',
		needs: 'link',
		...deed('open its link, or show where the file lies', 'open'),
	},
	{id: 'details', keys: ['return', 'i'], hint: 'details', ...deed('all that is known of it', 'details')},
	{
		id: 'quoted',
		keys: ['p'],
		hint: 'what it answers',
		needs: 'answer',
		...deed('go to the message that it answers', 'quoted'),
	},
	{
		id: 'leave-selection',
		keys: ['escape', 'q'],
		contexts: ['select'],
		group: 'On a message',
		help: 'back to writing',
		hint: 'back',
		intents: always({type: 'back'}),
	},
];

function moving(help: string, to: SelectTarget): Omit<Binding, 'id' | 'keys'> {
	return {contexts: ['select'], group: 'On a message', help, intents: always({type: 'select', to})};
}

function deed(help: string, name: MessageDeed): Omit<Binding, 'id' | 'keys'> {
	return {contexts: ['select'], group: 'On a message', help, intents: always({type: 'deed', deed: name})};
}
