/**
 * To a message that is not in the part of the log that is here. A page begins after a message or ends before one, so what
 * follows it is asked for first, and then what ends just before that. Only when both are here, the log is replaced.
 */
import type {CommandOf} from '../api/command.ts';
import type {Reply, Results} from '../api/event.ts';
import type {Draft, RoomDraft} from './draft.ts';
import {putAgain} from './reduce/messages.ts';
import {authorSeen} from './reduce/people.ts';
import type {Jump} from './selection.ts';

/** Entries asked for on either side: more than fit on any screen. */
const AFTER = 120;
const BEFORE = 200;

type Where = Pick<CommandOf<'history'>, 'before' | 'after' | 'limit'>;

/** The page that is needed next. */
export function jumpPage({id, following}: Jump): Where {
	if (!following) return {after: id, limit: AFTER};
	const [first] = following;
	return first ? {before: first.messageId, limit: BEFORE} : {limit: BEFORE};
}

const GONE = 'that message is not kept here any more';

/** Returns what there is to say, if it did not go well. */
export function jumpReplied(draft: Draft, asked: CommandOf<'history'>, reply: Reply): string | undefined {
	const jump = draft.findRoom(asked.room)?.jump;
	// Whoever has gone somewhere else since does not want to be taken back here.
	const wanted = jump?.isAsked ? jumpPage(jump) : undefined;
	if (!jump || wanted?.after !== asked.after || wanted?.before !== asked.before) return undefined;
	const room = draft.room(asked.room) as RoomDraft;
	room.jump = undefined;
	if (!reply.ok) return reply.error.code === 'unknown-message' ? GONE : reply.error.message;
	const {messages} = reply.result as Results['history'];
	if (draft.state.active !== asked.room || draft.state.view !== 'chat') return undefined;
	if (jump.following) return land(draft, room, jump, messages) ? undefined : GONE;
	room.jump = {...jump, isAsked: false, following: messages};
	return undefined;
}

/** Everything that was here of the log goes: between it and this part there may be a hole. */
function land(
	draft: Draft,
	room: RoomDraft,
	{id, following = []}: Jump,
	messages: Results['history']['messages'],
): boolean {
	const found = messages.find(({messageId}) => messageId === id);
	if (!found) return false;
	draft.dropBefore(room, {order: Number.POSITIVE_INFINITY, id: ''});
	room.anchor = {order: found.order, id, row: 0};
	room.below = 0;
	Object.assign(room, {page: 'fresh', older: 'more', newer: following.length > 0 ? 'more' : 'none'});
	for (const event of [...messages, ...following]) {
		putAgain(draft, room, event);
		authorSeen(draft, event.from);
	}
	draft.set({selection: {room: room.room, id, asksRedact: false, wasAtEnd: false, isFound: true}});
	return true;
}
