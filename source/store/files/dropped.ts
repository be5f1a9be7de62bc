/**
 * Files that are dropped into the terminal: it pastes their paths, each absolute, in quotes or with backslashes before
 * blanks, or as a `file://` address. Pasting a path looks the same, so it is only ever asked about.
 */
import {absolute, firstWord, isAbsolute, type Places, pathOfAddress, unquoted} from './paths.ts';

/** Files of one drop that are asked about; more are better put into a folder. */
export const MAX_DROPPED = 20;
/** UTF-16 units of all their paths. */
const MAX_UNITS = 8_192;

/** Their paths, absolute; none if the text is anything else. */
export function droppedPaths(text: string, places: Places): readonly string[] {
	const line = text.trim();
	if (line === '' || line.length > MAX_UNITS) return [];
	const lines = line.split(/\r?\n/);
	// Some terminals write one to a line, or blanks as they are.
	const whole = lines.map(each => pathOf(each.trim(), places));
	const found: readonly (string | undefined)[] =
		lines.length > 1 || !/\s/.test(line) ? whole : (wordsOf(line, places) ?? whole);
	if (found.length === 0 || found.length > MAX_DROPPED || found.includes(undefined)) return [];
	return [...new Set(found as string[])];
}

/** Undefined if one of the words is no path: then blanks are part of it. */
function wordsOf(line: string, places: Places): readonly string[] | undefined {
	const found: string[] = [];
	let rest = line;
	while (rest !== '') {
		const [word, more] = firstWord(rest);
		const path = word === '' ? undefined : pathOf(word, places);
		if (path === undefined) return undefined;
		found.push(path);
		rest = more;
	}
	return found;
}

function pathOf(word: string, places: Places): string | undefined {
	if (/^["']?file:/i.test(word)) return pathOfAddress(unquoted(word, places));
	const path = unquoted(word, places);
	const isPath = isAbsolute(path) && /[^/\\]/.test(path) && !path.includes('\0');
	return isPath || /^~\/./.test(path) ? absolute(word, places) : undefined;
}
