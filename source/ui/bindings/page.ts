/** On a page that takes the place of the panes. */
import {always, type Binding, PAGES} from './types.ts';

/** More pages than there are. */
const ALL = 10_000;

export const PAGE: readonly Binding[] = [
	{
		id: 'close-page',
		keys: ['escape', 'q'],
		contexts: PAGES,
		group: 'On a page',
		help: 'back to the chat',
		hint: 'back',
		intents: always({type: 'back'}),
	},
	{
		id: 'row-up',
		keys: ['up', 'k'],
		contexts: PAGES,
		group: 'On a page',
		help: 'the row above',
		intents: always({type: 'choose-step', step: -1}),
	},
	{
		id: 'row-down',
		keys: ['down', 'j'],
		contexts: PAGES,
		group: 'On a page',
		help: 'the row below',
		intents: always({type: 'choose-step', step: 1}),
	},
	{
		id: 'choose-row',
		keys: ['return'],
		contexts: PAGES,
		group: 'On a page',
		help: 'go to what the row is about',
		intents: always({type: 'choose'}),
	},
	{
		id: 'write-command',
		keys: ['/'],
		// On the network page it filters.
		contexts: PAGES.filter(context => context !== 'network'),
		group: 'On a page',
		help: 'back to the chat, to write a command',
		intents: always({type: 'write-command'}),
	},
	{
		id: 'page-up',
		keys: ['pageup'],
		contexts: PAGES,
		group: 'On a page',
		help: 'up',
		intents: always({type: 'scroll', pages: 1}),
	},
	{
		id: 'page-down',
		keys: ['pagedown'],
		contexts: PAGES,
		group: 'On a page',
		help: 'down',
		intents: always({type: 'scroll', pages: -1}),
	},
	{
		id: 'page-start',
		keys: ['home'],
		contexts: PAGES,
		group: 'On a page',
		help: 'to the top',
		intents: always({type: 'scroll', pages: ALL}),
	},
	{
		id: 'page-end',
		keys: ['end'],
		contexts: PAGES,
		group: 'On a page',
		help: 'to the bottom',
		intents: always({type: 'scroll', pages: -ALL}),
	},
];
