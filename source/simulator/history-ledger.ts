/** What was acknowledged to whom, and whether everyone holds the same in the end. */
import type {NodeEvent} from '../api/event.ts';
import type {Random} from '../base/random.ts';
import type {StoredEvent} from '../history/event-store.ts';
import type {SimulatedNode} from './simulated-node.ts';
import type {Simulation} from './simulation.ts';

/** More than any scenario says. */
const EVERYTHING = 1_000_000;

export class Ledger {
	readonly #room: string;
	/** Ids of messages that their author was told are safe, by index of the author. */
	readonly #acknowledged = new Map<string, number>();

	constructor(room: string) {
		this.#room = room;
	}

	/** Told of each event of each node: a reply with an id says that it is safe. */
	told(node: SimulatedNode, event: NodeEvent): void {
		const id = acknowledgedBy(event);
		if (id !== undefined) this.#acknowledged.set(id, node.index);
	}

	/** Some acknowledged message, own or of anybody, that the node holds; undefined if there is none at hand. */
	some(random: Random, node: SimulatedNode, isOwn: boolean): string | undefined {
		const page = node.store.page(this.#room, {limit: 20, kinds: 'entries'});
		const fitting = page.filter(({id}) => {
			const author = this.#acknowledged.get(id);
			return author !== undefined && (!isOwn || author === node.index);
		});
		return fitting[Math.floor(random.float() * fitting.length)]?.id;
	}

	/** It is back from its own disk: whatever was acknowledged to it must be there. */
	restarted(node: SimulatedNode): void {
		for (const [id, author] of this.#acknowledged) {
			if (author !== node.index || node.store.hasCommitted(this.#room, id)) continue;
			throw new Error(`node ${node.index} was told that ${id} is safe, and has lost it`);
		}
	}

	/** Its disk is about to be replaced by an older copy: what only it held is lost, and nobody can help it. */
	restoring(node: SimulatedNode, {nodes}: Simulation): void {
		for (const id of [...this.#acknowledged.keys()]) {
			const isElsewhere = nodes.some(other => other !== node && other.store.hasCommitted(this.#room, id));
			if (!isElsewhere) this.#acknowledged.delete(id);
		}
	}

	areEqual(simulation: Simulation): boolean {
		const digests = simulation.alive().map(node => this.#digest(node));
		return digests.every(digest => digest === digests[0]);
	}

	/** For a run that did not end well: who holds what. */
	difference(simulation: Simulation): string {
		return simulation
			.alive()
			.map(node => `node ${node.index} holds ${this.#digest(node)}`)
			.join('\n');
	}

	/** Equal digests could lie: the events themselves, their order, and what was acknowledged. Returns how many there are. */
	check(simulation: Simulation): number {
		const [first, ...others] = simulation.alive() as [SimulatedNode, ...SimulatedNode[]];
		const expected = this.#everything(first);
		for (const node of others) this.#compare(simulation, node, expected, this.#everything(node));
		const held = new Set(expected.map(({id}) => id));
		for (const [id, author] of this.#acknowledged) {
			if (!held.has(id))
				throw simulation.failure(`message ${id} of node ${author} was acknowledged, and nobody has it`);
		}
		return expected.length;
	}

	#compare(
		simulation: Simulation,
		node: SimulatedNode,
		expected: readonly StoredEvent[],
		actual: readonly StoredEvent[],
	): void {
		for (const [index, event] of expected.entries()) {
			const other = actual[index];
			const isSame = other?.id === event.id && other.order === event.order;
			if (isSame && Buffer.compare(other.bytes, event.bytes) === 0) continue;
			const [mine, its] = [describe(event), describe(other)];
			throw simulation.failure(`event ${index} at node ${node.index} is ${its} and not ${mine}`);
		}
	}

	#everything({store}: SimulatedNode): readonly StoredEvent[] {
		return store.page(this.#room, {limit: EVERYTHING, kinds: 'all'});
	}

	#digest({store}: SimulatedNode): string {
		const room = store.rooms().find(({room}) => room === this.#room);
		return room ? `${room.events} events, ${room.digest}` : 'nothing';
	}
}

/** The event that this reply says is safe; undefined for everything else. */
export function acknowledgedBy(event: NodeEvent): string | undefined {
	return event.type === 'reply' && event.ok && 'messageId' in event.result ? event.result.messageId : undefined;
}

function describe(event: StoredEvent | undefined): string {
	return event ? `${event.id.slice(0, 8)} at ${event.order}` : 'missing';
}
