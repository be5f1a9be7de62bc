/** Files that come and go, as lines: for whoever asks with `/transfers`, and as it goes on. */
import {movementOf, shareOf, sortedTransfers} from '../store/files/selectors.ts';
import {isOver, type Transfer} from '../store/files/transfers.ts';
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
	const left = leftOf(transfer);
	const reason = stateReason(transfer);
	const sources = activeSources(transfer);
	return [
		`${quoted(name)}, ${sizeText(transfer)}: ${stateWord(transfer).words}${reason === '' ? '' : `, ${reason}`}`,
		...(isOver(transfer) ? [] : [percentText(shareOf(transfer))]),
		...(rateIn >= 0.5 ? [formatRate(rateIn)] : []),
		...(left === undefined ? [] : [`${leftText(left)} left`]),
		...(sources.length > 0 ? [`from ${names(state, sources)}`] : []),
		...(takers.length > 0 ? [`to ${names(state, takers)}${rateOut >= 0.5 ? ` at ${formatRate(rateOut)}` : ''}`] : []),
		...(given > 0 ? [`${formatBytes(given)} given`] : []),
		...(place === undefined
			? []
			: [`${isFetched && transfer.state !== 'done' && transfer.state !== 'kept' ? 'goes to' : 'lies at'} ${place}`]),
	].join('; ');
}

function names(state: State, all: readonly {readonly peer: string; readonly name: string}[]): string {
	const shown = all.slice(0, MAX_NAMED).map(({peer, name}) => nameIn(state, peer, name));
	return listOf(all.length > shown.length ? [...shown, `${all.length - shown.length} more`] : shown);
}

/** What is worth saying of those that have changed. That one is here, or has failed, a notice says. */
export function movingLines({files: before}: State, {files}: State): readonly string[] {
	if (before.transfers === files.transfers) return [];
	return [...files.transfers.values()].flatMap(transfer => {
		const known = before.transfers.get(transfer.file);
		return known === transfer ? [] : changeOf(known, transfer);
	});
}

function changeOf(before: Transfer | undefined, now: Transfer): readonly string[] {
	const {name, state, rateIn} = now;
	const isNew = before?.state !== state;
	if (state === 'hashing' && isNew)
		return [`Reading ${quoted(name)}${now.size > 0 ? `, ${sizeText(now)},` : ''} to offer it.`];
	if (state === 'paused') return isNew && before ? [`${quoted(name)} is paused at ${percentText(shareOf(now))}.`] : [];
	// After anything else it is a moment's, while others are asked.
	if (state === 'waiting') return before?.state === 'fetching' ? [`${quoted(name)} waits: ${stateReason(now)}.`] : [];
	if (!before || (state !== 'fetching' && state !== 'hashing')) return [];
	const quarter = Math.floor(shareOf(now) * QUARTERS);
	if (quarter === 0 || quarter >= QUARTERS || quarter <= Math.floor(shareOf(before) * QUARTERS)) return [];
	const left = leftOf(now);
	const rest = left === undefined ? '' : `, ${leftText(left)} left`;
	return [`${quoted(name)}: ${percentText(shareOf(now))}${rateIn >= 0.5 ? `, ${formatRate(rateIn)}` : ''}${rest}.`];
}
