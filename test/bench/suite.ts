/** The parts of the benchmark, one after the other, and their table. */
import os from 'node:os';
import {measureDurable} from './durable.ts';
import {measureFiles} from './files.ts';
import {measureIdle} from './idle.ts';
import {measureLateJoiner} from './late-joiner.ts';
import {measureDials, measureRates, measureRoundTrips} from './network.ts';
import {measureEvents, measureStart} from './nodes.ts';
import {measureDelivery, measureMesh, measureStream} from './pubsub.ts';
import {measureKeys, measureKeysWithHistory, measureStartOfScreen} from './screen.ts';
import {measureFrames, measureHour} from './screen-frames.ts';
import {measureIdleScreen} from './screen-idle.ts';
import {CAN_PIN, type Place, type Row} from './shared.ts';
import {measureStartWithHistory} from './start-with-history.ts';
import {measureStorage} from './storage.ts';
import {formatTable} from './table.ts';
import {measurePages} from './watched-pages.ts';
import {measureWatching} from './watching.ts';

type PartOfSuite = {readonly name: string; readonly run: (place: Place) => Promise<readonly Row[]>};

const PARTS: readonly PartOfSuite[] = [
	{name: 'echo', run: measureRoundTrips},
	{name: 'dial', run: measureDials},
	{name: 'rate', run: measureRates},
	{name: 'delivery', run: measureDelivery},
	{name: 'mesh', run: measureMesh},
	{name: 'stream', run: measureStream},
	{name: 'files', run: measureFiles},
	{name: 'durable', run: measureDurable},
	{name: 'joiner', run: measureLateJoiner},
	{name: 'idle', run: measureIdle},
	{name: 'watching', run: measureWatching},
	{name: 'pages', run: measurePages},
	{name: 'events', run: measureEvents},
	{name: 'start', run: measureStart},
	{name: 'screen', run: measureStartOfScreen},
	{name: 'keys', run: measureKeys},
	{name: 'frames', run: measureFrames},
	{name: 'hour', run: measureHour},
	{name: 'quiet', run: measureIdleScreen},
	// A minute or so each: they make a million events.
	{name: 'storage', run: measureStorage},
	{name: 'history', run: measureStartWithHistory},
	{name: 'keys-history', run: measureKeysWithHistory},
];

/** Seconds after which no further part is begun: on a machine that is busy with other things figures mean little anyway. */
const LATEST_START = 300;

export async function runSuite({parts, ...place}: Place & {readonly parts: readonly string[]}) {
	const rows: Row[] = [];
	const started = performance.now();
	for (const part of PARTS) {
		if (parts.length > 0 && !parts.includes(part.name)) continue;
		if (performance.now() - started > LATEST_START * 1_000) {
			rows.push({what: part.name, value: Number.NaN, unit: 'ms', reference: 'left out: it took too long to get here'});
			continue;
		}
		process.stderr.write(`${part.name} …\n`);
		rows.push(...(await runPart(part, place)));
	}
	const seconds = Math.round((performance.now() - started) / 100) / 10;
	const machine = `${os.cpus().length} cores, ${os.cpus()[0]?.model ?? 'unknown processor'}, Node ${process.versions.node}`;
	const pinning = CAN_PIN ? '' : '; nothing is pinned here, so round trips vary with who sleeps';
	console.log(`${formatTable(rows)}\n\n${machine}; ${seconds} s; load ${os.loadavg()[0]?.toFixed(1)}${pinning}`);
	return {machine, seconds, load: os.loadavg(), date: new Date().toISOString(), isPinned: CAN_PIN, rows};
}

/** What fails costs its rows and nobody else's. */
async function runPart({name, run}: PartOfSuite, place: Place): Promise<readonly Row[]> {
	try {
		return await run(place);
	} catch (error) {
		return [{what: name, value: Number.NaN, unit: 'ms', reference: `failed: ${String(error).split('\n')[0]}`}];
	}
}
