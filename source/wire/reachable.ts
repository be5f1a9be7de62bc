import {formatTcpAddress, parseTcpAddress} from './multiaddr.ts';

/**
 * Where a peer that is connected from `remote` listens, as far as we believe what it has told: the ports are its own
 * affair, the host is the one it came from, so that no peer can send anybody to somebody else's door.
 */
export function reachableAt(remote: string, told: readonly string[]): readonly string[] {
	const {peer: _, ...host} = parseTcpAddress(remote);
	const ports = told.map(address => parseTcpAddress(address)).filter(({family}) => family === host.family);
	return [...new Set(ports.map(({port}) => formatTcpAddress({...host, port})))];
}
