/** What a person may choose about the screen. Each has a name in the settings file and in `/set`. */

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

export type Settings = {
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
	keys: {},
};
