/**
 * Peer ids as libp2p writes them, for Ed25519 keys only: the base58btc text of an identity multihash around the
 * protobuf form of the public key. 38 bytes, always 52 characters, always beginning with `12D3KooW`.
 *
 *     00 24        multihash: identity, 36 bytes
 *     08 01        protobuf field 1, key type: Ed25519
 *     12 20 …      protobuf field 2, 32 bytes: the raw public key
 *
 * Source: libp2p specification, "Peer Ids and Keys".
 */
import {base58btc} from 'multiformats/bases/base58';
import {BoundedMap} from '../base/bounded.ts';
import {WireError} from '../base/errors.ts';
import {PUBLIC_KEY_BYTES} from './limits.ts';

/** A peer id in text form, `12D3KooW…`. Only `parsePeerId` and `peerIdFromPublicKey` make one from the unknown. */
export type PeerId = string;

const PREFIX = Uint8Array.of(0x00, 0x24, 0x08, 0x01, 0x12, 0x20);
const TEXT_LENGTH = 52;

/** Conversions kept: base 58 costs microseconds, and every event and announcement needs one. */
const CACHE_ENTRIES = 2048;
const peerIds = new BoundedMap<string, PeerId>(CACHE_ENTRIES);
const publicKeys = new BoundedMap<PeerId, Uint8Array>(CACHE_ENTRIES);

/**
 * Checks the text form of a peer id and returns it.
 * @throws WireError `peer-id` for anything but the canonical form of an Ed25519 peer id.
 */
export function parsePeerId(text: string): PeerId {
	publicKeyOf(text);
	return text;
}

/**
 * The peer id of a raw 32-byte Ed25519 public key.
 * @throws WireError `peer-id` if the length is wrong.
 */
export function peerIdFromPublicKey(publicKey: Uint8Array): PeerId {
	if (publicKey.length !== PUBLIC_KEY_BYTES) {
		throw new WireError('peer-id', `a public key has ${PUBLIC_KEY_BYTES} bytes, not ${publicKey.length}`);
	}
	const cacheKey = bytesKey(publicKey);
	const known = peerIds.get(cacheKey);
	if (known !== undefined) return known;
	const bytes = new Uint8Array(PREFIX.length + PUBLIC_KEY_BYTES);
	bytes.set(PREFIX);
	bytes.set(publicKey, PREFIX.length);
	const peer = base58btc.baseEncode(bytes);
	peerIds.set(cacheKey, peer);
	return peer;
}

/**
 * The raw 32-byte public key inside a peer id. The array is shared: copy it before changing it.
 * @throws WireError `peer-id` if the text is not a peer id.
 */
export function publicKeyOf(peer: PeerId): Uint8Array {
	const known = publicKeys.get(peer);
	if (known !== undefined) return known;
	const publicKey = decode(peer);
	publicKeys.set(peer, publicKey);
	return publicKey;
}

function decode(text: string): Uint8Array {
	// The length comes first: base 58 takes quadratic time.
	if (text.length !== TEXT_LENGTH) throw notAPeerId();
	let bytes: Uint8Array;
	try {
		bytes = base58btc.baseDecode(text);
	} catch {
		throw notAPeerId();
	}
	if (bytes.length !== PREFIX.length + PUBLIC_KEY_BYTES || PREFIX.some((byte, index) => bytes[index] !== byte)) {
		throw notAPeerId();
	}
	return bytes.slice(PREFIX.length);
}

function notAPeerId(): WireError {
	return new WireError('peer-id', 'not an Ed25519 peer id (12D3KooW and 44 more characters)');
}

/** The form for people: both ends, the middle left out. Two peers can look alike in it, so it is never compared. */
export function shortPeerId(peer: PeerId): string {
	return `${peer.slice(0, 7)}…${peer.slice(-4)}`;
}

/** Node's own way to make text of bytes, without the `Buffer` around them that costs as much as the text. */
const {latin1Slice} = Buffer.prototype as unknown as {latin1Slice(this: Uint8Array, from: number, to: number): string};

/** Bytes as a map key: one character a byte. */
export function bytesKey(bytes: Uint8Array, from = 0, to = bytes.length): string {
	return latin1Slice.call(bytes, from, to);
}

/**
 * The y coordinates of the eight points of small order, little endian, and of the two that can also be written
 * unreduced (0 as p, 1 as p + 1, where p = 2^255 − 19). The sign of x is the top bit of the last byte.
 */
const SMALL_ORDER = new Set(
	[
		'0000000000000000000000000000000000000000000000000000000000000000', // 0: order 4
		'0100000000000000000000000000000000000000000000000000000000000000', // 1: order 1
		'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f', // −1: order 2
		'26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05', // order 8
		'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a', // order 8
		'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f', // p, which is 0
		'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f', // p + 1, which is 1
	].map(hex => bytesKey(Buffer.from(hex, 'hex'))),
);

/**
 * Whether a raw Ed25519 public key is a point of order 1, 2, 4 or 8, in any encoding. Under such a key a signature
 * can be made without a secret, so it proves nothing.
 */
export function isSmallOrder(publicKey: Uint8Array): boolean {
	const unsigned = Uint8Array.from(publicKey);
	const last = unsigned.length - 1;
	unsigned[last] = (unsigned[last] ?? 0) & 0x7f;
	return SMALL_ORDER.has(bytesKey(unsigned));
}
