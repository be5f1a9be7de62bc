/** On the topology page, besides the keys of every page. */
import {always, type Binding} from './types.ts';

const HERE = {contexts: ['topology'], group: 'On the topology page'} as const;

export const TOPOLOGY: readonly Binding[] = [
	{
		id: 'topology-look',
		keys: ['t'],
		...HERE,
		help: 'a table instead of the graph, or the graph again',
		hint: 'graph or table',
		intents: always({type: 'page', deed: {page: 'topology', deed: 'toggle-table'}}),
	},
	{
		id: 'topology-mesh',
		keys: ['r'],
		...HERE,
		help: 'bold is the mesh of the next room, then of all rooms',
		hint: 'next room',
		intents: always({type: 'page', deed: {page: 'topology', deed: 'next-mesh'}}),
	},
	{
		id: 'topology-next',
		keys: ['tab', 'right'],
		...HERE,
		help: 'the next member',
		intents: always({type: 'choose-step', step: 1}),
	},
	{
		id: 'topology-previous',
		keys: ['shift+tab', 'left'],
		...HERE,
		help: 'the member before',
		intents: always({type: 'choose-step', step: -1}),
	},
];
