/** `npm run sim`: one scenario from the command line. */
import {parseArguments, UsageError, usage} from './arguments.ts';
import {type FilesOptions, runFiles} from './files-scenario.ts';
import {runHistory} from './history-scenario.ts';
import {reportOn, table} from './report.ts';
import {runScenario} from './scenario.ts';

/** Returns the exit status: 1 if the run broke what must hold, 2 for a mistake in the arguments. */
export function main(args: readonly string[]): number {
	try {
		const {scenario, history, files, json, trace, help} = parseArguments(args);
		if (help) {
			console.log(usage());
			return 0;
		}
		const started = performance.now();
		const print = trace ? {print: (line: string) => console.error(line)} : {};
		if (history) {
			const {simulation, ...figures} = runHistory({...history, ...print});
			const {nodes, events, authors, faults} = history;
			const took = (performance.now() - started) / 1_000;
			console.log(JSON.stringify({said: {nodes, events, authors, faults}, ...figures, steps: simulation.steps, took}));
			return 0;
		}
		if (files) {
			tellFiles(files, print, started);
			return 0;
		}
		const result = runScenario({...scenario, ...print});
		const report = reportOn(scenario, result, (performance.now() - started) / 1_000);
		console.log(json ? JSON.stringify(report) : table(report));
		return 0;
	} catch (error) {
		console.error(error instanceof Error ? error.message : String(error));
		return error instanceof UsageError ? 2 : 1;
	}
}

function tellFiles(options: FilesOptions, print: {print?: (line: string) => void}, started: number): void {
	const {simulation, ...figures} = runFiles({...options, ...print});
	const {people, size, speed, odd, faults, isLeaving} = options;
	const took = (performance.now() - started) / 1_000;
	const shared = {people, size, speed: Math.round(speed), odd: Object.fromEntries(odd), faults, isLeaving};
	console.log(JSON.stringify({shared, ...figures, steps: simulation.steps, seconds: took}));
}
