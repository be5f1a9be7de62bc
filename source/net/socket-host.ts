/** How the system writes hosts, and how we do: it puts the scope of a link-local IPv6 address behind a `%`. */
import type {TcpAddress} from '../wire/multiaddr.ts';

type Host = Pick<TcpAddress, 'host' | 'family' | 'scope'>;

const MAPPED = '::ffff:';

/** The host that a socket tells. An IPv4 address inside IPv6 is that IPv4 address: one host, one form. */
export function hostFrom(address: string, family: string | undefined): Host {
	// Datagrams come by the ten thousand: most hosts need no looking at.
	if (family === 'IPv4') return {host: address, family: 4};
	if (address.startsWith(MAPPED) && address.includes('.')) return {host: address.slice(MAPPED.length), family: 4};
	const end = address.indexOf('%');
	if (end === -1) return {host: address, family: 6};
	return {host: address.slice(0, end), family: 6, scope: address.slice(end + 1)};
}

/** The host as `node:net` and `node:dgram` want it. */
export function socketHost({host, scope}: Pick<TcpAddress, 'host' | 'scope'>): string {
	return scope === undefined ? host : `${host}%${scope}`;
}
