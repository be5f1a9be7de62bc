/** This machine's network interfaces: which of their addresses to use, to bind and to tell others. */
import {BlockList, isIP} from 'node:net';
import type {networkInterfaces} from 'node:os';
import {UserError} from '../base/errors.ts';
import {MAX_ADDRESSES} from '../wire/limits.ts';
import {formatTcpAddress, isLinkLocal, isLoopback, isWildcard, type TcpAddress} from '../wire/multiaddr.ts';
import {type InterfaceKind, kindOf, rankOf} from './interface-kind.ts';
import {isUsableZone} from './socket-host.ts';

/** One address of an interface. An interface with several addresses gives several of these. */
export type NetworkInterface = {
	/** Such as `eth0`. */
	readonly name: string;
	readonly kind: InterfaceKind;
	/** Its hardware address; another one under the same name is another device. Zeros where there is none. */
	readonly mac: string;
	/** What the system calls it behind the `%` of an IPv6 address: its name, or on Windows its number. */
	readonly zone: string;
	readonly address: string;
	readonly family: 4 | 6;
	/** The directed broadcast address; none for IPv6 and for links between two points. */
	readonly broadcast?: string;
	/** Loopback. */
	readonly internal: boolean;
	/** What a link-local IPv6 address is only valid with: the zone, which can be written and used then. */
	readonly scope?: string;
	/** Whether an IP address lies in this interface's subnet. Every interface has the subnet of link-local IPv6. */
	contains(host: string): boolean;
};

export type SystemInterfaces = ReturnType<typeof networkInterfaces>;
type SystemAddress = NonNullable<SystemInterfaces[string]>[number];

/** Prefix lengths with no room for a broadcast address (RFC 3021). */
const POINT_TO_POINT_BITS = 31;

/**
 * The interfaces that `wanted` names, by name or by address; all of them if it names none. `lo` means the loopback
 * interface whatever it is called here.
 * @throws UserError naming the known ones if one of `wanted` matches nothing.
 */
export function selectInterfaces(all: SystemInterfaces, wanted: readonly string[]): NetworkInterface[] {
	const known = describeAll(all);
	for (const want of wanted) {
		if (!known.some(candidate => matches(candidate, want))) throw unknownInterface(want, known, all);
	}
	return filterInterfaces(all, wanted);
}

/** The same when interfaces are looked at again later: one that has gone is no error then. */
export function filterInterfaces(all: SystemInterfaces, wanted: readonly string[]): NetworkInterface[] {
	const known = describeAll(all);
	if (wanted.length === 0) return known;
	return known.filter(candidate => wanted.some(want => matches(candidate, want)));
}

/**
 * The addresses to bind for the given `listen` addresses, all of which may be wildcards. If the interfaces are
 * restricted, a wildcard becomes the address of each of them, so that the others cannot reach us. A port of 0 stays 0.
 * @throws UserError for an address that lies on none of the restricted interfaces.
 */
export function listenAddressesFor(
	listen: readonly TcpAddress[],
	interfaces: readonly NetworkInterface[],
	isRestricted: boolean,
): TcpAddress[] {
	const elsewhere = isRestricted && listen.find(address => !isWildcard(address) && !isOn(address, interfaces));
	if (elsewhere) {
		throw new UserError(`Cannot listen on ${elsewhere.host}: it is on none of the chosen interfaces`, {
			hint: `Leave out --listen or --interface. Chosen: ${listOf(interfaces)}`,
		});
	}
	return listenAddressesNow(listen, interfaces, isRestricted);
}

/** The same when interfaces are looked at again later: an address that has gone is left out then. */
export function listenAddressesNow(
	listen: readonly TcpAddress[],
	interfaces: readonly NetworkInterface[],
	isRestricted: boolean,
): TcpAddress[] {
	if (!isRestricted) return [...listen];
	return unique(
		listen.flatMap(address => {
			if (isWildcard(address)) return expand(address, interfaces);
			return isOn(address, interfaces) ? [address] : [];
		}),
	);
}

/**
 * The addresses to tell others, given those that are bound: wildcards become the addresses of the interfaces. The best
 * come first, and no more than a message holds.
 * - This machine's loopback says nothing to others, so it is left out unless there is nothing else.
 * - A link-local IPv6 address carries our scope, which means nothing on another machine. One is told, and only if IPv6
 *   has no other here: from it others learn the port, and know the address from where they heard us.
 */
