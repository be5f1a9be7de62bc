/** `p2p-tui id`: who this profile is. */
import {networkInterfaces} from 'node:os';
import {addressesToTell, listenAddressesFor, selectInterfaces} from '../net/interfaces.ts';
import {loadIdentity, newIdentity} from '../storage/identity.ts';
import {formatTcpAddress, parseTcpAddress} from '../wire/multiaddr.ts';
import {dataDirectoryOf, listenAddresses, type Machine, nameOf} from './config.ts';
import type {Options} from './options.ts';

export type Profile = {
	readonly peerId: string;
	readonly name: string;
	/** Where this profile can be dialled whenever it runs; only ports that are fixed. */
	readonly addresses: readonly string[];
};

/** Prints the profile; a profile that is not there yet is created. */
export async function showId(options: Options, machine: Machine): Promise<number> {
	const directory = dataDirectoryOf(options, machine);
	const {peerId} = directory === undefined ? newIdentity() : await loadIdentity(directory);
	const addresses = fixedAddresses(options, machine).map(address => `${address}/p2p/${peerId}`);
	const profile = {peerId, name: nameOf(options, machine), addresses};
	console.log(options.json ? JSON.stringify(profile) : describeProfile(profile));
	return 0;
}

export function describeProfile({peerId, name, addresses}: Profile): string {
	const none = 'none is fixed: the port is another one at each start (--listen /ip4/0.0.0.0/tcp/4001 fixes it)';
	const [first = none, ...more] = addresses;
	return [
		`peer ID    ${peerId}`,
		`name       ${name}`,
		`addresses  ${first}`,
		...more.map(address => `           ${address}`),
	].join('\n');
}

function fixedAddresses(options: Options, machine: Machine): readonly string[] {
	const interfaces = selectInterfaces(networkInterfaces(), options.interfaces);
	const wanted = listenAddresses(options, machine)
		.map(address => parseTcpAddress(address))
		.filter(({port}) => port !== 0);
	const bound = listenAddressesFor(wanted, interfaces, options.interfaces.length > 0);
	return addressesToTell(bound, interfaces).map(formatTcpAddress);
}
