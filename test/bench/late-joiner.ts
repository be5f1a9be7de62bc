/** Somebody who comes late takes over a long history, from one member, with the core in a worker as under a screen. */
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {makeHistory} from './big-history.ts';
import {atMost} from './goal.ts';
import {Headless} from './headless.ts';
import type {Joined} from './joiner.ts';
import {withPeer} from './our-node.ts';
import {countOf, end, figure, type Place, peakMemory, type Row, withParts} from './shared.ts';

const EVENTS = 100_000;
/** Milliseconds. */
const LONGEST_BUILD = 40_000;
const LONGEST_JOIN = 90_000;

export async function measureLateJoiner(place: Place): Promise<Row[]> {
	const directory = mkdtempSync(join(tmpdir(), 'p2p-tui-bench-'));
	try {
		const wanted = {events: countOf(EVENTS), isSigned: true, longest: LONGEST_BUILD};
		const history = await makeHistory(join(directory, 'old'), wanted);
		const old = new Headless(place, ['--no-discovery', '--no-mdns', '--data-dir', join(directory, 'old')]);
		try {
			const {addresses, peerId} = await old.next('ready');
			const address = withPeer(addresses.find(each => each.startsWith('/ip4/'))!, peerId);
			const joined = await withParts(place, async start => {
				const joiner = start('joiner', [join(place.root, 'dist/worker.js'), join(directory, 'new')]);
				return joiner.askWithin<Joined>(LONGEST_JOIN, 'join', address, history.events);
			});
			return rowsOf(joined, history.bytes, history.events, peakMemory(old.child.pid!));
		} finally {
			await end(old.child);
		}
	} finally {
		rmSync(directory, {recursive: true, force: true});
	}
}

function rowsOf(joined: Joined, bytes: number, events: number, peakOfOld: number): Row[] {
	const {seconds, firstScreen, bytesIn, idle, busy, peak} = joined;
	const share = bytesIn / bytes;
	const log = `${figure(bytes / 1e6)} MB of log without signatures`;
	return [
		{
			what: `late joiner: connected → ${events.toLocaleString('en-GB')} events on its disk`,
			value: seconds,
			unit: 's',
			reference: `${figure(events / seconds)} /s, ${log}`,
			// Of a hundred thousand; of fewer in proportion.
			goal: atMost(seconds, (3 * events) / EVENTS, (2 * events) / EVENTS, 's'),
		},
		{what: 'late joiner: connected → newest messages shown', value: firstScreen, unit: 'ms'},
		{
			what: 'late joiner: bytes received, to the bytes of the log',
			value: share,
			unit: '×',
			reference: log,
			goal: atMost(share, 1.2, 1.05, '×'),
		},
		{
			what: 'late joiner: delay of its main loop, meanwhile, p99',
			value: busy.p99,
			unit: 'ms',
			reference: `max ${figure(busy.max)} ms; p99 ${figure(idle.p99)} ms before it connected`,
			goal: atMost(busy.p99, 2, 1, 'ms'),
		},
		{what: 'late joiner: peak memory', value: peak, unit: 'MB', reference: 'main thread and core together'},
		{what: 'late joiner: peak memory of who gives it all', value: peakOfOld, unit: 'MB'},
	];
}
