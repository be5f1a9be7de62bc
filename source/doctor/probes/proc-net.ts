/** Reads the tables that Linux keeps in /proc. Source: proc(5); the kernel writes addresses as words of its own byte order. */
import type {RouteFacts} from '../facts.ts';

/** Inodes of the sockets that are bound to a port, from /proc/net/udp or udp6. */
export function inodesOnPort(table: string, port: number): string[] {
	const wanted = port.toString(16).toUpperCase().padStart(4, '0');
	return linesOf(table).flatMap(fields => {
		const inode = fields[9];
		return fields[1]?.endsWith(`:${wanted}`) && inode !== undefined && inode !== '0' ? [inode] : [];
	});
}

/** TCP_ESTABLISHED and TCP_LISTEN of Linux's `tcp_states.h`. */
const ESTABLISHED = '01';
const LISTENING = '0A';

/** 127.0.0.1 and ::1, as words of the machine's byte order. */
const LOOPBACK = new Set(['0100007F', '00000000000000000000000001000000']);

/** Ports on which other machines are listened to, from /proc/net/tcp or tcp6. */
export function outwardPorts(table: string): number[] {
	return linesOf(table).flatMap(([, local = '', , state]) => {
		const [address = '', port = ''] = local.split(':');
		return state === LISTENING && !LOOPBACK.has(address) ? [Number.parseInt(port, 16)] : [];
	});
}

/** Hosts that are connected to one of these ports over IPv4, from /proc/net/tcp. */
export function guestsOn(table: string, ports: readonly number[]): string[] {
	return linesOf(table).flatMap(([, local = '', remote = '', state]) => {
		const isOurs = ports.includes(Number.parseInt(local.split(':')[1] ?? '', 16));
		return state === ESTABLISHED && isOurs ? [ipv4Of(remote.split(':')[0] ?? '')] : [];
	});
}

/** `socket:[4711]` → `4711`. */
export function socketInode(link: string): string | undefined {
	return /^socket:\[(\d+)\]$/.exec(link)?.[1];
}

const ROUTE_UP = 0x1;
const ROUTE_REJECT = 0x200;

/** Default routes from /proc/net/route: interface, destination, gateway, flags … mask in the eighth column. */
export function defaultRoutes4(table: string): RouteFacts[] {
	return linesOf(table).flatMap(([name, destination, gateway = '', flags = '', , , , mask]): RouteFacts[] => {
		const isUp = (Number.parseInt(flags, 16) & (ROUTE_UP | ROUTE_REJECT)) === ROUTE_UP;
		if (name === undefined || destination !== '00000000' || mask !== '00000000' || !isUp) return [];
		return [{interface: name, family: 4, ...(gateway !== '00000000' && {gateway: ipv4Of(gateway)})}];
	});
}

/** Default routes from /proc/net/ipv6_route: destination, its length … flags in the ninth column, then the interface. */
export function defaultRoutes6(table: string): RouteFacts[] {
	return table.split('\n').flatMap((line): RouteFacts[] => {
		const fields = line.trim().split(/\s+/);
		const [destination = '', length, flags = '', name] = [fields[0], fields[1], fields[8], fields[9]];
		const isUp = (Number.parseInt(flags, 16) & (ROUTE_UP | ROUTE_REJECT)) === ROUTE_UP;
		if (!/^0{32}$/.test(destination) || length !== '00' || !isUp || name === undefined || name === 'lo') return [];
		return [{interface: name, family: 6}];
	});
}

/** Default routes as `netstat -rn` of macOS and Windows prints them. */
export function defaultRoutesOfNetstat(text: string, platform: NodeJS.Platform): RouteFacts[] {
	return text.split('\n').flatMap((line): RouteFacts[] => {
		const fields = line.trim().split(/\s+/);
		if (platform === 'win32') {
			const [destination, mask, gateway, name] = fields;
			if (destination !== '0.0.0.0' || mask !== '0.0.0.0' || !name) return [];
			return [{interface: name, family: 4, ...(gateway && {gateway})}];
		}
		const [destination, gateway = '', , name] = fields;
		if (destination !== 'default' || !name) return [];
		const family = gateway.includes(':') ? 6 : 4;
		return [{interface: name, family, ...(/^[\d.]+$/.test(gateway) && {gateway})}];
	});
}

/** The kernel's byte order is the machine's: little endian wherever Node runs. */
function ipv4Of(hex: string): string {
	return (hex.match(/../g) ?? [])
		.reverse()
		.map(byte => Number.parseInt(byte, 16))
		.join('.');
}

/** Without the heading. */
function linesOf(table: string): string[][] {
	return table
		.split('\n')
		.slice(1)
		.map(line => line.trim().split(/\s+/))
		.filter(fields => fields.length > 1);
}
