/**
 * What a room may be called, what a person may be called, and what a message may say: for what is typed here
 * (`normalise…`) and for what arrives (`is…`).
 */
import {UserError} from '../base/errors.ts';
import {MAX_NAME_BYTES, MAX_ROOM_BYTES, MAX_TEXT_BYTES} from './limits.ts';

/** What may not stand in a room name: control, format (bidi, zero-width), surrogate, private, unassigned, space. */
const NOT_IN_A_ROOM = /[\p{C}\p{Z}]/u;
/** What nearly every room is called: no need to ask Unicode. */
const PLAIN_ROOM = /^[a-z0-9_.+-]{1,32}$/;
const CONTROL = /[\p{Cc}\u2028\u2029]/u;
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
	if (!isRoom(room)) {
		throw new UserError('Not a room name', {hint: 'No spaces, control or invisible characters, and no further #'});
	}
	return room;
}

/**
 * Whether this is a room name in the one form that goes over the wire: 1 to 64 bytes, NFC, lower case, without
 * spaces, control and invisible characters and without a leading `#`.
 */
export function isRoom(text: string): boolean {
	if (PLAIN_ROOM.test(text)) return true;
	if (text === '' || byteLength(text) > MAX_ROOM_BYTES || text.startsWith('#')) return false;
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

/** Bytes in UTF-8. */
export function byteLength(text: string): number {
	return Buffer.byteLength(text, 'utf8');
}
