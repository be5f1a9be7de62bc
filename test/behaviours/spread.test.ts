import {describe, expect, test} from 'vitest';
import type {Command} from '../../source/api/command.ts';
import {Queries} from '../../source/behaviours/queries.ts';
import {MAX_PATHS, MAX_TRAILS, Trails} from '../../source/behaviours/trails.ts';
import {encodeMessage} from '../../source/wire/codec.ts';
import type {Arrival} from '../../source/wire/messages.ts';
import {ANN, asked, BOB, CAT, DAN, received, TIMESTAMP} from './fixtures.ts';
import {
	bobIdentity,
	type Desk,
	idOf,
	publishing,
	replied,
	startTogether,
	subscribed,
	written,
} from './rooms-fixtures.ts';

const [ann, bob, cat, dan] = [
	{peer: ANN, name: expect.any(String)},
	{peer: BOB, name: 'bob'},
	{peer: CAT, name: 'cat'},
	{peer: DAN, name: expect.any(String)},
];

/** Microseconds. */
const receipt = (messageId: string, arrival: Partial<Arrival> = {}) =>
	({
		type: 'receipt',
		room: 'lobby',
		messageIds: [messageId],
		arrivals: [{hops: 1, via: ANN, waited: 30_000, ...arrival}],
	}) as const;

function ask(desk: Desk, command: Command): Record<string, unknown> {
	const [output] = new Queries(desk).handle(asked(command));
	if (output?.type === 'refuse') return {refused: output.error.code};
	return replied(output ? [output] : []);
}

const spread = (desk: Desk, messageId: string, room = 'lobby') => ask(desk, {command: 'spread', room, messageId});
const roomSpread = (desk: Desk, room = 'lobby') => ask(desk, {command: 'room-spread', room});

describe('spread of an own message', () => {
	test('is in the order in which it arrived, however late the receipts come', () => {
		const desk = startTogether();
		desk.view.connect(CAT, {name: 'cat', rtt: 4});
		desk.handle(subscribed(DAN, ['lobby']));
		const messageId = idOf(desk.say('hi', 'lobby', 1_000));
		desk.handle(received(BOB, receipt(messageId, {hops: 2, via: CAT, waited: 100_500})), 1_110);
		expect(spread(desk, messageId)).toEqual({
			room: 'lobby',
			messageId,
			local: true,
			timestamp: TIMESTAMP,
			holders: [
				{...ann, after: 0, hops: 0},
				{...bob, after: 9.5, hops: 2, via: cat},
			],
			waiting: [cat, dan],
			of: 4,
		});
		// Half of a round trip of four milliseconds.
		desk.handle(received(CAT, receipt(messageId, {waited: 115_000})), 1_120);
		// Of an older version, and a repetition that says something else.
		desk.handle(received(DAN, {...receipt(messageId), arrivals: []}), 1_130);
		desk.handle(received(BOB, receipt(messageId, {waited: 0})), 1_140);
		expect(spread(desk, messageId)).toMatchObject({
			holders: [{peer: ANN}, {...cat, after: 3, hops: 1, via: {peer: ANN}}, {...bob, after: 9.5}, dan],
			waiting: [],
		});
	});

	test('is never negative, and says of who got it by comparing histories only when', () => {
		const desk = startTogether();
		const messageId = idOf(desk.say('hi', 'lobby', 1_000));
		desk.handle(received(BOB, receipt(messageId, {waited: 3_600_000_000})), 1_050);
		desk.handle(received(CAT, receipt(messageId, {hops: 0, via: undefined})), 1_050);
		const {holders} = spread(desk, messageId) as {holders: unknown[]};
		expect(holders.slice(1)).toEqual([
			{...bob, after: 0, hops: 1, via: ann},
			{...cat, after: 20},
		]);
	});

	test('does not believe a round trip that was longer than this one', () => {
		const desk = startTogether();
		desk.view.connect(BOB, {name: 'bob', rtt: 200});
		const messageId = idOf(desk.say('hi', 'lobby', 1_000));
		desk.handle(received(BOB, receipt(messageId)), 1_038);
		expect(spread(desk, messageId)).toMatchObject({holders: [{peer: ANN}, {...bob, after: 4}]});
	});

	test('has no figures from before a restart, and those of a digest get theirs with the receipt', () => {
		const desk = startTogether();
		const messageId = idOf(desk.say('hi', 'lobby', 1_000));
		desk.receipts.heldBy(CAT, 'lobby', () => true);
		expect(spread(desk, messageId)).toMatchObject({holders: [{peer: ANN}, cat], waiting: [bob]});
		desk.handle(received(CAT, receipt(messageId)), 1_040);
		expect(spread(desk, messageId)).toMatchObject({holders: [{peer: ANN}, {...cat, after: 10}]});
		desk.archive.commit();
		expect(spread(desk.restarted(), messageId)).toMatchObject({holders: [{...ann, after: 0, hops: 0}, cat]});
	});
});

