/** Networks that break and come back, and hosts that sleep. They mostly wait, so they run side by side. */
import {describe, expect} from 'vitest';
import type {EventOf} from '../../source/api/event.ts';
import type {HeadlessNode} from '../helpers/node-process.ts';
import type {Host} from './host.ts';
import type {Lab} from './lab.ts';
import {test} from './lab-test.ts';
import {expectNothingTwice, meet, report, say, untilGone, untilHeard} from './talk.ts';

/** Milliseconds in which a lost peer has to be noticed. */
const NOTICE = 10_000;

/** Milliseconds in which a moved or woken peer should be back; a machine that is busy with others gets twice that. */
const BACK = 3_000;

/** The clock of a machine that is busy with other things proves nothing against us: then it may try once more. */
const BUSY = 1;

/** Milliseconds for any of these: much of it may be for waiting until the others have met. */
const TIMEOUT = 240_000;

type Place = {readonly hosts: readonly Host[]; readonly nodes: readonly HeadlessNode[]};

/** The last meeting that was begun. */
let last: Promise<unknown> = Promise.resolve();

/** One after another: programs that start keep a small machine busy, and the waiting afterwards does not. */
function meeting(lab: Lab, ...names: readonly string[]): Promise<Place> {
	const next = last.catch(() => {}).then(() => arrange(lab, names));
	last = next;
	return next;
}

async function arrange(lab: Lab, names: readonly string[]): Promise<Place> {
	const hosts = await lab.hosts(lab.bridge(), ...names);
	const nodes = hosts.map(host => host.start());
	await meet(...nodes);
	return {hosts, nodes};
}

/** Whom the banner names when it comes. */
async function missing(node: HeadlessNode): Promise<string[]> {
	const {unreachable} = await node.waitFor('partition', ({unreachable}) => unreachable.length > 0);
	return unreachable.map(({name}) => name);
}

describe.concurrent('row 58', {retry: BUSY, timeout: TIMEOUT}, () => {
	test('row 58: a two-way partition is noticed in time, and when it heals everyone hears everyone, once', async ({
		lab,
	}) => {
		const {hosts, nodes} = await meeting(lab, 'ann', 'bob', 'cat');
		const [ann, bob, cat] = nodes as [HeadlessNode, HeadlessNode, HeadlessNode];
		const marks = nodes.map(node => node.mark);
		await lab.partition([hosts[0]!], hosts.slice(1));
		const noticed = await Promise.all([
			untilGone(ann, bob),
			untilGone(ann, cat),
			untilGone(bob, ann),
			untilGone(cat, ann),
		]);
		report('Two-way partition, noticed after', ...noticed);
		for (const time of noticed) expect(time).toBeLessThan(NOTICE);
		await say(bob, cat);
		expect(bob.all('peer-disconnected').length).toBe(1);

		await lab.heal();
		const back = await Promise.all([untilHeard(ann, bob), untilHeard(bob, ann), untilHeard(cat, ann)]);
		report('Two-way partition healed, heard after', ...back);
		const ids = await Promise.all(nodes.map(node => node.peerId()));
		for (const [index, peer] of [
			[0, 1],
			[0, 2],
			[1, 0],
			[2, 0],
		] as const) {
			await nodes[index]!.waitFor('peer-connected', event => event.peer === ids[peer], {since: marks[index]!});
		}
		await say(ann, bob, cat);
		await say(cat, ann, bob);
		expectNothingTwice(...nodes);
	});

	test('row 58: a one-way partition is noticed by both sides in time, and heals', async ({lab}) => {
		const {hosts, nodes} = await meeting(lab, 'ann', 'bob');
		const [ann, bob] = nodes as [HeadlessNode, HeadlessNode];
		const marks = nodes.map(node => node.mark);
		await lab.cut(hosts[0]!, hosts[1]!);
		const noticed = await Promise.all([untilGone(ann, bob), untilGone(bob, ann)]);
		report('One-way partition, noticed after', ...noticed);
		for (const time of noticed) expect(time).toBeLessThan(NOTICE);

		await lab.heal();
		report(
			'One-way partition healed, heard after',
			...(await Promise.all([untilHeard(ann, bob), untilHeard(bob, ann)])),
		);
		await ann.waitFor('peer-connected', undefined, {since: marks[0]!});
		await say(ann, bob);
		expectNothingTwice(...nodes);
	});

	test('a link that is cut between two only is gone round by a third', async ({lab}) => {
		const {hosts, nodes} = await meeting(lab, 'ann', 'bob', 'cat');
		const [ann, bob, cat] = nodes as [HeadlessNode, HeadlessNode, HeadlessNode];
		await lab.partition([hosts[0]!], [hosts[1]!]);
		await say(ann, bob, cat);
		await Promise.all([untilGone(ann, bob), untilGone(bob, ann)]);
		await say(ann, cat);
		expectNothingTwice(...nodes);
	});
});

