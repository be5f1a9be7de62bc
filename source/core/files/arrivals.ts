/**
 * What comes over one link: only what was asked for, verified before it is written, in memory that is bounded for all
 * links together.
 */
import {BoundedMap} from '../../base/bounded.ts';
import {WireError} from '../../base/errors.ts';
import type {Hashing} from '../../storage/files/blake3.ts';
import {blockKey} from '../../wire/bulk.ts';
import type {BlockName} from '../../wire/file-offer.ts';
import type {PeerId} from '../../wire/peer-id.ts';
import type {Holder} from './memory.ts';
import type {LinkWorld} from './world.ts';

/** Blocks called off that may come all the same: of as many as anybody asks for within one round trip. */
const MAX_CALLED_OFF = 4_096;

/** Bytes that are hashed at once: as fast as in larger parts, and nobody waits for long. */
const HASH_STEP = 256 * 1024;

/** Milliseconds between two words about a block that comes slowly. */
const TELL_INTERVAL = 250;

type Arriving = {
	readonly block: BlockName;
	readonly bytes: number;
	/** Undefined: it passes unread. */
	readonly memory: Buffer | undefined;
	readonly target: Uint8Array | undefined;
	readonly hashing: Hashing | undefined;
	hashed: number;
	verdict: 'wrong' | 'unwanted' | undefined;
	told: number;
	toldAt: number;
};

export class Arrivals {
	readonly #peer: PeerId;
	readonly #world: LinkWorld;
	readonly #holder: Holder;
	/** What was asked for and not answered. */
	readonly #asked = new Set<string>();
	/** How often each was called off without an answer. */
	readonly #calledOff = new BoundedMap<string, number>(MAX_CALLED_OFF);
	#arriving: Arriving | undefined;
	#isClosed = false;

	/** `holder`: of the memory for what comes; told to go on, it reads on. */
	constructor(world: LinkWorld, holder: Holder) {
		this.#peer = holder.peer;
		this.#world = world;
		this.#holder = holder;
	}

	ask(block: BlockName): void {
		this.#asked.add(blockKey(block));
	}

