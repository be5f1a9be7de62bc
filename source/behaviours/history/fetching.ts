/**
 * Who is asked for what. One want at a time is under way to a peer, and a chain is asked of one peer at a time: so every
 * event comes from one member, and several members give different chains side by side. What was asked for and did not
 * come is asked of others; who left it out is not asked for that chain for a while.
 */
import type {NodeEvent} from '../../api/event.ts';
import {type Random, shuffled} from '../../base/random.ts';
import type {Archive} from '../../history/archive.ts';
import {decodeEvent} from '../../wire/event.ts';
import type {ChainRanges, Events, Want} from '../../wire/messages.ts';
import type {PeerId} from '../../wire/peer-id.ts';
import type {BehaviourOutput, Instant} from '../behaviour.ts';
import type {Alarm} from './alarm.ts';
import type {Answers, Landed} from './answers.ts';
import {Avoided} from './avoided.ts';
import {chainKey} from './chain-key.ts';
import type {GapHunter} from './gaps.ts';
import {Holdings} from './holdings.ts';
import {MAX_PARALLEL, MAX_UNCOMMITTED_BYTES, MAX_WANT_TIME, WANT_SLACK, WANT_TIMEOUT} from './parameters.ts';
import {type Draft, planWant, type Refetch, wantOf} from './planning.ts';
import type {Progress} from './progress.ts';
import type {SharedRooms} from './shared-rooms.ts';

/** A want that is under way. */
type Asked = Draft & {
	readonly peer: PeerId;
	readonly want: Want;
	/** It is given up then, unless something new comes; and at the latest then, whatever comes. */
	deadline: Instant;
	readonly latest: Instant;
	/** Bytes of events that came, and new events. */
	bytes: number;
	kept: number;
	/** Chains of which something new came. */
	readonly moved: Set<string>;
	/** The lowest number of the chain that is fetched again that came. */
	lowest: number;
};

export type FetchingOptions = {
	readonly archive: Archive;
	readonly shared: SharedRooms;
	readonly random: Random;
	readonly alarm: Alarm;
	readonly answers: Answers;
	readonly progress: Progress;
	readonly gaps: GapHunter;
	/** Nothing is left that this peer could give, or would. */
	readonly exhausted: (room: string, peer: PeerId, now: Instant) => void;
};

export class Fetching {
	readonly #options: FetchingOptions;
	readonly #holdings = new Holdings();
	readonly #avoided = new Avoided();
	readonly #asked = new Map<PeerId, Asked>();
	/** Chains that are being fetched again, by room. */
	readonly #refetches = new Map<string, Refetch>();
	#requests = 0;
	#isStopped = false;

	constructor(options: FetchingOptions) {
		this.#options = options;
	}

	/** Something is to be fetched in the room, or under way. */
	isActive(room: string): boolean {
		return this.#holdings.has(room) || [...this.#asked.values()].some(asked => asked.room === room);
	}

	/** It holds something that we lack. */
	hasSource(room: string, peer: PeerId): boolean {
		return this.#holdings.get(room, peer) !== undefined;
	}

	sourcesIn(room: string): readonly PeerId[] {
		return this.#holdings.in(room).map(([peer]) => peer);
	}

	/** It holds some of what we lack in these chains: to be asked for from then on. */
	learned(room: string, peer: PeerId, chains: readonly ChainRanges[], from: Instant): void {
		this.#holdings.add(room, peer, chains, from);
		this.#options.alarm.by(from);
	}

