/** Timers of simulated nodes: those of a machine that sleeps fire when it wakes. */
import {Happening} from './agenda.ts';
import type {SimulatedNode} from './simulated-node.ts';

class Timer extends Happening {
	readonly node: SimulatedNode;
	readonly name: string;
	readonly #fire: (timer: Timer) => void;

	constructor(node: SimulatedNode, name: string, fire: (timer: Timer) => void) {
		super();
		this.node = node;
		this.name = name;
		this.#fire = fire;
	}

	run(): void {
		this.#fire(this);
	}
}

export class Timers {
	readonly #add: (at: number, happening: Happening) => void;
	readonly #tell: (node: SimulatedNode, timer: string) => void;

	constructor(add: (at: number, happening: Happening) => void, tell: (node: SimulatedNode, timer: string) => void) {
		this.#add = add;
		this.#tell = tell;
	}

	/** Instead of the one with this name, if there is one. */
	schedule(node: SimulatedNode, name: string, at: number): void {
		this.cancel(node, name);
		const timer = new Timer(node, name, fired => this.#fired(fired));
		node.timers.set(name, timer);
		this.#add(at, timer);
	}

	cancel(node: SimulatedNode, name: string): void {
		const timer = node.timers.get(name);
		if (!timer) return;
		timer.isCancelled = true;
		node.timers.delete(name);
	}

	#fired(timer: Timer): void {
		const {node, name, isCancelled} = timer;
		if (isCancelled) return;
		if (node.isAsleep) {
			node.overdue.push(timer);
			return;
		}
		node.timers.delete(name);
		this.#tell(node, name);
	}
}
