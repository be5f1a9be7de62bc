import {publicKeyFromRaw} from '@libp2p/crypto/keys';
import * as libp2p from '@libp2p/peer-id';
import fc from 'fast-check';
import {base58btc} from 'multiformats/bases/base58';
import {describe, expect, test, vi} from 'vitest';
import {isSmallOrder, parsePeerId, peerIdFromPublicKey, publicKeyOf, shortPeerId} from '../../source/wire/peer-id.ts';
import {bytes} from '../helpers/arbitrary.ts';
import {reasonOf} from './reason.ts';
import {smallOrderKeys} from './small-order.ts';

/** Test vector 1 of libp2p's TLS specification. */
const PEER = '12D3KooWM6CgA9iBFZmcYAHA6A2qvbAxqfkmrYiRQuz3XEsk4Ksv';
const PUBLIC_KEY = 'a77f1d92fedb59dddaea5a1c4abd1ac2fbde7d7b879ed364501809923d7c11b9';

describe('peer ids', () => {
	test('the vector of libp2p, both ways', () => {
		expect(Buffer.from(publicKeyOf(PEER)).toString('hex')).toBe(PUBLIC_KEY);
		expect(peerIdFromPublicKey(Buffer.from(PUBLIC_KEY, 'hex'))).toBe(PEER);
		expect(parsePeerId(PEER)).toBe(PEER);
	});

	test('are those of libp2p for every key', () => {
		fc.assert(
			fc.property(bytes(32), key => {
				const peer = peerIdFromPublicKey(key);
				expect(peer).toBe(libp2p.peerIdFromPublicKey(publicKeyFromRaw(key)).toString());
				expect([...publicKeyOf(peer)]).toEqual([...key]);
			}),
			{numRuns: 50},
		);
	});

	test('a key may be a view into a larger buffer', () => {
		const buffer = Buffer.concat([Buffer.alloc(5), Buffer.from(PUBLIC_KEY, 'hex'), Buffer.alloc(5)]);
		expect(peerIdFromPublicKey(buffer.subarray(5, 37))).toBe(PEER);
	});

	test.each([
		['nothing', ''],
		['the id of an RSA key', 'QmYyQSo1c1Ym7orWxLYvCrM2EmxFTANf8wXmmE7DWjhx5N'],
		['the id of a secp256k1 key', '16Uiu2HAkutTMoTzDw1tCvSRtu6YoixJwS46S1ZFxW8hSx9fWHiPs'],
		['a CID', 'bafzaajaiaejcbk5ybs3zz7sqjqdfg5wqjvvz4cm4ygrqvcggn7ek4hlzcvjfmwza'],
		['one character less', PEER.slice(0, -1)],
		['one character more', `${PEER}1`],
		['a character outside base 58', `${PEER.slice(0, -1)}0`],
		['a space in front', ` ${PEER.slice(0, -1)}`],
		['another multihash', `2${PEER.slice(1)}`],
		['a megabyte', '1'.repeat(2 ** 20)],
	])('refuses %s', (_, text) => {
		expect(reasonOf(() => parsePeerId(text))).toBe('peer-id');
	});

	test('never starts to decode a text of another length, which takes quadratic time', () => {
		const decode = vi.spyOn(base58btc, 'baseDecode');
		expect(reasonOf(() => parsePeerId('z'.repeat(1000)))).toBe('peer-id');
		expect(decode).not.toHaveBeenCalled();
		expect(reasonOf(() => parsePeerId('z'.repeat(52)))).toBe('peer-id');
		expect(decode).toHaveBeenCalledTimes(1);
		decode.mockRestore();
	});

	test('refuses a public key of another length', () => {
		expect(reasonOf(() => peerIdFromPublicKey(new Uint8Array(31)))).toBe('peer-id');
		expect(reasonOf(() => peerIdFromPublicKey(new Uint8Array(33)))).toBe('peer-id');
	});

	test('the short form shows both ends', () => {
		expect(shortPeerId(PEER)).toBe('12D3Koo…4Ksv');
	});
});

describe('isSmallOrder', () => {
	test('row 10: knows every encoding of every point of small order', () => {
		const keys = smallOrderKeys();
		expect(keys).toHaveLength(14);
		expect(keys.map(isSmallOrder)).toEqual(keys.map(() => true));
	});

	test('an ordinary key is none', () => {
		expect(isSmallOrder(Buffer.from(PUBLIC_KEY, 'hex'))).toBe(false);
	});
});
