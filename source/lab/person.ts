/** The person's node as it is measured: what the driver of a real node adds to what its swarm says. */
import type {EventOf, Stats} from '../api/event.ts';
import type {NetworkReport} from '../api/metrics.ts';
import {type Counted, Meter, type Metered} from '../core/meter.ts';
import type {SimulatedNode} from '../simulator/simulated-node.ts';
import type {End} from '../simulator/streams.ts';
import type {ConnectionId} from '../swarm/io.ts';
import {networkReport} from '../swarm/network-metrics.ts';

const NOTHING_QUEUED = {control: 0, chat: 0, bulk: 0};
/** The disk is memory. */
const NO_COMMITS = {commits: 0, commitP50: 0, commitP99: 0};

export class Person {
	readonly #meter = new Meter();
	#ends: ReadonlyMap<ConnectionId, End> = new Map();

	traffic({swarm, ends}: SimulatedNode): EventOf<'traffic'> {
		this.#notice(ends);
		const {pubsub} = swarm.stats();
		return {type: 'traffic', ...this.#meter.rates(this.#connections()), ...(pubsub && {pubsub})};
	}

	network(node: SimulatedNode, now: number): NetworkReport {
		this.#notice(node.ends);
		const links = this.#meter.links(this.#connections());
		const linkTo = (peer: string) => {
			const link = links.get(peer);
			return link && {...link, transport: 'simulated' as const};
		};
		return networkReport(node.swarm.metrics(now, node.wallClock(now)), linkTo, this.#meter.total(this.#connections()));
	}

	stats({swarm, ends, dials, timers}: SimulatedNode, now: number): Stats {
		this.#notice(ends);
		const {history, ...others} = swarm.stats();
		return {
			...this.#meter.stats(this.#connections(), swarm.counters),
			...swarm.counts(now),
			...others,
			dials: {pending: dials.size, succeeded: 0, calledOff: 0, failed: {}},
			timers: timers.size,
			...(history && {history: {...history, ...NO_COMMITS}}),
		};
	}

	close(): void {
		this.#meter.close();
	}

	/** Connections that have closed since the last time count on in the sums. */
	#notice(ends: ReadonlyMap<ConnectionId, End>): void {
		const others = [...ends.values()].map(({peer}) => ({peer: peer.node.peerId}));
		for (const [id, end] of this.#ends) {
			if (!ends.has(id)) this.#meter.retire({...countsOf(end), peer: end.peer.node.peerId, dropped: {}}, others);
		}
		this.#ends = new Map(ends);
	}

	#connections(): Metered[] {
		return [...this.#ends.values()].map(end => ({
			...countsOf(end),
			peer: end.peer.node.peerId,
			cipher: undefined,
			queuedByPriority: NOTHING_QUEUED,
		}));
	}
}

function countsOf({bytesIn, bytesOut, framesIn, framesOut}: End): Counted {
	return {bytesIn, bytesOut, framesIn, framesOut};
}
