/** What goes wrong in a scenario, and when: drawn from its seed. */
import type {Random} from '../../source/base/random.ts';
import type {SimulatedNode} from '../../source/simulator/simulated-node.ts';
import type {Simulation} from '../../source/simulator/simulation.ts';

/** Parts are of all nodes, times are milliseconds. */
export type FaultOptions = {
	/** Part of the nodes that go, by goodbye, kill -9 or power loss, and come back. */
	readonly churn: number;
	/** Part of the nodes whose machine sleeps for a while. */
	readonly sleep: number;
	/** Part of the nodes whose cable is out for a while. */
	readonly unplug: number;
	/** How long the network is in two halves. */
	readonly partition: number;
	/** How long one part of the network hears the other and is not heard. */
	readonly oneWay: number;
};

export const NO_FAULTS: FaultOptions = {churn: 0, sleep: 0, unplug: 0, partition: 0, oneWay: 0};

export function hasFaults(faults: FaultOptions): boolean {
	return Object.values(faults).some(value => value > 0);
}

/** Puts the faults on the agenda, from now on for `duration` milliseconds; by then all of them are mended. */
export function scheduleFaults(simulation: Simulation, random: Random, faults: FaultOptions, duration: number): void {
	const {now} = simulation;
	const between = (least: number, most: number) => least + (most - least) * random.float();
	const victims = (part: number) => simulation.nodes.map(({index}) => index).filter(() => random.float() < part);
	/** When something starts that lasts so long. */
	const start = (length: number) => now + between(0, Math.max(0, duration - length));

	for (const index of victims(faults.churn)) {
		const length = between(500, Math.min(10_000, duration / 2));
		const at = start(length);
		const how = random.float();
		simulation.at(at, () => leave(simulation, simulation.nodes[index]!, how));
		simulation.at(at + length, () => comeBack(simulation, index));
	}
	for (const index of victims(faults.sleep)) {
		const length = between(500, Math.min(15_000, duration / 2));
		simulation.at(start(length), () => simulation.sleep(simulation.nodes[index]!, length));
	}
	for (const index of victims(faults.unplug)) {
		const length = between(500, Math.min(12_000, duration / 2));
		const at = start(length);
		simulation.at(at, () => simulation.unplug(simulation.nodes[index]!));
		simulation.at(at + length, () => simulation.plugIn(simulation.nodes[index]!));
	}
	if (faults.partition > 0) {
		const at = start(faults.partition);
		const side = sides(random);
		simulation.at(at, () => simulation.partition(side));
		simulation.at(at + faults.partition, () => simulation.partition(null));
	}
	if (faults.oneWay > 0) {
		const at = start(faults.oneWay);
		const side = sides(random);
		simulation.at(at, () => simulation.cut((from, to) => side(from) < side(to)));
		simulation.at(at + faults.oneWay, () => simulation.cut(null));
	}
}

/** 0 or 1 for every node: a part between a tenth and nine tenths of them, the same each time that it is asked. */
function sides(random: Random): (node: SimulatedNode) => number {
	const [part, salt] = [0.1 + 0.8 * random.float(), Math.floor(random.float() * 2 ** 31)];
	return ({index}) => {
		let mixed = Math.imul(index ^ salt, 0x9e3779b1);
		mixed = Math.imul(mixed ^ (mixed >>> 15), 0x85ebca6b);
		return ((mixed ^ (mixed >>> 13)) >>> 0) / 2 ** 32 < part ? 0 : 1;
	};
}

function leave(simulation: Simulation, node: SimulatedNode, how: number): void {
	if (!node.isAlive || node.isAsleep) return;
	if (how < 0.4) simulation.kill(node);
	else if (how < 0.7) simulation.stop(node);
	else simulation.crash(node);
}

function comeBack(simulation: Simulation, index: number): void {
	const node = simulation.nodes[index]!;
	if (!node.isAlive) simulation.restart(node);
}
