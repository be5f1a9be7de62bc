/** How files are dealt with, from the command line, the settings file and what is usual on this system. */
import {readFileSync} from 'node:fs';
import path from 'node:path';
import type {CoreConfig, GivenFileSettings} from '../api/core.ts';
import {type FileTexts, fileSettingsFrom} from '../store/file-settings.ts';
import type {Machine} from './directories.ts';
import type {Options} from './options.ts';
import {loadSettings} from './settings.ts';

/** Far more than eight folders with a long comment each. */
const MAX_USER_DIRS = 65_536;

type FileOptions = Pick<
	Options,
	'downloadFolder' | 'accept' | 'maxUpload' | 'maxDownload' | 'config' | 'theme' | 'ephemeral'
>;

/** The configuration of a node that deals with files. Throws as `loadSettings` does. */
export function withFiles(config: CoreConfig, options: FileOptions, machine: Machine): CoreConfig {
	return {...config, files: fileSettings(options, loadSettings(options, machine).settings, machine)};
}

/** For a command that is there for one thing: whatever others offer meanwhile is left alone, whatever the rules say. */
export function withFilesAlone(config: CoreConfig, options: FileOptions, machine: Machine): CoreConfig {
	return withFiles(config, {...options, accept: []}, machine);
}

/** What has an option, too. */
const OPTIONS = ['folder', 'accept', 'maxUpload', 'maxDownload'] as const;

/** The command line wins over the settings. */
export function fileSettings(
	options: Pick<FileOptions, 'downloadFolder' | 'accept' | 'maxUpload' | 'maxDownload'>,
	texts: FileTexts,
	machine: Machine,
): GivenFileSettings {
	const {maxUpload, maxDownload, ...kept} = fileSettingsFrom(texts);
	const up = limitOf(options.maxUpload ?? maxUpload);
	const down = limitOf(options.maxDownload ?? maxDownload);
	const {downloadFolder: folder, accept, ...rates} = options;
	const given = {folder, accept, maxUpload: rates.maxUpload, maxDownload: rates.maxDownload};
	const asked = OPTIONS.filter(key => given[key] !== undefined);
	return {
		...kept,
		folder: folderOf(options, texts['files.folder'], machine),
		...(options.accept && {accept: options.accept}),
		...(up !== undefined && {maxUpload: up}),
		...(down !== undefined && {maxDownload: down}),
		...(asked.length > 0 && {asked}),
	};
}

/** Where they go if no folder is set. */
export function usualFolder(options: Pick<FileOptions, 'downloadFolder'>, machine: Machine): string {
	return folderOf(options, '', machine);
}

/** A shell has put the home folder in already; a settings file and an option with `=` have none. */
function folderOf({downloadFolder}: Pick<FileOptions, 'downloadFolder'>, text: string, machine: Machine): string {
	if (downloadFolder !== undefined) return path.resolve(withHome(downloadFolder, machine.home));
	const chosen = text.trim();
	return chosen === '' ? defaultDownloadFolder(machine) : path.resolve(withHome(chosen, machine.home));
}

function limitOf(rate: number | undefined): number | undefined {
	return rate === Number.POSITIVE_INFINITY ? undefined : rate;
}

function withHome(folder: string, home: string): string {
	return /^~(?=$|[/\\])/.test(folder) ? path.join(home, folder.slice(1)) : folder;
}

/** Nothing is made: whoever puts the first file there makes it. */
export function defaultDownloadFolder(machine: Machine): string {
	const {platform, home, env} = machine;
	const usual = path.join(home, 'Downloads');
	if (platform === 'darwin' || platform === 'win32') return usual;
	const given = env.XDG_DOWNLOAD_DIR || userDirectory('XDG_DOWNLOAD_DIR', machine);
	// The home folder itself stands for having none.
	if (given === undefined || !path.isAbsolute(given) || path.resolve(given) === path.resolve(home)) return usual;
	return path.resolve(given);
}

/** As xdg-user-dirs writes it: `XDG_DOWNLOAD_DIR="$HOME/Downloads"`, in a language of its own that looks like a shell's. */
function userDirectory(name: string, {home, env}: Machine): string | undefined {
	const base = path.isAbsolute(env.XDG_CONFIG_HOME ?? '') ? env.XDG_CONFIG_HOME! : path.join(home, '.config');
	let text: string;
	try {
		text = readFileSync(path.join(base, 'user-dirs.dirs'), 'utf8').slice(0, MAX_USER_DIRS);
	} catch {
		return undefined;
	}
	const values = [...text.matchAll(/^[ \t]*(\w+)[ \t]*=[ \t]*"((?:[^"\\\n]|\\.)*)"/gm)];
	const value = values.findLast(match => match[1] === name)?.[2];
	return value?.replace(/^\$HOME(?=\/|$)/, () => home).replace(/\\(.)/g, '$1');
}
