import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {identityFromSeed, verifySignature} from '../../source/wire/identity.ts';
import {peerIdFromPublicKey} from '../../source/wire/peer-id.ts';
import {bytes} from '../helpers/arbitrary.ts';
import {smallOrderKeys} from './small-order.ts';

const hex = (text: string) => new Uint8Array(Buffer.from(text, 'hex'));

describe('identityFromSeed', () => {
	test('RFC 8032, section 7.1, tests 1 and 2', () => {
		const first = identityFromSeed(hex('9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60'));
		expect(first.publicKey).toEqual(hex('d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a'));
		expect(first.sign(new Uint8Array(0))).toEqual(
			hex(
				'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
			),
		);
		const second = identityFromSeed(hex('4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb'));
		expect(second.sign(hex('72'))).toEqual(
			hex(
				'92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
			),
		);
		expect(second.peerId).toBe(peerIdFromPublicKey(second.publicKey));
	});

	test('keeps its own copy of the seed', () => {
		const seed = new Uint8Array(32).fill(5);
		const identity = identityFromSeed(seed);
		seed.fill(0);
		expect(identity.seed).toEqual(new Uint8Array(32).fill(5));
	});

	test('refuses a seed of another length', () => {
		expect(() => identityFromSeed(new Uint8Array(31))).toThrow(RangeError);
		expect(() => identityFromSeed(new Uint8Array(64))).toThrow(RangeError);
	});
});

describe('verifySignature', () => {
	test('is true for what was signed and false when one bit of anything differs', () => {
		const identity = identityFromSeed(new Uint8Array(32).fill(1));
		fc.assert(
			fc.property(fc.uint8Array({minLength: 1, maxLength: 100}), fc.nat(), fc.nat(2), (message, bit, which) => {
				const parts = [identity.publicKey, message, identity.sign(message)].map(part => Uint8Array.from(part));
				const verify = () => verifySignature(parts[0]!, parts[1]!, parts[2]!);
				expect(verify()).toBe(true);
				const changed = parts[which]!;
				changed[(bit >> 3) % changed.length]! ^= 1 << (bit & 7);
				expect(verify()).toBe(false);
			}),
			{numRuns: 50},
		);
	});

	test('row 10: is false for every key of small order', () => {
		// R is the identity and s is 0: equality holds under a key of small order whenever its multiple vanishes.
		const forged = new Uint8Array(64);
		forged[0] = 1;
		for (const key of smallOrderKeys()) {
			for (let message = 0; message < 32; message++) {
				expect(verifySignature(key, Uint8Array.of(message), forged)).toBe(false);
			}
		}
	});

	test('never throws, whatever the lengths and bytes', () => {
		const any = fc.uint8Array({maxLength: 70});
		fc.assert(
			fc.property(fc.oneof(any, bytes(32)), any, fc.oneof(any, bytes(64)), (key, message, signature) => {
				expect(verifySignature(key, message, signature)).toBe(false);
			}),
		);
	});
});
