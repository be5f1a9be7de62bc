/** What goes out over one link: read ahead, sent in the order in which it was given. */
import type {BulkConnection} from '../../net/bulk/connection.ts';
import {NotGiven} from '../../storage/files/kept.ts';
import {blockKey, DATA_HEADER_BYTES, encodeDataHeader} from '../../wire/bulk.ts';
import type {BlockName} from '../../wire/file-offer.ts';
import type {Holder} from './memory.ts';
import type {LinkWorld} from './world.ts';

/** One that is sent, and one that is read meanwhile; of small ones more, so that reading them is never waited for. */
const AHEAD = 2;
const MAX_AHEAD = 8;
const AHEAD_BYTES = 1024 * 1024;

/** Requests of one peer that may be without an answer: several times what anybody asks for at once. */
const MAX_REQUESTS = 1_024;

/** Milliseconds between two times that it is told how much of a block is out. */
const TELL_INTERVAL = 500;

type Job = {
	readonly block: BlockName;
	readonly memory: Buffer;
	readonly size: number;
	state: 'reading' | 'read' | 'sending' | 'changed' | 'missing';
};

export class Giving {
	readonly #connection: BulkConnection;
	readonly #world: LinkWorld;
	/** What the other side has asked for and has no answer to. */
	readonly #requested = new Set<string>();
	readonly #waiting = new Map<string, BlockName>();
	readonly #jobs: Job[] = [];
	#isClosed = false;
	/** Of the block that goes out: the count of the connection, and when it was, as it was told last. */
	#told = {bytes: 0, at: 0};
	readonly #holder: Holder;
	readonly #pump = () => this.#begin();

	constructor(connection: BulkConnection, world: LinkWorld) {
		this.#connection = connection;
		this.#world = world;
		this.#holder = {
			peer: connection.peer,
			moved: () => connection.bytesOut,
			goOn: this.#pump,
			letGo: () => connection.destroy('slow'),
		};
	}

	/** The other side asks. Returns whether that is news. */
	requested(block: BlockName): boolean {
		const key = blockKey(block);
		if (this.#requested.has(key)) return false;
		if (this.#requested.size >= MAX_REQUESTS) {
			this.#connection.send({type: 'refuse', block, reason: 'busy'});
			return false;
		}
		this.#requested.add(key);
		return true;
	}

	/** The other side does not want it any more. What is being read or sent goes out all the same. */
	cancelled(block: BlockName): boolean {
		const key = blockKey(block);
		if (!this.#requested.delete(key)) return false;
		if (this.#waiting.delete(key)) this.#notGiven(block, 'closed');
		return true;
	}

	give(block: BlockName): void {
		const key = blockKey(block);
		if (!this.#requested.has(key)) return queueMicrotask(() => this.#notGiven(block, 'closed'));
		this.#waiting.set(key, block);
		// Not at once: whoever asks for it is in the middle of something.
		queueMicrotask(this.#pump);
	}

	deny(block: BlockName): boolean {
		return this.#requested.delete(blockKey(block));
	}

	close(): void {
		this.#isClosed = true;
		this.#world.giving.forget(this.#holder);
		// What is being read gives its memory back when it is.
		for (const {state, memory} of this.#jobs) if (state !== 'reading') this.#world.giving.giveBack(memory);
		this.#jobs.length = 0;
		this.#waiting.clear();
	}

	get #mayBegin(): boolean {
		const {length} = this.#jobs;
		return length < AHEAD || (length < MAX_AHEAD && this.#jobs.reduce((sum, {size}) => sum + size, 0) < AHEAD_BYTES);
	}

	#begin(): void {
		while (!this.#isClosed && this.#mayBegin) {
			const [entry] = this.#waiting;
			if (!entry) return this.#world.giving.forget(this.#holder);
			const [key, block] = entry;
			const size = this.#world.store.sizeToGive(block);
			if (size === undefined) {
				this.#waiting.delete(key);
				this.#notGiven(block, 'missing');
				continue;
			}
			const memory = this.#world.giving.take(size, this.#holder);
			if (!memory) return;
			this.#waiting.delete(key);
			const job: Job = {block, memory, size, state: 'reading'};
			this.#jobs.push(job);
			void this.#read(job);
		}
	}

	async #read(job: Job): Promise<void> {
		const {block, memory, size} = job;
		try {
			await this.#world.store.read(block, memory.subarray(DATA_HEADER_BYTES, DATA_HEADER_BYTES + size));
			job.state = 'read';
		} catch (error) {
			job.state = error instanceof NotGiven ? error.reason : 'missing';
		}
		if (this.#isClosed) this.#world.giving.giveBack(memory);
		else this.#sendNext();
	}

	/** What is read leaves in the order in which it was to be given. */
	#sendNext(): void {
		for (const job of [...this.#jobs]) {
			if (job.state === 'reading') return;
			if (job.state === 'read') this.#send(job);
			else if (job.state !== 'sending') this.#fail(job, job.state);
		}
	}

	#send(job: Job): void {
		const {block, memory, size} = job;
		job.state = 'sending';
		memory.set(encodeDataHeader(block, size));
		const sent = () => {
			this.#requested.delete(blockKey(block));
			this.#end(job);
			this.#told = this.#standing;
			this.#world.tell({news: 'gave', peer: this.#connection.peer, block, bytes: size});
		};
		const bytes = memory.subarray(0, DATA_HEADER_BYTES + size);
		this.#connection.sendBlock(bytes, sent, () => this.#went(block));
	}

	get #standing() {
		return {bytes: this.#connection.bytesOut, at: performance.now()};
	}

	/** Of a block that takes long it is told how much of it is out. */
	#went(block: BlockName): void {
		const {bytes, at} = this.#told;
		if (performance.now() - at < TELL_INTERVAL) return;
		this.#told = this.#standing;
		this.#world.tell({news: 'giving', peer: this.#connection.peer, block, bytes: this.#told.bytes - bytes});
	}

	#fail(job: Job, reason: 'changed' | 'missing'): void {
		this.#end(job);
		this.#notGiven(job.block, reason);
	}

	#end(job: Job): void {
		this.#jobs.splice(this.#jobs.indexOf(job), 1);
		this.#world.giving.giveBack(job.memory);
		this.#begin();
	}

	#notGiven(block: BlockName, reason: 'changed' | 'missing' | 'closed'): void {
		if (!this.#isClosed) this.#world.tell({news: 'not-given', peer: this.#connection.peer, block, reason});
	}
}
