/**
 * Which peers share a place on the Internet. Many keys at one public address may be one attacker. At a private address
 * they are the people of one flat, office or classroom, and on loopback the windows of one person: the address says
 * nothing there, so it is not looked at.
 */
import {isLinkLocal, isLoopback, parseTcpAddress} from '../../wire/multiaddr.ts';

/**
 * A name for the place of an address: the public IPv4 address, or the /64 network of an IPv6 address, since one host has
 * all of it. Undefined for private, shared, link-local and loopback addresses (RFC 1918, 6598, 3927, 4193, 4291), and for
 * what is no address.
 */
export function placeOf(multiaddr: string): string | undefined {
	let host: string;
	let family: 4 | 6;
	try {
		({host, family} = parseTcpAddress(multiaddr));
	} catch {
		return undefined;
	}
	if (isLoopback({host}) || isLinkLocal({host})) return undefined;
	if (family === 4) return isPrivateIPv4(host) ? undefined : host;
	return /^f[cd]/.test(host) ? undefined : networkOf(host);
}

function isPrivateIPv4(host: string): boolean {
	const [a = 0, b = 0] = host.split('.').map(Number);
	return a === 10 || (a === 172 && b >= 16 && b < 32) || (a === 192 && b === 168) || (a === 100 && b >= 64 && b < 128);
}

/** The first four of the eight groups, those left out by `::` as zeros. */
function networkOf(host: string): string {
	const [head = '', tail] = host.split('::');
	const groups = head === '' ? [] : head.split(':');
	if (tail !== undefined) {
		const after = tail === '' ? 0 : tail.split(':').length;
		while (groups.length < 8 - after) groups.push('0');
		if (tail !== '') groups.push(...tail.split(':'));
	}
	return `${groups.slice(0, 4).join(':')}::/64`;
}
