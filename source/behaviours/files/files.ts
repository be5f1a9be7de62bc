/**
 * Files: offered in rooms, fetched from whoever has pieces, given while they are fetched.
 *
 *     offering    a path becomes an offer            board      what is offered in our rooms
 *     fetching    an offer becomes a download        downloads  whom to ask for what
 *     shelf       what is whole, and given           uploads    what is given to whom next
 *     shares      who hears which pieces are here    links      bulk connections
 *
 * Contents are never here: what is to be read, written and sent is said as deeds, and what became of it comes as news.
 */
import type {Command} from '../../api/command.ts';
import type {NodeEvent} from '../../api/event.ts';
import type {FileCommand, FileSettings, TransferError, TransferInfo} from '../../api/files.ts';
import type {Gained, Holds} from '../../wire/file-messages.ts';
import type {FileId} from '../../wire/file-offer.ts';
import type {PeerId} from '../../wire/peer-id.ts';
import type {Behaviour, BehaviourInput, BehaviourOutput, Instant} from '../behaviour.ts';
import {isAnswer, refusal} from '../refusal.ts';
import {FILES_PROTOCOL} from './access.ts';
import type {FilesNews, HeldFile, NewsOf} from './io.ts';
import type {StandingOffer} from './offers.ts';
import {createParts, type Parts, type PartsOptions} from './parts.ts';

export const FILE_COMMANDS = [
	'offer-file',
	'fetch-file',
	'transfers',
	'contents',
	'pause',
	'resume',
	'cancel',
	'prioritise',
	'offers',
	'file-settings',
] as const satisfies readonly FileCommand['command'][];

/** Commands that wait for the library, and milliseconds that they do. */
export const MAX_EARLY = 256;
export const LIBRARY_TIMEOUT = 5_000;

/** The newest offers of one peer that are answered when it comes. */
const MAX_ANSWERED = 64;

export type FilesOptions = Pick<PartsOptions, 'view' | 'archive' | 'overlay' | 'random' | 'talk' | 'nameOf'>;

const TAKEN_BACK: TransferError = {code: 'changed', message: 'the offer was taken back'};
const CHANGED: TransferError = {code: 'changed', message: 'the file is not what was offered any more'};
const MISSING: TransferError = {code: 'not-readable', message: 'the file is gone, or cannot be read any more'};

export class Files implements Behaviour {
	readonly name = 'files';
	readonly protocol = FILES_PROTOCOL;
	readonly messages = ['seek', 'holds', 'gained', 'bulk-please'] as const;
	readonly commands = FILE_COMMANDS;
	readonly isForFiles = true;
	readonly watches = [
		...(['message', 'message-changed', 'history-progress', 'peer-connected'] as const),
		...(['room-joined', 'room-left', 'member-joined', 'member-left'] as const),
	];

	readonly #options: FilesOptions;
	readonly #parts: Parts;
	#settings: FileSettings | undefined;
	/** Before it is known what an earlier run has left. */
	#early: Command[] = [];

