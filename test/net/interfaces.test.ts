import type {networkInterfaces} from 'node:os';
import {describe, expect, it} from 'vitest';
import {addressesToTell, filterInterfaces, listenAddressesFor, selectInterfaces} from '../../source/net/interfaces.ts';
import {MAX_ADDRESSES} from '../../source/wire/limits.ts';
import {formatTcpAddress, parseTcpAddress} from '../../source/wire/multiaddr.ts';

type System = ReturnType<typeof networkInterfaces>;

type Info = NonNullable<System[string]>[number];

const ipv4 = (address: string, bits: number | null, internal = false): Info => ({
	address,
	netmask: '',
	family: 'IPv4',
	mac: '',
	internal,
	cidr: bits === null ? null : `${address}/${bits}`,
});
const ipv6 = (address: string, bits: number, internal = false): Info => ({
	...ipv4(address, bits, internal),
	family: 'IPv6',
	scopeid: 2,
});

const SYSTEM: System = {
	lo: [ipv4('127.0.0.1', 8, true), ipv6('::1', 128, true)],
	eth0: [ipv4('192.0.2.7', 25), ipv6('2001:db8::7', 64), ipv6('fe80::7', 64)],
	tun0: [ipv4('10.8.0.2', 32)],
};

const addresses = (wanted: string[]) => selectInterfaces(SYSTEM, wanted).map(({address}) => address);

describe('selectInterfaces', () => {
	it('takes all when none is named, and else what is named by name or address', () => {
		expect(addresses([])).toHaveLength(6);
		expect(addresses(['lo'])).toEqual(['127.0.0.1', '::1']);
		expect(addresses(['192.0.2.7', 'tun0'])).toEqual(['192.0.2.7', '10.8.0.2']);
	});

	it('understands lo where loopback has another name', () => {
		const mac: System = {lo0: [ipv4('127.0.0.1', 8, true)], en0: [ipv4('192.0.2.7', 24)]};
		expect(selectInterfaces(mac, ['lo']).map(({name}) => name)).toEqual(['lo0']);
	});

	it('names the known ones when one is unknown', () => {
		expect(() => selectInterfaces(SYSTEM, ['lo', 'wlan9'])).toThrow(
			expect.objectContaining({
				name: 'UserError',
				message: 'No network interface "wlan9" on this machine',
				hint: 'There are: lo (127.0.0.1, ::1), eth0 (192.0.2.7, 2001:db8::7, fe80::7), tun0 (10.8.0.2)',
			}),
		);
		expect(filterInterfaces(SYSTEM, ['wlan9'])).toEqual([]);
	});

	it.each(['wl+0', 'br#1', 'vpn=1', 'été0'])('leaves out what is valid on the link %s only, and nothing else', name => {
		const odd = [ipv4('192.0.2.9', 25), ipv6('2001:db8::9', 64), ipv6('fe80::9', 64)];
		const found = selectInterfaces({[name]: odd, eth0: SYSTEM.eth0}, []);
		expect(found.map(({address}) => address)).toEqual([
			...['192.0.2.9', '2001:db8::9'],
			...['192.0.2.7', '2001:db8::7', 'fe80::7'],
		]);
		const alone = {...SYSTEM, [name]: [ipv6('fe80::9', 64)]};
		expect(selectInterfaces(alone, [])).toHaveLength(6);
		expect(() => selectInterfaces(alone, [name])).toThrow(/^No address that can be used on the network interface/);
	});

	it('computes the directed broadcast address, where there is one', () => {
		const broadcasts = selectInterfaces({...SYSTEM, odd: [ipv4('172.16.5.130', 12), ipv4('198.51.100.1', null)]}, []);
		expect(broadcasts.filter(({family}) => family === 4).map(({broadcast}) => broadcast)).toEqual([
			'127.255.255.255',
			'192.0.2.127',
			undefined,
			'172.31.255.255',
			undefined,
		]);
		expect(broadcasts.filter(({family}) => family === 6).every(({broadcast}) => broadcast === undefined)).toBe(true);
	});

	it('knows what lies in a subnet', () => {
		const [eth4, eth6, link] = selectInterfaces(SYSTEM, ['eth0']);
		expect(['192.0.2.0', '192.0.2.127', '192.0.2.128', '2001:db8::1', 'x'].map(host => eth4?.contains(host))).toEqual([
			true,
			true,
			false,
			false,
			false,
		]);
		expect(eth6?.contains('2001:db8::ffff')).toBe(true);
		expect(eth6?.contains('2001:db9::1')).toBe(false);
		expect([eth6?.scope, link?.scope]).toEqual([undefined, 'eth0']);
	});
});

