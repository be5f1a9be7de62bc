/** How the system writes hosts, and how we do: it puts the scope of a link-local IPv6 address behind a `%`. */
import {isIP} from 'node:net';
import {BoundedMap} from '../base/bounded.ts';
import {isScope, type TcpAddress} from '../wire/multiaddr.ts';

type Host = Pick<TcpAddress, 'host' | 'family' | 'scope'>;

const MAPPED = '::ffff:';

/** Zones are as many as this machine has interfaces; those that containers leave behind are forgotten. */
const MAX_ZONES = 256;
const usable = new BoundedMap<string, boolean>(MAX_ZONES);

/**
 * Whether an address with this zone can be written as a multiaddr, and bound and dialled. Linux allows names such as
 * `wl+0`, `br#1` or `vpn=1`, which are no scope here. And what Node does not take for an IP address (20 wants letters,
 * digits, `-`, `.` and `:`; `br_lan` has another) it looks up as the name of a host, which cannot work.
 */
export function isUsableZone(zone: string): boolean {
	const known = usable.get(zone);
	if (known !== undefined) return known;
	const isUsable = isScope(zone) && isIP(`fe80::1%${zone}`) === 6;
	usable.set(zone, isUsable);
	return isUsable;
}

/**
 * The host that a socket tells. An IPv4 address inside IPv6 is that IPv4 address: one host, one form. A zone that cannot
 * be used is left out, so that the host can be shown and counted, and is not dialled.
 */
export function hostFrom(address: string, family: string | undefined): Host {
	// Datagrams come by the ten thousand: most hosts need no looking at.
	if (family === 'IPv4') return {host: address, family: 4};
	if (address.startsWith(MAPPED) && address.includes('.')) return {host: address.slice(MAPPED.length), family: 4};
	const end = address.indexOf('%');
	if (end === -1) return {host: address, family: 6};
	const [host, scope] = [address.slice(0, end), address.slice(end + 1)];
	return isUsableZone(scope) ? {host, family: 6, scope} : {host, family: 6};
}

/** The host as `node:net` and `node:dgram` want it. */
export function socketHost({host, scope}: Pick<TcpAddress, 'host' | 'scope'>): string {
	return scope === undefined ? host : `${host}%${scope}`;
}
