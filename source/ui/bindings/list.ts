/** In the list over the chat. */
import {always, type Binding} from './types.ts';

export const LIST: readonly Binding[] = [
	{
		id: 'close-switcher',
		keys: ['escape', 'ctrl+k'],
		contexts: ['switcher'],
		group: 'In the list',
		help: 'close the list',
		hint: 'close',
		intents: always({type: 'switcher', open: false}),
	},
	{
		id: 'next-choice',
		keys: ['down', 'tab', 'ctrl+n'],
		contexts: ['switcher'],
		group: 'In the list',
		help: 'next in the list',
		hint: 'next',
		intents: always({type: 'complete', step: 1}),
	},
	{
		id: 'previous-choice',
		keys: ['up', 'shift+tab', 'ctrl+p'],
		contexts: ['switcher'],
		group: 'In the list',
		help: 'previous in the list',
		intents: always({type: 'complete', step: -1}),
	},
	{
		id: 'choose',
		keys: ['return'],
		contexts: ['switcher'],
		group: 'In the list',
		help: 'go there, or do it',
		hint: 'go',
		intents: always({type: 'submit'}),
	},
];
