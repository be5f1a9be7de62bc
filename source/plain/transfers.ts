/** Files that come and go, as lines: for whoever asks with `/transfers`, and as it goes on. */
import {movementOf, shareOf, sortedTransfers} from '../store/files/selectors.ts';
import {isOver, isWhole, type Transfer} from '../store/files/transfers.ts';
import type {State} from '../store/state.ts';
import {formatBytes} from '../ui/figures.ts';
import {formatRate, plural} from '../ui/format.ts';
import {
	activeSources,
	leftOf,
	leftText,
	percentText,
	sizeText,
	stateReason,
	stateWord,
} from '../ui/views/transfer-words.ts';
import {nameIn, quoted} from './names.ts';
import {listOf} from './words.ts';

/** Sources and takers who are named. */
const MAX_NAMED = 8;
/** So often is it said how far one is. */
const QUARTERS = 4;

/** All of them, for whoever asks. */
export function transferLines(state: State): readonly string[] {
	const all = sortedTransfers(state);
	if (all.length === 0) return ['No files come or go. /send and a path offers one, /get takes the newest offer.'];
	const {rateIn = 0, rateOut = 0} = movementOf(state) ?? {};
	return [
		`${plural(all.length, 'file')}; ${formatRate(rateIn)} in, ${formatRate(rateOut)} out:`,
		...all.map(transfer => `  ${transferLine(state, transfer)}`),
	];
}

function transferLine(state: State, transfer: Transfer): string {
	const {name, rateIn, rateOut, takers, place, given, isFetched} = transfer;
	const taking = takers.filter(({rate}) => rate > 0);
	const left = leftOf(transfer);
	const reason = stateReason(transfer);
	const sources = activeSources(transfer);
	return [
		`${quoted(name)}, ${sizeText(transfer)}: ${stateWord(transfer).words}${reason === '' ? '' : `, ${reason}`}`,
		...(isOver(transfer) ? [] : [percentText(shareOf(transfer))]),
		...(rateIn >= 0.5 ? [formatRate(rateIn)] : []),
		...(left === undefined ? [] : [`${leftText(left)} left`]),
		...(sources.length > 0 ? [`from ${names(state, sources)}`] : []),
		...(taking.length > 0 ? [`to ${names(state, taking)} at ${formatRate(rateOut)}`] : []),
		...haveWords(state, transfer),
		...(given > 0 ? [`${formatBytes(given)} given`] : []),
		...(place === undefined ? [] : [`${isFetched && !isWhole(transfer) ? 'goes to' : 'lies at'} ${place}`]),
	].join('; ');
}

/** `bob and cat have it`: of those to whom it went, or who have got what we offered. */
function haveWords(state: State, {takers, pieces, sources}: Transfer): readonly string[] {
	const having = takers.filter(
		taker => taker.rate === 0 && taker.pieces >= pieces && !sources.some(({peer}) => peer === taker.peer),
	);
	return having.length === 0 ? [] : [`${names(state, having)} ${having.length === 1 ? 'has' : 'have'} it`];
}

function names(state: State, all: readonly {readonly peer: string; readonly name: string}[]): string {
	const shown = all.slice(0, MAX_NAMED).map(({peer, name}) => nameIn(state, peer, name));
	return listOf(all.length > shown.length ? [...shown, `${all.length - shown.length} more`] : shown);
}

/** What is worth saying of those that have changed. That one is here, or has failed, the notice says, if it is about that one. */
export function movingLines({files: before}: State, {files, notice}: State): readonly string[] {
	if (before.transfers === files.transfers) return [];
	return [...files.transfers.values()].flatMap(transfer => {
		const known = before.transfers.get(transfer.file);
		if (known === transfer) return [];
		return known && !isOver(known) && isOver(transfer)
			? endOf(known, transfer, notice?.text)
			: changeOf(known, transfer);
	});
}

/** There is one notice, and several may have come at a time. */
function endOf(before: Transfer, now: Transfer, notice = ''): readonly string[] {
	const {name, state, place, isFetched, error} = now;
	const isTold = notice.includes(quoted(name)) || (error !== undefined && notice.includes(error.message));
	if (isTold) return [];
	if (state === 'done' && isFetched) return [`${quoted(name)} is here${place === undefined ? '' : `: ${place}`}`];
	return state === 'failed' && before.told !== error?.message ? [`error: ${quoted(name)}: ${stateReason(now)}`] : [];
}

function changeOf(before: Transfer | undefined, now: Transfer): readonly string[] {
	const {name, state, rateIn} = now;
	const isNew = before?.state !== state;
	if (state === 'hashing' && isNew)
		return [`Reading ${quoted(name)}${now.size > 0 ? `, ${sizeText(now)},` : ''} to offer it.`];
	// After anything else it is a moment's, while others are asked.
	if (state === 'waiting') return before?.state === 'fetching' ? [`${quoted(name)} waits: ${stateReason(now)}.`] : [];
	if (!before || (state !== 'fetching' && state !== 'hashing')) return [];
	const quarter = Math.floor(shareOf(now) * QUARTERS);
	if (quarter === 0 || quarter >= QUARTERS || quarter <= Math.floor(shareOf(before) * QUARTERS)) return [];
	const left = leftOf(now);
	const rest = left === undefined ? '' : `, ${leftText(left)} left`;
	return [`${quoted(name)}: ${percentText(shareOf(now))}${rateIn >= 0.5 ? `, ${formatRate(rateIn)}` : ''}${rest}.`];
}
