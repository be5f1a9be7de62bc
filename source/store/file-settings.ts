/**
 * What a person may choose about files. Each is a text as people write it, so that the settings file, options and
 * commands read the same; an empty one is as usual.
 */
import type {AcceptRule, FileSettings} from '../api/files.ts';
import {bytesText, parseBytes, parseRate} from '../base/amounts.ts';

export const FILE_SETTING_NAMES = [
	'files.folder',
	'files.accept',
	'files.maxUpload',
	'files.maxDownload',
	'files.quota',
] as const;
export type FileSettingName = (typeof FILE_SETTING_NAMES)[number];
export type FileTexts = {readonly [Name in FileSettingName]: string};

export const DEFAULT_FILE_TEXTS: FileTexts = {
	'files.folder': '',
	'files.accept': '',
	'files.maxUpload': '',
	'files.maxDownload': '',
	'files.quota': '',
};

type FileSettingSpec = {
	/** What it is, in a few words that follow its name. */
	readonly help: string;
	/** For the settings file, and for who wrote something else: what may stand there, as in "it can be". */
	readonly about: string;
	isRight(text: string): boolean;
};

/** For how many people there may be rules. */
export const MAX_ACCEPT_RULES = 256;

/** 0 and these are no limit. */
const NONE = /^(?:|off|none|no|unlimited|0)$/i;

const ABOUT_RATE = 'bytes a second, such as "500kB/s" or "20Mbit/s", or "off" for no limit';

export const FILE_SETTINGS: {readonly [Name in FileSettingName]: FileSettingSpec} = {
	'files.folder': {
		help: 'where files go',
		about: 'a folder, such as "~/Downloads"',
		isRight: text => /^(?:|~|[/~][/\\].*|\/.*|[a-z]:[/\\].*|\\\\.*)$/is.test(text) && !text.includes('\0'),
	},
	'files.accept': {
		help: 'which files are taken without asking',
		about: 'peer ids with a size each, such as "12D3KooW…=20MB", or "*=1MB" for anybody in your rooms',
		isRight: text => parseAccept(text) !== undefined,
	},
	'files.maxUpload': {help: 'how fast files go out', about: ABOUT_RATE, isRight: isLimit},
	'files.maxDownload': {help: 'how fast files come in', about: ABOUT_RATE, isRight: isLimit},
	'files.quota': {
		help: 'how much all that was fetched may take up',
		about: 'an amount, such as "50GB", or "off" for no limit',
		isRight: text => isNoLimit(text) || parseBytes(text) !== undefined,
	},
};

function isLimit(text: string): boolean {
	return isNoLimit(text) || parseRate(text) !== undefined;
}

/** `files.maxUpload`, however it is written: `maxupload`, `max-upload`, `Files.MaxUpload`. */
export function fileSettingNamed(written: string): FileSettingName | undefined {
	const plain = written.replaceAll(/[-_ ]/g, '').toLowerCase();
	return FILE_SETTING_NAMES.find(name => name.toLowerCase() === plain || name.toLowerCase() === `files.${plain}`);
}

/** One rule as it is written, `<peer id>=20MB` or `*=1MB`; undefined if it is none. */
export function parseAcceptRule(text: string): AcceptRule | undefined {
	const match = /^(\*|12D3KooW[1-9A-HJ-NP-Za-km-z]{44})=(.+)$/s.exec(text.trim());
	const bytes = match === null ? undefined : parseBytes(match[2]!);
	return bytes === undefined ? undefined : {from: match![1]!, bytes};
}

/** Several, with commas or spaces between. */
export function parseAccept(text: string): readonly AcceptRule[] | undefined {
	const parts = text.split(/[\s,]+/).filter(part => part !== '');
	if (parts.length > MAX_ACCEPT_RULES) return undefined;
	const rules = parts.map(parseAcceptRule);
	return rules.includes(undefined) ? undefined : (rules as readonly AcceptRule[]);
}

/** What `parseAccept` reads as these. */
export function acceptText(rules: readonly AcceptRule[]): string {
	return rules.map(({from, bytes}) => `${from}=${bytesText(bytes)}`).join(', ');
}

/** What these mean, but for the folder, which takes knowing where home is. Whatever is not right is as usual. */
export function fileSettingsFrom(texts: FileTexts): Omit<FileSettings, 'folder'> {
	const maxUpload = limitOf(texts['files.maxUpload'], parseRate);
	const maxDownload = limitOf(texts['files.maxDownload'], parseRate);
	const quota = limitOf(texts['files.quota'], parseBytes);
	return {
		accept: parseAccept(texts['files.accept']) ?? [],
		...(maxUpload !== undefined && {maxUpload}),
		...(maxDownload !== undefined && {maxDownload}),
		...(quota !== undefined && {quota}),
	};
}

/** Whether it stands for no limit at all. */
export function isNoLimit(text: string): boolean {
	return NONE.test(text.trim());
}

function limitOf(text: string, parse: (text: string) => number | undefined): number | undefined {
	return isNoLimit(text) ? undefined : parse(text);
}
