/** `p2p-tui send --file`: offers files and folders, and stays until others have all of them. */
import path from 'node:path';
import type {NodeEvent} from '../api/event.ts';
import type {FileResults, TransferInfo, TransferTaker} from '../api/files.ts';
import {UserError} from '../base/errors.ts';
import {sanitizeLine} from '../base/sanitize.ts';
import {fileName} from '../store/files/offer.ts';
import {formatRate} from '../ui/format.ts';
import type {Machine} from './config.ts';
import {type Errand, type ErrandOptions, errandOptions, runErrand} from './errand.ts';
import {quoted} from './get.ts';
import {givenFiles} from './given-files.ts';
import type {Invocation} from './options.ts';
import {jsonLine} from './output.ts';
import {progressRow} from './progress.ts';

const IN_USE = 'Use /send there, or be someone else here with --data-dir <other> or --ephemeral';

/** Milliseconds between two looks at who has how much: whoever has all of it may leave at once. */
const LOOK_INTERVAL = 200;

export type SendFilesOptions = ErrandOptions & {
	/** Absolute. */
	readonly paths: readonly string[];
	/** How many others have to have all of each. */
	readonly to: number;
	/** Milliseconds without anything going out; undefined: as long as it takes. */
	readonly timeout: number | undefined;
};

export async function sendFiles(
	{target, options}: Extract<Invocation, {command: 'send-files'}>,
	machine: Machine,
): Promise<number> {
	const paths = await givenFiles(options.files);
	return runSendFiles({
		...(await errandOptions(target, options, machine)),
		paths,
		to: options.to,
		timeout: options.isTimeoutGiven ? options.timeout : undefined,
	});
}

/**
 * Hashes and offers, one after the other, and waits until as many others as `to` says have all of it.
 * @returns the exit status: 0, or 128 + the number of the signal that ended it.
 * @throws UserError if something cannot be offered, has changed, or nothing goes out for too long.
 */
export function runSendFiles(options: SendFilesOptions): Promise<number> {
	return runErrand(options, IN_USE, errand => new Sending(options, errand).done());
}

type Offered = FileResults['offer-file'] & {
	readonly name: string;
	/** Whoever had all of it at some time: they may leave. */
	readonly holders: Map<string, string>;
	/** How many others hold the offer. */
	knownTo: number;
};

class Sending {
	readonly #options: SendFilesOptions;
	readonly #errand: Errand;
	readonly #offered: Offered[] = [];
	/** Members that hold a message: one may be told of before it is answered which. */
	readonly #spread = new Map<string, number>();
	#given = -1;
	/** That of what goes out, in words: a kept one may be long forgotten. */
	#limit: string | undefined;
	#holders = 0;

	constructor(options: SendFilesOptions, errand: Errand) {
		this.#options = options;
		this.#errand = errand;
		errand.onEvent = event => this.#event(event);
		errand.whatIsLeft = () => this.#whatIsLeft();
	}

	async done(): Promise<void> {
		for (const file of this.#options.paths) await this.#offer(file);
		const {maxUpload} = await this.#errand.ask({command: 'file-settings'});
		if (maxUpload !== undefined) this.#limit = `limit ${formatRate(maxUpload)}`;
		this.#wait();
		while (!(await this.#look())) await this.#errand.orElse(this.#errand.sleep(LOOK_INTERVAL));
		this.#errand.isDone = true;
	}

	async #offer(file: string): Promise<void> {
		const {room, json, print, progress} = this.#options;
		const result = await this.#errand.ask({command: 'offer-file', path: file, room});
		const name = path.basename(file);
		if (!this.#offered.some(offered => offered.file === result.file)) {
			this.#offered.push({...result, name, holders: new Map(), knownTo: 0});
		}
		progress.clear();
		if (json) print(jsonLine({state: 'offered', ...result, name}));
		else print(`${result.file} ${fileName(name)}`);
		if (!json && result.skipped > 0) console.error(sanitizeLine(leftOut(name, result.skipped)));
	}

	#event(event: NodeEvent): void {
		if (event.type === 'message-state') this.#spread.set(event.messageId, event.storedBy - 1);
		if (event.type !== 'transfer' || event.isFetched) return;
		if (event.state === 'hashing') this.#showHashing(event);
		else if (event.state === 'changed' && this.#offered.some(({file}) => file === event.file)) {
			this.#errand.fail(new UserError(`${quoted(event.name)} has changed: it is no longer what was offered`, again()));
		}
	}

	#showHashing({name, done, size}: TransferInfo): void {
		const {json, print, progress, unicode} = this.#options;
		if (json) print(jsonLine({state: 'hashing', name: path.basename(name), done, size}));
		else progress.show(columns => progressRow({name, done, size, doing: 'hashing'}, columns, unicode));
	}

