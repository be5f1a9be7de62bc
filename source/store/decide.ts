/**
 * What an intent does: to this screen, as the next state, and to the core, as commands. Pure, so that every key can be
 * tested without a terminal.
 */
import type {Command} from '../api/command.ts';
import {complete} from './complete.ts';
import {applyEdit, type Composer, replaceText, submitComposer} from './composer.ts';
import {Draft, type RoomDraft} from './draft.ts';
import type {Intent, ViewName} from './intent.ts';
import {activate, findTarget, markRead, markSeen} from './navigate.ts';
import {standingConflicts} from './reduce/alarms.ts';
import {notify, notifyRefused} from './reduce/notices.ts';
import {roomCalled, roomLeft} from './reduce/rooms.ts';
import {INTERRUPT_TIME} from './reduce.ts';
import {SEARCH_SIZE} from './requests.ts';
import {anchorAtEnd, isInView, scrollBy} from './scroll.ts';
import type {Pending, Room, State} from './state.ts';
import {switcherChoices} from './switcher.ts';

/** What deciding needs to know of the screen and of the commands. */
export type Surroundings = {
	/** Unix milliseconds. */
	readonly now: number;
	/** What a line in the composer means. */
	readonly parseLine: (line: string, state: State) => LineMeaning;
	/** Names of the slash commands, without the slash, in the order of the alphabet. */
	readonly commands: readonly string[];
	/** Rows of the message list. */
	readonly chatRows: number;
	/** Rows that an entry of the open room fills. */
	readonly rowsOf: (room: Room, index: number) => number;
	/** Whether there is room for a pane, hidden or not. */
	readonly fits: {readonly rooms: boolean; readonly network: boolean};
	/** Rows of the page that is open, and how many of them are shown. */
	readonly page: {readonly total: number; readonly shown: number};
};

export type LineMeaning =
	| {readonly ok: true; readonly intents: readonly Intent[]}
	| {readonly ok: false; readonly message: string};

export type Decision = {
	readonly state: State;
	readonly commands: readonly Command[];
	readonly quit?: 'asked' | 'interrupted';
	readonly redraw?: boolean;
	readonly suspend?: boolean;
};

export function decide(state: State, intent: Intent, surroundings: Surroundings): Decision {
	const act = new Act(state, surroundings);
	act.look();
	act.perform(intent);
	act.look();
	return act.finish();
}

class Act {
	readonly #draft: Draft;
	readonly #around: Surroundings;
	readonly #commands: Command[] = [];
	#quit: Decision['quit'];
	#redraw = false;
	#suspend = false;
	/** What was typed for the commands that are being sent. */
	#typed: Pending['typed'];

	constructor(state: State, around: Surroundings) {
		this.#draft = new Draft(state, around.now);
		this.#around = around;
	}

