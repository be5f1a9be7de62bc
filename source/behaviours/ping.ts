/**
 * Ping: measures the round-trip time to every connected peer, all the time and on demand (after libp2p's ping). The
 * payload is random, so that an answer cannot be sent before its question.
 */
import type {CommandOf} from '../api/command.ts';
import type {PeerMeasures} from '../api/metrics.ts';
import type {Random} from '../base/random.ts';
import {PING_NONCE_BYTES} from '../wire/limits.ts';
import type {Pong} from '../wire/messages.ts';
import type {PeerId} from '../wire/peer-id.ts';
import type {Behaviour, BehaviourInput, BehaviourOutput, BehaviourStats, Instant, View} from './behaviour.ts';
import {refusal} from './refusal.ts';
import {RttMeters} from './rtt-meter.ts';

/** Milliseconds between two pings of one peer: often enough for a panel to feel live, and 100 bytes a second. */
export const PING_INTERVAL = 1_000;

/**
 * Milliseconds before the first ping of a new peer. Both sides have signatures to check and greetings to read at first;
 * a ping among them would measure that, and not the way.
 */
export const FIRST_PING_DELAY = 200;

/** Milliseconds after which a ping counts as lost. Closing is not ours to decide: heartbeat does that. */
export const PING_TIMEOUT = 5_000;

/**
 * Milliseconds that a peer has to answer when there is reason to think that it is no longer there, or that we are no
 * longer where we were: long enough for any network that can carry a conversation, and reconnecting is to take three
 * seconds in all.
 */
export const PROBE_TIMEOUT = 1_500;

/**
 * Milliseconds after which what comes from a peer was sent by somebody alive: what had come before, and lay there while
 * we slept, is read by then.
 */
export const STALE = 250;

/** Milliseconds by which a timer may be late before it says something about us. */
const LATE = 250;

/** Pings in one command, at most. */
export const MAX_PING_COUNT = 1_000;

/** A `ping` command under way: its pings go one after the other. */
type Series = {readonly command: CommandOf<'ping'>; readonly count: number; readonly rtts: number[]};

type Probe = {readonly peer: PeerId; readonly sentAt: Instant; readonly series: Series | undefined};

type Demand = {readonly nonce: string; readonly sentAt: Instant; readonly dueAt: Instant};

export type PingOptions = {
	readonly view: View;
	readonly random: Random;
	/** Milliseconds; `PING_INTERVAL` if not given. Simulations of thousands of nodes ping less often. */
	readonly interval?: number;
};

export class Ping implements Behaviour {
	readonly name = 'ping';
	readonly protocol = '/p2p-tui/ping/1';
	readonly messages = ['ping', 'pong'] as const;
	readonly commands = ['ping'] as const;

	readonly #view: View;
	readonly #random: Random;
	readonly #interval: number;
	/** Pings on their way, by nonce in hex. */
	readonly #probes = new Map<string, Probe>();
	/** What a peer has to answer to be kept. */
	readonly #demanded = new Map<PeerId, Demand>();
	readonly #meters = new RttMeters();

	constructor({view, random, interval = PING_INTERVAL}: PingOptions) {
		this.#view = view;
		this.#random = random;
		this.#interval = interval;
	}

	handle(input: BehaviourInput, now: Instant): BehaviourOutput[] {
		switch (input.type) {
			case 'connected':
				this.#meters.connected(input.peer);
				return [{type: 'schedule', timer: `next ${input.peer}`, at: now + FIRST_PING_DELAY}];
			case 'disconnected':
				return this.#disconnected(input.peer);
			case 'message':
				if (input.message.type === 'ping') {
					return [{type: 'send', peers: [input.peer], message: {type: 'pong', nonce: input.message.nonce}}];
				}
				return input.message.type === 'pong' ? this.#answered(input.peer, input.message, now) : [];
			case 'woke':
				return [...this.#view.connectedPeers()].flatMap(peer => this.#demand(peer, now));
			case 'probe':
				return this.#demand(input.peer, now);
			case 'timer':
				return this.#timer(input.timer, now);
			case 'command':
				return input.command.command === 'ping' ? this.#command(input.command, now) : [];
			default:
				return [];
		}
	}

	stats(): BehaviourStats {
		const rtt = this.#meters.all();
		return rtt ? {rtt} : {};
	}

	measured(peer: PeerId): Partial<PeerMeasures> {
		const rtt = this.#meters.of(peer);
		return rtt ? {rtt} : {};
	}

	#probeAndRepeat(peer: PeerId, now: Instant): BehaviourOutput[] {
		return [...this.#probe(peer, undefined, now), {type: 'schedule', timer: `next ${peer}`, at: now + this.#interval}];
	}

	#probe(peer: PeerId, series: Series | undefined, now: Instant): BehaviourOutput[] {
		const nonce = this.#random.bytes(PING_NONCE_BYTES);
		const key = hex(nonce);
		this.#probes.set(key, {peer, sentAt: now, series});
		return [
			{type: 'send', peers: [peer], message: {type: 'ping', nonce}},
			{type: 'schedule', timer: `lost ${key}`, at: now + PING_TIMEOUT},
		];
	}

