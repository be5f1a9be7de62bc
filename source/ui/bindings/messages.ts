/** Sending, and moving through what was said. */
import {always, type Binding, CHAT} from './types.ts';

export const MESSAGES: readonly Binding[] = [
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
