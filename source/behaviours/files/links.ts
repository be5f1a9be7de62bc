/**
 * Bulk connections: when there is to be one, and who dials it. One for a peer at most. Whoever dialled the chat
 * connection can reach the other one, so it dials this one too; the other side asks it to with `bulk-please`. After a
 * failure the other way is tried, for the chat connection may have moved since.
 */
import type {Direction} from '../../api/event.ts';
import {jitter, type Random} from '../../base/random.ts';
import {blockKey} from '../../wire/bulk.ts';
import type {PeerId} from '../../wire/peer-id.ts';
import type {BehaviourOutput, Instant, View} from '../behaviour.ts';
import type {FilesNews} from './io.ts';

/** Milliseconds without anything asked or given after which a connection is closed; and how often that is looked for. */
export const IDLE_TIME = 30_000;
const IDLE_CHECK = 5_000;

/** Milliseconds in which somebody who was asked to dial has to have done it. */
export const PLEASE_TIMEOUT = 10_000;

/** Milliseconds until the next try after the first failure, doubled with each, and the most. */
export const FIRST_PAUSE = 1_000;
export const LONGEST_PAUSE = 60_000;

/** Failures in a row after which nobody tries any more of himself: whoever wants it asks again. */
export const MAX_TRIES = 6;

type Link = {
	readonly address: string;
	readonly direction: Direction;
	state: 'none' | 'opening' | 'asked' | 'open';
	isWanted: boolean;
	/** Failures in a row. */
	failures: number;
	/** Not before. */
	retryAt: Instant;
	/** When something moved last. */
	usedAt: Instant;
	/** What we have asked for on it, and is not here. */
	readonly pending: Set<string>;
};

export type LinksOptions = {
	readonly view: View;
	readonly random: Random;
	/** Whether we still have something to give there. */
	readonly isGiving: (peer: PeerId) => boolean;
	/** A try has come to nothing that no news will tell of. */
	readonly onFailed: (peer: PeerId, message: string, now: Instant) => BehaviourOutput[];
};

export class Links {
	readonly #options: LinksOptions;
	/** Of connected peers. */
	readonly #links = new Map<PeerId, Link>();
	#isWatching = false;

	constructor(options: LinksOptions) {
		this.#options = options;
	}

	connected(peer: PeerId, address: string, direction: Direction): void {
		const fresh = {state: 'none', isWanted: false, failures: 0, retryAt: 0, usedAt: 0} as const;
		this.#links.set(peer, {address, direction, ...fresh, pending: new Set()});
	}

	/** No bulk without chat. */
	disconnected(peer: PeerId): BehaviourOutput[] {
		const link = this.#links.get(peer);
		this.#links.delete(peer);
		const isThere = link?.state === 'open' || link?.state === 'opening';
		return [
			...(link && link.retryAt > 0 ? [{type: 'cancel', timer: timerOf(peer)} as const] : []),
			...(isThere ? [deed({deed: 'close-bulk', peer, reason: 'disconnected'})] : []),
		];
	}

	isOpen(peer: PeerId): boolean {
		return this.#links.get(peer)?.state === 'open';
	}

	/** Something is to be asked for. */
	want(peer: PeerId, now: Instant): BehaviourOutput[] {
		const link = this.#links.get(peer);
		if (link?.state !== 'none') return [];
		link.isWanted = true;
		if (link.failures >= MAX_TRIES) link.failures = MAX_TRIES - 1;
		return link.retryAt > now ? [retry(peer, link.retryAt)] : this.#try(peer, link, now);
	}

	/** The peer asks us to dial it. */
	pleased(peer: PeerId, now: Instant): BehaviourOutput[] {
		const link = this.#links.get(peer);
		if (!link || link.state === 'open' || link.state === 'opening') return [];
		// It may ask as often as it likes, and is dialled no more often than for ourselves.
		if (link.retryAt > now) return [count('bulk-please-rate')];
		const address = this.#addressOf(peer, link);
		return address === undefined ? [] : this.#dial(peer, link, address, now);
	}

	/** What a deed of ours is about. */
	did(output: BehaviourOutput, now: Instant): void {
		if (output.type !== 'files') return;
		const {deed} = output;
		if (deed.deed !== 'ask' && deed.deed !== 'unask') return;
		const link = this.#links.get(deed.peer);
		if (!link) return;
		link.usedAt = now;
		if (deed.deed === 'ask') link.pending.add(blockKey(deed.block));
		else link.pending.delete(blockKey(deed.block));
	}

