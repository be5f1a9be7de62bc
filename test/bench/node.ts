/**
 * `node.mjs <subject> [directory]`: whole nodes in one process, asked from outside; with a directory ours keep what they
 * hear on disk.
 *
 * | question            | answer                                                                                |
 * | ------------------- | ------------------------------------------------------------------------------------- |
 * | `start <count>`     | the address of the first; all of them are connected to each other                      |
 * | `dial <address>`    | –; all of them dial it                                                                 |
 * | `company <others>`  | –; once the first node knows so many in the room                                       |
 * | `ping`              | µs, the median of many round trips                                                     |
 * | `hello <address>`   | ms, the median of several dials                                                        |
 * | `deliver <count>`   | `{p50, p99}` in ms from `publish` at the first to the event at the last of the others  |
 * | `burst <count>`     | messages a second, published by all in turn, until everyone has all of them            |
 * | `send <count>`      | –; publishes so many at the first, as fast as it takes them                            |
 * | `receive <count>`   | messages a second at the first, once so many have come                                 |
 */
import {join} from 'node:path';
import {answerQuestions} from './answer.ts';
import {startLibp2pNode} from './libp2p-node.ts';
import {startOurNode} from './our-node.ts';
import {median, percentile} from './statistics.ts';
import type {Hear, Subject, SubjectName} from './subject.ts';

const PINGS = 2_000;
const HELLOS = 20;
/** Messages published in one turn. */
const BATCH = 32;

const subject = process.argv[2] as SubjectName;
const directory = process.argv[3];
const nodes: Subject[] = [];
/** Messages heard by all nodes, and by the first. */
let heard = 0;
let heardByFirst = 0;
let onHeard: Hear = () => {};

function start(index: number): Promise<Subject> {
	const hear = () => {
		heard++;
		if (index === 0) heardByFirst++;
		onHeard();
	};
	return subject === 'libp2p'
		? startLibp2pNode(hear)
		: startOurNode(subject, `node ${index}`, hear, directory && join(directory, String(index)));
}

async function startAll(count: number): Promise<string> {
	for (let index = 0; index < count; index++) {
		const node = await start(index);
		for (const other of nodes) await node.dial(other.address);
		nodes.push(node);
	}
	await Promise.all(nodes.map(node => node.company(count - 1)));
	return nodes[0]!.address;
}

/** Resolves when `isSo`, looked at whenever a message is heard. */
function whenHeard(isSo: () => boolean): Promise<void> {
	return new Promise(resolve => {
		onHeard = () => {
			if (!isSo()) return;
			onHeard = () => {};
			resolve();
		};
	});
}

async function deliver(count: number): Promise<{p50: number; p99: number}> {
	const samples: number[] = [];
	for (let index = 0; index < count; index++) {
		const all = heard + nodes.length - 1;
		const delivered = whenHeard(() => heard === all);
		const from = performance.now();
		void nodes[0]!.publish(`message number ${index} of several`);
		await delivered;
		samples.push(performance.now() - from);
	}
	return {p50: percentile(samples, 0.5), p99: percentile(samples, 0.99)};
}

async function burst(count: number): Promise<number> {
	const all = heard + count * (nodes.length - 1);
	const delivered = whenHeard(() => heard === all);
	const from = performance.now();
	for (let index = 0; index < count; index++) {
		const published = nodes[index % nodes.length]!.publish(`did the deploy finish? message number ${index}`);
		if (index % BATCH === BATCH - 1) await published;
	}
	await delivered;
	return count / ((performance.now() - from) / 1_000);
}

async function send(count: number): Promise<void> {
	for (let sent = 0; sent < count; sent += BATCH) {
		const texts = Array.from({length: BATCH}, (_, index) => `did the deploy finish? message number ${sent + index}`);
		await Promise.all(texts.map(text => nodes[0]!.publish(text)));
		await new Promise(resolve => setImmediate(resolve));
	}
}

async function receive(count: number): Promise<number> {
	const before = heardByFirst;
	await whenHeard(() => heardByFirst > before);
	const from = performance.now();
	await whenHeard(() => heardByFirst === before + count);
	return (count - 1) / ((performance.now() - from) / 1_000);
}

async function hello(address: string): Promise<number> {
	const samples: number[] = [];
	for (let round = 0; round < HELLOS; round++) samples.push(await nodes[0]!.hello!(address));
	return median(samples);
}

await answerQuestions(async ([question, argument = '']) => {
	const [count, first] = [Number(argument), nodes[0]!];
	switch (question) {
		case 'start':
			return startAll(count);
		case 'dial':
			for (const node of nodes) await node.dial(argument);
			return;
		case 'company':
			return first.company(count);
		case 'ping':
			return median(await first.ping(PINGS));
		case 'hello':
			return hello(argument);
		case 'deliver':
			return deliver(count);
		case 'burst':
			return burst(count);
		case 'send':
			return send(count);
		case 'receive':
			return receive(count);
		default:
			throw new Error(`no question: ${question}`);
	}
});
