/**
 * Ed25519 (RFC 8032) keys and signatures by `node:crypto`: nothing random and no I/O, so it stays in the pure part.
 */
import {createPrivateKey, createPublicKey, type KeyObject, sign, verify} from 'node:crypto';
import {BoundedMap} from '../base/bounded.ts';
import {PUBLIC_KEY_BYTES, SIGNATURE_BYTES} from './limits.ts';
import {bytesKey, isSmallOrder, type PeerId, peerIdFromPublicKey} from './peer-id.ts';

export type Identity = {
	readonly peerId: PeerId;
	/** Raw, 32 bytes. */
	readonly publicKey: Uint8Array;
	/** The secret: 32 bytes from which the key pair follows (RFC 8032, 5.1.5). */
	readonly seed: Uint8Array;
	/** Signs exactly these bytes; 64 bytes. */
	sign(bytes: Uint8Array): Uint8Array;
};

/** Bytes of the seed of an Ed25519 key pair. */
export const SEED_BYTES = 32;

/** DER before the 32 bytes of a private key (PKCS #8) and of a public key (SPKI): RFC 8410. */
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');
const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');

/** Key objects kept: making one costs several times as much as the hash of a message. */
const CACHE_ENTRIES = 1024;

/** `undefined` marks a key of small order, which is never asked to verify anything. */
const keyObjects = new BoundedMap<string, KeyObject | undefined>(CACHE_ENTRIES);

/**
 * The key pair that follows from a 32-byte seed.
 * @throws RangeError if the seed has another length.
 */
export function identityFromSeed(seed: Uint8Array): Identity {
	if (seed.length !== SEED_BYTES) throw new RangeError(`a seed has ${SEED_BYTES} bytes, not ${seed.length}`);
	const privateKey = createPrivateKey({key: Buffer.concat([PKCS8_PREFIX, seed]), format: 'der', type: 'pkcs8'});
	const spki = createPublicKey(privateKey).export({format: 'der', type: 'spki'});
	const publicKey = new Uint8Array(spki.subarray(SPKI_PREFIX.length));
	return {
		peerId: peerIdFromPublicKey(publicKey),
		publicKey,
		seed: new Uint8Array(seed),
		sign: bytes => new Uint8Array(sign(null, bytes, privateKey)),
	};
}

/**
 * Whether `signature` (64 bytes) over exactly `bytes` was made by the owner of `publicKey` (raw, 32 bytes).
 * Never throws: a key or a signature of the wrong length, a key of small order and a key that is no point are false.
 */
export function verifySignature(publicKey: Uint8Array, bytes: Uint8Array, signature: Uint8Array): boolean {
	if (publicKey.length !== PUBLIC_KEY_BYTES || signature.length !== SIGNATURE_BYTES) return false;
	const key = keyObjectFor(publicKey);
	if (key === undefined) return false;
	try {
		return verify(null, bytes, key, signature);
	} catch {
		return false;
	}
}

function keyObjectFor(publicKey: Uint8Array): KeyObject | undefined {
	const cacheKey = bytesKey(publicKey);
	if (keyObjects.has(cacheKey)) return keyObjects.get(cacheKey);
	const key = isSmallOrder(publicKey)
		? undefined
		: // As a JWK it is read seven times as fast as from DER.
			createPublicKey({key: {kty: 'OKP', crv: 'Ed25519', x: base64url(publicKey)}, format: 'jwk'});
	keyObjects.set(cacheKey, key);
	return key;
}

function base64url(bytes: Uint8Array): string {
	return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64url');
}
