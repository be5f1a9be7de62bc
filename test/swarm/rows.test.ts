/**
 * Rows of the list of attacks and faults that need a whole node, and that no other file has: floods in the course of
 * time, subscriptions without end, an address translator that forgets.
 */
import {describe, expect, test} from 'vitest';
import type {Results} from '../../source/api/event.ts';
import {EventQueue, QUEUE_LIMITS} from '../../source/core/event-queue.ts';
import {SIMULTANEOUS_WINDOW} from '../../source/swarm/connection-table.ts';
import {MAX_SIGHTINGS, NEWS_IN_ALL, NEWS_PER_SOURCE} from '../../source/swarm/sightings.ts';
import {eventId, signEvent} from '../../source/wire/event.ts';
import {MAX_SUBSCRIPTIONS} from '../../source/wire/limits.ts';
import type {Message} from '../../source/wire/messages.ts';
import {pack} from '../../source/wire/msgpack.ts';
import {addressOf, BOB, CAT, IDENTITIES, TIMESTAMP} from '../behaviours/fixtures.ts';
import {strangers} from './fixtures.ts';
import {introduction, meet, ofType, type Rig, type Seen, startChat} from './rig.ts';

const hostOf = (index: number) => `198.51.${index >> 8}.${index & 255}`;
const discovered = (effects: readonly Seen[]) =>
	ofType(effects, 'emit').filter(({event}) => event.type === 'peer-discovered').length;

function listed(rig: Rig): number {
	const [reply] = rig.command({command: 'peers', id: '1'});
	if (reply?.type !== 'emit' || reply.event.type !== 'reply' || !reply.event.ok) throw new Error('no reply');
	return (reply.event.result as Results['peers']).peers.length;
}

/** An announcement of another start of the program each time. */
function restarted(rig: Rig, peer: string, start: number, host: string): number {
	const instance = start.toString(16).padStart(32, '0');
	const announcement = {peer, instance, port4: 4001, port6: undefined, wantsAnswer: false, leaving: false};
	return discovered(rig.input({type: 'announcement', announcement, host, port: 50_000, family: 4}));
}

test('row 15: a hundred invented peers a second, from everywhere and for a minute, fill the table and no more', () => {
	const rig = startChat();
	let most = 0;
	for (const [index, peer] of strangers(6_000).entries()) {
		rig.now = index * 10;
		rig.announcement(peer, hostOf(index));
		if (index % 100 === 0) most = Math.max(most, listed(rig));
	}
	expect([most > MAX_SIGHTINGS / 2, most <= MAX_SIGHTINGS]).toEqual([true, true]);
	// And the last one has a place all the same.
	expect(discovered(rig.announcement(BOB))).toBe(1);
});

test.each([
	['at one place', () => '192.0.2.66', 50, NEWS_PER_SOURCE.burst],
	['everywhere', hostOf, 1_000, NEWS_IN_ALL.burst],
])('row 18: known peers %s that start anew again and again are told of at a rate', (_, from, peers, most) => {
	const rig = startChat();
	const known = strangers(peers);
	let told = 0;
	for (let start = 0; start < 4; start++) {
		for (const [index, peer] of known.entries()) told += restarted(rig, peer, start, from(index));
	}
	expect(told).toBe(most);
});

