/**
 * A receipt on its way over others. Its holder signs what it says, so that nobody in between can invent holders:
 *
 *     claim       msgpack [room, author's key (32 bytes), holder's key (32 bytes), ids, bringers, arrivals], the last three
 *                 as in a receipt
 *     signature   Ed25519 by the holder over a domain tag followed by exactly these bytes
 *
 * The claim does not travel as bytes: it is the first six fields of the message, written the one way that we write them.
 */
import {type Identity, verifySignature} from './identity.ts';
import {HELD_DOMAIN} from './layout.ts';
import type {Arrival, Held} from './messages.ts';
import {pack} from './msgpack.ts';
import {publicKeyOf} from './peer-id.ts';

/** What the holder says. */
export type HeldClaim = Omit<Held, 'type' | 'linksLeft' | 'signature'>;

/** Whether the holder has signed this. */
export type HeldVerifier = typeof verifyHeld;

const DOMAIN = Buffer.from(HELD_DOMAIN, 'utf8');

/** @throws RangeError if the identity is not the holder. */
export function signHeld(claim: HeldClaim, linksLeft: number, identity: Identity): Held {
	if (claim.holder !== identity.peerId) throw new RangeError('only its holder can sign what it holds');
	return {type: 'held', ...claim, linksLeft, signature: identity.sign(signedBytes(claim))};
}

/** Never throws for a bad signature. */
export function verifyHeld(held: Held): boolean {
	return verifySignature(publicKeyOf(held.holder), signedBytes(held), held.signature);
}

/** The fields of the claim, in their order. */
export function claimFields({room, author, holder, messageIds, arrivals}: HeldClaim): readonly unknown[] {
	return [room, publicKeyOf(author), publicKeyOf(holder), bytesOf(messageIds), ...arrivalFields(arrivals)];
}

/** Each bringer once, in the order in which they are needed, and three numbers for each arrival. */
export function arrivalFields(arrivals: readonly Arrival[]): readonly unknown[] {
	const bringers = [...new Set(arrivals.flatMap(({via}) => via ?? []))];
	const place = new Map(bringers.map((peer, index) => [peer, index + 1]));
	const numbers = arrivals.flatMap(({hops, via, waited}) => [hops, via === undefined ? 0 : place.get(via)!, waited]);
	return [bringers.map(publicKeyOf), numbers];
}

export function bytesOf(messageIds: readonly string[]): readonly Uint8Array[] {
	return messageIds.map(id => Buffer.from(id, 'hex'));
}

function signedBytes(claim: HeldClaim): Uint8Array {
	return Buffer.concat([DOMAIN, pack(claimFields(claim))]);
}
