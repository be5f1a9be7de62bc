/**
 * The public key of a libp2p host and what it signed. Host keys of all kinds that libp2p has are verified, so that
 * the specification's test vectors apply in full; whether a peer with another kind than Ed25519 is welcome is decided
 * by the caller.
 *
 * Source: libp2p specification, "Peer Ids and Keys".
 */
import {createHash, createPublicKey, type KeyObject, verify} from 'node:crypto';
import {base58btc} from 'multiformats/bases/base58';
import {WireError} from '../base/errors.ts';
import {verifySignature} from '../wire/identity.ts';
import {PUBLIC_KEY_BYTES, SIGNATURE_BYTES} from '../wire/limits.ts';
import {isSmallOrder} from '../wire/peer-id.ts';

/** In the order of their numbers in the protobuf. */
const KEY_TYPES = ['rsa', 'ed25519', 'secp256k1', 'ecdsa'] as const;

export type HostKeyType = (typeof KEY_TYPES)[number];

export type HostKey = {
	readonly type: HostKeyType;
	/** Raw bytes for Ed25519 (32) and secp256k1 (33, compressed); SPKI DER for the others. */
	readonly data: Uint8Array;
	/** Text form: `12D3KooW…` for Ed25519, `16Uiu2HA…` for secp256k1, `Qm…` for the others. */
	readonly peerId: string;
};

/** DER before a compressed point on secp256k1 (SEC 1, RFC 5480). */
const SECP256K1_PREFIX = Buffer.from('3036301006072a8648ce3d020106052b8104000a032200', 'hex');
const SECP256K1_BYTES = 33;

/** A protobuf of up to so many bytes is itself the multihash; a longer one is hashed. */
const MAX_INLINE_BYTES = 42;

/**
 * Reads the protobuf `{Type = 1: enum, Data = 2: bytes}` in its one canonical form.
 * @throws WireError `certificate-key`, `certificate-small-order`.
 */
export function decodeHostKey(protobuf: Uint8Array): HostKey {
	const type = KEY_TYPES[protobuf[1] ?? -1];
	if (protobuf[0] !== 0x08 || type === undefined || protobuf[2] !== 0x12) throw badKey('is not a libp2p public key');
	const {length, start} = readVarint(protobuf, 3);
	const data = protobuf.subarray(start);
	if (data.length !== length) throw badKey('has another length than it claims');
	if (type === 'ed25519') {
		if (data.length !== PUBLIC_KEY_BYTES) throw badKey(`has ${data.length} bytes`);
		if (isSmallOrder(data)) throw new WireError('certificate-small-order', 'the host key is a point of small order');
	}
	if (type === 'secp256k1' && data.length !== SECP256K1_BYTES) throw badKey(`has ${data.length} bytes`);
	return {type, data: Uint8Array.from(data), peerId: peerIdOf(protobuf)};
}

/** The protobuf form of an Ed25519 public key, 36 bytes. */
export function encodeHostKey(publicKey: Uint8Array): Uint8Array {
	return Buffer.concat([Uint8Array.of(0x08, KEY_TYPES.indexOf('ed25519'), 0x12, PUBLIC_KEY_BYTES), publicKey]);
}

/** Whether the owner of `key` signed exactly `bytes`. Never throws. */
export function verifyHostSignature(key: HostKey, bytes: Uint8Array, signature: Uint8Array): boolean {
	if (key.type === 'ed25519') {
		return signature.length === SIGNATURE_BYTES && verifySignature(key.data, bytes, signature);
	}
	try {
		return verify('sha256', bytes, keyObjectOf(key), signature);
	} catch {
		return false;
	}
}

function keyObjectOf(key: HostKey): KeyObject {
	const spki = key.type === 'secp256k1' ? Buffer.concat([SECP256K1_PREFIX, key.data]) : Buffer.from(key.data);
	const object = createPublicKey({key: spki, format: 'der', type: 'spki'});
	const expected = key.type === 'rsa' ? 'rsa' : 'ec';
	if (object.asymmetricKeyType !== expected) throw badKey('is of another type than it claims');
	return object;
}

function peerIdOf(protobuf: Uint8Array): string {
	const multihash =
		protobuf.length <= MAX_INLINE_BYTES
			? Buffer.concat([Uint8Array.of(0x00, protobuf.length), protobuf])
			: Buffer.concat([Uint8Array.of(0x12, 0x20), createHash('sha256').update(protobuf).digest()]);
	return base58btc.baseEncode(multihash);
}

/** A length of up to two bytes: 16,383, more than any certificate that we accept. */
function readVarint(bytes: Uint8Array, offset: number): {length: number; start: number} {
	const low = bytes[offset] ?? 0x80;
	if (low < 0x80) return {length: low, start: offset + 1};
	const high = bytes[offset + 1] ?? 0;
	if (high === 0 || high >= 0x80) throw badKey('has a length that makes no sense');
	return {length: (low & 0x7f) | (high << 7), start: offset + 2};
}

function badKey(what: string): WireError {
	return new WireError('certificate-key', `the host key ${what}`);
}
