/**
 * Discovery: when to announce ourselves, whom to answer, and what announcements tell us. An announcement is a hint and
 * never proof: it adds an address worth dialling to a bounded table, and only TLS decides who lives there.
 *
 * A node announces itself in a burst when it starts and then every few seconds. One that hears a newcomer answers it at
 * once and directly, so that both know each other in well under a second. An answer is as long as the announcement that
 * caused it, and never asks for another: so nothing is amplified and nothing echoes for ever.
 */
import {BoundedMap} from '../base/bounded.ts';
import {jitter, type Random} from '../base/random.ts';
import type {Instant} from '../behaviours/behaviour.ts';
import type {Announcement} from '../wire/announcement.ts';
import {formatTcpAddress} from '../wire/multiaddr.ts';
import type {PeerId} from '../wire/peer-id.ts';
import type {Effect, SwarmInput} from './io.ts';

/** Milliseconds after the start at which the first announcements leave: some may be lost while a network wakes. */
export const ANNOUNCE_BURST = [0, 150, 500, 1_500] as const;
/** Milliseconds between announcements afterwards, and the part by which that varies. */
export const ANNOUNCE_INTERVAL = 4_000;
export const ANNOUNCE_JITTER = 0.25;
/** Milliseconds after which a peer that announces itself no more is no longer listed as discovered. */
export const ANNOUNCEMENT_LIFETIME = 20_000;
/** Announced peers remembered. */
export const MAX_DISCOVERED = 1_024;
/** Milliseconds in which one peer is answered at most once. */
export const ANSWER_INTERVAL = 100;
/** Answers to all peers in one second. */
export const MAX_ANSWERS_PER_SECOND = 50;

export type Sighting = {readonly peer: PeerId; readonly address: string; readonly isNew: boolean};

type Entry = {address: string; instance: string; heardAt: Instant; answeredAt: Instant};

export class Discovery {
	readonly #self: PeerId;
	readonly #instance: string;
	readonly #random: Random;
	readonly #table = new BoundedMap<PeerId, Entry>(MAX_DISCOVERED);
	#ports: Pick<Announcement, 'port4' | 'port6'> = {port4: undefined, port6: undefined};
	#announced = 0;
	#answerWindow = {since: Number.NEGATIVE_INFINITY, count: 0};

	constructor({self, instance, random}: {self: PeerId; instance: string; random: Random}) {
		this.#self = self;
		this.#instance = instance;
		this.#random = random;
	}

	/** The ports that we listen on, by address family; undefined where we do not. */
	listening(port4: number | undefined, port6: number | undefined): void {
		this.#ports = {port4, port6};
	}

	/** Time to announce: returns the announcement and when the next one is due. */
	announce(now: Instant): {effect: Effect; nextAt: Instant} {
		const step = this.#announced++;
		const wantsAnswer = step < ANNOUNCE_BURST.length;
		const [here, next] = [ANNOUNCE_BURST[step], ANNOUNCE_BURST[step + 1]];
		const wait =
			here !== undefined && next !== undefined ? next - here : jitter(this.#random, ANNOUNCE_INTERVAL, ANNOUNCE_JITTER);
		return {effect: {type: 'announce', announcement: this.#announcement({wantsAnswer})}, nextAt: now + wait};
	}

	/** Our last announcement. */
	leave(): Effect {
		return {type: 'announce', announcement: this.#announcement({wantsAnswer: false, leaving: true})};
	}

	/** Somebody announced itself: what we saw, if it is of use, and the answer, if one is due. */
	heard(input: Extract<SwarmInput, {type: 'announcement'}>, now: Instant): {sighting?: Sighting; answer?: Effect} {
		const {announcement, host, family, scope} = input;
		if (announcement.peer === this.#self || announcement.leaving) return {};
		const port = family === 4 ? announcement.port4 : announcement.port6;
		if (port === undefined) return {};
		const address = formatTcpAddress({host, port, family, ...(scope === undefined ? {} : {scope})});
		const known = this.#table.get(announcement.peer);
		const isNew = known?.address !== address || known.instance !== announcement.instance;
		const answeredAt = known?.answeredAt ?? Number.NEGATIVE_INFINITY;
		const entry: Entry = {address, instance: announcement.instance, heardAt: now, answeredAt};
		this.#table.set(announcement.peer, entry);
		const sighting = {peer: announcement.peer, address, isNew};
		if (!announcement.wantsAnswer || !this.#mayAnswer(entry, now)) return {sighting};
		return {sighting, answer: this.#answer(input)};
	}

	/** Peers that announced themselves lately, connected or not, with their addresses. */
	current(now: Instant): readonly (readonly [PeerId, string])[] {
		return [...this.#table.entries()]
			.filter(([, {heardAt}]) => now - heardAt < ANNOUNCEMENT_LIFETIME)
			.map(([peer, {address}]) => [peer, address]);
	}

	#mayAnswer(entry: Entry, now: Instant): boolean {
		if (now - entry.answeredAt < ANSWER_INTERVAL) return false;
		if (now - this.#answerWindow.since >= 1_000) this.#answerWindow = {since: now, count: 0};
		if (this.#answerWindow.count >= MAX_ANSWERS_PER_SECOND) return false;
		this.#answerWindow.count += 1;
		entry.answeredAt = now;
		return true;
	}

	#answer({host, port, scope}: Extract<SwarmInput, {type: 'announcement'}>): Effect {
		const announcement = this.#announcement({wantsAnswer: false});
		return {type: 'answer', announcement, host, port, ...(scope === undefined ? {} : {scope})};
	}

	#announcement({wantsAnswer, leaving = false}: {wantsAnswer: boolean; leaving?: boolean}): Announcement {
		return {peer: this.#self, instance: this.#instance, ...this.#ports, wantsAnswer, leaving};
	}
}
