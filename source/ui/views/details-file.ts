/** Of a message that offers a file, what there is of the file itself: whether it is here, where, and who else has it. */
import type {OfferedFile} from '../../api/files.ts';
import {SHORT_ID_DIGITS} from '../../base/file-id.ts';
import {shareOf} from '../../store/files/selectors.ts';
import {isWhole, type Transfer} from '../../store/files/transfers.ts';
import {percentText, stateReason, stateWord} from './transfer-words.ts';

export type OfferedHere = {
	readonly offer: OfferedFile;
	readonly transfer: Transfer | undefined;
	/** Ours, and the core has told which files there are. */
	readonly isOwn: boolean;
	readonly isKnown: boolean;
	/** How the key is written that takes it. */
	readonly key: string;
};

export function hereText({offer, transfer, isOwn, isKnown, key}: OfferedHere): string {
	if (!transfer || transfer.state === 'cancelled') {
		if (isOwn) return isKnown ? 'it is not given any more: /send offers it again' : 'offered by you';
		const command = `/get ${offer.file.slice(0, SHORT_ID_DIGITS)}`;
		return `no: ${key === '' ? command : `${key} on the message or ${command}`} takes it`;
	}
	const reason = stateReason(transfer);
	const {state, place, isFetched} = transfer;
	const at = place === undefined ? 'yes' : `yes: ${place}`;
	if (state === 'done') return isFetched ? at : `${at}, offered by you`;
	if (state === 'kept') return `${at}; ${reason}`;
	const words = reason === '' ? stateWord(transfer).words : reason;
	return state === 'changed' ? words : `${percentText(shareOf(transfer))} of it: ${words}`;
}

/** Who has all of it, as far as is known here. */
export function havingText(
	{transfer, isOwn}: OfferedHere,
	author: {readonly peer: string; readonly name: string},
	nameOf: (peer: string, name: string) => string,
): string {
	if (!transfer || transfer.state === 'cancelled')
		return isOwn ? '' : `${nameOf(author.peer, author.name)} offers it; of others one hears when it is taken`;
	const {sources, takers, pieces} = transfer;
	const whole = [...sources.filter(({dropped}) => dropped === undefined), ...takers].filter(
		each => each.pieces >= pieces,
	);
	const others = new Map(whole.map(({peer, name}) => [peer, nameOf(peer, name)]));
	const names = [...(isWhole(transfer) ? ['you'] : []), ...others.values()];
	return names.length === 0 ? 'nobody here, as far as is known' : names.join(', ');
}
