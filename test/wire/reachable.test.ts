import {expect, test} from 'vitest';
import {reachableAt} from '../../source/wire/reachable.ts';

test.each([
	['/ip4/192.0.2.7/tcp/53211', ['/ip4/192.0.2.7/tcp/4001', '/ip6/2001:db8::7/tcp/4002'], ['/ip4/192.0.2.7/tcp/4001']],
	// Whatever host it names.
	['/ip4/192.0.2.7/tcp/53211', ['/ip4/198.51.100.1/tcp/4001', '/ip4/127.0.0.1/tcp/4001'], ['/ip4/192.0.2.7/tcp/4001']],
	['/ip6zone/eth0/ip6/fe80::7/tcp/53211', ['/ip6/2001:db8::7/tcp/4002'], ['/ip6zone/eth0/ip6/fe80::7/tcp/4002']],
	['/ip4/192.0.2.7/tcp/53211', ['/ip6/2001:db8::7/tcp/4002'], []],
	['/ip4/192.0.2.7/tcp/53211', [], []],
])('who comes from %s and says %j is reached at %j', (remote, told, expected) => {
	expect(reachableAt(remote, told)).toEqual(expected);
});
