/** The system's tools for networks, and the namespaces that belong to a laboratory. */
import {spawnSync} from 'node:child_process';
import {readdirSync} from 'node:fs';

/** What the names of all namespaces of all laboratories begin with; the process id of their owner follows. */
const PREFIX = 'p2plab-';
const OWNER = /^p2plab-(\d+)-/;

/** Where `ip netns` keeps the names. */
const NAMESPACES = '/run/netns';

/**
 * Nobody waits to see whether an IPv6 address is taken: a host has been up for long when a node starts. And no router on
 * these networks hands out addresses.
 */
const SETTINGS = ['net/ipv6/conf/default/accept_dad=0', 'net/ipv6/conf/default/accept_ra=0'];

/** Milliseconds that no tool ever needs, not even while the kernel clears up what others have left. */
const TOOL_PATIENCE = 30_000;

let count = 0;

/** Such as `p2plab-4711-1-`: what the namespaces of one laboratory begin with. */
export function newPrefix(): string {
	return `${PREFIX}${process.pid}-${++count}-`;
}

/** Runs a tool to its end and returns what it printed. @throws Error with what it complained about. */
export function run(tool: string, args: readonly string[], input = ''): string {
	const {status, stdout, stderr, error} = spawnSync(tool, args, {input, encoding: 'utf8', timeout: TOOL_PATIENCE});
	if (error) throw error;
	if (status !== 0) throw new Error(`${tool} ${args.join(' ')}: ${stderr.trim()}\n${input}`);
	return stdout;
}

/** Several commands of `ip` in one namespace: one process for all of them. */
export function ip(namespace: string, ...commands: readonly string[]): void {
	run('ip', ['-n', namespace, '-batch', '-'], commands.join('\n'));
}

/** Runs a tool in a namespace. */
export function inside(namespace: string, tool: string, args: readonly string[], input = ''): string {
	return run('ip', ['netns', 'exec', namespace, tool, ...args], input);
}

/** Rules for the packet filter of a namespace: all of them, or none. */
export function nft(namespace: string, ...rules: readonly string[]): void {
	inside(namespace, 'nft', ['-f', '-'], rules.join('\n'));
}

/** The words that run another command in a namespace. They become that command: the process id stays. */
export function within(namespace: string): string[] {
	return ['ip', 'netns', 'exec', namespace];
}

/** Makes a namespace with a loopback interface. */
export function addNamespace(name: string): void {
	run('ip', ['netns', 'add', name]);
	ip(name, 'link set lo up');
	configure(name, ...SETTINGS);
}

/** Settings of the kernel, such as `net/ipv4/ip_forward=1`. */
export function configure(namespace: string, ...settings: readonly string[]): void {
	const lines = settings.map(setting => setting.replace(/(.+)=(.+)/, 'echo $2 > /proc/sys/$1'));
	inside(namespace, 'sh', ['-e'], lines.join('\n'));
}

/** Ends what still runs in these namespaces and removes them: their interfaces, bridges and rules go with them. */
export function removeNamespaces(names: readonly string[]): void {
	for (const name of names) {
		for (const pid of run('ip', ['netns', 'pids', name]).split('\n').filter(Boolean)) end(Number(pid));
		run('ip', ['netns', 'delete', name]);
	}
}

/** Those whose names begin so. */
export function namespacesOf(prefix: string): string[] {
	return allNamespaces().filter(name => name.startsWith(prefix));
}

/** Removes what laboratories left whose process was killed. */
export function removeLeftovers(): void {
	removeNamespaces(allNamespaces().filter(name => OWNER.test(name) && !isAlive(Number(OWNER.exec(name)![1]))));
}

/** Why there can be no laboratory here, in one line, or undefined if there can be. */
export function obstacle(): string | undefined {
	if (process.platform !== 'linux') return `network namespaces are Linux's, this is ${process.platform}`;
	if (process.getuid?.() !== 0) return 'only root may make network namespaces';
	return missing('ip', 'tc', 'nft', 'socat') ?? refused();
}

function missing(...tools: readonly string[]): string | undefined {
	const absent = tools.filter(tool => spawnSync(tool, ['-V']).error !== undefined);
	return absent.length === 0 ? undefined : `not installed here: ${absent.join(', ')}`;
}

/** Tries everything once that the laboratory is made of. */
function refused(): string | undefined {
	const name = `${newPrefix()}trial`;
	try {
		addNamespace(name);
		ip(name, 'link add br0 type bridge', 'link add one type veth peer name two', 'tuntap add tap0 mode tap');
		nft(name, 'add table inet lab', 'add table bridge lab');
		return undefined;
	} catch (error) {
		return `this machine refuses something (${(error as Error).message.split('\n')[0]})`;
	} finally {
		removeNamespaces(namespacesOf(name));
	}
}

function allNamespaces(): string[] {
	try {
		return readdirSync(NAMESPACES);
	} catch {
		return [];
	}
}

function isAlive(pid: number): boolean {
	try {
		process.kill(pid, 0);
		return true;
	} catch (error) {
		return (error as NodeJS.ErrnoException).code === 'EPERM';
	}
}

function end(pid: number): void {
	try {
		process.kill(pid, 'SIGKILL');
	} catch {
		// It has ended by itself.
	}
}
