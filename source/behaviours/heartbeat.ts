/**
 * Heartbeat: every peer says every two seconds that it is alive, and whoever has been silent for seven is let go. So a
 * peer whose cable is out is shown gone within ten seconds. Any message counts as life, and a whole message only: one
 * byte a second does not keep a connection. One that leaves on purpose says goodbye, and is gone at once.
 */
import type {PeerId} from '../wire/peer-id.ts';
import type {Behaviour, BehaviourInput, BehaviourOutput, Instant, View} from './behaviour.ts';

/** Milliseconds between two heartbeats. */
export const HEARTBEAT_INTERVAL = 2_000;

/** Milliseconds of silence after which a peer is gone: three heartbeats may be lost or late. */
export const HEARTBEAT_TIMEOUT = 7_000;

export class Heartbeat implements Behaviour {
	readonly name = 'heartbeat';
	readonly protocol = '/p2p-tui/heartbeat/1';
	readonly messages = ['heartbeat', 'goodbye'] as const;
	readonly commands = [] as const;

	readonly #view: View;
	/** When each peer connected, or we woke: it has been silent since then at the most. */
	readonly #since = new Map<PeerId, Instant>();
	/** The last sequence number from each peer, to count the missing ones. */
	readonly #sequences = new Map<PeerId, number>();
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
				this.#since.set(input.peer, now);
				return [];
			case 'disconnected':
				this.#since.delete(input.peer);
				this.#sequences.delete(input.peer);
				return [];
			case 'message':
				if (input.message.type === 'goodbye') {
					return [{type: 'disconnect', peer: input.peer, reason: `goodbye: ${input.message.reason}`}];
				}
				return input.message.type === 'heartbeat' ? this.#heard(input.peer, input.message.sequence) : [];
			case 'timer':
				return this.#beat(now);
			case 'woke':
				// What they said meanwhile is lost or still to be read: nobody is to blame. Whether they are there, ping asks.
				for (const peer of this.#since.keys()) this.#since.set(peer, now);
				return [];
			case 'stop':
				return this.#goodbye();
			default:
				return [];
		}
	}

	#beat(now: Instant): BehaviourOutput[] {
		const outputs: BehaviourOutput[] = [];
		const alive: PeerId[] = [];
		// A beat that comes late says that this machine slept: what the others sent meanwhile is still to be read.
		const slept = now - this.#nextBeat > HEARTBEAT_INTERVAL;
		for (const [peer, since] of this.#since) {
			const lastHeard = Math.max(since, this.#view.facts(peer).lastHeard ?? since);
			if (slept || now - lastHeard < HEARTBEAT_TIMEOUT) alive.push(peer);
			else outputs.push({type: 'disconnect', peer, reason: 'no-heartbeat'});
		}
		if (alive.length > 0) {
			this.#sequence += 1;
			outputs.push({type: 'send', peers: alive, message: {type: 'heartbeat', sequence: this.#sequence}});
		}
		outputs.push(this.#schedule(now));
		return outputs;
	}

	#schedule(now: Instant): BehaviourOutput {
		this.#nextBeat = now + HEARTBEAT_INTERVAL;
		return {type: 'schedule', timer: 'beat', at: this.#nextBeat};
	}

	#heard(peer: PeerId, sequence: number): BehaviourOutput[] {
		const before = this.#sequences.get(peer);
		this.#sequences.set(peer, sequence);
		const missing = before === undefined ? 0 : sequence - before - 1;
		return missing > 0 ? [{type: 'count', counter: 'heartbeat-lost', by: missing}] : [];
	}

	#goodbye(): BehaviourOutput[] {
		const peers = [...this.#since.keys()];
		return peers.length === 0 ? [] : [{type: 'send', peers, message: {type: 'goodbye', reason: 'leaving'}}];
	}
}
