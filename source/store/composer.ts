/**
 * The line in which a person writes: its text, the cursor, the lines sent before, and ways back. Pure; one `Edit` in, one
 * new composer out. The keys are those of readline as far as they are free.
 */
import {changed, continuesWord, type Deed, type Moment, redo, undo, withKill} from './composer-past.ts';
import {offsetAt, placeOf, rowsOf} from './composer-rows.ts';
import {endOf, fitting, homeOf, killEnd, killStart, transposed, wordEnd, wordStart, writable} from './composer-text.ts';
import {boundaryAt, nextBoundary, previousBoundary} from './graphemes.ts';
import type {Edit} from './intent.ts';

/** UTF-8 bytes of the text: as many as one message may carry (MAX_TEXT_BYTES of the wire). */
export const MAX_COMPOSER_BYTES = 16 * 1024;

/** Lines remembered for ↑ and ↓. */
export const MAX_HISTORY = 100;

export type Composer = {
	/** May hold line feeds and tabs, and no other control characters. */
	readonly text: string;
	/** UTF-16 units from the start; always on a grapheme boundary. */
	readonly cursor: number;
	/** Lines sent, the oldest first. */
	readonly history: readonly string[];
	/** Which line of the history is shown; undefined while the person's own draft is. */
	readonly historyIndex: number | undefined;
	/** What was being written when the walk through the history began. */
	readonly draft: string;
	/** True if the last edit did not fit whole: the rest was refused. */
	readonly overflowed: boolean;
	/** To undo and to redo, the nearest last. */
	readonly past: readonly Moment[];
	readonly future: readonly Moment[];
	readonly last: Deed;
	/** What was cut out, the newest first. */
	readonly kills: readonly string[];
	/** What was put back last, and which of the kills that is; it holds while that was the last edit. */
	readonly yanked: {readonly start: number; readonly end: number; readonly index: number} | undefined;
	/** The column in which ↑ and ↓ go, while one follows the other. */
	readonly goal: number;
};

export const EMPTY_COMPOSER: Composer = {
	text: '',
	cursor: 0,
	history: [],
	historyIndex: undefined,
	draft: '',
	overflowed: false,
	past: [],
	future: [],
	last: 'none',
	kills: [],
	yanked: undefined,
	goal: 0,
};

/**
 * Returns the same object when nothing changes, so that nothing is drawn again. `columns` are the cells of a row, for
 * moving up and down.
 */
export function applyEdit(composer: Composer, edit: Edit, columns = Number.POSITIVE_INFINITY): Composer {
	switch (edit.edit) {
		case 'insert':
			return insert(composer, edit.text);
		case 'up':
			return moveRow(composer, -1, columns);
		case 'down':
			return moveRow(composer, 1, columns);
		case 'clear':
			return replaceText(composer, '');
		case 'undo':
			return undo(composer);
		case 'redo':
			return redo(composer);
		case 'yank':
			return yank(composer);
		case 'yank-older':
			return yankOlder(composer);
		case 'transpose':
			return transpose(composer);
		default:
			return moveOrDelete(composer, edit.edit);
	}
}

type Simple = Extract<Edit['edit'], `${string}left` | `${string}right` | 'start' | 'end' | `delete-${string}`>;

function moveOrDelete(composer: Composer, edit: Simple): Composer {
	const {text, cursor} = composer;
	switch (edit) {
		case 'left':
			return moveTo(composer, previousBoundary(text, cursor));
		case 'right':
			return moveTo(composer, nextBoundary(text, cursor));
		case 'word-left':
			return moveTo(composer, wordStart(text, cursor));
		case 'word-right':
			return moveTo(composer, wordEnd(text, cursor));
		case 'start':
			return moveTo(composer, homeOf(text, cursor));
		case 'end':
			return moveTo(composer, endOf(text, cursor));
		case 'delete-back':
			return erase(composer, previousBoundary(text, cursor), cursor);
		case 'delete-forward':
			return erase(composer, cursor, nextBoundary(text, cursor));
		case 'delete-word-back':
			return kill(composer, wordStart(text, cursor), cursor);
		case 'delete-word-forward':
			return kill(composer, cursor, wordEnd(text, cursor));
		case 'delete-to-start':
			return kill(composer, killStart(text, cursor), cursor);
		case 'delete-to-end':
			return kill(composer, cursor, killEnd(text, cursor));
	}
}

/** What is pasted is undone by itself, and not together with the word that was typed before it. */
export function pasteText(composer: Composer, text: string): Composer {
	return insert(composer, text, 'other');
}

/** Empties the composer and remembers its text. The text is exactly what was written. */
export function submitComposer(composer: Composer): {readonly text: string; readonly composer: Composer} {
	const {text, history, kills} = composer;
	const isNews = text.trim() !== '' && history.at(-1) !== text;
	return {
		text,
		composer: {...EMPTY_COMPOSER, kills, history: isNews ? [...history, text].slice(-MAX_HISTORY) : history},
	};
}

