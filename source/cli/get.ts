/** `p2p-tui get <file>`: fetches what is offered in a room, from everybody there who has some of it. */
import {realpathSync} from 'node:fs';
import path from 'node:path';
import type {CommandOf} from '../api/command.ts';
import type {NodeEvent} from '../api/event.ts';
import type {Offer, TransferInfo, TransferState} from '../api/files.ts';
import {UserError} from '../base/errors.ts';
import {idBeginning} from '../base/file-id.ts';
import {sanitizeLine} from '../base/sanitize.ts';
import type {CopyOptions} from '../storage/files/copy.ts';
import {FileFailure} from '../storage/files/kept.ts';
import {fileName} from '../store/files/offer.ts';
import type {Machine} from './config.ts';
import {type Errand, type ErrandOptions, errandOptions, runErrand} from './errand.ts';
import {nearest} from './nearest.ts';
import type {Invocation} from './options.ts';
import {jsonLine} from './output.ts';
import {Refused} from './ping/client.ts';
import {progressRow} from './progress.ts';

const IN_USE = 'Use /get there, or be someone else here with --data-dir <other> or --ephemeral';

/** Milliseconds between two looks at what is offered: an offer may come with old history, of which nothing is told. */
const LOOK_INTERVAL = 250;

/** Milliseconds for which it stays after all is here: so long the others learn that we have it. */
const STAY = 400;

/** Milliseconds to wait for others in the room, where nothing had to be fetched from them. */
const MEETING = 2_000;

/** Milliseconds between two times that it is told how much is copied. */
const TELL_INTERVAL = 200;

const NOT_KEPT = 'With --ephemeral what has come is not kept';

const MAX_OFFERS = 500;

export type GetOptions = ErrandOptions & {
	readonly wanted: string;
	/** Where it is to go; undefined: as the configuration says. */
	readonly folder: string | undefined;
	/** Milliseconds without anything coming. */
	readonly timeout: number;
	/** Milliseconds to stay at the end. */
	readonly stay?: number;
	/** Copies what is here already, and resolves with where. */
	readonly copy: (options: CopyOptions) => Promise<string>;
};

export async function get(
	{wanted, target, options}: Extract<Invocation, {command: 'get'}>,
	machine: Machine,
): Promise<number> {
	const common = await errandOptions(target, options, machine);
	return runGet({
		...common,
		wanted,
		folder: options.downloadFolder === undefined ? undefined : common.config.files?.folder,
		timeout: options.timeout,
		copy: async wish => (await import('../storage/files/copy.ts')).copyHeld(wish),
	});
}

/**
 * Finds the offer, fetches it, prints where it lies.
 * @returns the exit status: 0, or 128 + the number of the signal that ended it.
 * @throws UserError if it is not offered there, fails, or nothing comes for too long.
 */
export function runGet(options: GetOptions): Promise<number> {
	return runErrand(options, IN_USE, errand => new Getting(options, errand).done());
}

class Getting {
	readonly #options: GetOptions;
	readonly #errand: Errand;
	#file: string | undefined;
	#last: TransferInfo | undefined;
	readonly #ended: Promise<TransferInfo>;
	#end!: (info: TransferInfo) => void;
	/** Somebody is in the room. */
	readonly #met: Promise<void>;
	#meet!: () => void;

