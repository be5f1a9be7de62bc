/**
 * What comes as the answer to a want: proved and staged by the archive, told to people once it is on disk. If the disk
 * does not take it, it has never been here, and is fetched again when the disk is well.
 */
import type {Archive, Kept} from '../../history/archive.ts';
import type {EventVerifier} from '../../wire/event.ts';
import type {Segment} from '../../wire/messages.ts';
import type {PeerId} from '../../wire/peer-id.ts';

/** Of a segment that was taken in. */
export type Landed = {
	readonly kept: readonly Kept[];
	/** Bytes of its events. */
	readonly bytes: number;
	/** Why it cannot be what its author said. */
	readonly refused: string | undefined;
	readonly isUnproved: boolean;
};

export type Waiting = {readonly room: string; readonly peer: PeerId; readonly kept: readonly Kept[]};

export type AnswersOptions = {
	readonly archive: Archive;
	readonly verify: EventVerifier;
	readonly timestamp: () => number;
	/** Milliseconds: what is older is not kept. */
	readonly keep: number;
};

export class Answers {
	/** Bytes of events that wait for the disk. */
	bytes = 0;
	/** Events that were taken over since the start and are on disk. */
	received = 0;
	readonly #options: AnswersOptions;
	#waiting: Waiting[] = [];

	constructor(options: AnswersOptions) {
		this.#options = options;
	}

	land(room: string, peer: PeerId, segment: Segment): Landed {
		const {archive, verify, timestamp, keep} = this.#options;
		const bytes = segment.events.reduce((sum, event) => sum + event.length, 0);
		const {kept, refused, isUnproved = false} = archive.take(room, segment, timestamp(), verify, timestamp() - keep);
		if (kept.length > 0) {
			this.bytes += bytes;
			this.#waiting.push({room, peer, kept});
		}
		return {kept, bytes, refused, isUnproved};
	}

	/** Something of this room waits for the disk. */
	isWaiting(room: string): boolean {
		return this.#waiting.some(one => one.room === room);
	}

	/** All of it is on disk: returns it. */
	committed(): readonly Waiting[] {
		const waiting = this.#take();
		for (const {kept} of waiting) this.received += kept.length;
		return waiting;
	}

	failed(): void {
		this.#take();
	}

	#take(): readonly Waiting[] {
		const waiting = this.#waiting;
		this.#waiting = [];
		this.bytes = 0;
		return waiting;
	}
}
