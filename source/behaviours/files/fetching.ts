/** `fetch-file`, and what is taken without asking: from an offer to a download that has begun. */
import type {CommandOf} from '../../api/command.ts';
import type {FileSettings} from '../../api/files.ts';
import {BoundedMap} from '../../base/bounded.ts';
import {UserError} from '../../base/errors.ts';
import {type Rate, TokenBuckets} from '../../base/token-bucket.ts';
import type {FileId} from '../../wire/file-offer.ts';
import type {PeerId} from '../../wire/peer-id.ts';
import type {BehaviourOutput, Instant, View} from '../behaviour.ts';
import {refusal} from '../refusal.ts';
import type {Board} from './board.ts';
import type {Downloads} from './download/downloads.ts';
import type {FilesNews} from './io.ts';
import {mostBelieved, type StandingOffer} from './offers.ts';
import {checkFolder, isAccepted} from './settings.ts';
import type {Shelf} from './shelf.ts';

/** Transfers that are not done. */
export const MAX_TRANSFERS = 512;

/** Of those that were taken without asking: not done, of one author; and how many of one author with time. */
export const MAX_ACCEPTED = 32;
export const ACCEPTS: Rate = {burst: 100, perSecond: 1 / 10};

/** Files here beyond which nothing is taken without asking. */
export const MAX_SHELF = 10_000;

/** Milliseconds: an older offer is not taken without asking, though it comes only now. A day. */
export const ACCEPT_AGE = 24 * 3_600_000;

/** Authors whose rates are remembered, and files that somebody did not want. */
const MAX_AUTHORS = 1_024;
const MAX_UNWANTED = 4_096;

/** Hex digits of the beginning of an id. */
export const LEAST_DIGITS = 8;
const BEGINNING = /^[0-9a-f]{8,64}$/;

type FetchCommand = CommandOf<'fetch-file'>;

export type FetchingOptions = {
	readonly view: View;
	readonly board: Board;
	readonly shelf: Shelf;
	readonly downloads: Downloads;
	readonly settings: () => FileSettings;
};

export class Fetching {
	readonly #options: FetchingOptions;
	/** Commands that wait until it has begun. */
	readonly #waiting = new Map<FileId, FetchCommand[]>();
	/** What was taken without asking and is not done. */
	readonly #accepted = new Map<FileId, PeerId>();
	readonly #accepts = new TokenBuckets<PeerId>(ACCEPTS, MAX_AUTHORS);
	readonly #unwanted = new BoundedMap<FileId, true>(MAX_UNWANTED);

	constructor(options: FetchingOptions) {
		this.#options = options;
	}

	get(command: FetchCommand, now: Instant): BehaviourOutput[] {
		const beginning = beginningOf(command.file);
		if (beginning === undefined) return [refusal(command, 'unknown-file', NOT_AN_ID)];
		try {
			if (command.folder !== undefined) checkFolder(command.folder);
		} catch (error) {
			if (error instanceof UserError) return [refusal(command, 'file', error)];
			throw error;
		}
		const files = this.#find(beginning);
		if (files.length > 0) return this.#fetchOne(command, files, now);
		const answer = (found: readonly FileId[], at: Instant) => this.#fetchOne(command, found, at);
		return this.#options.board.seek({beginning, answer}, now);
	}

