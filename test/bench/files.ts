/**
 * A file from one node to another, disk to disk, verified, beside the programs that people use for it, in one run and on
 * one disk. BENCH_FILE_MB (1,024) says how large it is, BENCH_FILE_DIR where: a disk in memory, if there is one, so that the
 * disk is not what is measured.
 */
import {createHash} from 'node:crypto';
import {createReadStream, existsSync, mkdirSync, mkdtempSync, openSync, readdirSync, rmSync, writeSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {pipeline} from 'node:stream/promises';
import {otherPrograms} from './file-others.ts';
import type {Fetched} from './file-types.ts';
import {atLeast, atMost} from './goal.ts';
import {type Part, type Place, peakMemory, type Row, ratio, type StartPart, withParts} from './shared.ts';
import {median, percentile} from './statistics.ts';

const ROUNDS = 3;
const TIMEOUT = 300_000;
const BYTES = Number(process.env.BENCH_FILE_MB ?? 1_024) * 1024 * 1024;

type Samples = {
	readonly rates: Map<string, number[]>;
	readonly pings: number[];
	readonly cpu: number[];
	memory: number;
	sources: number;
};

export async function measureFiles(place: Place): Promise<Row[]> {
	const base = process.env.BENCH_FILE_DIR ?? (existsSync('/dev/shm') ? '/dev/shm' : tmpdir());
	const folder = mkdtempSync(join(base, 'p2p-tui-bench-'));
	const {others, stop} = await otherPrograms(folder);
	const samples: Samples = {rates: new Map(), pings: [], cpu: [], memory: 0, sources: 0};
	try {
		for (let round = 0; round < ROUNDS; round++) {
			const from = makeFile(folder, round);
			for (const {name, copy} of others) {
				const to = join(folder, 'copy');
				note(samples, name, await timed(() => copy(from, to)));
				rmSync(to, {force: true});
			}
			await withParts(place, start => measureOurs(start, folder, from, samples));
			for (const name of readdirSync(folder))
				if (name.startsWith('round-')) rmSync(join(folder, name), {recursive: true});
		}
	} finally {
		await stop();
		rmSync(folder, {recursive: true, force: true});
	}
	return rows(samples);
}

async function measureOurs(start: StartPart, folder: string, from: string, samples: Samples): Promise<void> {
	const nodes = [0, 1, 2, 3].map(() => start('file-node'));
	const places = nodes.map((_, index) => join(mkdtempSync(join(folder, 'round-')), `node ${index}`));
	const addresses: string[] = [];
	for (const [index, node] of nodes.entries()) {
		mkdirSync(places[index]!, {recursive: true});
		addresses.push(await node.ask<string>('start', places[index]!, join(places[index]!, 'profile')));
	}
	const [giver, ...takers] = nodes as [Part, Part, Part, Part];
	for (const [index, node] of nodes.entries())
		for (const other of addresses.slice(0, index)) await node.ask('dial', other);
	const file = await giver.askWithin<string>(TIMEOUT, 'offer', from);
	for (const [index, taker] of takers.entries()) {
		const before = await cpuOf([giver, taker]);
		// The first has one source, the last three.
		const pinged = index === 0 ? addresses[0]!.split('/').at(-1)! : '';
		const to = join(places[index + 1]!, 'here');
		mkdirSync(to);
		const {seconds, pings, sources} = await taker.askWithin<Fetched>(TIMEOUT, 'fetch', file, to, pinged);
		if (index === 0) {
			samples.cpu.push(((await cpuOf([giver, taker])) - before) / (BYTES / 1e9));
			samples.memory = Math.max(samples.memory, peakMemory(taker.pid), peakMemory(giver.pid));
			await same(from, join(to, 'file'));
		}
		samples.pings.push(...pings);
		if (index === 2) samples.sources = sources;
		note(samples, ['one', 'two', 'several'][index]!, seconds);
	}
}

async function cpuOf(parts: readonly Part[]): Promise<number> {
	let seconds = 0;
	for (const part of parts) seconds += await part.ask<number>('cpu');
	return seconds;
}

async function timed(act: () => Promise<void>): Promise<number> {
	const from = performance.now();
	await act();
	return (performance.now() - from) / 1_000;
}

function note({rates}: Samples, name: string, seconds: number): void {
	rates.set(name, [...(rates.get(name) ?? []), BYTES / 1e6 / seconds]);
}

/** Other bytes in each round: nobody is to have them already. */
function makeFile(folder: string, round: number): string {
	const file = join(folder, 'file');
	const output = openSync(file, 'w');
	const block = Buffer.alloc(1024 * 1024);
	for (let at = 0; at < BYTES; at += block.length) {
		createHash('shake256', {outputLength: 4_096}).update(`${round} ${at}`).digest().copy(block);
		for (let filled = 4_096; filled < block.length; filled *= 2) block.copyWithin(filled, 0, filled);
		writeSync(output, block);
	}
	return file;
}

async function same(...files: readonly string[]): Promise<void> {
	const digests = new Set<string>();
	for (const file of files) {
		const hash = createHash('sha256');
		await pipeline(createReadStream(file), hash);
		digests.add(hash.digest('hex'));
	}
	if (digests.size > 1) throw new Error('what arrived is not what was offered');
}

function rows({rates, pings, cpu, memory, sources}: Samples): Row[] {
	const rate = (name: string) => median(rates.get(name) ?? []);
	const [one, nc, scp] = [rate('one'), rate('nc'), rate('scp')];
	const others = [...rates.keys()].filter(name => !['one', 'two', 'several'].includes(name));
	const beside = [`${ratio(one, nc, 'nc', 'MB/s')}`, `${(one / scp).toFixed(2)} × scp`].join(', ');
	return [
		...others.map((name): Row => ({what: `${name}: a file, disk to disk`, value: rate(name), unit: 'MB/s'})),
		{
			what: 'our nodes: the same, encrypted and verified',
			value: one,
			unit: 'MB/s',
			reference: beside,
			goal: atLeast(one / nc, 0.85, 1, '× nc'),
		},
		{what: '… beside scp', value: one / scp, unit: '×', goal: atLeast(one / scp, 2.5, 2.5, '× scp')},
		{
			what: `… from ${sources} sources at once`,
			value: rate('several'),
			unit: 'MB/s',
			reference: ratio(rate('several'), one, 'one source', 'MB/s'),
			goal: atLeast(rate('several') / one, 1, 1, '× one source'),
		},
		{
			what: '… ping meanwhile, p99',
			value: percentile(pings, 0.99),
			unit: 'ms',
			reference: `p50 ${median(pings).toFixed(2)} ms, ${pings.length} of them`,
			goal: atMost(percentile(pings, 0.99), 5, 2, 'ms'),
		},
		{what: '… processor seconds for a gigabyte, both ends together', value: median(cpu), unit: 's'},
		{what: '… memory of one end, at most', value: memory, unit: 'MB'},
	];
}
