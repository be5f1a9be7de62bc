/**
 * Two ends of one connection, beside raw TCP and raw TLS; and two whole cores.
 *
 * NOTES. Round trips are measured with both ends on one core: across two cores they take either of two times, depending
 * on which core has fallen asleep, and no ratio of such figures means anything.
 */
import type {BurstResult, PairResult} from './cores-types.ts';
import type {LinkResults, Ports, Task} from './link-types.ts';
import {CAN_PIN, end, firstLine, jsonLines, type Place, type Row, ratio, startPart} from './shared.ts';
import {median, percentile} from './statistics.ts';

const LINK_ROUNDS = 5;
const SINK_ROUNDS = 3;

async function runLink(place: Place, task: Task, rounds: number, core?: number): Promise<LinkResults> {
	const server = startPart(place, 'link', ['server'], core);
	try {
		const ports = await firstLine<Ports>(server);
		const client = startPart(place, 'link', ['client', task, JSON.stringify(ports), String(rounds)], core);
		return await firstLine<LinkResults>(client);
	} finally {
		await end(server);
	}
}

export async function measureLink(place: Place): Promise<Row[]> {
	const echo = await runLink(place, 'echo', LINK_ROUNDS, 0);
	const hello = await runLink(place, 'hello', LINK_ROUNDS, 0);
	const pinned = CAN_PIN ? 'one core' : 'not pinned';
	const [tcp, tls, ours] = [echo.tcp, echo.tls, echo.ours].map(median) as [number, number, number];
	const [tcpHello, tlsHello, ourHello] = [hello.tcp, hello.tls, hello.ours].map(median) as [number, number, number];
	return [
		{what: `raw TCP, 64 B there and back, p50 (${pinned})`, value: tcp, unit: 'µs'},
		{what: 'raw TLS 1.3, the same', value: tls, unit: 'µs', reference: ratio(tls, tcp, 'raw TCP', 'µs')},
		{
			what: 'encrypted round trip: frame, msgpack, validation',
			value: ours,
			unit: 'µs',
			reference: `${ratio(ours, tcp, 'raw TCP', 'µs')}, ${(ours / tls).toFixed(2)} × raw TLS`,
			goal: '≤ 1.45 × raw TCP (1.35)',
		},
		{what: 'raw TCP, connect → first bytes', value: tcpHello, unit: 'ms'},
		{
			what: 'raw TLS, connect → first bytes',
			value: tlsHello,
			unit: 'ms',
			reference: ratio(tlsHello, tcpHello, 'raw TCP', 'ms'),
		},
		{
			what: 'dial → certificate proved, first message decoded',
			value: ourHello,
			unit: 'ms',
			reference: ratio(ourHello, tlsHello, 'raw TLS', 'ms'),
			goal: '≤ 1.0 ms (0.6)',
		},
	];
}

export async function measureThroughput(place: Place): Promise<Row[]> {
	const sink = await runLink(place, 'sink', SINK_ROUNDS);
	const [tcp, tls, ours] = [sink.tcp, sink.tls, sink.ours].map(median) as [number, number, number];
	return [
		{what: 'raw TCP, framed chat messages one way', value: tcp, unit: '/s'},
		{what: 'raw TLS, the same', value: tls, unit: '/s', reference: ratio(tls, tcp, 'raw TCP', '/s')},
		{
			what: 'chat messages one way: encoded, encrypted, decoded',
			value: ours,
			unit: '/s',
			reference: `${ratio(ours, tcp, 'raw TCP', '/s')}, ${(ours / tls).toFixed(2)} × raw TLS`,
			goal: '≥ 1,000,000 /s (2,500,000)',
		},
	];
}

/** Two whole nodes: in one process, for one clock; then in two, for the rate. */
export async function measureCores(place: Place): Promise<Row[]> {
	const child = startPart(place, 'cores', ['pair'], 0);
	const {delivery, rtts, verify} = await firstLine<PairResult>(child);
	await end(child);
	const delivered = delivery.slice(delivery.length / 10);
	const oneCheck = median(verify) * 1_000;
	const rate = median([await burst(place), await burst(place), await burst(place)]);
	return [
		{what: 'Ed25519: one signature checked', value: oneCheck, unit: 'µs'},
		{what: 'ping between two nodes in one process, p50', value: median(rtts) * 1_000, unit: 'µs'},
		{
			what: 'publish → delivered, two nodes in one process, p50',
			value: percentile(delivered, 0.5),
			unit: 'ms',
			goal: '≤ 0.12 ms (0.08)',
		},
		{what: 'publish → delivered, the same, p99', value: percentile(delivered, 0.99), unit: 'ms', goal: '≤ 1 ms (0.5)'},
		{
			what: 'signed messages from node to node, two processes',
			value: rate,
			unit: '/s',
			reference: ratio(rate, 1e6 / oneCheck, 'what one thread can check', '/s'),
			goal: '≥ 17,000 /s durable (100,000)',
		},
	];
}

async function burst(place: Place): Promise<number> {
	const receiver = startPart(place, 'cores', ['receiver']);
	const lines = jsonLines(receiver);
	const {address} = (await lines.next()) as {address: string};
	const sender = startPart(place, 'cores', ['sender', address]);
	const {perSecond} = (await lines.next()) as BurstResult;
	await Promise.all([end(receiver), end(sender)]);
	return perSecond;
}
