/**
 * Paths as people write them: with `~`, quotes, backslashes before blanks as shells want them, and relative to where the
 * program was started. Pure: nothing is looked up.
 */

/** Where paths begin. Absolute, with slashes or, on Windows, backslashes. */
export type Places = {readonly home: string; readonly cwd: string; readonly isWindows?: boolean};

export const NO_PLACES: Places = {home: '/', cwd: '/'};

const QUOTES = /^["']/;
/** What a backslash may stand before to mean it: all that a shell would take for something else. A letter is none of it. */
const ESCAPED = /\\([^\p{L}\p{N}_.])/gu;

/** What stands in quotes, or after backslashes; a quote that is still open ends with the text. */
export function unquoted(written: string, {isWindows = false}: Pick<Places, 'isWindows'> = {}): string {
	if (QUOTES.test(written)) return isWindows ? written.slice(1).replace(/".*$/s, '') : joined(written);
	return isWindows ? written : written.replaceAll(ESCAPED, '$1');
}

/** As a shell joins it: `'it'\\''s'` is it's. */
function joined(written: string): string {
	const parts = written.matchAll(/'([^']*)'?|"((?:[^"\\]|\\.)*)"?|\\(.)|([^'"\\]+)/gsu);
	return Array.from(parts, ([, single, double, escaped, plain]) =>
		double === undefined ? (single ?? escaped ?? plain ?? '') : double.replaceAll(/\\(["\\$`])/g, '$1'),
	).join('');
}

/** An absolute path, of an address of a file too. */
export function absolute(written: string, places: Places): string {
	const path = pathOfAddress(unquoted(written, places)) ?? unquoted(written, places);
	if (isAbsolute(path)) return normal(path);
	if (path === '~' || /^~[/\\]/.test(path)) return normal(`${places.home}/${path.slice(2)}`);
	return normal(`${places.cwd}/${path}`);
}

export function isAbsolute(path: string): boolean {
	return /^(?:\/|[a-z]:[/\\]|\\\\)/i.test(path);
}

/** `file:///home/me/a%20b`, of this machine; undefined for any other, and for what is no address. */
export function pathOfAddress(address: string): string | undefined {
	const [, host = '', path] = /^file:\/\/([^/]*)(\/.+)$/i.exec(address) ?? [];
	if (path === undefined || /[/\\]/.test(host)) return undefined;
	try {
		const decoded = decodeURIComponent(path);
		if (decoded.includes('\0')) return undefined;
		return /^\/[a-z]:/i.test(decoded) ? decoded.slice(1) : decoded;
	} catch {
		return undefined;
	}
}

/** Without `.`, `..` and slashes that say nothing. */
function normal(path: string): string {
	// Those of Windows are put right where they are used.
	if (!path.startsWith('/')) return path.replace(/(?<=[^:])[/\\]+$/, '');
	const parts: string[] = [];
	for (const part of path.split('/')) {
		if (part === '..') parts.pop();
		else if (part !== '' && part !== '.') parts.push(part);
	}
	return `/${parts.join('/')}`;
}

/** The last part of a path. */
export function nameOf(path: string): string {
	return /([^/\\]*)[/\\]*$/.exec(path)?.[1] ?? path;
}

/** The folder in which it lies. */
export function folderOf(path: string): string {
	return path.replace(/[/\\]+[^/\\]*[/\\]*$/, '') || '/';
}

/** `~/Downloads/holiday.mp4`: as short as it can be said. */
export function shortPath(path: string, {home}: Places): string {
	if (home.length > 1 && (path === home || /^[/\\]/.test(path.slice(home.length))) && path.startsWith(home))
		return `~${path.slice(home.length)}`;
	return path;
}

/** `~/My File.pdf` and ` to @bob`, or ` to #dev`: what is sent, and to whom. */
export function splitTarget(argument: string): {readonly path: string; readonly target: string | undefined} {
	const [, quoted, rest] = /^("(?:[^"\\]|\\.)*"|'[^']*')\s*(.*)$/s.exec(argument) ?? [];
	if (quoted !== undefined) {
		const target = /^(?:to\s+)?([@#].+)$/is.exec(rest ?? '')?.[1];
		if (target !== undefined || rest === '') return {path: quoted, target};
	}
	const [, path, target] = /^(.+?)\s+to\s+([@#]\S.*)$/is.exec(argument) ?? [];
	return path === undefined ? {path: argument, target: undefined} : {path, target};
}

/** The word that a line begins with, and the rest: what stands in quotes, or behind backslashes, is one. */
export function firstWord(line: string): readonly [word: string, rest: string] {
	const isQuoted = QUOTES.test(line);
	const quoted = /^(?:"(?:[^"\\]|\\.)*"?|'[^']*'?|\\.|[^\s\\"'])+/s;
	const [word = ''] = (isQuoted ? quoted : /^(?:\\.|[^\s\\])*\\?/s).exec(line) ?? [];
	return [word, line.slice(word.length).trimStart()];
}

/** Of a name that stands in a line: as `unquoted` reads it again, and `splitTarget` does not divide it. */
export function written(name: string, {isWindows = false}: Pick<Places, 'isWindows'> = {}): string {
	if (isWindows) return name;
	const escaped = name.replaceAll(/["'\\]/g, '\\$&');
	return / to [@#]/i.test(escaped) || /^\s|\s$/.test(escaped) ? escaped.replaceAll(' ', '\\ ') : escaped;
}
