/** Two networks with a router between them: announcements stay in theirs, people do not have to. */
import {expect} from 'vitest';
import type {EventOf} from '../../source/api/event.ts';
import {connected, type HeadlessNode} from '../helpers/node-process.ts';
import {test} from './lab-test.ts';
import {expectNothingTwice, meet, report, say} from './talk.ts';

async function foundBy(node: HeadlessNode, other: HeadlessNode): Promise<EventOf<'peer-discovered'>[]> {
	const id = await other.peerId();
	return node.all('peer-discovered').filter(({peer}) => peer === id);
}

test('one --peer is enough for a whole other subnet: the rest comes by peer exchange', async ({lab}) => {
	const [near, far] = [lab.bridge(), lab.bridge()];
	const router = await lab.host('router', near, far);
	router.forward();
	const nearHosts = await lab.hosts(near, 'ann', 'bob');
	const farHosts = await lab.hosts(far, 'cat', 'dan');
	for (const host of nearHosts) host.route(router.address('lan0'));
	for (const host of farHosts) host.route(router.address('lan1'));

	const [ann, bob] = nearHosts.map(host => host.start());
	await meet(ann!, bob!);
	const begun = performance.now();
	// Announcements of its own subnet bring cat to dan; only one of them was told of the other subnet.
	const cat = farHosts[0]!.start('cat', {args: ['--peer', await nearHosts[0]!.multiaddr(ann!)]});
	const dan = farHosts[1]!.start();
	await connected([ann!, bob!, cat, dan]);
	report('Two subnets, everyone connected to everyone after', performance.now() - begun);

	for (const near of [ann!, bob!]) {
		// Whoever is told first dials, and then the other one has nobody to discover any more.
		const found = [...(await foundBy(dan, near)), ...(await foundBy(near, dan))];
		expect(new Set(found.map(({via}) => via))).toEqual(new Set(['exchange']));
	}
	const people = [ann!, bob!, cat, dan];
	for (const node of people) await say(node, ...people.filter(other => other !== node));
	expectNothingTwice(...people);
});

test('a node on the router joins the two, also where nothing is routed', async ({lab}) => {
	const [near, far] = [lab.bridge(), lab.bridge()];
	const router = await lab.host('router', near, far);
	const [annHost] = await lab.hosts(near, 'ann');
	const [catHost] = await lab.hosts(far, 'cat');
	const [middle, ann, cat] = [router.start(), annHost!.start(), catHost!.start()];
	await Promise.all([connected([middle, ann]), connected([middle, cat])]);
	await say(ann, middle, cat);
	await say(cat, middle, ann);
	const id = await cat.peerId();
	expect(ann.all('peer-connected').some(({peer}) => peer === id)).toBe(false);
	expectNothingTwice(middle, ann, cat);
});

test('a node on the router tells the two of each other, and where it is routed they connect', async ({lab}) => {
	const [near, far] = [lab.bridge(), lab.bridge()];
	const router = await lab.host('router', near, far);
	router.forward();
	const [annHost] = await lab.hosts(near, 'ann');
	const [catHost] = await lab.hosts(far, 'cat');
	annHost!.route(router.address('lan0'));
	catHost!.route(router.address('lan1'));
	const [middle, ann] = [router.start(), annHost!.start()];
	await meet(middle, ann);
	// Not that she would need to be told: the announcements of the router get to her network.
	const cat = catHost!.start('cat', {args: ['--peer', await router.multiaddr(middle, 'lan1')]});
	await meet(middle, ann, cat);
	const found = [...ann.all('peer-discovered'), ...cat.all('peer-discovered')].map(({peer, via}) => `${peer} ${via}`);
	const [annId, catId] = [await ann.peerId(), await cat.peerId()];
	expect(found.some(line => line === `${annId} exchange` || line === `${catId} exchange`)).toBe(true);
	expectNothingTwice(middle, ann, cat);
});
