/** The command line of `npm run sim`. */
import {parseArgs} from 'node:util';
import {HOSTS_PER_SUBNET} from '../../source/simulator/simulated-node.ts';
import {type FilesOptions, randomFiles} from './files-scenario.ts';
import {type HistoryOptions, randomHistory} from './history-scenario.ts';
import {randomScenario, type ScenarioOptions} from './scenario.ts';

export type Arguments = {
	/** What is to be run: a whole network, a room that must lose nothing, or people who fetch a file from each other. */
	readonly scenario: ScenarioOptions;
	readonly history?: HistoryOptions;
	readonly files?: FilesOptions;
	readonly json: boolean;
	readonly trace: boolean;
	readonly help: boolean;
};

/** A mistake of whoever typed it: one line. */
export class UsageError extends Error {}

/** What an option means, what it is unless given, and between what it may be. */
type NumberOption = {readonly help: string; readonly default: number; readonly least: number; readonly most: number};

const PART = {default: 0, least: 0, most: 1} as const;
const SECONDS = {default: 0, least: 0, most: 3_600} as const;

const NUMBERS = {
	nodes: {help: 'nodes', default: 100, least: 2, most: 50_000},
	seed: {help: 'the same seed gives the same run', default: 1, least: 0, most: 2 ** 31 - 1},
	messages: {help: 'messages in each phase (whole, in faults, healed)', default: 20, least: 1, most: 10_000},
	duration: {help: 'virtual seconds in which they are said', default: 20, least: 1, most: 3_600},
	suffering: {help: 'virtual seconds in which faults happen, if there are any', default: 20, least: 1, most: 3_600},
	loss: {help: 'part of datagrams lost, and of frames that have to be sent again', ...PART, most: 0.9},
	duplication: {help: 'part of datagrams that arrive twice', ...PART},
	reordering: {help: 'part of datagrams that others overtake', ...PART},
	'delay-min': {help: 'milliseconds one way, at the least', default: 0.2, least: 0, most: 60_000},
	'delay-max': {help: 'milliseconds one way, at the most', default: 2, least: 0, most: 60_000},
	bandwidth: {help: 'bytes a second of each connection; 0: no limit', default: 0, least: 0, most: 1e12},
	breaks: {help: 'seconds after which a connection breaks, on average; 0: never', default: 0, least: 0, most: 1e6},
	target: {help: 'connections that a node wants', default: 8, least: 1, most: 512},
	max: {help: 'connections that a node bears', default: 16, least: 1, most: 512},
	segment: {
		help: "nodes that hear each other's announcements; 0: none do",
		default: 0,
		least: 0,
		most: HOSTS_PER_SUBNET,
	},
	links: {help: 'addresses of others that each node is given', default: 3, least: 0, most: 64},
	churn: {help: 'part of the nodes that leave, are killed or lose power, and come back', ...PART},
	sleep: {help: 'part of the nodes that sleep for a while', ...PART},
	unplug: {help: 'part of the nodes whose cable is out for a while', ...PART},
	partition: {help: 'seconds in two halves', ...SECONDS},
	'one-way': {help: 'seconds in which one half is not heard by the other', ...SECONDS},
	skew: {help: 'seconds by which wall clocks are off', default: 0, least: 0, most: 1e9},
	slow: {help: 'part of the nodes with a slow line', ...PART},
	'ping-interval': {help: 'seconds between two pings of one peer', default: 15, least: 0.1, most: 3_600},
	'max-steps': {help: 'steps after which the run counts as endless', default: 2e9, least: 1, most: 1e12},
} as const satisfies Record<string, NumberOption>;

type NumberName = keyof typeof NUMBERS;

/** Options that count things: whole numbers only. */
const WHOLE: ReadonlySet<NumberName> = new Set([
	'nodes',
	'seed',
	'messages',
	'target',
	'max',
	'segment',
	'links',
	'max-steps',
]);

/** Runs that are drawn from their seed as a whole. */
const DRAWN = ['random', 'history', 'files'] as const;

const ROUTERS = ['gossipsub', 'floodsub'] as const;

