import {describe, expect, it} from 'vitest';
import {linksOf, MULTICAST_GROUP_4, MULTICAST_GROUP_6} from '../../source/net/beacon-link.ts';
import {type SystemInterfaces, selectInterfaces} from '../../source/net/interfaces.ts';

type Info = NonNullable<SystemInterfaces[string]>[number];

const MAC = '02:00:00:00:00:01';
const ipv4 = (address: string, bits: number): Info => ({
	...{address, netmask: '', family: 'IPv4', mac: MAC, internal: false, cidr: `${address}/${bits}`},
});
const ipv6 = (address: string, scopeid = 0): Info => ({
	...{address, netmask: '', family: 'IPv6', mac: MAC, internal: false, cidr: `${address}/64`, scopeid},
});
const links = (system: SystemInterfaces) => linksOf(selectInterfaces(system, []));

describe('the links of a machine', () => {
	const machine = {
		docker0: [ipv4('172.17.0.1', 16)],
		eth0: [ipv4('192.0.2.7', 25), ipv4('198.51.100.7', 24), ipv6('2001:db8::7'), ipv6('fe80::7', 2), ipv6('fd00::7')],
		tun0: [ipv4('10.8.0.2', 32), ipv6('fd01::2')],
	};

	it('are one for each IPv4 address and one for the IPv6 of each interface, the likely ones first', () => {
		const group4 = {family: 4, group: MULTICAST_GROUP_4};
		const group6 = {family: 6, group: MULTICAST_GROUP_6};
		expect(links(machine).map(({key, covers, ...link}) => link)).toEqual([
			{...group4, name: 'eth0', address: '192.0.2.7', multicastInterface: '192.0.2.7', broadcast: '192.0.2.127'},
			{
				...group4,
				name: 'eth0',
				address: '198.51.100.7',
				multicastInterface: '198.51.100.7',
				broadcast: '198.51.100.255',
			},
			{...group4, name: 'tun0', address: '10.8.0.2', multicastInterface: '10.8.0.2'},
			{
				...group4,
				name: 'docker0',
				address: '172.17.0.1',
				multicastInterface: '172.17.0.1',
				broadcast: '172.17.255.255',
			},
			{...group6, name: 'eth0', address: 'fe80::7%eth0', multicastInterface: '::%eth0'},
			{...group6, name: 'tun0', address: 'fd01::2', multicastInterface: '::%tun0'},
		]);
	});

	it('cover all networks of an interface, and a link-local address only where it was heard', () => {
		const eth0 = links(machine).find(({family}) => family === 6);
		const heard: [string, string?][] = [
			['fe80::9', 'eth0'],
			['fe80::9', 'tun0'],
			['2001:db8::9'],
			['fd00::9'],
			['fd01::9'],
			['192.0.2.9'],
		];
		expect(heard.map(([host, scope]) => eth0?.covers(host, scope))).toEqual([true, false, true, true, false, false]);
	});

	it('are others exactly if another socket is needed', () => {
		const keys = (...addresses: Info[]) => links({eth0: addresses}).map(({key}) => key);
		const before = keys(ipv4('192.0.2.7', 25), ipv6('fe80::7', 2));
		expect(keys(ipv4('192.0.2.7', 24), ipv6('fe80::7', 2), ipv6('2001:db8::7'))).toEqual(before);
		const other = '02:00:00:00:00:02';
		expect(keys({...ipv4('192.0.2.7', 25), mac: other}, {...ipv6('fe80::7', 2), mac: other})).not.toContain(before[0]);
		expect(keys(ipv4('192.0.2.8', 25), ipv6('fe80::8', 2))).not.toContain(before[1]);
	});
});

it('the IPv6 group stays on the link, is assigned to nobody, and has an Ethernet address of its own', () => {
	// RFC 4291, 2.7: flags and scope. RFC 3307, 4.3: the range of the group's number.
	expect(MULTICAST_GROUP_6).toMatch(/^ff12::([89a-f][0-9a-f]{3}):[0-9a-f]{4}$/);
});
