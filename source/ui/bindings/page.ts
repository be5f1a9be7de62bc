/** On a page that takes the place of the panes. */
import {always, type Binding} from './types.ts';

export const PAGE: readonly Binding[] = [
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
