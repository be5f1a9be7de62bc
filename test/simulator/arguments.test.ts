import {describe, expect, it} from 'vitest';
import {parseArguments, UsageError, usage} from './arguments.ts';
import {randomFiles} from './files-scenario.ts';
import {randomScenario} from './scenario.ts';

describe('npm run sim', () => {
	it('takes its options in the units that people use', () => {
		const line = '--nodes 1000 --seed 7 --loss 0.05 --pubsub floodsub --partition 8 --breaks 60 --json';
		const {scenario, json} = parseArguments(line.split(' '));
		expect(json).toBe(true);
		expect(scenario).toMatchObject({
			nodes: 1_000,
			seed: 7,
			loss: 0.05,
			linkLoss: 0.05,
			pubsub: 'floodsub',
			faults: {partition: 8_000, churn: 0},
			breaks: 60_000,
		});
	});

	it('repeats a seed of the tests', () => {
		expect(parseArguments(['--random', '--seed', '17']).scenario).toEqual(randomScenario(17));
		const {nodes: _nodes, ...files} = randomFiles(17);
		expect(parseArguments(['--files', '--seed', '17']).files).toMatchObject(files);
	});

	it.each([
		[['--nodes', '1'], '--nodes is a number from 2 to 50000, not 1'],
		[['--nodes', '1e3'], '--nodes is a number from 2 to 50000, not 1e3'],
		[['--nodes', '2.5'], '--nodes is a whole number, not 2.5'],
		[['--loss', '-1'], /--loss/u],
		[['--pubsub', 'pigeon'], '--pubsub is gossipsub or floodsub, not pigeon'],
		[['--target', '20', '--max', '10'], '--target is more than --max'],
		[['--links', '0'], 'nobody would find anybody: --links or --segment must be more than 0'],
		[['--random', '--nodes', '60'], '--random takes everything from the seed: leave out --nodes'],
		[['--files', '--loss', '0.1'], '--files takes everything from the seed: leave out --loss'],
		[['--wings'], /--wings/u],
		[['more'], /more/u],
	])('refuses %j in one line', (args, message) => {
		expect(() => parseArguments(args)).toThrow(UsageError);
		expect(() => parseArguments(args)).toThrow(message);
		expect(() => parseArguments(args)).not.toThrow('\n');
	});

	it('tells every option, with what it is unless given', () => {
		expect(usage()).toMatch(/--nodes <n> +nodes \(100\)\n/u);
	});
});
