/**
 * What is given to whom next. Few blocks are on their way at a time, so that each is whole, and can be handed on, as soon as
 * it can be: more only where the line takes them faster. Of what was asked for, the pieces come first that we have given
 * least often, whoever asks: so a swarm gets every piece out of its first holder as early as possible. Peers get the same
 * number of bytes within a tolerance; one that takes nothing holds up nobody but himself.
 */
import {BoundedMap} from '../../base/bounded.ts';
import {blockKey} from '../../wire/bulk.ts';
import {
	type BlockName,
	bytesOfBlock,
	type Denial,
	type FileId,
	MIN_PIECE_BYTES,
	pieceCountOf,
} from '../../wire/file-offer.ts';
import type {PeerId} from '../../wire/peer-id.ts';
import type {BehaviourOutput, Instant} from '../behaviour.ts';
import type {FilesNews, NewsOf} from './io.ts';
import {Speed} from './speed.ts';

/** Blocks that one peer may have asked for and not got. */
export const MAX_QUEUED = 256;

/** Blocks on their way at least, if anybody wants any; and those to one peer. */
export const SLOTS = 4;
export const PEER_SLOTS = 2;

/** Milliseconds of a line's speed that may be on their way: so long the disk may take to read the next one. */
export const AHEAD = 100;

/** Blocks and bytes on their way to one peer at most, and blocks to all. */
export const MAX_PEER_GIVES = 32;
export const MAX_PEER_BYTES = 16 * 1024 * 1024;
export const MAX_GIVES = 128;

/** Milliseconds after which a block counts as stuck: it takes nobody else's place. */
export const STUCK_AFTER = 3_000;

/** Bytes by which one peer may be ahead of another, in pieces of the file. */
export const TOLERANCE_PIECES = 8;

/** Files of which it is known how often each piece was given. */
export const MAX_COUNTED = 64;

type Queued = {readonly block: BlockName; readonly bytes: number};
type Giving = Queued & {readonly since: Instant; told: number};

type Taker = {
	readonly queue: Map<string, Queued>;
	/** On their way, the oldest first, and their bytes. */
	readonly giving: Map<string, Giving>;
	bytes: number;
	/** Blocks in the queue that are no pieces. */
	urgent: number;
	readonly speed: Speed;
	/** Bytes given, counted so that nobody saves up while he wants nothing. */
	share: number;
	/** By file, for people. */
	readonly byFile: BoundedMap<FileId, Speed>;
};

/** Somebody who got something, for people. */
export type Given = {readonly peer: PeerId; readonly rate: number; readonly bytes: number};

export type UploadsOptions = {
	/** Size of the file in bytes if this block is here, and the peer may have it; or why not. */
	readonly look: (peer: PeerId, block: BlockName) => {readonly size: number} | {readonly denial: Denial};
};

export class Uploads {
	readonly #options: UploadsOptions;
	readonly #takers = new Map<PeerId, Taker>();
	readonly #counts = new BoundedMap<FileId, Uint16Array>(MAX_COUNTED);
	readonly #speed = new Speed();
	readonly #byFile = new BoundedMap<FileId, Speed>(1_024);
	/** On their way to all. */
	#gives = 0;
	#bytes = 0;
	#checkAt: Instant | undefined;

	constructor(options: UploadsOptions) {
		this.#options = options;
	}

	/** Something waits for the peer, or is on its way. */
	isGiving(peer: PeerId): boolean {
		const taker = this.#takers.get(peer);
		return taker !== undefined && isBusyWith(taker);
	}

	/** Bytes in this run. */
	given(file: FileId): number {
		return this.#byFile.get(file)?.total ?? 0;
	}

	/** Bytes a second. */
	rate(file: FileId, now: Instant): number {
		const isBusy = [...this.#takers.values()].some(taker => taker.byFile.has(file) && isBusyWith(taker));
		return this.#byFile.get(file)?.rate(now, isBusy) ?? 0;
	}

	takers(file: FileId, now: Instant): Given[] {
		return [...this.#takers].flatMap(([peer, taker]) => {
			const speed = taker.byFile.get(file);
			return speed ? [{peer, rate: speed.rate(now, isBusyWith(taker)), bytes: speed.total}] : [];
		});
	}

