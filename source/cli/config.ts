/** From what was asked on the command line to how the core is to be started. */
import {randomBytes} from 'node:crypto';
import os from 'node:os';
import path from 'node:path';
import type {CoreConfig} from '../api/core.ts';
import {normaliseName} from '../wire/text.ts';
import {defaultDataDirectory} from './directories.ts';
import type {Environment, Options} from './options.ts';

const FALLBACK_NAME = 'anonymous';

/** Enough that no two of a day are the same. */
const GUEST_NAME_BYTES = 4;

/** What the machine says, so that a test can say something else. */
export type Machine = {
	readonly platform: NodeJS.Platform;
	readonly home: string;
	readonly env: Environment;
	/** The user name of the operating system, if it has one for us. */
	readonly userName: string | undefined;
	readonly hasIpv6: boolean;
};

export function thisMachine(): Machine {
	const addresses = Object.values(os.networkInterfaces()).flatMap(list => list ?? []);
	return {
		platform: process.platform,
		home: os.homedir(),
		env: process.env,
		userName: systemUserName(),
		hasIpv6: addresses.some(({family}) => family === 'IPv6'),
	};
}

/** The configuration of a node that stays: the screen's and headless's. */
export function nodeConfig(options: Options, machine: Machine, forScreen: boolean): CoreConfig {
	return {
		name: nameOf(options, machine),
		rooms: options.rooms,
		// A person finds the rooms of last time again. A script gets what it asks for, whatever was before.
		...(forScreen && {rememberedRooms: options.areDefaultRooms ? 'instead' : 'besides'}),
		listen: listenAddresses(options, machine),
		interfaces: options.interfaces,
		peers: options.peers,
		discovery: options.discovery,
		mdns: options.mdns,
		pubsub: options.pubsub,
		tellsNeighbours: options.topology,
		...(options.metrics !== undefined && {metrics: options.metrics}),
		discoveryPort: options.discoveryPort,
		...(options.keep !== undefined && {keep: options.keep}),
		dataDirectory: dataDirectoryOf(options, machine),
		logLevel: options.logLevel,
		logLevels: options.logLevels,
		logFile: options.logFile === undefined ? undefined : path.resolve(options.logFile),
		forScreen,
		faults: machine.env.P2P_TUI_FAULTS === '1',
	};
}

/**
 * The configuration of a node that only dials: it has no rooms, cannot be dialled and leaves nothing behind; it hears of
 * others if `discovers`. Its key is new each time, so its name is too: under the user's name it would look like an
 * impostor, and under one that it has used before like one of itself.
 */
export function dialerConfig(options: Options, machine: Machine, discovers = false): CoreConfig {
	return {
		...nodeConfig(options, machine, false),
		name: options.name ?? `ping-${randomBytes(GUEST_NAME_BYTES).toString('hex')}`,
		rooms: [],
		listen: [],
		peers: [],
		discovery: discovers && options.discovery,
		mdns: discovers && options.mdns,
		dataDirectory: undefined,
	};
}

/** Where connections are accepted: as asked, or at every address of the protocols that the machine has. */
export function listenAddresses(options: Options, machine: Machine): readonly string[] {
	if (options.listen !== undefined) return options.listen;
	return machine.hasIpv6 ? ['/ip4/0.0.0.0/tcp/0', '/ip6/::/tcp/0'] : ['/ip4/0.0.0.0/tcp/0'];
}

/** Undefined: nothing is kept. */
export function dataDirectoryOf(options: Options, machine: Machine): string | undefined {
	if (options.ephemeral) return undefined;
	return options.dataDirectory === undefined ? defaultDataDirectory(machine) : path.resolve(options.dataDirectory);
}

/** The name asked for, or the user's, cleaned. */
export function nameOf(options: Options, machine: Machine): string {
	if (options.name !== undefined) return options.name;
	try {
		return normaliseName((machine.userName ?? '').replace(/\p{C}/gu, ''));
	} catch {
		return FALLBACK_NAME;
	}
}

/** A process may run under a user id that has no entry in the user database. */
function systemUserName(): string | undefined {
	try {
		return os.userInfo().username;
	} catch {
		return process.env.USER ?? process.env.USERNAME;
	}
}
