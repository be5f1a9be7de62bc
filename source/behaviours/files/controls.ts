/** What people do with transfers: look at them, stop them, set what is to be done with files. */
import type {Command, CommandOf} from '../../api/command.ts';
import type {Results} from '../../api/event.ts';
import type {ContainedFile, FileSettings, Offer} from '../../api/files.ts';
import {UserError} from '../../base/errors.ts';
import {idBeginning} from '../../base/file-id.ts';
import type {FileId} from '../../wire/file-offer.ts';
import type {BehaviourOutput, Instant} from '../behaviour.ts';
import {refusal} from '../refusal.ts';
import type {Access} from './access.ts';
import type {Board} from './board.ts';
import type {Downloads} from './download/downloads.ts';
import {priorityOf} from './download/parameters.ts';
import {type Fetching, NOT_AN_ID} from './fetching.ts';
import type {Infos} from './infos.ts';
import type {NewsOf} from './io.ts';
import {offeredOf} from './offered.ts';
import type {Offering} from './offering.ts';
import {changedSettings} from './settings.ts';
import type {Shelf} from './shelf.ts';

/** Files of a folder in one answer. */
export const MAX_CONTENTS = 1_000;

/** Offers that are listed unless more are asked for. */
const USUAL_OFFERS = 100;

type ControlCommand = CommandOf<'pause' | 'resume' | 'cancel' | 'prioritise'>;

export type ControlsOptions = {
	readonly access: Access;
	readonly board: Board;
	readonly shelf: Shelf;
	readonly downloads: Downloads;
	readonly offering: Offering;
	readonly fetching: Fetching;
	readonly infos: Infos;
	readonly settings: () => FileSettings;
	readonly onSettings: (settings: FileSettings) => BehaviourOutput[];
	/** A whole file is not given any more because somebody here says so. */
	readonly onForgotten: (file: FileId, now: Instant) => BehaviourOutput[];
};

export class Controls {
	readonly #options: ControlsOptions;
	/** Commands that wait for the list of a folder's files. */
	readonly #listing = new Map<FileId, CommandOf<'contents'>[]>();

	constructor(options: ControlsOptions) {
		this.#options = options;
	}

	command(command: Command, now: Instant): BehaviourOutput[] {
		switch (command.command) {
			case 'offer-file':
				return this.#options.offering.offer(command, now);
			case 'fetch-file':
				return this.#options.fetching.get(command, now);
			case 'transfers':
				return this.#transfers(command, now);
			case 'contents':
				return this.#contents(command);
			case 'pause':
			case 'resume':
			case 'cancel':
			case 'prioritise':
				return this.#control(command, now);
			case 'offers':
				return this.#offers(command);
			case 'file-settings':
				return this.#settings(command);
			default:
				return [];
		}
	}

