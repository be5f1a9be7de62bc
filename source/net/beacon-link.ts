/**
 * The ways on which announcements leave this machine: each IPv4 address of an interface is one, for its subnet and
 * broadcast address are its own; IPv6 has one for each interface, however many addresses it has, since multicast on the
 * link is all there is.
 */
import {isLinkLocal} from '../wire/multiaddr.ts';
import {rankOf} from './interface-kind.ts';
import type {NetworkInterface} from './interfaces.ts';
import {socketHost} from './socket-host.ts';

/** Organisation-local scope (RFC 2365), so no router carries it out; the last two bytes are ours, `p2`. */
export const MULTICAST_GROUP_4 = '239.192.112.50';

/**
 * `ff`, then flags `1`: not assigned by IANA for good (RFC 4291, 2.7), so it can clash with no well-known group. Scope
 * `2`: this link only, whatever the hop limit (RFC 7346). The group's number lies in the range for groups that nobody
 * assigned, from 80000000 on (RFC 3307, 4.3); so its last 32 bits, which become the Ethernet address (RFC 2464), are no
 * well-known group's either. The rest reads `p2p`.
 */
export const MULTICAST_GROUP_6 = 'ff12::8070:3270';

export type Link = {
	/** Another socket is needed exactly if this is another one. */
	readonly key: string;
	readonly family: 4 | 6;
	/** Of the interface. */
	readonly name: string;
	/** Where a socket is bound that sends here, with the scope behind a `%`. */
	readonly address: string;
	readonly group: string;
	/** What multicast calls the interface: an address of it for IPv4, `::%eth0` for IPv6. */
	readonly multicastInterface: string;
	readonly broadcast?: string;
	/** Whether that host is on this link. `scope` is where a datagram of a link-local IPv6 address was heard. */
	covers(host: string, scope?: string): boolean;
};

/** The likely ones first: see `interface-kind.ts`. */
export function linksOf(interfaces: readonly NetworkInterface[]): Link[] {
	const ranked = [...interfaces].sort((one, other) => rankOf(one.kind) - rankOf(other.kind));
	const of = (wanted: 4 | 6) => ranked.filter(({family}) => family === wanted);
	const names = new Set(of(6).map(({name}) => name));
	return [...of(4).map(link4), ...[...names].map(each => link6(of(6).filter(({name}) => name === each)))];
}

function link4({name, address, mac, broadcast, contains}: NetworkInterface): Link {
	return {
		key: `${name} ${mac} ${address}`,
		...{family: 4, name, address, group: MULTICAST_GROUP_4, multicastInterface: address, covers: contains},
		...(broadcast !== undefined && {broadcast}),
	};
}

function link6(networks: readonly NetworkInterface[]): Link {
	// From a link-local address: every host of the link can answer there, whatever other addresses it has.
	const network = networks.find(isLinkLocalOne) ?? networks[0]!;
	const {name, mac, zone} = network;
	const address = socketHost({host: network.address, scope: network.scope});
	return {
		key: `${name} ${mac} ${zone} ${address}`,
		...{family: 6, name, address, group: MULTICAST_GROUP_6, multicastInterface: `::%${zone}`},
		covers: (host, scope) => (scope === undefined || scope === zone) && networks.some(({contains}) => contains(host)),
	};
}

function isLinkLocalOne({address}: NetworkInterface): boolean {
	return isLinkLocal({host: address});
}
