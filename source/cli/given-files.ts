/** The files and folders that a command is to offer. */
import {constants} from 'node:fs';
import {access} from 'node:fs/promises';
import path from 'node:path';
import {UserError} from '../base/errors.ts';
import {errorCode} from '../storage/directory.ts';

/**
 * Their absolute paths: before the first is offered, each has to be there.
 * @throws UserError
 */
export async function givenFiles(files: readonly string[]): Promise<string[]> {
	const paths = files.map(file => path.resolve(file));
	for (const each of paths) {
		await access(each, constants.R_OK).catch(error => {
			const isMissing = errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR';
			throw new UserError(isMissing ? `There is no ${each}` : `${each} cannot be read`, {hint: 'Nothing was offered'});
		});
	}
	return paths;
}
