/** Ctrl-R: searching back through the lines sent. What is being written stays as it is until a line is taken. */
import {applyEdit, EMPTY_COMPOSER, replaceText} from '../composer.ts';
import {MAX_QUERY, recalled} from '../composer-recall.ts';
import {boundaryAt} from '../graphemes.ts';
import type {Edit, RecallStep} from '../intent.ts';
import {notify} from '../reduce/notices.ts';
import type {Stage} from './stage.ts';

export function recall(stage: Stage, step: RecallStep): void {
	const {draft} = stage;
	const {recall: now, sent} = draft.state;
	switch (step) {
		case 'start':
			if (sent.length === 0) return notify(draft, 'info', 'nothing to search yet: you have not sent a line');
			return draft.set({recall: {query: '', index: 0}, completion: undefined});
		case 'older':
			return move(stage, 1);
		case 'newer':
			return move(stage, -1);
		case 'take': {
			const line = now && recalled(sent, now.query)[now.index]?.line;
			draft.set({recall: undefined});
			if (line !== undefined) stage.edit(composer => replaceText(composer, line));
			return;
		}
		case 'leave':
			return draft.set({recall: undefined});
	}
}

/** At the oldest and at the newest line it stays there. */
function move(stage: Stage, by: 1 | -1): void {
	const {recall: now, sent} = stage.state;
	if (!now) return;
	const last = recalled(sent, now.query).length - 1;
	const index = Math.max(0, Math.min(last, now.index + by));
	if (index !== now.index) stage.draft.set({recall: {...now, index}});
}

/** What is typed is what is searched for; the newest line with it is shown first. */
export function recallEdit(stage: Stage, edit: Edit): void {
	const {recall: now} = stage.state;
	if (!now) return;
	const wanted: Edit = edit.edit === 'insert' ? {...edit, text: edit.text.replaceAll(/\s+/g, ' ')} : edit;
	const {text} = applyEdit({...EMPTY_COMPOSER, text: now.query, cursor: now.query.length}, wanted);
	const query = text.slice(0, boundaryAt(text, Math.min(text.length, MAX_QUERY)));
	if (query !== now.query) stage.draft.set({recall: {query, index: 0}});
}
