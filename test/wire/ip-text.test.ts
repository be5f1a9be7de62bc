/** What is read of addresses without the library of multiaddrs is what the library reads, and it refuses the same. */
import {multiaddr as library} from '@multiformats/multiaddr';
import fc from 'fast-check';
import {describe, expect, test, vi} from 'vitest';
import {decodeMessage} from '../../source/wire/codec.ts';
import {formatIpv6, mappedIpv4, readIpv6} from '../../source/wire/ip-text.ts';
import {pack} from '../../source/wire/msgpack.ts';
import {formatTcpAddress, isScope, parseTcpAddress, readPlace, readTcpAddress} from '../../source/wire/multiaddr.ts';
import {parsePeerId} from '../../source/wire/peer-id.ts';

vi.mock(import('@multiformats/multiaddr'), async original => {
	const module = await original();
	return {...module, multiaddr: vi.fn(module.multiaddr)};
});

const PEER = '12D3KooWA4Xop1JaT3MHxwYMkCepYsv4iPVopMXwCz5iHYdBfeSB';

/** The IPv6 address as the library writes it; undefined if it refuses it. */
function ipv6OfLibrary(text: string): string | undefined {
	try {
		return library(`/ip6/${text}/tcp/1`).getComponents()[0]?.value;
	} catch {
		return undefined;
	}
}

function ipv6(text: string): string | undefined {
	const hextets = readIpv6(text);
	return hextets && formatIpv6(hextets);
}

/** The address in its one form as the library reads it; undefined if that is no address of TCP. */
function addressOfLibrary(text: string): string | undefined {
	try {
		const components = library(text).getComponents();
		const scope = components[0]?.name === 'ip6zone' ? components.shift()?.value : undefined;
		const [ip, tcp, p2p, more] = components;
		if (ip?.value === undefined || tcp?.name !== 'tcp' || more !== undefined || (p2p && p2p.name !== 'p2p')) return;
		if (scope !== undefined && (!isScope(scope) || ip.name !== 'ip6')) return;
		if (ip.name !== 'ip4' && ip.name !== 'ip6') return;
		const mapped = ip.name === 'ip6' ? mappedIpv4(readIpv6(ip.value)!) : undefined;
		if (mapped !== undefined && scope !== undefined) return;
		const zone = scope === undefined ? '' : `/ip6zone/${scope}`;
		const peer = p2p === undefined ? '' : `/p2p/${parsePeerId(p2p.value ?? '')}`;
		return `${zone}/${mapped === undefined ? `${ip.name}/${ip.value}` : `ip4/${mapped}`}/tcp/${tcp.value}${peer}`;
	} catch {
		return undefined;
	}
}

