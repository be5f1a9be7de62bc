import type {networkInterfaces} from 'node:os';
import {expect, test} from 'vitest';
import {selectInterfaces} from '../../source/net/interfaces.ts';
import {sourceFor} from '../../source/net/source-address.ts';
import {parseTcpAddress} from '../../source/wire/multiaddr.ts';

const base = {netmask: '', mac: '', internal: false} as const;
const SYSTEM = {
	lo: [
		{...base, address: '127.0.0.1', family: 'IPv4', cidr: '127.0.0.1/8', internal: true},
		{...base, address: '::1', family: 'IPv6', cidr: '::1/128', scopeid: 0, internal: true},
	],
	eth0: [
		{...base, address: '192.0.2.7', family: 'IPv4', cidr: '192.0.2.7/25'},
		{...base, address: 'fe80::7', family: 'IPv6', cidr: 'fe80::7/64', scopeid: 2},
		{...base, address: '2001:db8::7', family: 'IPv6', cidr: '2001:db8::7/64', scopeid: 0},
	],
	tun0: [{...base, address: '10.8.0.2', family: 'IPv4', cidr: '10.8.0.2/24'}],
} as unknown as ReturnType<typeof networkInterfaces>;

const source = (wanted: string, target: string) =>
	sourceFor(parseTcpAddress(target), selectInterfaces(SYSTEM, wanted.split(' ')));

test.each([
	['lo', '/ip4/127.0.0.5/tcp/1', '127.0.0.1'],
	['lo', '/ip6/::1/tcp/1', '::1'],
	['eth0 tun0', '/ip4/192.0.2.9/tcp/1', '192.0.2.7'],
	['eth0 tun0', '/ip4/10.8.0.9/tcp/1', '10.8.0.2'],
	// By the router of the network that was chosen.
	['eth0', '/ip4/198.51.100.1/tcp/1', '192.0.2.7'],
	['eth0', '/ip6/2001:db8:1::1/tcp/1', '2001:db8::7'],
	['eth0', '/ip6zone/eth0/ip6/fe80::9/tcp/1', 'fe80::7%eth0'],
	['lo eth0', '/ip4/127.0.0.1/tcp/1', '127.0.0.1'],
])('with --interface %s a dial to %s goes out from %s', (wanted, target, expected) => {
	expect(source(wanted, target)).toBe(expected);
});

test.each([
	['lo', '/ip4/192.0.2.9/tcp/1'],
	['lo', '/ip4/198.51.100.1/tcp/1'],
	['lo', '/ip6/2001:db8::9/tcp/1'],
	['eth0', '/ip4/127.0.0.1/tcp/1'],
	['tun0', '/ip6/2001:db8::9/tcp/1'],
	['eth0', '/ip6zone/wlan0/ip6/fe80::9/tcp/1'],
])('--interface %s does not lead to %s', (wanted, target) => {
	expect(source(wanted, target)).toBeUndefined();
});
