/**
 * The laboratory: hosts and networks made of network namespaces, and real nodes on them. It touches nothing of the
 * machine's own network: the bridges stand in a namespace too, and all addresses are those that are set aside for
 * such trials (198.18.0.0/15, RFC 2544) or local (fd00::/8).
 */
import {Host} from './host.ts';
import {Bridge, type Network} from './network.ts';
import {addNamespace, namespacesOf, newPrefix, removeNamespaces} from './system.ts';
import {TapSwitch} from './tap-switch.ts';

const open = new Set<Lab>();

process.on('exit', () => {
	for (const lab of open) lab.remove();
});

export class Lab {
	readonly #prefix = newPrefix();
	readonly #hosts: Host[] = [];
	readonly #networks: Network[] = [];
	#ports = 0;

	constructor() {
		open.add(this);
		addNamespace(this.#switchNamespace);
	}

	/** A network without faults but those that are made. */
	bridge(): Bridge {
		const bridge = new Bridge(this.#switchNamespace, this.#networks.length + 1);
		this.#networks.push(bridge);
		return bridge;
	}

	/** A network that delays and loses as it is told. */
	tapSwitch(): TapSwitch {
		const tapSwitch = new TapSwitch(this.#switchNamespace, this.#networks.length + 1);
		this.#networks.push(tapSwitch);
		return tapSwitch;
	}

	/** A host with an interface in each of these networks: `lan0`, `lan1` … */
	async host(name: string, ...networks: readonly Network[]): Promise<Host> {
		const namespace = `${this.#prefix}${name}`;
		addNamespace(namespace);
		const host = new Host(name, namespace);
		this.#hosts.push(host);
		for (const network of networks) await this.join(host, network);
		return host;
	}

	async hosts(network: Network, ...names: readonly string[]): Promise<Host[]> {
		const hosts: Host[] = [];
		for (const name of names) hosts.push(await this.host(name, network));
		return hosts;
	}

	/** One more interface. */
	async join(host: Host, network: Network, device?: string): Promise<void> {
		const count = this.#networks.filter(other => host.port(other) !== undefined).length;
		const port = {namespace: host.namespace, device: device ?? `lan${count}`, number: ++this.#ports};
		await host.join(network, port);
	}

	/** One-way: nothing gets from the one to the other any more. */
	async cut(from: Host, to: Host): Promise<void> {
		for (const network of this.#networks) {
			const [source, target] = [from.port(network), to.port(network)];
			if (source !== undefined && target !== undefined) await network.cut(source, target);
		}
	}

	/** Two-way, between each of these and each of those. */
	async partition(these: readonly Host[], those: readonly Host[]): Promise<void> {
		for (const one of these) {
			for (const other of those) {
				await this.cut(one, other);
				await this.cut(other, one);
			}
		}
	}

	async heal(): Promise<void> {
		for (const network of this.#networks) await network.heal();
	}

	/** Ends all processes and removes all namespaces with everything in them. */
	async close(): Promise<void> {
		try {
			await Promise.all([...this.#hosts, ...this.#networks].map(part => part.close()));
		} finally {
			this.remove();
		}
	}

	/** What has to be done even if there is no time to wait for anything. */
	remove(): void {
		open.delete(this);
		removeNamespaces(namespacesOf(this.#prefix));
	}

	get #switchNamespace(): string {
		return `${this.#prefix}switch`;
	}
}
