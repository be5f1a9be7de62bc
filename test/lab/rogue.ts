/** A liar on a host, and what it may pretend. */
import type {Host} from './host.ts';
import type {ScriptProcess} from './script-process.ts';
import type {RogueOrder} from './scripts/rogue.ts';

/** `Omit` for each of several alternatives. */
type Without<Type, Key extends PropertyKey> = Type extends unknown ? Omit<Type, Key> : never;

export class Rogue {
	readonly #host: Host;
	readonly #script: ScriptProcess;
	#count = 0;

	constructor(host: Host) {
		this.#host = host;
		this.#script = host.script('rogue');
	}

	/** Resolves when the order was carried out. */
	async order(order: Without<RogueOrder, 'id'>): Promise<void> {
		const id = ++this.#count;
		this.#script.send({...order, id});
		await this.#script.line(line => line.id === id);
	}

	/** How many connections were made to the ports on which it listens. */
	get connections(): number {
		return this.#script.lines.filter(({type}) => type === 'connection').length;
	}

	/** Lets its datagrams come from an address that is somebody else's, without anybody hearing of it by ARP. */
	forge(address: string): void {
		this.#host.ip(`addr add ${address}/32 dev lo`);
		this.#host.configure('net/ipv4/conf/all/arp_ignore=1');
	}
}
