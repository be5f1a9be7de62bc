import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {UserError} from '../../source/base/errors.ts';
import {
	formatTcpAddress,
	isLinkLocal,
	isLoopback,
	isWildcard,
	parseTcpAddress,
	type TcpAddress,
} from '../../source/wire/multiaddr.ts';
import {peer} from '../helpers/arbitrary.ts';

const PEER = '12D3KooWM6CgA9iBFZmcYAHA6A2qvbAxqfkmrYiRQuz3XEsk4Ksv';

function refusal(text: string): UserError {
	try {
		parseTcpAddress(text);
	} catch (error) {
		if (error instanceof UserError) return error;
		throw error;
	}
	throw new Error(`accepted ${text}`);
}

describe('parseTcpAddress', () => {
	test.each<[string, TcpAddress]>([
		['/ip4/192.0.2.7/tcp/4001', {host: '192.0.2.7', port: 4001, family: 4}],
		['/ip4/0.0.0.0/tcp/0', {host: '0.0.0.0', port: 0, family: 4}],
		['/ip6/::1/tcp/65535', {host: '::1', port: 65_535, family: 6}],
		['/ip6zone/eth0/ip6/fe80::7/tcp/1', {host: 'fe80::7', port: 1, family: 6, scope: 'eth0'}],
		// Somebody's interface may be called like a transport.
		['/ip6zone/udp/ip6/fe80::7/tcp/1', {host: 'fe80::7', port: 1, family: 6, scope: 'udp'}],
		[`/ip4/192.0.2.7/tcp/4001/p2p/${PEER}`, {host: '192.0.2.7', port: 4001, family: 4, peer: PEER}],
	])('reads %s and writes it the same', (text, address) => {
		expect(parseTcpAddress(text)).toEqual(address);
		expect(formatTcpAddress(address)).toBe(text);
	});

	test.each([
		[`/ip4/192.0.2.7/tcp/1/ipfs/${PEER}`, `/ip4/192.0.2.7/tcp/1/p2p/${PEER}`],
		['/ip6/2001:DB8:0:0:0:0:0:7/tcp/1', '/ip6/2001:db8::7/tcp/1'],
		['/ip6/::ffff:192.0.2.7/tcp/1', '/ip4/192.0.2.7/tcp/1'],
	])('writes %s in its one form', (text, canonical) => {
		expect(formatTcpAddress(parseTcpAddress(text))).toBe(canonical);
	});

	test('reads what it writes', () => {
		const address = fc.record(
			{
				host: fc.ipV4(),
				port: fc.integer({min: 0, max: 65_535}),
				family: fc.constant(4 as const),
				peer,
			},
			{requiredKeys: ['host', 'port', 'family']},
		);
		fc.assert(
			fc.property(address, one => {
				expect(parseTcpAddress(formatTcpAddress(one))).toEqual(one);
			}),
		);
	});

	test.each([
		['192.0.2.7:4001', /^Not a multiaddr/, /slash/],
		['', /^Not a multiaddr/, /slash/],
		['/ip4/192.0.2.7', /^No TCP port/, /tcp/],
		['/tcp/4001', /^No IP address/, /ip4/],
		['/', /missing/, /ip4/],
		['/ip4/192.0.2.7/tcp', /^Not a valid address/, /port/],
		['/ip4/192.0.2.7/tcp/65536', /^Not a valid address/, /0 to 65535/],
		['/ip4/192.0.2.7/tcp/http', /^Not a valid address/, /0 to 65535/],
		['/ip4/192.0.2.7/tcp/-1', /^Not a valid address/, /0 to 65535/],
		['/ip4/192.0.2.256/tcp/1', /^Not a valid address/, /192\.168/],
		['/ip4/192.0.2/tcp/1', /^Not a valid address/, /192\.168/],
		['/ip4/::1/tcp/1', /^Not a valid address/, /192\.168/],
		['/ip6/fe80::1%eth0/tcp/1', /^Not a valid address/, /ip6zone/],
		['/ip6zone/eth0/ip4/192.0.2.7/tcp/1', /^No IP address/, /ip4/],
		['/ip6zone/et h0/ip6/fe80::1/tcp/1', /interface/, /ip4/],
		['/dns4/example.org/tcp/1', /^Names are not supported yet/, /IP address/],
		['/dnsaddr/example.org', /^Names are not supported yet/, /IP address/],
		['/ip4/192.0.2.7/udp/4001/quic-v1', /not udp/, /tcp/],
		['/ip4/192.0.2.7/tcp/1/ws', /^Something follows/, /p2p/],
		[`/ip4/192.0.2.7/tcp/1/p2p/${PEER}/p2p-circuit`, /^Something follows/, /p2p/],
		[`/ip4/192.0.2.7/tcp/1/p2p/${PEER}/p2p/${PEER}`, /^Something follows/, /p2p/],
		['/ip4/192.0.2.7/tcp/1/', /missing/, /ip4/],
		['/ip4/192.0.2.7//tcp/1', /missing/, /ip4/],
		['/ip4/192.0.2.7/tcp/1/p2p/QmYyQSo1c1Ym7orWxLYvCrM2EmxFTANf8wXmmE7DWjhx5N', /peer id/, /12D3KooW/],
		['/ip4/192.0.2.7/tcp/1/p2p/me', /peer id/, /12D3KooW/],
		['/carrier-pigeon/7', /^Not a valid address/, /ip4/],
		[`/ip4/192.0.2.7/tcp/1/${'x'.repeat(1_000_000)}`, /too long/, /ip4/],
	])('refuses %.60s with a hint', (text, message, hint) => {
		const error = refusal(text);
		expect(error.message).toMatch(message);
		expect(error.hint).toMatch(hint);
		expect(error.message).not.toContain('\n');
		expect(error.message.length).toBeLessThan(200);
	});

	test('nothing but a UserError comes out of any text', () => {
		const part = fc.constantFrom('ip4', 'ip6', 'tcp', 'p2p', 'ip6zone', '127.0.0.1', '::1', '1', PEER, '', 'x\n');
		const text = fc.oneof(
			fc.string({unit: 'binary'}),
			fc.array(part, {maxLength: 8}).map(parts => `/${parts.join('/')}`),
		);
		fc.assert(
			fc.property(text, one => {
				try {
					parseTcpAddress(one);
				} catch (error) {
					expect(error).toBeInstanceOf(UserError);
				}
			}),
		);
	});
});

describe('what kind of host an address has', () => {
	test.each([
		['/ip4/0.0.0.0/tcp/1', 'wildcard'],
		['/ip6/::/tcp/1', 'wildcard'],
		['/ip4/127.0.0.1/tcp/1', 'loopback'],
		['/ip4/127.255.0.3/tcp/1', 'loopback'],
		['/ip6/::1/tcp/1', 'loopback'],
		['/ip4/169.254.3.4/tcp/1', 'link-local'],
		['/ip6/fe80::1/tcp/1', 'link-local'],
		['/ip6/febf::1/tcp/1', 'link-local'],
		['/ip4/192.0.2.7/tcp/1', undefined],
		['/ip6/fec0::1/tcp/1', undefined],
		['/ip6/2001:db8::1/tcp/1', undefined],
	])('%s is %s', (text, kind) => {
		const address = parseTcpAddress(text);
		expect([isWildcard(address), isLoopback(address), isLinkLocal(address)]).toEqual([
			kind === 'wildcard',
			kind === 'loopback',
			kind === 'link-local',
		]);
	});
});
