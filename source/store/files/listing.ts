/** Completing paths. Reading a folder is an effect: what is in it is asked for once a path is being written, and comes later. */
import type {Suggestion} from '../complete-suggest.ts';
import {argumentAt, type CommandSpec, commandNamed, type NamesOf} from '../complete-types.ts';
import type {State} from '../state.ts';
import {absolute, type Places, splitTarget, unquoted, written as writtenName} from './paths.ts';
import type {ListedItem, Listing} from './transfers.ts';

/** Choices of one folder: more are not looked through by anybody. */
const MAX_CHOICES = 500;

type Fragment = {
	/** As it stands there, the last slash with it; with the quote that it begins with. */
	readonly folder: string;
	/** What is written of a name in it. */
	readonly name: string;
};

function fragmentOf(written: string, {isWindows = false}: Places): Fragment {
	const at = Math.max(written.lastIndexOf('/'), isWindows ? written.lastIndexOf('\\') : -1);
	const start = at >= 0 ? at + 1 : (/^["']/.exec(written)?.[0].length ?? 0);
	return {folder: written.slice(0, start), name: written.slice(start)};
}

/** The folder whose items fit a path that is being written: of `~/Do` home itself. */
export function folderWanted(written: string, places: Places): string {
	const {folder} = fragmentOf(written, places);
	// A quote alone, or nothing: where the program was started.
	return absolute(/^["']?$/.test(folder) ? '.' : folder, places);
}

/** The path that the line before the cursor ends with, if it is one; and whether only folders are meant. */
export function pathBeingWritten(
	head: string,
	commands: readonly CommandSpec[],
	namesOf: NamesOf,
): {readonly written: string; readonly foldersOnly: boolean} | undefined {
	const [, name = '', rest] = /^\/([^/\s]\S*)\s+(.*)$/s.exec(head) ?? [];
	const command = rest === undefined ? undefined : commandNamed(commands, name);
	const at = command && argumentAt(command, rest as string, namesOf);
	if (!at || (at.argument.kind !== 'path' && at.argument.kind !== 'folder')) return undefined;
	if (at.argument.kind === 'path' && namesTarget(at.fragment)) return undefined;
	return {written: at.fragment, foldersOnly: at.argument.kind === 'folder'};
}

/** Behind the path, whom it is for. */
function namesTarget(fragment: string): boolean {
	return / to [@#]\S*$/i.test(fragment) || splitTarget(fragment).target !== undefined;
}

/** What could stand in place of the path, folders first. Undefined if it is none, or nothing is known of its folder. */
export function pathChoices(
	{files, places}: Pick<State, 'files' | 'places'>,
	fragment: string,
	foldersOnly: boolean,
): readonly Suggestion[] | undefined {
	if (!foldersOnly && namesTarget(fragment)) return undefined;
	if (fragment === '~') return [{text: '~/', label: '~/', help: 'home'}];
	const {listing} = files;
	if (listing?.folder !== folderWanted(fragment, places)) return [];
	const {folder, name} = fragmentOf(fragment, places);
	const quote = /^["']/.exec(folder)?.[0];
	const wanted = (quote === undefined ? unquoted(name, places) : name).toLowerCase();
	const fits = (item: ListedItem) =>
		(item.isFolder || !foldersOnly) &&
		item.name.toLowerCase().startsWith(wanted) &&
		(wanted.startsWith('.') || !item.name.startsWith('.'));
	return (listing.items ?? [])
		.filter(fits)
		.slice(0, MAX_CHOICES)
		.map(item => suggestionOf(item, folder, quote, places));
}

function suggestionOf(item: ListedItem, folder: string, quote: string | undefined, places: Places): Suggestion {
	const {isFolder, name} = item;
	const slash = isFolder ? '/' : '';
	const text = quote === undefined ? writtenName(name, places) : name;
	const end = quote !== undefined && !isFolder ? quote : '';
	return {text: folder + text + slash + end, label: `${name}${slash}`, help: isFolder ? 'folder' : '', size: item.size};
}

/** In the order in which they are offered. What cannot be shown on one line is left out: it cannot be chosen by eye either. */
export function listed(folder: string, items: readonly ListedItem[]): Listing {
	const isShown = ({name}: ListedItem) => !/[\p{Cc}\p{Zl}\p{Zp}]/u.test(name);
	const order = (a: ListedItem, b: ListedItem) =>
		Number(b.isFolder) - Number(a.isFolder) || (a.name.toLowerCase() < b.name.toLowerCase() ? -1 : 1);
	return {folder, items: items.filter(isShown).toSorted(order)};
}
