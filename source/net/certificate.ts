/**
 * The certificate by which a peer proves who it is: self-signed, made afresh at every start, with the libp2p
 * public-key extension, in which the host key vouches for the certificate's key.
 *
 * Source: libp2p specification, "libp2p TLS Handshake", r0. One rule of it is left out on purpose: `notBefore` and
 * `notAfter` are not looked at. The certificate's key lives no longer than the program that made it, so dates protect
 * nothing here; but a peer whose clock is years off could reach no one.
 */
import {generateKeyPairSync, type KeyObject, randomBytes, sign, type X509Certificate} from 'node:crypto';
import {BoundedMap} from '../base/bounded.ts';
import {WireError} from '../base/errors.ts';
import type {Identity} from '../wire/identity.ts';
import {bytesKey, type PeerId} from '../wire/peer-id.ts';
import {
	bitString,
	type Element,
	element,
	integer,
	malformed,
	readElements,
	readOnly,
	sequence,
	TAG,
	text,
} from './der.ts';
import {decodeHostKey, encodeHostKey, type HostKey, verifyHostSignature} from './host-key.ts';

/** Larger ones are refused unread. Ours have about 400 bytes; the largest of the specification's vectors has 507. */
export const MAX_CERTIFICATE_BYTES = 4096;

/** Certificates found good, by their bytes: a peer shows the same one at every connection until it restarts. */
const VERIFIED_CERTIFICATES = 256;

/** Put before the certificate's public key, and signed with it by the host key. */
const SIGNATURE_PREFIX = Buffer.from('libp2p-tls-handshake:', 'ascii');

/** 1.3.6.1.4.1.53594.1.1 */
const LIBP2P_EXTENSION = Uint8Array.of(0x2b, 0x06, 0x01, 0x04, 0x01, 0x83, 0xa2, 0x5a, 0x01, 0x01);
/** 1.2.840.10045.4.3.2: ECDSA with SHA-256. */
const ECDSA_SHA256 = sequence(element(TAG.objectIdentifier, Buffer.from('2a8648ce3d040302', 'hex')));
/** 2.5.4.10: organisation. */
const ORGANISATION = Uint8Array.of(0x55, 0x04, 0x0a);
/** SPKI DER before the two coordinates of a point on P-256 (RFC 5480). */
const P256_PREFIX = Buffer.from('3059301306072a8648ce3d020106082a8648ce3d03010703420004', 'hex');
const SERIAL_BYTES = 8;
/** issuerUniqueID and subjectUniqueID, primitive or constructed. */
const UNIQUE_ID_TAGS: ReadonlySet<number> = new Set([0x81, 0x82, 0xa1, 0xa2]);

/** What `tls.createSecureContext` takes. */
export type Certificate = {readonly cert: string; readonly key: string};

export type CertificateExtension = {readonly oid: Uint8Array; readonly critical?: boolean; readonly value: Uint8Array};

/** Makes a P-256 key and a certificate that the host key vouches for. About a third of a millisecond. */
export function createCertificate(identity: Identity): Certificate {
	const {privateKey, publicKey} = generateKeyPairSync('ec', {namedCurve: 'P-256'});
	const spki = publicKey.export({format: 'der', type: 'spki'});
	const signature = identity.sign(Buffer.concat([SIGNATURE_PREFIX, spki]));
	const extension = {oid: LIBP2P_EXTENSION, value: encodeSignedKey(encodeHostKey(identity.publicKey), signature)};
	const der = encodeCertificate({spki, privateKey, extensions: [extension]});
	return {
		cert: pem('CERTIFICATE', der),
		key: privateKey.export({format: 'pem', type: 'pkcs8'}) as string,
	};
}

/** The extension's content: host key as protobuf, and its signature. */
export function encodeSignedKey(protobuf: Uint8Array, signature: Uint8Array): Uint8Array {
	return sequence(element(TAG.octetString, protobuf), element(TAG.octetString, signature));
}

