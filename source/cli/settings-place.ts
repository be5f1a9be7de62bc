/** Where the settings file is. */
import path from 'node:path';
import {defaultSettingsFile, type Machine} from './directories.ts';

/** The file that was asked for, or the usual one. */
export function settingsPath(given: string | undefined, machine: Machine): string {
	return given === undefined ? defaultSettingsFile(machine) : path.resolve(given);
}
