/** What the system says of files, for a program and for a person. */
import type {TransferError} from '../../api/files.ts';
import {describeError} from '../../base/errors.ts';
import {errorCode} from '../directory.ts';
import {FileFailure} from './kept.ts';

type Code = TransferError['code'];

/** What was being done when it happened. */
type Doing = 'read' | 'write';

/** System error → what it means when reading, when writing, and the words for it. `%` is the path. */
const MEANINGS: Readonly<Record<string, readonly [Code, Code, string]>> = {
	ENOSPC: ['io', 'disk-full', 'The disk is full: make room for % and resume'],
	EDQUOT: ['io', 'disk-full', 'Your share of the disk is used up: make room for % and resume'],
	EFBIG: ['io', 'too-large', 'This disk cannot hold a file as large as %'],
	EROFS: ['io', 'not-writable', 'The disk is read-only: % cannot be written'],
	EACCES: ['not-readable', 'not-writable', 'Permission denied: %'],
	EPERM: ['not-readable', 'not-writable', 'Not permitted: %'],
	ENOENT: ['not-readable', 'no-folder', 'There is no %'],
	ENOTDIR: ['not-readable', 'no-folder', 'A part of the path is not a folder: %'],
	EEXIST: ['io', 'no-folder', 'There is a file in the place of a folder: %'],
	EISDIR: ['not-readable', 'not-writable', 'That is a folder: %'],
	ELOOP: ['not-readable', 'not-writable', 'That is a link, which is not followed: %'],
	EMLINK: ['not-readable', 'not-writable', 'That is a link, which is not followed: %'],
	ENAMETOOLONG: ['not-readable', 'not-writable', 'The path is too long for this disk: %'],
	ENXIO: ['not-readable', 'not-writable', 'That is not a file: %'],
	EMFILE: ['io', 'io', 'Too many files are open to open %'],
	EIO: ['io', 'io', 'The disk reports an error at %'],
};

/** The same error if it is one of these already. `path`: shown to the person; `wasThere`: it is one that we have seen. */
export function failureOf(error: unknown, doing: Doing, path: string, wasThere = true): FileFailure {
	if (error instanceof FileFailure) return error;
	const meaning = MEANINGS[errorCode(error)];
	if (meaning === undefined) return new FileFailure('io', `${path}: ${describeError(error)}`, error);
	const [reading, writing, words] = meaning;
	const since = wasThere && errorCode(error) === 'ENOENT' ? ' (any more)' : '';
	return new FileFailure(doing === 'read' ? reading : writing, words.replace('%', () => path) + since, error);
}
