/** What the core has to say to the person at the keyboard: warnings, and answers to what was asked here. */
import type {Command} from '../../api/command.ts';
import type {EventOf, Reply, Results} from '../../api/event.ts';
import {sanitizeLine} from '../../base/sanitize.ts';
import {replaceText} from '../composer.ts';
import type {Draft, RoomDraft} from '../draft.ts';
import type {Notice} from '../intent.ts';
import {activate} from '../navigate.ts';

export function notify(draft: Draft, level: Notice['level'], text: string): void {
	draft.set({notice: {level, text: sanitizeLine(text), at: draft.now}});
}

export function warning(draft: Draft, event: EventOf<'warning'>): void {
	notify(draft, 'warning', event.message);
}

export function reply(draft: Draft, event: Reply): void {
	const command = draft.state.pending.get(event.id);
	if (!command) return;
	const pending = new Map(draft.state.pending);
	pending.delete(event.id);
	draft.set({pending});
	if (!event.ok) refused(draft, command, event.error.message);
	else answered(draft, command, event.result);
}

function refused(draft: Draft, command: Command, message: string): void {
	notify(draft, 'error', message);
	if (command.command !== 'publish') return;
	// Nothing that was written is lost: it goes back where it came from.
	const room = draft.findRoom(command.room);
	if (room?.composer.text !== '') return;
	const target = draft.room(command.room) as RoomDraft;
	target.composer = replaceText(target.composer, command.text);
}

/** Whoever asks for a room wants to see it. */
function openJoined(draft: Draft, room: string): void {
	if (!draft.findRoom(room)) return;
	draft.set({view: 'chat'});
	activate(draft, room);
}

function answered(draft: Draft, command: Command, result: Results[keyof Results]): void {
	switch (command.command) {
		case 'join':
			return openJoined(draft, (result as Results['join']).room);
		case 'dial': {
			const {peer} = result as Results['dial'];
			return notify(draft, 'info', `connected to ${draft.findPeer(peer)?.name ?? peer}`);
		}
		case 'ping': {
			const name = draft.findPeer(command.peer)?.name ?? command.peer;
			const times = (result as Results['ping']).rtts.map(time => time.toFixed(2)).join('  ');
			return notify(draft, 'info', `${name}: ${times} ms`);
		}
		case 'disconnect':
			return notify(draft, 'info', `disconnected from ${draft.findPeer(command.peer)?.name ?? command.peer}`);
	}
}