	constructor(options: FilesOptions) {
		this.#options = options;
		this.#parts = createParts({
			...options,
			settings: () => this.#settings ?? {folder: '/', accept: []},
			onSettings: settings => {
				this.#settings = settings;
				return [{type: 'files', deed: {deed: 'settings', settings}}];
			},
			onHeld: (held, now) => this.#hold(held, undefined, now),
			onFinished: (held, info, now) => this.#hold(held, info, now),
			onForgotten: (file, now) => this.#withhold(file, undefined, now),
			onDropped: (file, room, now) => this.#dropRoom(file, room, now),
		});
	}

	handle(input: BehaviourInput, now: Instant): BehaviourOutput[] {
		const {fetching} = this.#parts;
		const outputs = [...this.#handle(input, now), ...fetching.tryOthers(now), ...fetching.answerEnded()];
		for (const output of outputs) this.#parts.links.did(output, now);
		return outputs;
	}

	#handle(input: BehaviourInput, now: Instant): BehaviourOutput[] {
		switch (input.type) {
			case 'connected':
				this.#parts.access.connected(input.peer);
				this.#parts.shares.connected(input.peer);
				this.#parts.links.connected(input.peer, input.address, input.direction);
				return [];
			case 'disconnected':
				return this.#disconnected(input.peer, now);
			case 'moved':
				// What was said last may not have arrived.
				this.#parts.shares.again(input.peer);
				return [...this.#parts.downloads.peerMoved(input.peer, now), ...this.#came(input.peer, now)];
			case 'message':
				return this.#message(input, now);
			case 'files':
				return this.#news(input.news, now);
			case 'event':
				return this.#event(input.event, now);
			case 'timer':
				return this.#timer(input.timer, now);
			case 'command':
				return this.#command(input.command, now);
			default:
				return [];
		}
	}

	#command(command: Command, now: Instant): BehaviourOutput[] {
		if (this.#settings) return this.#parts.controls.command(command, now);
		if (this.#early.length >= MAX_EARLY) return [refusal(command, 'busy', 'files are not ready yet')];
		this.#early.push(command);
		return this.#early.length > 1 ? [] : [{type: 'schedule', timer: 'library', at: now + LIBRARY_TIMEOUT}];
	}

	#timer(timer: string, now: Instant): BehaviourOutput[] {
		const {links, shares, uploads, board, tellings, downloads} = this.#parts;
		if (links.isTimer(timer)) return links.timer(timer, now);
		if (shares.isTimer(timer)) return shares.timer(timer, now);
		if (uploads.isTimer(timer)) return uploads.timer(now);
		if (board.isTimer(timer)) return board.timer(now);
		if (tellings.isTimer(timer)) return tellings.timer(now);
		if (downloads.isTimer(timer)) return downloads.timer(timer, now);
		const early = this.#early;
		this.#early = [];
		return early.map(command => refusal(command, 'file', 'files are not dealt with here'));
	}

	// --- others

	/** It speaks of files, or has come into a room. */
	#came(peer: PeerId, now: Instant): BehaviourOutput[] {
		const {access, board, downloads, shares} = this.#parts;
		if (!access.speaks(peer)) return [];
		const answers = this.#answerOffers(peer, board.offers.by(peer));
		return [...shares.moved(peer), ...answers, ...downloads.peerCame(peer, now)];
	}

	/** Whoever offers what is here whole learns that it is: he may wait for somebody to have it. */
	#answerOffers(peer: PeerId, offers: readonly StandingOffer[]): BehaviourOutput[] {
		const {shelf, shares} = this.#parts;
		const files = [...new Set(offers.map(({offer}) => offer.file))].filter(file => shelf.has(file));
		return files.slice(-MAX_ANSWERED).flatMap(file => shares.announce(file, [peer]));
	}

	#left(peer: PeerId, now: Instant): BehaviourOutput[] {
		const {downloads, shares} = this.#parts;
		return [...shares.moved(peer), ...downloads.peerLeft(peer, now)];
	}

	#disconnected(peer: PeerId, now: Instant): BehaviourOutput[] {
		const {access, shares, uploads, links, downloads} = this.#parts;
		access.disconnected(peer);
		shares.disconnected(peer);
		return [...links.disconnected(peer), ...uploads.disconnected(peer, now), ...downloads.peerGone(peer, now)];
	}

	#message({peer, message}: Extract<BehaviourInput, {type: 'message'}>, now: Instant): BehaviourOutput[] {
		const {shares, downloads, links} = this.#parts;
		switch (message.type) {
			case 'seek': {
				const wanted = message.isOn ? message.files.filter(file => this.#mayTell(peer, file)) : [];
				return [...shares.seek(peer, message, now), ...wanted.flatMap(file => downloads.sought(peer, file, now))];
			}
			case 'holds':
			case 'gained':
				return this.#mayTell(peer, message.file) ? this.#heard(peer, message, now) : [stray];
			case 'bulk-please':
				return links.pleased(peer, now);
			default:
				return [];
		}
	}

	#heard(peer: PeerId, message: Holds | Gained, now: Instant): BehaviourOutput[] {
		const {shares, downloads, shelf, tellings} = this.#parts;
		const {file} = message;
		// How far those are who get it from us, or from others.
		const shown = shelf.has(file) ? tellings.changed(file, false, now) : [];
		if (message.type === 'holds') {
			return [...shares.holds(peer, message), ...downloads.holds(peer, file, message.pieces, now), ...shown];
		}
		shares.heardGained(peer, message);
		return [...downloads.gained(peer, file, message.pieces, now), ...shown];
	}

	/** Whether what it says of a file is any business of ours. */
	#mayTell(peer: PeerId, file: FileId): boolean {
		const {access, downloads, roomsOf, askRoomsOf} = this.#parts;
		const rooms = downloads.has(file) ? askRoomsOf(file) : roomsOf(file);
		return access.shares(peer, rooms);
	}

	// --- rooms

	#event(event: NodeEvent, now: Instant): BehaviourOutput[] {
		const {access, board} = this.#parts;
		switch (event.type) {
			case 'message':
				return this.#told(event, now);
			case 'message-changed':
				return board.changed(event, now);
			case 'history-progress':
				return event.done ? board.look(access.roomId(event.room), now) : [];
			case 'peer-connected':
			case 'member-joined':
				return this.#came(event.peer, now);
			case 'member-left':
				return this.#left(event.peer, now);
			case 'room-joined': {
				const came = event.members.flatMap(({peer}) => this.#came(peer, now));
				return [...board.look(access.roomId(event.room), now), ...came, ...this.#tellFetched(event.room, now)];
			}
			case 'room-left':
				return this.#leftRoom(access.roomId(event.room), now);
			default:
				return [];
		}
	}

	#told(message: Extract<NodeEvent, {type: 'message'}>, now: Instant): BehaviourOutput[] {
		const {board, access, downloads, fetching} = this.#parts;
		const offer = board.told(message);
		if (!offer) return [];
		const accepted = message.local || !this.#settings ? [] : fetching.offered(offer, now);
		const isWanted = downloads.has(offer.offer.file);
		const peers = isWanted ? access.peersIn([offer.room]) : [];
		return [
			...accepted,
			...this.#answerOffers(offer.from, [offer]),
			...peers.flatMap(peer => downloads.peerCame(peer, now)),
		];
	}

	/** Whoever is not in it is given nothing there; if it was forgotten, it is no room of any file any more. */
	#leftRoom(room: string, now: Instant): BehaviourOutput[] {
		const {view, archive} = this.#options;
		const outputs = [...view.connectedPeers().flatMap(peer => this.#left(peer, now)), ...this.#tellFetched(room, now)];
		if (archive.store.room(room) !== undefined) return outputs;
		const {board, shelf, downloads} = this.#parts;
		board.forget(room);
		const files = [...new Set([...shelf.files(), ...downloads.files()])];
		return [...outputs, ...files.flatMap(file => this.#dropRoom(file, room, now))];
	}

	/** Whether anybody can be asked has changed for what comes from that room. */
	#tellFetched(room: string, now: Instant): BehaviourOutput[] {
		const {downloads, roomsOf, tellings} = this.#parts;
		const files = downloads.files().filter(file => roomsOf(file).includes(room));
		return files.flatMap(file => tellings.changed(file, true, now));
	}

	#dropRoom(file: FileId, room: string, now: Instant): BehaviourOutput[] {
		const {shelf, downloads, roomsOf} = this.#parts;
		if (!roomsOf(file).includes(room)) return [];
		if (!shelf.has(file)) return downloads.withdrawn(file, [room], now);
		const held = shelf.get(file);
		if (held?.rooms.length === 1) return this.#withhold(file, TAKEN_BACK, now);
		const peers = this.#options.view.connectedPeers();
		return [...shelf.dropRoom(file, room), ...peers.flatMap(peer => this.#parts.shares.moved(peer))];
	}

	// --- the disk

	#news(news: FilesNews, now: Instant): BehaviourOutput[] {
		if (news.news === 'library') return this.#library(news, now);
		const {links, uploads, downloads, offering, fetching, metadata, tellings} = this.#parts;
		const first = links.news(news, now);
		metadata.news(news);
		const outputs = [
			...first,
			...uploads.news(news, now),
			...downloads.news(news, now),
			...offering.news(news, now),
			...fetching.news(news, now),
		];
		switch (news.news) {
			case 'giving':
			case 'gave':
				return [...outputs, ...tellings.changed(news.block.file, false, now)];
			case 'arrived':
				return [...outputs, ...countArrived(news)];
			case 'listed':
				return [...outputs, ...this.#parts.controls.listed(news)];
			case 'changed':
				return [...outputs, ...this.#changed(news.file, CHANGED, now)];
			case 'not-given':
				if (news.reason === 'closed') return outputs;
				return [...outputs, ...this.#changed(news.block.file, news.reason === 'changed' ? CHANGED : MISSING, now)];
			default:
				return outputs;
		}
	}

	#library(news: NewsOf<'library'>, now: Instant): BehaviourOutput[] {
		const {shelf, shares, downloads} = this.#parts;
		this.#settings = news.settings;
		for (const held of news.held) shelf.put(held);
		const early = this.#early;
		this.#early = [];
		return [
			...news.held.flatMap(({offer}) => shares.reset(offer.file)),
			...news.saved.flatMap(transfer => downloads.begin(transfer, now)),
			...(early.length > 0 ? [{type: 'cancel', timer: 'library'} as const] : []),
			...early.flatMap(command => this.#command(command, now)),
		];
	}

	/** A whole file is here: hashed, or fetched. */
	#hold(held: HeldFile, info: TransferInfo | undefined, now: Instant): BehaviourOutput[] {
		const {shelf, shares, downloads, fetching, tellings} = this.#parts;
		const {file} = held.offer;
		// What somebody has himself need not come from others.
		const isFetching = info === undefined && downloads.has(file);
		const stopped = isFetching ? (downloads.command({command: 'cancel', file}, now) ?? []) : [];
		const merged = shelf.put(held, info);
		fetching.finished(file);
		const isMore = merged.rooms.length > held.rooms.length || info === undefined;
		return [
			...stopped.filter(output => !isEndOf(output)),
			...(isMore ? [{type: 'files', deed: {deed: 'keep', held: merged}} as const] : []),
			...tellings.changed(file, true, now),
			...(info === undefined ? shares.reset(file) : shares.flush(file)),
		];
	}

	/** It is not given any more. What was fetched lies here all the same: nobody is to fetch it once more. */
	#withhold(file: FileId, error: TransferError | undefined, now: Instant): BehaviourOutput[] {
		const {shelf, shares, uploads, tellings} = this.#parts;
		const isToStay = shelf.get(file)?.isFetched === true && !shelf.isKept(file) && !shelf.isChanged(file);
		if (!isToStay) return this.#forget(file, error, now);
		return [
			...shelf.withhold(file),
			...uploads.withdrawn(file, 'not-here'),
			...shares.reset(file),
			...tellings.changed(file, true, now),
		];
	}

	/** Nothing is known of it any more; told for the last time. */
	#forget(file: FileId, error: TransferError | undefined, now: Instant): BehaviourOutput[] {
		const {shelf, shares, uploads, infos} = this.#parts;
		const info = infos.of(file, now);
		const forgotten = shelf.forget(file);
		if (!info || forgotten.length === 0) return [];
		return [
			...forgotten,
			...uploads.withdrawn(file, 'not-here'),
			...shares.reset(file),
			{type: 'emit', event: {type: 'transfer', ...info, state: 'cancelled', ...(error && {error})}},
		];
	}

	#changed(file: FileId, error: TransferError, now: Instant): BehaviourOutput[] {
		const {shelf, shares, uploads, tellings} = this.#parts;
		if (!shelf.has(file) || shelf.isChanged(file)) return [];
		// Nobody misses it who could be told; it can be fetched once more.
		if (shelf.isKept(file)) return this.#forget(file, error, now);
		shelf.changed(file, error);
		return [
			{type: 'count', counter: 'file-changed'},
			...uploads.withdrawn(file, 'changed'),
			...shares.reset(file),
			...tellings.changed(file, true, now),
		];
	}
}

const stray: BehaviourOutput = {type: 'count', counter: 'file-stray'};

/** That a download was called off by us and not by somebody: it is told that the file is here. */
function isEndOf(output: BehaviourOutput): boolean {
	if (output.type === 'emit') return output.event.type === 'transfer' && output.event.state === 'cancelled';
	return isAnswer(output);
}

function countArrived({verdict, bytes}: NewsOf<'arrived'>): BehaviourOutput[] {
	if (verdict !== 'ok') return [{type: 'count', counter: `file-blocks-${verdict}`}];
	return [
		{type: 'count', counter: 'file-blocks-got'},
		{type: 'count', counter: 'file-bytes-got', by: bytes},
	];
}
