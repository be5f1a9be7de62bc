/** Pasting. Nothing that is pasted is ever sent by itself. */
import {pasteText} from '../composer.ts';
import {askedPaste, excessOf, heldPaste, isLongPaste} from '../composer-paste.ts';
import {notify} from '../reduce/notices.ts';
import {askAboutDrop} from './files.ts';
import {leaveSelection} from './selecting.ts';
import type {Stage} from './stage.ts';

/** `dropped`: so many characters more were pasted than there is any use for. */
export function paste(stage: Stage, text: string, dropped = 0): void {
	const {draft} = stage;
	if (draft.state.view !== 'chat')
		return notify(draft, 'info', 'what is pasted goes into the line: close the page first');
	// It is meant to be written, and not for the message that is selected.
	if (draft.state.selection) leaveSelection(stage);
	const held = askedPaste(draft.state);
	if (!held && !isLongPaste(text)) {
		const isAlone = stage.composer.text === '';
		insert(stage, text);
		return isAlone ? askAboutDrop(stage, text) : undefined;
	}
	draft.set({
		heldPaste: heldPaste(held, {text, dropped}, draft.state.active),
		completion: undefined,
		recall: undefined,
	});
}

export function answerPaste(stage: Stage, take: boolean): void {
	const held = askedPaste(stage.state);
	if (!held) return;
	stage.draft.set({heldPaste: undefined});
	if (take) insert(stage, held.text, held.dropped);
}

function insert(stage: Stage, text: string, dropped = 0): void {
	const excess = excessOf(stage.composer, text) + dropped;
	stage.edit(composer => pasteText(composer, text));
	if (excess === 0) return;
	const count = excess.toLocaleString('en');
	notify(stage.draft, 'warning', `the last ${count} characters were left out: a message holds 16 KiB`);
}
