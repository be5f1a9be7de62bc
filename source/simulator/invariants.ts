/** What must never happen, whatever the network does. */
import type {NodeEvent} from '../api/event.ts';
import {MAX_CONNECTIONS} from '../swarm/swarm.ts';
import type {Receipt} from '../wire/messages.ts';
import {acknowledgedBy} from './history-ledger.ts';
import type {SimulatedNode} from './simulated-node.ts';

/**
 * Timers that a node may have: some of its own, and for each connection its introduction, the next ping, the pings
 * under way (one a second, each for five seconds), and the end of a duplicate.
 */
const OWN_TIMERS = 24;
const TIMERS_PER_CONNECTION = 9;

/** Peers that a node may list: connected, discovered and remembered ones, each a bounded table. */
const MAX_LISTED = MAX_CONNECTIONS + 2 * 1_024;

/** Dials at once: more than the dial policy starts, since people may ask for some on top. */
const MAX_DIALS = 64;

export class Invariants {
	/** After each event, before the node's person hears of it. */
	event(node: SimulatedNode, event: NodeEvent): void {
		switch (event.type) {
			case 'message':
			case 'notice':
				if (node.shownMessages.has(event.messageId)) fail(node, `message ${event.messageId} shown twice`);
				return;
			case 'reply': {
				const id = acknowledgedBy(event);
				if (id !== undefined) this.#isDurable(node, 'lobby', id, 'acknowledged to its author');
				return;
			}
			case 'peer-connected':
				if (node.shownPeers.has(event.peer)) fail(node, `peer-connected twice for ${event.peer}`);
				if (event.peer === node.peerId) fail(node, 'connected to itself');
				return;
			case 'peer-disconnected':
				if (!node.shownPeers.has(event.peer)) fail(node, 'peer-disconnected without peer-connected');
				return;
			case 'message-state':
				if (event.storedBy > event.of) fail(node, `stored by ${event.storedBy} of ${event.of}`);
				return;
		}
	}

	/** A receipt leaves: whoever gets it relies on it. */
	receipt(node: SimulatedNode, {room, messageIds}: Receipt): void {
		for (const id of messageIds) this.#isDurable(node, room, id, 'acknowledged to others');
	}

	#isDurable(node: SimulatedNode, room: string, id: string, what: string): void {
		if (!node.store.hasCommitted(room, id)) fail(node, `message ${id} is ${what} before it is on disk`);
	}

	/** After each input of a node, when everything that it asked for is done. */
	step(node: SimulatedNode): void {
		const {ends, timers, dials, options} = node;
		const most = options.limits?.max ?? MAX_CONNECTIONS;
		if (ends.size > most) {
			const open = [...ends.values()].filter(({ending}) => ending === undefined).length;
			if (open > most) fail(node, `${open} connections, more than ${most}`);
		}
		if (timers.size > OWN_TIMERS + TIMERS_PER_CONNECTION * ends.size) {
			fail(node, `${timers.size} timers with ${ends.size} connections: ${[...timers.keys()].join(', ')}`);
		}
		if (dials.size > MAX_DIALS) fail(node, `${dials.size} dials at once`);
	}

	/** Every now and then, for every node: what is too dear to be looked at after each step. */
	sweep(nodes: readonly SimulatedNode[], now: number): void {
		for (const node of nodes) {
			if (!node.isAlive || node.isAsleep) continue;
			const listed = node.swarm.peers(now, node.wallClock(now));
			if (listed.length > MAX_LISTED) fail(node, `${listed.length} peers in its list`);
			const connected = new Set(listed.filter(({state}) => state === 'connected').map(({id}) => id));
			for (const peer of node.shownPeers) {
				if (!connected.has(peer)) fail(node, `shows ${peer} as connected, and lists it as something else`);
			}
			for (const {room, mesh, members} of node.swarm.stats().pubsub?.rooms ?? []) {
				if (mesh > members) fail(node, `#${room} has ${mesh} in its mesh and ${members} members`);
			}
		}
	}
}

function fail(node: SimulatedNode, what: string): never {
	throw new Error(`invariant broken at node ${node.index}: ${what}`);
}
