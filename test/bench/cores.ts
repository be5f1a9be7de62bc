/**
 * Whole nodes without a screen or a script around them.
 *
 * - `cores.mjs pair`: two in this process, so that one clock serves both: milliseconds from `publish` at the one to the
 *   `message` event at the other, and round trips of the `ping` command.
 * - `cores.mjs receiver` and `cores.mjs sender <address>`: two processes; signed messages a second from end to end.
 */
import type {Core, CoreConfig} from '../../source/api/core.ts';
import type {EventOf, NodeEvent} from '../../source/api/event.ts';
import {startLocalCore} from '../../source/core/local.ts';
import {newIdentity} from '../../source/storage/identity.ts';
import {verifySignature} from '../../source/wire/identity.ts';
import {BURST_EVENTS, type BurstResult, type PairResult} from './cores-types.ts';

const MESSAGES = 2_000;
const PINGS = 1_000;
/** Messages published in one turn of the sender, and how many may be without a receipt. */
const BATCH = 32;
const MAX_UNSETTLED = 1_024;

const config: CoreConfig = {
	name: 'bench',
	rooms: ['lobby'],
	listen: ['/ip4/127.0.0.1/tcp/0'],
	interfaces: ['lo'],
	peers: [],
	discovery: false,
	mdns: false,
	pubsub: 'gossipsub',
	discoveryPort: 9999,
	dataDirectory: undefined,
	logLevel: 'silent',
	logFile: undefined,
	forScreen: false,
	faults: false,
};

type Hear = (event: NodeEvent) => void;
type Node = {readonly core: Core; next<Type extends NodeEvent['type']>(type: Type): Promise<EventOf<Type>>};

function start(name: string, hear: Hear = () => {}): Node {
	const waiting = new Map<string, Hear>();
	const core = startLocalCore(
		{...config, name},
		{
			state: () => {},
			events: events => {
				for (const event of events) {
					hear(event);
					waiting.get(event.type)?.(event);
				}
			},
		},
	);
	return {core, next: type => new Promise(resolve => waiting.set(type, event => resolve(event as never)))};
}

/** Milliseconds of each check of one signature, as every message has one. */
function verifyTimes(): number[] {
	const identity = newIdentity();
	const bytes = new Uint8Array(150);
	const signature = identity.sign(bytes);
	return Array.from({length: MESSAGES}, () => {
		const from = performance.now();
		verifySignature(identity.publicKey, bytes, signature);
		return performance.now() - from;
	});
}

async function pair(): Promise<PairResult> {
	const [ann, bob] = [start('ann'), start('bob')];
	const [, {peerId, addresses}] = await Promise.all([ann.next('ready'), bob.next('ready')]);
	const joined = Promise.all([ann.next('member-joined'), bob.next('member-joined')]);
	ann.core.send({command: 'dial', address: addresses[0]!});
	await joined;
	const delivery: number[] = [];
	for (let index = 0; index < MESSAGES; index++) {
		const heard = bob.next('message');
		const from = performance.now();
		ann.core.send({command: 'publish', room: 'lobby', text: `message ${index}`});
		await heard;
		delivery.push(performance.now() - from);
	}
	const replied = ann.next('reply');
	ann.core.send({id: 'ping', command: 'ping', peer: peerId, count: PINGS});
	const reply = await replied;
	const rtts = reply.ok && 'rtts' in reply.result ? reply.result.rtts : [];
	const verify = verifyTimes();
	await Promise.all([ann.core.stop(), bob.core.stop()]);
	return {delivery, rtts, verify};
}

/** Prints its address, and the rate once everything has come. */
async function receive(): Promise<void> {
	let count = 0;
	let from = 0;
	const node = start('receiver', event => {
		if (event.type !== 'message') return;
		if (count++ === 0) from = performance.now();
		if (count < BURST_EVENTS) return;
		const perSecond = (BURST_EVENTS - 1) / ((performance.now() - from) / 1_000);
		console.log(JSON.stringify({perSecond} satisfies BurstResult));
	});
	const {addresses} = await node.next('ready');
	console.log(JSON.stringify({address: addresses[0]}));
}

async function send(address: string): Promise<void> {
	let settled = 0;
	const node = start('sender', event => {
		if (event.type === 'message-state' && event.storedBy === 2) settled++;
	});
	await node.next('ready');
	node.core.send({command: 'dial', address});
	await node.next('member-joined');
	for (let sent = 0; sent < BURST_EVENTS; ) {
		for (const end = sent + BATCH; sent < end; sent++) {
			node.core.send({command: 'publish', room: 'lobby', text: `did the deploy finish? message number ${sent}`});
		}
		do await new Promise(resolve => setImmediate(resolve));
		while (sent - settled > MAX_UNSETTLED);
	}
}

const [role, address = ''] = process.argv.slice(2);
if (role === 'pair') console.log(JSON.stringify(await pair()));
else if (role === 'receiver') await receive();
else await send(address);
