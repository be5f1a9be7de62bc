/** Commands about the screen itself. What is set is kept for the next start, unless nothing is kept. */
import {FILE_SETTING_NAMES, FILE_SETTINGS, type FileSettingName, fileSettingNamed} from '../store/file-settings.ts';
import {SETTING_NAMES, type SettingName, settingNamed, valueTexts, valueWritten} from '../store/settings.ts';
import {slowWords} from './slash-files.ts';
import {done, inform, type SlashCommand, type SlashResult, wrong} from './slash-types.ts';

export const SETTING_COMMANDS: readonly SlashCommand[] = [
	{
		name: 'set',
		aliases: ['settings'],
		usage: '/set [setting] [value]',
		help: 'all settings, or one, or change it',
		arguments: [
			{kind: 'setting', isOptional: true},
			{kind: 'value', isOptional: true},
		],
		parse(argument) {
			const [, written = '', value = ''] = /^(\S*)\s*=?\s*(.*)$/.exec(argument) ?? [];
			if (written === '') return done({type: 'view', view: 'settings'});
			const name = settingNamed(written);
			if (name !== undefined) return set(name, value);
			const text = fileSettingNamed(written);
			if (text !== undefined) return setText(text, value);
			if (written === 'keys')
				return done(inform('keys stand in the settings file; in a shell, p2p-tui config shows all'));
			return wrong(unknownWords(written));
		},
	},
	{
		name: 'theme',
		aliases: [],
		usage: '/theme [theme]',
		help: 'other colours',
		arguments: [{kind: 'theme', isOptional: true}],
		parse: value => set('theme', value),
	},
	{
		name: 'mouse',
		aliases: [],
		usage: '/mouse',
		help: 'mouse on or off; text is then selected with Shift',
		parse: () => done({type: 'toggle-setting', setting: 'mouse'}),
	},
];

/** Those that begin so; or else all of them. */
function unknownWords(written: string): string {
	const all = [...SETTING_NAMES, ...FILE_SETTING_NAMES];
	const meant = all.filter(name => name.toLowerCase().startsWith(written.toLowerCase()));
	if (meant.length > 0) return `Which one: ${meant.join(', ')}?`;
	return `There is no setting ${written}; there are ${all.join(', ')}`;
}

const RATES: ReadonlySet<FileSettingName> = new Set(['files.maxUpload', 'files.maxDownload']);

/** The same for one that is a text. Quotes are taken off: blanks need none here, and people write them all the same. */
function setText(name: FileSettingName, written: string): SlashResult {
	if (written === '') return done({type: 'tell-setting', setting: name});
	const [, quoted] = /^"([^"]*)"$/.exec(written) ?? [];
	const value = quoted ?? (written === '-' ? '' : written);
	const slow = RATES.has(name) ? slowWords(value, `/set ${name}`) : undefined;
	if (slow !== undefined) return wrong(slow);
	if (FILE_SETTINGS[name].isRight(value)) return done({type: 'set', settings: {[name]: value}, keep: true});
	return wrong(`${name} can be ${FILE_SETTINGS[name].about}; not ${written}`);
}

/** Without a value: how it is. */
function set(name: SettingName, written: string): SlashResult {
	if (written === '') return done({type: 'tell-setting', setting: name});
	const value = valueWritten(name, written);
	if (value === undefined) return wrong(`${name} can be ${valueTexts(name).join(', ')}; not ${written}`);
	return done({type: 'set', settings: {[name]: value}, keep: true});
}
