/**
 * What goes first when several things wait for one connection. Within one class the order is kept, between classes it is
 * not: so whatever has to follow something else is in its class or in one below.
 */
import type {MessageType} from './messages.ts';

/** From the most to the least urgent. */
export const PRIORITIES = ['control', 'chat', 'bulk'] as const;

export type Priority = (typeof PRIORITIES)[number];

/** Goodbye comes after what was said before; everything else that keeps a connection or a mesh alive comes first. */
export const PRIORITY_OF: Readonly<Record<MessageType, Priority>> = {
	ready: 'control',
	identify: 'control',
	ping: 'control',
	pong: 'control',
	heartbeat: 'control',
	goodbye: 'chat',
	subscriptions: 'control',
	publish: 'chat',
	receipt: 'chat',
	graft: 'control',
	prune: 'control',
	ihave: 'chat',
	iwant: 'chat',
	idontwant: 'control',
	peers: 'chat',
	choke: 'control',
	unchoke: 'control',
	digest: 'chat',
	ranges: 'bulk',
	want: 'chat',
	events: 'bulk',
	read: 'chat',
	neighbours: 'bulk',
	trace: 'chat',
	traced: 'chat',
	held: 'chat',
	seek: 'chat',
	holds: 'chat',
	gained: 'chat',
	'bulk-please': 'chat',
};
