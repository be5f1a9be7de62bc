/**
 * What an intent does: to this screen, as the next state; to the core, as commands; outside, as effects. Pure, so that
 * every key can be tested without a terminal. The deeds themselves are in `act/`.
 */
import type {Command} from '../api/command.ts';
import {choose, chooseOnPage, openList, step, stepOnPage, writeCommand} from './act/choosing.ts';
import {lookForPaths} from './act/files.ts';
import {inspect} from './act/inspecting.ts';
import {answerPaste, paste} from './act/pasting.ts';
import {recall} from './act/recalling.ts';
import {look, nextUnread, scrollPages, scrollRows, scrollToEnd} from './act/scrolling.ts';
import {search} from './act/searching.ts';
import {doWith, select} from './act/selecting.ts';
import {change, tell, toggle} from './act/settings.ts';
import {Stage} from './act/stage.ts';
import {askForget, back, interrupt, openView, togglePane} from './act/views.ts';
import {completeWord, editLine, submit} from './act/writing.ts';
import type {Effect} from './effect.ts';
import type {Intent} from './intent.ts';
import {findTarget} from './navigate.ts';
import {doctorAsked} from './pages/doctor.ts';
import {doOnPage} from './pages/index.ts';
import {notify} from './reduce/notices.ts';
import {roomCalled, roomLeft} from './reduce/rooms.ts';
import {settleSelection} from './selection.ts';
import type {State} from './state.ts';
import type {Surroundings} from './surroundings.ts';

export type {LineMeaning, Surroundings} from './surroundings.ts';

export type Decision = {
	readonly state: State;
	readonly commands: readonly Command[];
	readonly effects: readonly Effect[];
};

export function decide(state: State, intent: Intent, surroundings: Surroundings): Decision {
	const stage = new Stage(state, surroundings, perform);
	look(stage);
	perform(stage, intent);
	look(stage);
	lookForPaths(stage);
	settleSelection(stage.draft);
	return {state: stage.draft.finish(), commands: stage.commands, effects: stage.effects};
}

function perform(stage: Stage, intent: Intent): void {
	const {draft} = stage;
	if (intent.type !== 'interrupt' && draft.state.interruptArmed !== undefined) draft.set({interruptArmed: undefined});
	switch (intent.type) {
		case 'command':
			return stage.send(intent.command);
		case 'effect':
			// Once at a time.
			if (intent.effect.type === 'doctor' && !doctorAsked(draft)) return;
			return stage.effect(intent.effect);
		case 'go':
			return stage.go(findTarget(draft.state, intent.to)?.room);
		case 'next-unread':
			return nextUnread(stage);
		case 'edit':
			return editLine(stage, intent.edit);
		case 'paste':
			return paste(stage, intent.text, intent.dropped);
		case 'held-paste':
			return answerPaste(stage, intent.take);
		case 'recall':
			return recall(stage, intent.step);
		case 'submit':
			return draft.state.switcher ? choose(stage) : submit(stage);
		case 'complete':
			return draft.state.switcher ? step(stage, intent.step) : completeWord(stage, intent.step);
		case 'scroll':
			return scrollPages(stage, intent.pages);
		case 'scroll-rows':
			return scrollRows(stage, intent.rows);
		case 'scroll-to-end':
			return scrollToEnd(stage);
		case 'interrupt':
			return interrupt(stage);
		default:
			return choosing(stage, intent);
	}
}

/** With what is chosen, or looked for. */
function choosing(stage: Stage, intent: Intent): void {
	const {draft} = stage;
	switch (intent.type) {
		case 'search':
			return search(stage, intent.text);
		case 'inspect':
			return inspect(stage, intent.room, intent.id);
		case 'select':
			return select(stage, intent.to);
		case 'deed':
			return doWith(stage, intent.deed);
		case 'page':
			return doOnPage(stage, intent.deed);
		case 'choose':
			return draft.state.switcher ? choose(stage, intent.index) : chooseOnPage(stage, intent.index);
		case 'choose-step':
			return draft.state.switcher ? step(stage, intent.step) : stepOnPage(stage, intent.step);
		default:
			return show(stage, intent);
	}
}

function show(stage: Stage, intent: Intent): void {
	const {draft} = stage;
	switch (intent.type) {
		case 'view':
			return openView(stage, intent.view);
		case 'back':
			return back(stage);
		case 'write-command':
			openView(stage, 'chat');
			return writeCommand(stage, '/');
		case 'open-direct':
			return stage.go(roomCalled(draft, `@${intent.peer}`).room);
		case 'close-direct':
			return roomLeft(draft, {type: 'room-left', room: intent.room});
		case 'ask-forget':
			return askForget(stage, intent.room);
		case 'switcher':
			return openList(stage, intent.open);
		case 'toggle-pane':
			return togglePane(stage, intent.pane);
		case 'notice':
			return notify(draft, intent.notice.level, intent.notice.text);
		case 'focus':
			if (draft.state.isFocused !== intent.isFocused) draft.set({isFocused: intent.isFocused});
			return;
		case 'set':
			return change(stage, intent.settings, intent.keep);
		case 'toggle-setting':
			return toggle(stage, intent.setting);
		case 'tell-setting':
			return tell(stage, intent.setting);
	}
}
