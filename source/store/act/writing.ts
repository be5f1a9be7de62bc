/** Writing: what is done to the line, and what becomes of it. */
import {complete, listFor} from '../complete.ts';
import {emojiNamed} from '../complete-emoji.ts';
import {applyEdit, type Composer, replaceText, submitComposer} from '../composer.ts';
import {withSent} from '../composer-recall.ts';
import {lastWord} from '../composer-text.ts';
import {askedDrop} from '../files/asking.ts';
import {changeFiles} from '../files/transfers.ts';
import type {Edit} from '../intent.ts';
import {editFilter, isFiltering} from '../pages/network.ts';
import {notify, notifyRefused} from '../reduce/notices.ts';
import {editQuery} from './choosing.ts';
import {sendDropped} from './files.ts';
import {recallEdit} from './recalling.ts';
import {composed} from './selecting.ts';
import {coreText, type Stage} from './stage.ts';

export function editLine(stage: Stage, edit: Edit): void {
	for (const each of piecesOf(edit)) editPiece(stage, each);
}

function editPiece(stage: Stage, edit: Edit): void {
	if (stage.state.switcher) return editQuery(stage, edit);
	if (isFiltering(stage.state)) return editFilter(stage, edit);
	if (stage.state.recall) return recallEdit(stage, edit);
	stage.edit(composer => applyEdit(withKills(composer, stage.state.kills), edit, stage.around.writingColumns));
	if (edit.edit === 'insert' && edit.text.endsWith(':')) stage.edit(withEmoji);
	const {kills} = stage.composer;
	if (kills !== stage.state.kills && kills.length > 0) stage.draft.set({kills});
	showList(stage);
}

/** Letters that come together are written word by word, and up to each colon: undone and replaced as if each came alone. */
function piecesOf(edit: Edit): readonly Edit[] {
	if (edit.edit !== 'insert' || edit.text.length > MAX_TYPED) return [edit];
	return edit.text.split(/(?<=:)|(?<=\s)(?=\S)/).map(text => ({edit: 'insert', text}));
}

/** More than that at once nobody has typed. */
const MAX_TYPED = 200;

/** `:tada:` becomes what it means with its last colon; undoing brings the word back. */
function withEmoji(composer: Composer): Composer {
	const {text, cursor} = composer;
	const word = lastWord(text.slice(0, cursor));
	const emoji = /^:[a-z0-9_+-]+:$/i.test(word) ? emojiNamed(word) : undefined;
	if (emoji === undefined) return composer;
	const start = text.slice(0, cursor - word.length) + emoji;
	return {...replaceText(composer, start + text.slice(cursor), 'other'), cursor: start.length};
}

/** What was cut out in one room can be put back in any other. */
function withKills(composer: Composer, kills: readonly string[]): Composer {
	return kills.length === 0 || composer.kills === kills ? composer : {...composer, kills};
}

export function submit(stage: Stage): void {
	const {draft} = stage;
	const {text: line} = stage.composer;
	const text = withoutLastLines(line);
	if (text.trim() === '') return;
	const dropped = askedDrop(stage.state);
	if (dropped) return sendDropped(stage, dropped);
	const meaning = stage.around.parseLine(text, draft.state);
	if (!meaning.ok) return notifyRefused(draft, meaning.message, line);
	// What cannot be sent now stays where it is.
	const needsCore = meaning.intents.some(intent => intent.type === 'command');
	if (needsCore && draft.state.core.state !== 'running') return notify(draft, 'error', coreText(draft.state));
	stage.edit(composer => submitComposer(composer).composer);
	// Only the very next line may answer the question.
	draft.set({completion: undefined, hiddenList: undefined, notice: undefined, forgetting: undefined});
	draft.set({sent: withSent(draft.state.sent, line)});
	const composing = stage.room?.composing;
	stage.typed = {room: draft.state.active, line, ...(composing ? {composing} : {})};
	for (const intent of composed(stage, meaning.intents)) stage.perform(intent);
	stage.typed = undefined;
}

/** Line feeds at the end, and what is blank around them, come from pasting, not from writing. */
function withoutLastLines(text: string): string {
	const trimmed = text.trimEnd();
	return text.slice(trimmed.length).includes('\n') ? trimmed : text;
}

export function completeWord(stage: Stage, step: 1 | -1): void {
	const {listing} = stage.state.files;
	const {text: line} = stage.composer;
	const isRead = listing?.items !== undefined;
	// Whoever is faster than the disk has pressed it all the same.
	if (listing) changeFiles(stage.draft, {listing: {...listing, tab: isRead ? undefined : {line, step}}});
	const found = complete(stage.state, stage.composer, step, stage.around.commands);
	if (!found) return;
	stage.edit(() => found.composer);
	stage.draft.set({completion: found.completion, hiddenList: undefined});
}

/** Puts the list of completions away. False if there is none. */
export function hideList(stage: Stage): boolean {
	const list = listFor(stage.state, stage.composer, stage.around.commands);
	if (list) stage.draft.set({hiddenList: list.before});
	return list !== undefined;
}

/** With another word the list comes back. */
function showList(stage: Stage): void {
	const {hiddenList} = stage.state;
	if (hiddenList === undefined) return;
	const {text, cursor} = stage.composer;
	const isSameWord = cursor > hiddenList.length && text.startsWith(hiddenList);
	if (!isSameWord) stage.draft.set({hiddenList: undefined});
}
