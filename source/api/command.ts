/**
 * What a screen or a script may ask of the core. Fire and forget: the answer is a `reply` event
 * with the same `id`, if the command had one.
 */
type Asked = {readonly id?: string};

export type Command = Asked &
	(
		| {readonly command: 'publish'; readonly room: string; readonly text: string}
		| {readonly command: 'join'; readonly room: string}
		| {readonly command: 'leave'; readonly room: string}
		| {readonly command: 'rooms'}
		/** `before` is a message id: the page ends just before it. */
		| {readonly command: 'history'; readonly room: string; readonly limit?: number; readonly before?: string}
		| {readonly command: 'nick'; readonly name: string}
		| {readonly command: 'dial'; readonly address: string}
		| {readonly command: 'disconnect'; readonly peer: string}
		| {readonly command: 'peers'}
		| {readonly command: 'ping'; readonly peer: string; readonly count?: number}
		| {readonly command: 'stats'}
		| {readonly command: 'shutdown'}
		/** Makes the core fail on purpose. Refused unless the program was started with P2P_TUI_FAULTS=1. */
		| {readonly command: 'fault'; readonly kind: 'throw' | 'hang' | 'memory'}
	);

export type CommandName = Command['command'];
export type CommandOf<Name extends CommandName> = Extract<Command, {readonly command: Name}>;
