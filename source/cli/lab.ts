/** `p2p-tui lab`: the real screen on a simulated network, to play with. No socket is opened, and nothing is kept. */
import type {CoreConfig} from '../api/core.ts';
import {type Machine, nodeConfig} from './config.ts';
import type {Options} from './options.ts';
import {openScreen} from './screen.ts';
import {modeFor, thisTerminal} from './terminal.ts';

export async function lab(options: Options, machine: Machine): Promise<number> {
	modeFor(thisTerminal(), options.plain);
	const {nodes, seed, loss, delay} = options;
	const config: CoreConfig = {
		...nodeConfig({...options, ephemeral: true}, machine, true),
		listen: [],
		peers: [],
		dataDirectory: undefined,
		lab: {nodes, seed, loss, delay},
	};
	return openScreen(config, {...options, ephemeral: true}, machine, async () => {
		return (await import('../lab/start.ts')).startLabCore;
	});
}
