/** `fetch-file`, and what is taken without asking: from an offer to a download that has begun. */
import type {CommandOf} from '../../api/command.ts';
import type {FileSettings} from '../../api/files.ts';
import {BoundedMap} from '../../base/bounded.ts';
import {UserError} from '../../base/errors.ts';
import {idBeginning, SHORT_ID_DIGITS} from '../../base/file-id.ts';
import {type Rate, TokenBuckets} from '../../base/token-bucket.ts';
import type {FileId, FileOffer} from '../../wire/file-offer.ts';
import type {PeerId} from '../../wire/peer-id.ts';
import type {BehaviourOutput, Instant, View} from '../behaviour.ts';
import {isAnswer, refusal} from '../refusal.ts';
import type {Board} from './board.ts';
import type {Downloads} from './download/downloads.ts';
import {priorityOf} from './download/parameters.ts';
import type {FilesNews, NewsOf, SavedTransfer} from './io.ts';
import {claimOf, claimsOf, type StandingOffer} from './offers.ts';
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
export const MAX_AUTHORS = 1_024;
export const MAX_UNWANTED = 4_096;

/** Claims about one file that are tried one after the other, as long as each is found to be wrong. */
export const MAX_CLAIMS = 16;

type FetchCommand = CommandOf<'fetch-file'>;

/** Whatever is found to be true of a file is meant, or whatever may be taken without asking. */
type Choice = {readonly isAccepted: boolean; readonly tried: Set<string>};

export type FetchingOptions = {
	readonly view: View;
	readonly board: Board;
	readonly shelf: Shelf;
	readonly downloads: Downloads;
	readonly settings: () => FileSettings;
	/** Others hear that it is here. */
	readonly announce: (file: FileId) => BehaviourOutput[];
};

export class Fetching {
	readonly #options: FetchingOptions;
	/** Commands that wait until it has begun. */
	readonly #waiting = new Map<FileId, FetchCommand[]>();
	/** What was taken without asking and is not done. */
	readonly #accepted = new Map<FileId, PeerId>();
	readonly #accepts = new TokenBuckets<PeerId>(ACCEPTS, MAX_AUTHORS);
	readonly #unwanted = new BoundedMap<FileId, true>(MAX_UNWANTED);
	/** Of which something else may be tried if what was offered turns out to be wrong. */
	readonly #choices = new BoundedMap<FileId, Choice>(MAX_TRANSFERS);
	/** Those with which that is the case now. */
	readonly #refuted = new Set<FileId>();
	/** Commands that wait until the disk has been looked at, whether the file is still there. */
	readonly #looking = new Map<FileId, {readonly command: FetchCommand; readonly wanted: StandingOffer | undefined}[]>();
	#isReplacing = false;

	constructor(options: FetchingOptions) {
		this.#options = options;
	}

	get(command: FetchCommand, now: Instant): BehaviourOutput[] {
		const beginning = idBeginning(command.file);
		if (beginning === undefined) return [refusal(command, 'unknown-file', NOT_AN_ID)];
		try {
			if (command.folder !== undefined) checkFolder(command.folder);
		} catch (error) {
			if (error instanceof UserError) return [refusal(command, 'file', error)];
			throw error;
		}
		if (command.messageId !== undefined) return this.#named(command, beginning, command.messageId, now);
		const files = this.#find(beginning);
		if (files.length > 0) return this.#fetchOne(command, files, now);
		const answer = (found: readonly FileId[], at: Instant) => this.#fetchOne(command, found, at);
		return this.#options.board.seek({beginning, answer}, now);
	}

