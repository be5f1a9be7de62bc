import {describe, expect, it, test} from 'vitest';
import {isLink, isPrivate, placeOf, sourceOf, subnetOf} from '../../source/wire/ip.ts';

it.each([
	['192.0.2.7', '192.0.2.7'],
	['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
	['2001:db8:1:2::6', '2001:db8:1:2::/64'],
	['2001:db8::6', '2001:db8:0:0::/64'],
	['2001:db8::1:2:3:4:5', '2001:db8:0:1::/64'],
	['::1', '0:0:0:0::/64'],
	['fe80::7', 'fe80::7'],
])('counts %s as %s', (host, source) => {
	expect(sourceOf(host)).toBe(source);
});

describe('a place in a table of hints', () => {
	test('is a host, or all that one host may have', () => {
		const hosts = ['192.0.2.7', '2001:db8:1:2:3::7', 'fe80::7%eth0', '169.254.0.7'];
		expect(hosts.map(host => placeOf({host}))).toEqual(['192.0.2.7', '2001:db8:1:2::/64', 'link eth0', '169.254.0.7']);
		expect(placeOf({host: 'fe80::8', scope: 'eth0'})).toBe('link eth0');
		expect(['link eth0', '192.0.2.7'].map(isLink)).toEqual([true, false]);
	});
});

test('a subnet is a /24 or a /64', () => {
	expect(['192.0.2.7', '2001:db8:1:2:3::7'].map(subnetOf)).toEqual(['192.0.2', '2001:db8:1:2::/64']);
});

test('networks that nobody routes on the Internet are private', () => {
	const within = ['10.1.2.3', '172.31.0.1', '192.168.0.1', '100.64.0.1', '198.19.0.1', 'fd00::1'];
	const beside = ['11.0.0.1', '172.32.0.1', '192.169.0.1', '100.128.0.1', '198.20.0.1', '2001:db8::1'];
	expect([within.every(isPrivate), beside.some(isPrivate)]).toEqual([true, false]);
});