	constructor(options: GetOptions, errand: Errand) {
		this.#options = options;
		this.#errand = errand;
		this.#ended = new Promise(resolve => {
			this.#end = resolve;
		});
		this.#met = new Promise(resolve => {
			this.#meet = resolve;
		});
		errand.onEvent = event => this.#event(event);
		errand.whatIsLeft = () => this.#whatIsLeft();
	}

	async done(): Promise<void> {
		const {folder, stay = STAY} = this.#options;
		const errand = this.#errand;
		const {file, messageId, name} = await this.#find();
		this.#file = file;
		this.#wait();
		const fetch = {command: 'fetch-file', file, messageId, ...(folder !== undefined && {folder})} as const;
		const {isHere} = await errand.ask(fetch);
		// It may have been here before: then nothing more is told of it.
		const {transfers} = await errand.ask({command: 'transfers', file});
		for (const info of transfers) this.#transfer(info);
		const info = await errand.orElse(this.#ended);
		errand.callOff();
		const isThere = folder === undefined || isIn(folder, info.path);
		const place = isThere ? info.path : await this.#copy(info, name, folder);
		errand.isDone = true;
		this.#print({...info, ...(place !== undefined && {path: place})});
		if (isHere) await this.#tellAgain(fetch);
		await errand.sleep(stay);
	}

	/** It lies elsewhere already; whoever names a folder expects it there. */
	async #copy(info: TransferInfo, name: string, folder: string): Promise<string> {
		const {copy, config} = this.#options;
		const {dataDirectory: directory} = config;
		if (directory === undefined) throw elsewhere(info, folder);
		const wish = {directory, file: info.file, name, folder, quota: config.files?.quota};
		let told = {at: Number.NEGATIVE_INFINITY, done: 0};
		const progress = (done: number) => {
			const at = performance.now();
			const time = at - told.at;
			if (time < TELL_INTERVAL) return;
			// None is known the first time.
			const rate = Math.round(((done - told.done) / time) * 1000);
			told = {at, done};
			this.#tellCopied({...info, name, done, rateIn: rate, sources: []});
		};
		try {
			return await this.#errand.during(signal => copy({...wish, progress, signal}));
		} catch (error) {
			throw error instanceof FileFailure ? notCopied(error, info, folder) : error;
		}
	}

	#tellCopied({left: _, ...info}: TransferInfo): void {
		const {json, print, progress, unicode} = this.#options;
		if (json) print(jsonLine({...standingOf(info), state: 'copying'}));
		else progress.show(columns => progressRow({...rowOf(info), doing: 'copying'}, columns, unicode));
	}

	/** Whoever offers it counts who has it, and may not have been met yet. */
	async #tellAgain(fetch: CommandOf<'fetch-file'>): Promise<void> {
		await Promise.race([this.#met, this.#errand.sleep(MEETING)]);
		await this.#errand.ask(fetch);
	}

	/** Whether what has come is still there the next time. */
	get #isKept(): boolean {
		return this.#options.config.dataDirectory !== undefined;
	}

	/** Looks until it is there: who offers it has to be met first, and what he offered long ago comes with his history. */
	async #find(): Promise<Offer> {
		const {wanted, timeout} = this.#options;
		const deadline = performance.now() + timeout;
		for (;;) {
			const offers = await this.#offers();
			const offer = offerFor(wanted, offers);
			if (offer !== undefined) return offer;
			if (performance.now() >= deadline) throw this.#notOffered(offers);
			await this.#errand.orElse(this.#errand.sleep(LOOK_INTERVAL));
		}
	}

	/** Of a conversation nothing is known before the first word of it has come: it may still come. */
	async #offers(): Promise<readonly Offer[]> {
		const {room} = this.#options;
		try {
			return (await this.#errand.ask({command: 'offers', room, limit: MAX_OFFERS})).offers;
		} catch (error) {
			if (room.startsWith('@') && error instanceof Refused && error.code === 'unknown-room') return [];
			throw error;
		}
	}

	#notOffered(offers: readonly Offer[]): UserError {
		const {wanted, timeout, room} = this.#options;
		const isDirect = room.startsWith('@');
		const meant = nearest(
			wanted,
			offers.map(({name}) => name),
		);
		const isThere = isDirect ? 'Is that peer online?' : 'Is whoever offers it, or has it, online and in that room?';
		const hint = meant === undefined ? isThere : `Did you mean ${fileName(meant)}?`;
		const what = quoted(wanted);
		const nothing = isDirect ? `That peer offers you nothing called ${what}` : `Nobody offers ${what} in #${room}`;
		return new UserError(`${nothing}: waited ${timeout / 1000} s`, {hint});
	}

	#event(event: NodeEvent): void {
		if (event.type === 'member-joined') this.#meet();
		if (event.type === 'transfer' && event.file === this.#file) this.#transfer(event);
		else if (event.type === 'source-dropped' && event.file === this.#file) this.#dropped(event);
	}

	#transfer(info: TransferInfo): void {
		const last = this.#last;
		this.#last = info;
		// Then it is the disk that takes its time.
		if (info.state === 'finishing') this.#errand.callOff();
		else if (last === undefined || hasMoved(last, info)) this.#wait();
		if (info.state === 'done' || info.state === 'kept') return this.#end(info);
		if (info.state === 'failed') return this.#errand.fail(failure(info, this.#isKept));
		if (info.state === 'cancelled') return this.#errand.fail(new UserError('It was cancelled'));
		this.#tell(info);
	}

	#tell(info: TransferInfo): void {
		const {json, print, progress, unicode} = this.#options;
		if (json) print(jsonLine(standingOf(info)));
		else progress.show(columns => progressRow(rowOf(info), columns, unicode));
	}

	#dropped({name, peer, reason}: {name: string; peer: string; reason: string}): void {
		const {json, print, progress} = this.#options;
		if (json) return print(jsonLine({dropped: peer, name, reason}));
		progress.clear();
		console.error(sanitizeLine(`p2p-tui: Nothing more is taken from ${name}: ${reason}`));
	}

	#print(info: TransferInfo): void {
		const {json, print, progress} = this.#options;
		progress.clear();
		if (json) print(jsonLine({...standingOf(info), path: info.path}));
		// One line, whatever the folder is called; as JSON it is told to the letter.
		else print(sanitizeLine(info.path ?? ''));
	}

	#whatIsLeft(): string | undefined {
		const {done, state, path: place} = this.#last ?? {done: 0};
		if (done === 0) return undefined;
		if (state === 'done' || state === 'kept') return `Nothing was copied: it lies at ${place}`;
		return this.#isKept ? 'What is here is kept: the same command goes on with it' : NOT_KEPT;
	}

	/** From now on so long may nothing come. */
	#wait(): void {
		const {timeout} = this.#options;
		this.#errand.failAfter(timeout, () => {
			const hint = this.#whatIsLeft() ?? 'Nobody who has it is online';
			return new UserError(`Nothing has come for ${timeout / 1000} s`, {hint});
		});
	}
}

