/** What Tab makes of the word before the cursor: a command, a room, or somebody's name. */
import {type Composer, replaceText} from './composer.ts';
import {holdersOf} from './names.ts';
import {displayName, people} from './selectors.ts';
import type {Completion, State} from './state.ts';

/** The next (or, with −1, the one before) of the words that fit; undefined if none does. */
export function complete(
	state: State,
	composer: Composer,
	step: 1 | -1,
	commands: readonly string[],
): {readonly composer: Composer; readonly completion: Completion} | undefined {
	const before = state.completion;
	const going = before && before.text === composer.text ? before : begin(state, composer, commands);
	if (!going || going.choices.length === 0) return undefined;
	const count = going.choices.length;
	const index = going === before ? (going.index + step + count) % count : step === 1 ? 0 : count - 1;
	const start = going.before + (going.choices[index] as string);
	const changed = replaceText(composer, start + going.after);
	return {composer: {...changed, cursor: start.length}, completion: {...going, index, text: changed.text}};
}

function begin(state: State, composer: Composer, commands: readonly string[]): Completion | undefined {
	const head = composer.text.slice(0, composer.cursor);
	const word = /\S*$/.exec(head)?.[0] ?? '';
	if (word === '') return undefined;
	const before = head.slice(0, head.length - word.length);
	const choices = choicesFor(state, before, word, commands);
	return {before, after: composer.text.slice(composer.cursor), choices, index: -1, text: ''};
}

function choicesFor(state: State, before: string, word: string, commands: readonly string[]): readonly string[] {
	if (before === '' && word.startsWith('/')) {
		return fitting(
			commands.map(command => `/${command}`),
			word,
		).map(choice => `${choice} `);
	}
	const labels = state.rooms.filter(room => room.peer === undefined).map(room => room.label);
	if (word.startsWith('#')) return fitting(labels, word).map(choice => `${choice} `);
	if (/^\/(join|leave|forget)\s+$/.test(before)) {
		return fitting(
			labels.map(label => label.slice(1)),
			word,
		);
	}
	const at = word.startsWith('@') ? '@' : '';
	const isCommand = before.startsWith('/');
	const names = fitting(isCommand ? uniqueNames(state) : namesNear(state), word.slice(at.length));
	const tail = before === '' && at === '' ? ': ' : ' ';
	const after = /^\/msg\s+$/.test(before) ? ' ' : isCommand ? '' : tail;
	return names.map(name => `${at}${name}${after}`);
}

/** Members of the open room first, then everyone else we know. */
function namesNear(state: State): readonly string[] {
	return [...new Set(people(state).map(({name}) => name))];
}

/** The same, such that each is one person: a command has to know whom. */
function uniqueNames(state: State): readonly string[] {
	const everyone = people(state);
	const {self} = state;
	const holders = holdersOf(self ? [...everyone, {peer: self.peerId, name: self.name}] : everyone);
	return everyone.map(({peer, name}) => displayName(holders, peer, name));
}

function fitting(words: readonly string[], start: string): readonly string[] {
	const wanted = start.toLowerCase();
	return words.filter(word => word.toLowerCase().startsWith(wanted));
}