describe.concurrent('row 59', {retry: BUSY, timeout: TIMEOUT}, () => {
	test('row 59: another address, and it is back at once; nothing comes twice', async ({lab}) => {
		const {hosts, nodes} = await meeting(lab, 'ann', 'bob', 'cat');
		const [ann, bob, cat] = nodes as [HeadlessNode, HeadlessNode, HeadlessNode];
		const {mark} = ann;
		hosts[0]!.setAddress('198.18.1.101');
		const times = await Promise.all([untilHeard(ann, bob), untilHeard(bob, ann), untilHeard(ann, cat)]);
		report('Address change, heard again after', ...times);
		for (const time of times) expect(time).toBeLessThan(2 * BACK);
		const changed = await ann.waitFor('addresses-changed', undefined, {since: mark});
		expect(changed.addresses.some(address => address.startsWith('/ip4/198.18.1.101/'))).toBe(true);
		expect(changed.addresses.some(address => address.startsWith('/ip4/198.18.1.1/'))).toBe(false);
		await say(ann, bob, cat);
		expectNothingTwice(...nodes);
	});

	test('row 59: one that was stopped for longer than the others wait is back at once when it goes on', async ({
		lab,
	}) => {
		const {nodes} = await meeting(lab, 'ann', 'bob');
		const [ann, bob] = nodes as [HeadlessNode, HeadlessNode];
		const {mark} = ann;
		ann.kill('SIGSTOP');
		const noticed = await untilGone(bob, ann);
		report('Stopped, noticed after', noticed);
		expect(noticed).toBeLessThan(NOTICE);
		await bob.publish('to nobody');
		const since = bob.mark;
		ann.kill('SIGCONT');
		const peer = await ann.peerId();
		const continued = performance.now();
		await bob.waitFor('peer-connected', event => event.peer === peer, {since});
		const connectedAfter = performance.now() - continued;
		const times = await Promise.all([untilHeard(ann, bob), untilHeard(bob, ann)]);
		report('Continued, connected again after', connectedAfter, ...times);
		expect(connectedAfter).toBeLessThan(2 * BACK);
		expect(ann.events.slice(mark).filter(({type}) => type === 'warning')).toEqual([]);
		await say(ann, bob);
		expectNothingTwice(...nodes);
	});

	test('a cable that is out for a moment costs nothing', async ({lab}) => {
		const {hosts, nodes} = await meeting(lab, 'ann', 'bob');
		const [ann, bob] = nodes as [HeadlessNode, HeadlessNode];
		hosts[0]!.unplug();
		await ann.publish('on its way');
		await bob.publish('on its way back');
		hosts[0]!.plug();
		await Promise.all([bob.hears('on its way'), ann.hears('on its way back')]);
		await say(bob, ann);
		expect(bob.all('peer-connected').length).toBe(1);
		expectNothingTwice(...nodes);
	});

	test('a cable that is out for long is noticed, and both are back soon after it is in again', async ({lab}) => {
		const {hosts, nodes} = await meeting(lab, 'ann', 'bob');
		const [ann, bob] = nodes as [HeadlessNode, HeadlessNode];
		hosts[0]!.unplug();
		const noticed = await Promise.all([untilGone(ann, bob), untilGone(bob, ann)]);
		report('Cable out, noticed after', ...noticed);
		for (const time of noticed) expect(time).toBeLessThan(NOTICE);
		const names = await Promise.all(nodes.map(missing));
		expect(names).toEqual([['bob'], ['ann']]);
		const marks = nodes.map(node => node.mark);
		hosts[0]!.plug();
		const times = await Promise.all([untilHeard(ann, bob), untilHeard(bob, ann)]);
		const isOver = (event: EventOf<'partition'>) => event.unreachable.length === 0;
		await Promise.all(nodes.map((node, index) => node.waitFor('partition', isOver, {since: marks[index]!})));
		expect((await ann.result({command: 'topology'})).edges).toHaveLength(1);
		report('Cable in again, heard after', ...times);
		for (const time of times) expect(time).toBeLessThan(2 * BACK);
		expectNothingTwice(...nodes);
	});

	test('an interface that is switched off and on is used again', async ({lab}) => {
		const {hosts, nodes} = await meeting(lab, 'ann', 'bob');
		const [ann, bob] = nodes as [HeadlessNode, HeadlessNode];
		hosts[0]!.linkDown();
		await Promise.all([untilGone(ann, bob), untilGone(bob, ann)]);
		hosts[0]!.linkUp();
		const times = await Promise.all([untilHeard(ann, bob), untilHeard(bob, ann)]);
		report('Interface on again, heard after', ...times);
		for (const time of times) expect(time).toBeLessThan(2 * BACK);
		expectNothingTwice(...nodes);
	});
});
