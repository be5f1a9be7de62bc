import {type Random, shuffled} from '../base/random.ts';
import {isLink} from '../wire/ip.ts';
import type {PeerId} from '../wire/peer-id.ts';
import {DialTarget} from './dial-target.ts';
import {FairMap} from './fair-map.ts';

/**
 * Targets that were heard of, and of them those from one place (see `placeOf`; or a peer that told of them), which may be
 * a link as a whole. Those named by a person are apart from them.
 */
export const MAX_TARGETS = 1_024;
export const MAX_TARGETS_PER_HOST = 64;
export const MAX_TARGETS_PER_LINK = MAX_TARGETS / 2;

/**
 * Whom we want connections to. What a person named is apart from the rest, so that no flood of hints can push it out; the
 * rest share their places fairly (see `FairMap`), and whoever was reached once, is connected or being dialled keeps his.
 */
export class DialTargets {
	readonly #random: Random;
	readonly #named = new Map<string, DialTarget>();
	readonly #heard: FairMap<string, DialTarget>;
	readonly #isProved: (peer: PeerId) => boolean;

	constructor(random: Random, isProved: (peer: PeerId) => boolean) {
		this.#random = random;
		this.#isProved = isProved;
		this.#heard = new FairMap({
			capacity: MAX_TARGETS,
			perGroup: place => (isLink(place) ? MAX_TARGETS_PER_LINK : MAX_TARGETS_PER_HOST),
			isExpendable: ({failures}) => failures > 0,
			isProtected: target => target.race !== undefined || this.#isReached(target),
			random,
		});
	}

	get size(): number {
		return this.#named.size + this.#heard.size;
	}

	/** Those that are being dialled and of which only so many are wanted. */
	get racing(): number {
		let count = 0;
		for (const {race, isExempt} of this.all()) if (race !== undefined && !isExempt) count += 1;
		return count;
	}

	/** Whose address this is, by hand or by hearsay. */
	peerAt(address: string): PeerId | undefined {
		for (const {peer, byHand, hints} of this.all()) {
			if (peer !== undefined && (byHand.includes(address) || hints.has(address))) return peer;
		}
		return undefined;
	}

	find(key: string): DialTarget | undefined {
		return this.#named.get(key) ?? this.#heard.get(key);
	}

	*all(): IterableIterator<DialTarget> {
		yield* this.#named.values();
		yield* this.#heard.values();
	}

	/** A peer that was heard of; `group` is the place that told of it. Undefined if there is no room. */
	hear(peer: PeerId, group: string): DialTarget | undefined {
		const target = new DialTarget(peer, peer, this.#random);
		return this.#heard.add(peer, group, target) ? target : undefined;
	}

	/** A target that a person named, known already or not. */
	name(key: string, peer: PeerId | undefined): DialTarget {
		const target = this.find(key) ?? new DialTarget(key, peer, this.#random);
		target.wanted = true;
		this.#heard.delete(key);
		this.#named.set(key, target);
		return target;
	}

	/** Peers given by hand that wait because they had too many connections: from now on they do not. */
	takeCrowded(): readonly DialTarget[] {
		const crowded = [...this.#named.values()].filter(({isCrowded}) => isCrowded);
		for (const target of crowded) target.isCrowded = false;
		return crowded;
	}

	/** A dial has ended: those that waited for that are looked at again, and not for every piece of news. */
	unblock(): void {
		for (const target of this.all()) target.isBlocked = false;
	}

	delete({key}: DialTarget): void {
		this.#named.delete(key);
		this.#heard.delete(key);
	}

	/**
	 * Those that are due, in the order in which they get their turn: whom a person named, who has been reached before, who
	 * was heard of, who is only remembered. Within one of these whoever is at a place where fewer are being dialled goes
	 * first, so that no place holds up another by having many. For the rest chance decides: were the first ones taken, a
	 * crowd would fall apart in cliques.
	 */
	inTurn(isDue: (target: DialTarget) => boolean): readonly DialTarget[] {
		const due = [...this.all()].filter(isDue);
		if (due.length <= 1) return due;
		const turns = new Map<string, number>();
		const nextTurn = (target: DialTarget) => {
			const place = this.#heard.groupOf(target.key) ?? target.key;
			const turn = turns.get(place) ?? 0;
			turns.set(place, turn + 1);
			return turn;
		};
		for (const target of this.all()) if (target.isDialling) nextTurn(target);
		return shuffled(due, this.#random)
			.map(target => ({target, rank: this.#rank(target), turn: nextTurn(target), lot: this.#random.float()}))
			.sort((a, b) => a.rank - b.rank || a.turn - b.turn || a.lot - b.lot)
			.map(({target}) => target);
	}

	#rank(target: DialTarget): number {
		if (target.wanted) return 0;
		if (target.isRemembered) return 3;
		return this.#isReached(target) ? 1 : 2;
	}

	#isReached({peer}: DialTarget): boolean {
		return peer !== undefined && this.#isProved(peer);
	}
}
