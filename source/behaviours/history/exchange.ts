/**
 * Finding out who holds something else: digests, which are one number for a whole room, and only if they differ, ranges,
 * which say it author by author. Two that have said the same, or between whom nothing is left to be fetched, are quiet.
 */
import type {Random} from '../../base/random.ts';
import {shuffled} from '../../base/random.ts';
import type {Archive} from '../../history/archive.ts';
import type {Digest, Ranges} from '../../wire/messages.ts';
import type {PeerId} from '../../wire/peer-id.ts';
import {rangesMessages} from '../../wire/ranges.ts';
import type {BehaviourOutput, Instant} from '../behaviour.ts';
import type {Alarm} from './alarm.ts';
import {
	DIGEST_PEERS,
	GRACE,
	LOOKS_BEFORE_REFRESH,
	MANY_EVENTS,
	MAX_EXCHANGES,
	MAX_TOLD_MEMBERS,
	RANGES_PAUSE,
	RANGES_REPEAT,
	RANGES_TIMEOUT,
	SETTLED_TIME,
} from './parameters.ts';
import type {SharedRooms} from './shared-rooms.ts';

/** What one peer and we have said to each other of one room. */
type Link = {
	/** Our digest that it was told last, and its own that we were told last. */
	told?: string;
	toldAt?: Instant;
	heard?: string;
	/** The last that was the same on both sides. */
	agreed?: string;
	/** Digests of us and of it from which nothing came, and when. */
	settled?: {readonly ours: string; readonly theirs: string; readonly at: Instant};
	/** Our ranges that it was sent last: of which state, and when. */
	sent?: {readonly digest: string; readonly at: Instant};
	/** Its ranges are awaited until then. */
	awaitedUntil?: Instant;
	/** It has waited for the live path, so what is missing now is asked for. */
	hasWaited?: boolean;
	/** Parts of its ranges have come, and not the last one. */
	isHalfway?: boolean;
};

/** What comes of a digest. */
export type Verdict = {
	/** It holds exactly what we hold. */
	readonly isEqual: boolean;
	/** That was not known. */
	readonly isNews: boolean;
	readonly outputs: BehaviourOutput[];
};

/** Of what one peer says that it holds. */
export type Part = {
	readonly isFirst: boolean;
	/** What is missing may be under way on the live path. */
	readonly isUnderWay: boolean;
};

export type ExchangeOptions = {
	readonly archive: Archive;
	readonly shared: SharedRooms;
	readonly random: Random;
	readonly alarm: Alarm;
	/** Peers from whom something is being fetched in this room. */
	readonly sourcesIn: (room: string) => readonly PeerId[];
};

export class Exchange {
	readonly #options: ExchangeOptions;
	readonly #links = new Map<string, Map<PeerId, Link>>();
	/** Whom to compare with when: what differed may be equal by then. */
	readonly #due = new Map<string, Map<PeerId, Instant>>();
	#looks = 0;

	constructor(options: ExchangeOptions) {
		this.#options = options;
	}

	forget(room: string, peer: PeerId): void {
		this.#links.get(room)?.delete(peer);
		this.#due.get(room)?.delete(peer);
	}

	forgetRoom(room: string): void {
		this.#links.delete(room);
		this.#due.delete(room);
	}