describe('IPv6 addresses', () => {
	test.each([
		['2001:0DB8:0000:0000:0000:0000:0000:0007', '2001:db8::7'],
		['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
		['1:0:0:2:0:0:0:3', '1:0:0:2::3'],
		['1:0:0:2:3:0:0:4', '1::2:3:0:0:4'],
		['0:0:1:2:3:4:5:6', '::1:2:3:4:5:6'],
		['1:2:3:4:5:6::', '1:2:3:4:5:6::'],
		['1:2:3:4:5:6:7::', '1:2:3:4:5:6:7:0'],
		['64:ff9b::192.0.2.7', '64:ff9b::c000:207'],
		['::', '::'],
	])('%s is written %s', (text, canonical) => {
		expect([ipv6(text), ipv6OfLibrary(text)]).toEqual([canonical, canonical]);
	});

	test.each(['1:2:3:4::5:6:7:8', '1::2::3', ':1::', '1::2:', ':::', '1:2:3:4:5:6:7:1.2.3.4', '1.2.3.4::', '::1%eth0'])(
		'%s is none',
		text => {
			expect([ipv6(text), ipv6OfLibrary(text)]).toEqual([undefined, undefined]);
		},
	);

	test('are those of the library, in the same form', () => {
		const hextet = fc.constantFrom('0', '00', '1', '0001', 'a', 'Fe80', 'ffff', '00001', '10000', '');
		const end = fc.constantFrom(
			'',
			':',
			'::',
			':1.2.3.4',
			'1.2.3.4',
			'1.2.3',
			'1.2.3.256',
			'01.2.3.4',
			'1.2.3.4:',
			'.',
		);
		const text = fc.oneof(
			fc.ipV6(),
			fc.array(fc.constantFrom('0', '0', 'db8'), {minLength: 8, maxLength: 8}).map(parts => parts.join(':')),
			fc.tuple(fc.array(hextet, {maxLength: 9}), end).map(([parts, last]) => parts.join(':') + last),
			fc.string({unit: fc.constantFrom(...'01aF:::.'), minLength: 1, maxLength: 24}),
		);
		fc.assert(
			fc.property(text, one => {
				expect(ipv6(one)).toBe(one === '' ? undefined : ipv6OfLibrary(one));
			}),
			{numRuns: 5_000},
		);
	});
});

describe('addresses', () => {
	const host = fc.oneof(
		fc.ipV4().map(text => `/ip4/${text}`),
		fc.ipV6().map(text => `/ip6/${text}`),
		fc.ipV4().map(text => `/ip6/::ffff:${text}`),
		fc.constantFrom(
			'/ip4/1.2.3.04',
			'/ip4/1.2.3.256',
			'/ip4/1.2.3',
			'/ip4/::1',
			'/ip6/1.2.3.4',
			'/ip6/::g',
			'/dns/a',
			'',
		),
	);
	const zone = fc.constantFrom('', '', '', '/ip6zone/eth0', '/ip6zone/12', '/ip6zone/dns', '/ip6zone/a+b', '/ip6zone');
	const port = fc.oneof(
		fc.integer({min: 0, max: 65_536}).map(String),
		fc.constantFrom('00', '01', '', '+1', '-1', '1e3', ' 1', '1 ', '1\n', '99999', '100000', 'http'),
	);
	const end = fc.constantFrom(
		'',
		'',
		`/p2p/${PEER}`,
		`/ipfs/${PEER}`,
		`/p2p/${PEER}x`,
		'/p2p',
		'/p2p/x',
		'/ws',
		'/tcp/1',
	);
	const address = fc.tuple(zone, host, fc.constantFrom('tcp', 'tcp', 'tcp', 'udp'), port, end);
	const text = address.map(([scope, ip, transport, number, rest]) => `${scope}${ip}/${transport}/${number}${rest}`);
	// What is refused before the library is asked, for it would mend it.
	const isWhole = (one: string) => !one.includes('//') && !one.endsWith('/');

	test('are those of the library, in the same form', () => {
		fc.assert(
			fc.property(text, one => {
				const read = readTcpAddress(one);
				expect(read && formatTcpAddress(read)).toBe(isWhole(one) ? addressOfLibrary(one) : undefined);
				expect(readPlace(one)).toBe(read && formatTcpAddress({...read, peer: undefined}));
			}),
			{numRuns: 5_000},
		);
	});

	test('are not read by the library, which takes twenty times as long, if a stranger names them or they are good', () => {
		vi.mocked(library).mockClear();
		const places = ['/ip4/192.0.2.7/tcp/4001', '/ip6/2001:DB8::0:7/tcp/4001', '/ip6zone/eth0/ip6/fe80::7/tcp/4001'];
		const bad = ['/ip4/192.0.2.256/tcp/4001', '/ip6/1::2::3/tcp/1', '/ip4/192.0.2.7/tcp/0', `/${'x'.repeat(200)}`];
		const addresses = [...places, ...bad, `/ip4/192.0.2.8/tcp/4001/p2p/${PEER}`];
		const known = ['/ip4/192.0.2.7/tcp/4001', '/ip6/2001:db8::7/tcp/4001', '/ip6zone/eth0/ip6/fe80::7/tcp/4001'];
		expect(decodeMessage(pack([1, 'ann', 'agent', new Uint8Array(16), addresses, []]))).toMatchObject({
			addresses: [...known, '/ip4/192.0.2.8/tcp/4001'],
		});
		for (const place of places) parseTcpAddress(place);
		expect(library).not.toHaveBeenCalled();
		expect(() => parseTcpAddress('/ip6/1::2::3/tcp/1')).toThrow();
		expect(library).toHaveBeenCalledTimes(1);
	});
});
