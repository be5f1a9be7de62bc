import type {Random} from '../base/random.ts';
import {Acquaintances} from '../behaviours/acquaintances.ts';
import type {Behaviour, View} from '../behaviours/behaviour.ts';
import {Chronicle} from '../behaviours/chronicle.ts';
import {Files} from '../behaviours/files/files.ts';
import {Heartbeat} from '../behaviours/heartbeat.ts';
import {History} from '../behaviours/history/history.ts';
import {Identify} from '../behaviours/identify.ts';
import type {Overlay} from '../behaviours/overlay.ts';
import {PeerExchange} from '../behaviours/peer-exchange.ts';
import {People} from '../behaviours/people.ts';
import {Ping} from '../behaviours/ping.ts';
import {Queries} from '../behaviours/queries.ts';
import {Receipts} from '../behaviours/receipts.ts';
import {Relay} from '../behaviours/relay.ts';
import {Rooms} from '../behaviours/rooms.ts';
import {TopologyBehaviour} from '../behaviours/topology/topology.ts';
import {Trace} from '../behaviours/trace.ts';
import {Archive} from '../history/archive.ts';
import type {EventStore} from '../history/event-store.ts';
import {MemoryEventStore} from '../history/memory-store.ts';
import {type EventVerifier, verifyEvent} from '../wire/event.ts';
import type {Identity} from '../wire/identity.ts';
import {type StatementVerifier, verifyStatement} from '../wire/neighbours.ts';
import type {PeerId} from '../wire/peer-id.ts';
import {DEFAULT_LIMITS, type SwarmLimits} from './limits.ts';
import {Swarm} from './swarm.ts';

export type ChatSwarmOptions = {
	readonly identity: Identity;
	/** Random per start, 32 hex digits. */
	readonly instance: string;
	readonly random: Random;
	readonly name: string;
	/** Program and version, such as `p2p-tui/0.1.0`. */
	readonly agent: string;
	readonly rooms: readonly string[];
	readonly peers: readonly string[];
	readonly discovery: boolean;
	readonly pubsub: 'gossipsub' | 'floodsub';
	/** Whether to tell others who our neighbours are; true, if it is left out. */
	readonly tellsNeighbours?: boolean;
	/** Here for a moment: takes over no history, and is therefore nobody who holds any. */
	readonly visits?: boolean;
	readonly limits?: Partial<SwarmLimits>;
	/** What is kept; memory, if it is left out. */
	readonly store?: EventStore;
	/** Milliseconds after which events are deleted here; for ever, if it is left out. */
	readonly keep?: number;
	/** Unix milliseconds. */
	readonly wallClock: () => number;
	/** As in `SwarmOptions`. */
	readonly clock?: () => number;
	/** Another judge of events, such as one that remembers its verdicts when a thousand nodes run in one process. */
	readonly verify?: EventVerifier;
	/** The same for statements of neighbours. */
	readonly verifyNeighbours?: StatementVerifier;
	/** Milliseconds between two pings of one peer, if not the usual: as in `PingOptions`. */
	readonly pingInterval?: number;
	/** For whoever looks at it from outside: a simulation knows more than any node. */
	readonly onOverlay?: (overlay: Overlay) => void;
};

/** The swarm of this program: every protocol that it speaks, in the order in which a new peer is greeted. */
export function createChatSwarm(options: ChatSwarmOptions): Swarm {
	const {identity, instance, random, name, agent, rooms, peers, discovery, pubsub} = options;
	const {limits = {}, verify = verifyEvent, pingInterval, keep, wallClock} = options;
	const archive = new Archive({store: options.store ?? new MemoryEventStore(random), identity});
	const behaviours = (view: View): readonly Behaviour[] => {
		const {tellsNeighbours: tells = true, verifyNeighbours = verifyStatement} = options;
		const receipts = new Receipts({view, archive, tells});
		const people = new Acquaintances({view, store: archive.store});
		const spread = (messageId: string) => receipts.spreadOf(messageId);
		const chronicle = new Chronicle({view, archive, people, spread});
		const lastSeen = (peer: PeerId) => people.lastSeen(peer);
		const talking = new Rooms({view, archive, chronicle, receipts, rooms, random, pubsub, verify, lastSeen});
		const {directs, overlay, talk} = talking;
		options.onOverlay?.(talking.overlay);
		const target = limits.target ?? DEFAULT_LIMITS.target;
		const trace = new Trace({view, overlay, chronicle, random, tells});
		const relay = new Relay({view, overlay, identity, receipts, tells});
		const topology = new TopologyBehaviour({view, overlay, identity, random, verify: verifyNeighbours, tells, target});
		const keeping = keep === undefined ? {} : {keep};
		const history = new History({view, archive, chronicle, receipts, directs, random, verify, ...keeping});
		const others = [
			new Ping({view, random, ...(pingInterval !== undefined && {interval: pingInterval})}),
			new Heartbeat({view}),
			talking,
			...(options.visits ? [] : [history]),
			new People({view, people}),
			new Queries({view, archive, chronicle, receipts, overlay}),
			new PeerExchange({view, random}),
			...(options.visits
				? []
				: [new Files({view, archive, overlay, random, talk, nameOf: peer => people.labelOf(peer)})]),
			topology,
			trace,
			relay,
		];
		const protocols = others.filter(one => tells || (one !== trace && one !== relay)).map(({protocol}) => protocol);
		return [new Identify({view, name, agent, instance, protocols}), ...others];
	};
	const clock = options.clock ? {clock: options.clock} : {};
	const known = {self: identity.peerId, instance, random, peers, discovery, limits};
	return new Swarm({...known, wallClock, ...clock, archive, behaviours});
}