test('of another’s message author and way are told, the way for as long as it is known', () => {
	const desk = startTogether();
	const event = written(bobIdentity);
	desk.handle(publishing(CAT, event, 3), 50);
	const told = {room: 'lobby', messageId: event.messageId, local: false, timestamp: TIMESTAMP, waiting: [], of: 2};
	expect(spread(desk, event.messageId)).toEqual({
		...told,
		holders: [
			{...bob, hops: 0},
			{...ann, hops: 4, via: cat},
		],
	});
	for (let index = 0; index < MAX_PATHS; index++) desk.receipts.trails.came(`${index}`, {via: BOB, hops: 1});
	expect(spread(desk, event.messageId)).toEqual({...told, holders: [{...bob, hops: 0}, ann]});
});

test('errors are those of inspect, and conversations have no mesh', () => {
	const desk = startTogether();
	const answers = [spread(desk, 'ff'.repeat(32)), spread(desk, 'ff'.repeat(32), 'dev'), spread(desk, 'x', 'a b')];
	expect(answers).toEqual([{refused: 'unknown-message'}, {refused: 'unknown-room'}, {refused: 'bad-room'}]);
	expect([roomSpread(desk, 'dev'), roomSpread(desk, `@${BOB}`)]).toEqual([
		{refused: 'unknown-room'},
		{refused: 'bad-room'},
	]);
});

describe('spread of a room', () => {
	test('counts deliveries, copies and bytes, beside what flooding would cost', () => {
		const desk = startTogether();
		desk.handle(subscribed(DAN, ['lobby']));
		// Ann has come and said something, to Bob and Cat, who hold it or do not.
		const before = roomSpread(desk);
		expect(before).toMatchObject({router: 'floodsub', members: 3, mesh: 3, followed: 1, coverage: 0, delivered: 0});
		expect(before).not.toHaveProperty('delivery');
		// Subscriptions have come and gone, which are of no room alone.
		expect(before.controlBytes).toBe(0);
		expect(new Queries(desk).overview()).toEqual({rooms: [before]});
		const event = written(bobIdentity);
		const size = (hops: number) => encodeMessage({type: 'publish', ...event, hops}).length;
		for (const source of [CAT, BOB]) desk.handle(publishing(source, event, 1), 50);
		expect(roomSpread(desk)).toMatchObject({
			delivered: 1,
			duplicates: 1,
			floodDuplicates: 2,
			// Twice in; Dan, who is a member as far as he says, is not connected.
			payloadBytes: (before.payloadBytes as number) + 2 * size(1),
		});
	});

	test('delivery and coverage are of own messages, as far as receipts tell', () => {
		const desk = startTogether();
		desk.receipts.trails.forgetRoom('lobby');
		for (const [index, waited] of [29_000, 20_000].entries()) {
			const messageId = idOf(desk.say('hi', 'lobby', 1_000 * index));
			desk.handle(received(BOB, receipt(messageId, {waited})), 1_000 * index + 30);
		}
		const {delivery, followed, coverage} = roomSpread(desk) as Record<string, Record<string, number>>;
		expect({followed, coverage, count: delivery?.count}).toEqual({followed: 2, coverage: 0.5, count: 2});
		expect([delivery?.p50, delivery?.p99].map(value => Math.round(value ?? 0))).toEqual([1, 10]);
	});
});

test('ways are remembered of a bounded number of own messages, the newest', () => {
	const trails = new Trails();
	for (let index = 0; index <= MAX_TRAILS; index++) trails.sent(`${index}`, 'lobby', index);
	expect(trails.trailsIn('lobby')).toHaveLength(MAX_TRAILS);
	trails.stored(BOB, '0', {hops: 1, via: ANN, waited: 0}, 0, 1_000);
	trails.stored(BOB, '1', {hops: 1, via: ANN, waited: 0}, 0, 1_000);
	expect([trails.stepsOf('0'), trails.stepsOf('1')]).toEqual([[], [[BOB, {after: 999, hops: 1, via: ANN}]]]);
	trails.forgetRoom('lobby');
	expect([trails.trailsIn('lobby'), trails.deliveryIn('lobby')]).toEqual([[], undefined]);
});
