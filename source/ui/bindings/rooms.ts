/** From room to room. */
import {ANY, always, type Binding, CHAT, PAGES} from './types.ts';

const ROOM_KEYS = ['1', '2', '3', '4', '5', '6', '7', '8', '9'].map(digit => `alt+${digit}`);

export const ROOMS: readonly Binding[] = [
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
		help: 'to what is unread, here first',
		hint: 'next unread',
		needs: 'unread',
		intents: always({type: 'next-unread'}),
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
		contexts: ['chat', 'select', ...PAGES],
		group: 'Rooms',
		help: 'go to a room or a person by name, or find a command',
		hint: 'go to…',
		intents: always({type: 'switcher', open: true}),
	},
];
