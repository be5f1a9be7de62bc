/**
 * Examines this machine: all probes side by side, then the rules. Takes six seconds; twice that where somebody is heard
 * who cannot be reached, and whether the link is to blame is in doubt.
 */
import {networkInterfaces} from 'node:os';
import type {DoctorReport} from '../api/doctor.ts';
import {filterInterfaces, type SystemInterfaces} from '../net/interfaces.ts';
import type {Facts} from './facts.ts';
import {probeDiscovery} from './probes/discovery.ts';
import {probeFirewall} from './probes/firewall.ts';
import {probeInterfaces} from './probes/interfaces.ts';
import {probeDirectory, probeRoutes, probeSurroundings, probeTerminal} from './probes/machine.ts';
import {type System, thisSystem} from './probes/system.ts';
import {reportOf} from './report.ts';

export type DoctorOptions = {
	readonly discoveryPort: number;
	/** Names or addresses; none: all. */
	readonly interfaces: readonly string[];
	/** Undefined: nothing is kept. */
	readonly dataDirectory: string | undefined;
	/** The first port of `--listen` that is not 0. */
	readonly tcpPort: number | undefined;
	readonly output: NodeJS.WriteStream;
	readonly columns: number;
	readonly rows: number;
};

/** As systems choose them: Linux from 32768, the others from 49152. */
const SOME_PORT = 50_000;

/** `all`: those of the system. */
export async function runDoctor(
	options: DoctorOptions,
	system: System = thisSystem,
	all: SystemInterfaces = networkInterfaces(),
): Promise<DoctorReport> {
	return reportOf(await examine(options, all, system));
}

async function examine(
	{discoveryPort, interfaces: chosen, dataDirectory, tcpPort, output, columns, rows}: DoctorOptions,
	all: SystemInterfaces,
	system: System,
): Promise<Facts> {
	const isRestricted = chosen.length > 0;
	const known = filterInterfaces(all, chosen);
	const interfaces = await probeInterfaces(known, system);
	const [discovery, firewall, routes, surroundings, directory] = await Promise.all([
		probeDiscovery({port: discoveryPort, interfaces: known, isRestricted}, system),
		probeFirewall(system),
		probeRoutes(system),
		probeSurroundings(interfaces, system),
		dataDirectory === undefined ? undefined : probeDirectory(dataDirectory, system),
	]);
	return {
		...{
			platform: system.platform,
			isRoot: system.isRoot,
			chosen,
			missing: chosen.filter(name => filterInterfaces(all, [name]).length === 0),
			present: Object.keys(all),
			interfaces,
			discovery,
			routes,
			surroundings,
			directory,
		},
		firewall: {...firewall, tcpPort: tcpPort ?? SOME_PORT, isTcpPortFixed: tcpPort !== undefined},
		terminal: probeTerminal(system, output, columns, rows),
		node: process.versions.node,
		now: Date.now(),
	};
}
