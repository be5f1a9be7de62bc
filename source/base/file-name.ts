/**
 * What the name of a file becomes that a stranger has sent: one that any of the usual file systems takes, that stays in its
 * folder, and that looks like what it is.
 */
import {sanitizeLine} from './sanitize.ts';

/** UTF-8 bytes that file systems take for one name. */
const MAX_BYTES = 255;

/** UTF-16 units that are looked at: more than enough for `MAX_BYTES`, few enough for any text to be dealt with at once. */
const MAX_UNITS = 1_024;

/** A number with more digits than any that is given: names that are the same before it are so before any other. */
const LARGEST = 99_999;

/** For a name of which nothing is left. */
const NAMELESS = 'file';

/** Separators here and on Windows, and what Windows does not take: wildcards, pipes, and streams beside a file. */
const FORBIDDEN = /[/\\:*?"<>|]/g;

/** What the sanitizer writes for a character that nobody should see. */
const ESCAPE = /\\(?:[nr]|x[0-9a-f]{2}|u[0-9a-f]{4}|u\{[0-9a-f]+\})/g;

/** Devices of Windows, whatever comes after the first dot: https://learn.microsoft.com/windows/win32/fileio/naming-a-file */
const DEVICE = /^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)[ .]*(?:\.|$)/i;

/** An extension, or two as in `.tar.gz`, that is worth keeping when a name is cut. */
const EXTENSION = /(?:\.[\p{L}\p{N}_-]{1,8})?\.[\p{L}\p{N}_-]{1,12}$/u;

/** Most names there are: nothing would be made of them but what they are. */
const HARMLESS = /^[A-Za-z0-9_](?:[A-Za-z0-9_ .,()+=@-]*[A-Za-z0-9_)-])?$/;

/** Each character is one byte, and one as people count them. */
const ASCII = /^[\x20-\x7e]*$/;

const graphemes = new Intl.Segmenter('en', {granularity: 'grapheme'});

/**
 * A name without separators, without characters that a terminal obeys or nobody sees, without a dot or a hyphen in front
 * (hidden files; options), without a dot or a space at the end, and none of a device of Windows. At most `limit` bytes in
 * UTF-8, NFC, never empty. What is taken out leaves an underscore. Twice is the same as once.
 */
export function safeFileName(name: string, limit = MAX_BYTES): string {
	if (name.length <= limit && HARMLESS.test(name) && !DEVICE.test(name)) return name;
	const plain = shorten(name).replace(/\t/g, ' ').replace(FORBIDDEN, '_');
	return cut(guard(visible(plain)), limit);
}

/** The same in every name of a path, and so that no two paths lead to one file, nor through one. */
export function safePaths(paths: readonly (readonly string[])[], limit = MAX_BYTES): string[][] {
	const safe = new SafePaths(limit);
	return paths.map(path => safe.of(path));
}

/** The same for one path after the other. */
export class SafePaths {
	readonly #limit: number;
	readonly #root: Folder;

	constructor(limit = MAX_BYTES) {
		this.#limit = limit;
		this.#root = newFolder(limit);
	}

	of(path: readonly string[]): string[] {
		let folder = this.#root;
		return path.map((name, position) => {
			if (position === path.length - 1) return folder.taken.distinct(safeFileName(name, this.#limit));
			const known = folder.folders.get(name);
			if (known) {
				folder = known.folder;
				return known.name;
			}
			const entry = {
				name: folder.taken.distinct(safeFileName(name, this.#limit)),
				folder: newFolder(this.#limit),
			};
			folder.folders.set(name, entry);
			folder = entry.folder;
			return entry.name;
		});
	}
}

/** The names that are taken in one folder. */
export class TakenNames {
	readonly #limit: number;
	readonly #keys = new Set<string>();
	/** By what names look like once they are numbered, the last number: thousands of the same name need no thousand looks each. */
	readonly #numbers = new Map<string, number>();

	constructor(limit = MAX_BYTES) {
		this.#limit = limit;
	}

	/**
	 * The name, or `name (2).txt` and so on if somebody in the folder is called so: also in other capitals, or written with
	 * other characters of the same meaning, for which many file systems are blind. It is taken from then on.
	 */
	distinct(name: string): string {
		let result = name;
		if (this.#keys.has(nameKey(name))) {
			const series = nameKey(numbered(name, LARGEST, this.#limit));
			let number = this.#numbers.get(series) ?? 1;
			do {
				number++;
				result = numbered(name, number, this.#limit);
			} while (this.#keys.has(nameKey(result)));
			this.#numbers.set(series, number);
		}
		this.#keys.add(nameKey(result));
		return result;
	}
}

/** `name (2).txt`, no longer than `limit` bytes. */
export function numbered(name: string, number: number, limit = MAX_BYTES): string {
	const {stem, extension} = split(name);
	const suffix = ` (${number})`;
	const room = limit - Buffer.byteLength(suffix + extension);
	return `${head(stem, room).trimEnd()}${suffix}${extension}`.trimStart();
}

/** The same for names that one file system or another takes for the same. */
export function nameKey(name: string): string {
	if (ASCII.test(name)) return name.toLowerCase();
	return name.normalize('NFKC').toUpperCase().toLowerCase().normalize('NFKC');
}

type Folder = {
	/** By the name that its author has given it. */
	readonly folders: Map<string, {readonly name: string; readonly folder: Folder}>;
	readonly taken: TakenNames;
};

function newFolder(limit: number): Folder {
	return {folders: new Map(), taken: new TakenNames(limit)};
}

/** The beginning and the end of a name far too long. */
function shorten(name: string): string {
	if (name.length <= MAX_UNITS) return name;
	const end = EXTENSION.exec(name.slice(-32))?.[0] ?? '';
	return name.slice(0, MAX_UNITS) + end;
}

/** Without what nobody should see. What stands behind it may have been fine there and is not behind an underscore. */
function visible(name: string): string {
	for (let text = name; ; ) {
		const next = sanitizeLine(text.normalize('NFC'))
			.replace(ESCAPE, '_')
			.replace(/\p{Zs}/gu, ' ')
			.normalize('NFC');
		if (next === text) return text;
		text = next;
	}
}

/** Nothing in front or at the end that has a meaning beyond the name. */
function guard(name: string): string {
	const bare = name.trim().replace(/[. ]+$/, '');
	if (bare === '') return NAMELESS;
	const plain = bare.replace(/^[.-]/, '_');
	return DEVICE.test(plain) ? `_${plain}` : plain;
}

function cut(name: string, limit: number): string {
	if (Buffer.byteLength(name) <= limit) return name;
	const {stem, extension} = split(name);
	const kept = head(stem, limit - Buffer.byteLength(extension)).trimEnd();
	return guard(extension === '' ? kept : `${kept}${extension}`);
}

function split(name: string): {stem: string; extension: string} {
	const extension = EXTENSION.exec(name)?.[0] ?? '';
	// What is in front of an extension is never nothing.
	if (extension.length === name.length) return {stem: name, extension: ''};
	return {stem: name.slice(0, name.length - extension.length), extension};
}

/** As many whole characters, as people count them, as have room. */
function head(text: string, bytes: number): string {
	if (ASCII.test(text)) return text.slice(0, Math.max(0, bytes));
	let [end, size] = [0, 0];
	for (const {segment} of graphemes.segment(text)) {
		size += Buffer.byteLength(segment);
		if (size > bytes) break;
		end += segment.length;
	}
	return text.slice(0, end);
}