export function addressesToTell(bound: readonly TcpAddress[], interfaces: readonly NetworkInterface[]): TcpAddress[] {
	const concrete = unique(bound.flatMap(address => (isWildcard(address) ? expand(address, interfaces) : [address])));
	const external = concrete.filter(address => !isLoopback(address));
	const ranked = (external.length > 0 ? external : concrete)
		.map(address => ({address, rank: rankOfAddress(address, interfaces)}))
		.sort((one, other) => one.rank - other.rank)
		.map(({address}) => address);
	const best6 = ranked.find(needsNoScope) ?? ranked.find(({family}) => family === 6);
	return ranked
		.filter(address => address.family === 4 || needsNoScope(address) || address === best6)
		.slice(0, MAX_ADDRESSES);
}

function needsNoScope(address: TcpAddress): boolean {
	return address.family === 6 && !isLinkLocal(address);
}

/** By the interface first; on one interface, an address that is valid on its link only comes after the others. */
function rankOfAddress(address: TcpAddress, interfaces: readonly NetworkInterface[]): number {
	const at =
		interfaces.find(({address: host, scope}) => host === address.host && scope === address.scope) ??
		interfaces.find(({contains}) => contains(address.host));
	return rankOf(at?.kind ?? 'other') * 2 + (isLinkLocal(address) ? 1 : 0);
}

function isOn({host}: TcpAddress, interfaces: readonly NetworkInterface[]): boolean {
	return interfaces.some(({contains}) => contains(host));
}

function expand({family, port}: TcpAddress, interfaces: readonly NetworkInterface[]): TcpAddress[] {
	return interfaces
		.filter(candidate => candidate.family === family)
		.map(({address, scope}) => ({host: address, port, family, ...(scope === undefined ? {} : {scope})}));
}

function unique(addresses: readonly TcpAddress[]): TcpAddress[] {
	return [...new Map(addresses.map(address => [formatTcpAddress(address), address])).values()];
}

/** Without link-local IPv6 addresses that no socket could be given: see `isUsableZone`. */
function describeAll(all: SystemInterfaces): NetworkInterface[] {
	return Object.entries(all).flatMap(([name, addresses]) => {
		const zone = zoneOf(name, addresses ?? []);
		const described = (addresses ?? []).map(info => describe(name, zone, info));
		return described.filter(({scope}) => scope === undefined || isUsableZone(scope));
	});
}

function matches({name, address, internal}: NetworkInterface, want: string): boolean {
	return name === want || address === want || (want === 'lo' && internal);
}

function unknownInterface(want: string, known: readonly NetworkInterface[], all: SystemInterfaces): UserError {
	const what = Object.hasOwn(all, want)
		? 'No address that can be used on the network interface'
		: 'No network interface';
	return new UserError(`${what} ${JSON.stringify(want)} on this machine`, {
		hint: known.length === 0 ? 'There is none at all' : `There are: ${listOf(known)}`,
	});
}

/** `lo (127.0.0.1, ::1), eth0 (192.0.2.7)` */
function listOf(interfaces: readonly NetworkInterface[]): string {
	const names = [...new Set(interfaces.map(({name}) => name))];
	return names
		.map(name => {
			const addresses = interfaces.filter(candidate => candidate.name === name).map(({address}) => address);
			return `${name} (${addresses.join(', ')})`;
		})
		.join(', ');
}

/** Only the link-local address of an interface tells the number that Windows wants. */
function zoneOf(name: string, addresses: readonly SystemAddress[]): string {
	if (process.platform !== 'win32') return name;
	const number = addresses.find(info => info.family === 'IPv6' && info.scopeid !== 0)?.scopeid;
	return number === undefined ? name : String(number);
}

function describe(name: string, zone: string, info: SystemAddress): NetworkInterface {
	const family = info.family === 'IPv6' ? 6 : 4;
	const type = family === 6 ? 'ipv6' : 'ipv4';
	// A netmask with holes has no prefix length; then the subnet is this one address.
	const bits = Number(info.cidr?.split('/')[1] ?? (family === 6 ? 128 : 32));
	const subnet = new BlockList();
	subnet.addSubnet(info.address, bits, type);
	const broadcast = family === 4 && bits < POINT_TO_POINT_BITS ? broadcastOf(info.address, bits) : undefined;
	return {
		name,
		kind: kindOf(name, info.internal),
		mac: info.mac,
		zone,
		address: info.address,
		family,
		internal: info.internal,
		...(broadcast === undefined ? {} : {broadcast}),
		...(family === 6 && isLinkLocal({host: info.address}) ? {scope: zone} : {}),
		contains: host => isIP(host) === family && subnet.check(host, type),
	};
}

/** The address in the subnet whose host bits are all ones (RFC 919). */
function broadcastOf(address: string, bits: number): string {
	const hostMask = 2 ** (32 - bits) - 1;
	const value = address.split('.').reduce((sum, octet) => sum * 256 + Number(octet), 0);
	const last = (value | hostMask) >>> 0;
	return [24, 16, 8, 0].map(shift => (last >>> shift) & 0xff).join('.');
}
