/** What joins hosts: a bridge of the kernel, or a switch of our own that can delay and lose. */
import {ip, nft} from './system.ts';

/** A host's place in a network. */
export type Port = {
	/** The namespace of the host, and the name of the interface there. */
	readonly namespace: string;
	readonly device: string;
	/** From 1; unique in the laboratory. */
	readonly number: number;
};

export interface Network {
	/** From 1: the third part of its addresses. */
	readonly number: number;
	/** Arguments that a node needs here. */
	readonly nodeArguments: readonly string[];
	/** Gives a host an interface that is joined to this network. */
	attach(port: Port): void | Promise<void>;
	/** The cable out, and in again: the host sees its link go down. */
	plug(port: Port, isIn: boolean): void;
	/** Nothing gets from one to the other any more; the way back stays open. */
	cut(from: Port, to: Port): void | Promise<void>;
	/** Every cut is undone. */
	heal(): void | Promise<void>;
	close(): Promise<void>;
}

/**
 * The kernel's bridge, in a namespace that has nothing else in it. What is cut is dropped as it crosses the bridge, so
 * neither host can know.
 */
export class Bridge implements Network {
	readonly number: number;
	readonly nodeArguments = [];
	readonly #namespace: string;

	constructor(namespace: string, number: number) {
		this.number = number;
		this.#namespace = namespace;
		ip(namespace, `link add ${this.#name} type bridge forward_delay 0 mcast_snooping 0`, `link set ${this.#name} up`);
		nft(
			namespace,
			`add table bridge ${this.#name}`,
			`add set bridge ${this.#name} cuts { type ifname . ifname; }`,
			`add chain bridge ${this.#name} forward { type filter hook forward priority 0; }`,
			`add rule bridge ${this.#name} forward iifname . oifname @cuts drop`,
		);
	}

	attach(port: Port): void {
		const {namespace, device} = port;
		ip(
			this.#namespace,
			`link add ${plugOf(port)} type veth peer name ${device} netns ${namespace}`,
			`link set ${plugOf(port)} master ${this.#name} up`,
		);
	}

	plug(port: Port, isIn: boolean): void {
		ip(this.#namespace, `link set ${plugOf(port)} ${isIn ? 'up' : 'down'}`);
	}

	cut(from: Port, to: Port): void {
		nft(this.#namespace, `add element bridge ${this.#name} cuts { ${plugOf(from)} . ${plugOf(to)} }`);
	}

	/** As access points do that keep their guests apart: only what is meant for everyone gets through. */
	isolate(): void {
		const unicast = 'meta pkttype != { broadcast, multicast }';
		nft(this.#namespace, `add rule bridge ${this.#name} forward ${unicast} drop`);
	}

	heal(): void {
		nft(this.#namespace, `flush set bridge ${this.#name} cuts`);
	}

	async close(): Promise<void> {}

	get #name(): string {
		return `br${this.number}`;
	}
}

/** The end of the cable at the bridge. */
function plugOf({number}: Port): string {
	return `plug${number}`;
}