export function usage(): string {
	const line = (name: string, help: string) => `  ${name.padEnd(26)}${help}`;
	const numbers = Object.entries(NUMBERS).map(([name, option]) =>
		line(`--${name} <n>`, `${option.help} (${option.default})`),
	);
	return [
		'npm run sim -- [options]: a network of simulated nodes in virtual time',
		'',
		...numbers,
		line('--pubsub <router>', `${ROUTERS.join(' or ')} (${ROUTERS[0]})`),
		line('--random', 'the scenario that the tests draw from the seed: nothing else is taken from above'),
		line('--history', 'likewise, the room that must lose nothing'),
		line('--files', 'likewise, people who fetch a file from each other'),
		line('--json', 'the figures as one JSON object'),
		line('--trace', 'everything that happens, one line each, on standard error'),
		line('--help', 'this text'),
	].join('\n');
}

/** @throws UsageError with one line for whoever typed it. */
export function parseArguments(args: readonly string[]): Arguments {
	const values = parse(args);
	const number = (name: NumberName) => readNumber(name, values[name] as string | undefined);
	const flags = {json: values.json === true, trace: values.trace === true, help: values.help === true};
	for (const drawn of DRAWN) {
		if (values[drawn] !== true) continue;
		for (const name of Object.keys(values)) {
			if (![drawn, 'seed', 'json', 'trace', 'help'].includes(name)) {
				throw new UsageError(`--${drawn} takes everything from the seed: leave out --${name}`);
			}
		}
		const seed = number('seed');
		const scenario = randomScenario(seed);
		if (drawn === 'history') return {...flags, scenario, history: randomHistory(seed)};
		return {...flags, scenario, ...(drawn === 'files' && {files: randomFiles(seed)})};
	}
	const pubsub = ROUTERS.find(router => router === (values.pubsub ?? ROUTERS[0]));
	if (!pubsub) throw new UsageError(`--pubsub is ${ROUTERS.join(' or ')}, not ${values.pubsub}`);
	const delay = [number('delay-min'), number('delay-max')] as const;
	if (delay[0] > delay[1]) throw new UsageError('--delay-min is more than --delay-max');
	const limits = {target: number('target'), max: number('max')};
	if (limits.target > limits.max) throw new UsageError('--target is more than --max');
	if (number('links') === 0 && number('segment') === 0) {
		throw new UsageError('nobody would find anybody: --links or --segment must be more than 0');
	}
	return {...flags, scenario: scenarioOf(number, pubsub, delay, limits)};
}

function scenarioOf(
	number: (name: NumberName) => number,
	pubsub: (typeof ROUTERS)[number],
	delay: readonly [number, number],
	limits: {readonly target: number; readonly max: number},
): ScenarioOptions {
	return {
		seed: number('seed'),
		nodes: number('nodes'),
		pubsub,
		limits,
		delay,
		segment: number('segment'),
		links: number('links'),
		messages: number('messages'),
		duration: number('duration') * 1_000,
		suffering: number('suffering') * 1_000,
		loss: number('loss'),
		linkLoss: number('loss'),
		duplication: number('duplication'),
		reordering: number('reordering'),
		bandwidth: number('bandwidth') || Number.POSITIVE_INFINITY,
		breaks: number('breaks') * 1_000 || Number.POSITIVE_INFINITY,
		faults: {
			churn: number('churn'),
			sleep: number('sleep'),
			unplug: number('unplug'),
			partition: number('partition') * 1_000,
			oneWay: number('one-way') * 1_000,
		},
		skew: number('skew') * 1_000,
		slow: number('slow'),
		pingInterval: number('ping-interval') * 1_000,
		maxSteps: number('max-steps'),
	};
}

function parse(args: readonly string[]): Record<string, string | boolean | undefined> {
	const numbers = Object.keys(NUMBERS).map(name => [name, {type: 'string'}] as const);
	const flags = [...DRAWN, 'json', 'trace', 'help'].map(name => [name, {type: 'boolean'}] as const);
	const options = Object.fromEntries([...numbers, ...flags, ['pubsub', {type: 'string'}] as const]);
	try {
		return parseArgs({args: [...args], options, strict: true, allowPositionals: false}).values as Record<
			string,
			string | boolean | undefined
		>;
	} catch (error) {
		throw new UsageError((error as Error).message.split(/\. |\.?\n/u)[0]!);
	}
}

function readNumber(name: NumberName, text: string | undefined): number {
	const {default: usual, least, most} = NUMBERS[name];
	if (text === undefined) return usual;
	const value = /^\d+(\.\d+)?$/u.test(text) ? Number(text) : Number.NaN;
	if (!(value >= least && value <= most))
		throw new UsageError(`--${name} is a number from ${least} to ${most}, not ${text}`);
	if (WHOLE.has(name) && !Number.isInteger(value)) throw new UsageError(`--${name} is a whole number, not ${text}`);
	return value;
}
