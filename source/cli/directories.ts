/** Where a profile and the settings live when nobody says otherwise. */
import path from 'node:path';

export type Machine = {
	readonly platform: NodeJS.Platform;
	readonly home: string;
	readonly env: Readonly<Record<string, string | undefined>>;
};

/**
 * The data directory by the platform's convention: XDG Base Directory on Linux and its kin, Application Support on
 * macOS, local application data on Windows.
 */
export function defaultDataDirectory({platform, home, env}: Machine): string {
	if (platform === 'darwin') return path.posix.join(home, 'Library', 'Application Support', 'p2p-tui');
	if (platform === 'win32') {
		const local = env.LOCALAPPDATA || path.win32.join(home, 'AppData', 'Local');
		return path.win32.join(local, 'p2p-tui');
	}
	const given = env.XDG_DATA_HOME ?? '';
	// The specification says that a relative path is to be ignored.
	const base = path.posix.isAbsolute(given) ? given : path.posix.join(home, '.local', 'share');
	return path.posix.join(base, 'p2p-tui');
}

/**
 * The settings file by the platform's convention. Settings are the person's and not a profile's: they follow to other
 * machines where the system does so (roaming application data on Windows).
 */
export function defaultSettingsFile({platform, home, env}: Machine): string {
	if (platform === 'darwin') return path.posix.join(home, 'Library', 'Application Support', 'p2p-tui', 'settings.json');
	if (platform === 'win32') {
		const roaming = env.APPDATA || path.win32.join(home, 'AppData', 'Roaming');
		return path.win32.join(roaming, 'p2p-tui', 'settings.json');
	}
	const given = env.XDG_CONFIG_HOME ?? '';
	const base = path.posix.isAbsolute(given) ? given : path.posix.join(home, '.config');
	return path.posix.join(base, 'p2p-tui', 'settings.json');
}