/** A self-signed X.509 v3 certificate as DER. `tail` goes between key and extensions. */
export function encodeCertificate(options: {
	spki: Uint8Array;
	privateKey: KeyObject;
	extensions: readonly CertificateExtension[];
	tail?: Uint8Array;
	notBefore?: Uint8Array;
	notAfter?: Uint8Array;
}): Buffer {
	const name = sequence(
		element(TAG.set, sequence(element(TAG.objectIdentifier, ORGANISATION), text(TAG.utf8String, 'p2p-tui'))),
	);
	const body = sequence(
		element(TAG.explicit0, integer(Uint8Array.of(2))),
		integer(randomBytes(SERIAL_BYTES)),
		ECDSA_SHA256,
		name,
		// Centuries wide: other implementations do look at the dates, by whatever clock they have.
		sequence(
			options.notBefore ?? text(TAG.utcTime, '750101000000Z'),
			options.notAfter ?? text(TAG.generalizedTime, '40960101000000Z'),
		),
		name,
		options.spki,
		options.tail ?? new Uint8Array(0),
		element(TAG.explicit3, sequence(...options.extensions.map(encodeExtension))),
	);
	return sequence(body, ECDSA_SHA256, bitString(sign('sha256', body, options.privateKey)));
}

function encodeExtension({oid, critical, value}: CertificateExtension): Buffer {
	return sequence(
		element(TAG.objectIdentifier, oid),
		critical ? element(TAG.boolean, Uint8Array.of(0xff)) : new Uint8Array(0),
		element(TAG.octetString, value),
	);
}

function pem(label: string, der: Uint8Array): string {
	const lines =
		Buffer.from(der)
			.toString('base64')
			.match(/.{1,64}/g) ?? [];
	return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}

const verified = new BoundedMap<string, HostKey>(VERIFIED_CERTIFICATES);

/**
 * Proves a certificate and returns the host key behind it, of whatever type.
 * @throws WireError with reason `certificate-…`: `size`, `malformed`, `unique-id`, `critical`, `extension`, `key`,
 * `small-order`, `self-signature` or `signature`.
 */
export function verifyCertificate(certificate: X509Certificate): HostKey {
	const der = certificate.raw;
	if (der.length > MAX_CERTIFICATE_BYTES) {
		throw new WireError('certificate-size', `the certificate has ${der.length} bytes`);
	}
	const cacheKey = bytesKey(der);
	const known = verified.get(cacheKey);
	if (known !== undefined) return known;
	const {hostKey, signature} = decodeSignedKey(findExtension(der));
	if (!isSelfSigned(certificate)) {
		throw new WireError('certificate-self-signature', 'the certificate is not signed by its own key');
	}
	const signed = Buffer.concat([SIGNATURE_PREFIX, subjectPublicKeyInfo(certificate.publicKey)]);
	if (!verifyHostSignature(hostKey, signed, signature)) {
		throw new WireError('certificate-signature', 'the host key did not sign the certificate');
	}
	verified.set(cacheKey, hostKey);
	return hostKey;
}

/**
 * The same for the certificates that a peer showed in a handshake: exactly one, from an Ed25519 host.
 * @throws WireError as above, and `certificate-absent`, `certificate-chain`, `certificate-key-type`.
 */
export function verifyPeer(certificate: X509Certificate | undefined): PeerId {
	if (certificate === undefined) throw new WireError('certificate-absent', 'no certificate was shown');
	// Node hangs the further certificates of a handshake behind the first, whoever issued them.
	if (certificate.issuerCertificate !== undefined) {
		throw new WireError('certificate-chain', 'more than one certificate was shown');
	}
	const hostKey = verifyCertificate(certificate);
	if (hostKey.type !== 'ed25519') {
		throw new WireError('certificate-key-type', `host keys of type ${hostKey.type} are not supported, only Ed25519`);
	}
	return hostKey.peerId;
}

