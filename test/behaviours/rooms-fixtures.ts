/** What the tests of rooms share: Ann's node, events as their authors sign them, and what comes of them. */

import type {ChatMessage} from '../../source/api/event.ts';
import {seededRandom} from '../../source/base/random.ts';
import type {BehaviourOutput} from '../../source/behaviours/behaviour.ts';
import {Rooms} from '../../source/behaviours/rooms.ts';
import {eventId, type SignedEvent, signEvent} from '../../source/wire/event.ts';
import type {Identity} from '../../source/wire/identity.ts';
import {
	ANN,
	type asked,
	BOB,
	CAT,
	connected,
	DAN,
	emit,
	FakeView,
	IDENTITIES,
	INSTANCE,
	received,
	send,
	TIMESTAMP,
} from './fixtures.ts';

export const [annIdentity, bobIdentity, catIdentity] = IDENTITIES;

export function start({rooms = ['lobby'], peers = [BOB, CAT]}: {rooms?: string[]; peers?: string[]} = {}) {
	const names: Record<string, string> = {[BOB]: 'bob', [CAT]: 'cat', [DAN]: 'dan'};
	const view = new FakeView(ANN, Object.fromEntries(peers.map(peer => [peer, {name: names[peer] ?? peer}])));
	const behaviour = new Rooms({
		view,
		identity: annIdentity,
		instance: INSTANCE,
		rooms,
		random: seededRandom(1),
		pubsub: 'floodsub',
	});
	behaviour.handle({type: 'start'}, 0);
	for (const peer of peers) behaviour.handle(connected(peer), 0);
	return {behaviour, view};
}

/** Bob and Cat are in the lobby with us. */
export function startTogether(rooms = ['lobby']): Rooms {
	const {behaviour} = start({rooms});
	for (const peer of [BOB, CAT]) behaviour.handle(subscribed(peer, rooms), 0);
	return behaviour;
}

export const subscribed = (peer: string, joined: readonly string[], left: readonly string[] = []) =>
	received(peer, {type: 'subscriptions', joined, left});

export const told = (peers: readonly string[], joined: readonly string[], left: readonly string[]) =>
	send(peers, {type: 'subscriptions', joined, left});

export type Words = {
	readonly room?: string;
	readonly text?: string;
	readonly sequence?: number;
	readonly epoch?: string;
};

/** An event as its author signs it. */
export function written(
	author: Identity,
	{room = 'lobby', text = 'hello', sequence = 1, epoch = 'cd'.repeat(16)}: Words = {},
) {
	const signed = signEvent(
		{room, author: author.peerId, epoch, sequence, timestamp: 1_234, kind: 'message', text},
		author,
	);
	return {...signed, messageId: eventId(signed.event)};
}

export const publishing = (source: string, {event, signature}: SignedEvent) =>
	received(source, {type: 'publish', event, signature, hops: 0});

/** A message as it is shown; `via` and `hops` are those of one that came from Bob himself, unless it is ours. */
export const shown = (message: Partial<ChatMessage> & Pick<ChatMessage, 'messageId'>): BehaviourOutput =>
	emit({
		type: 'message',
		room: 'lobby',
		from: BOB,
		name: 'bob',
		text: 'hello',
		timestamp: 1_234,
		seq: 1,
		local: false,
		...(message.local ? {} : {via: BOB, hops: 1}),
		...message,
	});

export const refused = (command: Parameters<typeof asked>[0], code: string, message: string) =>
	({type: 'refuse', command, error: {code, message}}) as BehaviourOutput;

export const receiptsAt = (at: number): BehaviourOutput => ({type: 'schedule', timer: 'receipts', at});

/** What our own n-th message in a room gives, to these peers. */
export function published(
	command: Parameters<typeof asked>[0],
	text: string,
	sequence: number,
	peers: string[],
	room = 'lobby',
) {
	const event = signEvent(
		{room, author: ANN, epoch: INSTANCE, sequence, timestamp: TIMESTAMP, kind: 'message', text},
		annIdentity,
	);
	const messageId = eventId(event.event);
	const message = {room, messageId, from: ANN, name: 'me', text, timestamp: TIMESTAMP, seq: sequence, local: true};
	return [
		emit({type: 'message', ...message}),
		...(peers.length > 0 ? [send(peers, {type: 'publish', ...event, hops: 0})] : []),
		{type: 'reply', command, result: {messageId}},
		emit({type: 'message-state', messageId, storedBy: 1, of: peers.length + 1}),
	] as BehaviourOutput[];
}