describe('addresses to bind and to tell', () => {
	const wildcards = ['/ip4/0.0.0.0/tcp/4001', '/ip6/::/tcp/0'].map(parseTcpAddress);
	const all = selectInterfaces(SYSTEM, []);
	const lo = selectInterfaces(SYSTEM, ['lo']);
	const eth0 = selectInterfaces(SYSTEM, ['eth0']);

	it('binds what was asked for while interfaces are not restricted', () => {
		expect(listenAddressesFor(wildcards, all, false)).toEqual(wildcards);
	});

	it('binds the addresses of restricted interfaces instead of wildcards', () => {
		expect(listenAddressesFor(wildcards, lo, true).map(formatTcpAddress)).toEqual([
			'/ip4/127.0.0.1/tcp/4001',
			'/ip6/::1/tcp/0',
		]);
		expect(listenAddressesFor(wildcards, eth0, true).map(formatTcpAddress)).toEqual([
			'/ip4/192.0.2.7/tcp/4001',
			'/ip6/2001:db8::7/tcp/0',
			'/ip6zone/eth0/ip6/fe80::7/tcp/0',
		]);
	});

	it('refuses to bind an address outside of the restricted interfaces', () => {
		const outside = [parseTcpAddress('/ip4/192.0.2.7/tcp/0')];
		expect(() => listenAddressesFor(outside, lo, true)).toThrow(/it is on none of the chosen interfaces/);
		const inside = [parseTcpAddress('/ip4/127.0.0.5/tcp/0')];
		expect(listenAddressesFor(inside, lo, true)).toEqual(inside);
	});

	it('tells others real addresses: no wildcard, no scope of ours, loopback only if there is nothing else', () => {
		expect(addressesToTell(wildcards, all).map(formatTcpAddress)).toEqual([
			'/ip4/192.0.2.7/tcp/4001',
			'/ip6/2001:db8::7/tcp/0',
			'/ip4/10.8.0.2/tcp/4001',
		]);
		expect(addressesToTell([parseTcpAddress('/ip4/127.0.0.1/tcp/5')], lo).map(formatTcpAddress)).toEqual([
			'/ip4/127.0.0.1/tcp/5',
		]);
	});

	it('begins with where others most likely are: real networks, then tunnels, then what is virtual', () => {
		const machine: System = {
			docker0: [ipv4('172.17.0.1', 16)],
			wg0: [ipv4('10.8.0.2', 24)],
			wlan0: [ipv4('169.254.3.4', 16), ipv4('198.51.100.9', 24)],
			eth0: [ipv4('192.0.2.7', 25), ipv6('fe80::7', 64)],
		};
		const everywhere = selectInterfaces(machine, []);
		const best = [
			'/ip4/198.51.100.9/tcp/4001',
			'/ip4/192.0.2.7/tcp/4001',
			'/ip4/169.254.3.4/tcp/4001',
			// No other IPv6 address: so this one tells the port.
			'/ip6zone/eth0/ip6/fe80::7/tcp/0',
			'/ip4/10.8.0.2/tcp/4001',
			'/ip4/172.17.0.1/tcp/4001',
		];
		expect(addressesToTell(wildcards, everywhere).map(formatTcpAddress)).toEqual(best);
		const bound = listenAddressesFor(wildcards, everywhere, true);
		expect(addressesToTell(bound, everywhere).map(formatTcpAddress)).toEqual(best);
	});

	it('tells no more addresses than a message holds, and keeps the best', () => {
		const crowd = Array.from({length: 20}, (_, index) => ipv4(`172.17.${index}.1`, 24));
		const everywhere = selectInterfaces({docker0: crowd, eth0: [ipv4('192.0.2.7', 24)]}, []);
		const told = addressesToTell(wildcards, everywhere).map(({host}) => host);
		expect(told).toHaveLength(MAX_ADDRESSES);
		expect(told[0]).toBe('192.0.2.7');
	});
});
