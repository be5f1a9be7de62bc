/** What is in view: pages, panes, notices; and ways out. */
import {applyEdit, replaceText} from '../composer.ts';
import {askedPaste} from '../composer-paste.ts';
import {askedDrop} from '../files/asking.ts';
import {sortedTransfers} from '../files/selectors.ts';
import {changeFiles, filesWanted} from '../files/transfers.ts';
import type {ViewName} from '../intent.ts';
import {markRead} from '../navigate.ts';
import {pagesOnOpening} from '../pages/index.ts';
import {keepsFilter, leavePeer} from '../pages/network.ts';
import {putPartitionAway} from '../pages/partition.ts';
import {leaveTransfer, stopAsking} from '../pages/transfers.ts';
import {standingConflicts} from '../reduce/alarms.ts';
import {notify} from '../reduce/notices.ts';
import {INTERRUPT_TIME} from '../reduce.ts';
import {passOver} from './scrolling.ts';
import {leaveSelection, stopComposing} from './selecting.ts';
import type {Stage} from './stage.ts';
import {hideList} from './writing.ts';

export function openView(stage: Stage, view: ViewName): void {
	if (view === 'transfers') filesWanted(stage.draft);
	// What went wrong on another page is in the way of the keys of this one.
	if (view !== stage.state.view && stage.state.notice?.level === 'error') stage.draft.set({notice: undefined});
	const pages = pagesOnOpening(stage.state.pages);
	// The list moves by itself: the keys keep to what stood at its top.
	const chosen = view === 'transfers' ? sortedTransfers(stage.state)[0]?.file : undefined;
	stage.draft.set({view, viewScroll: 0, chosen, switcher: undefined, pages});
	markRead(stage.draft);
}

/** Closes what is open, one thing at a time. */
export function back(stage: Stage): void {
	const {draft, state} = stage;
	if (state.switcher) return draft.set({switcher: undefined});
	if (state.view === 'peer') return leavePeer(stage);
	if (stopAsking(stage)) return;
	if (state.view === 'transfer') return leaveTransfer(stage);
	if (keepsFilter(state)) return stage.perform({type: 'page', deed: {page: 'network', deed: 'filter-clear'}});
	if (state.view !== 'chat') return openView(stage, 'chat');
	if (state.selection?.asksRedact) return draft.set({selection: {...state.selection, asksRedact: false}});
	if (state.selection) return leaveSelection(stage);
	if (askedDrop(state)) return changeFiles(draft, {dropped: undefined});
	if (hideList(stage)) return;
	if (stage.room?.composing) return stopComposing(stage);
	const {notice, conflicts} = state;
	const [standing] = standingConflicts(state);
	if (standing) {
		const away = conflicts.map(each => (each === standing ? {...each, isPutAway: true} : each));
		return draft.set({conflicts: away});
	}
	if (!notice) return putPartitionAway(draft) ? undefined : passOver(stage);
	if (notice.line === stage.composer.text) stage.edit(composer => applyEdit(composer, {edit: 'clear'}));
	draft.set({notice: undefined});
}

/** Where there is no room for a pane, showing it would look like a key that does nothing. */
export function togglePane(stage: Stage, pane: 'rooms' | 'network'): void {
	const {draft} = stage;
	if (!stage.around.fits[pane]) {
		const what = pane === 'rooms' ? 'the left side' : 'the network';
		return notify(draft, 'info', `the terminal is too narrow for ${what}`);
	}
	draft.set({hidden: {...draft.state.hidden, [pane]: !draft.state.hidden[pane]}});
}

export function askForget(stage: Stage, room: string): void {
	const label = stage.draft.findRoom(room)?.label ?? room;
	notify(stage.draft, 'warning', `to leave ${label} and delete what is kept of it here, write /forget ${label}`);
	stage.draft.set({forgetting: room});
}

export function interrupt(stage: Stage): void {
	const {now} = stage.around;
	const {interruptArmed, switcher, recall, selection} = stage.state;
	if (interruptArmed !== undefined && now - interruptArmed < INTERRUPT_TIME) {
		return stage.effect({type: 'quit', how: 'interrupted'});
	}
	if (switcher) stage.draft.set({switcher: undefined});
	else if (stage.state.view !== 'chat') openView(stage, 'chat');
	else if (askedPaste(stage.state)) stage.draft.set({heldPaste: undefined});
	else if (recall) stage.draft.set({recall: undefined});
	else if (selection) leaveSelection(stage);
	else if (stage.room?.composing?.mode === 'edit') stopComposing(stage);
	else stage.edit(composer => replaceText(composer, ''));
	stage.draft.set({interruptArmed: now});
}
