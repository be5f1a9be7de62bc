/**
 * Answers to wants: in chunks, one a turn, so that other things go in between and little waits in the queue of one peer.
 * Each peer has a budget of bytes, which outlives its connection: whoever asks for everything in a loop soon hears `busy`.
 */
import {BoundedMap} from '../../base/bounded.ts';
import {TokenBucket} from '../../base/token-bucket.ts';
import type {Archive} from '../../history/archive.ts';
import type {Events, EventsStatus, Segment, Want} from '../../wire/messages.ts';
import type {PeerId} from '../../wire/peer-id.ts';
import type {BehaviourOutput, Instant} from '../behaviour.ts';
import {
	CHUNK_BYTES,
	MAX_ANSWER_BYTES,
	MAX_REMEMBERED_PEERS,
	SCREENFUL_BYTES,
	SERVED_BYTES,
	STEP_COST,
	TURN_BYTES,
	WANT_COST,
	WANT_ITEM_COST,
} from './parameters.ts';

const TIMER = 'serve';

/** What is left to be sent of one answer. */
type Job = {readonly want: Want; readonly bytes: number};

export class Serving {
	/** Events given since the start. */
	given = 0;
	readonly #archive: Archive;
	/** The one that has waited longest first. */
	readonly #jobs = new Map<PeerId, Job>();
	readonly #budgets = new BoundedMap<PeerId, TokenBucket>(MAX_REMEMBERED_PEERS);
	#isScheduled = false;

	constructor(archive: Archive) {
		this.#archive = archive;
	}

	isTimer(timer: string): boolean {
		return timer === TIMER;
	}

	/** Another want of the same peer takes the place of the one before: it has given that up. */
	ask(peer: PeerId, want: Want, now: Instant): BehaviourOutput[] {
		this.#jobs.delete(peer);
		const cost = WANT_COST + WANT_ITEM_COST * (want.runs.length + want.ids.length + want.newest);
		if (!this.#budget(peer).take(now, cost)) {
			return [this.#send(peer, want, [], 'busy'), {type: 'count', counter: 'history-busy'}];
		}
		this.#jobs.set(peer, {want, bytes: Math.min(want.bytes, MAX_ANSWER_BYTES)});
		// In a turn of its own: many can come at once.
		return this.#schedule(now);
	}

	/** The timer fired. */
	run(now: Instant): BehaviourOutput[] {
		this.#isScheduled = false;
		const outputs: BehaviourOutput[] = [];
		let bytes = 0;
		for (const peer of [...this.#jobs.keys()]) {
			if (bytes >= TURN_BYTES) break;
			const served = this.#serve(peer, now);
			bytes += served.bytes;
			outputs.push(...served.outputs);
		}
		return [...outputs, ...this.#schedule(now)];
	}

	/** Of one room, or of all. */
	forget(peer: PeerId, room?: string): void {
		if (room === undefined || this.#jobs.get(peer)?.want.room === room) this.#jobs.delete(peer);
	}

	#serve(peer: PeerId, now: Instant): {bytes: number; outputs: BehaviourOutput[]} {
		const {want, bytes} = this.#jobs.get(peer) as Job;
		this.#jobs.delete(peer);
		const budget = this.#budget(peer);
		if (!budget.has(now, CHUNK_BYTES)) {
			return {bytes: 0, outputs: [this.#send(peer, want, [], 'busy'), {type: 'count', counter: 'history-busy'}]};
		}
		const limit = want.newest > 0 ? SCREENFUL_BYTES : CHUNK_BYTES;
		const answer = this.#archive.answer(want, Math.min(limit, bytes));
		const cost = answer.bytes + STEP_COST * answer.steps;
		if (!budget.take(now, cost)) budget.take(now, CHUNK_BYTES);
		this.given += answer.events;
		const left = bytes - answer.bytes;
		const rest = answer.rest && withoutNewest(answer.rest, want);
		const hasMore = rest !== undefined && left > 0 && answer.events > 0;
		if (hasMore) this.#jobs.set(peer, {want: rest, bytes: left});
		return {bytes: cost, outputs: [this.#send(peer, want, answer.segments, hasMore ? 'more' : 'done')]};
	}

	#send(peer: PeerId, {request, room}: Want, segments: readonly Segment[], status: EventsStatus): BehaviourOutput {
		const message: Events = {type: 'events', request, room, segments, status};
		return {type: 'send', peers: [peer], message};
	}

	#schedule(now: Instant): BehaviourOutput[] {
		if (this.#isScheduled || this.#jobs.size === 0) return [];
		this.#isScheduled = true;
		return [{type: 'schedule', timer: TIMER, at: now}];
	}

	#budget(peer: PeerId): TokenBucket {
		const budget = this.#budgets.get(peer) ?? new TokenBucket(SERVED_BYTES);
		this.#budgets.set(peer, budget);
		return budget;
	}
}

/** What is left of what was asked for by name; undefined if that is nothing. Each newest event would bring its proof anew. */
function withoutNewest(rest: Want, asked: Want): Want | undefined {
	const ids = rest.ids.filter(id => asked.ids.includes(id));
	return ids.length + rest.runs.length === 0 ? undefined : {...rest, ids};
}
