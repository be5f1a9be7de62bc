/** What other programs may send to the discovery port of a running node. Loopback only. */
import {randomBytes} from 'node:crypto';
import {createSocket, type Socket} from 'node:dgram';
import {once} from 'node:events';
import {afterEach, beforeEach, expect, test} from 'vitest';
import {encodeAnnouncement} from '../../source/wire/announcement.ts';
import {connected, disposeNodes, freeUdpPort, type HeadlessNode, spawnNode} from '../helpers/node-process.ts';

const BROADCAST = '127.255.255.255';
/** Datagrams sent before the node is asked for an answer. */
const BURST = 10;

let socket: Socket;
let node: HeadlessNode;
let discoveryPort: number;

beforeEach(async () => {
	socket = createSocket('udp4').bind(0, '127.0.0.1');
	await once(socket, 'listening');
	socket.setBroadcast(true);
	discoveryPort = await freeUdpPort();
	node = spawnNode('ann', {discoveryPort});
	await node.ready;
});

afterEach(async () => {
	socket.close();
	await disposeNodes();
});

function send(bytes: Uint8Array, host: string): Promise<void> {
	return new Promise((resolve, reject) => {
		socket.send(bytes, discoveryPort, host, error => (error ? reject(error) : resolve()));
	});
}

const counters = async () => (await node.result({command: 'stats'})).counters;
const total = (counts: Readonly<Record<string, number>>) =>
	Object.values(counts).reduce((sum, count) => sum + count, 0);

/** The node, seen by a newcomer: it hears, answers, connects and chats as ever. */
async function expectWell(): Promise<void> {
	const bob = spawnNode('bob', {discoveryPort});
	await connected([node, bob]);
	await bob.publish('still there?');
	await node.hears('still there?');
}

const announcement = encodeAnnouncement({
	peer: '12D3KooWGC6TvWhfapngX6wvJHMYvKpDMXPb3ZnCZ6dMoaMtimQ5',
	instance: '00'.repeat(16),
	port4: 4001,
	port6: undefined,
	wantsAnswer: true,
	leaving: false,
});

const junk: readonly (readonly [string, readonly Uint8Array[]])[] = [
	['empty ones', [new Uint8Array(0)]],
	['JSON of other programs', [Buffer.from('{"type":"hello","port":9999}'), Buffer.from('M-SEARCH * HTTP/1.1\r\n\r\n')]],
	['random bytes', Array.from({length: 200}, (_, index) => randomBytes(index * 6))],
	['the largest that UDP carries', [Buffer.alloc(65_507), randomBytes(65_507)]],
	['ones just above our limit', [Buffer.alloc(1_201)]],
	['announcements cut short', Array.from({length: announcement.length - 1}, (_, end) => announcement.slice(0, end))],
	['announcements with more behind them', [Buffer.concat([announcement, announcement])]],
];

test.each(junk)('row 19: %s are counted, and the node runs on', async (_, datagrams) => {
	const before = total(await counters());
	for (const [index, datagram] of datagrams.entries()) {
		for (const host of ['127.0.0.1', BROADCAST]) await send(datagram, host);
		// The system keeps only so many that were not read: an answer shows that the node keeps up.
		if (index % BURST === BURST - 1) await counters();
	}
	// The node reads what was sent before, in order: once it knows this stranger, it has seen the rest.
	do {
		await send(announcement, BROADCAST);
		await counters();
	} while (node.all('peer-discovered').length === 0);
	expect(total(await counters()) - before).toBeGreaterThanOrEqual(datagrams.length);
	expect(node.all('peer-discovered').length).toBe(1);
	await expectWell();
});