	/** What it holds is no longer known: of one room, or of all. */
	forget(peer: PeerId, room?: string): void {
		for (const one of room === undefined ? this.#holdings.rooms() : [room]) this.#holdings.delete(one, peer);
	}

	/** It is gone, or has left the room: what it was asked for others may give. */
	left(peer: PeerId, room?: string): void {
		this.forget(peer, room);
		for (const [one, refetch] of this.#refetches) {
			if (refetch.peer === peer && (room ?? one) === one) this.#refetches.delete(one);
		}
		const asked = this.#asked.get(peer);
		if (!asked || (room ?? asked.room) !== asked.room) return;
		this.#asked.delete(peer);
		if (asked.isNewest) this.#options.progress.setNewest(asked.room, 'wanted');
	}

	/** The disk does not take anything: nothing is fetched. */
	stop(): void {
		this.#isStopped = true;
		this.#holdings.clear();
		this.#asked.clear();
		this.#refetches.clear();
	}

	resume(): void {
		this.#isStopped = false;
	}

	/** What is left to be asked for, of all who could give it; gives up what did not come in time. */
	run(now: Instant): BehaviourOutput[] {
		const outputs: BehaviourOutput[] = [];
		for (const asked of [...this.#asked.values()]) {
			if (asked.deadline > now) this.#options.alarm.by(asked.deadline);
			else outputs.push(...this.#giveUp(asked, 'history-timeout', now));
		}
		for (const peer of this.#isStopped ? [] : this.#candidates(now)) {
			if (this.#asked.size >= MAX_PARALLEL || this.#options.answers.bytes >= MAX_UNCOMMITTED_BYTES) break;
			outputs.push(...this.#ask(peer, now));
		}
		return [...outputs, ...this.#settle()];
	}

	/** Part of an answer; `kept` of each of its segments has been staged. */
	events(peer: PeerId, message: Events, now: Instant): BehaviourOutput[] {
		const asked = this.#asked.get(peer);
		if (asked?.want.request !== message.request || asked.room !== message.room) return [count('history-stray')];
		const outputs: BehaviourOutput[] = [];
		for (const segment of message.segments) {
			const landed = this.#options.answers.land(asked.room, peer, segment);
			outputs.push(...this.#landed(asked, landed, now));
			if (landed.refused !== undefined) return [...outputs, ...this.#refused(peer, landed.refused)];
			// Of what was not proved nothing but the last event was looked at.
			if (asked.refetch && !landed.isUnproved)
				asked.lowest = Math.min(asked.lowest, decodeEvent(segment.events[0] as Uint8Array).sequence);
		}
		if (asked.bytes > asked.want.bytes + WANT_SLACK)
			return [...outputs, ...this.#giveUp(asked, 'history-overlong', now)];
		if (message.status === 'busy') outputs.push(...this.#giveUp(asked, 'history-refused', now));
		if (message.status === 'done') outputs.push(...this.#finish(asked, now));
		return outputs;
	}

	#landed(asked: Asked, {kept, bytes, isUnproved}: Landed, now: Instant): BehaviourOutput[] {
		const {peer, room} = asked;
		asked.bytes += bytes;
		asked.kept += kept.length;
		// What is here already is no progress: else one old event every now and then would keep the others from being asked.
		if (kept.length > 0) asked.deadline = Math.min(asked.latest, now + WANT_TIMEOUT);
		for (const {event, missing} of kept) {
			asked.moved.add(chainKey(event));
			if (missing.length > 0) this.#options.gaps.noted(room, peer, missing, now);
		}
		return [
			...(kept.length > 0 ? [{type: 'commit'} as const] : []),
			...(isUnproved ? [count('history-unproved')] : []),
		];
	}

	/** Nobody who hands on what he got can have caused it. */
	#refused(peer: PeerId, refused: string): BehaviourOutput[] {
		this.left(peer);
		const reason = `history-${refused}`;
		return [count('history-altered'), {type: 'disconnect', peer, reason, misbehaved: true}];
	}

	/** It was busy, silent, or said too much: it has a rest. */
	#giveUp(asked: Asked, counter: string, now: Instant): BehaviourOutput[] {
		this.#asked.delete(asked.peer);
		if (asked.isNewest) this.#options.progress.setNewest(asked.room, 'wanted');
		this.#options.alarm.by(this.#avoided.pause(asked.peer, now));
		return [count(counter)];
	}

	#finish(asked: Asked, now: Instant): BehaviourOutput[] {
		const {peer, room} = asked;
		this.#asked.delete(peer);
		if (asked.kept > 0) this.#avoided.resume(peer);
		this.#options.alarm.by(now);
		if (asked.isNewest) this.#options.progress.setNewest(room, 'had');
		if (asked.refetch) this.#refetched(asked, asked.refetch);
		// Within its bytes it had to give at least something of everything that it was asked for.
		const isCut = asked.bytes + WANT_SLACK > asked.want.bytes && asked.kept > 0;
		const silent = [...asked.chains].filter(chain => !asked.moved.has(chain));
		if (isCut || silent.length === 0) return [];
		const lacking = new Set(this.#lacking(room, peer));
		const withheld = silent.filter(chain => lacking.has(chain));
		for (const chain of withheld) this.#avoided.avoid(peer, room, chain, now);
		return withheld.length === 0 ? [] : [count('history-withheld', withheld.length)];
	}

	/** Chains of which this peer says that it holds more than we. */
	#lacking(room: string, peer: PeerId): readonly string[] {
		const holding = this.#holdings.get(room, peer);
		return holding ? this.#options.archive.compare(room, holding.chains).runs.map(chainKey) : [];
	}

	/** The next part of a chain that is fetched again, if this one has brought us on. */
	#refetched({room, lowest}: Asked, refetch: Refetch): void {
		const isDone = lowest >= refetch.to || lowest <= 1 || refetch.steps <= 1;
		if (isDone) this.#refetches.delete(room);
		else this.#refetches.set(room, {...refetch, to: lowest - 1, steps: refetch.steps - 1});
	}

	/** Peers that hold something that we lack, or may hold a missing parent; idle, by lot. */
	#candidates(now: Instant): readonly PeerId[] {
		const {shared, random, gaps, alarm} = this.#options;
		const found = new Set<PeerId>();
		for (const room of this.#holdings.rooms()) {
			for (const [peer, {from}] of this.#holdings.in(room)) {
				if (from <= now) found.add(peer);
				else alarm.by(from);
			}
		}
		for (const room of gaps.due(now))
			if (!this.isActive(room)) for (const peer of shared.members(room)) found.add(peer);
		const idle = [...found].filter(peer => !this.#asked.has(peer));
		for (const peer of idle) if (this.#avoided.pausedUntil(peer) > now) alarm.by(this.#avoided.pausedUntil(peer));
		return shuffled(
			idle.filter(peer => this.#avoided.pausedUntil(peer) <= now),
			random,
		);
	}

	#ask(peer: PeerId, now: Instant): BehaviourOutput[] {
		const {progress, random} = this.#options;
		const mine = this.#holdings.rooms().filter(room => (this.#holdings.get(room, peer)?.from ?? now + 1) <= now);
		for (const room of shuffled(mine, random)) {
			const draft = this.#draft(peer, room, now);
			if (draft) return this.#send(peer, draft, now, progress.tell(room, now));
		}
		for (const room of this.#options.gaps.due(now)) {
			if (this.isActive(room) || !this.#options.shared.share(peer, room)) continue;
			const ids = this.#options.gaps.take(room, peer, now);
			if (ids.length > 0) return this.#send(peer, {room, chains: new Set(), runs: [], ids, isNewest: false}, now, []);
		}
		return [];
	}

	#draft(peer: PeerId, room: string, now: Instant): Draft | undefined {
		const {archive, progress, random} = this.#options;
		const ofRoom = [...this.#asked.values()].filter(asked => asked.room === room);
		const holding = this.#holdings.get(room, peer);
		// Nobody is asked for anything else while the first screenful is on its way.
		if (!holding || ofRoom.some(({isNewest}) => isNewest)) return undefined;
		const idle = this.#holdings.in(room).filter(([other]) => !this.#asked.has(other)).length;
		const claimed = new Set(ofRoom.flatMap(({chains}) => [...chains]));
		const comparison = archive.compare(room, holding.chains);
		const refetch = this.#refetches.get(room);
		const {draft, isExhausted} = planWant({
			...{peer, room, now, chains: holding.chains, comparison, claimed, idle},
			...{progress, random, avoided: this.#avoided, refetch},
		});
		if (draft?.refetch) this.#refetches.set(room, draft.refetch);
		else if (refetch?.peer === peer && comparison.runs.length === 0) this.#refetches.delete(room);
		if (isExhausted) {
			this.#holdings.delete(room, peer);
			// Of what was cut off we shall hear with the next look.
			if (!holding.isCut) this.#options.exhausted(room, peer, now);
		}
		return draft;
	}

	#send(peer: PeerId, draft: Draft, now: Instant, told: readonly NodeEvent[]): BehaviourOutput[] {
		const {room, isNewest} = draft;
		const want = wantOf(++this.#requests, draft);
		if (isNewest) this.#options.progress.setNewest(room, 'asked');
		const deadline = now + WANT_TIMEOUT;
		this.#asked.set(peer, {
			...draft,
			peer,
			want,
			deadline,
			latest: now + MAX_WANT_TIME,
			bytes: 0,
			kept: 0,
			moved: new Set(),
			lowest: Number.POSITIVE_INFINITY,
		});
		this.#options.alarm.by(deadline);
		return [...told.map(event => ({type: 'emit', event}) as const), {type: 'send', peers: [peer], message: want}];
	}

	/** Histories that are taken over as far as anybody has them. */
	#settle(): BehaviourOutput[] {
		const {progress, answers} = this.#options;
		const settled = progress.rooms().filter(room => !this.isActive(room) && !answers.isWaiting(room));
		return settled.flatMap(room => progress.end(room)).map(event => ({type: 'emit', event}));
	}
}

function count(counter: string, by = 1): BehaviourOutput {
	return by === 1 ? {type: 'count', counter} : {type: 'count', counter, by};
}
