/** A computer of the laboratory: a network namespace with interfaces, a packet filter and processes of its own. */
import {type HeadlessNode, spawnNode} from '../helpers/node-process.ts';
import type {Network, Port} from './network.ts';
import {ScriptProcess} from './script-process.ts';
import {configure, inside, ip, nft, within} from './system.ts';

/** The well-known port of the announcements. */
export const DISCOVERY_PORT = 9999;

export type Direction = 'in' | 'out' | 'through';

export type StartOptions = {
	/** More arguments after `headless`. */
	readonly args?: readonly string[];
	/** Where the key lives; ephemeral without one. */
	readonly directory?: string;
	/** The directory is a disk of its own, of so many bytes, that nobody else sees and that goes with the process. */
	readonly disk?: number;
	/** False for `--no-discovery`. */
	readonly discovery?: boolean;
};

type Link = {readonly network: Network; readonly port: Port; address: string};

const HOOKS = {in: 'input', out: 'output', through: 'forward'} as const;

export class Host {
	readonly name: string;
	readonly namespace: string;
	/** By the name of the interface. */
	readonly #links = new Map<string, Link>();
	readonly #nodes: HeadlessNode[] = [];
	readonly #scripts: ScriptProcess[] = [];
	#hasFilter = false;

	constructor(name: string, namespace: string) {
		this.name = name;
		this.namespace = namespace;
	}

	/** Joins it to a network by an interface `lan0`, `lan1` …, with an IPv4 and an IPv6 address. */
	async join(network: Network, port: Port): Promise<void> {
		const address = `198.18.${network.number}.${port.number}`;
		this.#links.set(port.device, {network, port, address});
		await network.attach(port);
		this.linkUp(port.device);
	}

	/** The IPv4 address. */
	address(device = 'lan0'): string {
		return this.#link(device).address;
	}

	/** The IPv6 address that holds beyond the link. */
	address6(device = 'lan0'): string {
		const {network, port} = this.#link(device);
		return `fd00:70:${network.number}::${port.number}`;
	}