/** Puts `text` in place of what stands there, with the cursor behind it: for completion and for a draft. */
export function replaceText(composer: Composer, text: string, deed: Deed = 'other'): Composer {
	if (text === composer.text && composer.historyIndex === undefined) return moveTo(composer, text.length);
	const accepted = fitting(writable(text), MAX_COMPOSER_BYTES, '');
	const joins = deed === 'complete' && composer.last === 'complete';
	const replaced = changed(composer, accepted, accepted.length, deed, joins);
	return {...replaced, historyIndex: undefined, draft: '', overflowed: accepted.length < text.length};
}

function moveTo(composer: Composer, cursor: number): Composer {
	if (cursor === composer.cursor && !composer.overflowed) return composer;
	return {...composer, cursor, overflowed: false, last: 'other'};
}

/** Returns the composer itself if there is nothing to delete. */
function without(composer: Composer, from: number, to: number, deed: Deed, joins: boolean): Composer {
	if (from === to) return moveTo(composer, composer.cursor);
	const text = composer.text.slice(0, from) + composer.text.slice(to);
	// What is left on both sides may join into one grapheme.
	return changed(composer, text, boundaryAt(text, from), deed, joins);
}

function erase(composer: Composer, from: number, to: number): Composer {
	return without(composer, from, to, 'erase', composer.last === 'erase');
}

function kill(composer: Composer, from: number, to: number): Composer {
	const {text, cursor} = composer;
	if (from === to) return moveTo(composer, cursor);
	const kills = withKill(composer, text.slice(from, to), to === cursor ? 'before' : 'after');
	return {...without(composer, from, to, 'kill', false), kills};
}

function insert(composer: Composer, added: string, deed?: Deed): Composer {
	const wanted = writable(added);
	const accepted = fitting(wanted, MAX_COMPOSER_BYTES, composer.text);
	const overflowed = accepted.length < wanted.length;
	if (accepted === '') return overflowed === composer.overflowed ? composer : {...composer, overflowed};
	const before = composer.text.slice(0, composer.cursor) + accepted;
	const text = before + composer.text.slice(composer.cursor);
	const atBoundary = boundaryAt(text, before.length);
	const cursor = atBoundary === before.length ? atBoundary : nextBoundary(text, atBoundary);
	const typed = /\s$/.test(accepted) ? 'space' : 'type';
	const joins = deed === undefined && continuesWord(composer.last, accepted);
	return {...changed(composer, text, cursor, deed ?? typed, joins), overflowed};
}

function yank(composer: Composer): Composer {
	const [newest] = composer.kills;
	return newest === undefined ? composer : yankAt(composer, composer.cursor, newest, 0);
}

function yankAt(composer: Composer, start: number, killed: string, index: number): Composer {
	const length = composer.text.length;
	const done = insert(composer, killed, 'yank');
	return {...done, yanked: {start, end: start + done.text.length - length, index}};
}

/** The piece that was cut before the one just put back takes its place. */
function yankOlder(composer: Composer): Composer {
	const {yanked, kills, last, text, past} = composer;
	if (!yanked || last !== 'yank' || kills.length < 2) return composer;
	const index = (yanked.index + 1) % kills.length;
	const bare = {...composer, text: text.slice(0, yanked.start) + text.slice(yanked.end), cursor: yanked.start};
	// One step with the yank before it.
	return {...yankAt(bare, yanked.start, kills[index] as string, index), past};
}

function transpose(composer: Composer): Composer {
	const swapped = transposed(composer.text, composer.cursor);
	if (!swapped) return composer;
	return changed(composer, swapped.text, boundaryAt(swapped.text, swapped.cursor), 'other');
}

/** Up or down in the text; from its first and last row into the history. */
function moveRow(composer: Composer, step: 1 | -1, columns: number): Composer {
	const {text, cursor, last, goal} = composer;
	const rows = rowsOf(text, columns);
	const place = placeOf(rows, cursor);
	const row = place.row + step;
	if (row < 0 || row >= rows.rows.length) return walkHistory(composer, step);
	const column = last === 'vertical' ? goal : place.column;
	return {...composer, cursor: offsetAt(rows, {row, column}), goal: column, last: 'vertical', overflowed: false};
}

function walkHistory(composer: Composer, step: 1 | -1): Composer {
	const {history, historyIndex, text} = composer;
	const index = (historyIndex ?? history.length) + step;
	if (index < 0 || index > history.length) return composer;
	const draft = historyIndex === undefined ? text : composer.draft;
	const shown = history[index] ?? draft;
	const isDraft = index === history.length;
	return {
		...changed(composer, shown, shown.length, 'walk', composer.last === 'walk'),
		historyIndex: isDraft ? undefined : index,
		draft: isDraft ? '' : draft,
	};
}