	news(news: FilesNews, now: Instant): BehaviourOutput[] {
		switch (news.news) {
			case 'asked':
				return this.#asked(news.peer, news.block, now);
			case 'unasked':
				unqueue(this.#takers.get(news.peer), blockKey(news.block));
				return [];
			case 'giving':
				this.#giving(news, now);
				return [];
			case 'gave':
				return this.#gave(news, now);
			case 'not-given':
				return this.#notGiven(news, now);
			case 'bulk-closed':
				return this.#closed(news.peer, now);
			default:
				return [];
		}
	}

	disconnected(peer: PeerId, now: Instant): BehaviourOutput[] {
		const outputs = this.#closed(peer, now);
		this.#takers.delete(peer);
		return outputs;
	}

	/** It is not given any more, for now: what waits is refused. */
	withdrawn(file: FileId, reason: Denial): BehaviourOutput[] {
		return [...this.#takers].flatMap(([peer, taker]) => {
			const concerned = [...taker.queue].filter(([, {block}]) => block.file === file);
			for (const [key] of concerned) unqueue(taker, key);
			return concerned.map(([, {block}]) => deny(peer, block, reason));
		});
	}

	isTimer(timer: string): boolean {
		return timer === 'stuck';
	}

	timer(now: Instant): BehaviourOutput[] {
		this.#checkAt = undefined;
		return this.#next(now);
	}

