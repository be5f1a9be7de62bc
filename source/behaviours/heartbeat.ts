/**
 * Heartbeat: every peer says every two seconds that it is alive, and whoever has been silent for seven is let go. So a
 * peer whose cable is out is shown gone within ten seconds. Any message counts as life, and a whole message only: one
 * byte a second does not keep a connection. One that leaves on purpose says goodbye, and is gone at once.
 *
 * Each beat also says what the wall clock showed when it was sent, so that the other side sees by how much clocks differ.
 */
import type {PeerMeasures} from '../api/metrics.ts';
import type {Heartbeat as HeartbeatMessage} from '../wire/messages.ts';
import type {PeerId} from '../wire/peer-id.ts';
import type {Behaviour, BehaviourInput, BehaviourOutput, BehaviourStats, Instant, View} from './behaviour.ts';
import {ClockMeter} from './clock-meter.ts';

/** Milliseconds between two heartbeats. */
export const HEARTBEAT_INTERVAL = 2_000;

/** Milliseconds of silence after which a peer is gone: three heartbeats may be lost or late. */
export const HEARTBEAT_TIMEOUT = 7_000;

/** What is known of a connected peer by its heartbeats. */
type Pulse = {
	/** When it connected, or we woke: it has been silent since then at the most. */
	since: Instant;
	/** The highest sequence number, to count the missing ones, and when it came. */
	highest: {readonly sequence: number; readonly at: Instant} | undefined;
	received: number;
	lost: number;
	clock: ClockMeter;
};

export class Heartbeat implements Behaviour {
	readonly name = 'heartbeat';
	readonly protocol = '/p2p-tui/heartbeat/1';
	readonly messages = ['heartbeat', 'goodbye'] as const;
	readonly commands = [] as const;

	readonly #view: View;
	/** Of each connected peer. */
	readonly #pulses = new Map<PeerId, Pulse>();
	/** Of all peers since the start. */
	#received = 0;
	#lost = 0;
	#sequence = 0;
	#nextBeat: Instant = 0;

	constructor({view}: {readonly view: View}) {
		this.#view = view;
	}

	handle(input: BehaviourInput, now: Instant): BehaviourOutput[] {
		switch (input.type) {
			case 'start':
				return [this.#schedule(now)];
			case 'connected':
				this.#pulses.set(input.peer, {since: now, highest: undefined, received: 0, lost: 0, clock: new ClockMeter()});
				return [];
			case 'disconnected':
				this.#pulses.delete(input.peer);
				return [];
			case 'message':
				if (input.message.type === 'goodbye') {
					return [{type: 'disconnect', peer: input.peer, reason: `goodbye: ${input.message.reason}`}];
				}
				return input.message.type === 'heartbeat' ? this.#heard(input.peer, input.message, now) : [];
			case 'timer':
				return this.#beat(now);
			case 'woke':
				// What they said meanwhile is lost or still to be read: nobody is to blame. Whether they are there, ping asks.
				// The clocks are compared anew, for the one that only goes forward may have stood still.
				for (const pulse of this.#pulses.values()) Object.assign(pulse, {since: now, clock: new ClockMeter()});
				return [];
			case 'stop':
				return this.#goodbye();
			default:
				return [];
		}
	}

	stats(): BehaviourStats {
		return {heartbeats: {received: this.#received, lost: this.#lost}};
	}

	measured(peer: PeerId, now: Instant, timestamp: number): Partial<PeerMeasures> {
		const pulse = this.#pulses.get(peer);
		if (!pulse) return {};
		const {received, lost} = pulse;
		const clock = pulse.clock.figures(timestamp, now);
		return {heartbeats: {received, lost}, ...(clock && {clock})};
	}

	#beat(now: Instant): BehaviourOutput[] {
		const outputs: BehaviourOutput[] = [];
		const alive: PeerId[] = [];
		// A beat that comes late says that this machine slept: what the others sent meanwhile is still to be read.
		const slept = now - this.#nextBeat > HEARTBEAT_INTERVAL;
		for (const [peer, {since}] of this.#pulses) {
			const lastHeard = Math.max(since, this.#view.facts(peer).lastHeard ?? since);
			if (slept || now - lastHeard < HEARTBEAT_TIMEOUT) alive.push(peer);
			else outputs.push({type: 'disconnect', peer, reason: 'no-heartbeat'});
		}
		if (alive.length > 0) {
			this.#sequence += 1;
			const [sequence, timestamp] = [this.#sequence, this.#view.timestamp()];
			outputs.push({type: 'send', peers: alive, message: {type: 'heartbeat', sequence, timestamp}});
		}
		outputs.push(this.#schedule(now));
		return outputs;
	}

	#schedule(now: Instant): BehaviourOutput {
		this.#nextBeat = now + HEARTBEAT_INTERVAL;
		return {type: 'schedule', timer: 'beat', at: this.#nextBeat};
	}

	#heard(peer: PeerId, {sequence, timestamp}: HeartbeatMessage, now: Instant): BehaviourOutput[] {
		const pulse = this.#pulses.get(peer);
		if (!pulse) return [];
		const missing = missingBefore(pulse, sequence, now);
		if (sequence > (pulse.highest?.sequence ?? -1)) pulse.highest = {sequence, at: now};
		pulse.received += 1;
		pulse.lost += missing;
		this.#received += 1;
		this.#lost += missing;
		const {rtt} = this.#view.facts(peer);
		if (timestamp !== undefined && rtt !== undefined) pulse.clock.heard(timestamp, rtt, now);
		return missing > 0 ? [{type: 'count', counter: 'heartbeat-lost', by: missing}] : [];
	}

	#goodbye(): BehaviourOutput[] {
		const peers = [...this.#pulses.keys()];
		return peers.length === 0 ? [] : [{type: 'send', peers, message: {type: 'goodbye', reason: 'leaving'}}];
	}
}

/**
 * How many are missing between the highest number and this one. Numbers are a claim: there are no more than there was time
 * for since, at the usual pace, and none where they do not rise.
 */
function missingBefore({highest}: Pulse, sequence: number, now: Instant): number {
	if (!highest) return 0;
	const most = Math.round((now - highest.at) / HEARTBEAT_INTERVAL);
	return Math.max(0, Math.min(sequence - highest.sequence - 1, most));
}
