/** A room that is too large to push to everyone: gossipsub's mesh among real nodes. */
import {expect} from 'vitest';
import {MESH_HIGH} from '../../source/behaviours/gossipsub/parameters.ts';
import {connected, type HeadlessNode} from '../helpers/node-process.ts';
import {test} from './lab-test.ts';
import {expectNothingTwice, report, say} from './talk.ts';

/** More than gossipsub calls a small room. */
const NAMES = Array.from({length: 14}, (_, index) => `host${index}`);

/** Milliseconds: so many programs keep a small machine busy. */
const PATIENCE = 120_000;

test('fourteen hosts: everyone hears everything once, also when some of them crash', {timeout: 2 * PATIENCE}, async ({
	lab,
}) => {
	const hosts = await lab.hosts(lab.bridge(), ...NAMES);
	const begun = performance.now();
	const nodes: HeadlessNode[] = [];
	for (const host of hosts) {
		nodes.push(host.start());
		await nodes.at(-1)!.ready;
	}
	await connected(nodes, PATIENCE);
	report('Fourteen hosts, everyone connected to everyone after', performance.now() - begun);
	for (const node of nodes) await say(node, ...nodes.filter(other => other !== node));

	const stats = await Promise.all(nodes.map(node => node.result({command: 'stats'})));
	const rooms = stats.map(({pubsub}) => pubsub!.rooms.find(({room}) => room === 'lobby')!);
	expect(stats.map(({pubsub}) => pubsub!.router)).toEqual(nodes.map(() => 'gossipsub'));
	expect(rooms.map(({members}) => members)).toEqual(nodes.map(() => nodes.length - 1));
	expect(Math.max(...rooms.map(({mesh}) => mesh))).toBeLessThanOrEqual(MESH_HIGH);
	const sum = (field: 'mesh' | 'delivered' | 'duplicates') => rooms.reduce((total, room) => total + room[field], 0);
	const copies = sum('duplicates') / sum('delivered');
	console.log(`${sum('mesh') / rooms.length} others in a mesh, ${copies.toFixed(2)} copies beyond the first`);

	const [crashed, left] = [nodes.slice(0, 4), nodes.slice(4)];
	for (const node of crashed) node.kill('SIGKILL');
	for (const node of left) await say(node, ...left.filter(other => other !== node));
	expectNothingTwice(...left);
});
