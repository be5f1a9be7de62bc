/** `p2p-tui get <file>`: fetches what is offered in a room, from everybody there who has some of it. */
import type {EventEmitter} from 'node:events';
import {realpathSync} from 'node:fs';
import path from 'node:path';
import type {CommandOf} from '../api/command.ts';
import type {CoreConfig, StartCore} from '../api/core.ts';
import type {NodeEvent} from '../api/event.ts';
import type {Offer, TransferInfo, TransferState} from '../api/files.ts';
import {UserError} from '../base/errors.ts';
import {sanitizeLine} from '../base/sanitize.ts';
import {type Machine, nodeConfig} from './config.ts';
import {withFilesAlone} from './file-config.ts';
import {nearest} from './nearest.ts';
import type {Invocation, Target} from './options.ts';
import {jsonLine} from './output.ts';
import {Client} from './ping/client.ts';
import {takesUnicode} from './ping/histogram.ts';
import {Interruption} from './ping/interruption.ts';
import {type Progress, progressOn, progressRow} from './progress.ts';
import {adviseIfInUse} from './report.ts';
import {listenForSignals} from './signals.ts';
import {untilUnread} from './unread.ts';

const IN_USE = 'Use /get there, or be someone else here with --data-dir <other> or --ephemeral';

/** Milliseconds between two looks at what is offered: an offer may come with old history, of which nothing is told. */
const LOOK_INTERVAL = 250;

/** Milliseconds for which it stays after all is here: so long the others learn that we have it. */
const STAY = 400;

/** Milliseconds to wait for others in the room, where nothing had to be fetched from them. */
const MEETING = 2_000;

const NOT_KEPT = 'With --ephemeral what has come is not kept';

/** Digits of an id that may stand for it. */
const MIN_ID = 8;
const MAX_OFFERS = 500;

export type GetOptions = {
	readonly config: CoreConfig;
	readonly startCore: StartCore;
	readonly wanted: string;
	/** As commands call it. */
	readonly room: string;
	/** Where it is to go; undefined: as the configuration says. */
	readonly folder: string | undefined;
	/** Milliseconds without anything coming. */
	readonly timeout: number;
	/** Milliseconds to stay at the end. */
	readonly stay?: number;
	readonly json: boolean;
	readonly unicode: boolean;
	readonly print: (line: string) => void;
	readonly progress: Progress;
	readonly signals: EventEmitter;
	/** What is printed to: its errors are heard. */
	readonly output?: EventEmitter;
};

export async function get(
	{wanted, target, options}: Extract<Invocation, {command: 'get'}>,
	machine: Machine,
): Promise<number> {
	const node = {...nodeConfig(options, machine, false), rooms: 'room' in target ? [target.room] : []};
	const config = withFilesAlone(node, options, machine);
	const {startLocalCore} = await import('../core/local.ts');
	return runGet({
		config,
		startCore: startLocalCore,
		wanted,
		room: roomOf(target),
		folder: options.downloadFolder === undefined ? undefined : config.files?.folder,
		timeout: options.timeout,
		json: options.json,
		unicode: takesUnicode(machine.env),
		print: line => console.log(line),
		progress: progressOn(process.stderr),
		signals: process,
		output: process.stdout,
	});
}

export function roomOf(target: Target): string {
	return 'room' in target ? target.room : `@${target.peer}`;
}

/**
 * Finds the offer, fetches it, prints where it lies.
 * @returns the exit status: 0, or 128 + the number of the signal that ended it.
 * @throws UserError if it is not offered there, fails, or nothing comes for too long.
 */
export async function runGet(options: GetOptions): Promise<number> {
	const interruption = new Interruption();
	const stopSignals = listenForSignals(options.signals, status => interruption.interrupt(status));
	const getting = new Getting(options, interruption);
	const stopOutput = untilUnread(options.output, error => getting.fail(error));
	try {
		await getting.done();
		return 0;
	} catch (error) {
		if (error !== interruption) throw adviseIfInUse(error, IN_USE);
		return interruption.status ?? 1;
	} finally {
		options.progress.clear();
		await getting.stop();
		stopSignals();
		stopOutput();
	}
}

class Getting {
	readonly #options: GetOptions;
	readonly #interruption: Interruption;
	readonly #client: Client;
	#timer: NodeJS.Timeout | undefined;
	#file: string | undefined;
	#last: TransferInfo | undefined;
	#isDone = false;
	readonly #ended: Promise<TransferInfo>;
	#end!: (info: TransferInfo) => void;
	/** Somebody is in the room. */
	readonly #met: Promise<void>;
	#meet!: () => void;

