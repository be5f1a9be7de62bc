/** What the core has to say to the person at the keyboard: warnings, and answers to what was asked here. */
import type {Command} from '../../api/command.ts';
import type {EventOf, Reply, Results} from '../../api/event.ts';
import {sanitizeLine} from '../../base/sanitize.ts';
import {type Composer, replaceText} from '../composer.ts';
import {detailsCame, detailsRefused} from '../details.ts';
import type {Draft, RoomDraft} from '../draft.ts';
import {FILE_SETTING_NAMES} from '../file-settings.ts';
import type {Notice} from '../intent.ts';
import {jumpReplied} from '../jump.ts';
import {activate} from '../navigate.ts';
import {pageCame} from '../pages/index.ts';
import {traceRefused} from '../pages/spread.ts';
import {searchCame} from '../search.ts';
import {composeAgain} from '../selection.ts';
import {SETTING_NAMES} from '../settings.ts';
import type {Pending, ShownNotice, State} from '../state.ts';
import {historyCame, historyRefused} from './pages.ts';
import {roomsTold} from './people.ts';

/** The name of a setting is written as it is, wherever it stands. */
const ABOUT_SETTING = new RegExp(`^(?:${[...SETTING_NAMES, ...FILE_SETTING_NAMES].join('|')}) (?:is|can be) `);

/** Begins with a capital, whoever wrote it. */
export function notify(draft: Draft, level: Notice['level'], text: string): void {
	const line = sanitizeLine(text);
	const first = ABOUT_SETTING.test(line) ? line.charAt(0) : line.charAt(0).toUpperCase();
	draft.set({notice: {level, text: first + line.slice(1), at: draft.now}});
}

/** A line that was refused and stands in the composer: Esc clears it. */
export function notifyRefused(draft: Draft, text: string, line: string): void {
	notify(draft, 'error', text);
	draft.set({notice: {...(draft.state.notice as ShownNotice), line}});
}

export function warning(draft: Draft, event: EventOf<'warning'>): void {
	notify(draft, 'warning', event.message);
}

export function reply(draft: Draft, event: Reply): void {
	const asked = draft.state.pending.get(event.id);
	if (!asked) return;
	const pending = new Map(draft.state.pending);
	pending.delete(event.id);
	draft.set({pending});
	if (asked.command.command === 'read') return readTold(draft, asked.command.room);
	if (asked.isJump && asked.command.command === 'history') {
		const problem = jumpReplied(draft, asked.command, event);
		return problem === undefined ? undefined : notify(draft, 'error', problem);
	}
	if (event.ok) answered(draft, asked.command, event.result);
	else if (asked.command.command === 'history') historyRefused(draft, asked.command, event.error.code);
	else if (asked.command.command === 'inspect')
		detailsRefused(draft, asked.command.room, asked.command.messageId, event.error.message);
	else if (asked.command.command === 'trace') {
		traceRefused(draft, asked.command, event.error.message);
		refused(draft, asked, event.error.message);
	} else if (!asked.isQuiet) refused(draft, asked, event.error.message);
}

function readTold(draft: Draft, name: string): void {
	const room = draft.room(name);
	if (room) room.isReading = false;
}

/** Nothing that was written is lost: it goes back where it came from, unless something else is being written there. */
function refused(draft: Draft, {command, typed}: Pending, message: string): void {
	// Whoever has called it off knows that.
	if ((command.command === 'offer-file' || command.command === 'fetch-file') && message === 'cancelled') return;
	const {search} = draft.state;
	if (command.command === 'search' && search) draft.set({search: {...search, state: 'done'}});
	const composer = typed && composerIn(draft.state, typed.room);
	if (!typed || composer?.text !== '') return notify(draft, 'error', message);
	setComposer(draft, typed.room, replaceText(composer, typed.line));
	composeAgain(draft, typed);
	if (typed.room === draft.state.active) notifyRefused(draft, message, typed.line);
	else notify(draft, 'error', message);
}

/** Into the composer that it came from if that is empty; else among the lines sent before, where ↑ finds it. */
export function putBack(draft: Draft, typed: NonNullable<Pending['typed']>): void {
	const {state} = draft;
	const place = typed.room !== undefined && draft.findRoom(typed.room) ? typed.room : state.active;
	const composer = composerIn(state, place);
	if (!composer) return;
	const {history} = composer;
	if (composer.text === '') {
		setComposer(draft, place, replaceText(composer, typed.line));
		composeAgain(draft, typed);
	} else if (!history.includes(typed.line)) setComposer(draft, place, {...composer, history: [...history, typed.line]});
}

function composerIn(state: State, room: string | undefined): Composer | undefined {
	return room === undefined ? state.composer : state.rooms.find(candidate => candidate.room === room)?.composer;
}

function setComposer(draft: Draft, room: string | undefined, composer: Composer): void {
	if (room === undefined) draft.set({composer});
	else (draft.room(room) as RoomDraft).composer = composer;
}

/** Whoever asks for a room wants to see it. */
function openJoined(draft: Draft, room: string): void {
	if (!draft.findRoom(room)) return;
	draft.set({view: 'chat'});
	activate(draft, room);
}

function shownRoom(room: string): string {
	return room.startsWith('@') ? 'that conversation' : `#${room}`;
}

function answered(draft: Draft, command: Command, result: Results[keyof Results]): void {
	switch (command.command) {
		case 'join':
			return openJoined(draft, (result as Results['join']).room);
		case 'history':
			return historyCame(draft, command, result as Results['history']);
		case 'search':
			return searchCame(draft, command.text, result as Results['search']);
		case 'inspect':
			return detailsCame(draft, result as Results['inspect']);
		case 'rooms':
			return roomsTold(draft, (result as Results['rooms']).rooms);
		case 'forget':
			return notify(draft, 'info', `nothing is kept here any more of what was said in ${shownRoom(command.room)}`);
		case 'nick':
			return notify(draft, 'info', `you are now ${(result as Results['nick']).name}`);
		case 'dial': {
			const {peer} = result as Results['dial'];
			return notify(draft, 'info', `connected to ${draft.findPeer(peer)?.name ?? peer}`);
		}
		case 'ping': {
			const name = draft.findPeer(command.peer)?.name ?? command.peer;
			const times = (result as Results['ping']).rtts.map(time => time.toFixed(2)).join('  ');
			return notify(draft, 'info', `round trip to ${name}: ${times} ms`);
		}
		case 'disconnect':
			return notify(draft, 'info', `disconnected from ${draft.findPeer(command.peer)?.name ?? command.peer}`);
		default:
			return pageCame(draft, command, result);
	}
}
