/** What went through the node's connections, and how the process is doing. */
import type {Stats, Traffic} from '../api/event.ts';
import type {LinkMetrics} from '../api/metrics.ts';
import {Ring} from '../base/bounded.ts';
import {Counters} from '../base/counters.ts';
import type {PeerId} from '../wire/peer-id.ts';
import {PRIORITIES, type Priority} from '../wire/priority.ts';
import {LoopDelay, type Reader} from './loop-delay.ts';

/** What a connection counts. */
export type Counted = {
	readonly bytesIn: number;
	readonly bytesOut: number;
	readonly framesIn: number;
	readonly framesOut: number;
};

/** What a connection has not sent, in frames by counter. */
export type Dropped = {readonly dropped: Readonly<Record<string, number>>};

/** What a connection has waiting, in bytes by priority. */
export type Queued = {readonly queuedByPriority: Readonly<Record<Priority, number>>};

/** A connection as it is measured. */
export type Metered = Counted & Queued & {readonly peer: PeerId; readonly cipher: string | undefined};

/** Rates are means over this many intervals: a ping a second would make shorter ones jump between 0 and twice the truth. */
const RATE_INTERVALS = 2;

/** In one second. */
const MICROSECONDS = 1_000_000;

const NOTHING: Counted = {bytesIn: 0, bytesOut: 0, framesIn: 0, framesOut: 0};

/** Of the traffic, and of the process. */
export type ProcessStats = Pick<
	Stats,
	| ('uptime' | 'bytesIn' | 'bytesOut' | 'framesIn' | 'framesOut' | 'connections' | 'queued')
	| ('counters' | 'memory' | 'cpu' | 'loopDelay')
>;

type Sample = {readonly at: number; readonly total: Counted; readonly peers: ReadonlyMap<PeerId, Counted>};

export class Meter {
	readonly #startedAt = performance.now();
	readonly #loopDelay = new LoopDelay();
	/** Sums of the connections that are closed. */
	#closed = NOTHING;
	/** The same by peer, of those that have another connection all the same. */
	readonly #closedOf = new Map<PeerId, Counted>();
	/** Theirs too: a connection drops only what it has when it ends. */
	readonly #dropped = new Counters();
	readonly #samples = new Ring<Sample>(RATE_INTERVALS);
	readonly #bulk: () => Iterable<Metered>;

	/** `bulk`: the connections for bytes of files that are there; those that are passed in are for talk. */
	constructor(bulk: () => Iterable<Metered> = () => []) {
		this.#bulk = bulk;
	}

	/** A connection is closed and will not be passed in again; `others` are those that are there. */
	retire(connection: Counted & Dropped & {readonly peer: PeerId}, others: Iterable<{readonly peer: PeerId}>): void {
		const {peer} = connection;
		this.#closed = add(this.#closed, connection);
		for (const [counter, frames] of Object.entries(connection.dropped)) this.#dropped.add(counter, frames);
		const isHere = [...others, ...this.#bulk()].some(other => other.peer === peer);
		if (isHere) this.#closedOf.set(peer, add(this.#closedOf.get(peer) ?? NOTHING, connection));
		else this.#closedOf.delete(peer);
	}

	/** Bytes per second over the last few calls, in all and by peer. */
	rates(connections: Iterable<Counted & {readonly peer: PeerId}>): Omit<Traffic, 'type' | 'pubsub'> {
		const all = [...connections, ...this.#bulk()];
		const now: Sample = {at: performance.now(), total: this.#sum(all), peers: this.#byPeer(all)};
		const before = this.#samples.at(0) ?? {at: this.#startedAt, total: NOTHING, peers: new Map<PeerId, Counted>()};
		this.#samples.push(now);
		const seconds = Math.max(0.001, (now.at - before.at) / 1000);
		const rate = (to: number, from: number) => Math.round((to - from) / seconds);
		return {
			bytesInPerSecond: rate(now.total.bytesIn, before.total.bytesIn),
			bytesOutPerSecond: rate(now.total.bytesOut, before.total.bytesOut),
			peers: [...now.peers].map(([peer, to]) => {
				const from = startOf(before.peers.get(peer), to);
				return [peer, rate(to.bytesIn, from.bytesIn), rate(to.bytesOut, from.bytesOut)];
			}),
		};
	}

	stats(connections: Iterable<Counted & Queued>, counters: Counters, reader?: Reader): ProcessStats {
		const live = [...connections];
		const {rss, heapUsed, heapTotal, external} = process.memoryUsage();
		const {user, system} = process.cpuUsage();
		return {
			uptime: Math.round(performance.now() - this.#startedAt) / 1000,
			...this.total(live),
			connections: live.length,
			queued: sumQueued([...live, ...this.#bulk()]),
			counters: {...counters.toObject(), ...this.#dropped.toObject()},
			memory: {rss, heapUsed, heapTotal, external},
			cpu: {user: user / MICROSECONDS, system: system / MICROSECONDS},
			loopDelay: this.#loopDelay.take(reader),
		};
	}

	/** By peer, over all its connections since it connected. */
	links(connections: Iterable<Metered>): ReadonlyMap<PeerId, LinkMetrics> {
		const own = new Map<PeerId, Metered[]>();
		for (const connection of [...connections, ...this.#bulk()]) {
			const list = own.get(connection.peer);
			if (list) list.push(connection);
			else own.set(connection.peer, [connection]);
		}
		return new Map([...own].map(([peer, list]) => [peer, this.#link(peer, list)]));
	}

	/** What has ever gone through. */
	total(connections: Iterable<Counted>): Counted {
		return this.#sum([...connections, ...this.#bulk()]);
	}

	#sum(connections: Iterable<Counted>): Counted {
		let total = this.#closed;
		for (const connection of connections) total = add(total, connection);
		return total;
	}

	close(): void {
		this.#loopDelay.close();
	}

	#link(peer: PeerId, own: readonly Metered[]): LinkMetrics {
		const cipher = own.find(connection => connection.cipher !== undefined)?.cipher;
		const counted = own.reduce(add, this.#closedOf.get(peer) ?? NOTHING);
		return {transport: 'tcp', ...(cipher && {cipher}), ...counted, queued: sumQueued(own)};
	}

	#byPeer(connections: Iterable<Counted & {readonly peer: PeerId}>): ReadonlyMap<PeerId, Counted> {
		const sums = new Map<PeerId, Counted>();
		for (const connection of connections) {
			const {peer} = connection;
			sums.set(peer, add(sums.get(peer) ?? this.#closedOf.get(peer) ?? NOTHING, connection));
		}
		return sums;
	}
}

/** Who has connected meanwhile, or connected anew, had nothing before. */
function startOf(before: Counted | undefined, now: Counted): Counted {
	const isSame = before && before.bytesIn <= now.bytesIn && before.bytesOut <= now.bytesOut;
	return isSame ? before : NOTHING;
}

function sumQueued(connections: readonly Queued[]): Stats['queued'] {
	const total = {control: 0, chat: 0, bulk: 0};
	for (const {queuedByPriority} of connections) {
		for (const priority of PRIORITIES) total[priority] += queuedByPriority[priority];
	}
	return total;
}

function add(a: Counted, b: Counted): Counted {
	return {
		bytesIn: a.bytesIn + b.bytesIn,
		bytesOut: a.bytesOut + b.bytesOut,
		framesIn: a.framesIn + b.framesIn,
		framesOut: a.framesOut + b.framesOut,
	};
}
