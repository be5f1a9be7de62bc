/** The parts of `files`, put together: who knows whom. */
import type {FileSettings, TransferInfo} from '../../api/files.ts';
import type {Random} from '../../base/random.ts';
import type {Archive} from '../../history/archive.ts';
import type {BlockName, Denial, FileId} from '../../wire/file-offer.ts';
import type {PeerId} from '../../wire/peer-id.ts';
import type {BehaviourOutput, Instant, View} from '../behaviour.ts';
import type {Overlay} from '../overlay.ts';
import type {Talk} from '../talk.ts';
import {Access} from './access.ts';
import {Board} from './board.ts';
import {Controls} from './controls.ts';
import {Downloads} from './download/downloads.ts';
import {Fetching} from './fetching.ts';
import {Infos} from './infos.ts';
import type {FilesNews, HeldFile} from './io.ts';
import {Links} from './links.ts';
import {Offering} from './offering.ts';
import {Shares} from './shares.ts';
import {Shelf} from './shelf.ts';
import {Tellings} from './tellings.ts';
import {Uploads} from './uploads.ts';

export type PartsOptions = {
	readonly view: View;
	readonly archive: Archive;
	readonly overlay: Overlay;
	readonly random: Random;
	/** Says offers in rooms, as words are said. */
	readonly talk: Pick<Talk, 'placeOf' | 'publish'>;
	/** What people are shown of somebody. */
	readonly nameOf: (peer: PeerId) => string;
	readonly settings: () => FileSettings;
	readonly onSettings: (settings: FileSettings) => BehaviourOutput[];
	/** Hashed here. */
	readonly onHeld: (held: HeldFile, now: Instant) => BehaviourOutput[];
	/** Got from others. */
	readonly onFinished: (held: HeldFile, info: TransferInfo, now: Instant) => BehaviourOutput[];
	readonly onForgotten: (file: FileId, now: Instant) => BehaviourOutput[];
	/** It is no file of this room any more. */
	readonly onDropped: (file: FileId, room: string, now: Instant) => BehaviourOutput[];
};

export type Parts = ReturnType<typeof createParts>;

export function createParts(options: PartsOptions) {
	const {view, archive, overlay, random, nameOf, settings} = options;
	const access = new Access({view, archive, overlay});
	const shelf = new Shelf();
	const metadata = new Metadata();
	/** Where it may be given, and where it may be asked for: also where it is offered, but not given by us. */
	const roomsOf = (file: FileId) => shelf.get(file)?.rooms ?? downloads.saved(file)?.rooms ?? [];
	const askRoomsOf = (file: FileId) => [...roomsOf(file), ...board.offers.of(file).map(({room}) => room)];
	const mayHave = (peer: PeerId, file: FileId) => access.shares(peer, roomsOf(file));
	const piecesOf = (file: FileId) => {
		if (shelf.has(file)) return shelf.pieces(file);
		const pieces = downloads.held(file);
		return pieces && (pieces.size > 0 || metadata.has(file)) ? pieces : undefined;
	};
	const board = new Board({
		...{archive, access},
		rooms: () => archive.rooms().flatMap(({room}) => (archive.isOpen(room) ? room : [])),
		onTakenBack: ({offer: {file}, room}, others, now) => {
			return others.length > 0 ? [] : options.onDropped(file, room, now);
		},
	});
	const shares = new Shares({mayHave, piecesOf});
	const look = (peer: PeerId, block: BlockName): {readonly size: number} | {readonly denial: Denial} => {
		const {file, what, index} = block;
		const offer = shelf.get(file)?.offer ?? downloads.saved(file)?.offer;
		if (!offer || !mayHave(peer, file)) return {denial: 'not-here'};
		if (shelf.has(file)) return shelf.isChanged(file) ? {denial: 'changed'} : {size: offer.size};
		const isHere = what === 'piece' ? downloads.held(file)?.has(index) : metadata.has(file);
		return isHere ? {size: offer.size} : {denial: 'not-here'};
	};
	const uploads = new Uploads({look});
	const links: Links = new Links({
		...{view, random},
		isGiving: peer => uploads.isGiving(peer),
		onFailed: (peer, message, now) => downloads.news({news: 'bulk-failed', peer, message}, now),
	});
	const tellings = new Tellings((file, now) => infos.of(file, now));
	const downloads: Downloads = new Downloads({
		...{view, random, links, nameOf},
		peersOf: file => access.peersIn(askRoomsOf(file)),
		isInRoomOf: file => access.isIn(askRoomsOf(file)),
		roomName: room => access.roomName(room),
		onGained: (file, pieces, now) => shares.gained(file, pieces, now),
		onReset: file => shares.reset(file),
		onFinished: options.onFinished,
		onChanged: (file, isState, now) => {
			return isState && fetching.isReplaced(file) ? [] : tellings.changed(file, isState, now);
		},
	});
	const offering = new Offering({
		...{view, talk: options.talk, onHeld: options.onHeld},
		roomName: name => access.roomName(access.roomId(name)),
		tell: (path, isState, now) => tellings.changed(path, isState, now),
		onFailed: ({offer: {file}}, room, now) => {
			return board.standing(file).some(one => one.room === room) ? [] : options.onDropped(file, room, now);
		},
	});
	const infos: Infos = new Infos({
		...{self: view.self, board, shelf, downloads, offering, uploads, shares, nameOf},
		roomName: room => access.roomName(room),
	});
	const fetching: Fetching = new Fetching({
		...{view, board, shelf, downloads, settings},
		announce: file => shares.announce(file, access.peersIn(roomsOf(file))),
	});
	const controls = new Controls({
		...{access, board, shelf, downloads, offering, fetching, infos, settings},
		...{onSettings: options.onSettings, onForgotten: options.onForgotten},
	});
	const parts = {access, shelf, metadata, board, shares, uploads, links, tellings, downloads, offering, infos};
	return {...parts, fetching, controls, roomsOf, askRoomsOf};
}

/** Of which unfinished files all hashes, and the list of files, are here: those can be given too. */
class Metadata {
	readonly #files = new Set<FileId>();

	has(file: FileId): boolean {
		return this.#files.has(file);
	}

	news(news: FilesNews): void {
		if (news.news === 'opened' && news.needs.length === 0) this.#files.add(news.file);
		else if (news.news === 'opened' || news.news === 'finished' || news.news === 'file-failed') {
			this.#files.delete(news.file);
		}
	}
}