	#demand(peer: PeerId, now: Instant): BehaviourOutput[] {
		if (this.#demanded.has(peer)) return [];
		const outputs = this.#probe(peer, undefined, now);
		const nonce = [...this.#probes.keys()].at(-1) as string;
		return [...outputs, this.#await(peer, {nonce, sentAt: now, dueAt: now + PROBE_TIMEOUT})];
	}

	#await(peer: PeerId, demand: Demand): BehaviourOutput {
		this.#demanded.set(peer, demand);
		return {type: 'schedule', timer: `demand ${peer}`, at: demand.dueAt};
	}

	/**
	 * On a line that is full the answer may stand behind seconds of other things. Those prove as well that the peer is
	 * there, unless they had come before we asked. A timer that comes late says that we were busy, or asleep: what there is
	 * may lie there unread.
	 */
	#unanswered(peer: PeerId, now: Instant): BehaviourOutput[] {
		const demand = this.#demanded.get(peer);
		if (!demand) return [];
		if ((this.#view.facts(peer).lastHeard ?? 0) - demand.sentAt > STALE) {
			this.#demanded.delete(peer);
			return [];
		}
		if (now - demand.dueAt > LATE) return [this.#await(peer, {...demand, dueAt: now + LATE})];
		return [{type: 'disconnect', peer, reason: 'no-answer'}];
	}

	#answered(peer: PeerId, message: Pong, now: Instant): BehaviourOutput[] {
		const key = hex(message.nonce);
		const probe = this.#probes.get(key);
		if (probe?.peer !== peer) return [{type: 'count', counter: 'unexpected-pong'}];
		this.#probes.delete(key);
		const milliseconds = roundToMicroseconds(now - probe.sentAt);
		this.#meters.answered(peer, milliseconds);
		const outputs: BehaviourOutput[] = [
			{type: 'cancel', timer: `lost ${key}`},
			{type: 'learned', peer, facts: {rtt: milliseconds}},
			{type: 'emit', event: {type: 'rtt', peer, milliseconds}},
		];
		if (this.#demanded.get(peer)?.nonce === key) {
			this.#demanded.delete(peer);
			outputs.unshift({type: 'cancel', timer: `demand ${peer}`});
		}
		if (probe.series) outputs.push(...this.#continue(peer, probe.series, milliseconds, now));
		return outputs;
	}

	#continue(peer: PeerId, series: Series, milliseconds: number, now: Instant): BehaviourOutput[] {
		series.rtts.push(milliseconds);
		if (series.rtts.length < series.count) return this.#probe(peer, series, now);
		return [{type: 'reply', command: series.command, result: {rtts: series.rtts}}];
	}

	#timer(timer: string, now: Instant): BehaviourOutput[] {
		const [kind, key = ''] = timer.split(' ', 2);
		if (kind === 'next') return this.#probeAndRepeat(key, now);
		if (kind === 'demand') return this.#unanswered(key, now);
		const probe = this.#probes.get(key);
		if (!probe) return [];
		this.#probes.delete(key);
		this.#meters.lost(probe.peer);
		const outputs: BehaviourOutput[] = [{type: 'count', counter: 'ping-lost'}];
		if (probe.series) {
			outputs.push(refusal(probe.series.command, 'ping-timeout', `no answer within ${PING_TIMEOUT / 1000} s`));
		}
		return outputs;
	}

	#disconnected(peer: PeerId): BehaviourOutput[] {
		this.#meters.disconnected(peer);
		const outputs: BehaviourOutput[] = [{type: 'cancel', timer: `next ${peer}`}];
		if (this.#demanded.delete(peer)) outputs.push({type: 'cancel', timer: `demand ${peer}`});
		for (const [key, probe] of this.#probes) {
			if (probe.peer !== peer) continue;
			this.#probes.delete(key);
			outputs.push({type: 'cancel', timer: `lost ${key}`});
			if (probe.series) outputs.push(refusal(probe.series.command, 'not-connected', 'the peer disconnected'));
		}
		return outputs;
	}

	#command(command: CommandOf<'ping'>, now: Instant): BehaviourOutput[] {
		const count = command.count ?? 1;
		if (!Number.isInteger(count) || count < 1 || count > MAX_PING_COUNT) {
			return [refusal(command, 'bad-command', `count must be a whole number from 1 to ${MAX_PING_COUNT}`)];
		}
		if (!this.#view.isConnected(command.peer)) {
			return [refusal(command, 'not-connected', 'not connected to that peer')];
		}
		return this.#probe(command.peer, {command, count, rtts: []}, now);
	}
}

function hex(bytes: Uint8Array): string {
	return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');
}

function roundToMicroseconds(milliseconds: number): number {
	return Math.round(milliseconds * 1000) / 1000;
}
