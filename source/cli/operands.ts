/** What stands on the command line besides options: whom a command concerns, and what it is to do. */
import {type Flags, isGiven} from './flags.ts';
import type {Options, PingTarget, Target} from './options.ts';
import * as values from './values.ts';

export const MAX_COUNT = 1_000_000;
/** A flood that nobody bounded. */
const FLOOD_COUNT = 10_000;
const FLOOD_DEADLINE = 10_000;

export function peerNamed(command: 'ping' | 'trace', words: readonly string[], {discovery}: Options): PingTarget {
	const [text, extra] = words;
	const example = `For example: p2p-tui ${command} bob, or p2p-tui ${command} /ip4/192.168.1.7/tcp/4001`;
	if (text === undefined) throw values.usageError(`${command} takes a name, a peer id or an address`, example);
	if (extra !== undefined) {
		throw values.usageError(
			`${command} takes one peer; ${values.quote(extra)} is too much`,
			'Put a name with spaces in quotes',
		);
	}
	const target = values.parseTarget(text, command);
	if (!('address' in target) && !discovery) {
		throw values.usageError('A name or a peer id is found by discovery, which is off', 'Give the address to dial');
	}
	return target;
}

/** A deadline alone means as many as there is time for; a flood has to end by itself. */
export function boundedPing(options: Options, flags: Flags): Options {
	const {flood, deadline} = options;
	if (flood && isGiven(flags, 'interval')) throw values.usageError('ping takes --flood or --interval, not both');
	if (isGiven(flags, 'count')) return options;
	if (deadline !== undefined) return {...options, count: MAX_COUNT};
	return flood ? {...options, count: FLOOD_COUNT, deadline: FLOOD_DEADLINE} : options;
}

export function textToSend(words: readonly string[]): string {
	const [text, ...more] = words;
	const example = 'For example: p2p-tui send --room lobby "good morning"; - takes the text from standard input';
	if (text === undefined) throw values.usageError('send needs the text to send, or --file <path>', example);
	if (more.length > 0) throw values.usageError('send takes one text; put it in quotes', example);
	return text;
}

/** A room or one peer, and not both. A room that only the environment names steps back for a peer that is named here. */
export function targetOf(command: 'send' | 'get', {rooms, direct, to}: Options, flags: Flags): Target {
	const [room, ...more] = rooms;
	if (direct !== undefined) {
		if (isGiven(flags, 'room')) throw values.usageError(`${command} takes --room or --direct, not both`);
		if (to > 1) throw values.usageError(`--to ${to}: there is one receiver with --direct`);
		return {peer: direct};
	}
	if (room === undefined) {
		throw values.usageError(
			command === 'send' ? 'send needs to know where to' : 'get needs to know where it is offered',
			'Say --room <room>, or --direct <peerId>',
		);
	}
	if (more.length > 0)
		throw values.usageError(`${command} takes one room`, `Run it for ${values.quote(more[0]!)} as well`);
	return {room};
}

export function roomToExport({rooms}: Options): string {
	const [room, ...more] = rooms;
	if (room === undefined) throw values.usageError('export needs to know what', 'Say --room <room>');
	if (more.length > 0) throw values.usageError('export takes one room', `Run it for ${values.quote(more[0]!)} as well`);
	return room;
}

/** An id, or its first digits, or a name; what is too short for an id is a name. */
export function wantedFile(words: readonly string[]): string {
	const [wanted, ...more] = words;
	const example = 'For example: p2p-tui get 4f1d0c9e --room ops';
	if (wanted === undefined) throw values.usageError('get takes the id or the name of a file that is offered', example);
	if (more.length > 0) throw values.usageError('get takes one file; put a name with spaces in quotes', example);
	return values.parseText(wanted, 'get');
}
