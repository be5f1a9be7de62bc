/** Nodes that crash and come back, remember each other, and hosts whose interfaces come and go. */
import {join} from 'node:path';
import {describe, expect} from 'vitest';
import {connected} from '../helpers/node-process.ts';
import {test} from './lab-test.ts';
import {expectNothingTwice, meet, report, say} from './talk.ts';

/**
 * Milliseconds within which a program that was started again, and is ready, has to be noticed on a busy machine: less than
 * the patience with a silent peer.
 */
const AT_ONCE = 4_000;

// The clock of a machine that is busy with other things proves nothing against us: then it may try once more.
describe('after a crash', {retry: 1}, () => {
	test('kill -9, and with the same profile it is the same peer again, at once', async ({lab, folder}) => {
		const [annHost, bobHost] = await lab.hosts(lab.bridge(), 'ann', 'bob');
		const ann = annHost!.start('ann', {directory: folder});
		const bob = bobHost!.start();
		await meet(ann, bob);
		const peer = await ann.peerId();
		const since = bob.mark;
		ann.kill('SIGKILL');
		await bob.waitFor('peer-disconnected', event => event.peer === peer, {since});
		const begun = performance.now();
		const again = annHost!.start('ann', {directory: folder});
		await again.ready;
		const ready = performance.now();
		await bob.waitFor('peer-connected', event => event.peer === peer, {since});
		report('Killed and started again, ready and connected after', ready - begun, performance.now() - begun);
		expect(performance.now() - ready).toBeLessThan(AT_ONCE);
		await connected([again, bob]);
		await say(bob, again);
		await say(again, bob);
		expectNothingTwice(bob, again);
	});

	test('a crash of which nobody is told is noticed by the restart, not by the patience', async ({lab, folder}) => {
		const [annHost, bobHost] = await lab.hosts(lab.bridge(), 'ann', 'bob');
		const ann = annHost!.start('ann', {directory: folder});
		const bob = bobHost!.start();
		await meet(ann, bob);
		const {mark} = bob;
		// As if the power had failed: the last words of the kernel do not get out.
		annHost!.unplug();
		ann.kill('SIGKILL');
		await ann.exited;
		annHost!.drop('out', 'tcp flags & (fin | rst) != 0');
		annHost!.plug();
		const begun = performance.now();
		const again = annHost!.start('ann', {directory: folder});
		await again.ready;
		const ready = performance.now();
		await again.waitFor('peer-connected');
		report('Power failed and started again, ready and connected after', ready - begun, performance.now() - begun);
		expect(performance.now() - ready).toBeLessThan(AT_ONCE);
		await say(again, bob);
		await say(bob, again);
		expect(bob.events.slice(mark).filter(event => event.type === 'peer-disconnected').length).toBeLessThanOrEqual(1);
		expectNothingTwice(bob, again);
	});

	test('those who met once find each other again without discovery, from memory', async ({lab, folder}) => {
		const hosts = await lab.hosts(lab.bridge(), 'ann', 'bob');
		const listen = ['--listen', '/ip4/0.0.0.0/tcp/4001'];
		const start = (discovery: boolean) =>
			hosts.map(host =>
				host.start(host.name, {
					directory: join(folder, host.name),
					args: discovery ? listen : [...listen, '--no-mdns'],
					discovery,
				}),
			);
		const first = start(true);
		await meet(...first);
		for (const node of first) await node.result({command: 'shutdown'});
		await Promise.all(first.map(node => node.exited));
		for (const host of hosts) host.drop('in', 'udp dport { 9999, 5353 }');
		const again = start(false);
		await meet(...again);
		const lists = await Promise.all(again.map(node => node.result({command: 'peers'})));
		expect(lists.flatMap(({peers}) => peers.map(({via}) => via))).toContain('memory');
	});
});

describe('interfaces', () => {
	test('one that appears later is used at once', async ({lab}) => {
		const bridge = lab.bridge();
		const [bobHost] = await lab.hosts(bridge, 'bob');
		const annHost = await lab.host('ann');
		const [ann, bob] = [annHost.start(), bobHost!.start()];
		const {addresses} = await ann.ready;
		expect(addresses.filter(address => address.includes('198.18.'))).toEqual([]);
		await bob.ready;
		const since = ann.mark;
		const begun = performance.now();
		await lab.join(annHost, bridge);
		const changed = await ann.waitFor(
			'addresses-changed',
			event => event.addresses.some(address => address.startsWith(`/ip4/${annHost.address()}/`)),
			{since},
		);
		expect(changed.interfaces).toContain('lan0');
		await meet(ann, bob);
		report('A new interface, talking over it after', performance.now() - begun);
	});

	test('that of a container bridge comes last, and others are reached all the same', async ({lab}) => {
		const bridge = lab.bridge();
		const annHost = await lab.host('ann');
		// Before the real one, as if Docker had been quicker.
		annHost.ip(
			'link add docker0 type bridge',
			'link add veth0 type veth peer name veth1',
			'link set veth0 master docker0 up',
			'link set veth1 up',
			'addr add 198.19.0.1/16 brd + dev docker0',
			'link set docker0 up',
		);
		await lab.join(annHost, bridge);
		const [bobHost] = await lab.hosts(bridge, 'bob');
		const [ann, bob] = [annHost.start(), bobHost!.start()];
		const hosts = (await ann.ready).addresses.map(address => address.split('/')[2]);
		expect(hosts).toContain('198.19.0.1');
		expect(hosts.indexOf('198.19.0.1')).toBeGreaterThan(hosts.indexOf(annHost.address()));
		expect(hosts.indexOf('198.19.0.1')).toBeGreaterThan(hosts.indexOf(annHost.address6()));
		await meet(ann, bob);
		expect((await bob.waitFor('peer-connected')).address).not.toContain('198.19.0.1');
	});
});