	news(news: FilesNews, now: Instant): BehaviourOutput[] {
		if (!('peer' in news)) return [];
		const link = this.#links.get(news.peer);
		if (!link) return news.news === 'bulk-opened' ? [closing(news.peer, 'disconnected')] : [];
		switch (news.news) {
			case 'bulk-opened':
				return this.#opened(news.peer, link, now);
			case 'bulk-failed':
				// The other side may have dialled meanwhile.
				return link.state === 'open' ? [] : this.#failed(news.peer, link, now);
			case 'bulk-closed':
				return this.#closed(news.peer, link, now);
			case 'arrived':
			case 'denied':
				link.pending.delete(blockKey(news.block));
				link.usedAt = now;
				return [];
			default:
				link.usedAt = now;
				return [];
		}
	}

	isTimer(timer: string): boolean {
		return timer === 'idle' || timer.startsWith('link ');
	}

	timer(timer: string, now: Instant): BehaviourOutput[] {
		if (timer === 'idle') return this.#closeIdle(now);
		const peer = timer.slice('link '.length);
		const link = this.#links.get(peer);
		if (!link) return [];
		if (link.state === 'asked') return this.#gaveUp(peer, link, now);
		return link.state === 'none' && link.isWanted ? this.#try(peer, link, now) : [];
	}

	#try(peer: PeerId, link: Link, now: Instant): BehaviourOutput[] {
		const address = this.#addressOf(peer, link);
		// Every other try goes the other way.
		const dials = (link.direction === 'outbound') === (link.failures % 2 === 0);
		if (dials && address !== undefined) return this.#dial(peer, link, address, now);
		link.state = 'asked';
		return [{type: 'send', peers: [peer], message: {type: 'bulk-please'}}, retry(peer, now + PLEASE_TIMEOUT)];
	}

	#dial(peer: PeerId, link: Link, address: string, now: Instant): BehaviourOutput[] {
		link.state = 'opening';
		link.retryAt = now + FIRST_PAUSE;
		return [{type: 'cancel', timer: timerOf(peer)}, deed({deed: 'open-bulk', peer, address})];
	}

	/** Where the peer can be dialled: where we did, or else where it says that it listens. */
	#addressOf(peer: PeerId, {address, direction}: Link): string | undefined {
		if (direction === 'outbound') return address;
		return this.#options.view.facts(peer).addresses?.[0];
	}

	#opened(peer: PeerId, link: Link, now: Instant): BehaviourOutput[] {
		link.state = 'open';
		link.isWanted = false;
		link.failures = 0;
		link.usedAt = now;
		return [{type: 'cancel', timer: timerOf(peer)}, ...this.#watch(now)];
	}

	#failed(peer: PeerId, link: Link, now: Instant): BehaviourOutput[] {
		const pause = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** link.failures);
		link.state = 'none';
		link.failures++;
		link.retryAt = now + jitter(this.#options.random, pause, 0.2);
		if (link.failures >= MAX_TRIES) link.isWanted = false;
		return [count('bulk-failed'), ...(link.isWanted ? [retry(peer, link.retryAt)] : [])];
	}

	/** Nobody came. */
	#gaveUp(peer: PeerId, link: Link, now: Instant): BehaviourOutput[] {
		return [...this.#failed(peer, link, now), ...this.#options.onFailed(peer, 'it did not call back', now)];
	}

	#closed(peer: PeerId, link: Link, now: Instant): BehaviourOutput[] {
		if (link.state !== 'open') return this.#failed(peer, link, now);
		link.state = 'none';
		link.pending.clear();
		link.retryAt = now + FIRST_PAUSE;
		return [];
	}

	// --- idleness

	#watch(now: Instant): BehaviourOutput[] {
		if (this.#isWatching) return [];
		this.#isWatching = true;
		return [{type: 'schedule', timer: 'idle', at: now + IDLE_CHECK}];
	}

	#closeIdle(now: Instant): BehaviourOutput[] {
		const open = [...this.#links].filter(([, {state}]) => state === 'open');
		const idle = open.filter(([peer, link]) => {
			return now - link.usedAt >= IDLE_TIME && link.pending.size === 0 && !this.#options.isGiving(peer);
		});
		this.#isWatching = false;
		return [...idle.map(([peer]) => closing(peer, 'idle')), ...(open.length > idle.length ? this.#watch(now) : [])];
	}
}

function timerOf(peer: PeerId): string {
	return `link ${peer}`;
}

function retry(peer: PeerId, at: Instant): BehaviourOutput {
	return {type: 'schedule', timer: timerOf(peer), at};
}

function closing(peer: PeerId, reason: string): BehaviourOutput {
	return deed({deed: 'close-bulk', peer, reason});
}

function deed(deed: Extract<BehaviourOutput, {type: 'files'}>['deed']): BehaviourOutput {
	return {type: 'files', deed};
}

function count(counter: string): BehaviourOutput {
	return {type: 'count', counter};
}
