/**
 * What kind of place an address is: whether it can be dialled at all, and who else may be there.
 * Sources: RFC 6890 (special-purpose addresses), RFC 4291 (IPv6).
 */
import {placeOf} from '../wire/ip.ts';
import {isLinkLocal, isLoopback, type TcpAddress} from '../wire/multiaddr.ts';

/** Below it are the ports of a system's own services, and 22 is one of them. */
const FIRST_USER_PORT = 1_024;

/** Why an address that somebody told us of is not dialled: names a counter after `hint-`. */
export type AddressFault = 'port' | 'unspecified' | 'multicast' | 'broadcast' | 'loopback' | 'scope';

/** `isLocal`: it came from this machine itself, or we are on no network either. */
export function faultOf(address: TcpAddress, isLocal: boolean): AddressFault | undefined {
	const {host, port, family, scope} = address;
	if (port < FIRST_USER_PORT) return 'port';
	if (isUnspecified(host)) return 'unspecified';
	if (isMulticast(host)) return 'multicast';
	if (family === 4 && firstOctet(host) >= 240) return 'broadcast';
	if (isLoopback(address) && !isLocal) return 'loopback';
	if (family === 6 && isLinkLocal(address) && scope === undefined) return 'scope';
	return undefined;
}

/** "This network" (0.0.0.0/8) or `::`. */
function isUnspecified(host: string): boolean {
	return host.startsWith('0.') || host === '::';
}

/** 224.0.0.0/4 or ff00::/8. */
function isMulticast(host: string): boolean {
	if (host.includes(':')) return host.startsWith('ff');
	return firstOctet(host) >= 224 && firstOctet(host) < 240;
}

/** `/ip4/192.0.2.7` of `/ip4/192.0.2.7/tcp/4001`; with the scope, if there is one. The IP address is at its end. */
export function hostPart(address: string): string {
	return address.slice(0, address.lastIndexOf('/tcp/'));
}

/** Whose place that is (see `placeOf`). */
export function placeOfAddress(address: string): string {
	const [, kind, scope] = address.split('/', 3);
	const part = hostPart(address);
	const host = part.slice(part.lastIndexOf('/') + 1);
	return placeOf(kind === 'ip6zone' ? {host, scope} : {host});
}

function firstOctet(host: string): number {
	return Number(host.slice(0, host.indexOf('.')));
}
