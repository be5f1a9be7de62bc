/**
 * In which order the addresses of one peer are tried: those where it has been before those that somebody told us of;
 * near ones before far ones; IPv6 and IPv4 in turn, so that a family that leads nowhere costs one head start (RFC 8305,
 * section 4). What is equal keeps the order in which it was given: whoever announces puts virtual interfaces last.
 */
import {isPublic, subnetOf} from '../wire/ip.ts';
import {isLinkLocal, isLoopback, parseTcpAddress, type TcpAddress} from '../wire/multiaddr.ts';

/** The bridge that Docker makes on every machine: the same address everywhere, and mostly our own. */
const EVERYBODYS_OWN = /^172\.17\./;

/** From the nearest to the farthest. `own`: the hosts that we listen on. */
function distance(address: TcpAddress, own: readonly string[]): number {
	const {host} = address;
	if (EVERYBODYS_OWN.test(host)) return 5;
	if (isLoopback(address)) return 0;
	if (own.some(mine => subnetOf(mine) === subnetOf(host))) return 1;
	if (isLinkLocal(address)) return 2;
	return isPublic(host) ? 4 : 3;
}

export function orderAddresses(
	proved: readonly string[],
	hints: readonly string[],
	own: readonly string[],
): readonly string[] {
	const sorted = (addresses: readonly string[]) =>
		interleave(
			addresses
				.map(text => ({text, address: parseTcpAddress(text)}))
				.map(one => ({...one, distance: distance(one.address, own)}))
				.sort((a, b) => a.distance - b.distance),
		);
	return [...new Set([...sorted(proved), ...sorted(hints)])];
}

/** The family of the first one, then the other, and so on. */
function interleave(addresses: readonly {readonly text: string; readonly address: TcpAddress}[]): readonly string[] {
	const rest = [...addresses];
	const ordered: string[] = [];
	let family = rest[0]?.address.family;
	while (rest.length > 0) {
		const index = rest.findIndex(({address}) => address.family === family);
		const [next] = rest.splice(Math.max(0, index), 1);
		if (next) ordered.push(next.text);
		family = next?.address.family === 4 ? 6 : 4;
	}
	return ordered;
}
