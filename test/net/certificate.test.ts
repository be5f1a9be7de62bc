import {generateKeyPairSync, X509Certificate} from 'node:crypto';
import {describe, expect, it} from 'vitest';
import {createCertificate, MAX_CERTIFICATE_BYTES, verifyCertificate, verifyPeer} from '../../source/net/certificate.ts';
import {element, TAG, text} from '../../source/net/der.ts';
import {encodeHostKey} from '../../source/net/host-key.ts';
import specification from '../vectors/libp2p-tls.json' with {type: 'json'};
import {type CertificateChanges, forge, identityOf} from './peers.ts';

const identity = identityOf(1);

function verifyForged(changes: CertificateChanges = {}): string {
	return verifyPeer(new X509Certificate(forge(identity, changes).der));
}

function reason(action: () => unknown): string {
	try {
		action();
	} catch (error) {
		return (error as {reason?: string}).reason ?? `no reason: ${error}`;
	}
	return 'accepted';
}

function vector(name: string): X509Certificate {
	const found = specification.vectors.find(candidate => candidate.name === name);
	return new X509Certificate(Buffer.from(found?.certificate ?? '', 'hex'));
}

describe('the specification’s test vectors', () => {
	const valid = specification.vectors.filter(({peerId}) => peerId !== null);

	it.each(valid)('accepts the valid certificate of an $name host', ({name, peerId}) => {
		const hostKey = verifyCertificate(vector(name));
		expect(hostKey.peerId).toBe(peerId);
		expect(hostKey.type).toBe(name);
	});

	it('row 2: refuses the certificate whose extension signature is another key’s', () => {
		expect(reason(() => verifyCertificate(vector('mismatch')))).toBe('certificate-signature');
	});

	it('takes only Ed25519 hosts as peers', () => {
		expect(verifyPeer(vector('ed25519'))).toBe('12D3KooWM6CgA9iBFZmcYAHA6A2qvbAxqfkmrYiRQuz3XEsk4Ksv');
		expect(reason(() => verifyPeer(vector('ecdsa')))).toBe('certificate-key-type');
		expect(reason(() => verifyPeer(vector('secp256k1')))).toBe('certificate-key-type');
	});
});

describe('createCertificate', () => {
	it('makes a certificate that OpenSSL reads and that proves the peer id', () => {
		const certificate = new X509Certificate(createCertificate(identity).cert);
		expect(verifyPeer(certificate)).toBe(identity.peerId);
		expect(certificate.verify(certificate.publicKey)).toBe(true);
		expect(certificate.publicKey.asymmetricKeyDetails?.namedCurve).toBe('prime256v1');
		expect(Date.parse(certificate.validFrom)).toBeLessThan(Date.parse('1976-01-01'));
		expect(Date.parse(certificate.validTo)).toBeGreaterThan(Date.parse('4000-01-01'));
	});

	it('makes another key every time', () => {
		const [first, second] = [createCertificate(identity), createCertificate(identity)];
		expect(first.key).not.toBe(second.key);
	});
});

