/** The state of what a person sees or hears, with real time: the same for the screen and for the mode of lines. */
import {homedir} from 'node:os';
import type {CoreConfig} from '../api/core.ts';
import type {Settings} from '../store/settings.ts';
import {Store, type StoreOptions} from '../store/store.ts';
import {realTimer} from './input/timer.ts';
import {launchCommand} from './launch.ts';

export type ProgramOptions = {
	readonly config: CoreConfig;
	readonly settings: Settings;
	readonly usualFolder: string;
	/** Without it, what is set holds for this run only. */
	readonly save?: unknown;
};

/** `send` and `effect` are called once the program runs. */
export function programStore(
	{config, settings, usualFolder, save}: ProgramOptions,
	given: Required<Pick<StoreOptions, 'send' | 'effect'>> & Pick<StoreOptions, 'view'>,
): Store {
	return new Store({
		now: Date.now,
		setTimer: realTimer,
		settings,
		usualFolder,
		keepsSettings: save !== undefined,
		launch: launchCommand(config, process.argv[1] ?? '', process.cwd()),
		isFindable: config.discovery,
		places: {home: homedir(), cwd: process.cwd(), isWindows: process.platform === 'win32'},
		...given,
	});
}