describe('row 40: ten thousand subscriptions', () => {
	const rooms = Array.from({length: 10_000}, (_, index) => `r${index}`);
	const start = () => {
		const rig = startChat();
		meet(rig, 1, BOB, 'bob');
		meet(rig, 2, CAT, 'cat');
		return rig;
	};

	test('in one message cost their sender the connection, and nobody else anything', () => {
		const rig = start();
		const before = rig.swarm.counters.toObject();
		const effects = rig.frame(1, pack([6, rooms, []]));
		const [close] = ofType(effects, 'close');
		expect(close?.connection).toBe(1);
		const reason = close?.reason as string;
		expect(rig.swarm.counters.toObject()).toEqual({...before, [reason]: 1});
		expect([ofType(effects, 'send'), rig.swarm.view.connectedPeers()]).toEqual([[], [CAT]]);
	});

	test('in many messages are taken up to a bound, and cause nothing to be said', () => {
		const rig = start();
		const effects: Seen[] = [];
		for (let from = 0; from < rooms.length; from += MAX_SUBSCRIPTIONS) {
			const joined = rooms.slice(from, from + MAX_SUBSCRIPTIONS);
			effects.push(...rig.message(1, {type: 'subscriptions', joined, left: []}));
		}
		expect(effects.filter(({type}) => type === 'send' || type === 'emit')).toEqual([]);
		expect(rig.swarm.counters.get('subscriptions-cap')).toBe(rooms.length + 1 - MAX_SUBSCRIPTIONS);
		// The lobby, and what came first: the last one is not among them.
		const [reply] = ofType(rig.command({command: 'join', id: '1', room: 'r9999'}), 'emit');
		expect(reply?.event).toMatchObject({type: 'room-joined', members: [{name: 'ann'}]});
	});
});

test('row 40: one who joins and leaves without end loses its connection, and fills no queue on the way to a screen', () => {
	const rig = startChat();
	meet(rig, 1, BOB, 'bob');
	const queue = new EventQueue(QUEUE_LIMITS);
	let messages = 0;
	for (; messages < 50_000 && rig.swarm.view.isConnected(BOB); messages++) {
		const effects = rig.message(1, {type: 'subscriptions', joined: ['lobby'], left: ['lobby']});
		for (const {event} of ofType(effects, 'emit')) queue.add(event);
	}
	expect(messages).toBeLessThan(1_000);
	expect(queue.size).toBeLessThan(QUEUE_LIMITS.events);
	expect(rig.swarm.counters.get('subscriptions-flood')).toBe(1);
});

test('row 59: one whose address translator forgets comes back from elsewhere: unseen, and nothing is shown twice', () => {
	const rig = startChat();
	const [, bob] = IDENTITIES;
	let previous: string | undefined;
	const events = [1, 2].map(sequence => {
		const place = {room: 'lobby', author: BOB, epoch: 'ef'.repeat(16), sequence, previous, parents: []} as const;
		const times = {timestamp: TIMESTAMP, clock: TIMESTAMP};
		const signed = signEvent({...place, ...times, kind: 'message', text: `${sequence}`}, bob);
		previous = eventId(signed.event);
		return signed;
	});
	const said = (sequence: number): Message => ({type: 'publish', ...events[sequence - 1]!, hops: 0});
	const visible = (effects: readonly Seen[]) =>
		ofType(effects, 'emit').flatMap(({event}) => (event.type === 'message' ? [event.text] : [event.type]));
	meet(rig, 1, BOB, 'bob', {address: addressOf(2, 40_000)});
	expect(visible(rig.message(1, said(1)))).toEqual(['1']);
	// What we send there is lost now, and no end of the connection is ever heard of.
	rig.now = SIMULTANEOUS_WINDOW;
	const back = [
		...rig.open(2, BOB, {address: addressOf(77, 50_000)}),
		...rig.message(2, introduction('bob')),
		...rig.message(2, {type: 'subscriptions', joined: ['lobby'], left: []}),
	];
	expect(visible(back)).toEqual([]);
	expect([visible(rig.message(2, said(1))), visible(rig.message(2, said(2)))]).toEqual([[], ['2']]);
	const sent = ofType(rig.command({command: 'publish', id: '1', room: 'lobby', text: 'hi'}), 'send');
	expect(sent.map(({connections, message}) => [connections, message?.type])).toEqual([
		// That we are in the room, for these are our first words there, and the words.
		[[2], 'publish'],
		[[2], 'publish'],
	]);
	expect(visible(rig.close(1, 'replaced'))).toEqual([]);
});
