/**
 * A file from one node to another, disk to disk, verified, beside the programs that people use for it, in one run and on
 * one disk. BENCH_FILE_MB (1,024, or less where there is no room) says how large it is, BENCH_FILE_DIR where: a disk in
 * memory, if there is one, so that the disk is not what is measured.
 *
 * The first file meets programs that have just begun: V8 has compiled nothing yet. So a second one follows.
 */
import {createHash} from 'node:crypto';
import {
	closeSync,
	createReadStream,
	existsSync,
	mkdirSync,
	mkdtempSync,
	openSync,
	readdirSync,
	rmSync,
	statfsSync,
	writeSync,
} from 'node:fs';
import {freemem, tmpdir} from 'node:os';
import {join} from 'node:path';
import {pipeline} from 'node:stream/promises';
import {type Other, otherPrograms} from './file-others.ts';
import type {Fetched} from './file-types.ts';
import {atLeast, atMost} from './goal.ts';
import {type Part, type Place, peakMemory, type Row, ratio, type StartPart, withParts} from './shared.ts';
import {median, percentile} from './statistics.ts';

const ROUNDS = 3;
/** Milliseconds after which no further round begins. */
const LATEST_ROUND = 60_000;
const TIMEOUT = 120_000;

/** Copies there are at a time, with the file itself, and what else the machine needs. */
const COPIES = 8;
const MIN_BYTES = 16 * 1024 * 1024;

type Samples = {
	readonly bytes: number;
	readonly rates: Map<string, number[]>;
	readonly pings: number[];
	/** Of the giver and of the taker, in seconds for a gigabyte. */
	readonly cpu: {readonly giver: number; readonly taker: number}[];
	memory: number;
	sources: number;
};

