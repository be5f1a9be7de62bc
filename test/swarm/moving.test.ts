/** A peer goes on over another connection: what it is told, and what people see of it. */
import {describe, expect, test} from 'vitest';
import {REPLACED_TIMEOUT, SIMULTANEOUS_WINDOW} from '../../source/swarm/connection-table.ts';
import {ANN, addressOf, BOB, CAT, DAN, IDENTITIES} from '../behaviours/fixtures.ts';
import {introduction, meet, ofType, type Rig, startChat} from './rig.ts';

const peerEvents = (effects: ReturnType<Rig['open']>) =>
	ofType(effects, 'emit')
		.map(({event}) => event)
		.filter(({type}) => type.startsWith('peer-') || type.startsWith('member-'));

const greetings = (effects: ReturnType<Rig['open']>) =>
	ofType(effects, 'send').map(({connections, message}) => [connections, message?.type]);

function withBob(): Rig {
	const rig = startChat();
	meet(rig, 1, BOB, 'bob');
	rig.now = SIMULTANEOUS_WINDOW;
	return rig;
}

describe('a peer that goes on over another connection', () => {
	test('is greeted again on it, for the last words on the old one may be lost; nobody sees it', () => {
		const rig = withBob();
		const effects = rig.open(2, BOB);
		expect(greetings(effects)).toEqual([
			[[2], 'identify'],
			[[2], 'subscriptions'],
			[[2], 'digest'],
		]);
		expect(peerEvents([...effects, ...rig.message(2, introduction('bob')), ...rig.close(1)])).toEqual([]);
	});

	test('is greeted again on the spare one when the one that carried it breaks', () => {
		const rig = startChat();
		meet(rig, 1, BOB, 'bob');
		// Dialled by the same side a moment later, so the older one carries Bob; but he saw them in another order.
		rig.open(2, BOB);
		const effects = rig.close(1);
		expect(greetings(effects)).toEqual([
			[[2], 'identify'],
			[[2], 'subscriptions'],
			[[2], 'digest'],
		]);
		expect(peerEvents(effects)).toEqual([]);
	});

	test('and turns out to be another start of the program: then everything begins anew', () => {
		const rig = withBob();
		rig.open(2, BOB);
		const effects = rig.message(2, {...introduction('bob'), instance: 'ef'.repeat(16)} as never);
		expect(peerEvents(effects)).toEqual([
			{type: 'peer-disconnected', peer: BOB, reason: 'restarted'},
			{type: 'member-left', room: 'lobby', peer: BOB},
			{type: 'peer-connected', peer: BOB, name: 'bob', address: addressOf(2, 40_000), direction: 'inbound'},
		]);
	});

	test('is asked whether it is there if the one that it had before must carry it again', () => {
		const rig = withBob();
		rig.open(2, BOB);
		expect(greetings(rig.close(2))).toEqual([
			[[1], 'identify'],
			[[1], 'subscriptions'],
			[[1], 'digest'],
			[[1], 'ping'],
		]);
	});

	test.each([
		['of all', {target: 1, max: 2}, addressOf(3, 40_000)],
		['of one address', {perAddress: 2}, addressOf(2, 40_000)],
	])(
		'takes nobody the place with the one that it has left: where there are as many %s as may be',
		(_, limits, address) => {
			const rig = startChat({limits});
			meet(rig, 1, BOB, 'bob');
			rig.now = SIMULTANEOUS_WINDOW;
			rig.open(2, BOB);
			expect(ofType(rig.open(3, CAT, {address}), 'close')).toEqual([
				{type: 'close', connection: 1, reason: 'replaced'},
			]);
			expect(rig.swarm.view.connectedPeers()).toEqual([BOB, CAT]);
			expect(ofType(rig.open(4, DAN, {address}), 'close')).toEqual([{type: 'close', connection: 4, reason: 'full'}]);
		},
	);
});

/** Bob, as another start of his program. */
const anew = (start: number) =>
	({...introduction('bob'), instance: start.toString(16).padStart(32, '0')}) as ReturnType<typeof introduction>;

