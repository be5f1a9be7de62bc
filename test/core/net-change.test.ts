import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import type {NodeEvent} from '../../source/api/event.ts';
import {EventQueue} from '../../source/core/event-queue.ts';
import {MAX_DISCOVERED, netChange} from '../../source/core/net-change.ts';
import {reduceEvents} from '../../source/store/reduce.ts';
import {initialState, type State} from '../../source/store/state.ts';
import {entry, said} from './said.ts';

const joined = (peer: string, name = peer, room = 'lobby'): NodeEvent => ({type: 'member-joined', room, peer, name});
const left = (peer: string, room = 'lobby'): NodeEvent => ({type: 'member-left', room, peer});
const renamed = (peer: string, name: string): NodeEvent => ({type: 'peer-renamed', peer, name});
const rtt = (peer: string, milliseconds: number): NodeEvent => ({type: 'rtt', peer, milliseconds});
const entered = (room: string, ...peers: string[]): NodeEvent => ({
	type: 'room-joined',
	room,
	members: peers.map(peer => ({peer, name: peer})),
});
const exited = (room: string): NodeEvent => ({type: 'room-left', room});
const gone = (peer: string, reason = 'reset'): NodeEvent => ({type: 'peer-disconnected', peer, reason});
const here = (peer: string, name = peer): NodeEvent => ({
	type: 'peer-connected',
	peer,
	name,
	address: '/ip4/192.0.2.1/tcp/1',
	direction: 'inbound',
});
const found = (peer: string): NodeEvent => ({
	type: 'peer-discovered',
	peer,
	address: '/ip4/192.0.2.1/tcp/1',
	via: 'announcement',
});
const changed = (messageId: string, text: string): NodeEvent => ({
	...{type: 'message-changed', change: 'edit', ...entry(messageId)},
	text,
});
const topic = (text: string, room = 'lobby'): NodeEvent => ({type: 'topic-changed', room, topic: text, from: 'a'});
const progress = (received: number, room = 'lobby'): NodeEvent => ({
	...{type: 'history-progress', room, received, expected: 9, done: false},
});

test.each<[string, NodeEvent[], NodeEvent[]]>([
	['who comes and goes was not here', [joined('a'), said('x'), left('a')], [said('x')]],
	[
		'who goes and comes back is told twice',
		[left('a'), joined('a'), left('a'), joined('a', 'b')],
		[left('a'), joined('a', 'b')],
	],
	['who is gone in the end is gone', [left('a'), joined('a'), left('a')], [left('a')]],
	['who is here in the end is here', [joined('a'), left('a'), joined('a', 'b')], [joined('a', 'b')]],
	['rooms do not concern each other', [joined('a'), left('a', 'dev')], [joined('a'), left('a', 'dev')]],
	[
		'a room that we come back to is as it is then',
		[joined('a'), left('b'), exited('lobby'), entered('lobby', 'a'), left('a')],
		[exited('lobby'), entered('lobby', 'a'), left('a')],
	],
	['a connection that comes and goes', [here('a'), renamed('a', 'b'), rtt('a', 1), gone('a')], []],
	['of one that is lost, the last reason', [gone('a', 'x'), rtt('a', 1), here('a'), gone('a', 'y')], [gone('a', 'y')]],
	[
		'of names the last',
		[renamed('a', 'b'), renamed('c', 'd'), renamed('a', 'e')],
		[renamed('c', 'd'), renamed('a', 'e')],
	],
	[
		'of an entry that changes, the last state of each',
		[changed('a', 'x'), changed('b', 'y'), said('a'), changed('a', 'z')],
		[changed('b', 'y'), said('a'), changed('a', 'z')],
	],
	[
		'of topics and of history that comes, the last of each room',
		[topic('x'), progress(1), topic('y', 'dev'), progress(2), topic('z'), progress(3, 'dev')],
		[topic('y', 'dev'), progress(2), topic('z'), progress(3, 'dev')],
	],
])('%s', (_, events, expected) => {
	expect(netChange(events)).toEqual(expected);
	expect(netChange(expected)).toEqual(expected);
});

