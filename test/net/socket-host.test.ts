import {expect, it} from 'vitest';
import {hostFrom, socketHost} from '../../source/net/socket-host.ts';

it.each([
	['192.0.2.7', 'IPv4', {host: '192.0.2.7', family: 4}],
	['2001:db8::7', 'IPv6', {host: '2001:db8::7', family: 6}],
	['fe80::7%eth0', 'IPv6', {host: 'fe80::7', family: 6, scope: 'eth0'}],
	['::ffff:192.0.2.7', 'IPv6', {host: '192.0.2.7', family: 4}],
] as const)('reads %s, which a socket tells, and can dial it', (address, family, host) => {
	expect(hostFrom(address, family)).toEqual(host);
	expect(socketHost(host)).toBe(address.replace('::ffff:', ''));
});

it.each(['wl+0', 'br#1', 'vpn=1', 'été0', 'a/b', ''])(
	'leaves out the zone %j, with which nothing could be dialled',
	zone => {
		expect(hostFrom(`fe80::7%${zone}`, 'IPv6')).toEqual({host: 'fe80::7', family: 6});
	},
);
