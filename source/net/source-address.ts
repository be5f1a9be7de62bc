/** Which address of ours a dial goes out from, when only some interfaces may be used. */
import {isLoopback, type TcpAddress} from '../wire/multiaddr.ts';
import type {NetworkInterface} from './interfaces.ts';
import {socketHost} from './socket-host.ts';

/**
 * The address to bind a dial to, so that it leaves by one of the chosen interfaces: one in whose subnet the target lies,
 * or else the first of the family. Loopback reaches this machine only, and nothing else reaches loopback. Undefined if
 * none of them leads there.
 */
export function sourceFor(target: TcpAddress, interfaces: readonly NetworkInterface[]): string | undefined {
	const candidates = interfaces.filter(
		({family, internal, scope}) =>
			family === target.family &&
			internal === isLoopback(target) &&
			(target.scope === undefined || scope === target.scope),
	);
	const source = candidates.find(({contains}) => contains(target.host)) ?? candidates.find(isRoutable);
	return source && socketHost({host: source.address, ...(source.scope !== undefined && {scope: source.scope})});
}

/** A link-local address gets no further than its link. */
function isRoutable({scope, internal}: NetworkInterface): boolean {
	return scope === undefined && !internal;
}
