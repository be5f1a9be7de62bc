/** What every deed needs: the state that is being changed, what surrounds it, and where commands and effects go. */
import type {Command} from '../../api/command.ts';
import type {Composer} from '../composer.ts';
import {Draft} from '../draft.ts';
import type {Effect} from '../effect.ts';
import {aboutUnread} from '../files/unread.ts';
import type {Intent} from '../intent.ts';
import {activate, markSeen} from '../navigate.ts';
import {notify} from '../reduce/notices.ts';
import {dropSelection} from '../selection.ts';
import type {Pending, Room, State} from '../state.ts';
import type {Surroundings} from '../surroundings.ts';

export class Stage {
	readonly draft: Draft;
	readonly around: Surroundings;
	readonly commands: Command[] = [];
	readonly effects: Effect[] = [];
	/** Does what another intent would do. */
	readonly perform: (intent: Intent) => void;
	/** What was typed for the commands that are being sent. */
	typed: Pending['typed'];

	constructor(state: State, around: Surroundings, perform: (stage: Stage, intent: Intent) => void) {
		this.draft = new Draft(state, around.now);
		this.around = around;
		this.perform = intent => perform(this, intent);
	}

	get state(): State {
		return this.draft.state;
	}

	/** The open room. */
	get room(): Room | undefined {
		const {active} = this.state;
		return active === undefined ? undefined : this.draft.findRoom(active);
	}

	get composer(): Composer {
		return this.room?.composer ?? this.state.composer;
	}

	/** Of the open room, or of nowhere while there is none. */
	edit(change: (composer: Composer) => Composer): void {
		const before = this.composer;
		const composer = change(before);
		if (composer === before) return;
		const room = this.draft.room(this.state.active ?? '');
		if (room) room.composer = composer;
		else this.draft.set({composer});
		if (composer.overflowed) notify(this.draft, 'warning', 'the message is as long as it can be (16 KiB)');
	}

	/** Opens a room. */
	go(room: string | undefined): void {
		if (room === undefined) return;
		if (this.state.selection && this.state.selection.room !== room) dropSelection(this.draft);
		this.draft.set({view: 'chat', switcher: undefined, completion: undefined, recall: undefined, selection: undefined});
		activate(this.draft, room);
	}

	effect(effect: Effect): void {
		this.effects.push(effect);
	}

	/** To the core. Of what it cannot be asked now, the person is told. */
	send(asked: Command): void {
		const {draft} = this;
		if (draft.state.core.state !== 'running') return notify(draft, 'error', coreText(draft.state));
		for (const command of aboutUnread(draft, asked)) this.#send(command);
	}

	#send(command: Command): void {
		const {draft} = this;
		const id = command.id ?? `screen-${draft.state.nextId}`;
		const pending = new Map(draft.state.pending).set(id, {command, ...(this.typed ? {typed: this.typed} : {})});
		draft.set({nextId: draft.state.nextId + 1, pending});
		this.commands.push({...command, id});
		if (command.command === 'publish') this.#toNewest(command.room);
		if (command.command === 'direct') this.#toNewest(`@${command.peer}`);
	}

	/** Whoever writes has read what is there, and wants to see what was written. */
	#toNewest(name: string): void {
		const known = this.draft.findRoom(name);
		if (!known || (known.anchor === undefined && known.divider === undefined && known.owed + known.missed === 0))
			return;
		const room = this.draft.room(name);
		if (!room) return;
		room.anchor = undefined;
		room.divider = undefined;
		room.owed = 0;
		markSeen(room);
	}
}

export function coreText({core}: State): string {
	switch (core.state) {
		case 'restarting':
			return 'not sent: the core is being started again; try in a moment';
		case 'failed':
			return 'not sent: the core has failed';
		default:
			return 'not sent: still starting; try in a moment';
	}
}
