/**
 * Which peers share a place on the Internet. Many keys at one public address may be one attacker. At a private address
 * they are the people of one flat, office or classroom, and on loopback the windows of one person: the address says
 * nothing there, so it is not looked at.
 */
import {isPublic, sourceOf} from '../../wire/ip.ts';
import {parseTcpAddress} from '../../wire/multiaddr.ts';

/**
 * A name for the place of an address: the public IPv4 address, or the /64 network of an IPv6 address, since one host has
 * all of it. Undefined for what is not public (see `isPublic`), and for what is no address.
 */
export function placeOf(multiaddr: string): string | undefined {
	try {
		const {host} = parseTcpAddress(multiaddr);
		return isPublic(host) ? sourceOf(host) : undefined;
	} catch {
		return undefined;
	}
}
