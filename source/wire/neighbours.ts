/**
 * What a node says of its neighbours, signed, since it is handed on to those who are not connected to it:
 *
 *     statement   msgpack [author's key (32 bytes), sequence, timestamp, seconds that it is good for, name, rooms,
 *                 neighbours, lost]
 *     rooms       names of rooms that the author is in
 *     neighbours  [key, round trip in microseconds or nil, places in `rooms` of those in whose mesh it is] each
 *     lost        [key, seconds ago] each: peers that fell silent and were not seen again
 *     signature   Ed25519 by the author over a domain tag followed by exactly these bytes
 *
 * Like events, a statement is never encoded a second time. Further fields may follow.
 */
import {WireError} from '../base/errors.ts';
import {Fields} from './fields.ts';
import {type Identity, verifySignature} from './identity.ts';
import {STATEMENT_DOMAIN} from './layout.ts';
import {
	MAX_LOST_AGO,
	MAX_LOST_NEIGHBOURS,
	MAX_NEIGHBOURS,
	MAX_STATED_ROOMS,
	MAX_STATED_RTT,
	MAX_STATEMENT_BYTES,
	MAX_STATEMENT_VALIDITY,
	MAX_TIMESTAMP,
} from './limits.ts';
import {pack, unpack} from './msgpack.ts';
import {type PeerId, publicKeyOf} from './peer-id.ts';

export type StatedNeighbour = {
	readonly peer: PeerId;
	/** Microseconds. */
	readonly rtt: number | undefined;
	/** Rooms in whose mesh the author has it; some of the statement's. */
	readonly rooms: readonly string[];
};

export type Statement = {
	readonly author: PeerId;
	/** Higher than that of any statement of the author before. */
	readonly sequence: number;
	/** Unix milliseconds by the author's wall clock: a claim. */
	readonly timestamp: number;
	/** Seconds after which it is worth nothing. */
	readonly validity: number;
	readonly name: string;
	readonly rooms: readonly string[];
	/** Each once, never the author. */
	readonly neighbours: readonly StatedNeighbour[];
	/** Peers that fell silent so many seconds ago, without a goodbye. */
	readonly lost: readonly {readonly peer: PeerId; readonly ago: number}[];
};

export type SignedStatement = {
	/** The exact bytes that were signed, without the domain tag. */
	readonly statement: Uint8Array;
	/** 64 bytes. */
	readonly signature: Uint8Array;
};

/** Whether `author` signed exactly these bytes as a statement of neighbours. */
export type StatementVerifier = typeof verifyStatement;

const DOMAIN = Buffer.from(STATEMENT_DOMAIN, 'utf8');

/**
 * Encodes a statement once and for all, and signs it.
 * @throws RangeError if the identity is not its author, or others would refuse it.
 */
export function signStatement(statement: Statement, identity: Identity): SignedStatement {
	if (statement.author !== identity.peerId) throw new RangeError('only its author can sign a statement');
	const place = new Map(statement.rooms.map((room, index) => [room, index]));
	const packed = pack([
		publicKeyOf(statement.author),
		statement.sequence,
		statement.timestamp,
		statement.validity,
		statement.name,
		statement.rooms,
		statement.neighbours.map(({peer, rtt, rooms}) => [
			publicKeyOf(peer),
			rtt ?? null,
			rooms.map(room => place.get(room)),
		]),
		statement.lost.map(({peer, ago}) => [publicKeyOf(peer), ago]),
	]);
	const bytes = new Uint8Array(packed);
	try {
		decodeStatement(bytes);
	} catch (error) {
		throw new RangeError('a statement that others would refuse', {cause: error});
	}
	return {statement: bytes, signature: identity.sign(signedBytes(bytes))};
}

/** Never throws for a bad statement or signature. */
export function verifyStatement(statement: Uint8Array, signature: Uint8Array, author: PeerId): boolean {
	return verifySignature(publicKeyOf(author), signedBytes(statement), signature);
}

/**
 * What the statement says. It does not prove who said it: that is `verifyStatement` with the author found here.
 * @throws WireError `body-…` (see `scan.ts`) or `statement-shape`.
 */
export function decodeStatement(bytes: Uint8Array): Statement {
	if (bytes.length > MAX_STATEMENT_BYTES) throw new WireError('statement-shape', `${bytes.length} bytes`);
	const value = unpack(bytes);
	if (!Array.isArray(value)) throw new WireError('statement-shape', 'not an array');
	const fields = new Fields('statement-shape', value);
	const author = fields.peer(0);
	const rooms = fields.list(5, MAX_STATED_ROOMS, (list, index) => list.room(index));
	const neighbours = fields.list(6, MAX_NEIGHBOURS, (list, index) => readNeighbour(list.nested(index), rooms));
	const lost = fields.list(7, MAX_LOST_NEIGHBOURS, (list, index) => readLost(list.nested(index)));
	if (!areDistinct(rooms)) throw fields.refuse(5);
	if (!areDistinct([author, ...neighbours.map(({peer}) => peer)])) throw fields.refuse(6);
	if (!areDistinct([author, ...lost.map(({peer}) => peer)])) throw fields.refuse(7);
	const [timestamp, validity] = [fields.unsigned(2), fields.unsigned(3)];
	if (timestamp > MAX_TIMESTAMP) throw fields.refuse(2);
	return {
		author,
		sequence: fields.unsigned(1),
		timestamp,
		validity: Math.min(MAX_STATEMENT_VALIDITY, validity),
		name: fields.name(4),
		rooms,
		neighbours,
		lost,
	};
}

function readNeighbour(fields: Fields, rooms: readonly string[]): StatedNeighbour {
	const places = fields.list(2, rooms.length, (list, index) => list.unsigned(index));
	const isSound = places.every((place, index) => place < rooms.length && (index === 0 || place > places[index - 1]!));
	if (!isSound) throw fields.refuse(2);
	return {
		peer: fields.peer(0),
		rtt: fields.isNil(1) ? undefined : Math.min(MAX_STATED_RTT, fields.unsigned(1)),
		rooms: places.map(place => rooms[place]!),
	};
}

function readLost(fields: Fields): {peer: PeerId; ago: number} {
	return {peer: fields.peer(0), ago: Math.min(MAX_LOST_AGO, fields.unsigned(1))};
}

function areDistinct(values: readonly string[]): boolean {
	return new Set(values).size === values.length;
}

function signedBytes(statement: Uint8Array): Uint8Array {
	return Buffer.concat([DOMAIN, statement]);
}
