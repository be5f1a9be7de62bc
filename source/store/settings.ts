/** What a person may choose about the screen. Each has a name in the settings file and in `/set`. */
import {DEFAULT_FILE_TEXTS, type FileSettingName, type FileTexts} from './file-settings.ts';

export const THEME_NAMES = ['auto', 'dark', 'light', 'contrast', 'ansi', 'mono'] as const;
/**
 * `auto`: light or dark, as the terminal says. `contrast`: for weak eyes and bright rooms. `ansi`: the terminal's own
 * sixteen colours. `mono`: none, as with NO_COLOR.
 */
export type ThemeName = (typeof THEME_NAMES)[number];

/** About which messages of others the person wants to be told while looking elsewhere. */
export const ALERT_LEVELS = ['off', 'mentions', 'all'] as const;
/** `mentions` are messages that name or answer us, and direct ones. */
export type AlertLevel = (typeof ALERT_LEVELS)[number];

/** Keys by the name of what they do: they take the place of the usual ones. */
export type KeyChanges = Readonly<Record<string, readonly string[]>>;

/** Those of files are texts: see `file-settings.ts`. */
export type Settings = FileTexts & {
	readonly theme: ThemeName;
	/** Whether the terminal reports the mouse to us; while it does, selecting text needs Shift. */
	readonly mouse: boolean;
	readonly bell: AlertLevel;
	/** Of the desktop, by way of the terminal. */
	readonly notifications: AlertLevel;
	/** Whether a notification says what was written, or only that something was. */
	readonly notificationText: boolean;
	/** The left side, with rooms and peers; and the network. */
	readonly sidebar: boolean;
	readonly network: boolean;
	readonly keys: KeyChanges;
};

export const DEFAULT_SETTINGS: Settings = {
	theme: 'auto',
	mouse: false,
	bell: 'mentions',
	notifications: 'off',
	notificationText: true,
	sidebar: true,
	network: true,
	...DEFAULT_FILE_TEXTS,
	keys: {},
};

export type SettingName = Exclude<keyof Settings, 'keys' | FileSettingName>;
export type SettingValue = Settings[SettingName];
/** Settings that are on or off. */
export type SwitchName = {[Name in SettingName]: Settings[Name] extends boolean ? Name : never}[SettingName];

type SettingSpec<Value> = {
	readonly values: readonly Value[];
	/** What it is, in a few words that follow its name. */
	readonly help: string;
	/** For the settings file: what its values mean where their names do not say it. */
	readonly about?: string;
};

const SWITCH = [true, false] as const;

/** Everything that can be set but the keys, as data: the settings file, `/set`, completion and help are drawn from it. */
export const SETTINGS: {readonly [Name in SettingName]: SettingSpec<Settings[Name]>} = {
	theme: {
		values: THEME_NAMES,
		help: 'colours',
		about: "auto: dark or light, as the terminal says; ansi: the terminal's own sixteen colours; mono: none",
	},
	mouse: {
		values: SWITCH,
		help: 'wheel and clicks; selecting text with the mouse then needs Shift',
	},
	bell: {
		values: ALERT_LEVELS,
		help: 'ring the bell for messages while you look elsewhere',
		about: 'mentions: messages that name or answer you, direct ones, and files of yours that have come or failed',
	},
	notifications: {
		values: ALERT_LEVELS,
		help: 'the same on the desktop, if the terminal can',
	},
	notificationText: {
		values: SWITCH,
		help: 'whether these show what was written',
	},
	sidebar: {
		values: SWITCH,
		help: 'rooms and peers at the left, at the start',
	},
	network: {
		values: SWITCH,
		help: 'the network at the right, at the start',
	},
};

export const SETTING_NAMES = Object.keys(SETTINGS) as readonly SettingName[];

/** `notificationText`, however it is written: `notification-text`, `NOTIFICATIONTEXT`. */
export function settingNamed(written: string): SettingName | undefined {
	const plain = written.replaceAll(/[-_ ]/g, '').toLowerCase();
	return SETTING_NAMES.find(name => name.toLowerCase() === plain);
}

/** As it is written and read by people: a switch is on or off. */
export function valueText(value: SettingValue): string {
	return typeof value === 'boolean' ? (value ? 'on' : 'off') : value;
}

/** What can be written for a setting. */
export function valueTexts(name: SettingName): readonly string[] {
	return SETTINGS[name].values.map(valueText);
}

const SAME: Readonly<Record<string, string>> = {true: 'on', yes: 'on', '1': 'on', false: 'off', no: 'off', '0': 'off'};

/** The value that was written, if the setting takes it. */
export function valueWritten(name: SettingName, written: string): SettingValue | undefined {
	const plain = written.toLowerCase();
	const values: readonly SettingValue[] = SETTINGS[name].values;
	return values.find(value => valueText(value) === plain || valueText(value) === SAME[plain]);
}