	/** Somebody has offered something just now: it may be taken without asking. */
	offered(standing: StandingOffer, now: Instant): BehaviourOutput[] {
		const {view, shelf, downloads, settings} = this.#options;
		const {from, offer, timestamp, room} = standing;
		if (from === view.self) return [];
		if (isRefuted(downloads, offer.file) && this.#otherClaim(offer.file)) this.#refuted.add(offer.file);
		if (!isAccepted(settings().accept, from, offer)) return [];
		if (shelf.has(offer.file) || downloads.has(offer.file) || this.#unwanted.has(offer.file)) return [];
		if (view.timestamp() - timestamp > ACCEPT_AGE) return [];
		if (!this.#mayAccept(from, now)) return [{type: 'count', counter: 'file-accept-cap'}];
		this.#accepted.set(offer.file, from);
		this.#choices.set(offer.file, {isAccepted: true, tried: new Set([claimOf(offer)])});
		return [{type: 'count', counter: 'file-accepted'}, ...this.#begin(standing, [room], {}, now)];
	}

	/** Somebody does not want it any more. */
	cancelled(file: FileId): BehaviourOutput[] {
		this.#unwanted.set(file, true);
		this.finished(file);
		return this.#answer(file, command => refusal(command, 'file', 'cancelled'));
	}

	/** Of what is not fetched any more, for another reason than that somebody has cancelled it, nothing is heard any more. */
	answerEnded(): BehaviourOutput[] {
		if (this.#waiting.size === 0) return [];
		const {downloads, shelf} = this.#options;
		const ended = [...this.#waiting.keys()].filter(file => !downloads.has(file));
		return ended.flatMap(file => {
			const held = shelf.get(file);
			if (!held) return this.#answer(file, command => refusal(command, 'unknown-file', 'it is offered here no more'));
			const result = {file, path: held.path, isHere: true} as const;
			return this.#answer(file, command => ({type: 'reply', command, result}));
		});
	}

	finished(file: FileId): void {
		this.#accepted.delete(file);
		this.#choices.delete(file);
	}

	/** Whether its state is not to be told: it begins anew with what somebody else says of it. */
	isReplaced(file: FileId): boolean {
		if (this.#isReplacing) return true;
		if (!isRefuted(this.#options.downloads, file) || !this.#otherClaim(file)) return false;
		this.#refuted.add(file);
		return true;
	}

	/** Begins anew whatever was found to be other than it was offered, if somebody has offered it otherwise. */
	tryOthers(now: Instant): BehaviourOutput[] {
		if (this.#refuted.size === 0) return [];
		const files = [...this.#refuted];
		this.#refuted.clear();
		return files.flatMap(file => {
			const other = this.#otherClaim(file);
			const saved = this.#options.downloads.saved(file);
			if (!other || !saved) return [];
			this.#choices.get(file)?.tried.add(claimOf(other.offer));
			return [{type: 'count', counter: 'file-other-claim'}, ...this.#replace(other, saved, now)];
		});
	}

	news(news: FilesNews, now: Instant): BehaviourOutput[] {
		switch (news.news) {
			case 'opened': {
				const {file, path} = news;
				return this.#answer(file, command => ({type: 'reply', command, result: {file, path}}));
			}
			case 'file-failed':
				if (this.#refuted.has(news.file)) return [];
				return this.#answer(news.file, command => refusal(command, 'file', this.#failureWords(command, news)));
			case 'looked':
				return this.#looked(news.file, now);
			default:
				return [];
		}
	}

	/** Whoever named another folder is to know why it does not go there. */
	#failureWords({folder}: FetchCommand, {file, error: {message}}: NewsOf<'file-failed'>): string {
		const begun = this.#options.downloads.saved(file)?.folder;
		if (folder === undefined || begun === undefined || folder === begun) return message;
		return `${message}; it was begun in ${begun}: cancel it first to fetch it elsewhere`;
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

	/** One certain offer: what others say of the file does not count. */
	#named(command: FetchCommand, beginning: string, messageId: string, now: Instant): BehaviourOutput[] {
		const {board} = this.#options;
		const wanted = board.find(messageId);
		if (!wanted?.offer.file.startsWith(beginning)) return [refusal(command, 'unknown-file', 'no such offer is known')];
		if (!board.stands(wanted)) return [refusal(command, 'unknown-file', 'it was taken back')];
		return this.#take(command, wanted.offer.file, wanted, now);
	}

	#fetchOne(command: FetchCommand, files: readonly FileId[], now: Instant): BehaviourOutput[] {
		const [file] = files;
		if (file === undefined) return [refusal(command, 'unknown-file', 'no such file is offered where we are')];
		if (files.length > 1) return [refusal(command, 'unknown-file', 'that fits several files; give more of the id')];
		return this.#take(command, file, undefined, now);
	}

	#take(command: FetchCommand, file: FileId, wanted: StandingOffer | undefined, now: Instant): BehaviourOutput[] {
		const {shelf, downloads, board} = this.#options;
		const held = shelf.get(file);
		if (held && !shelf.isChanged(file)) {
			if (wanted && claimOf(wanted.offer) !== claimOf(held.offer)) return [refusal(command, 'file', CONTRADICTED)];
			const waiting = this.#looking.get(file);
			this.#looking.set(file, [...(waiting ?? []), {command, wanted}]);
			return waiting ? [] : [{type: 'files', deed: {deed: 'look', file}}];
		}
		const offer = wanted ?? claimsOf(board.standing(file))[0];
		if (downloads.has(file)) return this.#again(command, file, offer, now);
		if (!offer) return [refusal(command, 'unknown-file', 'it was taken back')];
		if (downloads.files().length >= MAX_TRANSFERS) {
			return [refusal(command, 'busy', `${MAX_TRANSFERS} files are on their way; wait for some of them`)];
		}
		this.#unwanted.delete(file);
		this.#choose(file, command, offer);
		this.#wait(file, command);
		return [...shelf.forget(file), ...this.#begin(offer, this.#roomsOf(offer.offer), command, now)];
	}

	/** All of it was here; it is known now whether it still is. */
	#looked(file: FileId, now: Instant): BehaviourOutput[] {
		const {shelf} = this.#options;
		const waiting = this.#looking.get(file) ?? [];
		this.#looking.delete(file);
		const held = shelf.isChanged(file) ? undefined : shelf.get(file);
		const answers = waiting.flatMap(({command, wanted}): BehaviourOutput[] => {
			if (!held) return this.#take(command, file, wanted, now);
			const result = {file, path: held.path, isHere: true} as const;
			// Whoever wants to know where it is does not say that others may have it again.
			const given = shelf.isKept(file) ? [] : shelf.addRooms(file, this.#roomsOf(held.offer));
			return [...given, {type: 'reply', command, result}];
		});
		return held ? [...answers, ...this.#options.announce(file)] : answers;
	}

	/** It is on its way: now perhaps from more rooms, otherwise than it was offered at first, and no longer paused. */
	#again(command: FetchCommand, file: FileId, offer: StandingOffer | undefined, now: Instant): BehaviourOutput[] {
		const {downloads} = this.#options;
		const saved = downloads.saved(file)!;
		const isOther = offer !== undefined && claimOf(offer.offer) !== claimOf(saved.offer);
		const isNamed = command.messageId !== undefined;
		if (isOther && isNamed && downloads.isProven(file)) return [refusal(command, 'file', CONTRADICTED)];
		if (offer && (isNamed || isRefuted(downloads, file))) this.#choose(file, command, offer);
		if (isOther && (isNamed || isRefuted(downloads, file))) {
			this.#wait(file, command);
			return this.#replace(offer, {...saved, ...command}, now);
		}
		const folder = this.#newFolder(command, saved.folder);
		if (folder !== undefined && downloads.isNothingHere(file)) {
			this.#wait(file, command);
			return this.#replace({offer: saved.offer, from: saved.from}, {...saved, ...command, folder}, now);
		}
		const path = downloads.info(file, now)?.path;
		const {priority} = command;
		const outputs = [
			...downloads.begin({...saved, rooms: this.#roomsOf(saved.offer)}, now),
			...(priority === undefined ? [] : (downloads.command({command: 'prioritise', file, priority}, now) ?? [])),
			...(downloads.command({command: 'resume', file}, now) ?? []),
		].filter(output => !isAnswer(output));
		if (path !== undefined) return [...outputs, {type: 'reply', command, result: {file, path}}];
		this.#wait(file, command);
		return outputs;
	}

	/** Where it is to go now, if that is elsewhere than before. */
	#newFolder({folder}: FetchCommand, before: string): string | undefined {
		const wanted = folder ?? this.#options.settings().folder;
		return wanted === before ? undefined : wanted;
	}

	/** Nothing is here of it, or nothing that can be of use. */
	#replace(
		offer: Pick<StandingOffer, 'offer'> & Pick<SavedTransfer, 'from'>,
		how: {readonly folder?: string; readonly priority?: number},
		now: Instant,
	): BehaviourOutput[] {
		const {file} = offer.offer;
		this.#isReplacing = true;
		const stopped = this.#options.downloads.command({command: 'cancel', file}, now) ?? [];
		this.#isReplacing = false;
		const outputs = stopped.filter(output => !isAnswer(output));
		return [...outputs, ...this.#begin(offer, this.#roomsOf(offer.offer), how, now)];
	}

	/** Where it is offered as it is; whoever says something else of it has no part in it. */
	#roomsOf(offer: FileOffer): readonly string[] {
		const fitting = this.#options.board.standing(offer.file).filter(one => claimOf(one.offer) === claimOf(offer));
		return [...new Set(fitting.map(({room}) => room))];
	}

	/** A certain offer is meant, or whatever turns out to be right. */
	#choose(file: FileId, {messageId}: FetchCommand, {offer}: StandingOffer): void {
		if (messageId === undefined) this.#choices.set(file, {isAccepted: false, tried: new Set([claimOf(offer)])});
		else this.#choices.delete(file);
	}

	/** What else is said of it and was not tried. */
	#otherClaim(file: FileId): StandingOffer | undefined {
		const choice = this.#choices.get(file);
		if (!choice || choice.tried.size >= MAX_CLAIMS) return undefined;
		const {board, settings} = this.#options;
		const {accept} = settings();
		const offers = board.standing(file).filter(({from, offer}) => {
			return !choice.tried.has(claimOf(offer)) && (!choice.isAccepted || isAccepted(accept, from, offer));
		});
		return claimsOf(offers)[0];
	}

	#begin(
		{offer, from}: Pick<StandingOffer, 'offer'> & Pick<SavedTransfer, 'from'>,
		rooms: readonly string[],
		{folder, priority = 0}: {readonly folder?: string; readonly priority?: number},
		now: Instant,
	): BehaviourOutput[] {
		const {downloads, settings, view} = this.#options;
		const where = {rooms, folder: folder ?? settings().folder, since: view.timestamp()};
		return downloads.begin({offer, from, ...where, isPaused: false, priority: priorityOf(priority)}, now);
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

const CONTRADICTED = 'that offer says of the file what is not true of it';

export const NOT_AN_ID = `a file is named by its id, or by the first ${SHORT_ID_DIGITS} digits of it or more`;

/** Whether what was offered was found to be wrong, and not by chance. */
function isRefuted(downloads: Downloads, file: FileId): boolean {
	const code = downloads.failure(file)?.code;
	return code === 'bad-offer' || code === 'bad-manifest';
}
