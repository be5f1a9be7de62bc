/** Whole nodes in virtual time, with nothing between them but an address: dials succeed, or are turned away, at once. */
import type {Command} from '../../source/api/command.ts';
import type {NodeEvent} from '../../source/api/event.ts';
import {seededRandom} from '../../source/base/random.ts';
import type {Effect, SwarmInput} from '../../source/swarm/io.ts';
import type {Swarm} from '../../source/swarm/swarm.ts';
import {type Identity, identityFromSeed} from '../../source/wire/identity.ts';
import {TIMESTAMP} from '../behaviours/fixtures.ts';

/** How one of the nodes is made. */
export type Member = {
	readonly index: number;
	readonly identity: Identity;
	readonly instance: string;
	readonly random: ReturnType<typeof seededRandom>;
};

export const addressOfMember = (index: number) => `/ip4/198.18.${index >> 8}.${index & 255}/tcp/4001`;

export class Crowd {
	readonly swarms: Swarm[];
	now = 0;
	readonly #timers: Map<string, number>[];
	/** The other end of each connection, by node. */
	readonly #ends: Map<number, {node: number; connection: number}>[];
	/** What each has told its people. */
	readonly told: NodeEvent[][];
	#queue: [number, SwarmInput][] = [];
	#nextConnection = 1;

	constructor(count: number, seed: number, make: (member: Member) => Swarm) {
		this.swarms = Array.from({length: count}, (_, index) => {
			const random = seededRandom(seed * 1_000 + index);
			const instance = index.toString(16).padStart(32, '0');
			const identity = identityFromSeed(new Uint8Array(32).fill(index + 1));
			return make({index, identity, instance, random});
		});
		this.told = this.swarms.map(() => []);
		this.#timers = this.swarms.map(() => new Map());
		this.#ends = this.swarms.map(() => new Map());
		for (const index of this.swarms.keys())
			this.#queue.push([index, {type: 'start', addresses: [addressOfMember(index)]}]);
		this.#drain();
	}

	run(until: number): void {
		for (; this.now < until; this.now += 50) {
			for (const [node, timers] of this.#timers.entries()) {
				for (const [timer, at] of timers) {
					if (at > this.now) continue;
					timers.delete(timer);
					this.#queue.push([node, {type: 'timer', timer}]);
				}
			}
			this.#drain();
		}
	}

	command(node: number, command: Command): void {
		this.#queue.push([node, {type: 'command', command, timestamp: TIMESTAMP + this.now}]);
		this.#drain();
	}

	/** Cuts every connection between the two sides, and what would cross. */
	side: (node: number) => number = () => 0;

	cut(side: (node: number) => number): void {
		this.side = side;
		for (const [node, ends] of this.#ends.entries()) {
			for (const [connection, end] of ends) if (side(node) !== side(end.node)) this.#close(node, connection);
		}
		this.#drain();
	}

	degrees(): number[] {
		return this.#ends.map(ends => ends.size);
	}

	/** How many nodes the first one reaches over connections. */
	reached(): number {
		const seen = new Set([0]);
		for (const node of seen) for (const end of this.#ends[node]!.values()) seen.add(end.node);
		return seen.size;
	}

	#drain(): void {
		while (this.#queue.length > 0) {
			const batch = this.#queue;
			this.#queue = [];
			for (const [node, input] of batch) {
				for (const effect of this.swarms[node]!.handle(input, this.now)) this.#carryOut(node, effect);
			}
		}
	}

	#carryOut(node: number, effect: Effect): void {
		if (effect.type === 'schedule') this.#timers[node]!.set(effect.timer, effect.at);
		if (effect.type === 'cancel') this.#timers[node]!.delete(effect.timer);
		if (effect.type === 'close') this.#close(node, effect.connection);
		if (effect.type === 'announce') this.#announce(node, effect);
		if (effect.type === 'dial') this.#dial(node, effect);
		if (effect.type === 'commit') this.#queue.push([node, {type: 'commit'}]);
		if (effect.type === 'emit') this.told[node]!.push(effect.event);
		if (effect.type !== 'send') return;
		for (const connection of effect.connections) {
			const end = this.#ends[node]!.get(connection);
			if (end) this.#queue.push([end.node, {type: 'frame', connection: end.connection, body: effect.body}]);
		}
	}

	/** Answers are left out: whoever hears an announcement may dial. */
	#announce(node: number, {announcement}: Extract<Effect, {type: 'announce'}>): void {
		const host = `198.18.${node >> 8}.${node & 255}`;
		for (const other of this.swarms.keys()) {
			if (other === node || this.side(other) !== this.side(node)) continue;
			this.#queue.push([other, {type: 'announcement', announcement, host, port: 50_000, family: 4}]);
		}
	}

	#dial(node: number, {dial, address}: Extract<Effect, {type: 'dial'}>): void {
		const other = this.swarms.findIndex((_, index) => addressOfMember(index) === address);
		if (this.side(other) !== this.side(node)) {
			this.#queue.push([node, {type: 'dial-failed', dial, code: 'timeout', message: 'timeout'}]);
			return;
		}
		const [here, there] = [this.#nextConnection++, this.#nextConnection++];
		this.#ends[node]!.set(here, {node: other, connection: there});
		this.#ends[other]!.set(there, {node, connection: here});
		const peerOf = (index: number) => this.swarms[index]!.view.self;
		const from = `/ip4/198.18.${node >> 8}.${node & 255}/tcp/40000`;
		this.#queue.push(
			[other, {type: 'connection-opened', connection: there, peer: peerOf(node), address: from, direction: 'inbound'}],
			[node, {type: 'connection-opened', connection: here, peer: peerOf(other), address, direction: 'outbound', dial}],
		);
	}

	#close(node: number, connection: number): void {
		const end = this.#ends[node]!.get(connection);
		if (!end) return;
		this.#ends[node]!.delete(connection);
		this.#ends[end.node]!.delete(end.connection);
		this.#queue.push(
			[node, {type: 'connection-closed', connection, reason: 'closed'}],
			[end.node, {type: 'connection-closed', connection: end.connection, reason: 'closed'}],
		);
	}
}