	finish(): Decision {
		return {
			state: this.#draft.finish(),
			commands: this.#commands,
			...(this.#quit ? {quit: this.#quit} : {}),
			...(this.#redraw ? {redraw: true} : {}),
			...(this.#suspend ? {suspend: true} : {}),
		};
	}

	/** Somebody is at the keyboard: what is in view is seen. */
	look(): void {
		const {view} = this.#draft.state;
		const open = view === 'chat' ? this.#open() : undefined;
		const {chatRows, rowsOf} = this.#around;
		if (!open || open.missed === 0 || !isInView(open, chatRows, index => rowsOf(open, index))) return;
		markSeen(this.#draft.room(open.room) as RoomDraft);
	}

	perform(intent: Intent): void {
		const draft = this.#draft;
		if (intent.type !== 'interrupt' && draft.state.interruptArmed !== undefined) {
			draft.set({interruptArmed: undefined});
		}
		switch (intent.type) {
			case 'command':
				return this.#send(intent.command);
			case 'go':
				return this.#go(findTarget(draft.state, intent.to)?.room);
			case 'edit':
				return this.#edit(composer => applyEdit(composer, intent.edit));
			case 'submit':
				return draft.state.switcher ? this.#choose() : this.#submit();
			case 'complete':
				return draft.state.switcher ? this.#step(intent.step) : this.#complete(intent.step);
			case 'scroll':
				return draft.state.view === 'chat' ? this.#scroll(intent.pages) : this.#scrollPage(intent.pages);
			case 'scroll-to-end':
				return this.#scrollToEnd();
			case 'interrupt':
				return this.#interrupt();
			case 'search':
				return this.#search(intent.text);
			default:
				return this.#show(intent);
		}
	}

	#show(intent: Intent): void {
		const draft = this.#draft;
		switch (intent.type) {
			case 'view':
				return this.#view(intent.view);
			case 'back':
				return this.#back();
			case 'open-direct':
				return this.#go(roomCalled(draft, `@${intent.peer}`).room);
			case 'close-direct':
				return roomLeft(draft, {type: 'room-left', room: intent.room});
			case 'ask-forget':
				return this.#askForget(intent.room);
			case 'switcher':
				return draft.set({switcher: intent.open ? {query: '', selected: 0} : undefined});
			case 'toggle-pane':
				return this.#toggle(intent.pane);
			case 'notice':
				return notify(draft, intent.notice.level, intent.notice.text);
			case 'redraw':
				this.#redraw = true;
				return;
			case 'suspend':
				this.#suspend = true;
				return;
			case 'quit':
				this.#quit = 'asked';
		}
	}

	#send(command: Command): void {
		const draft = this.#draft;
		if (draft.state.core.state !== 'running') return notify(draft, 'error', coreText(draft.state));
		const id = command.id ?? `screen-${draft.state.nextId}`;
		const pending = new Map(draft.state.pending).set(id, {command, ...(this.#typed ? {typed: this.#typed} : {})});
		draft.set({nextId: draft.state.nextId + 1, pending});
		this.#commands.push({...command, id});
		if (command.command === 'publish') this.#toNewest(command.room);
		if (command.command === 'direct') this.#toNewest(`@${command.peer}`);
	}

	/** Whoever writes has read what is there, and wants to see what was written. */
	#toNewest(name: string): void {
		const known = this.#draft.findRoom(name);
		if (!known || (known.anchor === undefined && known.divider === undefined && known.owed + known.missed === 0))
			return;
		const room = this.#draft.room(name) as RoomDraft;
		room.anchor = undefined;
		room.divider = undefined;
		room.owed = 0;
		markSeen(room);
	}

	#go(room: string | undefined): void {
		if (room === undefined) return;
		this.#draft.set({view: 'chat', switcher: undefined, completion: undefined});
		activate(this.#draft, room);
	}

	#view(view: ViewName): void {
		const draft = this.#draft;
		draft.set({view, viewScroll: 0, switcher: undefined});
		markRead(draft);
	}

	#back(): void {
		const {state} = this.#draft;
		if (state.switcher) return this.#draft.set({switcher: undefined});
		if (state.view !== 'chat') return this.#view('chat');
		const {notice, conflicts} = state;
		const [standing] = standingConflicts(state);
		if (standing) {
			const away = conflicts.map(each => (each === standing ? {...each, isPutAway: true} : each));
			return this.#draft.set({conflicts: away});
		}
		if (!notice) return this.#passOver();
		if (notice.line === this.#composer().text) this.#edit(composer => applyEdit(composer, {edit: 'clear'}));
		this.#draft.set({notice: undefined});
	}

	#edit(change: (composer: Composer) => Composer): void {
		const before = this.#composer();
		const composer = change(before);
		if (composer === before) return;
		const room = this.#draft.room(this.#draft.state.active ?? '');
		if (room) room.composer = composer;
		else this.#draft.set({composer});
		if (composer.overflowed) notify(this.#draft, 'warning', 'the message is as long as it can be (16 KiB)');
	}

	#submit(): void {
		const draft = this.#draft;
		const {text: line} = this.#composer();
		const text = withoutLastLines(line);
		if (text.trim() === '') return;
		const meaning = this.#around.parseLine(text, draft.state);
		if (!meaning.ok) return notifyRefused(draft, meaning.message, line);
		// What cannot be sent now stays where it is.
		const needsCore = meaning.intents.some(intent => intent.type === 'command');
		if (needsCore && draft.state.core.state !== 'running') return notify(draft, 'error', coreText(draft.state));
		this.#edit(composer => submitComposer(composer).composer);
		// Only the very next line may answer the question.
		draft.set({completion: undefined, notice: undefined, forgetting: undefined});
		this.#typed = {room: draft.state.active, line};
		for (const intent of meaning.intents) this.perform(intent);
		this.#typed = undefined;
	}

	/** Where there is no room for a pane, showing it would look like a key that does nothing. */
	#toggle(pane: 'rooms' | 'network'): void {
		const draft = this.#draft;
		if (!this.#around.fits[pane]) {
			return notify(
				draft,
				'info',
				`the terminal is too narrow for ${pane === 'rooms' ? 'the left side' : 'the network'}`,
			);
		}
		draft.set({hidden: {...draft.state.hidden, [pane]: !draft.state.hidden[pane]}});
	}

	#complete(step: 1 | -1): void {
		const found = complete(this.#draft.state, this.#composer(), step, this.#around.commands);
		if (!found) return;
		this.#edit(() => found.composer);
		this.#draft.set({completion: found.completion});
	}

	#step(step: 1 | -1): void {
		const {switcher} = this.#draft.state;
		const count = switcher ? switcherChoices(this.#draft.state, switcher.query).length : 0;
		if (switcher && count > 0) {
			this.#draft.set({switcher: {...switcher, selected: (switcher.selected + step + count) % count}});
		}
	}

	#choose(): void {
		const {state} = this.#draft;
		const {query, selected} = state.switcher ?? {query: '', selected: 0};
		const chosen = switcherChoices(state, query)[selected];
		if (chosen) return this.#go(chosen.room);
		this.#draft.set({switcher: undefined});
		const room = query.trim().replace(/^#/, '');
		if (room !== '') this.#send({command: 'join', room});
	}

	#scroll(pages: number): void {
		const known = this.#open();
		if (!known) return;
		const {chatRows, rowsOf} = this.#around;
		const rows = pages * Math.max(1, chatRows - 2);
		const heightOf = (index: number) => rowsOf(known, index);
		const reached = scrollBy(known.log, known.anchor, rows, chatRows, heightOf);
		// The end of what is here is not the end of the room.
		const anchor = reached ?? (known.newer === 'none' ? undefined : anchorAtEnd(known.log, heightOf));
		if (anchor === known.anchor) return;
		const room = this.#draft.room(known.room) as RoomDraft;
		if (known.anchor === undefined) room.below = 0;
		room.anchor = anchor;
	}

