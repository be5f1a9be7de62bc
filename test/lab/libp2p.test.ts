/** A real node of js-libp2p on the same network. */
import {expect} from 'vitest';
import {test} from './lab-test.ts';

test('its mDNS finds us, and ours finds it and says that it speaks libp2p only', async ({lab}) => {
	const [annHost, theirHost] = await lab.hosts(lab.bridge(), 'ann', 'theirs');
	// Its packets for a group go where the default route points; ours need none.
	theirHost!.route('198.18.1.254');
	const ann = annHost!.start();
	const {peerId} = await ann.ready;
	const theirs = theirHost!.script('libp2p-mdns', theirHost!.address());
	const {peer} = await theirs.line(({type}) => type === 'ready');
	const [discovery, found] = await Promise.all([
		theirs.line(line => line.type === 'discovery' && line.peer === peerId),
		ann.waitFor('peer-discovered', event => event.peer === peer),
	]);
	expect(discovery.addresses).toContain(await annHost!.multiaddr(ann));
	expect(found).toMatchObject({via: 'mdns', speaks: 'libp2p'});
	expect(found.address).toContain(`/ip4/${theirHost!.address()}/tcp/`);
	const {peers} = await ann.result({command: 'peers'});
	expect(peers).toEqual([expect.objectContaining({id: peer, via: 'mdns', speaks: 'libp2p', state: 'discovered'})]);
	expect(ann.all('peer-connected')).toEqual([]);
});
