/** Liars on the network: what they say about others harms nobody. */
import {expect} from 'vitest';
import type {Host} from './host.ts';
import {test} from './lab-test.ts';
import {Rogue} from './rogue.ts';
import {meet, report, say} from './talk.ts';

const BROADCAST = '198.18.1.255';
const TRAP_PORT = 7777;

/** An opening of a connection. */
const SYN = 'tcp flags & (syn | ack) == syn';

/** Counts connections that others try to open to a host, whatever the port, and lets them wait. */
function countDials(host: Host, match = ''): () => number {
	host.count('dials', 'in', `${SYN} ${match}`);
	return () => host.counted('dials').packets;
}

test('row 14: who announces somebody else at his own address keeps nobody from the real one', async ({lab, folder}) => {
	const [annHost, bobHost, eveHost] = (await lab.hosts(lab.bridge(), 'ann', 'bob', 'eve')) as [Host, Host, Host];
	const ann = annHost.start('ann', {directory: folder});
	const peer = await ann.peerId();
	const eve = new Rogue(eveHost);
	await eve.order({order: 'listen', port: TRAP_PORT});
	const lie = {order: 'announce', peer, port: TRAP_PORT, source: eveHost.address(), target: BROADCAST} as const;
	const lying = eve.order({...lie, perSecond: 50, times: 300});
	const bob = bobHost.start();
	await meet(ann, bob);
	// Once more while they lie: on another port than bob knows.
	ann.kill('SIGKILL');
	await ann.exited;
	const begun = performance.now();
	const again = annHost.start('ann', {directory: folder});
	await meet(again, bob);
	report('Found in spite of a liar after', performance.now() - begun);
	await lying;
	const [known] = (await bob.result({command: 'peers'})).peers.filter(({id}) => id === peer);
	expect(known!.state).toBe('connected');
	expect(known!.addresses).toContain(await annHost.multiaddr(again));
	console.log(`${eve.connections} connections to the liar`);
	expect(eve.connections).toBeLessThan(30);
});

test('row 15: 20,000 invented peers a second neither fill the memory nor hide a newcomer', async ({lab}) => {
	const [annHost, bobHost, eveHost] = (await lab.hosts(lab.bridge(), 'ann', 'bob', 'eve')) as [Host, Host, Host];
	const ann = annHost.start();
	await ann.ready;
	const before = await ann.result({command: 'stats'});
	const eve = new Rogue(eveHost);
	const dials = countDials(eveHost);
	annHost.count('flood', 'in', 'udp dport 9999');
	const flood = {
		order: 'announce',
		port: 4001,
		source: eveHost.address(),
		target: BROADCAST,
		wantsAnswer: true,
	} as const;
	const begun = performance.now();
	const flooding = eve.order({...flood, perSecond: 20_000, times: 40_000}).then(() => performance.now() - begun);
	const bob = bobHost.start();
	await meet(ann, bob);
	report('In a flood of invented peers, an honest one is met after', performance.now() - begun);
	report('It lasted', await flooding);
	const after = await ann.result({command: 'stats'});
	const growth = (after.memory.rss - before.memory.rss) / 2 ** 20;
	const {peers} = await ann.result({command: 'peers'});
	console.log(
		`${annHost.counted('flood').packets} datagrams: ${growth.toFixed()} MiB more, ${peers.length} peers listed, ${dials()} dials`,
		after.counters,
	);
	expect(annHost.counted('flood').packets).toBeGreaterThan(20_000);
	expect(growth).toBeLessThan(100);
	expect(peers.length).toBeLessThan(200);
	expect(dials()).toBeLessThan(1_000);
	await say(ann, bob);
});

test('row 16: nobody is sent to a victim', async ({lab}) => {
	const [annHost, bobHost, eveHost, victim] = (await lab.hosts(lab.bridge(), 'ann', 'bob', 'eve', 'victim')) as [
		Host,
		Host,
		Host,
		Host,
	];
	const dials = countDials(victim);
	victim.count('services', 'in', `${SYN} tcp dport < 1024`);
	const [ann, bob] = [annHost.start(), bobHost.start()];
	await meet(ann, bob);
	const eve = new Rogue(eveHost);
	eve.forge(victim.address());
	const forged = {order: 'announce', source: victim.address(), target: BROADCAST, perSecond: 200} as const;
	await eve.order({...forged, port: 22, times: 200});
	expect(victim.counted('services').packets).toBe(0);
	// What seems to come from the victim itself can be bounded, not seen through.
	await eve.order({...forged, port: 4001, times: 400});
	await say(ann, bob);
	console.log(`600 announcements in the name of a victim: ${dials()} dials by two nodes`);
	expect(dials()).toBeLessThan(100);
});

