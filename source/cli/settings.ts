/** The settings with which a screen starts, from the settings file and the command line. */
import type {Settings} from '../store/settings.ts';
import {DEFAULT_SETTINGS} from '../store/settings.ts';
import type {Machine} from './directories.ts';
import type {Options} from './options.ts';
import {parseSettings} from './settings-file.ts';
import {NO_FILE, noSuchFile, readSettingsText, settingsPath} from './settings-place.ts';
import {saveSettings} from './settings-save.ts';

export type LoadedSettings = {
	readonly settings: Settings;
	readonly file: string;
	/** Keeps changes for the next start. Throws UserError if it cannot. Undefined: nothing is to be kept. */
	readonly save: ((changes: Partial<Settings>) => void) | undefined;
};

/**
 * The command line wins over the file, the file over what is usual.
 * @throws UserError if there is no file where one was asked for, or if anything in it is wrong.
 */
export function loadSettings(
	{config, theme, ephemeral}: Pick<Options, 'config' | 'theme' | 'ephemeral'>,
	machine: Machine,
): LoadedSettings {
	const file = settingsPath(config, machine);
	const text = readSettingsText(file);
	if (text === undefined && config !== undefined && file !== NO_FILE) throw noSuchFile(file);
	const kept = text === undefined ? DEFAULT_SETTINGS : parseSettings(text, file);
	const settings = theme === undefined ? kept : {...kept, theme};
	const isKept = !ephemeral && file !== NO_FILE;
	return {settings, file, save: isKept ? changes => saveSettings(file, changes) : undefined};
}
