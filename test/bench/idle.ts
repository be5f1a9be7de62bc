/** What a node costs while nothing is said: a headless one with ten peers. */
import {readdirSync, readFileSync} from 'node:fs';
import {atMost} from './goal.ts';
import {Headless} from './headless.ts';
import {withPeer} from './our-node.ts';
import {end, type Place, type Row, withParts} from './shared.ts';

const PEERS = 10;
/** Milliseconds before it counts, when greetings and their first pings are over; and that are counted. */
const SETTLE = 1_000;
const WATCHED = 10_000;

const pause = (milliseconds: number) => new Promise(resolve => setTimeout(resolve, milliseconds));

export function measureIdle(place: Place): Promise<Row[]> {
	return withParts(place, async start => {
		const headless = new Headless(place, ['--no-discovery', '--no-mdns']);
		try {
			const {addresses, peerId} = await headless.next('ready');
			const address = withPeer(addresses.find(each => each.startsWith('/ip4/'))!, peerId);
			const crowd = start('node', ['gossipsub']);
			await crowd.ask('start', PEERS);
			await crowd.ask('dial', address);
			await pause(SETTLE);
			const pid = headless.child.pid!;
			const before = processorTime(pid);
			await pause(WATCHED);
			const busy = before === undefined ? Number.NaN : ((processorTime(pid)! - before) / WATCHED) * 100;
			const replied = headless.next('reply');
			headless.send({id: 'stats', command: 'stats'});
			const reply = await replied;
			const resident = reply.ok && 'memory' in reply.result ? reply.result.memory.rss / 1e6 : Number.NaN;
			return idleRows(busy, resident);
		} finally {
			await end(headless.child);
		}
	});
}

function idleRows(busy: number, resident: number): Row[] {
	return [
		{
			what: 'headless node, ten peers, nothing said: processor',
			value: busy,
			unit: '%',
			reference: Number.isFinite(busy) ? `of one core, over ${WATCHED / 1_000} s` : 'only Linux tells',
			goal: atMost(busy, 1, 0.5, '%'),
		},
		{
			what: 'headless node, ten peers, nothing said: memory',
			value: resident,
			unit: 'MB',
			goal: atMost(resident, 120, 90, 'MB'),
		},
	];
}

/** Milliseconds that all threads of a process have run; undefined where the system does not tell. */
export function processorTime(pid: number): number | undefined {
	try {
		const folder = `/proc/${pid}/task`;
		const times = readdirSync(folder).map(thread => readFileSync(`${folder}/${thread}/schedstat`, 'utf8'));
		return times.reduce((sum, text) => sum + Number(text.split(' ')[0]), 0) / 1e6;
	} catch {
		return undefined;
	}
}