/** What a stranger, or many, can cause without end; each makes the events of one round. */
const FLOODS: Record<string, (round: number) => NodeEvent[]> = {
	'leaving and joining': () => [left('eve'), joined('eve')],
	'names without end': round => [renamed('eve', `${round}`)],
	'a new key each time': round => [
		found(`eve${round}`),
		here(`eve${round}`),
		joined(`eve${round}`),
		renamed(`eve${round}`, 'x'),
		rtt(`eve${round}`, 1),
		left(`eve${round}`),
		gone(`eve${round}`),
	],
	'starting again': () => [left('eve'), gone('eve'), here('eve'), joined('eve')],
	'members that change the spread of a message': round => [
		{type: 'message-state', messageId: 'mine', room: 'lobby', storedBy: round, of: round},
	],
	'edits and reactions without end': round => [changed(`${round % 500}`, `${round}`)],
	'topics without end': round => [topic(`${round}`), {type: 'notice', ...entry(`${round}`), kind: 'topic'}],
};

test.each(Object.entries(FLOODS))('row 40: %s, while the screen takes nothing, is bounded', (_, round) => {
	const queue = new EventQueue({events: 2_000, text: 100_000});
	queue.add(said('mine', true));
	let most = 0;
	for (let index = 0; index < 30_000; index++) {
		for (const event of round(index)) queue.add(event);
		most = Math.max(most, queue.size);
	}
	expect(most).toBeLessThanOrEqual(2_000 + MAX_DISCOVERED);
	expect(queue.take()).toContainEqual(said('mine', true));
});

// --- the same in the end ---

const PEERS = ['a', 'b'];
const ROOMS = ['lobby', 'dev'];

/** A small model of the core: what it says is always in turn, whatever it is asked to do. */
class Model {
	readonly #names = new Map<string, string>();
	readonly #ours = new Set<string>();
	readonly #members = new Map(ROOMS.map(room => [room, new Set<string>()]));

	step({what, peer, room, name}: Step): NodeEvent[] {
		const members = this.#members.get(room) as Set<string>;
		const known = this.#names.get(peer);
		switch (what) {
			case 'enter':
				if (this.#ours.has(room)) return [];
				this.#ours.add(room);
				return [
					{
						type: 'room-joined',
						room,
						members: [...members].map(member => ({peer: member, name: this.#names.get(member) as string})),
					},
				];
			case 'exit':
				return this.#ours.delete(room) ? [exited(room)] : [];
			case 'connect':
				if (known !== undefined) return [];
				this.#names.set(peer, name);
				return [here(peer, name)];
			case 'disconnect': {
				if (known === undefined) return [];
				const events = ROOMS.flatMap(one => this.#leave(one, peer));
				this.#names.delete(peer);
				return [...events, gone(peer)];
			}
			case 'join':
				if (known === undefined || members.has(peer)) return [];
				members.add(peer);
				return this.#ours.has(room) ? [joined(peer, known, room)] : [];
			case 'leave':
				return this.#leave(room, peer);
			case 'rename':
				if (known === undefined || known === name) return [];
				this.#names.set(peer, name);
				return [renamed(peer, name)];
		}
	}

	#leave(room: string, peer: string): NodeEvent[] {
		return this.#members.get(room)?.delete(peer) && this.#ours.has(room) ? [left(peer, room)] : [];
	}
}

const step = fc.record({
	what: fc.constantFrom('enter', 'exit', 'connect', 'connect', 'disconnect', 'join', 'join', 'leave', 'rename'),
	peer: fc.constantFrom(...PEERS),
	room: fc.constantFrom(...ROOMS),
	name: fc.constantFrom('x', 'y', 'z'),
	isTaken: fc.nat(24).map(chance => chance === 0),
});
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

/** Who is where, and by what name. */
function visible({rooms, peers}: State) {
	return {
		rooms: rooms.map(({room, members}) => ({
			room,
			members: members.map(({peer, name}) => `${peer} ${name}`).sort(),
		})),
		connected: [...peers.values()]
			.flatMap(({peer, name, state}) => (state === 'connected' ? [`${peer} ${name}`] : []))
			.sort(),
	};
}

describe('a screen that was told only what has changed in the end', () => {
	test('shows the same people in the same rooms, by the same names', () => {
		fc.assert(
			fc.property(fc.array(step, {minLength: 60, maxLength: 120}), steps => {
				const model = new Model();
				const queue = new EventQueue({events: 2, text: 1_000});
				let [told, net] = [initialState(0), initialState(0)];
				for (const one of steps) {
					for (const event of model.step(one)) {
						told = reduceEvents(told, [event], 0);
						queue.add(event);
					}
					if (one.isTaken) net = reduceEvents(net, queue.take(), 0);
				}
				expect(visible(reduceEvents(net, queue.take(), 0))).toEqual(visible(told));
			}),
			{numRuns: 200},
		);
	});
});