	/** Returns whether the other side has to be told. */
	unask(block: BlockName): boolean {
		const key = blockKey(block);
		if (!this.#asked.delete(key)) return false;
		const arriving = this.#arriving;
		if (arriving && blockKey(arriving.block) === key) {
			arriving.verdict ??= 'unwanted';
			return false;
		}
		this.#calledOff.set(key, (this.#calledOff.get(key) ?? 0) + 1);
		return true;
	}

	/** Returns whether it was asked for. */
	refused(block: BlockName): boolean {
		const key = blockKey(block);
		if (this.#asked.delete(key)) return true;
		this.#expectNoMore(key);
		return false;
	}

	/** As `BulkSink.begin`. @throws WireError `bulk-unasked` */
	begin(block: BlockName, bytes: number): Uint8Array | undefined | 'later' {
		const key = blockKey(block);
		const expected = this.#asked.has(key) ? this.#world.store.expect(block) : undefined;
		if (!this.#asked.has(key) && !this.#expectNoMore(key)) {
			throw new WireError('bulk-unasked', 'a block that nobody asked for');
		}
		if (!expected) return this.#skip(block, bytes, 'unwanted');
		if (bytes < expected.least || bytes > expected.most) return this.#skip(block, bytes, 'wrong');
		const memory = this.#world.arriving.take(bytes, this.#holder);
		if (memory === undefined) return 'later';
		const target = memory.subarray(0, bytes);
		const isInSteps = block.what === 'piece' && bytes > HASH_STEP;
		const hashing = isInSteps ? this.#world.blake3()?.start() : undefined;
		this.#arriving = {...began(block, bytes), memory, target, hashing, verdict: undefined};
		return target;
	}

	progress(done: number): void {
		const arriving = this.#arriving!;
		if (arriving.hashing && done - arriving.hashed >= HASH_STEP) hashUpTo(arriving, done);
		const now = performance.now();
		if (now - arriving.toldAt < TELL_INTERVAL) return;
		const bytes = done - arriving.told;
		arriving.told = done;
		arriving.toldAt = now;
		if (!arriving.verdict) this.#world.tell({news: 'coming', peer: this.#peer, block: arriving.block, bytes});
	}

	end(): void {
		const arriving = this.#arriving!;
		this.#arriving = undefined;
		if (!arriving.verdict) this.#asked.delete(blockKey(arriving.block));
		const {block, bytes, memory, target, verdict} = arriving;
		if (verdict === 'wrong') this.#asked.delete(blockKey(block));
		// How long the disk takes is no fault of the other side.
		if (memory) this.#world.arriving.settle(memory);
		if (verdict || !memory || !target) {
			if (memory) this.#world.arriving.giveBack(memory);
			this.#tell(block, bytes, verdict ?? 'unwanted');
		} else if (block.what === 'piece') this.#piece(arriving, memory, target);
		else void this.#slice(block, memory, target);
	}

	/** Nothing more is told. The socket may still write to where the last block goes. */
	close(): void {
		this.#isClosed = true;
		this.#world.arriving.forget(this.#holder);
	}

	/** The socket is gone. */
	release(): void {
		const memory = this.#arriving?.memory;
		this.#arriving = undefined;
		if (memory) this.#world.arriving.giveBack(memory);
	}

	#skip(block: BlockName, bytes: number, verdict: 'wrong' | 'unwanted'): undefined {
		if (verdict === 'unwanted') this.#asked.delete(blockKey(block));
		// It may have waited for room.
		this.#world.arriving.forget(this.#holder);
		const none = {memory: undefined, target: undefined, hashing: undefined};
		this.#arriving = {...began(block, bytes), ...none, verdict};
	}

	#piece(arriving: Arriving, memory: Buffer, target: Uint8Array): void {
		const {block, bytes, hashing} = arriving;
		hashUpTo(arriving, bytes);
		const {store, arriving: room, failed} = this.#world;
		const verdict = store.verify(block, target, hashing?.digest());
		if (verdict === 'ok') {
			const epoch = this.#world.epoch(block.file);
			store
				.write(block, target)
				.catch(error => {
					if (epoch === this.#world.epoch(block.file)) failed(block.file, error);
				})
				.finally(() => room.giveBack(memory));
		} else room.giveBack(memory);
		this.#tell(block, bytes, verdict);
	}

	async #slice(block: BlockName, memory: Buffer, target: Uint8Array): Promise<void> {
		const {store, arriving: room, tell, epoch} = this.#world;
		const before = epoch(block.file);
		try {
			const {verdict, opened} = await store.collect(block, target);
			if (before !== epoch(block.file)) return;
			this.#tell(block, target.length, verdict);
			if (opened) tell({news: 'opened', file: block.file, ...opened});
		} catch (error) {
			if (before === epoch(block.file)) this.#world.failed(block.file, error);
		} finally {
			room.giveBack(memory);
		}
	}

	#tell(block: BlockName, bytes: number, verdict: 'ok' | 'wrong' | 'unwanted'): void {
		if (!this.#isClosed) this.#world.tell({news: 'arrived', peer: this.#peer, block, bytes, verdict});
	}

	#expectNoMore(key: string): boolean {
		const times = this.#calledOff.get(key) ?? 0;
		if (times > 1) this.#calledOff.set(key, times - 1);
		else this.#calledOff.delete(key);
		return times > 0;
	}
}

function began(block: BlockName, bytes: number) {
	return {block, bytes, hashed: 0, told: 0, toldAt: performance.now()};
}

function hashUpTo(arriving: Arriving, done: number): void {
	const {hashing, target} = arriving;
	if (target && done > arriving.hashed) hashing?.update(target.subarray(arriving.hashed, done));
	arriving.hashed = done;
}
