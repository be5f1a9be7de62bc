/**
 * What a room may be called, what a person may be called, and what a message may say: for what is typed here
 * (`normalise…`) and for what arrives (`is…`).
 */
import {UserError} from '../base/errors.ts';
import {
	MAX_EMOJI_BYTES,
	MAX_NAME_BYTES,
	MAX_REASON_BYTES,
	MAX_ROOM_BYTES,
	MAX_TEXT_BYTES,
	MAX_TOPIC_BYTES,
} from './limits.ts';

/** What may not stand in a room name: control, format (bidi, zero-width), surrogate, private, unassigned, space. */
const NOT_IN_A_ROOM = /[\p{C}\p{Z}]/u;
const NOT_FIRST_IN_A_ROOM = /^[#@]/;
/** What nearly every room is called: no need to ask Unicode. */
const PLAIN_ROOM = /^[a-z0-9_.+-]{1,32}$/;
const CONTROL = /[\p{Cc}\u2028\u2029]/u;
const NOT_IN_A_REACTION = /[\p{Cc}\s]/u;
const LONE_SURROGATE = /\p{Cs}/u;

/**
 * The room that a person means: a leading `#` is optional, and case does not matter.
 * @throws UserError if no room can have that name.
 */
export function normaliseRoom(text: string): string {
	const typed = text.trim();
	const room = (typed.startsWith('#') ? typed.slice(1) : typed).normalize('NFC').toLowerCase().normalize('NFC');
	if (room === '') throw new UserError('A room needs a name', {hint: 'For example #lobby'});
	if (byteLength(room) > MAX_ROOM_BYTES) {
		throw new UserError('The room name is too long', {hint: `At most ${MAX_ROOM_BYTES} bytes`});
	}
	if (room.startsWith('@')) {
		throw new UserError('Not a room name', {hint: '@ is for direct messages: /msg and the name of a person'});
	}
	if (!isRoom(room)) {
		throw new UserError('Not a room name', {hint: 'No spaces, control or invisible characters, and no further #'});
	}
	return room;
}

/**
 * Whether this is a room name in the one form that goes over the wire: 1 to 64 bytes, NFC, lower case, without
 * spaces, control and invisible characters and without a leading `#` or `@`. (`@` begins the id of a direct room.)
 */
export function isRoom(text: string): boolean {
	if (PLAIN_ROOM.test(text)) return true;
	if (text === '' || byteLength(text) > MAX_ROOM_BYTES || NOT_FIRST_IN_A_ROOM.test(text)) return false;
	return !NOT_IN_A_ROOM.test(text) && text.normalize('NFC') === text && text.toLowerCase() === text;
}

/**
 * A display name on one line, without spaces around it.
 * @throws UserError if it is empty, too long or holds control characters.
 */
export function normaliseName(text: string): string {
	const name = text.normalize('NFC').trim();
	if (name === '') throw new UserError('A name cannot be empty');
	if (CONTROL.test(name) || LONE_SURROGATE.test(name)) {
		throw new UserError('A name is one line without control characters');
	}
	if (byteLength(name) > MAX_NAME_BYTES) {
		throw new UserError('The name is too long', {hint: `At most ${MAX_NAME_BYTES} bytes`});
	}
	return name;
}

/**
 * The text of a message: line ends are LF, nothing else is changed.
 * @throws UserError if it is blank, too long or not Unicode.
 */
export function normaliseText(text: string): string {
	const lines = text.replace(/\r\n?/g, '\n');
	if (lines.trim() === '') throw new UserError('There is nothing to send');
	if (LONE_SURROGATE.test(lines)) throw new UserError('The text is not valid Unicode: half a surrogate pair');
	const bytes = byteLength(lines);
	if (bytes > MAX_TEXT_BYTES) {
		throw new UserError('The message is too long', {hint: `${bytes} bytes; at most ${MAX_TEXT_BYTES} fit`});
	}
	return lines;
}

/**
 * What a room is about, on one line; empty for nothing in particular.
 * @throws UserError if it is too long or holds control characters.
 */
export function normaliseTopic(text: string): string {
	return normaliseLine(text, 'topic', MAX_TOPIC_BYTES);
}

/**
 * Why a message is taken back, on one line; may be empty.
 * @throws UserError if it is too long or holds control characters.
 */
export function normaliseReason(text: string): string {
	return normaliseLine(text, 'reason', MAX_REASON_BYTES);
}

function normaliseLine(text: string, what: string, limit: number): string {
	const line = text.normalize('NFC').trim();
	if (CONTROL.test(line) || LONE_SURROGATE.test(line)) {
		throw new UserError(`A ${what} is one line without control characters`);
	}
	if (byteLength(line) > limit) throw new UserError(`The ${what} is too long`, {hint: `At most ${limit} bytes`});
	return line;
}

/**
 * A reaction: one character as people count them, usually an emoji.
 * @throws UserError if it is none, several, or blank.
 */
export function normaliseEmoji(text: string): string {
	const emoji = text.normalize('NFC').trim();
	const [first] = new Intl.Segmenter('en', {granularity: 'grapheme'}).segment(emoji);
	if (first === undefined) throw new UserError('A reaction needs an emoji', {hint: 'For example 👍'});
	if (first.segment !== emoji) throw new UserError('A reaction is a single emoji', {hint: 'For example 👍'});
	if (!isReaction(emoji) || LONE_SURROGATE.test(emoji))
		throw new UserError('That cannot be a reaction', {hint: 'For example 👍'});
	return emoji;
}

/** Whether somebody may have reacted so: 1 to `MAX_EMOJI_BYTES` bytes without spaces and control characters. */
export function isReaction(text: string): boolean {
	return text !== '' && byteLength(text) <= MAX_EMOJI_BYTES && !NOT_IN_A_REACTION.test(text);
}

/** Bytes in UTF-8. */
export function byteLength(text: string): number {
	return Buffer.byteLength(text, 'utf8');
}
