/** What Tab makes of a line in a terminal that can do it. */
import {lastWord} from '../store/composer-text.ts';
import {people} from '../store/selectors.ts';
import type {State} from '../store/state.ts';
import {SLASH_COMMANDS} from '../ui/slash.ts';
import {PLAIN_COMMANDS} from './commands.ts';

/** Whole lines that the line may become. */
export function completions(line: string, state: State): readonly string[] {
	const word = lastWord(line);
	const before = line.slice(0, line.length - word.length);
	return choices(before, word, state)
		.filter(choice => choice.toLowerCase().startsWith(word.toLowerCase()))
		.map(choice => `${before}${choice} `);
}

function choices(before: string, word: string, state: State): readonly string[] {
	if (before === '' && word.startsWith('/')) {
		const names = [
			...PLAIN_COMMANDS.map(({names: [name]}) => name),
			...SLASH_COMMANDS.filter(each => !each.isHidden).map(({name}) => name),
		];
		return [...new Set(names)].map(name => `/${name}`).sort();
	}
	if (word === '') return [];
	const rooms = state.rooms.filter(room => room.peer === undefined).map(room => room.label);
	const names = people(state).map(({name}) => (before === '' ? `${name}:` : word.startsWith('@') ? `@${name}` : name));
	return word.startsWith('#') || word.startsWith('@') ? [...rooms, ...names] : names;
}