	#scrollToEnd(): void {
		const known = this.#open();
		if (known?.anchor) (this.#draft.room(known.room) as RoomDraft).anchor = undefined;
		this.#passOver();
	}

	/** Whoever asks for the end, or for nothing to be said of it, does not want to be told of what was missed. */
	#passOver(): void {
		const known = this.#open();
		if (known && known.missed > 0) markSeen(this.#draft.room(known.room) as RoomDraft);
	}

	#scrollPage(pages: number): void {
		const {total, shown} = this.#around.page;
		const wanted = this.#draft.state.viewScroll - pages * Math.max(1, shown - 2);
		const viewScroll = Math.max(0, Math.min(total - shown, wanted));
		if (viewScroll !== this.#draft.state.viewScroll) this.#draft.set({viewScroll});
		if (pages < 0 && viewScroll >= total - 2 * shown) this.#searchOn();
	}

	#search(text: string): void {
		this.#draft.set({search: {text, hits: [], state: 'more'}});
		this.#view('search');
		this.#searchOn();
	}

	/** The next results, while there are more. */
	#searchOn(): void {
		const {search, view} = this.#draft.state;
		if (view !== 'search' || search?.state !== 'more') return;
		if (this.#draft.state.core.state !== 'running') return notify(this.#draft, 'error', coreText(this.#draft.state));
		const {text, hits} = search;
		const last = hits.at(-1);
		this.#draft.set({search: {...search, state: 'asking'}});
		this.#send({command: 'search', text, limit: SEARCH_SIZE, ...(last ? {before: last.id} : {})});
	}

	#askForget(room: string): void {
		const label = this.#draft.findRoom(room)?.label ?? room;
		notify(this.#draft, 'warning', `to leave ${label} and delete what is kept of it here, write /forget ${label}`);
		this.#draft.set({forgetting: room});
	}

	#interrupt(): void {
		const {now} = this.#around;
		const {interruptArmed, switcher} = this.#draft.state;
		if (interruptArmed !== undefined && now - interruptArmed < INTERRUPT_TIME) {
			this.#quit = 'interrupted';
			return;
		}
		if (switcher) this.#draft.set({switcher: undefined});
		else this.#edit(composer => replaceText(composer, ''));
		this.#draft.set({interruptArmed: now});
	}

	#composer(): Composer {
		return this.#open()?.composer ?? this.#draft.state.composer;
	}

	#open(): Room | undefined {
		const {active} = this.#draft.state;
		return active === undefined ? undefined : this.#draft.findRoom(active);
	}
}

/** Line feeds at the end, and what is blank around them, come from pasting, not from writing. */
function withoutLastLines(text: string): string {
	const trimmed = text.trimEnd();
	return text.slice(trimmed.length).includes('\n') ? trimmed : text;
}

function coreText({core}: State): string {
	switch (core.state) {
		case 'restarting':
			return 'not sent: the core is being started again; try in a moment';
		case 'failed':
			return 'not sent: the core has failed';
		default:
			return 'not sent: still starting; try in a moment';
	}
}
