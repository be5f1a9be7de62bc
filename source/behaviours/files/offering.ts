/** `offer-file`: a path is hashed, once however often it is asked for; then the offer is said in the room as words are. */
import type {CommandOf} from '../../api/command.ts';
import type {RoomName} from '../../api/event.ts';
import type {TransferError, TransferInfo, TransferState} from '../../api/files.ts';
import type {BehaviourOutput, Instant, View} from '../behaviour.ts';
import {refusal} from '../refusal.ts';
import type {Talk} from '../talk.ts';
import type {FilesNews, HeldFile, NewsOf} from './io.ts';

/** Paths that are hashed at a time, and commands that wait for one. */
export const MAX_HASHING = 64;
export const MAX_WAITING_OFFERS = 64;

type OfferCommand = CommandOf<'offer-file'>;

type Job = {
	readonly path: string;
	readonly commands: OfferCommand[];
	size: number;
	done: number;
};

export type OfferingOptions = {
	readonly view: View;
	readonly talk: Pick<Talk, 'placeOf' | 'publish'>;
	/** As a room is called, however it was called in a command. */
	readonly roomName: (name: string) => RoomName;
	/** Where it is told what becomes of a path. */
	readonly tell: (path: string, isState: boolean, now: Instant) => BehaviourOutput[];
	/** It is ours now, to be given in its rooms. */
	readonly onHeld: (held: HeldFile, now: Instant) => BehaviourOutput[];
	/** The offer did not come about: nobody in that room has it from us, unless it was given there before. */
	readonly onFailed: (held: HeldFile, room: string, now: Instant) => BehaviourOutput[];
};

export class Offering {
	readonly #options: OfferingOptions;
	readonly #jobs = new Map<string, Job>();
	/** What is told last of a path that is not hashed any more. */
	readonly #last = new Map<string, TransferInfo>();

	constructor(options: OfferingOptions) {
		this.#options = options;
	}

	paths(): readonly string[] {
		return [...this.#jobs.keys()];
	}

	has(path: string): boolean {
		return this.#jobs.has(path);
	}

	offer(command: OfferCommand, now: Instant): BehaviourOutput[] {
		const {path} = command;
		if (typeof path !== 'string' || path === '' || path.includes('\0')) {
			return [refusal(command, 'file', 'a file is named by its path')];
		}
		const place = this.#options.talk.placeOf(command);
		if ('type' in place) return [place];
		const known = this.#jobs.get(path);
		const isFull = known ? known.commands.length >= MAX_WAITING_OFFERS : this.#jobs.size >= MAX_HASHING;
		if (isFull) return [refusal(command, 'busy', 'too many files are being read; wait for some of them')];
		if (known) {
			known.commands.push(command);
			return [];
		}
		this.#jobs.set(path, {path, commands: [command], size: 0, done: 0});
		return [{type: 'files', deed: {deed: 'hash', path}}, ...this.#options.tell(path, true, now)];
	}

	/** Nobody wants it any more. */
	stop(path: string, now: Instant): BehaviourOutput[] {
		const job = this.#jobs.get(path);
		if (!job) return [];
		return [
			{type: 'files', deed: {deed: 'stop-hashing', path}},
			...job.commands.map(command => refusal(command, 'file', 'cancelled')),
			...this.#end(job, 'cancelled', undefined, now),
		];
	}

	news(news: FilesNews, now: Instant): BehaviourOutput[] {
		if (news.news !== 'hashing' && news.news !== 'hashed' && news.news !== 'not-hashed') return [];
		const job = this.#jobs.get(news.path);
		if (!job) return [];
		if (news.news === 'hashed') return this.#hashed(job, news, now);
		if (news.news === 'not-hashed') return this.#failed(job, news.error, now);
		job.size = news.size;
		job.done = news.done;
		return this.#options.tell(job.path, false, now);
	}

	info(path: string): TransferInfo | undefined {
		const job = this.#jobs.get(path);
		return job ? this.#describe(job, 'hashing') : this.#last.get(path);
	}

	#hashed(job: Job, {held, skipped}: NewsOf<'hashed'>, now: Instant): BehaviourOutput[] {
		this.#jobs.delete(job.path);
		const {talk, view} = this.#options;
		// The room may have been left meanwhile.
		const places = job.commands.map(command => ({command, place: talk.placeOf(command)}));
		const isOffered = places.some(({place}) => !('type' in place));
		const ended = isOffered ? [] : this.#end(job, 'cancelled', undefined, now);
		const outputs = places.flatMap(({command, place}): BehaviourOutput[] => {
			if ('type' in place) return [place];
			const {file, size, files} = held.offer;
			const had = this.#options.onHeld({...held, rooms: [place.room]}, now);
			const body = {kind: 'file', offer: held.offer} as const;
			const outcome = {
				done: (messageId: string): BehaviourOutput[] => {
					return [{type: 'reply', command, result: {messageId, file, size, files, skipped}}];
				},
				failed: ({message}: {readonly message: string}, at: Instant) => {
					return [...this.#options.onFailed(held, place.room, at), refusal(command, 'storage', message)];
				},
			};
			return [...had, ...talk.publish(place, body, view.timestamp(), outcome)];
		});
		return [...ended, ...outputs];
	}

	#failed(job: Job, error: TransferError, now: Instant): BehaviourOutput[] {
		return [
			...job.commands.map(command => refusal(command, 'file', error.message)),
			...this.#end(job, 'failed', error, now),
		];
	}

	/** Told once, then forgotten. */
	#end(job: Job, state: TransferState, error: TransferError | undefined, now: Instant): BehaviourOutput[] {
		this.#jobs.delete(job.path);
		this.#last.set(job.path, {...this.#describe(job, state), ...(error && {error})});
		const told = this.#options.tell(job.path, true, now);
		this.#last.delete(job.path);
		return told;
	}

	#describe({path, commands, size, done}: Job, state: TransferState): TransferInfo {
		const name = path.replace(/[\\/]+$/, '').replace(/^.*[\\/]/, '') || path;
		const rooms = [...new Set(commands.map(({room}) => this.#options.roomName(room)))];
		return {
			...{file: path, name, size, files: 0, state, rooms, from: this.#options.view.self, isFetched: false, done},
			...{rateIn: 0, rateOut: 0, received: 0, given: 0, priority: 0, path, sources: [], takers: []},
			...{pieces: 0, pieceBytes: 0, map: {have: '', seen: '', asked: ''}},
		};
	}
}
