/** What a scenario came to: figures, and a table of them. */
import {quantile} from './recorder.ts';
import type {ScenarioOptions, ScenarioResult} from './scenario.ts';

export type Report = {
	readonly seed: number;
	readonly pubsub: string;
	readonly nodes: number;
	/** Mean and most open connections of a node at the end. */
	readonly connections: {readonly mean: number; readonly max: number};
	/** Virtual milliseconds until all nodes were one network: at first, and after the faults. */
	readonly convergedAfter: number;
	readonly healedAfter?: number;
	/** Per cent of the deliveries that were due, by phase. */
	readonly delivery: {readonly whole: number; readonly faults?: number; readonly healed?: number};
	/** Copies of a message that reached a node, beyond the first: the mean. */
	readonly redundancy: number;
	/** Links that a message had gone over when it first reached a node. */
	readonly hops: {readonly mean: number; readonly max: number; readonly histogram: readonly number[]};
	/** Virtual milliseconds from publishing to first deliveries, while nothing was broken. */
	readonly latency: {readonly p50: number; readonly p99: number; readonly max: number};
	/** Bytes that a node sent, on average: messages, the upkeep of rooms and meshes, and everything else. */
	readonly bytesPerNode: {readonly payload: number; readonly control: number; readonly other: number};
	readonly virtualSeconds: number;
	readonly steps: number;
	readonly realSeconds: number;
	/** Seconds that a core worked for it. */
	readonly cpuSeconds: number;
	/** MiB in use by the process at the end. */
	readonly memory: number;
	/** Equal for equal runs. */
	readonly digest: string;
};

export function reportOn(options: ScenarioOptions, result: ScenarioResult, realSeconds: number): Report {
	const {simulation, recorder, convergedAfter, healedAfter, delivered} = result;
	const {nodes} = simulation;
	const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
	const degrees = simulation.alive().map(node => node.ends.size);
	const publishesIn = nodes.reduce((sum, {traffic}) => sum + traffic.publishesIn, 0);
	const latencies = recorder.latencies.toSorted((a, b) => a - b);
	const histogram = Array.from(recorder.hops, count => count ?? 0);
	const hopSum = histogram.reduce((sum, count, hops) => sum + count * hops, 0);
	const part = ({due, done}: {due: number; done: number}) => (due === 0 ? 100 : (100 * done) / due);
	return {
		seed: options.seed,
		pubsub: options.pubsub,
		nodes: nodes.length,
		connections: {mean: mean(degrees), max: degrees.reduce((most, degree) => Math.max(most, degree), 0)},
		convergedAfter,
		...(healedAfter !== undefined && {healedAfter}),
		delivery: {
			whole: part(delivered.whole),
			...(healedAfter !== undefined && {faults: part(delivered.faults), healed: part(delivered.healed)}),
		},
		redundancy: (publishesIn - recorder.deliveries) / recorder.deliveries,
		hops: {mean: hopSum / recorder.deliveries, max: histogram.length - 1, histogram},
		latency: {p50: quantile(latencies, 0.5), p99: quantile(latencies, 0.99), max: latencies.at(-1) ?? Number.NaN},
		bytesPerNode: {
			payload: mean(nodes.map(({traffic}) => traffic.payloadBytes)),
			control: mean(nodes.map(({traffic}) => traffic.controlBytes)),
			other: mean(nodes.map(({traffic}) => traffic.otherBytes)),
		},
		virtualSeconds: simulation.now / 1_000,
		steps: simulation.steps,
		realSeconds,
		cpuSeconds: (process.cpuUsage().user + process.cpuUsage().system) / 1e6,
		memory: process.memoryUsage.rss() / 2 ** 20,
		digest: simulation.trace.digest,
	};
}

/** The report as lines of a table for people. */
export function table(report: Report): string {
	const {connections, delivery, hops, latency, bytesPerNode} = report;
	const whole = (value: number) => Math.round(value).toLocaleString('en-GB');
	const percent = (value: number | undefined) => (value === undefined ? undefined : `${value.toFixed(3)} %`);
	const histogram = hops.histogram.flatMap((count, links) => (count > 0 ? [`${links}: ${whole(count)}`] : []));
	const rows: readonly (readonly [string, string | undefined])[] = [
		['seed', `${report.seed}, digest ${report.digest}`],
		['nodes', `${whole(report.nodes)}, ${report.pubsub}`],
		['connections a node', `${connections.mean.toFixed(1)} (most ${connections.max})`],
		['one network after', `${whole(report.convergedAfter)} ms`],
		['one again after', report.healedAfter === undefined ? undefined : `${whole(report.healedAfter)} ms`],
		['delivered, whole', percent(delivery.whole)],
		['delivered, in faults', percent(delivery.faults)],
		['delivered, healed', percent(delivery.healed)],
		['copies beyond the first', `${report.redundancy.toFixed(2)} a node and message`],
		['hops', `mean ${hops.mean.toFixed(2)}, most ${hops.max} (${histogram.join(', ')})`],
		[
			'latency',
			`p50 ${latency.p50.toFixed(1)} ms, p99 ${latency.p99.toFixed(1)} ms, most ${latency.max.toFixed(1)} ms`,
		],
		[
			'bytes a node',
			`messages ${whole(bytesPerNode.payload)}, rooms and meshes ${whole(bytesPerNode.control)}, ` +
				`the rest ${whole(bytesPerNode.other)}`,
		],
		['steps', `${whole(report.steps)} in ${report.virtualSeconds.toFixed(1)} virtual seconds`],
		[
			'took',
			`${report.realSeconds.toFixed(1)} s (${report.cpuSeconds.toFixed(1)} s of a core), ${whole(report.memory)} MiB`,
		],
	];
	return rows.flatMap(([name, value]) => (value === undefined ? [] : [`${name.padEnd(24)}${value}`])).join('\n');
}
