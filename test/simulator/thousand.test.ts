/** A thousand nodes, once; and how the two ways of spreading messages compare. Their figures are printed. */
import {expect, it} from 'vitest';
import {parseArguments, reportOn, runScenario, table} from './bundled.ts';
import type {Report} from './report.ts';

/** Milliseconds of real time, on a machine that is busy with other things. */
const PATIENCE = 600_000;

function run(line: string): Report {
	const {scenario} = parseArguments(line.split(' '));
	const started = performance.now();
	try {
		const result = runScenario(scenario);
		const report = reportOn(scenario, result, (performance.now() - started) / 1_000);
		console.log(`npm run sim -- ${line}\n${table(report)}\n`);
		return report;
	} catch (error) {
		throw new Error(`npm run sim -- ${line}\n${(error as Error).message}`, {cause: error});
	}
}

it('a thousand nodes heal after churn and a partition, and then everyone hears everything', {timeout: PATIENCE}, () => {
	const faults = '--loss 0.05 --churn 0.05 --partition 5 --suffering 6';
	const report = run(`--nodes 1000 --seed 7 --messages 1 --duration 1 --links 2 --target 6 --max 14 ${faults}`);
	expect(report.delivery).toMatchObject({whole: 100, healed: 100});
});

it('gossipsub reaches everyone with fewer copies than floodsub', {timeout: PATIENCE}, () => {
	const line = '--nodes 60 --seed 3 --messages 6 --duration 2 --links 12 --target 24 --max 40';
	const flood = run(`${line} --pubsub floodsub`);
	const gossip = run(`${line} --pubsub gossipsub`);
	for (const report of [flood, gossip]) expect(report.delivery.whole).toBe(100);
	expect(gossip.redundancy).toBeLessThan(flood.redundancy / 2);
});
