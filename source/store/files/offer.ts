/** What an entry offers, safe to show. */
import type {OfferedFile} from '../../api/files.ts';
import {sanitizeLine} from '../../base/sanitize.ts';

/** UTF-16 units of a file's name: what file systems take. */
const MAX_NAME = 255;

/** On one line, and never nothing. */
export function fileName(name: string): string {
	const line = sanitizeLine(name.slice(0, MAX_NAME).replaceAll(/\s+/g, ' ').trim());
	return line === '' ? 'a file without a name' : line;
}

export function offerOf({file, name, size, files, isExecutable}: OfferedFile): OfferedFile {
	const amount = (value: number) => (Number.isFinite(value) && value > 0 ? value : 0);
	return {file, name: fileName(name), size: amount(size), files: amount(files), isExecutable};
}
