import type {NodeEvent} from '../../source/api/event.ts';
import type {SimulatedNode} from './simulated-node.ts';

/** Checks each event of each node as it comes: what must never happen, whatever the network does. */
export class Invariants {
	readonly #seen = new Map<SimulatedNode, Set<string>>();
	readonly #connected = new Map<SimulatedNode, Set<string>>();

	check(node: SimulatedNode, event: NodeEvent): void {
		switch (event.type) {
			case 'message':
				return this.#once(node, event.messageId);
			case 'peer-connected': {
				const peers = this.#of(this.#connected, node);
				if (peers.has(event.peer)) fail(node, `peer-connected twice for ${event.peer}`);
				if (event.peer === node.peerId) fail(node, 'connected to itself');
				peers.add(event.peer);
				return;
			}
			case 'peer-disconnected':
				if (!this.#of(this.#connected, node).delete(event.peer)) fail(node, 'peer-disconnected without peer-connected');
				return;
			case 'message-state':
				if (event.storedBy > event.of) fail(node, `stored by ${event.storedBy} of ${event.of}`);
				return;
		}
	}

	#once(node: SimulatedNode, messageId: string): void {
		const seen = this.#of(this.#seen, node);
		if (seen.has(messageId)) fail(node, `message ${messageId} shown twice`);
		seen.add(messageId);
	}

	#of(map: Map<SimulatedNode, Set<string>>, node: SimulatedNode): Set<string> {
		const set = map.get(node) ?? new Set();
		map.set(node, set);
		return set;
	}
}

function fail(node: SimulatedNode, what: string): never {
	throw new Error(`invariant broken at node ${node.index}: ${what}`);
}
