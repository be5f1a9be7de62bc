/** Why nothing comes, as far as a download can tell, and what of it nobody here has. */
import type {TransferInfo} from '../../../api/files.ts';
import {bytesOfPiece, type FileOffer} from '../../../wire/file-offer.ts';
import type {PeerId} from '../../../wire/peer-id.ts';
import type {Instant} from '../../behaviour.ts';
import type {Exchange} from './exchange.ts';

/** `author`: who has offered it. */
export function waitsOf(exchange: Exchange, author: PeerId | undefined, now: Instant): TransferInfo['waits'] {
	const sources = [...exchange.sources.all()].filter(({dropped}) => dropped === undefined);
	const useful = sources.filter(source => exchange.isUseful(source));
	if (useful.length === 0) {
		const offerer = sources.find(({peer}) => peer === author);
		if (offerer?.hasSpoken && offerer.pieces.size > 0 && offerer.pieces.count === 0) return 'gone';
		return sources.some(({pieces}) => pieces.count > 0) ? 'rest' : 'nobody';
	}
	// Whoever says that he is busy is left alone for a while, with nothing asked of him.
	return useful.every(({line, requests}) => requests.size === 0 && line.isBusy(now)) ? 'turn' : 'asking';
}

/** Bytes of what is missing that nobody here has: undefined if there are none. */
export function nowhereOf({picker, here}: Exchange, {size}: FileOffer): {readonly nowhere?: number} {
	let nowhere = 0;
	for (let piece = 0; piece < picker.size; piece++) {
		if (!here.has(piece) && picker.availability(piece) === 0) nowhere += bytesOfPiece(size, piece);
	}
	return nowhere === 0 ? {} : {nowhere};
}
