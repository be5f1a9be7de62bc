/**
 * What a screen or a script may ask of the core. Fire and forget: the answer is a `reply` event
 * with the same `id`, if the command had one.
 */
import type {FileCommand} from './files.ts';
import type {LabDeed} from './lab.ts';

type Asked = {readonly id?: string};

export type Command = Asked &
	/** Answered once it is durable here. `replyTo` is a message id. */
	(
		| {readonly command: 'publish'; readonly room: string; readonly text: string; readonly replyTo?: string}
		/** To one person, online or not: see `RoomName`. */
		| {readonly command: 'direct'; readonly peer: string; readonly text: string; readonly replyTo?: string}
		/** Only one's own messages can be edited and redacted; what was taken back is not changed any more. */
		| {readonly command: 'edit'; readonly room: string; readonly messageId: string; readonly text: string}
		| {readonly command: 'redact'; readonly room: string; readonly messageId: string; readonly reason?: string}
		/** `off` takes the reaction back. What is so already is answered with the id of the reaction that made it so. */
		| {
				readonly command: 'react';
				readonly room: string;
				readonly messageId: string;
				readonly emoji: string;
				readonly off?: boolean;
		  }
		/** Without a text it asks. */
		| {readonly command: 'topic'; readonly room: string; readonly text?: string}
		| {readonly command: 'join'; readonly room: string}
		| {readonly command: 'leave'; readonly room: string}
		| {readonly command: 'rooms'}
		/** A room that is left is kept; `forget` leaves it and deletes what is here of it. */
		| {readonly command: 'forget'; readonly room: string}
		/**
		 * `before` and `after` are message ids: the page ends just before, or begins just after, that message. Without
		 * either it is the newest page. Nothing counts as read by it: `read` says so.
		 */
		| {
				readonly command: 'history';
				readonly room: string;
				readonly limit?: number;
				readonly before?: string;
				readonly after?: string;
		  }
		/** Everything up to this message has been read; without one, everything. In a conversation the other one is told. */
		| {readonly command: 'read'; readonly room: string; readonly messageId?: string}
		/** All of these words, anywhere or in one room; the newest first. `before` is the last result of the page before. */
		| {
				readonly command: 'search';
				readonly text: string;
				readonly room?: string;
				readonly limit?: number;
				readonly before?: string;
		  }
		/** All that is known here of one event. */
		| {readonly command: 'inspect'; readonly room: string; readonly messageId: string}
		/** Every event of a room in its order, of every kind, with the bytes that were signed; `after` as in `history`. */
		| {readonly command: 'export'; readonly room: string; readonly limit?: number; readonly after?: string}
		| {readonly command: 'nick'; readonly name: string}
		| {readonly command: 'dial'; readonly address: string}
		| {readonly command: 'disconnect'; readonly peer: string}
		| {readonly command: 'peers'}
		| {readonly command: 'ping'; readonly peer: string; readonly count?: number}
		/** Every connection as it is measured. */
		| {readonly command: 'network'}
		/** Who is connected to whom. */
		| {readonly command: 'topology'}
		/** How a message has spread; without one, how messages of the room do. */
		| {readonly command: 'spread'; readonly room: string; readonly messageId: string}
		| {readonly command: 'room-spread'; readonly room: string}
		/** Which way a message of the room takes to a member, and how long each link of it. */
		| {readonly command: 'trace'; readonly peer: string; readonly room: string}
		| {readonly command: 'stats'}
		/** Files: offered, fetched, given. */
		| FileCommand
		/** Does something to the simulated network. Refused by a node of a real one. */
		| ({readonly command: 'lab'} & LabDeed)
		| {readonly command: 'shutdown'}
		/** Makes the core fail on purpose. Refused unless the program was started with P2P_TUI_FAULTS=1. */
		| {readonly command: 'fault'; readonly kind: 'throw' | 'hang' | 'memory'}
	);

export type CommandName = Command['command'];
export type CommandOf<Name extends CommandName> = Extract<Command, {readonly command: Name}>;
