/** Addresses that a stranger names, in identify and in hints of peers: what comes out can be dialled, shown and stored. */
import fc from 'fast-check';
import {expect, test} from 'vitest';
import {decodeMessage} from '../../source/wire/codec.ts';
import {pack} from '../../source/wire/msgpack.ts';
import {formatTcpAddress, parseTcpAddress} from '../../source/wire/multiaddr.ts';

const PEER = '12D3KooWA4Xop1JaT3MHxwYMkCepYsv4iPVopMXwCz5iHYdBfeSB';
const key = Buffer.from('03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8', 'hex');
const instance = new Uint8Array(16);

const port = fc.integer({min: 0, max: 70_000});
const address = fc.oneof(
	fc.string({unit: 'binary', maxLength: 60}),
	fc.tuple(fc.ipV4(), port).map(([host, number]) => `/ip4/${host}/tcp/${number}`),
	fc.tuple(fc.ipV6(), port).map(([host, number]) => `/ip6/${host}/tcp/${number}/p2p/${PEER}`),
	fc
		.tuple(fc.string({unit: 'binary', maxLength: 5}), fc.ipV6())
		.map(([zone, host]) => `/ip6zone/${zone}/ip6/${host}/tcp/1`),
	fc.ipV4().map(host => `/ip4/${host}/udp/4001/quic-v1`),
);

function addressesIn(fields: readonly unknown[]): readonly string[] {
	const message = decodeMessage(pack(fields));
	if (message?.type === 'identify') return message.addresses;
	if (message?.type === 'peers') return message.peers.flatMap(({addresses}) => addresses);
	throw new Error('neither identify nor peers');
}

test('come out in their one form, each once, without a port of 0, a peer id or a character that a terminal obeys', () => {
	fc.assert(
		fc.property(fc.array(address, {maxLength: 4}), texts => {
			for (const addresses of [
				addressesIn([1, 'ann', 'agent', instance, texts, []]),
				addressesIn([14, [[key, texts]]]),
			]) {
				expect(new Set(addresses).size).toBe(addresses.length);
				for (const one of addresses) {
					const parsed = parseTcpAddress(one);
					expect(formatTcpAddress(parsed)).toBe(one);
					expect([parsed.peer, parsed.port === 0]).toEqual([undefined, false]);
					expect(one).toMatch(/^[\w./:@-]+$/u);
				}
			}
		}),
		{numRuns: 2_000},
	);
});

test('those that can be read are all there, however the others look', () => {
	const good = fc
		.tuple(fc.ipV4(), fc.integer({min: 1, max: 65_535}))
		.map(([host, number]) => `/ip4/${host}/tcp/${number}`);
	fc.assert(
		fc.property(
			fc.uniqueArray(good, {maxLength: 8}),
			fc.array(fc.string({unit: 'binary'}), {maxLength: 8}),
			(kept, junk) => {
				const refused = junk.filter(text => !text.startsWith('/'));
				expect(addressesIn([1, 'ann', 'agent', instance, [...refused, ...kept], []])).toEqual(kept);
			},
		),
	);
});
