/** The page of what comes and goes, and the page of one of it. */

import type {Command} from '../../api/command.ts';
import {copyPlace, showPlace} from '../act/files.ts';
import type {Stage} from '../act/stage.ts';
import type {Draft} from '../draft.ts';
import {sortedTransfers} from '../files/selectors.ts';
import {isOver, type Transfer} from '../files/transfers.ts';
import {quoted} from '../names.ts';
import {notify} from '../reduce/notices.ts';
import type {State} from '../state.ts';

export type TransfersPage = {
	/** The one whose own page was opened last, and where the list stood. */
	readonly file: string | undefined;
	readonly scroll: number;
	/** Whether it is really to be given up: the same key once more does it. */
	readonly asksCancel: string | undefined;
};

export type TransfersDeed = {
	readonly page: 'transfers';
	readonly deed: 'pause' | 'cancel' | 'raise' | 'lower' | 'place' | 'copy';
};

export const EMPTY_TRANSFERS: TransfersPage = {file: undefined, scroll: 0, asksCancel: undefined};

/** The one that keys are about. */
export function chosenTransfer(state: State): Transfer | undefined {
	const {transfers} = state.files;
	if (state.view === 'transfer') return transfers.get(state.pages.transfers.file ?? '');
	return transfers.get(state.chosen ?? '') ?? sortedTransfers(state)[0];
}

/** Which files are in the folder that is looked at: until that is known. */
export function contentsToAsk(state: State): readonly Command[] {
	const transfer = chosenTransfer(state);
	if (!transfer || transfer.files === 0 || transfer.state === 'hashing') return [];
	const {file} = transfer;
	const {contents} = state.files;
	return contents?.file === file && contents.files ? [] : [{command: 'contents', file}];
}

export function openTransfer(stage: Stage, file: string): void {
	const {viewScroll} = stage.state;
	stage.perform({type: 'view', view: 'transfer'});
	change(stage.draft, {file, scroll: viewScroll, asksCancel: undefined});
}

/** Esc on the page of one: back to the list, with the mark on it. */
export function leaveTransfer(stage: Stage): void {
	const {file, scroll} = stage.state.pages.transfers;
	stage.perform({type: 'view', view: 'transfers'});
	stage.draft.set({chosen: file, viewScroll: scroll});
}

/** Esc takes the question back. False if there was none. */
export function stopAsking(stage: Stage): boolean {
	const isAsking = asksCancel(stage.state) !== undefined;
	if (isAsking) change(stage.draft, {asksCancel: undefined});
	return isAsking;
}

/** The one that is asked about, while it is in view. */
export function asksCancel(state: State): Transfer | undefined {
	if (state.view !== 'transfers' && state.view !== 'transfer') return undefined;
	const {asksCancel: file} = state.pages.transfers;
	const chosen = chosenTransfer(state);
	return file !== undefined && chosen?.file === file ? chosen : undefined;
}

export function doOnTransfers(stage: Stage, {deed}: TransfersDeed): void {
	const {draft, state} = stage;
	const transfer = chosenTransfer(state);
	if (!transfer) return notify(draft, 'info', 'there is nothing here to do that with');
	const asked = asksCancel(state);
	change(draft, {asksCancel: undefined});
	switch (deed) {
		case 'pause':
			return pause(stage, transfer);
		case 'cancel':
			return asked ? cancel(stage, transfer) : askCancel(stage, transfer);
		case 'raise':
		case 'lower':
			return prioritise(stage, transfer, deed === 'raise' ? 1 : -1);
		case 'place':
			return showPlace(stage, transfer);
		case 'copy':
			if (!copyPlace(stage, transfer)) notify(draft, 'info', 'it is not here yet');
	}
}

/** The same key goes on, and tries again what has failed. */
function pause(stage: Stage, transfer: Transfer): void {
	const {file, state} = transfer;
	if (state === 'paused' || state === 'failed') return stage.send({command: 'resume', file});
	if (state === 'hashing') return notify(stage.draft, 'info', 'it is being read; it can only be given up');
	if (isOver(transfer)) return notify(stage.draft, 'info', overWords(transfer));
	stage.send({command: 'pause', file});
}

function overWords({name, state, isFetched}: Transfer): string {
	if (state === 'kept') return `${quoted(name)} is here, and given to nobody; /send offers it`;
	if (state !== 'done') return `${quoted(name)} is not on its way any more`;
	return `${quoted(name)} ${isFetched ? 'is here' : 'is yours'}, and given to others; x stops that`;
}

function askCancel(stage: Stage, {file}: Transfer): void {
	change(stage.draft, {asksCancel: file});
}

function cancel(stage: Stage, {file}: Transfer): void {
	if (stage.state.view === 'transfer') leaveTransfer(stage);
	stage.send({command: 'cancel', file});
}

function prioritise(stage: Stage, transfer: Transfer, by: 1 | -1): void {
	if (isOver(transfer)) return notify(stage.draft, 'info', overWords(transfer));
	const priority = Math.max(-1, Math.min(1, transfer.priority + by));
	if (priority === transfer.priority)
		return notify(stage.draft, 'info', `it goes ${by > 0 ? 'before' : 'after'} all others already`);
	stage.send({command: 'prioritise', file: transfer.file, priority});
}

function change(draft: Draft, changed: Partial<TransfersPage>): void {
	const {pages} = draft.state;
	draft.set({pages: {...pages, transfers: {...pages.transfers, ...changed}}});
}
