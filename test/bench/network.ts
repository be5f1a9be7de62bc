/**
 * Two ends of one connection, beside raw TCP, raw TLS and js-libp2p.
 *
 * NOTES. Round trips and dials are measured with both ends on one core: across two cores they take either of two times,
 * depending on which core has fallen asleep, and no ratio of such figures means anything. Each kind has processes of its
 * own, so that no heap disturbs another; they take turns.
 */
import {atLeast, atMost} from './goal.ts';
import type {Kind, Ports, Task} from './link-types.ts';
import {figure, type Part, type Place, type Row, ratio, type StartPart, withParts} from './shared.ts';
import {median} from './statistics.ts';

const LATENCY_ROUNDS = 5;
const RATE_ROUNDS = 3;
const CORE = 0;

type Contestant = {readonly name: string; round(): Promise<number>};

/** The median round of each, by name; the first round warms everything up. */
async function compare(contestants: readonly Contestant[], rounds: number): Promise<ReadonlyMap<string, number>> {
	const results = new Map<string, number[]>(contestants.map(({name}) => [name, []]));
	for (let index = 0; index <= rounds; index++) {
		for (const {name, round} of contestants) {
			const result = await round();
			if (index > 0) results.get(name)!.push(result);
		}
	}
	return new Map([...results].map(([name, values]) => [name, median(values)]));
}

async function startLink(start: StartPart, core?: number): Promise<{client: Part; ports: Ports}> {
	const server = start('link', ['server'], core);
	const ports = await server.ask<Ports>('ports');
	return {client: start('link', ['client', JSON.stringify(ports)], core), ports};
}

const linkContestants = (client: Part, task: Task): Contestant[] =>
	(['tcp', 'tls', 'ours'] satisfies Kind[]).map(kind => ({name: kind, round: () => client.ask<number>(task, kind)}));

/** A client and the address of its server; or why there is none. */
async function startLibp2p(start: StartPart): Promise<{client: Part; address: string} | string> {
	try {
		const [server, client] = [start('node', ['libp2p'], CORE), start('node', ['libp2p'], CORE)];
		const address = await server.ask<string>('start', 1);
		await client.ask('start', 1);
		return {client, address};
	} catch (error) {
		return describe(error);
	}
}

const describe = (error: unknown): string => (error instanceof Error ? error.message : String(error)).split('\n')[0]!;

/** A row for js-libp2p; why there is no figure, if there is none. */
function libp2pRow(what: string, unit: Row['unit'], value: number | undefined, absent: string, beside: string): Row {
	if (value === undefined) return {what: `js-libp2p: ${what}`, value: Number.NaN, unit, reference: absent};
	return {what: `js-libp2p: ${what}`, value, unit, reference: beside, pinned: true};
}

export function measureRoundTrips(place: Place): Promise<Row[]> {
	return withParts(place, async start => {
		const {client} = await startLink(start, CORE);
		const [far, near] = [start('node', ['gossipsub'], CORE), start('node', ['gossipsub'], CORE)];
		const address = await far.ask<string>('start', 1);
		await near.ask('start', 1);
		await near.ask('dial', address);
		const libp2p = await startLibp2p(start);
		const contestants = [...linkContestants(client, 'echo'), {name: 'cores', round: () => near.ask<number>('ping')}];
		if (typeof libp2p !== 'string') {
			await libp2p.client.ask('dial', libp2p.address);
			contestants.push({name: 'libp2p', round: () => libp2p.client.ask<number>('ping')});
		}
		return roundTripRows(await compare(contestants, LATENCY_ROUNDS), typeof libp2p === 'string' ? libp2p : '');
	});
}

function roundTripRows(results: ReadonlyMap<string, number>, absent: string): Row[] {
	const [tcp, tls, ours, cores] = ['tcp', 'tls', 'ours', 'cores'].map(name => results.get(name)!) as [
		number,
		number,
		number,
		number,
	];
	const libp2p = results.get('libp2p');
	const beside = (value: number) => `${ratio(value, tcp, 'raw TCP', 'µs')}, ${(value / tls).toFixed(2)} × raw TLS`;
	return [
		{what: 'raw TCP: 64 B there and back, p50', value: tcp, unit: 'µs', pinned: true},
		{what: 'raw TLS 1.3: the same', value: tls, unit: 'µs', pinned: true, reference: ratio(tls, tcp, 'raw TCP', 'µs')},
		{
			what: 'our connection: the same, framed, decoded, encoded',
			value: ours,
			unit: 'µs',
			pinned: true,
			reference: beside(ours),
			goal: atMost(ours / tcp, 1.45, 1.35, '× raw TCP'),
		},
		{
			what: 'ping between two nodes, core to core',
			value: cores,
			unit: 'µs',
			pinned: true,
			reference: beside(cores),
			goal: atMost(cores / tcp, 1.45, 1.35, '× raw TCP'),
		},
		libp2pRow('64 B there and back over a stream', 'µs', libp2p, absent, beside(libp2p ?? Number.NaN)),
	];
}

