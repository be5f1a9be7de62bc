/** Who has a UDP port. */
import type {PortHolder} from '../facts.ts';
import {inodesOnPort, socketInode} from './proc-net.ts';
import type {System} from './system.ts';

/** Processes that are looked at; there are seldom more. */
const MAX_PROCESSES = 20_000;

/** Without ourselves. Those of other users are known to Linux only by number, without their program, unless we are root. */
export async function probeHolders(port: number, self: number, system: System): Promise<PortHolder[]> {
	switch (system.platform) {
		case 'linux':
			return (await linuxHolders(port, system)).filter(({pid}) => pid !== self);
		case 'win32':
			return windowsHolders((await system.run('netstat', '-ano', '-p', 'UDP')).output, port).filter(
				({pid}) => pid !== self,
			);
		default:
			return lsofHolders((await system.run('lsof', '-nP', `-iUDP:${port}`, '-Fpct')).output).filter(
				({pid}) => pid !== self,
			);
	}
}

async function linuxHolders(port: number, system: System): Promise<PortHolder[]> {
	const [udp, udp6] = await Promise.all([system.read('/proc/net/udp'), system.read('/proc/net/udp6')]);
	const families = new Map<string, 4 | 6>([
		...inodesOnPort(udp ?? '', port).map(inode => [inode, 4] as const),
		...inodesOnPort(udp6 ?? '', port).map(inode => [inode, 6] as const),
	]);
	if (families.size === 0) return [];
	const found = await ownersOf(families, system);
	const unknown = [...families].filter(([inode]) => !found.some(each => each.inode === inode));
	return [
		...found.map(({pid, program, family}) => ({pid, family, ...(program !== '' && {program})})),
		...unknown.map(([, family]) => ({family})),
	];
}

type Owner = {readonly inode: string; readonly pid: number; readonly program: string; readonly family: 4 | 6};

async function ownersOf(families: ReadonlyMap<string, 4 | 6>, system: System): Promise<Owner[]> {
	const owners: Owner[] = [];
	const processes = (await system.list('/proc')).filter(name => /^\d+$/.test(name)).slice(0, MAX_PROCESSES);
	for (const pid of processes) {
		const folder = `/proc/${pid}/fd`;
		const links = await Promise.all((await system.list(folder)).map(fd => system.link(`${folder}/${fd}`)));
		const inodes = new Set(links.map(link => socketInode(link ?? '')));
		for (const [inode, family] of families) {
			if (!inodes.has(inode)) continue;
			owners.push({inode, pid: Number(pid), program: await programOf(pid, system), family});
		}
	}
	return owners;
}

/** As typed, if it can be read; else its name. */
async function programOf(pid: string, system: System): Promise<string> {
	const line = ((await system.read(`/proc/${pid}/cmdline`)) ?? '').replaceAll('\0', ' ').trim();
	return line === '' ? ((await system.read(`/proc/${pid}/comm`)) ?? '').trim() : line;
}

/** Fields of `lsof -F`, one a line: `p` begins a process, `c` is its name, `t` the kind of a file. */
export function lsofHolders(text: string): PortHolder[] {
	const holders: PortHolder[] = [];
	let [pid, program]: [number | undefined, string] = [undefined, ''];
	for (const line of text.split('\n')) {
		if (line.startsWith('p')) pid = Number(line.slice(1));
		if (line.startsWith('c')) program = line.slice(1);
		if (line.startsWith('t') && pid !== undefined) holders.push({pid, program, family: line === 'tIPv6' ? 6 : 4});
	}
	return holders;
}

/** `UDP    0.0.0.0:9999    *:*    4711`. */
export function windowsHolders(text: string, port: number): PortHolder[] {
	return text.split('\n').flatMap((line): PortHolder[] => {
		const [protocol, local = '', , pid] = line.trim().split(/\s+/);
		if (protocol !== 'UDP' || !local.endsWith(`:${port}`)) return [];
		return [{pid: Number(pid), family: local.startsWith('[') ? 6 : 4}];
	});
}