/** The newest one whose id begins so, or that is called so, or is shown so. Throws if two different ones could be meant. */
export function offerFor(wanted: string, offers: readonly Offer[]): Offer | undefined {
	const start = idBeginning(wanted);
	if (start !== undefined) {
		const found = offers.filter(({file}) => file.startsWith(start));
		const ids = new Set(found.map(({file}) => file));
		if (ids.size > 1) throw new UserError(`${ids.size} files begin with ${start}`, {hint: 'Give more digits'});
		if (found[0] !== undefined) return found[0];
	}
	return offers.find(({name}) => name === wanted) ?? offers.find(({name}) => fileName(name) === wanted);
}

/** Whether that is where it lies, also where one of both is named by way of a link. */
function isIn(folder: string, place: string | undefined): boolean {
	if (place === undefined) return false;
	const own = path.dirname(place);
	if (path.resolve(folder) === own) return true;
	try {
		return realpathSync(folder) === realpathSync(own);
	} catch {
		return false;
	}
}

function elsewhere({name, path: place, isFetched}: TransferInfo, folder: string): UserError {
	const how = isFetched ? 'was fetched before' : 'is offered by this profile itself';
	return new UserError(`${quoted(name)} ${how}, and nothing was put into ${folder}`, {
		hint: `It lies at ${place}: copy it from there`,
	});
}

function notCopied({code, message}: FileFailure, {name, path: place}: TransferInfo, folder: string): UserError {
	if (code !== 'changed') return new UserError(message, {hint: `${quoted(name)} lies at ${place}`});
	return new UserError(`${quoted(name)} has changed since, and nothing was put into ${folder}`, {
		hint: `Move ${place} away: then it is fetched from others`,
	});
}

/** Whether something has come, or something else is done than before. */
function hasMoved(last: TransferInfo, info: TransferInfo): boolean {
	return info.state !== last.state || info.done !== last.done || info.received !== last.received;
}

function failure({error, path: place}: TransferInfo, isKept: boolean): UserError {
	if (error === undefined) return new UserError('It failed');
	const kept = isKept ? 'What is here is kept: make room, and ask again' : NOT_KEPT;
	const hint = error.code === 'disk-full' || error.code === 'quota' ? kept : '';
	const where = place === undefined ? '' : ` (${path.dirname(place)})`;
	return new UserError(`${error.message}${error.code === 'disk-full' ? where : ''}`, hint === '' ? {} : {hint});
}

const DOING: Readonly<Partial<Record<TransferState, string>>> = {
	waiting: 'waiting for somebody who has it',
	preparing: 'asking for the hashes',
	verifying: 'checking what is here',
	paused: 'paused',
	finishing: 'finishing',
};

function rowOf({name, done, size, state, rateIn, left, sources}: TransferInfo) {
	const doing = DOING[state];
	const from = sources.filter(({rate, dropped}) => rate > 0 && dropped === undefined).map(source => source.name);
	return {
		name,
		done,
		size,
		...(doing !== undefined && {doing}),
		...(state === 'fetching' && {rate: rateIn}),
		...(left !== undefined && {left}),
		...(from.length > 0 && {who: `from ${from.join(', ')}`}),
	};
}

/** A transfer as a script wants to know it. */
export function standingOf({file, name, state, done, size, rateIn, left, sources}: TransferInfo): object {
	const from = sources.map(({peer, name: source, bytes, rate}) => ({peer, name: source, bytes, rate}));
	return {file, name, state, done, size, rate: rateIn, ...(left !== undefined && {left}), sources: from};
}

/** A name as rooms show it, too. Backslashes in it are escapes already: they are not doubled. */
export function quoted(name: string): string {
	return `"${fileName(name).replaceAll('"', "'")}"`;
}