export function measureDials(place: Place): Promise<Row[]> {
	return withParts(place, async start => {
		const {client} = await startLink(start, CORE);
		const libp2p = await startLibp2p(start);
		const contestants = linkContestants(client, 'hello');
		if (typeof libp2p !== 'string') {
			contestants.push({name: 'libp2p', round: () => libp2p.client.ask<number>('hello', libp2p.address)});
		}
		const results = await compare(contestants, LATENCY_ROUNDS);
		const strangers = await measureStrangers(place);
		return dialRows(results, strangers, typeof libp2p === 'string' ? libp2p : '');
	});
}

/** Fresh processes each time: whoever has met once is remembered. */
async function measureStrangers(place: Place): Promise<number> {
	const rounds: number[] = [];
	for (let round = 0; round < RATE_ROUNDS; round++) {
		rounds.push(
			await withParts(place, async start => {
				const {client} = await startLink(start, CORE);
				// What Node compiles at the first handshakes is not what is asked for.
				await client.ask('hello', 'ours');
				return client.ask<number>('stranger', 'ours');
			}),
		);
	}
	return median(rounds);
}

function dialRows(results: ReadonlyMap<string, number>, strangers: number, absent: string): Row[] {
	const [tcp, tls, ours] = ['tcp', 'tls', 'ours'].map(name => results.get(name)!) as [number, number, number];
	const libp2p = results.get('libp2p');
	const beside = (value: number) => ratio(value, tls, 'raw TLS', 'ms');
	return [
		{what: 'raw TCP: connect → first bytes', value: tcp, unit: 'ms', pinned: true},
		{
			what: 'raw TLS 1.3: the same',
			value: tls,
			unit: 'ms',
			pinned: true,
			reference: ratio(tls, tcp, 'raw TCP', 'ms'),
		},
		{
			what: 'our dial → identity proved, first message decoded',
			value: ours,
			unit: 'ms',
			pinned: true,
			reference: beside(ours),
			goal: atMost(ours, 1, 0.6, 'ms'),
		},
		{
			what: 'the same to a peer never met before',
			value: strangers,
			unit: 'ms',
			pinned: true,
			reference: beside(strangers),
			goal: atMost(strangers, 1, 0.6, 'ms'),
		},
		libp2pRow('dial → first echo', 'ms', libp2p, absent, beside(libp2p ?? Number.NaN)),
	];
}

export function measureRates(place: Place): Promise<Row[]> {
	return withParts(place, async start => {
		const {client} = await startLink(start);
		const results = async (task: Task) => {
			const medians = await compare(linkContestants(client, task), RATE_ROUNDS);
			return ['tcp', 'tls', 'ours'].map(name => medians.get(name)!) as [number, number, number];
		};
		return [...bulkRows(await results('bulk')), ...chatRows(await results('chat'))];
	});
}

function bulkRows([tcp, tls, ours]: readonly [number, number, number]): Row[] {
	return [
		{what: 'raw TCP: bulk one way', value: tcp, unit: 'MB/s'},
		{what: 'raw TLS 1.3: the same', value: tls, unit: 'MB/s', reference: ratio(tls, tcp, 'raw TCP', 'MB/s')},
		{
			what: 'our connection: frames of 16 KiB one way',
			value: ours,
			unit: 'MB/s',
			reference: ratio(ours, tls, 'raw TLS', 'MB/s'),
			goal: {
				...atLeast(ours / tls, 0.95, 0.95, '× raw TLS'),
				text: '≥ 0.95 × raw TLS (0.65 × raw TCP)',
				stretch: (0.65 * tcp) / tls,
			},
		},
	];
}

function chatRows([tcp, tls, ours]: readonly [number, number, number]): Row[] {
	return [
		{what: 'raw TCP: frames of chat messages one way, not decoded', value: tcp, unit: '/s'},
		{what: 'raw TLS 1.3: the same', value: tls, unit: '/s', reference: ratio(tls, tcp, 'raw TCP', '/s')},
		{
			what: 'our connection: encoded, encrypted, decoded',
			value: ours,
			unit: '/s',
			reference: `${ratio(ours, tls, 'raw TLS', '/s')}; ${figure(1e6 / ours)} µs each`,
			goal: atLeast(ours, 1_000_000, 2_500_000, '/s'),
		},
	];
}
