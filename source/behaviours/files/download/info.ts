/** A download as screens and scripts see it. */
import type {TransferInfo, TransferSource} from '../../../api/files.ts';
import {pieceBytesOf} from '../../../wire/file-offer.ts';
import type {PeerId} from '../../../wire/peer-id.ts';
import type {Instant} from '../../behaviour.ts';
import type {Exchange} from './exchange.ts';
import {MAP_CELLS} from './parameters.ts';

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
