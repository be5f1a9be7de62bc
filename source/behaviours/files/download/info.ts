/** A download as screens and scripts see it. */
import type {RoomName} from '../../../api/event.ts';
import type {TransferError, TransferInfo, TransferSource, TransferState} from '../../../api/files.ts';
import {pieceBytesOf} from '../../../wire/file-offer.ts';
import type {PeerId} from '../../../wire/peer-id.ts';
import type {Instant} from '../../behaviour.ts';
import type {SavedTransfer} from '../io.ts';
import type {Exchange} from './exchange.ts';
import {MAP_CELLS} from './parameters.ts';
import type {RateMeter} from './rate-meter.ts';
import {nowhereOf, waitsOf} from './waits.ts';

/** What a download knows of itself. */
export type Parts = {
	readonly saved: SavedTransfer;
	readonly exchange: Exchange;
	readonly state: TransferState;
	readonly isAsking: boolean;
	readonly meter: RateMeter;
	readonly error: TransferError | undefined;
	/** Bytes that are here and verified. */
	readonly done: number;
	readonly path: string | undefined;
	readonly received: number;
	/** Who gave what, once all is here. */
	readonly givers: readonly TransferSource[] | undefined;
};

type Around = {nameOf(peer: PeerId): string; roomName(room: string): RoomName; isInRoomOf(file: string): boolean};

export function infoOf(parts: Parts, around: Around, now: Instant): TransferInfo {
	const {saved, exchange, state, isAsking, meter, error, done, path, received, givers} = parts;
	const {offer, rooms, from, priority} = saved;
	const isLeft = isAsking && !around.isInRoomOf(offer.file);
	const rateIn = Math.round(meter.rate(now));
	const isTelling = state === 'fetching' && rateIn > 0 && meter.isSteady(now);
	return {
		...{file: offer.file, name: offer.name, size: offer.size, files: offer.files, state},
		...(error && {error}),
		rooms: rooms.map(room => around.roomName(room)),
		...(from !== undefined && {from}),
		...{isFetched: true, done, rateIn, rateOut: 0, received, given: 0},
		...(isLeft ? {waits: 'left' as const} : isAsking && rateIn === 0 && {waits: waitsOf(exchange, from, now)}),
		...(isAsking && nowhereOf(exchange, offer)),
		...(isTelling && {left: Math.round(((offer.size - done) / rateIn) * 1_000)}),
		...{priority, ...(path !== undefined && {path})},
		sources: givers ?? sourcesNow(parts, around, now),
		...{takers: [], pieces: exchange.picker.size, pieceBytes: exchange.pieceBytes, map: mapOf(exchange)},
	};
}

/** Who gives nothing now has no rate. */
function sourcesNow({exchange, isAsking}: Parts, around: Around, now: Instant): TransferSource[] {
	const sources = sourcesOf(exchange, peer => around.nameOf(peer), now);
	return isAsking ? sources : atRest(sources);
}

/** All that give something or say that they can, and those that gave something wrong, here or not. */
export function sourcesOf(exchange: Exchange, nameOf: (peer: PeerId) => string, now: Instant): TransferSource[] {
	const present = [...exchange.sources.all()].filter(
		({pieces, bytes, dropped}) => pieces.count > 0 || bytes > 0 || dropped !== undefined,
	);
	const absent = [...exchange.dropped.entries()].filter(([peer]) => !exchange.sources.get(peer));
	return [
		...present.map(({peer, pieces, requests, meter, bytes, dropped}) => ({
			...{peer, name: nameOf(peer), pieces: pieces.count, requests: requests.size},
			...{rate: Math.round(meter.rate(now)), bytes, ...(dropped !== undefined && {dropped})},
		})),
		...absent.map(([peer, dropped]) => ({
			...{peer, name: nameOf(peer), pieces: 0, requests: 0, rate: 0, bytes: 0, dropped},
		})),
	];
}

/** The same once there is nothing more to be got: who gave what is still of interest. */
export function atRest(sources: readonly TransferSource[]): TransferSource[] {
	return sources.map(source => ({...source, requests: 0, rate: 0}));
}

/** Cells of equal length, but for what does not come out even; see `TransferInfo`. */
export function mapOf({picker, here, askedPieces}: Exchange): TransferInfo['map'] {
	const cells = Math.min(MAP_CELLS, picker.size);
	const asked = new Array<string>(cells).fill('0');
	for (const piece of askedPieces) asked[Math.floor((piece * cells) / picker.size)] = '1';
	let have = '';
	let seen = '';
	let piece = 0;
	for (let cell = 0; cell < cells; cell++) {
		const first = piece;
		let held = 0;
		let rarest = 9;
		// The cell of a piece is its number × cells / pieces, rounded down.
		for (; piece * cells < (cell + 1) * picker.size; piece++) {
			if (here.has(piece)) held++;
			rarest = Math.min(rarest, picker.availability(piece));
		}
		have += digitOf(held, piece - first);
		seen += rarest;
	}
	return {have, seen, asked: asked.join('')};
}

/** 0 only if nothing is here, f only if everything is. */
function digitOf(held: number, all: number): string {
	if (held === 0) return '0';
	return (held === all ? 15 : Math.max(1, Math.min(14, Math.floor((16 * held) / all)))).toString(16);
}

/** Bytes of the pieces that are here. */
export function bytesHere({picker, here}: Exchange, size: number): number {
	const full = pieceBytesOf(size);
	const missing = here.has(picker.size - 1) ? picker.size * full - size : 0;
	return here.count * full - missing;
}
