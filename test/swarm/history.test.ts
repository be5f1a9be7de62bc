/** Whole nodes that miss something of each other: what people see when they meet. */
import {describe, expect, test} from 'vitest';
import type {ChatMessage, EventOf, NodeEvent} from '../../source/api/event.ts';
import {createChatSwarm} from '../../source/swarm/create.ts';
import {TIMESTAMP} from '../behaviours/fixtures.ts';
import {Crowd} from './crowd.ts';

/** Nodes that hear each other's announcements, each on its own side until `meet`. */
function nodes(count: number, seed = 7): Crowd {
	const crowd: {now: number} = {now: 0};
	const made = new Crowd(count, seed, ({index, ...member}) =>
		createChatSwarm({
			...member,
			name: `node ${index}`,
			agent: 'p2p-tui/0.1.0',
			rooms: ['lobby'],
			peers: [],
			discovery: true,
			pubsub: 'gossipsub',
			wallClock: () => TIMESTAMP + crowd.now,
		}),
	);
	Object.defineProperty(crowd, 'now', {get: () => made.now});
	return made;
}

const apart = (node: number) => node;
const meet =
	(...together: number[]) =>
	(node: number) =>
		together.includes(node) ? -1 : node;

function run(crowd: Crowd, milliseconds: number): void {
	crowd.run(crowd.now + milliseconds);
}

function told<Type extends NodeEvent['type']>(crowd: Crowd, node: number, type: Type): EventOf<Type>[] {
	return crowd.told[node]!.flatMap(event => (event.type === type ? [event as EventOf<Type>] : []));
}

const texts = (crowd: Crowd, node: number) => told(crowd, node, 'message').map(({text}) => text);

/** The last two hundred entries, as `history` answers. */
function history(crowd: Crowd, node: number, room = 'lobby'): string[] {
	crowd.command(node, {command: 'history', id: 'h', room, limit: 200});
	const reply = told(crowd, node, 'reply').at(-1)!;
	const {messages} = (reply.ok ? reply.result : {messages: []}) as {messages: ChatMessage[]};
	return messages.map(({messageId, order}) => `${order} ${messageId}`);
}

describe('history between whole nodes', () => {
	test('who was not there gets everything from a third, after the author has left', () => {
		const crowd = nodes(3);
		crowd.cut(apart);
		for (let number = 1; number <= 20; number++)
			crowd.command(0, {command: 'publish', room: 'lobby', text: `${number}`});
		crowd.cut(meet(0, 1));
		run(crowd, 20_000);
		const said = Array.from({length: 20}, (_, index) => `${index + 1}`);
		expect(texts(crowd, 1)).toEqual(said);
		expect(told(crowd, 0, 'message-state').at(-1)).toMatchObject({storedBy: 2, of: 2});
		crowd.cut(apart);
		run(crowd, 20_000);
		crowd.cut(meet(1, 2));
		run(crowd, 40_000);
		// The last one may come over the live path as well, before those that it follows.
		expect(texts(crowd, 2).sort((a, b) => Number(a) - Number(b))).toEqual(said);
		expect(history(crowd, 2)).toEqual(history(crowd, 0));
	});

	// When which of them are connected again is chance: within a second, or one by one in half a minute.
	test.each([1, 7, 11])(
		'row 58: two halves are one again, all are told the same, have the same in the same order; nothing comes twice (seed %i)',
		seed => {
			const crowd = nodes(4, seed);
			run(crowd, 10_000);
			const halves = (node: number) => node % 2;
			crowd.command(0, {command: 'publish', room: 'lobby', text: 'all here'});
			run(crowd, 1_000);
			crowd.cut(halves);
			run(crowd, 60_000);
			for (let number = 1; number <= 6; number++) {
				crowd.command(number % 4, {command: 'publish', room: 'lobby', text: `${number}`});
				run(crowd, 1_000);
			}
			crowd.cut(() => 0);
			run(crowd, 90_000);
			const all = [0, 1, 2, 3].map(node => history(crowd, node));
			for (const one of all) expect(one).toEqual(all[0]);
			for (const node of [0, 1, 2, 3]) {
				expect([...texts(crowd, node)].sort()).toEqual(['1', '2', '3', '4', '5', '6', 'all here']);
			}
			// Three words of each side, and who speaks for the first time says first that he is here.
			const reports = [0, 1, 2, 3].map(node =>
				told(crowd, node, 'rejoined').map(({room, received, given}) => [room, received, given]),
			);
			expect(reports).toEqual([[['lobby', 5, 4]], [['lobby', 4, 5]], [['lobby', 5, 4]], [['lobby', 4, 5]]]);
		},
	);

	test('a direct message waits until both are there, arrives once, and its author sees it', () => {
		const crowd = nodes(3);
		run(crowd, 10_000);
		const [ann, bob] = crowd.swarms.map(({view}) => view.self) as [string, string];
		crowd.cut(apart);
		run(crowd, 20_000);
		crowd.command(0, {command: 'direct', id: 'd', peer: bob, text: 'psst'});
		run(crowd, 20_000);
		crowd.cut(() => 0);
		run(crowd, 60_000);
		expect(told(crowd, 1, 'message').map(({room, text}) => [room, text])).toEqual([[`@${ann}`, 'psst']]);
		expect(texts(crowd, 2)).toEqual([]);
		const states = told(crowd, 0, 'message-state').filter(({room}) => room === `@${bob}`);
		expect(states.at(-1)).toMatchObject({storedBy: 2, of: 2});
	});
});
