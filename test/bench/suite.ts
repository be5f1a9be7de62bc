/** The parts of the benchmark, one after the other, and their table. */
import os from 'node:os';
import {measureCores, measureLink, measureThroughput} from './network.ts';
import {measureEvents, measureStart} from './nodes.ts';
import {measureKeys, measureStartOfScreen} from './screen.ts';
import type {Place, Row} from './shared.ts';
import {formatTable} from './table.ts';

type Part = {readonly name: string; readonly run: (place: Place) => Promise<readonly Row[]>};

const PARTS: readonly Part[] = [
	{name: 'link', run: measureLink},
	{name: 'throughput', run: measureThroughput},
	{name: 'cores', run: measureCores},
	{name: 'events', run: measureEvents},
	{name: 'start', run: measureStart},
	{name: 'screen', run: measureStartOfScreen},
	{name: 'keys', run: measureKeys},
];

export async function runSuite({parts, ...place}: Place & {readonly parts: readonly string[]}) {
	const rows: Row[] = [];
	const started = performance.now();
	for (const {name, run} of PARTS) {
		if (parts.length > 0 && !parts.includes(name)) continue;
		process.stderr.write(`${name} …\n`);
		rows.push(...(await run(place)));
	}
	const seconds = Math.round((performance.now() - started) / 100) / 10;
	const machine = `${os.cpus().length} cores, ${os.cpus()[0]?.model ?? 'unknown processor'}, Node ${process.versions.node}`;
	console.log(`${formatTable(rows)}\n\n${machine}; ${seconds} s; load ${os.loadavg()[0]?.toFixed(1)}`);
	return {machine, seconds, load: os.loadavg(), date: new Date().toISOString(), rows};
}
