/** How the system writes hosts, and how we do: it puts the scope of a link-local IPv6 address behind a `%`. */
import type {TcpAddress} from '../wire/multiaddr.ts';

type Host = Pick<TcpAddress, 'host' | 'family' | 'scope'>;

const MAPPED = '::ffff:';

/** The host that a socket tells. An IPv4 address inside IPv6 is that IPv4 address: one host, one form. */
export function hostFrom(address: string, family: string | undefined): Host {
	if (address.startsWith(MAPPED) && address.includes('.')) return {host: address.slice(MAPPED.length), family: 4};
	const [host = '', scope] = address.split('%');
	return {host, family: family === 'IPv6' ? 6 : 4, ...(scope === undefined ? {} : {scope})};
}

/** The host as `node:net` and `node:dgram` want it. */
export function socketHost({host, scope}: Pick<TcpAddress, 'host' | 'scope'>): string {
	return scope === undefined ? host : `${host}%${scope}`;
}