	#asked(peer: PeerId, block: BlockName, now: Instant): BehaviourOutput[] {
		const found = this.#options.look(peer, block);
		if ('denial' in found) return [deny(peer, block, found.denial), count('file-denied')];
		const taker = this.#taker(peer);
		const key = blockKey(block);
		if (taker.queue.has(key) || taker.giving.has(key)) return [];
		const bytes = bytesOfBlock(found.size, block);
		if (bytes === undefined) return [deny(peer, block, 'not-here'), count('file-denied')];
		if (taker.queue.size >= MAX_QUEUED) return [deny(peer, block, 'busy'), count('file-busy')];
		if (taker.queue.size + taker.giving.size === 0) this.#catchUp(taker);
		taker.queue.set(key, {block, bytes});
		if (block.what !== 'piece') taker.urgent++;
		return this.#next(now);
	}

	#taker(peer: PeerId): Taker {
		const known = this.#takers.get(peer);
		if (known) return known;
		const [queue, giving] = [new Map<string, Queued>(), new Map<string, Giving>()];
		const taker: Taker = {
			queue,
			giving,
			speed: new Speed(),
			bytes: 0,
			urgent: 0,
			share: 0,
			byFile: new BoundedMap(MAX_COUNTED),
		};
		this.#takers.set(peer, taker);
		return taker;
	}

	/** Who begins has no claim on what others got while he wanted nothing. */
	#catchUp(taker: Taker): void {
		const active = [...this.#takers.values()].filter(one => one !== taker && one.queue.size + one.giving.size > 0);
		if (active.length > 0) taker.share = Math.max(taker.share, Math.min(...active.map(({share}) => share)));
	}

	#gave({peer, block, bytes}: NewsOf<'gave'>, now: Instant): BehaviourOutput[] {
		const taker = this.#takers.get(peer);
		const told = taker?.giving.get(blockKey(block))?.told ?? 0;
		if (!taker || !this.#ended(taker, block)) return [];
		this.#speed.add(bytes, now);
		taker.speed.add(bytes, now);
		this.#show(taker, block, bytes - told, now);
		return [count('file-blocks-given'), count('file-bytes-given', bytes), ...this.#next(now)];
	}

	/** Some of it is out: for people, who see a slow line move. */
	#giving({peer, block, bytes}: NewsOf<'giving'>, now: Instant): void {
		const taker = this.#takers.get(peer);
		const giving = taker?.giving.get(blockKey(block));
		if (!taker || !giving) return;
		const more = Math.min(bytes, giving.bytes - giving.told);
		giving.told += more;
		this.#show(taker, block, more, now);
	}

	/** Hashes are no bytes of the file, as people see it. */
	#show({byFile}: Taker, {what, file}: BlockName, bytes: number, now: Instant): void {
		for (const speeds of what === 'piece' ? [this.#byFile, byFile] : []) {
			const speed = speeds.get(file) ?? new Speed();
			speed.add(bytes, now);
			speeds.set(file, speed);
		}
	}

	#notGiven({peer, block, reason}: NewsOf<'not-given'>, now: Instant): BehaviourOutput[] {
		const taker = this.#takers.get(peer);
		if (!taker || !this.#ended(taker, block)) return [];
		const counts = this.#counts.get(block.file);
		if (block.what === 'piece' && counts) counts[block.index] = Math.max(0, (counts[block.index] ?? 0) - 1);
		if (reason === 'closed') return this.#next(now);
		return [deny(peer, block, reason === 'changed' ? 'changed' : 'not-here'), ...this.#next(now)];
	}

	#closed(peer: PeerId, now: Instant): BehaviourOutput[] {
		const taker = this.#takers.get(peer);
		if (!taker) return [];
		this.#gives -= taker.giving.size;
		this.#bytes -= taker.bytes;
		taker.giving.clear();
		taker.queue.clear();
		taker.bytes = 0;
		taker.urgent = 0;
		return this.#next(now);
	}

	#ended(taker: Taker, block: BlockName): boolean {
		const key = blockKey(block);
		const giving = taker.giving.get(key);
		if (!giving) return false;
		taker.giving.delete(key);
		taker.bytes -= giving.bytes;
		this.#gives--;
		this.#bytes -= giving.bytes;
		return true;
	}

	// --- the choice

	#next(now: Instant): BehaviourOutput[] {
		const outputs: BehaviourOutput[] = [];
		for (;;) {
			const chosen = this.#gives < MAX_GIVES ? this.#choose(now) : undefined;
			if (!chosen) break;
			outputs.push(...this.#give(chosen, now));
		}
		return [...outputs, ...this.#checkLater(now)];
	}

	#give({peer, taker, key, queued}: Choice, now: Instant): BehaviourOutput[] {
		const {block, bytes} = queued;
		unqueue(taker, key);
		// Much may have changed since it was asked for.
		const found = this.#options.look(peer, block);
		if ('denial' in found) return [deny(peer, block, found.denial), count('file-denied')];
		taker.giving.set(key, {block, bytes, since: now, told: 0});
		taker.bytes += bytes;
		taker.share += bytes;
		this.#gives++;
		this.#bytes += bytes;
		if (block.what === 'piece') {
			const counts = this.#counts.get(block.file) ?? new Uint16Array(pieceCountOf(found.size));
			counts[block.index]!++;
			this.#counts.set(block.file, counts);
		}
		return [{type: 'files', deed: {deed: 'give', peer, block}}];
	}

	/** Looked for with each block that goes: no more is touched than must be. */
	#choose(now: Instant): Choice | undefined {
		const moving = this.#moving(now);
		const room = moving.blocks < SLOTS ? Number.POSITIVE_INFINITY : this.#roomOf(moving.bytes, now);
		// One that is larger than the room goes too: it would never fit where others' small ones fill it again and again.
		if (room <= 0) return undefined;
		let least = Number.POSITIVE_INFINITY;
		const waiting: [PeerId, Taker][] = [];
		for (const [peer, taker] of this.#takers) {
			if (taker.queue.size === 0 || !hasRoom(taker, now)) continue;
			waiting.push([peer, taker]);
			least = Math.min(least, taker.share);
		}
		let best: Choice | undefined;
		for (const [peer, taker] of waiting) {
			const choice = this.#best(peer, taker, taker.share - least);
			const isBetter = choice && (!best || choice.rank < best.rank);
			const isEqual = choice && choice.rank === best?.rank && taker.share < best.taker.share;
			if (isBetter || isEqual) best = choice;
		}
		return best;
	}

	/** Of what one peer wants: of equals what it asked for first. */
	#best(peer: PeerId, taker: Taker, ahead: number): Choice | undefined {
		let [key, queued, lowest]: [string, Queued | undefined, number] = ['', undefined, Number.POSITIVE_INFINITY];
		for (const [one, candidate] of taker.queue) {
			const rank = this.#rank(candidate, ahead);
			if (rank >= lowest) continue;
			[key, queued, lowest] = [one, candidate, rank];
			if (rank < 0 || (rank === 0 && taker.urgent === 0)) break;
		}
		return queued && {peer, taker, key, queued, rank: lowest};
	}

	/** Bytes that may be on their way beside these. */
	#roomOf(bytes: number, now: Instant): number {
		return this.#speed.rate(now) * (AHEAD / 1_000) - bytes;
	}

	/** The lower, the sooner: how often it was given, hashes first. Whoever is far ahead waits, whatever he wants. */
	#rank({block: {what, file, index}, bytes}: Queued, ahead: number): number {
		if (ahead > TOLERANCE_PIECES * Math.max(bytes, MIN_PIECE_BYTES)) return Number.MAX_SAFE_INTEGER;
		return what === 'piece' ? (this.#counts.get(file)?.[index] ?? 0) : -1;
	}

	/** What is on its way and not stuck. */
	#moving(now: Instant): {readonly blocks: number; readonly bytes: number} {
		let [blocks, bytes] = [this.#gives, this.#bytes];
		for (const {giving} of this.#takers.values()) {
			for (const one of giving.values()) {
				if (!isStuck(one.since, now)) break;
				blocks--;
				bytes -= one.bytes;
			}
		}
		return {blocks, bytes};
	}

	/** When somebody waits and the first block gets stuck, there is a place. */
	#checkLater(now: Instant): BehaviourOutput[] {
		if (this.#checkAt !== undefined && this.#checkAt > now) return [];
		if (![...this.#takers.values()].some(({queue}) => queue.size > 0)) return [];
		const times = [...this.#takers.values()].flatMap(({giving}) => [...giving.values()].map(({since}) => since));
		const moving = times.filter(since => !isStuck(since, now));
		if (moving.length === 0) return [];
		this.#checkAt = Math.min(...moving) + STUCK_AFTER;
		return [{type: 'schedule', timer: 'stuck', at: this.#checkAt}];
	}
}

type Choice = {
	readonly peer: PeerId;
	readonly taker: Taker;
	readonly key: string;
	readonly queued: Queued;
	readonly rank: number;
};

/** As the timer counts: a difference is rounded otherwise than a sum. */
function isStuck(since: Instant, now: Instant): boolean {
	return since + STUCK_AFTER <= now;
}

/** Whether something waits for it, or is on its way. */
function isBusyWith({queue, giving}: Taker): boolean {
	return queue.size + giving.size > 0;
}

/** Whether one more block may be on its way to it. */
function hasRoom({giving, bytes, speed}: Taker, now: Instant): boolean {
	if (giving.size >= MAX_PEER_GIVES) return false;
	for (const {since} of giving.values()) {
		if (isStuck(since, now)) return false;
		break;
	}
	return giving.size < PEER_SLOTS || bytes < Math.min(MAX_PEER_BYTES, speed.rate(now) * (AHEAD / 1_000));
}

function unqueue(taker: Taker | undefined, key: string): void {
	const queued = taker?.queue.get(key);
	if (!taker || !queued) return;
	taker.queue.delete(key);
	if (queued.block.what !== 'piece') taker.urgent--;
}

function deny(peer: PeerId, block: BlockName, reason: Denial): BehaviourOutput {
	return {type: 'files', deed: {deed: 'deny', peer, block, reason}};
}

function count(counter: string, by?: number): BehaviourOutput {
	return by === undefined ? {type: 'count', counter} : {type: 'count', counter, by};
}
