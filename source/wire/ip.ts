/**
 * What an IP address, in its canonical text form, says of who may be behind it: which addresses one host has for the
 * asking, and which networks are private.
 * Sources: RFC 4291 (IPv6), RFC 1918, 4193, 6598 and 2544 (private, shared and laboratory networks).
 */
import {isLinkLocal, isLoopback} from './multiaddr.ts';

/** Hextets of an IPv6 address, and of them those that name its network: a host chooses the others as it likes. */
const HEXTETS = 8;
const NETWORK_HEXTETS = 4;

/** What `placeOf` calls a link begins so. */
const LINK = 'link ';

/** `2001:db8:0:1::/64` for an IPv6 address: hextets without leading zeros, those that `::` leaves out written. */
export function networkOf(host: string): string {
	const [head = '', tail] = host.split('::');
	const before = head === '' ? [] : head.split(':');
	const after = tail === undefined || tail === '' ? [] : tail.split(':');
	const zeros = tail === undefined ? 0 : Math.max(0, HEXTETS - before.length - after.length);
	const hextets = [...before, ...Array.from({length: zeros}, () => '0'), ...after];
	return `${hextets.slice(0, NETWORK_HEXTETS).join(':')}::/64`;
}

/** The /24 of an IPv4 address, the /64 of an IPv6 address, as a key to compare. */
export function subnetOf(host: string): string {
	return host.includes(':') ? networkOf(host) : host.slice(0, host.lastIndexOf('.'));
}

/**
 * What a host's doings are counted on: an IPv4 address, or the network of an IPv6 address. Everyone on a link has the
 * same link-local network, so there the address counts.
 */
export function sourceOf(host: string): string {
	return !host.includes(':') || isLinkLocal({host}) ? host : networkOf(host);
}

/**
 * Who shares a place in a table of hints: as `sourceOf`, but link-local IPv6 addresses are those of a whole link, for one
 * host has as many of them as it likes. `scope`: the interface, which may be behind a `%` of the host as well.
 */
export function placeOf({host, scope}: {readonly host: string; readonly scope?: string | undefined}): string {
	const [address = '', zone = scope] = host.split('%');
	if (address.includes(':') && isLinkLocal({host: address})) return `${LINK}${zone ?? ''}`;
	return sourceOf(address);
}

/** Whether a place is a whole link, and not a host. */
export function isLink(place: string): boolean {
	return place.startsWith(LINK);
}

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
