/** Pasting. Nothing that is pasted is ever sent by itself. */
import {applyEdit} from '../composer.ts';
import {excessOf, heldPaste, isLongPaste} from '../composer-paste.ts';
import {notify} from '../reduce/notices.ts';
import type {Stage} from './stage.ts';

export function paste(stage: Stage, text: string): void {
	const {draft} = stage;
	const held = draft.state.heldPaste;
	if (!held && !isLongPaste(text)) return insert(stage, text);
	draft.set({heldPaste: heldPaste(held, text), completion: undefined, recall: undefined});
}

export function answerPaste(stage: Stage, take: boolean): void {
	const held = stage.state.heldPaste;
	stage.draft.set({heldPaste: undefined});
	if (held && take) insert(stage, held.text);
}

function insert(stage: Stage, text: string): void {
	const excess = excessOf(stage.composer, text);
	stage.edit(composer => applyEdit(composer, {edit: 'insert', text}));
	if (excess === 0) return;
	const count = excess.toLocaleString('en');
	notify(stage.draft, 'warning', `the last ${count} characters were left out: a message holds 16 KiB`);
}