	port(network: Network): Port | undefined {
		return [...this.#links.values()].find(link => link.network === network)?.port;
	}

	/** Starts a headless node. The process is the node itself: signals reach it and nothing else. */
	start(name = this.name, {args = [], directory, disk, discovery = true}: StartOptions = {}): HeadlessNode {
		const needed = [...this.#links.values()].flatMap(({network}) => network.nodeArguments);
		const node = spawnNode(name, {
			within: [...within(this.namespace), ...(disk === undefined ? [] : withDisk(directory!, disk))],
			interfaces: [],
			args: [...needed, ...args],
			...(directory === undefined ? {} : {directory}),
			...(discovery ? {discoveryPort: DISCOVERY_PORT} : {}),
		});
		this.#nodes.push(node);
		return node;
	}

	/** Where a node on this host can be dialled over IPv4, without its peer id. */
	async multiaddr(node: HeadlessNode, device = 'lan0'): Promise<string> {
		const {addresses} = await node.ready;
		return addresses.find(address => address.startsWith(`/ip4/${this.address(device)}/`))!;
	}

	/** Runs one of the laboratory's scripts here. */
	script(name: string, ...args: readonly string[]): ScriptProcess {
		const script = new ScriptProcess(name, args, within(this.namespace));
		this.#scripts.push(script);
		return script;
	}

	/** The cable out. */
	unplug(device = 'lan0'): void {
		const {network, port} = this.#link(device);
		network.plug(port, false);
	}

	plug(device = 'lan0'): void {
		const {network, port} = this.#link(device);
		network.plug(port, true);
	}

	/** Switched off by hand: its addresses and routes go too. */
	linkDown(device = 'lan0'): void {
		this.#link(device);
		ip(this.namespace, `addr flush dev ${device} scope global`, `link set ${device} down`);
	}

	linkUp(device = 'lan0'): void {
		const {address} = this.#link(device);
		ip(
			this.namespace,
			`link set ${device} up`,
			`addr replace ${address}/24 brd + dev ${device}`,
			`addr replace ${this.address6(device)}/64 dev ${device} nodad`,
		);
	}

	/** Another IPv4 address instead of the one it had, as from another DHCP lease. */
	setAddress(address: string, device = 'lan0'): void {
		const link = this.#link(device);
		ip(this.namespace, `addr del ${link.address}/24 dev ${device}`, `addr add ${address}/24 brd + dev ${device}`);
		link.address = address;
	}

	/** Sends everything that is not for one of its networks there. */
	route(gateway: string): void {
		ip(this.namespace, `route replace default via ${gateway}`);
	}

	/** Settings of the kernel, such as `net/ipv4/ip_forward=1`. */
	configure(...settings: readonly string[]): void {
		configure(this.namespace, ...settings);
	}

	/** Carries packets from one of its networks to the other. */
	forward(): void {
		this.configure('net/ipv4/ip_forward=1', 'net/ipv6/conf/all/forwarding=1');
	}

	/** Several commands of `ip`, for what is special. */
	ip(...commands: readonly string[]): void {
		ip(this.namespace, ...commands);
	}

	/** Drops what matches, in nft's words. */
	drop(direction: Direction, match: string): void {
		this.#filter(`add rule inet lab ${direction} ${match} drop`);
	}

	/** Loses by chance a share of what comes in and matches. */
	lose(share: number, match = ''): void {
		this.drop('in', `iifname != "lo" ${match} numgen random mod 1000 < ${Math.round(share * 1000)}`);
	}

	/** Nothing is dropped any more. */
	clear(): void {
		this.#filter(...Object.keys(HOOKS).map(direction => `flush chain inet lab ${direction}`));
	}

	/** At most so much goes out, such as `10mbit`. */
	limit(rate: string, device = 'lan0'): void {
		inside(this.namespace, 'tc', [
			'qdisc',
			'replace',
			'dev',
			device,
			'root',
			'tbf',
			'rate',
			rate,
			'burst',
			'32k',
			'latency',
			'100ms',
		]);
	}

	/** Counts what matches from now on, also what is dropped then. */
	count(name: string, direction: Direction, match: string): void {
		this.#filter(`add counter inet lab ${name}`, `add rule inet lab count-${direction} ${match} counter name ${name}`);
	}

	/** What was counted: packets, and their bytes with the IP header. */
	counted(name: string): {readonly packets: number; readonly bytes: number} {
		const text = inside(this.namespace, 'nft', ['-j', 'list', 'counter', 'inet', 'lab', name]);
		const {nftables} = JSON.parse(text) as {nftables: {counter?: {packets: number; bytes: number}}[]};
		return nftables.find(({counter}) => counter !== undefined)!.counter!;
	}

	async close(): Promise<void> {
		await Promise.all([...this.#nodes, ...this.#scripts].map(process => process.dispose()));
	}

	#link(device: string): Link {
		const link = this.#links.get(device);
		if (link === undefined) throw new Error(`${this.name} has no ${device}`);
		return link;
	}

	#filter(...rules: readonly string[]): void {
		const chains = Object.entries(HOOKS).flatMap(([direction, hook]) => [
			`add chain inet lab count-${direction} { type filter hook ${hook} priority -10; }`,
			`add chain inet lab ${direction} { type filter hook ${hook} priority 0; }`,
		]);
		nft(this.namespace, ...(this.#hasFilter ? [] : ['add table inet lab', ...chains]), ...rules);
		this.#hasFilter = true;
	}
}

/** The words that run another command with a disk in memory; `ip netns exec` has given it mounts of its own. */
function withDisk(directory: string, bytes: number): string[] {
	const script = 'mkdir -p "$1" && mount -t tmpfs -o size="$2",mode=700 tmpfs "$1" && shift 2 && exec "$@"';
	return ['sh', '-c', script, 'sh', directory, String(bytes)];
}