	/** Whether enough others have all of everything. */
	async #look(): Promise<boolean> {
		const {transfers} = await this.#errand.ask({command: 'transfers'});
		for (const offered of this.#offered) {
			const info = transfers.find(({file}) => file === offered.file);
			if (info?.state === 'failed' || info?.state === 'changed') throw lost(info);
			if (info) this.#note(offered, info);
		}
		const waiting = this.#offered.find(offered => this.#count(offered) < this.#options.to);
		const infos = transfers.filter(({file}) => this.#offered.some(offered => offered.file === file));
		this.#watch(infos);
		if (waiting === undefined) return true;
		this.#show(infos.find(({file}) => file === waiting.file));
		return false;
	}

	#note(offered: Offered, {takers, pieces}: TransferInfo): void {
		const {json, print, progress} = this.#options;
		for (const {peer, name, pieces: held} of takers) {
			if (held < pieces || offered.holders.has(peer)) continue;
			offered.holders.set(peer, name);
			progress.clear();
			if (json) print(jsonLine({state: 'taken', file: offered.file, by: peer, name}));
		}
	}

	/** Whoever has the offer of a file without content has all of it. */
	#count({size, messageId, holders}: Offered): number {
		return size === 0 ? Math.max(holders.size, this.#spread.get(messageId) ?? 0) : holders.size;
	}

	#watch(infos: readonly TransferInfo[]): void {
		const given = infos.reduce((sum, info) => sum + info.given, 0);
		const holders = this.#offered.reduce((sum, offered) => sum + this.#count(offered), 0);
		if (given !== this.#given || holders !== this.#holders) this.#wait();
		[this.#given, this.#holders] = [given, holders];
	}

	#show(info: TransferInfo | undefined): void {
		const {json, progress, unicode} = this.#options;
		if (json || info === undefined) return;
		const {name, size, rateOut, takers} = info;
		const first = [...takers].sort((a, b) => b.pieces - a.pieces)[0];
		const done = first === undefined ? 0 : Math.min(size, first.pieces * info.pieceBytes);
		const whom = takers.length === 0 ? 'waiting for somebody to take it' : `to ${takers.map(wordFor).join(', ')}`;
		const who = this.#limit === undefined ? whom : `(${this.#limit})  ${whom}`;
		progress.show(columns => progressRow({name, done, size, rate: rateOut, who}, columns, unicode));
	}

	/** From now on so long may nothing go out. */
	#wait(): void {
		const {timeout} = this.#options;
		if (timeout !== undefined) this.#errand.failAfter(timeout, () => this.#nobody(timeout));
	}

	#nobody(timeout: number): UserError {
		const {to} = this.#options;
		const [missing, ...more] = this.#offered.filter(offered => this.#count(offered) < to);
		const count = missing === undefined ? 0 : this.#count(missing);
		const who = count === 0 ? 'Nobody is' : `Only ${count} of ${to} ${count === 1 ? 'is' : 'are'}`;
		const what = `${who} known to have all of ${quoted(missing?.name ?? '')}${more.length > 0 ? ` (and ${more.length} more)` : ''}`;
		const held = this.#limit === undefined ? '' : ` (${this.#limit})`;
		return new UserError(`${what}, and nothing went out for ${timeout / 1000} s${held}`, {hint: this.#whatIsLeft()});
	}

	#whatIsLeft(): string {
		if (this.#offered.length === 0) return 'Nothing is offered yet';
		return this.#options.config.dataDirectory === undefined
			? 'With --ephemeral nobody gives it any more'
			: 'The offer stands: it is given again whenever this profile is online';
	}
}

function wordFor({name}: TransferTaker): string {
	return name;
}

function lost({name, state, error}: TransferInfo): UserError {
	if (state === 'changed')
		return new UserError(`${quoted(name)} has changed: it is no longer what was offered`, again());
	return new UserError(error?.message ?? `${quoted(name)} cannot be given`);
}

function leftOut(name: string, count: number): string {
	const what =
		count === 1
			? 'one hidden file, link, device or empty folder is'
			: `${count} hidden files, links, devices or empty folders are`;
	return `p2p-tui: Of ${quoted(name)} ${what} left out`;
}

function again() {
	return {hint: 'Offer it again'};
}
