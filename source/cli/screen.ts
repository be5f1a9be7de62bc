/** `p2p-tui`: the full-screen UI, with the core in a thread of its own. */
import type {CoreConfig} from '../api/core.ts';
import {version} from '../base/version.ts';
import {type Machine, nodeConfig} from './config.ts';
import type {Options} from './options.ts';
import {checkTerminal, thisTerminal} from './terminal.ts';

export async function screen(options: Options, machine: Machine): Promise<number> {
	return openScreen(nodeConfig(options, machine, true), options);
}

/** Checks the terminal and runs the screen until it is left; returns the exit status. */
export async function openScreen(config: CoreConfig, {theme}: Pick<Options, 'theme'>): Promise<number> {
	checkTerminal(thisTerminal());
	// There is a terminal and somebody at it: a variable left over from a build machine must not switch drawing off.
	process.env.CI = 'false';
	const [{runScreen}, {startWorkerCore}] = await Promise.all([
		import('../ui/run.tsx'),
		import('../core/worker-client.ts'),
	]);
	return runScreen({config, startCore: startWorkerCore, theme, version});
}