	constructor(options: GetOptions, interruption: Interruption) {
		this.#options = options;
		this.#interruption = interruption;
		this.#ended = new Promise(resolve => {
			this.#end = resolve;
		});
		this.#met = new Promise(resolve => {
			this.#meet = resolve;
		});
		const {config, startCore} = options;
		this.#client = new Client({config, startCore, onEvent: event => this.#event(event)});
	}

	async done(): Promise<void> {
		const {folder, stay = STAY} = this.#options;
		const {file, messageId} = await this.#find();
		this.#file = file;
		this.#wait();
		const fetch = {command: 'fetch-file', file, messageId, ...(folder !== undefined && {folder})} as const;
		const {isHere} = await this.#orElse(this.#client.ask(fetch));
		// It may have been here before: then nothing more is told of it.
		const {transfers} = await this.#orElse(this.#client.ask({command: 'transfers', file}));
		for (const info of transfers) this.#transfer(info);
		const info = await this.#orElse(this.#ended);
		clearTimeout(this.#timer);
		const error = folder === undefined || isIn(folder, info.path) ? undefined : elsewhere(info, folder);
		this.#isDone = true;
		if (error === undefined) this.#print(info);
		if (isHere) await this.#tellAgain(fetch);
		await this.#interruption.sleep(stay);
		if (error !== undefined) throw error;
	}

	/** Whoever offers it counts who has it, and may not have been met yet. */
	async #tellAgain(fetch: CommandOf<'fetch-file'>): Promise<void> {
		await this.#interruption.orElse(Promise.race([this.#met, this.#interruption.sleep(MEETING)]));
		await this.#orElse(this.#client.ask(fetch));
	}

	/** Whatever is still to be done is not done any more. */
	fail(error: Error): void {
		if (!this.#isDone) this.#client.fail(error);
	}

	async stop(): Promise<void> {
		clearTimeout(this.#timer);
		await this.#client.stop();
	}

	/** Whether what has come is still there the next time. */
	get #isKept(): boolean {
		return this.#options.config.dataDirectory !== undefined;
	}

	/** Looks until it is there: who offers it has to be met first, and what he offered long ago comes with his history. */
	async #find(): Promise<Offer> {
		const {room, wanted, timeout} = this.#options;
		const deadline = performance.now() + timeout;
		for (;;) {
			const {offers} = await this.#orElse(this.#client.ask({command: 'offers', room, limit: MAX_OFFERS}));
			const offer = offerFor(wanted, offers);
			if (offer !== undefined) return offer;
			if (performance.now() >= deadline) throw this.#notOffered(offers);
			await this.#orElse(this.#interruption.sleep(LOOK_INTERVAL));
		}
	}

	#notOffered(offers: readonly Offer[]): UserError {
		const {wanted, timeout, room} = this.#options;
		const place = room.startsWith('@') ? 'by that peer' : `in #${room}`;
		const meant = nearest(
			wanted,
			offers.map(({name}) => name),
		);
		const hint =
			meant === undefined
				? 'Is whoever offers it, or has it, online and in that room?'
				: `Did you mean ${sanitizeLine(meant)}?`;
		return new UserError(`Nobody offers ${quoted(wanted)} ${place}: waited ${timeout / 1000} s`, {hint});
	}

	#event(event: NodeEvent): void {
		if (event.type === 'member-joined') this.#meet();
		if (event.type === 'transfer' && event.file === this.#file) this.#transfer(event);
		else if (event.type === 'source-dropped' && event.file === this.#file) this.#dropped(event);
	}

	#transfer(info: TransferInfo): void {
		const last = this.#last;
		this.#last = info;
		if (last === undefined || hasMoved(last, info)) this.#wait();
		if (info.state === 'done') return this.#end(info);
		if (info.state === 'failed') return this.#client.fail(failure(info, this.#isKept));
		if (info.state === 'cancelled') return this.#client.fail(new UserError('It was cancelled'));
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
		else print(info.path ?? '');
	}

	/** From now on so long may nothing come. */
	#wait(): void {
		const {timeout} = this.#options;
		clearTimeout(this.#timer);
		this.#timer = setTimeout(() => {
			const here = this.#last?.done ?? 0;
			const kept = this.#isKept ? 'What is here is kept: the same command goes on with it' : NOT_KEPT;
			const hint = here === 0 ? 'Nobody who has it is online' : kept;
			this.#client.fail(new UserError(`Nothing has come for ${timeout / 1000} s`, {hint}));
		}, timeout);
	}

	/** Whatever is awaited ends with a signal, and with whatever fails. */
	#orElse<Value>(work: Promise<Value>): Promise<Value> {
		return this.#interruption.orElse(Promise.race([work, this.#client.failed]));
	}
}

/** The newest one whose id begins so, or that is called so. Throws if two different ones could be meant. */
export function offerFor(wanted: string, offers: readonly Offer[]): Offer | undefined {
	const start = wanted.toLowerCase();
	if (start.length >= MIN_ID && /^[\da-f]+$/.test(start)) {
		const found = offers.filter(({file}) => file.startsWith(start));
		const ids = new Set(found.map(({file}) => file));
		if (ids.size > 1) throw new UserError(`${ids.size} files begin with ${start}`, {hint: 'Give more digits'});
		if (found[0] !== undefined) return found[0];
	}
	return offers.find(({name}) => name === wanted);
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

export function quoted(text: string): string {
	return JSON.stringify(sanitizeLine(text));
}
