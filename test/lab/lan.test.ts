/** Hosts on one network find each other, whatever way is left to them. */
import {setTimeout as delay} from 'node:timers/promises';
import {describe, expect} from 'vitest';
import {ANNOUNCE_INTERVAL} from '../../source/swarm/announcer.ts';
import {connected} from '../helpers/node-process.ts';
import type {Host} from './host.ts';
import {test} from './lab-test.ts';
import {meet, report, say, TRY_INTERVAL} from './talk.ts';

/** What none of these hosts hears. */
function deafen(hosts: readonly Host[], ...matches: readonly string[]): void {
	for (const host of hosts) {
		for (const match of matches) host.drop('in', match);
	}
}

describe('three hosts on one bridge', () => {
	// The clock of a machine that is busy with other things proves nothing against us: then it may try once more.
	test('find each other and chat; a fourth is there at once', {retry: 1}, async ({lab}) => {
		const bridge = lab.bridge();
		const hosts = await lab.hosts(bridge, 'ann', 'bob', 'cat');
		const nodes = hosts.map(host => host.start());
		await connected(nodes);
		for (const node of nodes) await node.publish(`from ${node.name}`);
		for (const node of nodes) await Promise.all(nodes.map(other => other.hears(`from ${node.name}`)));
		for (const node of nodes) expect(node.all('message').length).toBe(3);

		const host = await lab.host('dan', bridge);
		const started = performance.now();
		const dan = host.start();
		// How long a program takes to start is the machine's affair.
		await dan.ready;
		const ready = performance.now() - started;
		await dan.waitFor('peer-discovered');
		const discovered = performance.now() - started;
		await dan.waitFor('peer-connected');
		const met = performance.now() - started;
		report('Cold start: ready, a peer seen, connected after', ready, discovered, met);
		expect(met - ready).toBeLessThan(ANNOUNCE_INTERVAL);
	});

	test('the process id is that of the node itself', async ({lab}) => {
		const [ann, bob] = (await lab.hosts(lab.bridge(), 'ann', 'bob')).map(host => host.start());
		await connected([ann!, bob!]);
		ann!.kill('SIGKILL');
		expect(await ann!.exited).toEqual({code: null, signal: 'SIGKILL'});
		await bob!.waitFor('peer-disconnected');
	});
});

describe('with one way left', () => {
	test.for([
		['multicast', ['meta pkttype broadcast udp dport 9999', 'udp dport 5353']],
		['broadcast', ['meta pkttype multicast']],
	] as const)('%s: two hosts find each other', async ([, matches], {lab}) => {
		const hosts = await lab.hosts(lab.bridge(), 'ann', 'bob');
		deafen(hosts, ...matches);
		const [ann, bob] = hosts.map(host => host.start());
		await meet(ann!, bob!);
	});

	test.for([
		['IPv6 multicast', ['meta nfproto ipv4 udp dport { 9999, 5353 }', 'udp dport 5353']],
		['mDNS', ['udp dport 9999']],
	] as const)('%s: two hosts find each other', async ([, matches], {lab}) => {
		const hosts = await lab.hosts(lab.bridge(), 'ann', 'bob');
		deafen(hosts, ...matches);
		const [ann, bob] = hosts.map(host => host.start());
		await meet(ann!, bob!);
	});

	test('half of it: two hosts find each other all the same', async ({lab}) => {
		const hosts = await lab.hosts(lab.bridge(), 'ann', 'bob');
		for (const host of hosts) host.lose(0.5, 'udp dport 9999');
		const [ann, bob] = hosts.map(host => host.start(host.name, {args: ['--no-mdns']}));
		await meet(ann!, bob!);
	});

	test('none: nobody finds anybody', async ({lab}) => {
		const hosts = await lab.hosts(lab.bridge(), 'ann', 'bob');
		deafen(hosts, 'udp dport { 9999, 5353 }');
		const [annHost, bobHost] = hosts;
		const ann = annHost!.start();
		await ann.ready;
		annHost!.count('announcements', 'in', 'udp dport 9999');
		const bob = bobHost!.start('bob', {args: ['--peer', await annHost!.multiaddr(ann)]});
		await connected([ann, bob]);
		// Whichever comes first.
		while (annHost!.counted('announcements').packets === 0) await delay(TRY_INTERVAL);
		await say(ann, bob);
		expect([...ann.all('peer-discovered'), ...bob.all('peer-discovered')]).toEqual([]);
	});
});