function isSelfSigned(certificate: X509Certificate): boolean {
	try {
		return certificate.verify(certificate.publicKey);
	} catch {
		return false;
	}
}

/**
 * SPKI DER of the key that OpenSSL took from the certificate and used in the handshake: so it cannot differ from what
 * our own reader would have found. Exporting a P-256 key this way takes 5 µs, OpenSSL's encoder more than 100.
 */
function subjectPublicKeyInfo(key: KeyObject): Buffer {
	if (key.asymmetricKeyDetails?.namedCurve !== 'prime256v1') return key.export({format: 'der', type: 'spki'});
	const {x, y} = key.export({format: 'jwk'});
	return Buffer.concat([P256_PREFIX, Buffer.from(x ?? '', 'base64url'), Buffer.from(y ?? '', 'base64url')]);
}

/** What a certificate's body begins with: version, serial number, algorithm, issuer, validity, subject, key. */
const BODY_TAGS = [TAG.explicit0, TAG.integer, ...Array<number>(5).fill(TAG.sequence)];

/** The content of the libp2p extension, once everything around it is found in order. */
function findExtension(der: Uint8Array): Uint8Array {
	const outer = readElements(readOnly(der, TAG.sequence));
	if (!startsWith(outer, [TAG.sequence, TAG.sequence, TAG.bitString]) || outer.length !== 3) {
		throw malformed('not a certificate');
	}
	const fields = readElements((outer[0] as Element).content);
	if (!startsWith(fields, BODY_TAGS)) throw malformed('not a version 3 certificate');
	const [extensions, ...others] = fields.slice(BODY_TAGS.length);
	if ([extensions, ...others].some(field => field !== undefined && UNIQUE_ID_TAGS.has(field.tag))) {
		throw new WireError('certificate-unique-id', 'the certificate has a deprecated unique id');
	}
	if (others.length > 0 || (extensions && extensions.tag !== TAG.explicit3)) throw malformed('unknown fields');
	const list = extensions ? readElements(readOnly(extensions.content, TAG.sequence)) : [];
	return pickExtension(list.map(decodeExtension));
}

function startsWith(elements: readonly Element[], tags: readonly number[]): boolean {
	return tags.every((tag, index) => elements[index]?.tag === tag);
}

function pickExtension(extensions: readonly CertificateExtension[]): Uint8Array {
	const ours = extensions.filter(({oid}) => Buffer.compare(oid, LIBP2P_EXTENSION) === 0);
	if (extensions.some(extension => extension.critical && !ours.includes(extension))) {
		throw new WireError('certificate-critical', 'the certificate has an unknown critical extension');
	}
	const [only] = ours;
	if (only === undefined || ours.length > 1) {
		throw new WireError('certificate-extension', `the certificate has the libp2p extension ${ours.length} times`);
	}
	return only.value;
}

function decodeExtension({tag, content}: Element): CertificateExtension {
	if (tag !== TAG.sequence) throw malformed('an extension that is none');
	const parts = readElements(content);
	const [oid, ...rest] = parts;
	const flag = rest[0]?.tag === TAG.boolean ? rest.shift() : undefined;
	const [value] = rest;
	if (oid?.tag !== TAG.objectIdentifier || value?.tag !== TAG.octetString || rest.length !== 1) {
		throw malformed('an extension that is none');
	}
	return {oid: oid.content, critical: flag !== undefined && flag.content[0] !== 0, value: value.content};
}

function decodeSignedKey(bytes: Uint8Array): {hostKey: HostKey; signature: Uint8Array} {
	const parts = readElements(readOnly(bytes, TAG.sequence));
	const [protobuf, signature] = parts;
	if (!startsWith(parts, [TAG.octetString, TAG.octetString]) || parts.length !== 2) {
		throw malformed('the libp2p extension holds something else');
	}
	return {
		hostKey: decodeHostKey((protobuf as Element).content),
		signature: (signature as Element).content,
	};
}
