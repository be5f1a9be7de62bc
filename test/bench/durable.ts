/** Whole nodes that keep what they say and hear on disk: nothing is acknowledged before it is there. */
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {atLeast, atMost} from './goal.ts';
import {countOf, figure, type Place, type Row, ratio, withParts} from './shared.ts';
import {median} from './statistics.ts';

const ROUNDS = 3;
const CORE = 0;
const DELIVERIES = 600;
const STREAM = countOf(16_000);
/** What js-libp2p's GossipSub does, signed and not durable, where this was last measured with care: a second. */
const LIBP2P_RATE = 8_700;

type Delivery = {readonly p50: number; readonly p99: number};
type Kind = 'disk' | 'memory';
const KINDS: readonly Kind[] = ['memory', 'disk'];

/** Rounds with and without a disk alternate. */
export async function measureDurable(place: Place): Promise<Row[]> {
	const deliveries: Record<Kind, Delivery[]> = {disk: [], memory: []};
	const rates: Record<Kind, number[]> = {disk: [], memory: []};
	for (let round = 0; round < ROUNDS; round++) {
		for (const kind of KINDS) {
			deliveries[kind].push(await withPlace(kind, args => delivery(place, args)));
			rates[kind].push(await withPlace(kind, args => stream(place, args)));
		}
	}
	const of = (kind: Kind, part: keyof Delivery) => median(deliveries[kind].map(each => each[part]));
	const [rate, inMemory] = [median(rates.disk), median(rates.memory)];
	return [
		{
			what: 'signed messages from node to node, two processes, on disk at both',
			value: rate,
			unit: '/s',
			reference: `${ratio(rate, inMemory, 'in memory', '/s')}; js-libp2p, not durable: ${figure(LIBP2P_RATE)} /s`,
			goal: atLeast(rate, 17_000, 30_000, '/s'),
		},
		{
			what: 'publish → delivered, two nodes, on disk at both, p50',
			value: of('disk', 'p50'),
			unit: 'ms',
			pinned: true,
			reference: ratio(of('disk', 'p50'), of('memory', 'p50'), 'in memory', 'ms'),
			goal: atMost(of('disk', 'p50'), 0.12, 0.08, 'ms'),
		},
		{
			what: 'publish → delivered, the same, p99',
			value: of('disk', 'p99'),
			unit: 'ms',
			pinned: true,
			reference: ratio(of('disk', 'p99'), of('memory', 'p99'), 'in memory', 'ms'),
			goal: atMost(of('disk', 'p99'), 1, 0.5, 'ms'),
		},
	];
}

type Arguments = (who: string) => readonly string[];

async function withPlace<Result>(kind: Kind, use: (args: Arguments) => Promise<Result>): Promise<Result> {
	const directory = mkdtempSync(join(tmpdir(), 'p2p-tui-bench-'));
	try {
		return await use(who => ['gossipsub', ...(kind === 'disk' ? [join(directory, who)] : [])]);
	} finally {
		rmSync(directory, {recursive: true, force: true});
	}
}

function delivery(place: Place, args: Arguments): Promise<Delivery> {
	return withParts(place, async start => {
		const both = start('node', args('both'), CORE);
		await both.ask('start', 2);
		await both.ask('deliver', DELIVERIES / 10);
		return both.ask<Delivery>('deliver', DELIVERIES);
	});
}

function stream(place: Place, args: Arguments): Promise<number> {
	return withParts(place, async start => {
		const [sender, receiver] = [start('node', args('sender')), start('node', args('receiver'))];
		const [address] = await Promise.all([receiver.ask<string>('start', 1), sender.ask('start', 1)]);
		await sender.ask('dial', address);
		await receiver.ask('company', 1);
		const received = receiver.ask<number>('receive', STREAM);
		const [rate] = await Promise.all([received, sender.ask('send', STREAM)]);
		return rate;
	});
}
