/** `p2p-tui`: the full-screen UI, with the core in a thread of its own. */
import type {CoreConfig, StartCore} from '../api/core.ts';
import {version} from '../base/version.ts';
import {type Machine, nodeConfig} from './config.ts';
import {examineCalmly} from './doctor.ts';
import {fileSettings, usualFolder} from './file-config.ts';
import type {Options} from './options.ts';
import {loadSettings} from './settings.ts';
import {modeFor, thisTerminal} from './terminal.ts';

export async function screen(options: Options, machine: Machine): Promise<number> {
	return openScreen(nodeConfig(options, machine, true), options, machine);
}

const loadWorkerCore = async (): Promise<StartCore> => (await import('../core/worker-client.ts')).startWorkerCore;

/** Checks the terminal and runs the screen, or its mode of lines, until it is left; returns the exit status. */
export async function openScreen(
	node: CoreConfig,
	options: Options,
	machine: Machine,
	loadCore = loadWorkerCore,
): Promise<number> {
	const {settings, save} = loadSettings(options, machine);
	const config = node.lab || node.files ? node : {...node, files: fileSettings(options, settings, machine)};
	const mode = modeFor(thisTerminal(), options.plain);
	// There is a terminal and somebody at it. A variable left over from a build machine must switch off neither drawing nor
	// colours; and it has to go altogether, since `CI=false` counts as a build machine without colours too.
	delete process.env.CI;
	const [startCore, {headStart}] = await Promise.all([loadCore(), import('../core/head-start.ts')]);
	const early = headStart(config, startCore);
	const doctor = () => examineCalmly(config);
	const folder = node.files?.folder ?? usualFolder(options, machine);
	const given = {
		config,
		startCore: early.startCore,
		settings,
		usualFolder: folder,
		...(save && {save}),
		version,
		doctor,
	};
	try {
		if (mode === 'plain') return await (await import('../plain/run.ts')).runPlain(given);
		return await (await import('../ui/run.tsx')).runScreen(given);
	} finally {
		await early.stop();
	}
}
