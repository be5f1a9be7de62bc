/**
 * Direct rooms: two people, and nobody else. A direct room is an ordinary room but for its name, which its two members
 * can compute and which tells others nothing: `@` and the first 16 bytes, in hex, of SHA-256 over a domain tag and the two
 * public keys, the lower one first. It is never subscribed to, and its events go from one of the two to the other only.
 */
import {hash} from 'node:crypto';
import {DIRECT_ROOM_DOMAIN} from './layout.ts';
import {type PeerId, publicKeyOf} from './peer-id.ts';
import {isRoom} from './text.ts';

const DIRECT_ROOM = /^@[0-9a-f]{32}$/;
const DOMAIN = Buffer.from(DIRECT_ROOM_DOMAIN, 'utf8');

/** The id of the room of these two, whoever is named first. */
export function directRoomOf(a: PeerId, b: PeerId): string {
	const keys = [Buffer.from(publicKeyOf(a)), Buffer.from(publicKeyOf(b))].sort(Buffer.compare);
	return `@${hash('sha256', Buffer.concat([DOMAIN, ...keys]), 'hex').slice(0, 32)}`;
}

/** Whether this has the form of a direct room's id. No named room has it. */
export function isDirectRoom(room: string): boolean {
	return DIRECT_ROOM.test(room);
}

/** Whether this is what a room is called on the wire: the name of a named one, or the id of a direct one. */
export function isRoomId(text: string): boolean {
	return isRoom(text) || isDirectRoom(text);
}
