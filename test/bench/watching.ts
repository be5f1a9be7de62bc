/**
 * What it costs to watch: two headless nodes at a thousand messages a second, asked for all their figures or not. What is
 * always counted, whoever looks, is part of both. The same with a screen: `watched-pages.ts`.
 */
import {atMost} from './goal.ts';
import {Headless} from './headless.ts';
import {processorTime} from './idle.ts';
import {end, figure, type Place, type Row} from './shared.ts';
import {median} from './statistics.ts';

/** Messages a second, and milliseconds between two handfuls of them. */
const RATE = 1_000;
const TICK = 10;
/** Rounds, each of them once unwatched and once watched for so many milliseconds. */
const ROUNDS = 5;
const WINDOW = 2_000;
/** Milliseconds between two questions, as the page of a screen asks them. */
const INTERVAL = 1_000;
/** Questions one after the other, to see what one costs. */
const QUESTIONS = 200;

const pause = (milliseconds: number) => new Promise(resolve => setTimeout(resolve, milliseconds));

export async function measureWatching(place: Place): Promise<Row[]> {
	const bob = new Headless(place, ['--no-discovery', '--name', 'bob']);
	const ann = new Headless(place, ['--no-discovery', '--name', 'ann', '--peer', await addressOf(bob)]);
	let stop = () => {};
	try {
		await Promise.all([ann.next('member-joined'), bob.next('member-joined')]);
		stop = talk(ann);
		// Until the first second's work is compiled.
		await pause(WINDOW);
		const ratios: number[] = [];
		const plain: number[] = [];
		for (let round = 0; round < ROUNDS; round++) {
			const unwatched = await busy(bob, []);
			const watched = await busy(bob, [bob]);
			plain.push((unwatched / WINDOW) * 100);
			ratios.push(watched / unwatched);
		}
		stop();
		return rows(median(ratios), median(plain), await costOfQuestion(bob));
	} finally {
		stop();
		await Promise.all([end(ann.child), end(bob.child)]);
	}
}

export async function addressOf(node: Headless): Promise<string> {
	return (await node.next('ready')).addresses.find(each => each.startsWith('/ip4/'))!;
}

/** Says something all the time. Returns how to stop it. */
export function talk(node: Headless): () => void {
	const from = performance.now();
	let sent = 0;
	const timer = setInterval(() => {
		for (const due = ((performance.now() - from) / 1_000) * RATE; sent < due; sent++)
			node.send({command: 'publish', room: 'lobby', text: `message ${sent}`});
	}, TICK);
	return () => clearInterval(timer);
}

/** Milliseconds of the processor that a node takes in one window, while these are asked. */
async function busy(node: Headless, asked: readonly Headless[]): Promise<number> {
	const before = processorTime(node.child.pid!) ?? Number.NaN;
	for (let passed = 0; passed < WINDOW; passed += INTERVAL) {
		for (const each of asked) ask(each);
		await pause(INTERVAL);
	}
	return (processorTime(node.child.pid!) ?? Number.NaN) - before;
}

function ask(node: Headless): void {
	node.send({id: 'network', command: 'network'});
	node.send({id: 'stats', command: 'stats'});
}

/** Milliseconds of the processor for both answers. */
async function costOfQuestion(node: Headless): Promise<number> {
	const before = processorTime(node.child.pid!) ?? Number.NaN;
	for (let count = 0; count < QUESTIONS; count++) {
		const answered = node.next('reply', ({id}) => id === 'stats');
		ask(node);
		await answered;
	}
	return ((processorTime(node.child.pid!) ?? Number.NaN) - before) / QUESTIONS;
}

function rows(ratio: number, plain: number, question: number): Row[] {
	return [
		{
			what: 'headless node at 1,000 messages a second, watched: processor',
			value: ratio,
			unit: '×',
			reference: `of the same unwatched (${figure(plain)} % of one core)`,
			goal: atMost(ratio, 1.03, 1.01, '× unwatched'),
		},
		{
			what: 'headless node: one answer to network and one to stats, processor',
			value: question,
			unit: 'ms',
			reference: `once a second: ${figure((question / (plain * 10)) * 100)} % of the unwatched`,
		},
	];
}
