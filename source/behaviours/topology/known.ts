/**
 * What others have stated: the newest statement of each author, until it is no longer good. Bounded and fair: when there is
 * no room, somebody goes of whom the peer told us that has told us of most.
 */
import {BoundedMap} from '../../base/bounded.ts';
import type {SignedStatement, Statement} from '../../wire/neighbours.ts';
import type {PeerId} from '../../wire/peer-id.ts';
import type {Instant} from '../behaviour.ts';
import type {Claim} from './graph.ts';
import {MAX_AUTHORS, MAX_SEQUENCES, SEQUENCE_MEMORY} from './parameters.ts';

export type Known = {
	readonly statement: Statement;
	readonly signed: SignedStatement;
	/** Its neighbours. */
	readonly claims: ReadonlyMap<PeerId, Claim>;
	/** When it left its author, as far as those measured who handed it on: the latest of what they said. */
	leftAt: Instant;
	expiresAt: Instant;
	readonly heardAt: Instant;
	readonly bringer: PeerId;
	/** Connected peers that have it: they gave it to us, or we to them. */
	readonly holders: Set<PeerId>;
};

type Heard = {
	readonly statement: Statement;
	readonly signed: SignedStatement;
	readonly bringer: PeerId;
	/** Milliseconds since it left its author. */
	readonly age: number;
	/** Milliseconds from then on. */
	readonly goodFor: number;
};

export class KnownStatements {
	readonly #byAuthor = new Map<PeerId, Known>();
	/** Authors by whoever brought them, but for those that came themselves; the first first. */
	readonly #broughtBy = new Map<PeerId, Set<PeerId>>();
	readonly #bySignature = new Map<string, Known>();
	/** The last sequence number of each author, and until when nothing older is taken for news. */
	readonly #sequences = new BoundedMap<PeerId, {readonly sequence: number; readonly until: Instant}>(MAX_SEQUENCES);

	get size(): number {
		return this.#byAuthor.size;
	}

	get(author: PeerId): Known | undefined {
		return this.#byAuthor.get(author);
	}

	values(): IterableIterator<Known> {
		return this.#byAuthor.values();
	}

	entries(): IterableIterator<[PeerId, Known]> {
		return this.#byAuthor.entries();
	}

	/** The one with this signature, without decoding anything: most come more than once. */
	withSignature(signature: Uint8Array): Known | undefined {
		return this.#bySignature.get(signatureKey(signature));
	}

	/** Whether a statement with this number says something new. */
	isNews({author, sequence}: Statement, now: Instant): boolean {
		const last = this.#sequences.get(author);
		return last === undefined || last.until < now || sequence > last.sequence;
	}

	/** Takes a statement that is news and verified. */
	add({statement, signed, bringer, age, goodFor}: Heard, now: Instant): Known {
		const {author, sequence, neighbours} = statement;
		const leftAt = now - age;
		const expiresAt = leftAt + goodFor;
		this.#drop(author);
		if (this.#byAuthor.size >= MAX_AUTHORS) this.#makeRoom();
		const claims = new Map(neighbours.map(({peer, rtt, rooms}) => [peer, claimOf(rtt, rooms)]));
		const holders = new Set([bringer]);
		const known = {statement, signed, claims, leftAt, expiresAt, heardAt: now, bringer, holders};
		this.#byAuthor.set(author, known);
		if (bringer !== author) this.#broughtBy.set(bringer, (this.#broughtBy.get(bringer) ?? new Set()).add(author));
		this.#bySignature.set(signatureKey(signed.signature), known);
		this.#sequences.set(author, {sequence, until: expiresAt + SEQUENCE_MEMORY});
		return known;
	}

	/** It came again: who brought it first may have said that it was older than it is. */
	renew(known: Known, age: number, now: Instant): void {
		const leftAt = Math.min(known.heardAt, now - age);
		if (leftAt <= known.leftAt) return;
		known.expiresAt += leftAt - known.leftAt;
		known.leftAt = leftAt;
		const {author, sequence} = known.statement;
		this.#sequences.set(author, {sequence, until: known.expiresAt + SEQUENCE_MEMORY});
	}

	/** Its author is no longer there; older statements of it are no news all the same. */
	forget(author: PeerId): void {
		this.#drop(author);
	}

	/** A connection has ended: what the peer has of ours is unknown when it comes back. */
	disconnected(peer: PeerId): void {
		for (const {holders} of this.#byAuthor.values()) holders.delete(peer);
	}

	/** Drops what is no longer good. Returns whether anything was. */
	expire(now: Instant): boolean {
		const expired = [...this.#byAuthor].filter(([, {expiresAt}]) => expiresAt <= now);
		for (const [author] of expired) this.#drop(author);
		return expired.length > 0;
	}

	#drop(author: PeerId): void {
		const known = this.#byAuthor.get(author);
		if (!known) return;
		this.#byAuthor.delete(author);
		const brought = this.#broughtBy.get(known.bringer);
		if (brought?.delete(author) && brought.size === 0) this.#broughtBy.delete(known.bringer);
		this.#bySignature.delete(signatureKey(known.signed.signature));
	}

	/** What came from its author itself stays: there are no more of those than connections. */
	#makeRoom(): void {
		let largest: ReadonlySet<PeerId> = new Set();
		for (const brought of this.#broughtBy.values()) if (brought.size > largest.size) largest = brought;
		// The one that was heard of first, for every statement puts its author at the end.
		for (const author of largest) return this.#drop(author);
	}
}

function claimOf(rtt: number | undefined, mesh: readonly string[]): Claim {
	return {rtt: rtt === undefined ? undefined : rtt / 1_000, mesh};
}

function signatureKey(signature: Uint8Array): string {
	return Buffer.from(signature.buffer, signature.byteOffset, signature.byteLength).toString('latin1');
}
