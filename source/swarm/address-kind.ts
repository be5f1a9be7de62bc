/**
 * What kind of place an IP address is: whether it can be dialled at all, and how near it is.
 * Sources: RFC 6890 (special-purpose addresses), RFC 4291 (IPv6), RFC 1918 and RFC 4193 (private networks).
 */
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

/** Whether it is routed on the internet. What is for documentation and benchmarks counts as such. */
export function isPublic(host: string): boolean {
	return !isLoopback({host}) && !isLinkLocal({host}) && !isPrivate(host);
}

/** 10/8, 172.16/12, 192.168/16; 100.64/10 (RFC 6598, also of VPNs); 198.18/15 (RFC 2544, laboratories); fc00::/7. */
export function isPrivate(host: string): boolean {
	if (host.includes(':')) return /^f[cd]/.test(host);
	const [first = 0, second = 0] = host.split('.').map(Number);
	if (first === 10) return true;
	if (first === 172) return second >= 16 && second < 32;
	if (first === 192) return second === 168;
	if (first === 100) return second >= 64 && second < 128;
	return first === 198 && (second === 18 || second === 19);
}

/** `/ip4/192.0.2.7` of `/ip4/192.0.2.7/tcp/4001`; with the scope, if there is one. The IP address is at its end. */
export function hostPart(address: string): string {
	return address.slice(0, address.lastIndexOf('/tcp/'));
}

/** The /24 of an IPv4 address, the /64 of an IPv6 address, as a key to compare. */
export function subnetOf(host: string): string {
	if (!host.includes(':')) return host.slice(0, host.lastIndexOf('.'));
	const [head = '', tail] = host.split('::');
	const before = head === '' ? [] : head.split(':');
	const after = tail === undefined || tail === '' ? [] : tail.split(':');
	const zeros = tail === undefined ? 0 : 8 - before.length - after.length;
	const groups = [...before, ...Array.from({length: zeros}, () => '0'), ...after];
	return groups.slice(0, 4).join(':');
}

function firstOctet(host: string): number {
	return Number(host.slice(0, host.indexOf('.')));
}
