/** On the network page, besides the keys of every page. */
import {always, type Binding} from './types.ts';

const HERE = {contexts: ['network'], group: 'On the network page'} as const;
const FILTERING = {contexts: ['filter'], group: 'On the network page'} as const;

export const NETWORK: readonly Binding[] = [
	{
		id: 'sort-next',
		keys: ['s', 'right', '>'],
		...HERE,
		help: 'sort by the next column',
		hint: 'sort',
		intents: always({type: 'page', deed: {page: 'network', deed: 'sort', step: 1}}),
	},
	{
		id: 'sort-previous',
		keys: ['left', '<'],
		...HERE,
		help: 'sort by the column before',
		intents: always({type: 'page', deed: {page: 'network', deed: 'sort', step: -1}}),
	},
	{
		id: 'sort-reverse',
		keys: ['S', 'r'],
		...HERE,
		help: 'the other way round',
		hint: 'reverse',
		intents: always({type: 'page', deed: {page: 'network', deed: 'reverse'}}),
	},
	{
		id: 'filter-peers',
		keys: ['/', 'f'],
		...HERE,
		help: 'show only peers with these letters in name, address, id or room',
		hint: 'filter',
		intents: always({type: 'page', deed: {page: 'network', deed: 'filter'}}),
	},
	{
		id: 'filter-keep',
		keys: ['return', 'down', 'tab'],
		...FILTERING,
		help: 'keep the filter, and go on with keys',
		hint: 'keep it',
		intents: always({type: 'page', deed: {page: 'network', deed: 'filter-keep'}}),
	},
	{
		id: 'filter-clear',
		keys: ['escape', 'ctrl+g'],
		...FILTERING,
		help: 'show all again',
		hint: 'show all',
		intents: always({type: 'page', deed: {page: 'network', deed: 'filter-clear'}}),
	},
];
