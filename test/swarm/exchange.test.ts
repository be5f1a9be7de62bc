/** Peers that cannot hear each other meet through one that both are connected to. */
import {expect, test} from 'vitest';
import {addressOf, BOB, CAT, IDENTITIES} from '../behaviours/fixtures.ts';
import {introduction, ofType, startChat} from './rig.ts';

test('two subnets: the one in between tells each of the other, and they dial what it told', () => {
	const between = startChat({self: IDENTITIES[0]});
	for (const [connection, peer, host] of [
		[1, BOB, '198.51.100.2'],
		[2, CAT, '203.0.113.3'],
	] as const) {
		between.open(connection, peer, {address: `/ip4/${host}/tcp/40000`});
		between.message(connection, introduction('x', [addressOf(99, 4001)]));
		between.message(connection, {type: 'subscriptions', joined: ['lobby'], left: []});
	}
	between.now = 1_000;
	const told = ofType(between.timer('peer-exchange/round'), 'send');
	const [toBob] = told.filter(({connections}) => connections.includes(1));
	const hint = {peer: CAT, addresses: ['/ip4/203.0.113.3/tcp/4001']};
	expect(told.map(({connections}) => connections).sort()).toEqual([[1], [2]]);
	expect(toBob?.message).toEqual({type: 'peers', peers: [hint]});

	const bob = startChat({self: IDENTITIES[1]});
	bob.open(1, IDENTITIES[0].peerId, {address: '/ip4/198.51.100.1/tcp/4001', direction: 'outbound'});
	const effects = bob.message(1, toBob!.message!);
	expect(ofType(effects, 'emit').map(({event}) => event)).toEqual([
		{type: 'peer-discovered', peer: CAT, address: hint.addresses[0], via: 'exchange'},
	]);
	expect(ofType(effects, 'dial')).toEqual([{type: 'dial', dial: 1, address: hint.addresses[0], expected: CAT}]);
});
