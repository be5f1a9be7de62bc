/** What was written before, to undo to; and what was cut out, to put back. */
import type {Composer} from './composer.ts';

/** Steps that can be undone, and the UTF-16 units that they may hold. */
export const MAX_STEPS = 200;
const MAX_PAST_TEXT = 256 * 1024;
/** Cut pieces remembered. */
export const MAX_KILLS = 20;

/** A text as it was. */
export type Moment = {readonly text: string; readonly cursor: number};

/**
 * What the last edit was: what belongs together is undone together, and what is cut in one go is put back in one.
 * `space`: typing that ended with a space, after which a word begins anew.
 */
export type Deed = 'none' | 'type' | 'space' | 'erase' | 'kill' | 'yank' | 'walk' | 'complete' | 'vertical' | 'other';

/** The composer with another text: the one before can be had back, unless both are one step. */
export function changed(composer: Composer, text: string, cursor: number, deed: Deed, joins = false): Composer {
	const past = joins ? composer.past : remembered(composer.past, composer);
	return {...composer, text, cursor, past, future: [], last: deed, overflowed: false};
}

export function undo(composer: Composer): Composer {
	const moment = composer.past.at(-1);
	if (!moment) return composer;
	return {...at(composer, moment), past: composer.past.slice(0, -1), future: remembered(composer.future, composer)};
}

export function redo(composer: Composer): Composer {
	const moment = composer.future.at(-1);
	if (!moment) return composer;
	return {...at(composer, moment), past: remembered(composer.past, composer), future: composer.future.slice(0, -1)};
}

function at(composer: Composer, {text, cursor}: Moment): Composer {
	return {...composer, text, cursor, historyIndex: undefined, draft: '', overflowed: false, last: 'other'};
}

function remembered(moments: readonly Moment[], {text, cursor}: Moment): readonly Moment[] {
	const kept = [...moments.slice(1 - MAX_STEPS), {text, cursor}];
	let units = kept.reduce((sum, moment) => sum + moment.text.length, 0);
	while (units > MAX_PAST_TEXT) units -= (kept.shift() as Moment).text.length;
	return kept;
}

/** Whether what is typed now belongs to the word that was typed before it. */
export function continuesWord(last: Deed, added: string): boolean {
	return last === 'type' || (last === 'space' && /^\s/.test(added));
}

/** What is cut right after something else was cut joins it. */
export function withKill({kills, last}: Composer, cut: string, where: 'before' | 'after'): readonly string[] {
	const [newest = '', ...older] = kills;
	if (last !== 'kill') return [cut, ...kills].slice(0, MAX_KILLS);
	return [where === 'before' ? cut + newest : newest + cut, ...older];
}