describe('verifyPeer', () => {
	it('accepts what the forger makes without changes', () => {
		expect(verifyForged()).toBe(identity.peerId);
	});

	it('row 1: refuses no certificate', () => {
		expect(reason(() => verifyPeer(undefined))).toBe('certificate-absent');
	});

	it('row 2: refuses an extension signed for another certificate key', () => {
		const signature = identity.sign(Buffer.from('libp2p-tls-handshake:another key'));
		expect(reason(() => verifyForged({signature}))).toBe('certificate-signature');
		expect(reason(() => verifyForged({hostKey: encodeHostKey(identityOf(2).publicKey)}))).toBe('certificate-signature');
	});

	it('row 8: refuses an unknown critical extension, and ignores one that is not critical', () => {
		const other = {oid: Buffer.from('2b0601040183a25a0102', 'hex'), value: Buffer.from('0500', 'hex')};
		expect(verifyForged({extensions: good => [other, good]})).toBe(identity.peerId);
		expect(reason(() => verifyForged({extensions: good => [good, {...other, critical: true}]}))).toBe(
			'certificate-critical',
		);
	});

	it('row 8: refuses a missing or doubled libp2p extension, and takes a critical one', () => {
		expect(reason(() => verifyForged({extensions: () => []}))).toBe('certificate-extension');
		expect(reason(() => verifyForged({extensions: good => [good, good]}))).toBe('certificate-extension');
		expect(verifyForged({extensions: good => [{...good, critical: true}]})).toBe(identity.peerId);
	});

	it('row 8: refuses an extension that holds something else', () => {
		for (const value of ['', '0500', '3000', '30040400040000', '3006040004000500']) {
			const bytes = Buffer.from(value, 'hex');
			expect(reason(() => verifyForged({extensions: good => [{...good, value: bytes}]}))).toBe('certificate-malformed');
		}
	});

	it.each([
		['issuerUniqueId', 0x81],
		['subjectUniqueId', 0x82],
	])('refuses %s', (_name, tag) => {
		const tail = element(tag, Uint8Array.of(0, 1, 2));
		expect(reason(() => verifyForged({tail}))).toBe('certificate-unique-id');
	});

	it.each([
		['in the past', '060101000000Z', '071231235959Z'],
		['in the future', '450101000000Z', '491231235959Z'],
	])('row 9: accepts dates that lie %s', (_name, notBefore, notAfter) => {
		const dates = {notBefore: text(TAG.utcTime, notBefore), notAfter: text(TAG.utcTime, notAfter)};
		expect(verifyForged(dates)).toBe(identity.peerId);
	});

	it('row 10: refuses a small-order host key, under which anyone can sign', () => {
		// With the neutral element as key, s·B = R + h·A holds for s = 1 and R = B whatever was signed.
		const neutral = Buffer.alloc(32).fill(1, 0, 1);
		const basePoint = Buffer.alloc(32, 0x66).fill(0x58, 0, 1);
		const signature = Buffer.concat([basePoint, neutral]);
		const hostKey = encodeHostKey(neutral);
		expect(reason(() => verifyForged({hostKey, signature}))).toBe('certificate-small-order');
		expect(reason(() => verifyForged({hostKey: encodeHostKey(Buffer.alloc(32)), signature}))).toBe(
			'certificate-small-order',
		);
	});

	it('refuses a host key that is none', () => {
		const good = encodeHostKey(identity.publicKey);
		for (const hostKey of [
			Buffer.alloc(0),
			good.subarray(0, 35),
			Buffer.concat([good, Buffer.of(0)]),
			Buffer.from('08041220'.padEnd(72, '1'), 'hex'),
			Buffer.from('0801128080808001', 'hex'),
			Buffer.from('08021220'.padEnd(72, '1'), 'hex'),
		]) {
			expect(reason(() => verifyForged({hostKey}))).toBe('certificate-key');
		}
	});

	it('refuses a certificate that its own key did not sign', () => {
		const signer = generateKeyPairSync('ec', {namedCurve: 'P-256'}).privateKey;
		expect(reason(() => verifyForged({signer}))).toBe('certificate-self-signature');
	});

	it('refuses a certificate of unreasonable size before it looks into it', () => {
		const value = Buffer.alloc(MAX_CERTIFICATE_BYTES);
		expect(reason(() => verifyForged({extensions: good => [good, {oid: Buffer.of(0x2b, 1), value}]}))).toBe(
			'certificate-size',
		);
	});

	it('never accepts a certificate with one bit changed, and never throws anything but a refusal', () => {
		const {der} = forge(identity);
		let seen = 0;
		for (let index = 0; index < der.length; index++) {
			const changed = Buffer.from(der);
			changed[index] = (changed[index] ?? 0) ^ (1 << (index % 8));
			let certificate: X509Certificate;
			try {
				certificate = new X509Certificate(changed);
			} catch {
				continue;
			}
			seen++;
			expect(reason(() => verifyPeer(certificate))).toMatch(/^certificate-/);
		}
		expect(seen).toBeGreaterThan(200);
	});
});
