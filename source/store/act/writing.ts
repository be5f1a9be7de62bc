/** Writing: what is done to the line, and what becomes of it. */
import {complete} from '../complete.ts';
import {submitComposer} from '../composer.ts';
import {notify, notifyRefused} from '../reduce/notices.ts';
import {coreText, type Stage} from './stage.ts';

export function submit(stage: Stage): void {
	const {draft} = stage;
	const {text: line} = stage.composer;
	const text = withoutLastLines(line);
	if (text.trim() === '') return;
	const meaning = stage.around.parseLine(text, draft.state);
	if (!meaning.ok) return notifyRefused(draft, meaning.message, line);
	// What cannot be sent now stays where it is.
	const needsCore = meaning.intents.some(intent => intent.type === 'command');
	if (needsCore && draft.state.core.state !== 'running') return notify(draft, 'error', coreText(draft.state));
	stage.edit(composer => submitComposer(composer).composer);
	// Only the very next line may answer the question.
	draft.set({completion: undefined, notice: undefined, forgetting: undefined});
	stage.typed = {room: draft.state.active, line};
	for (const intent of meaning.intents) stage.perform(intent);
	stage.typed = undefined;
}

/** Line feeds at the end, and what is blank around them, come from pasting, not from writing. */
function withoutLastLines(text: string): string {
	const trimmed = text.trimEnd();
	return text.slice(trimmed.length).includes('\n') ? trimmed : text;
}

export function completeWord(stage: Stage, step: 1 | -1): void {
	const found = complete(stage.state, stage.composer, step, stage.around.commands);
	if (!found) return;
	stage.edit(() => found.composer);
	stage.draft.set({completion: found.completion});
}
