/** On the page of files that come and go, and on that of one of them. */
import type {TransfersDeed} from '../../store/pages/transfers.ts';
import {always, type Binding} from './types.ts';

/** Of one that is held already, the status bar says what the key does then. */
export const PAUSE_HINT = 'pause';

export const TRANSFERS: readonly Binding[] = [
	{
		id: 'transfer-pause',
		keys: ['p', ' '],
		hint: PAUSE_HINT,
		needs: 'unfinished',
		...deed('hold it, go on, or try again', 'pause'),
	},
	{
		id: 'transfer-cancel',
		keys: ['x', 'delete'],
		hint: 'end',
		needs: 'transfer',
		...deed('give it up; asks once more', 'cancel'),
	},
	{id: 'transfer-raise', keys: ['+', '='], hint: 'sooner', needs: 'unfinished', ...deed('before others', 'raise')},
	{id: 'transfer-lower', keys: ['-'], hint: 'later', needs: 'unfinished', ...deed('after others', 'lower')},
	{id: 'transfer-place', keys: ['o'], ...deed('show where it lies, in your file manager', 'place')},
	{id: 'transfer-copy', keys: ['c', 'y'], ...deed('copy where it lies', 'copy')},
];

function deed(help: string, name: TransfersDeed['deed']): Omit<Binding, 'id' | 'keys'> {
	return {
		contexts: ['transfers'],
		group: 'On the transfers page',
		help,
		intents: always({type: 'page', deed: {page: 'transfers', deed: name}}),
	};
}