	/** What was said to it last may be lost. */
	moved(peer: PeerId): void {
		for (const links of this.#links.values()) links.delete(peer);
	}

	/** Our digest, for whoever has not heard it yet. */
	tell(room: string, peers: readonly PeerId[], now: Instant): BehaviourOutput[] {
		const digest = this.#digest(room);
		const news = peers.filter(peer => this.#link(room, peer).told !== digest.digest);
		return this.#send(room, news, digest, now);
	}

	/** The same of several rooms for one. */
	tellAll(rooms: readonly string[], peer: PeerId, now: Instant): BehaviourOutput[] {
		return rooms.flatMap(room => this.tell(room, [peer], now));
	}

	/** To the members, after we have taken something over. */
	tellMembers(room: string, now: Instant): BehaviourOutput[] {
		const {shared, random} = this.#options;
		return this.tell(room, shuffled(shared.members(room), random).slice(0, MAX_TOLD_MEMBERS), now);
	}

	/** The regular look at all rooms. */
	look(rooms: readonly string[], now: Instant): BehaviourOutput[] {
		this.#looks++;
		const outputs: BehaviourOutput[] = [];
		for (const room of rooms) {
			const digest = this.#digest(room);
			const members = shuffled(this.#options.shared.members(room), this.#options.random);
			const open = members.filter(peer => !isSettled(this.#link(room, peer), digest.digest));
			const isRefresh = open.length === 0 && this.#looks % LOOKS_BEFORE_REFRESH === 0;
			outputs.push(...this.#send(room, isRefresh ? members.slice(0, 1) : open.slice(0, DIGEST_PEERS), digest, now));
		}
		return outputs;
	}

	/** Compares; if it holds something else, it is found out what. */
	digest(peer: PeerId, {room, digest: theirs, events}: Digest, now: Instant): Verdict {
		const link = this.#link(room, peer);
		const ours = this.#digest(room);
		link.heard = theirs;
		if (ours.digest === theirs) {
			this.#due.get(room)?.delete(peer);
			delete link.awaitedUntil;
			const isNews = link.agreed !== theirs;
			link.agreed = theirs;
			return {isEqual: true, isNews, outputs: this.tell(room, [peer], now)};
		}
		if (isKnownDifference(link, ours.digest, now)) {
			// Nothing for us; but whoever asks again may have lost what he had heard.
			const isOld = now - (link.toldAt ?? Number.NEGATIVE_INFINITY) >= RANGES_REPEAT;
			return {isEqual: false, isNews: false, outputs: isOld ? this.#send(room, [peer], ours, now) : []};
		}
		const isLive = !this.#options.shared.isFresh(peer, room, now) && Math.abs(events - ours.events) < MANY_EVENTS;
		link.hasWaited = !isLive;
		if (isLive) this.#later(room, peer, now + GRACE);
		return {isEqual: false, isNews: true, outputs: isLive ? [] : this.#ask(room, peer, now)};
	}

	/** A part of what it holds. Answers with what we hold, if it is the last one and that is wanted. */
	ranges(peer: PeerId, {room, isLast, wantsAnswer}: Ranges, now: Instant): {part: Part; outputs: BehaviourOutput[]} {
		const link = this.#link(room, peer);
		const isFirst = !link.isHalfway;
		const isUnderWay = !this.#options.shared.isFresh(peer, room, now) && !link.hasWaited;
		link.isHalfway = !isLast;
		if (!isLast) return {part: {isFirst, isUnderWay}, outputs: []};
		delete link.awaitedUntil;
		link.hasWaited = false;
		return {part: {isFirst, isUnderWay}, outputs: wantsAnswer ? this.#sendRanges(room, peer, false, now) : []};
	}

	/** Nothing is to be fetched from it until one of us holds something else. */
	settled(room: string, peer: PeerId, now: Instant): void {
		const link = this.#link(room, peer);
		if (link.heard !== undefined) link.settled = {ours: this.#digest(room).digest, theirs: link.heard, at: now};
	}

	/** Compares with those whose time has come. */
	run(now: Instant): BehaviourOutput[] {
		const outputs: BehaviourOutput[] = [];
		for (const [room, peers] of this.#due) {
			for (const [peer, at] of [...peers]) {
				if (at > now) this.#options.alarm.by(at);
				else {
					peers.delete(peer);
					outputs.push(...this.#askIfDifferent(room, peer, now));
				}
			}
			if (peers.size === 0) this.#due.delete(room);
		}
		return outputs;
	}

	#askIfDifferent(room: string, peer: PeerId, now: Instant): BehaviourOutput[] {
		const {archive, shared} = this.#options;
		if (!shared.share(peer, room) || !archive.isOpen(room)) return [];
		const link = this.#link(room, peer);
		link.hasWaited = true;
		return link.heard === this.#digest(room).digest ? this.tell(room, [peer], now) : this.#ask(room, peer, now);
	}

	/** Our ranges for its ranges; later, if it has just had ours, or if enough others are being compared with. */
	#ask(room: string, peer: PeerId, now: Instant): BehaviourOutput[] {
		if ((this.#link(room, peer).awaitedUntil ?? now) > now) return [];
		const others = new Set([...this.#awaitedIn(room, now), ...this.#options.sourcesIn(room)]);
		others.delete(peer);
		if (others.size >= MAX_EXCHANGES) {
			this.#later(room, peer, now + RANGES_PAUSE);
			return [];
		}
		return this.#sendRanges(room, peer, true, now);
	}

	#sendRanges(room: string, peer: PeerId, wantsAnswer: boolean, now: Instant): BehaviourOutput[] {
		const {archive} = this.#options;
		const [link, {digest}] = [this.#link(room, peer), this.#digest(room)];
		const age = now - (link.sent?.at ?? Number.NEGATIVE_INFINITY);
		if (age < RANGES_PAUSE || (age < RANGES_REPEAT && link.sent?.digest === digest)) {
			// It has them, and its own are on their way; if they were lost, the later look finds it out.
			// At least a moment later: at the very end of the pause rounding may leave nothing of it, and again, and again.
			if (wantsAnswer) this.#later(room, peer, now + Math.max(1, RANGES_REPEAT - age));
			return [];
		}
		link.sent = {digest, at: now};
		link.told = digest;
		link.toldAt = now;
		if (wantsAnswer) link.awaitedUntil = now + RANGES_TIMEOUT;
		return rangesMessages(room, archive.ranges(room), wantsAnswer).map(message => ({
			type: 'send',
			peers: [peer],
			message,
		}));
	}

	#awaitedIn(room: string, now: Instant): readonly PeerId[] {
		const links = [...(this.#links.get(room) ?? [])];
		return links.filter(([, {awaitedUntil = 0}]) => awaitedUntil > now).map(([peer]) => peer);
	}

	#send(
		room: string,
		peers: readonly PeerId[],
		digest: {readonly digest: string; readonly events: number},
		now: Instant,
	): BehaviourOutput[] {
		if (peers.length === 0) return [];
		for (const peer of peers) Object.assign(this.#link(room, peer), {told: digest.digest, toldAt: now});
		return [{type: 'send', peers, message: {type: 'digest', room, ...digest}}];
	}

	#digest(room: string): {readonly digest: string; readonly events: number} {
		const {digest, events} = this.#options.archive.digest(room);
		return {digest, events};
	}

	#later(room: string, peer: PeerId, at: Instant): void {
		const peers = this.#due.get(room) ?? new Map<PeerId, Instant>();
		this.#due.set(room, peers);
		if (!peers.has(peer)) peers.set(peer, at);
		this.#options.alarm.by(at);
	}

	#link(room: string, peer: PeerId): Link {
		const links = this.#links.get(room) ?? new Map<PeerId, Link>();
		this.#links.set(room, links);
		const link = links.get(peer) ?? {};
		links.set(peer, link);
		return link;
	}
}

function isSettled({told, heard, settled}: Link, ours: string): boolean {
	return told === ours && (heard === ours || (settled?.ours === ours && settled.theirs === heard));
}

function isKnownDifference({heard, settled}: Link, ours: string, now: Instant): boolean {
	return settled?.ours === ours && settled.theirs === heard && now - settled.at < SETTLED_TIME;
}
