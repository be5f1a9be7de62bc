/** Many events of one author at once: one signature check for all, and nothing taken or handed on that is not proved. */
import {describe, expect, test} from 'vitest';
import {BURST_GAP, MAX_BURST} from '../../source/behaviours/bursts.ts';
import type {SignedEvent} from '../../source/wire/event.ts';
import {Author} from '../helpers/events.ts';
import {BOB, CAT, count, DAN, received, TIMESTAMP} from './fixtures.ts';
import {bobIdentity, Desk, events, handedOn, inShort, publishing, sent, subscribed} from './rooms-fixtures.ts';

/** Bob is in the lobby with us, and nobody else, unless others are named. */
function start(others: readonly string[] = [], pubsub?: 'gossipsub') {
	const desk = new Desk({peers: [BOB, ...others], ...(pubsub && {pubsub})});
	for (const peer of [BOB, ...others]) desk.handle(subscribed(peer, ['lobby']));
	return desk;
}

/** What Bob says: `1`, `2`, `3` … */
function saidByBob(number: number) {
	const bob = new Author(bobIdentity, {room: 'lobby', timestamp: TIMESTAMP, clock: TIMESTAMP});
	return Array.from({length: number}, (_, index) => bob.say({kind: 'message', text: `${index + 1}`}));
}

const forged = (one: SignedEvent): SignedEvent => ({event: one.event, signature: new Uint8Array(64).fill(7)});
const texts = (outputs: ReturnType<Desk['handle']>) => events(outputs, 'message').map(({text}) => text);
const LET_GO = {type: 'disconnect', peer: BOB, reason: 'event-signature', misbehaved: true};

describe('events of one author that come at once', () => {
	test('are proved by two checks, shown in their order, and receipted', () => {
		const desk = start();
		const [first, ...rest] = saidByBob(10);
		expect(texts(desk.handle(publishing(BOB, first!), 0))).toEqual(['1']);
		const held = rest.flatMap(one => desk.handle(publishing(BOB, one), 1));
		expect(held).toEqual([{type: 'schedule', timer: 'bursts', at: 1}]);
		expect(texts(desk.timer('bursts', 1))).toEqual(['2', '3', '4', '5', '6', '7', '8', '9', '10']);
		expect(desk.verified).toBe(2);
		const [receipt] = sent(desk.timer('receipts', 100), 'receipt');
		expect(receipt?.message.messageIds).toHaveLength(10);
		expect(desk.timer('bursts', 2)).toEqual([]);
	});

	test('are held only so many', () => {
		const desk = start();
		const outputs = saidByBob(MAX_BURST + 1).map(one => desk.handle(publishing(BOB, one), 0));
		expect(texts(outputs.at(-1)!)).toHaveLength(MAX_BURST);
		expect(desk.verified).toBe(2);
	});

	test('are kept so that each can be proved to others', () => {
		const desk = start();
		const said = saidByBob(3);
		for (const one of said) desk.handle(publishing(BOB, one), 0);
		desk.timer('bursts', 1);
		const signed = said.map(({id}) => desk.archive.store.get('lobby', id)?.signature !== undefined);
		expect(signed).toEqual([true, false, true]);
	});

	test('but not at once are not held back', () => {
		const desk = start();
		const shown = saidByBob(3).map((one, index) => texts(desk.handle(publishing(BOB, one), index * BURST_GAP)));
		expect(shown).toEqual([['1'], ['2'], ['3']]);
	});

	test('are checked one by one where they are handed on', () => {
		const desk = start([CAT]);
		for (const one of saidByBob(5)) expect(desk.handle(publishing(BOB, one), 0)).toContainEqual(handedOn([CAT], one));
		expect(desk.verified).toBe(5);
	});

	test('and were asked for are no broken promise', () => {
		const desk = start([], 'gossipsub');
		const said = saidByBob(3);
		const messageIds = said.map(({id}) => id);
		desk.handle(received(BOB, {type: 'ihave', room: 'lobby', messageIds}), 0);
		for (const one of said) desk.handle(publishing(BOB, one), 1);
		desk.timer('bursts', 1);
		const beats = [2_000, 4_000, 6_000].flatMap(now => desk.timer('gossipsub', now));
		expect(beats).not.toContainEqual(count('broken-promise'));
		expect(sent(beats, 'iwant')).toEqual([]);
	});
});

describe('row 34: in a burst', () => {
	test('a forged end costs the connection, and what was true before it is kept', () => {
		const desk = start();
		const said = saidByBob(4);
		for (const one of said.slice(0, 3)) desk.handle(publishing(BOB, one), 0);
		desk.handle(publishing(BOB, forged(said[3]!)), 0);
		const outputs = desk.timer('bursts', 1);
		expect(texts(outputs)).toEqual(['2', '3']);
		expect(outputs).toContainEqual(LET_GO);
		expect(desk.archive.has('lobby', said[3]!.id)).toBe(false);
		// The real one is still taken, from whoever brings it.
		desk.connect(CAT);
		expect(texts(desk.handle(publishing(CAT, said[3]!), 100))).toEqual(['4']);
	});

	test('after the first that is forged nothing is checked any more', () => {
		const desk = start();
		const said = saidByBob(MAX_BURST);
		desk.handle(publishing(BOB, said[0]!), 0);
		for (const one of said.slice(1)) desk.handle(publishing(BOB, forged(one)), 0);
		const before = desk.verified;
		expect(inShort(desk.timer('bursts', 1))).toEqual(['count', 'disconnect']);
		expect(desk.verified - before).toBe(2);
	});

	test('an altered middle does not link to what came before, and is checked by itself', () => {
		const desk = start();
		const [one, two, three] = saidByBob(3);
		const altered = new Author(bobIdentity, {room: 'lobby', timestamp: TIMESTAMP, clock: TIMESTAMP + 1});
		const [, other] = [altered.say({kind: 'message', text: 'x'}), altered.say({kind: 'message', text: 'y'})];
		desk.handle(publishing(BOB, one!), 0);
		desk.handle(publishing(BOB, two!), 0);
		const outputs = desk.handle(publishing(BOB, forged(other)), 0);
		expect(texts(outputs)).toEqual(['2']);
		expect(outputs).toContainEqual(LET_GO);
		expect(texts(desk.handle(publishing(BOB, three!), 1))).toEqual([]);
		expect(texts(desk.timer('bursts', 1))).toEqual(['3']);
	});

	test('a bad signature that a good one vouches for is never handed on', () => {
		const desk = start([], 'gossipsub');
		const said = saidByBob(3);
		const [one, two, three] = said;
		for (const some of [one!, forged(two!), three!]) desk.handle(publishing(BOB, some), 0);
		expect(texts(desk.timer('bursts', 1))).toEqual(['2', '3']);
		desk.connect(DAN);
		const offered = sent(desk.handle(subscribed(DAN, ['lobby']), 2), 'ihave').flatMap(
			({message}) => message.messageIds,
		);
		expect(offered).toEqual([one!.id, three!.id]);
		const asked = {type: 'iwant', messageIds: said.map(({id}) => id)} as const;
		expect(sent(desk.handle(received(DAN, asked), 3), 'publish')).toHaveLength(2);
		expect(desk.archive.store.get('lobby', two!.id)?.signature).toBeUndefined();
	});
});
