/**
 * When to announce ourselves, and whom to answer.
 *
 * A node announces itself in a burst when it starts, or when its network changes, and then every few seconds. One that
 * hears a newcomer answers it at once and directly, so that both know each other in well under a second. An answer is as
 * long as the announcement that caused it, and never asks for another: so nothing is amplified and nothing echoes for
 * ever, and whoever asks in a victim's name gets it a few datagrams a second.
 */
import {jitter, type Random} from '../base/random.ts';
import {TokenBucket, TokenBuckets} from '../base/token-bucket.ts';
import type {Instant} from '../behaviours/behaviour.ts';
import type {Announcement} from '../wire/announcement.ts';
import {placeOf} from '../wire/ip.ts';
import type {PeerId} from '../wire/peer-id.ts';
import type {Effect, SwarmInput} from './io.ts';

/** Milliseconds after the start at which the first announcements leave: some may be lost while a network wakes. */
export const ANNOUNCE_BURST = [0, 150, 500, 1_500] as const;
/** Milliseconds between announcements afterwards, and the part by which that varies. */
export const ANNOUNCE_INTERVAL = 4_000;
export const ANNOUNCE_JITTER = 0.25;
/** Answers in a second: to one peer, to one place (see `placeOf`), and in all. */
export const ANSWERS_PER_PEER = {burst: 1, perSecond: 10};
export const ANSWERS_PER_PLACE = {burst: 16, perSecond: 16};
export const ANSWERS_IN_ALL = {burst: 50, perSecond: 50};
/** Peers, and places, whose answers are counted. */
const MAX_COUNTED = 1_024;

type Heard = Extract<SwarmInput, {type: 'announcement'}>;

export class Announcer {
	readonly #self: PeerId;
	readonly #instance: string;
	readonly #random: Random;
	readonly #perPeer = new TokenBuckets<PeerId>(ANSWERS_PER_PEER, MAX_COUNTED);
	readonly #perPlace = new TokenBuckets<string>(ANSWERS_PER_PLACE, MAX_COUNTED);
	readonly #inAll = new TokenBucket(ANSWERS_IN_ALL);
	#ports: Pick<Announcement, 'port4' | 'port6'> = {port4: undefined, port6: undefined};
	#announced = 0;

	constructor({self, instance, random}: {self: PeerId; instance: string; random: Random}) {
		this.#self = self;
		this.#instance = instance;
		this.#random = random;
	}

	/** The ports that we listen on, by address family; undefined where we do not. */
	listening(port4: number | undefined, port6: number | undefined): void {
		this.#ports = {port4, port6};
	}

	/** The next announcement is the first of a burst again. */
	restart(): void {
		this.#announced = 0;
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

	/** The answer to an announcement, if it asks for one and one is due. */
	answer({announcement, host, port, scope}: Heard, now: Instant): Effect | undefined {
		if (!announcement.wantsAnswer || !this.#mayAnswer(announcement.peer, placeOf({host, scope}), now)) return undefined;
		const answer = this.#announcement({wantsAnswer: false});
		return {type: 'answer', announcement: answer, host, port, ...(scope === undefined ? {} : {scope})};
	}

	#mayAnswer(peer: PeerId, place: string, now: Instant): boolean {
		return this.#perPeer.take(peer, now) && this.#perPlace.take(place, now) && this.#inAll.take(now);
	}

	#announcement({wantsAnswer, leaving = false}: {wantsAnswer: boolean; leaving?: boolean}): Announcement {
		return {peer: this.#self, instance: this.#instance, ...this.#ports, wantsAnswer, leaving};
	}
}
