/** What the person chooses about the screen, while it runs. */
import type {Command} from '../../api/command.ts';
import type {FileSettings} from '../../api/files.ts';
import {
	DEFAULT_FILE_TEXTS,
	FILE_SETTING_NAMES,
	FILE_SETTINGS,
	type FileSettingName,
	fileSettingsFrom,
} from '../file-settings.ts';
import {absolute} from '../files/paths.ts';
import {notify} from '../reduce/notices.ts';
import {
	SETTING_NAMES,
	SETTINGS,
	type SettingName,
	type Settings,
	type SettingValue,
	type SwitchName,
	valueText,
	valueTexts,
} from '../settings.ts';
import type {State} from '../state.ts';
import type {Stage} from './stage.ts';

/** Shown at once; with `keep` it is told, and is so at the next start too, if anything is kept. */
export function change(stage: Stage, settings: Partial<Settings>, keep: boolean): void {
	const {draft} = stage;
	const {hidden} = draft.state;
	draft.set({
		settings: {...draft.state.settings, ...settings},
		hidden: {
			rooms: settings.sidebar === undefined ? hidden.rooms : !settings.sidebar,
			network: settings.network === undefined ? hidden.network : !settings.network,
		},
	});
	const command = fileCommand(settings, stage.state);
	if (command && stage.state.core.state === 'running') stage.send(command);
	if (!keep) return;
	if (stage.state.keepsSettings) stage.effect({type: 'save', settings});
	const names = [...SETTING_NAMES, ...FILE_SETTING_NAMES].filter(name => name in settings);
	notify(draft, 'info', names.map(name => howItIs(stage.state, name)).join('; '));
}

export function toggle(stage: Stage, setting: SwitchName): void {
	change(stage, {[setting]: !stage.state.settings[setting]}, true);
}

/** What the core has to know of. 0 takes a limit away. */
function fileCommand(changed: Partial<Settings>, {places, usualFolder}: State): Command | undefined {
	const names = FILE_SETTING_NAMES.filter(name => name in changed);
	if (names.length === 0) return undefined;
	const {accept, maxUpload = 0, maxDownload = 0, quota = 0} = fileSettingsFrom({...DEFAULT_FILE_TEXTS, ...changed});
	const folder = changed['files.folder'] ?? '';
	const all = {folder: folder === '' ? usualFolder : absolute(folder, places), accept, maxUpload, maxDownload, quota};
	const told = names.map(name => [name.slice('files.'.length), all[name.slice('files.'.length) as keyof typeof all]]);
	const settings = Object.fromEntries(told.filter(([, value]) => value !== undefined)) as Partial<FileSettings>;
	return Object.keys(settings).length === 0 ? undefined : {command: 'file-settings', settings};
}

type AnyName = SettingName | FileSettingName;

function textOf(settings: Settings, name: AnyName): string {
	const value = settings[name];
	return value === '' ? 'not set' : valueText(value as SettingValue);
}

function howItIs({settings, keepsSettings}: State, name: AnyName): string {
	const since = keepsSettings ? 'from now on' : 'for this run only';
	const means = name === 'mouse' && settings.mouse ? `: ${SETTINGS.mouse.help}` : '';
	return `${name} is ${textOf(settings, name)} ${since}${means}`;
}

const isText = (name: AnyName): name is FileSettingName => (FILE_SETTING_NAMES as readonly string[]).includes(name);

/** How a setting is, and how it could be. */
export function tell(stage: Stage, setting: AnyName): void {
	const now = textOf(stage.state.settings, setting);
	if (isText(setting))
		return notify(
			stage.draft,
			'info',
			`${setting} is ${now}; it can be ${FILE_SETTINGS[setting].about}; - for the default`,
		);
	const others = valueTexts(setting).filter(text => text !== now);
	notify(stage.draft, 'info', `${setting} is ${now}; it can be ${others.join(', ')}`);
}
