/** What a long history costs a node that starts, beside one that has none. */
import {once} from 'node:events';
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {makeHistory} from './big-history.ts';
import {atMost} from './goal.ts';
import {Headless} from './headless.ts';
import {countOf, end, figure, type Place, type Row} from './shared.ts';
import {median} from './statistics.ts';

const EVENTS = 1_000_000;
/** Milliseconds. */
const LONGEST_BUILD = 60_000;
const STARTS = 7;
/** Messages of the first screen. */
const SCREENFUL = 100;

type Start = {readonly ready: number; readonly screen: number};

/** Starts with and without a history alternate. */
export async function measureStartWithHistory(place: Place): Promise<Row[]> {
	const directory = mkdtempSync(join(tmpdir(), 'p2p-tui-bench-'));
	const [full, empty] = [join(directory, 'full'), join(directory, 'empty')];
	try {
		const wanted = {events: countOf(EVENTS), isSigned: false, longest: LONGEST_BUILD};
		const {events, seconds} = await makeHistory(full, wanted);
		const starts: {readonly full: Start[]; readonly empty: Start[]} = {full: [], empty: []};
		for (let round = 0; round <= STARTS; round++) {
			const both = {full: await start(place, full), empty: await start(place, empty)};
			// The first one makes files and fills caches.
			if (round === 0) continue;
			starts.full.push(both.full);
			starts.empty.push(both.empty);
		}
		const reference = `${events.toLocaleString('en-GB')} events, made in ${figure(seconds)} s`;
		return [
			rowOf('headless, long history: start → ready', starts, 'ready', reference),
			rowOf('headless, long history: start → newest hundred messages', starts, 'screen', reference),
		];
	} finally {
		rmSync(directory, {recursive: true, force: true});
	}
}

function rowOf(
	what: string,
	{full, empty}: {readonly full: readonly Start[]; readonly empty: readonly Start[]},
	part: keyof Start,
	reference: string,
): Row {
	const [value, without] = [median(full.map(each => each[part])), median(empty.map(each => each[part]))];
	const goal = atMost(value - without, 30, 10, 'ms beyond an empty one');
	return {what, value, unit: 'ms', reference: `${figure(without)} ms without; ${reference}`, goal};
}

async function start(place: Place, directory: string): Promise<Start> {
	const node = new Headless(place, ['--no-discovery', '--no-mdns', '--data-dir', directory]);
	try {
		const replied = node.next('reply');
		node.send({id: 'screen', command: 'history', room: 'lobby', limit: SCREENFUL});
		await node.next('ready');
		const ready = performance.now() - node.startedAt;
		await replied;
		const screen = performance.now() - node.startedAt;
		const exited = once(node.child, 'exit');
		node.child.stdin?.end();
		await exited;
		return {ready, screen};
	} finally {
		await end(node.child);
	}
}
