/** What Tab makes of a line in a terminal that can do it: the same words as on the screen. */
import {suggestionsFor} from '../store/complete-suggest.ts';
import type {CommandSpec} from '../store/complete-types.ts';
import {wantedFolder} from '../store/files/asking.ts';
import {listed} from '../store/files/listing.ts';
import type {ListedItem} from '../store/files/transfers.ts';
import type {State} from '../store/state.ts';
import {SLASH_COMMANDS} from '../ui/slash.ts';
import {PLAIN_COMMANDS, SCREEN_ONLY} from './commands.ts';

export type Completions = {
	/** What could stand in place of `word`, the end of the line. */
	readonly choices: readonly string[];
	readonly word: string;
};

const OWN: readonly CommandSpec[] = PLAIN_COMMANDS.map(({names: [name = '', ...aliases], ...rest}) => {
	return {name, aliases, ...rest};
});
const COMMANDS: readonly CommandSpec[] = [...OWN, ...SLASH_COMMANDS.filter(({name}) => !SCREEN_ONLY.has(name))];

/** `itemsOf`: what is in a folder, for paths. */
export function completions(
	line: string,
	given: State,
	itemsOf: (folder: string) => readonly ListedItem[] = () => [],
): Completions {
	const folder = wantedFolder(given, line, COMMANDS);
	const state =
		folder === undefined ? given : {...given, files: {...given.files, listing: listed(folder, itemsOf(folder))}};
	const found = suggestionsFor(state, line, COMMANDS, true);
	if (!found) return {choices: [], word: ''};
	const word = line.slice(found.start);
	// Of several emoji, the names are what one can go on writing.
	const isOpen = found.title === 'emoji' && found.choices.length > 1;
	const choices = found.choices.map(({text, help}) => (isOpen ? help : text));
	return {choices: isOpen && !word.startsWith(':') ? choices.map(choice => choice.slice(1)) : choices, word};
}