	/** Somebody has offered something just now: it may be taken without asking. */
	offered(standing: StandingOffer, now: Instant): BehaviourOutput[] {
		const {view, shelf, downloads, settings} = this.#options;
		const {from, offer, timestamp, room} = standing;
		if (from === view.self || !isAccepted(settings().accept, from, offer.size)) return [];
		if (shelf.has(offer.file) || downloads.has(offer.file) || this.#unwanted.has(offer.file)) return [];
		if (view.timestamp() - timestamp > ACCEPT_AGE) return [];
		if (!this.#mayAccept(from, now)) return [{type: 'count', counter: 'file-accept-cap'}];
		this.#accepted.set(offer.file, from);
		return [{type: 'count', counter: 'file-accepted'}, ...this.#begin(standing, [room], {}, now)];
	}

	/** Somebody does not want it any more. */
	cancelled(file: FileId): BehaviourOutput[] {
		this.#unwanted.set(file, true);
		this.#accepted.delete(file);
		return this.#answer(file, command => refusal(command, 'file', 'cancelled'));
	}

	finished(file: FileId): void {
		this.#accepted.delete(file);
	}

	news(news: FilesNews): BehaviourOutput[] {
		if (news.news === 'opened') {
			const {file, path} = news;
			return this.#answer(file, command => ({type: 'reply', command, result: {file, path}}));
		}
		if (news.news !== 'file-failed') return [];
		return this.#answer(news.file, command => refusal(command, 'file', news.error.message));
	}

	#mayAccept(from: PeerId, now: Instant): boolean {
		const {downloads, shelf} = this.#options;
		const authors = [...this.#accepted].filter(([file]) => downloads.has(file)).map(([, author]) => author);
		if (authors.filter(author => author === from).length >= MAX_ACCEPTED) return false;
		return downloads.files().length < MAX_TRANSFERS && shelf.size < MAX_SHELF && this.#accepts.take(from, now);
	}

	#find(beginning: string): readonly FileId[] {
		const {shelf, downloads, board} = this.#options;
		const known = [...shelf.files(), ...downloads.files()].filter(file => file.startsWith(beginning));
		return [...new Set([...known, ...board.offers.find(beginning)])];
	}

	#fetchOne(command: FetchCommand, files: readonly FileId[], now: Instant): BehaviourOutput[] {
		const {shelf, downloads, board} = this.#options;
		const [file] = files;
		if (file === undefined) return [refusal(command, 'unknown-file', 'no such file is offered where we are')];
		if (files.length > 1) return [refusal(command, 'unknown-file', 'that fits several files; give more of the id')];
		const standing = board.standing(file);
		const rooms = [...new Set(standing.map(({room}) => room))];
		const held = shelf.get(file);
		if (held && !shelf.isChanged(file)) {
			return [...shelf.addRooms(file, rooms), {type: 'reply', command, result: {file, path: held.path}}];
		}
		const offer = mostBelieved(standing);
		if (downloads.has(file)) return this.#again(command, file, rooms, now);
		if (!offer) return [refusal(command, 'unknown-file', 'it was taken back')];
		if (downloads.files().length >= MAX_TRANSFERS) {
			return [refusal(command, 'busy', `${MAX_TRANSFERS} files are on their way; wait for some of them`)];
		}
		this.#unwanted.delete(file);
		this.#wait(file, command);
		return [...shelf.forget(file), ...this.#begin(offer, rooms, command, now)];
	}

	/** It is on its way: now perhaps from more rooms, and no longer paused. */
	#again(command: FetchCommand, file: FileId, rooms: readonly string[], now: Instant): BehaviourOutput[] {
		const {downloads} = this.#options;
		const saved = downloads.saved(file);
		const path = downloads.info(file, now)?.path;
		const {priority} = command;
		const outputs = [
			...(saved && rooms.length > 0 ? downloads.begin({...saved, rooms}, now) : []),
			...(priority === undefined ? [] : (downloads.command({command: 'prioritise', file, priority}, now) ?? [])),
			...(downloads.command({command: 'resume', file}, now) ?? []),
		].filter(({type}) => type !== 'refuse' && type !== 'reply');
		if (path !== undefined) return [...outputs, {type: 'reply', command, result: {file, path}}];
		this.#wait(file, command);
		return outputs;
	}

	#begin(
		{offer, from}: StandingOffer,
		rooms: readonly string[],
		{folder, priority = 0}: {readonly folder?: string; readonly priority?: number},
		now: Instant,
	): BehaviourOutput[] {
		const {downloads, settings, view} = this.#options;
		const where = {rooms, folder: folder ?? settings().folder, since: view.timestamp()};
		return downloads.begin({offer, from, ...where, isPaused: false, priority: limited(priority)}, now);
	}

	#wait(file: FileId, command: FetchCommand): void {
		this.#waiting.set(file, [...(this.#waiting.get(file) ?? []), command]);
	}

	#answer(file: FileId, answer: (command: FetchCommand) => BehaviourOutput): BehaviourOutput[] {
		const commands = this.#waiting.get(file) ?? [];
		this.#waiting.delete(file);
		return commands.map(answer);
	}
}

export const NOT_AN_ID = `a file is named by its id, or by the first ${LEAST_DIGITS} digits of it or more`;

/** What an id begins with, as it was written; undefined if it is none. */
export function beginningOf(text: unknown): string | undefined {
	const lower = typeof text === 'string' ? text.trim().toLowerCase() : '';
	return BEGINNING.test(lower) ? lower : undefined;
}

/** -1 low, 0, 1 high. */
export function limited(priority: number): number {
	return Number.isFinite(priority) ? Math.max(-1, Math.min(1, Math.round(priority))) : 0;
}