test('row 16: mDNS sends nobody to a victim either', async ({lab}) => {
	const [annHost, bobHost, eveHost, victim] = (await lab.hosts(lab.bridge(), 'ann', 'bob', 'eve', 'victim')) as [
		Host,
		Host,
		Host,
		Host,
	];
	const dials = countDials(victim);
	victim.count('services', 'in', `${SYN} tcp dport < 1024`);
	annHost.count('inward', 'in', `iifname "lo" ${SYN} tcp dport 4001`);
	const [ann, bob] = [annHost.start(), bobHost.start()];
	await meet(ann, bob);
	const eve = new Rogue(eveHost);
	await eve.order({
		order: 'mdns',
		source: eveHost.address(),
		times: 200,
		addresses: [
			`/ip4/${victim.address()}/tcp/22`,
			`/ip4/${victim.address()}/tcp/4001`,
			'/ip4/127.0.0.1/tcp/4001',
			'/ip4/224.0.0.1/tcp/4001',
		],
	});
	const believed = `/ip4/${victim.address()}/tcp/4001`;
	await ann.waitFor('peer-discovered', ({via, address}) => via === 'mdns' && address === believed);
	await say(ann, bob);
	console.log(`200 mDNS answers that name a victim: ${dials()} dials by two nodes`);
	expect(victim.counted('services').packets).toBe(0);
	expect(annHost.counted('inward').packets).toBe(0);
	// Two nodes, each at its rate for one IP address (`DIALS_PER_HOST`).
	expect(dials()).toBeLessThan(60);
});

test('row 17: whoever asks in the name of another makes him get no more than was sent', async ({lab}) => {
	const [annHost, eveHost, victim] = (await lab.hosts(lab.bridge(), 'ann', 'eve', 'victim')) as [Host, Host, Host];
	const ann = annHost.start();
	await ann.ready;
	annHost.count('asked', 'in', `ip saddr ${victim.address()} udp dport 9999`);
	victim.count('answered', 'in', `ip saddr ${annHost.address()} udp dport 4444`);
	const eve = new Rogue(eveHost);
	eve.forge(victim.address());
	const forged = {source: victim.address(), sourcePort: 4444, target: BROADCAST, wantsAnswer: true} as const;
	await eve.order({order: 'announce', ...forged, port: 4001, perSecond: 500, times: 1_000});
	await ann.result({command: 'stats'});
	const [asked, answered] = [annHost.counted('asked'), victim.counted('answered')];
	console.log(`In the name of a victim: ${asked.bytes} bytes asked, ${answered.bytes} bytes answered`);
	expect(asked.packets).toBe(1_000);
	expect(answered.packets).toBeGreaterThan(0);
	// Each answer is as long as the question, and most questions get none.
	expect(answered.bytes / answered.packets).toBeLessThanOrEqual(asked.bytes / asked.packets);
	expect(answered.packets).toBeLessThan(asked.packets / 4);
});

test('row 18: announcements that are played again make no storm of dials', async ({lab}) => {
	const [annHost, bobHost, eveHost] = (await lab.hosts(lab.bridge(), 'ann', 'bob', 'eve')) as [Host, Host, Host];
	const dials = countDials(eveHost);
	const [ann, bob] = [annHost.start(), bobHost.start()];
	await meet(ann, bob);
	const eve = new Rogue(eveHost);
	const replayed = {order: 'replay', peer: await ann.peerId(), source: eveHost.address(), target: BROADCAST} as const;
	await eve.order({...replayed, times: 1_000, perSecond: 500});
	await say(ann, bob);
	expect(bob.all('peer-disconnected')).toEqual([]);
	console.log(`1000 announcements played again: ${dials()} dials`);
	expect(dials()).toBeLessThan(20);
});
