/** What Tab makes of the word before the cursor, and the list of it that is shown while writing. */
import {type Suggestion, type Suggestions, suggestionsFor} from './complete-suggest.ts';
import type {CommandSpec} from './complete-types.ts';
import {type Composer, replaceText} from './composer.ts';
import type {Completion, State} from './state.ts';

/** The next (or, with −1, the one before) of the words that fit; undefined if none does. */
export function complete(
	state: State,
	composer: Composer,
	step: 1 | -1,
	commands: readonly CommandSpec[],
): {readonly composer: Composer; readonly completion: Completion} | undefined {
	const before = underWay(state, composer);
	const going = before ?? begin(state, composer, commands);
	if (!going || going.choices.length === 0) return undefined;
	const count = going.choices.length;
	const index = before ? (going.index + step + count) % count : step === 1 ? 0 : count - 1;
	const start = going.before + (going.choices[index] as Suggestion).text;
	const changed = replaceText(composer, start + going.after, 'complete');
	return {composer: {...changed, cursor: start.length}, completion: {...going, index, text: changed.text}};
}

/** The list over the composer: what Tab would give, or the one that Tab walks through. */
export type ShownList = Omit<Suggestions, 'start'> & {
	/** What was chosen last; undefined before Tab was pressed. */
	readonly index: number | undefined;
	/** The text before the word. */
	readonly before: string;
};

export function listFor(state: State, composer: Composer, commands: readonly CommandSpec[]): ShownList | undefined {
	const walking = underWay(state, composer);
	if (walking && walking.choices.length > 1) return walking.before === state.hiddenList ? undefined : walking;
	const head = composer.text.slice(0, composer.cursor);
	const found = suggestionsFor(state, head, commands, false);
	if (!found || found.choices.length === 0 || head.slice(0, found.start) === state.hiddenList) return undefined;
	// What is there already need not be offered.
	const [only] = found.choices;
	if (found.choices.length === 1 && only?.text.trimEnd() === head.slice(found.start)) return undefined;
	return {...found, index: undefined, before: head.slice(0, found.start)};
}

function underWay({completion}: State, composer: Composer): Completion | undefined {
	return completion?.text === composer.text ? completion : undefined;
}

function begin(state: State, composer: Composer, commands: readonly CommandSpec[]): Completion | undefined {
	const head = composer.text.slice(0, composer.cursor);
	const found = suggestionsFor(state, head, commands, true);
	if (!found) return undefined;
	const {start, title, choices} = found;
	return {
		before: head.slice(0, start),
		after: composer.text.slice(composer.cursor),
		title,
		choices,
		index: -1,
		text: '',
	};
}
