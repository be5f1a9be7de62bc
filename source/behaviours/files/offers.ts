/** Offers that stand in our rooms, as many as are remembered: of each author alike, for one may make any number of them. */
import type {FileId, FileOffer} from '../../wire/file-offer.ts';
import type {PeerId} from '../../wire/peer-id.ts';

/** Offers remembered. Older ones are found again in the archive, by their id. */
export const MAX_OFFERS = 4_096;

export type StandingOffer = {
	/** The id on the wire. */
	readonly room: string;
	readonly messageId: string;
	readonly from: PeerId;
	/** Unix milliseconds, by its author's clock. */
	readonly timestamp: number;
	/** When it came here, Unix milliseconds. */
	readonly received: number;
	readonly offer: FileOffer;
};

export class Offers {
	/** By the id of the event, in the order in which they were learnt. */
	readonly #all = new Map<string, StandingOffer>();
	readonly #byFile = new Map<FileId, Set<string>>();
	readonly #byAuthor = new Map<PeerId, Set<string>>();

	get size(): number {
		return this.#all.size;
	}

	has(messageId: string): boolean {
		return this.#all.has(messageId);
	}

	get(messageId: string): StandingOffer | undefined {
		return this.#all.get(messageId);
	}

	/** When there are too many, the oldest goes of whoever has the most. */
	add(offer: StandingOffer): void {
		if (this.#all.has(offer.messageId)) return;
		this.#all.set(offer.messageId, offer);
		note(this.#byFile, offer.offer.file, offer.messageId);
		note(this.#byAuthor, offer.from, offer.messageId);
		if (this.#all.size > MAX_OFFERS) this.#makeRoom();
	}

	delete(messageId: string): void {
		const offer = this.#all.get(messageId);
		if (!offer) return;
		this.#all.delete(messageId);
		unnote(this.#byFile, offer.offer.file, messageId);
		unnote(this.#byAuthor, offer.from, messageId);
	}

	of(file: FileId): readonly StandingOffer[] {
		return [...(this.#byFile.get(file) ?? [])].flatMap(messageId => this.#all.get(messageId) ?? []);
	}

	/** In the order in which they were learnt. */
	by(author: PeerId): readonly StandingOffer[] {
		return [...(this.#byAuthor.get(author) ?? [])].flatMap(messageId => this.#all.get(messageId) ?? []);
	}

	inRoom(room: string): readonly StandingOffer[] {
		return [...this.#all.values()].filter(offer => offer.room === room);
	}

	/** Files whose id begins so. */
	find(beginning: string): readonly FileId[] {
		if (this.#byFile.has(beginning)) return [beginning];
		return [...this.#byFile.keys()].filter(file => file.startsWith(beginning));
	}

	/** The newest first. */
	newest(room?: string): readonly StandingOffer[] {
		const offers = room === undefined ? [...this.#all.values()] : this.inRoom(room);
		return [...offers].sort((a, b) => b.timestamp - a.timestamp || (a.messageId < b.messageId ? 1 : -1));
	}

	#makeRoom(): void {
		let most: ReadonlySet<string> = new Set();
		for (const offers of this.#byAuthor.values()) if (offers.size > most.size) most = offers;
		const [oldest] = most;
		if (oldest !== undefined) this.delete(oldest);
	}
}

/** What an offer says of its file beside its name. The id vouches for it, so of several that are said all but one are wrong. */
export function claimOf({size, files, manifest}: FileOffer): string {
	return `${size} ${files} ${manifest}`;
}

/**
 * One offer of each claim, in the order in which they are to be tried: what most people say first, of as many what came
 * first. Anybody may be many people; so whoever means a certain offer does well to say which.
 */
export function claimsOf(offers: readonly StandingOffer[]): readonly StandingOffer[] {
	const claims = new Map<string, {readonly first: StandingOffer; readonly authors: Set<PeerId>}>();
	for (const offer of [...offers].sort((a, b) => a.received - b.received || a.timestamp - b.timestamp)) {
		const key = claimOf(offer.offer);
		const claim = claims.get(key) ?? {first: offer, authors: new Set()};
		claims.set(key, claim);
		claim.authors.add(offer.from);
	}
	// The sort is stable: of equals the one that came first.
	return [...claims.values()].sort((a, b) => b.authors.size - a.authors.size).map(({first}) => first);
}

function note<Key>(index: Map<Key, Set<string>>, key: Key, messageId: string): void {
	const known = index.get(key);
	if (known) known.add(messageId);
	else index.set(key, new Set([messageId]));
}

function unnote<Key>(index: Map<Key, Set<string>>, key: Key, messageId: string): void {
	const known = index.get(key);
	known?.delete(messageId);
	if (known?.size === 0) index.delete(key);
}
