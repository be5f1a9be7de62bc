/** The field of the list over the chat: what is written in it narrows the list. */
import {applyEdit, type Composer, EMPTY_COMPOSER} from './composer.ts';
import type {Edit} from './intent.ts';
import type {ListName, Switcher} from './state.ts';

/** UTF-16 units that may stand in the field: no name is longer, and every one of them is looked for. */
export const MAX_QUERY = 100;

export function emptySwitcher(list?: ListName, order?: readonly string[]): Switcher {
	return {query: '', selected: 0, ...(list && {list}), ...(order && {order})};
}

/** What stands in the field, with the cursor and the ways back. */
export function fieldOf({query, field}: Switcher): Composer {
	return field?.text === query ? field : {...EMPTY_COMPOSER, text: query, cursor: query.length};
}

/** With other words, the bar is on the first choice again. Returns the same object when nothing changes. */
export function editField(switcher: Switcher, edit: Edit, kills: readonly string[]): Switcher {
	const before = fieldOf(switcher);
	const field = applyEdit({...before, kills}, fittingEdit(before, edit, kills));
	if (field.text === before.text) return field.cursor === before.cursor ? switcher : {...switcher, field};
	return {...emptySwitcher(switcher.list, switcher.order), query: field.text, field};
}

/** Of what is pasted or put back, the beginning: whatever else was in the clipboard was not meant to be looked for. */
function fittingEdit({text}: Composer, edit: Edit, kills: readonly string[]): Edit {
	const added = edit.edit === 'insert' ? edit.text : edit.edit === 'yank' ? (kills[0] ?? '') : undefined;
	if (added === undefined) return edit;
	const start = added.slice(0, Math.max(0, MAX_QUERY - text.length)).replace(/[\ud800-\udbff]$/, '');
	return {edit: 'insert', text: start.replaceAll(/\s/g, ' ')};
}
