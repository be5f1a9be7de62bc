/** The folder that something is fetched into: whether it can be used, and whether it is still the same. */
import {access, constants, realpath, stat} from 'node:fs/promises';
import {failureOf} from './failure.ts';
import {FileFailure} from './kept.ts';
import {makeFolder} from './safe-open.ts';

/** It is made the first time, and links in it are resolved then, and not again: `before` is what came of it. */
export async function usableFolder(folder: string, before: string | undefined): Promise<string> {
	try {
		// One that was there and is not is on a disk that was taken away, perhaps.
		if (folder !== before) await makeFolder(folder);
		const real = await realpath(folder);
		if (folder === before && real !== before)
			throw new FileFailure('no-folder', `A link leads elsewhere now: ${folder}`);
		if (!(await stat(real)).isDirectory()) throw new FileFailure('no-folder', `That is not a folder: ${folder}`);
		await access(real, constants.W_OK | constants.X_OK);
		return real;
	} catch (error) {
		throw failureOf(error, 'write', folder, folder === before);
	}
}

/** Which folder it is: the device that it lies on, and its number there. */
export async function placeOf(folder: string): Promise<string> {
	const {dev, ino} = await stat(folder);
	return `${dev} ${ino}`;
}

/** Both are others. The number alone is another one after a folder was made anew, the device after the system was started anew. */
export function isElsewhere(one: string, other: string): boolean {
	const [device, number] = one.split(' ');
	const [otherDevice, otherNumber] = other.split(' ');
	return device !== otherDevice && number !== otherNumber;
}
