/** What happens to machines and disks while people talk, and when: drawn from the scenario's seed. */
import type {Random} from '../../source/base/random.ts';
import type {StoreSnapshot} from '../../source/history/memory-store.ts';
import type {Ledger} from '../../source/simulator/history-ledger.ts';
import type {SimulatedNode} from '../../source/simulator/simulated-node.ts';
import type {Simulation} from '../../source/simulator/simulation.ts';

/** Parts are of all nodes, times are milliseconds. */
export type HistoryFaults = {
	/** How long the network is in two halves. */
	readonly partition: number;
	/** Part of the nodes that go, by goodbye, kill -9 or power loss, and come back. */
	readonly churn: number;
	/** Part of the nodes that lose power while they write: before the disk has it, or just after. */
	readonly torn: number;
	/** Part of the nodes that come back with what their disk held some time before. */
	readonly backups: number;
	/** Part of the nodes whose disk takes nothing for a while. */
	readonly diskFailures: number;
};

type Surroundings = {readonly simulation: Simulation; readonly random: Random; readonly ledger: Ledger};

const FULL = {code: 'disk-full', message: 'the disk is full'};

export class HistoryTroubles {
	readonly #simulation: Simulation;
	readonly #random: Random;
	readonly #ledger: Ledger;

	constructor({simulation, random, ledger}: Surroundings) {
		this.#simulation = simulation;
		this.#random = random;
		this.#ledger = ledger;
	}

	/** From now on for `duration` milliseconds; not all is mended by then. */
	schedule(faults: HistoryFaults, duration: number): void {
		const simulation = this.#simulation;
		const later = () => simulation.now + this.#random.float() * duration;
		for (const index of this.#victims(faults.churn)) {
			const [at, how] = [later(), this.#random.float()];
			simulation.at(at, () => this.#leave(index, how));
			simulation.at(at + this.#random.float() * 5_000, () => this.#comeBack(index));
		}
		for (const index of this.#victims(faults.torn)) {
			const [at, hasWritten] = [later(), this.#random.float() < 0.5];
			simulation.at(at, () => this.#node(index).losePower(Math.floor(this.#random.float() * 4), hasWritten));
			simulation.at(at + 5_000 + this.#random.float() * 5_000, () => this.#comeBack(index));
		}
		for (const index of this.#victims(faults.backups)) this.#restoreLater(index, later(), later());
		for (const index of this.#victims(faults.diskFailures)) {
			const at = later();
			simulation.at(at, () => this.#fill(index, true));
			simulation.at(at + this.#random.float() * 10_000, () => this.#fill(index, false));
		}
		if (faults.partition > 0) this.#split(later(), faults.partition);
	}

	/** Everyone is there again, and nothing is in the way. */
	mendAll(): void {
		this.#simulation.partition(null);
		for (const {index} of this.#simulation.nodes) {
			this.#fill(index, false);
			this.#node(index).keepPower();
			this.#comeBack(index);
		}
	}

	#victims(part: number): number[] {
		return this.#simulation.nodes.map(({index}) => index).filter(() => this.#random.float() < part);
	}

	#node(index: number): SimulatedNode {
		return this.#simulation.nodes[index]!;
	}

	#split(at: number, length: number): void {
		const simulation = this.#simulation;
		const side = new Set(simulation.nodes.map(({index}) => index).filter(() => this.#random.float() < 0.5));
		simulation.at(at, () => simulation.partition(({index}) => (side.has(index) ? 1 : 0)));
		simulation.at(at + length, () => simulation.partition(null));
	}

	#leave(index: number, how: number): void {
		const node = this.#node(index);
		if (!node.isAlive) return;
		if (how < 0.3) this.#simulation.stop(node);
		else if (how < 0.6) this.#simulation.kill(node);
		else this.#simulation.crash(node);
	}

	#comeBack(index: number): void {
		const node = this.#node(index);
		if (node.isAlive) return;
		this.#simulation.restart(node);
		this.#ledger.restarted(this.#node(index));
	}

	/** Somebody copies the database at one time, and puts it back at a later one. */
	#restoreLater(index: number, one: number, other: number): void {
		let backup: StoreSnapshot | undefined;
		this.#simulation.at(Math.min(one, other), () => {
			backup = this.#node(index).store.snapshot();
		});
		this.#simulation.at(Math.max(one, other), () => {
			const node = this.#node(index);
			this.#ledger.restoring(node, this.#simulation);
			this.#simulation.restart(node, backup);
		});
	}

	#fill(index: number, isFull: boolean): void {
		this.#node(index).store.failure = isFull ? FULL : undefined;
	}
}