	#transfers(command: CommandOf<'transfers'>, now: Instant): BehaviourOutput[] {
		const {infos} = this.#options;
		if (command.file === undefined) return [reply(command, {transfers: infos.all(now)})];
		const found = this.#find(command, command.file);
		if (typeof found !== 'string') return [found];
		const info = infos.of(found, now);
		return [reply(command, {transfers: info ? [info] : []})];
	}

	#contents(command: CommandOf<'contents'>): BehaviourOutput[] {
		const {skip = 0, limit = MAX_CONTENTS} = command;
		const isRight = Number.isSafeInteger(skip) && skip >= 0 && Number.isSafeInteger(limit) && limit >= 1;
		if (!isRight) return [refusal(command, 'bad-command', 'skip is a number from 0, limit one from 1')];
		const file = this.#find(command, command.file);
		if (typeof file !== 'string') return [file];
		// What is being read has no list yet.
		if (this.#options.offering.has(file)) return [reply(command, contentsOf(command, file, undefined))];
		const waiting = this.#listing.get(file);
		this.#listing.set(file, [...(waiting ?? []), command]);
		return waiting ? [] : [{type: 'files', deed: {deed: 'list', file}}];
	}

	listed({file, files}: NewsOf<'listed'>): BehaviourOutput[] {
		const waiting = this.#listing.get(file) ?? [];
		this.#listing.delete(file);
		return waiting.map(command => reply(command, contentsOf(command, file, files)));
	}

	#control(command: ControlCommand, now: Instant): BehaviourOutput[] {
		const {shelf, downloads, offering, fetching, onForgotten} = this.#options;
		const file = this.#find(command, command.file);
		if (typeof file !== 'string') return [file];
		const isCancel = command.command === 'cancel';
		if (offering.has(file)) {
			if (!isCancel) return [refusal(command, 'file', 'it is being read; it can only be cancelled')];
			return [...offering.stop(file, now), reply(command, {file})];
		}
		if (shelf.has(file)) {
			if (!isCancel) return [refusal(command, 'file', 'all of it is here already')];
			return [...onForgotten(file, now), reply(command, {file})];
		}
		const outputs = downloads.command(whole(command, file), now) ?? [];
		const isDone = isCancel && !outputs.some(({type}) => type === 'refuse');
		return isDone ? [...outputs, ...fetching.cancelled(file)] : outputs;
	}

	/** One that is known here: the id, or the path of one that is hashed; or the refusal. */
	#find(command: Command, name: string): string | BehaviourOutput {
		const {shelf, downloads, offering} = this.#options;
		if (offering.has(name)) return name;
		const beginning = idBeginning(name);
		if (beginning === undefined) return refusal(command, 'unknown-file', NOT_AN_ID);
		const files = [...new Set([...downloads.files(), ...shelf.files()])].filter(file => file.startsWith(beginning));
		const [file] = files;
		if (file === undefined) return refusal(command, 'unknown-file', 'no such file is here or on its way');
		if (files.length === 1) return file;
		return refusal(command, 'unknown-file', 'that fits several files; give more of the id');
	}

	#offers(command: CommandOf<'offers'>): BehaviourOutput[] {
		const {access, board} = this.#options;
		const {limit = USUAL_OFFERS} = command;
		if (!Number.isSafeInteger(limit) || limit < 1) return [refusal(command, 'bad-command', 'limit is a number from 1')];
		const room = command.room === undefined ? undefined : this.#roomId(command.room);
		if (room === null) return [refusal(command, 'bad-room', 'a room, or @ and a peer id')];
		if (room !== undefined && !access.isKnown(room)) {
			return [refusal(command, 'unknown-room', 'nothing of that room is known here')];
		}
		const offers: Offer[] = [];
		for (const standing of board.offers.newest(room)) {
			if (offers.length >= limit) break;
			if (!board.stands(standing)) continue;
			const {messageId, from, timestamp, offer} = standing;
			offers.push({...offeredOf(offer), room: access.roomName(standing.room), messageId, from, timestamp});
		}
		return [reply(command, {offers})];
	}

	#roomId(name: string): string | null {
		try {
			return this.#options.access.roomId(name);
		} catch {
			return null;
		}
	}

	#settings(command: CommandOf<'file-settings'>): BehaviourOutput[] {
		const {settings, onSettings} = this.#options;
		if (command.settings === undefined) return [reply(command, settings())];
		try {
			const changed = changedSettings(settings(), command.settings);
			return [...onSettings(changed), reply(command, changed)];
		} catch (error) {
			if (error instanceof UserError) return [refusal(command, 'file', error)];
			throw error;
		}
	}
}

function contentsOf(
	{skip = 0, limit = MAX_CONTENTS}: CommandOf<'contents'>,
	file: string,
	files: readonly ContainedFile[] | undefined,
): Results['contents'] {
	const some = files?.slice(skip, skip + Math.min(limit, MAX_CONTENTS)) ?? [];
	return {file, isKnown: files !== undefined, files: some, total: files?.length ?? 0};
}

/** With the whole id, and a priority that there is. */
function whole(command: ControlCommand, file: FileId): ControlCommand {
	return command.command === 'prioritise'
		? {...command, file, priority: priorityOf(command.priority)}
		: {...command, file};
}

function reply(command: Command, result: Extract<BehaviourOutput, {type: 'reply'}>['result']): BehaviourOutput {
	return {type: 'reply', command, result};
}
