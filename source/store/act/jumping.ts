/** To a message, wherever it is: in the part of the log that is here, or further up than that. */
import type {RoomDraft} from '../draft.ts';
import {notify} from '../reduce/notices.ts';
import {peerOfRoom, roomCalled} from '../reduce/rooms.ts';
import {messageIn} from '../selection.ts';
import type {Room} from '../state.ts';
import {coreText, type Stage} from './stage.ts';

export function jumpTo(stage: Stage, name: string, id: string): void {
	const {draft} = stage;
	if (!draft.findRoom(name)) {
		if (peerOfRoom(name) === undefined)
			return notify(draft, 'info', `you have left #${name}; /join ${name} shows again what is kept of it`);
		roomCalled(draft, name);
	}
	stage.go(name);
	const room = draft.findRoom(name) as Room;
	if (messageIn(room, id)) return find(stage, name, id);
	if (room.orders.has(id)) return notify(draft, 'info', 'that message was taken back');
	if (draft.state.core.state !== 'running') return notify(draft, 'error', coreText(draft.state));
	(draft.room(name) as RoomDraft).jump = {id, isAsked: false, following: undefined};
}

/** In the middle of the view if it is not in view already. */
function find(stage: Stage, room: string, id: string): void {
	stage.draft.set({selection: {room, id, asksRedact: false, wasAtEnd: false, isFound: true}});
	stage.perform({type: 'select', to: {by: 'id', id}});
}
