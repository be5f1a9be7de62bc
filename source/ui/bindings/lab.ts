/** In the laboratory, besides the keys of every page. */
import type {LabPageDeed} from '../../store/pages/lab.ts';
import {always, type Binding} from './types.ts';

type Name = Extract<LabPageDeed['deed'], string>;
type Stepped = Extract<LabPageDeed, {readonly step: 1 | -1}>['deed'];

const HERE = {contexts: ['lab'], group: 'In the laboratory', needs: 'lab'} as const;

export const LAB: readonly Binding[] = [
	{id: 'lab-add', keys: ['a'], hint: 'add', ...deed('add a node', 'add')},
	{id: 'lab-kill', keys: ['K', 'delete'], hint: 'kill', ...deed('kill the chosen node, with no goodbye', 'kill')},
	{id: 'lab-restart', keys: ['r'], ...deed('start it again, with what its disk holds', 'restart')},
	{id: 'lab-mark', keys: [' '], ...deed('mark the chosen node, as one end of a link', 'mark')},
	{id: 'lab-cut', keys: ['x'], ...deed('cut the link between the marked node and the chosen one', 'cut')},
	{id: 'lab-mend', keys: ['m'], ...deed('mend it', 'mend')},
	{id: 'lab-split', keys: ['p'], hint: 'split', ...deed('part the network in two halves', 'split')},
	{id: 'lab-heal', keys: ['h'], hint: 'heal', ...deed('make it one again, cut links too', 'heal')},
	{id: 'lab-say', keys: ['s'], ...deed('the chosen node says something', 'say')},
	{id: 'lab-chatter', keys: ['t'], ...deed('they talk more by themselves; after the most, not at all', 'chatter')},
	{
		id: 'lab-compare',
		keys: ['c'],
		hint: 'compare',
		...deed('gossipsub against floodsub, from the same seed', 'compare'),
	},
	{id: 'lab-less-loss', keys: ['l'], ...step('less gets lost', 'loss', -1)},
	{id: 'lab-more-loss', keys: ['L'], ...step('more gets lost', 'loss', 1)},
	{id: 'lab-less-delay', keys: ['d'], ...step('shorter ways', 'delay', -1)},
	{id: 'lab-more-delay', keys: ['D'], ...step('longer ways', 'delay', 1)},
	{id: 'lab-slower', keys: ['-'], ...step('slower', 'speed', -1)},
	{id: 'lab-faster', keys: ['+', '='], ...step('faster', 'speed', 1)},
	{id: 'lab-hold', keys: ['0'], ...deed('hold the clock, or let it go', 'hold')},
];

type Rest = Omit<Binding, 'id' | 'keys'>;

function deed(help: string, name: Exclude<Name, Stepped>): Rest {
	return {...HERE, help, intents: always({type: 'page', deed: {page: 'lab', deed: name}})};
}

function step(help: string, name: Stepped, by: 1 | -1): Rest {
	return {...HERE, help, intents: always({type: 'page', deed: {page: 'lab', deed: name, step: by}})};
}