describe('row 40: one connection is one start of the program', () => {
	test('who says on it that it is another is let go, at the first time', () => {
		const rig = startChat();
		meet(rig, 1, BOB, 'bob');
		expect(greetings(rig.message(1, introduction('bob')))).toEqual([]);
		const effects = rig.message(1, anew(1));
		expect(peerEvents(effects)).toEqual([
			{type: 'peer-disconnected', peer: BOB, reason: 'instance-changed'},
			{type: 'member-left', room: 'lobby', peer: BOB},
		]);
		expect([ofType(effects, 'send'), rig.swarm.counters.get('instance-changed')]).toEqual([[], 1]);
		expect(ofType(effects, 'close')).toEqual([{type: 'close', connection: 1, reason: 'instance-changed'}]);
		expect(rig.message(1, anew(2))).toEqual([]);
	});

	test('what comes late on the one before turns nothing back', () => {
		const rig = startChat();
		rig.open(1, BOB);
		rig.now = SIMULTANEOUS_WINDOW;
		rig.open(2, BOB);
		rig.message(2, anew(2));
		expect(peerEvents([...rig.message(1, anew(1)), ...rig.message(2, anew(2))])).toEqual([]);
		expect(rig.swarm.view.isConnected(BOB)).toBe(true);
	});

	test('who is another start on the spare one begins anew when that is all there is', () => {
		const rig = startChat();
		meet(rig, 1, BOB, 'bob');
		rig.open(2, BOB);
		expect(peerEvents(rig.message(2, anew(2)))).toEqual([]);
		expect(peerEvents(rig.close(1))).toEqual([
			{type: 'peer-disconnected', peer: BOB, reason: 'restarted'},
			{type: 'member-left', room: 'lobby', peer: BOB},
		]);
		expect(rig.swarm.view.isConnected(BOB)).toBe(false);
	});
});

/** At the edge of the window one side sees two connections a moment less apart than the other. */
describe('row 12: two connections of which only one side says that they are simultaneous', () => {
	test.each([
		['by Ann, then by Bob', 'outbound', 'inbound'],
		['by Bob, then by Ann', 'inbound', 'outbound'],
		['by Ann twice', 'outbound', 'outbound'],
		['by Bob twice', 'inbound', 'inbound'],
	] as const)('dialled %s: one is left, and nobody sees anything', (_, first, second) => {
		for (const early of [0, 1]) {
			const sides = [startChat(), startChat({self: IDENTITIES[1]})] as const;
			const peers = [BOB, ANN] as const;
			const facing = {inbound: 'outbound', outbound: 'inbound'} as const;
			const seen: unknown[] = [];
			const open = new Set([1, 2]);
			const timers: {side: 0 | 1; timer: string; at: number}[] = [];
			const carryOut = (side: 0 | 1, effects: ReturnType<Rig['open']>) => {
				for (const {timer, at} of ofType(effects, 'schedule'))
					if (timer.startsWith('loser')) timers.push({side, timer, at});
				for (const {connection} of ofType(effects, 'close')) {
					open.delete(connection);
					const other = side === 0 ? 1 : 0;
					carryOut(other, sides[other].close(connection));
					carryOut(side, sides[side].close(connection));
				}
				seen.push(...peerEvents(effects).filter(({type}) => type === 'peer-disconnected'));
			};
			const connect = (connection: number, direction: typeof first, at: readonly [number, number]) => {
				const opened = ([0, 1] as const).map(side => {
					sides[side].now = at[side];
					const ours = side === 0 ? direction : facing[direction];
					return sides[side].open(connection, peers[side], {direction: ours});
				});
				for (const side of [0, 1] as const) {
					carryOut(side, sides[side].message(connection, introduction('x')));
					carryOut(side, opened[side] ?? []);
				}
			};
			connect(1, first, [0, 0]);
			const edge = [SIMULTANEOUS_WINDOW - 1, SIMULTANEOUS_WINDOW + 1] as const;
			connect(2, second, early === 0 ? edge : [edge[1], edge[0]]);
			for (const {side, timer, at} of timers.sort((a, b) => a.at - b.at)) {
				sides[side].now = at;
				carryOut(side, sides[side].timer(timer));
			}
			expect([open.size, seen]).toEqual([1, []]);
			expect(sides.map((side, index) => side.swarm.view.isConnected(peers[index] as string))).toEqual([true, true]);
			expect(timers.every(({at}) => at <= edge[1] + REPLACED_TIMEOUT)).toBe(true);
		}
	});
});
