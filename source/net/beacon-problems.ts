/** What may go wrong with announcements, in words for people; and what of it is worth none. */
import {describeError} from '../base/errors.ts';

/** What one gets where there is no IPv6, or none that leads anywhere: most networks do without. */
const NO_IPV6: ReadonlySet<string> = new Set([
	'EAFNOSUPPORT',
	'EPROTONOSUPPORT',
	'EADDRNOTAVAIL',
	'ENETUNREACH',
	'EHOSTUNREACH',
	'ENETDOWN',
	'ENODEV',
	'EINVAL',
]);

export function codeOf(error: unknown): string {
	return (error as NodeJS.ErrnoException).code ?? '';
}

/** Whether IPv4 is left and nobody misses anything: then it belongs in the log only. */
export function isQuiet(family: 4 | 6, error: unknown): boolean {
	return family === 6 && NO_IPV6.has(codeOf(error));
}

export function portProblem(port: number, family: 4 | 6, error: unknown): string {
	const others =
		family === 4
			? 'Others are not heard until they answer us, or are dialled by address.'
			: 'Announcements over IPv6 are not heard.';
	const version = family === 4 ? '' : ' for IPv6';
	switch (codeOf(error)) {
		case 'EADDRINUSE':
			return `UDP port ${port} is held by another program${version}. ${others} Stop it, or let everyone use another --discovery-port.`;
		case 'EACCES':
			return `This user may not open UDP port ${port}${version}. ${others} Let everyone use a --discovery-port above 1023.`;
		default:
			return `UDP port ${port} cannot be opened${version} (${describeError(error)}). ${others}`;
	}
}

/** Of an error while listening, which ends nothing. */
export function listenProblem(port: number, error: unknown): string {
	return `UDP port ${port}: ${describeError(error)}`;
}

export function multicastProblem(name: string, error: unknown): string {
	return `No multicast on ${name}: ${describeError(error)}`;
}

export function sendProblem(name: string, address: string, error: unknown): string {
	return `Announcements do not leave ${name} (${address}): ${sendReason(error)}`;
}

function sendReason(error: unknown): string {
	const code = codeOf(error);
	switch (code) {
		case 'EPERM':
		case 'EACCES':
			return `a firewall on this machine forbids it (${code})`;
		case 'ENETUNREACH':
		case 'EHOSTUNREACH':
		case 'ENETDOWN':
			return `the network is down or has no route (${code})`;
		case 'EADDRNOTAVAIL':
			return `the address is gone (${code})`;
		default:
			return describeError(error);
	}
}