export async function measureFiles(place: Place): Promise<Row[]> {
	const {base, bytes} = chooseDisk();
	const folder = mkdtempSync(join(base, 'p2p-tui-bench-'));
	const {others, stop} = await otherPrograms(folder);
	const samples: Samples = {bytes, rates: new Map(), pings: [], cpu: [], memory: 0, sources: 0};
	const begun = performance.now();
	try {
		for (let round = 0; round < ROUNDS && performance.now() - begun < LATEST_ROUND; round++) {
			const from = makeFile(folder, 'file', round, bytes);
			for (const other of others) await measureOther(other, folder, from, samples);
			await withParts(place, start => measureBare(start, folder, from, samples));
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

/** Where there is room: a disk in memory takes what the machine has free. */
function chooseDisk(): {base: string; bytes: number} {
	const wanted = Number(process.env.BENCH_FILE_MB ?? 1_024) * 1024 * 1024;
	const given = process.env.BENCH_FILE_DIR;
	const bases = given === undefined ? ['/dev/shm', tmpdir()].filter(existsSync) : [given];
	const disks = bases.map(base => {
		const {bavail, bsize} = statfsSync(base);
		const free = Math.min(bavail * bsize, base === '/dev/shm' ? freemem() : Number.POSITIVE_INFINITY);
		return {base, bytes: Math.max(MIN_BYTES, Math.min(wanted, Math.floor(free / COPIES)))};
	});
	return disks.reduce((best, other) => (other.bytes > best.bytes ? other : best));
}

/** One that does not work here is left out. */
async function measureOther({name, copy}: Other, folder: string, from: string, samples: Samples): Promise<void> {
	const to = join(folder, 'copy');
	try {
		note(samples, name, await copy(from, to));
	} catch (error) {
		process.stderr.write(`${name}: ${String(error)}\n`);
	}
	rmSync(to, {force: true});
}

async function measureBare(start: StartPart, folder: string, from: string, samples: Samples): Promise<void> {
	const [giver, taker] = [start('file-bare'), start('file-bare')];
	const to = join(folder, 'copy');
	const port = await giver.ask<number>('serve', from);
	note(samples, 'bare', await taker.askWithin<number>(TIMEOUT, 'fetch', port, to, samples.bytes));
	await same(from, to);
	rmSync(to);
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
	const pinged = addresses[0]!.split('/').at(-1)!;
	for (const [index, taker] of takers.entries()) {
		const to = join(places[index + 1]!, 'here');
		mkdirSync(to);
		const before = await cpuOf(giver, taker);
		// The first has one source, the last three.
		const fetched = await taker.askWithin<Fetched>(TIMEOUT, 'fetch', file, to, index === 0 ? pinged : '');
		note(samples, ['one', 'two', 'several'][index]!, fetched.seconds);
		if (index === 2) samples.sources = fetched.sources;
		if (index > 0) continue;
		const after = await cpuOf(giver, taker);
		const gigabytes = samples.bytes / 1e9;
		samples.cpu.push({
			giver: (after.giver - before.giver) / gigabytes,
			taker: (after.taker - before.taker) / gigabytes,
		});
		samples.memory = Math.max(samples.memory, peakMemory(taker.pid), peakMemory(giver.pid));
		samples.pings.push(...fetched.pings);
		await same(from, join(to, 'file'));
		rmSync(join(folder, 'next'), {force: true});
		const next = await giver.askWithin<string>(
			TIMEOUT,
			'offer',
			makeFile(folder, 'next', `${from} next`, samples.bytes),
		);
		note(samples, 'next', (await taker.askWithin<Fetched>(TIMEOUT, 'fetch', next, to, '')).seconds);
		rmSync(join(to, 'next'));
	}
}

async function cpuOf(giver: Part, taker: Part): Promise<{readonly giver: number; readonly taker: number}> {
	return {giver: await giver.ask<number>('cpu'), taker: await taker.ask<number>('cpu')};
}

function note({rates, bytes}: Samples, name: string, seconds: number): void {
	rates.set(name, [...(rates.get(name) ?? []), bytes / 1e6 / seconds]);
}

/** Other bytes for each `seed`: nobody is to have them already. */
function makeFile(folder: string, name: string, seed: string | number, bytes: number): string {
	const file = join(folder, name);
	const output = openSync(file, 'w');
	const block = Buffer.alloc(1024 * 1024);
	for (let at = 0; at < bytes; at += block.length) {
		createHash('shake256', {outputLength: 4_096}).update(`${seed} ${at}`).digest().copy(block);
		for (let filled = 4_096; filled < block.length; filled *= 2) block.copyWithin(filled, 0, filled);
		writeSync(output, block.subarray(0, Math.min(block.length, bytes - at)));
	}
	closeSync(output);
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
	const [one, nc, scp, bare] = [rate('one'), rate('nc'), rate('scp'), rate('bare')];
	const others = [...rates.keys()].filter(name => !['bare', 'one', 'next', 'two', 'several'].includes(name));
	const beside = [`${ratio(one, nc, 'nc', 'MB/s')}`, `${(one / scp).toFixed(2)} × scp`].join(', ');
	return [
		...others.map((name): Row => ({what: `${name}: a file, disk to disk`, value: rate(name), unit: 'MB/s'})),
		{what: 'Node: the same over TLS, hashed, and nothing else', value: bare, unit: 'MB/s'},
		{
			what: 'our nodes: the same, encrypted and verified',
			value: one,
			unit: 'MB/s',
			reference: beside,
			goal: atLeast(one / nc, 0.85, 1, '× nc'),
		},
		{
			what: '… the next file of the same two',
			value: rate('next'),
			unit: 'MB/s',
			reference: ratio(rate('next'), nc, 'nc', 'MB/s'),
		},
		{what: '… beside TLS and the hash alone', value: one / bare, unit: '×'},
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
		{
			what: '… processor seconds for a gigabyte, both ends together',
			value: median(cpu.map(({giver, taker}) => giver + taker)),
			unit: 's',
			reference: `giver ${median(cpu.map(({giver}) => giver)).toFixed(1)}, taker ${median(cpu.map(({taker}) => taker)).toFixed(1)}`,
		},
		{what: '… memory of one end, at most', value: memory, unit: 'MB'},
	];
}
