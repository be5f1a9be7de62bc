/** Where this runs: routes, what surrounds the system, the terminal, the profile's folder and its disk. */
import {constants} from 'node:fs';
import {access, stat, statfs} from 'node:fs/promises';
import path from 'node:path';
import type {DirectoryFacts, InterfaceFacts, RouteFacts, Surroundings, TerminalFacts} from '../facts.ts';
import {defaultRoutes4, defaultRoutes6, defaultRoutesOfNetstat} from './proc-net.ts';
import type {System} from './system.ts';

/** Undefined if the table cannot be read. */
export async function probeRoutes(system: System): Promise<RouteFacts[] | undefined> {
	if (system.platform !== 'linux') {
		const {status, output} = await system.run('netstat', '-rn');
		return status === 0 ? defaultRoutesOfNetstat(output, system.platform) : undefined;
	}
	const [four, six] = await Promise.all([system.read('/proc/net/route'), system.read('/proc/net/ipv6_route')]);
	return four === undefined ? undefined : [...defaultRoutes4(four), ...defaultRoutes6(six ?? '')];
}

export async function probeSurroundings(interfaces: readonly InterfaceFacts[], system: System): Promise<Surroundings> {
	if (system.platform !== 'linux') return 'plain';
	const release = (await system.read('/proc/sys/kernel/osrelease')) ?? '';
	if (/microsoft.*WSL2|WSL2/i.test(release)) {
		const {status, output} = await system.run('wslinfo', '--networking-mode');
		// Versions without that tool know nothing but NAT.
		return status !== 0 || output.trim() === 'nat' ? 'wsl-nat' : 'wsl';
	}
	const marks = await Promise.all(['/.dockerenv', '/run/.containerenv'].map(file => system.read(file)));
	return marks.some(mark => mark !== undefined) && interfaces.some(isContainerInterface) ? 'container' : 'plain';
}

/** On a network of the container engine's own, and not on the host's: Docker's addresses make the hardware address. */
function isContainerInterface({name, mac, addresses}: InterfaceFacts): boolean {
	const isOwn =
		mac.startsWith('02:42:') || addresses.some(({address}) => /^(172\.(1[7-9]|2\d|3[01])|10\.88)\./.test(address));
	return name === 'eth0' && isOwn;
}

export function probeTerminal({env}: System, output: NodeJS.WriteStream, columns: number, rows: number): TerminalFacts {
	const locale = env.LC_ALL || env.LC_CTYPE || env.LANG;
	return {
		...{isTerminal: output.isTTY === true, columns, rows},
		...(env.TERM !== undefined && {type: env.TERM}),
		colourDepth: output.isTTY === true ? output.getColorDepth(env) : 1,
		...(locale && {locale}),
		...(env.TMUX ? {multiplexer: 'tmux'} : env.STY ? {multiplexer: 'screen'} : {}),
	};
}

const WRITABLE_BY_OTHERS = 0o022;

export async function probeDirectory(directory: string, system: System): Promise<DirectoryFacts> {
	const state = await stateOf(directory, system.platform);
	const disk = await statfs(await existing(directory)).catch(() => undefined);
	const heldBy = await holderOf(directory, system);
	return {
		...{path: directory, state},
		...(heldBy !== undefined && {heldBy}),
		...(disk !== undefined && {freeBytes: disk.bavail * disk.bsize}),
	};
}

async function stateOf(directory: string, platform: NodeJS.Platform): Promise<DirectoryFacts['state']> {
	const found = await stat(directory).catch((error: NodeJS.ErrnoException) => error.code ?? 'unknown');
	if (found === 'ENOENT') {
		const parent = await existing(directory);
		return (await isWritable(parent)) ? 'missing' : 'not-writable';
	}
	if (found === 'ENOTDIR') return 'not-a-directory';
	if (typeof found === 'string') return 'unreadable';
	if (!found.isDirectory()) return 'not-a-directory';
	if (!(await isWritable(directory))) return 'not-writable';
	return platform !== 'win32' && (found.mode & WRITABLE_BY_OTHERS) !== 0 ? 'open-to-others' : 'usable';
}

function isWritable(directory: string): Promise<boolean> {
	return access(directory, constants.R_OK | constants.W_OK | constants.X_OK).then(
		() => true,
		() => false,
	);
}

/** The folder itself, or the closest one above that is there. */
async function existing(directory: string): Promise<string> {
	const found = await stat(directory).catch(() => undefined);
	const parent = path.dirname(directory);
	return found !== undefined || parent === directory ? directory : existing(parent);
}

/** The process whose id is in the lock (`storage/lock.ts`), if there is such another one. */
async function holderOf(directory: string, system: System): Promise<number | undefined> {
	const pid = Number(/^([1-9]\d{0,9}) /.exec((await system.read(path.join(directory, 'lock'))) ?? '')?.[1]);
	// Our own node, if we examine while it runs.
	if (Number.isNaN(pid) || pid === process.pid) return undefined;
	try {
		process.kill(pid, 0);
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === 'ESRCH') return undefined;
	}
	return pid;
}
