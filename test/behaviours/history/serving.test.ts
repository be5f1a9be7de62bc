/** What others get of us, and what they do not. */
import {describe, expect, test} from 'vitest';
import type {BehaviourOutput} from '../../../source/behaviours/behaviour.ts';
import {MAX_ANSWER_BYTES, SERVED_BYTES} from '../../../source/behaviours/history/parameters.ts';
import {Serving} from '../../../source/behaviours/history/serving.ts';
import type {Archive} from '../../../source/history/archive.ts';
import {directRoomOf} from '../../../source/wire/direct-room.ts';
import {MAX_WANT_BYTES} from '../../../source/wire/limits.ts';
import type {Message, Want} from '../../../source/wire/messages.ts';
import {Network, type Node, ROOM} from './network.ts';

function everything(node: Node, room = ROOM): Want {
	const runs = node.archive.ranges(room).map(({author, epoch, spans}) => {
		return {author, epoch, from: 1, to: spans.at(-1)?.[1] ?? 1, isLinked: false};
	});
	return {type: 'want', request: 1, room, newest: 0, runs, ids: [], bytes: MAX_WANT_BYTES};
}

/** Bytes of messages that this handling gave, and how many. */
function given(node: Node, before: number): {bytes: number; messages: number; statuses: string[]} {
	const sent = node.sent.slice(before);
	const statuses = sent.flatMap(({message}) => (message.type === 'events' ? [message.status] : []));
	return {bytes: sent.reduce((sum, {bytes}) => sum + bytes, 0), messages: sent.length, statuses};
}

describe('row 41: full-history requests in a loop', () => {
	const network = new Network();
	const [old, greedy] = [network.add(), network.add()];
	old.write(500);
	network.link(old, greedy);
	network.run(10_000);
	const before = old.sent.length;

	test('a single one gets a bounded part, in chunks of which each leaves in a turn of its own', () => {
		network.send(greedy, old, everything(old));
		network.run(100);
		const {bytes, messages} = given(old, before);
		expect(messages).toBeGreaterThanOrEqual(MAX_ANSWER_BYTES / 17_000);
		expect(bytes).toBeLessThan(1.1 * MAX_ANSWER_BYTES);
		for (const {bytes: size} of old.sent.slice(before)) expect(size).toBeLessThan(18_000);
	});

	test('several at once stand in for each other: only the last one is answered to its end', () => {
		const from = old.sent.length;
		for (let request = 2; request <= 20; request++) network.send(greedy, old, {...everything(old), request});
		network.run(100);
		const {bytes, statuses} = given(old, from);
		// The first chunk of each, and the rest of one.
		expect(bytes).toBeLessThan(19 * 18_000 + MAX_ANSWER_BYTES);
		expect(statuses.filter(status => status === 'done')).toHaveLength(1);
	});

	test('all of it together is bounded: then it hears that we are busy, and gets more only with time', () => {
		let bytes = 0;
		const answer = (want: Want, most: number) => {
			bytes += most;
			return {segments: [], events: 1, bytes: most, steps: 0, rest: want};
		};
		const serving = new Serving({answer} as unknown as Archive);
		const want = everything(old);
		const loop = (now: number): BehaviourOutput[] => {
			const outputs = serving.ask(greedy.peer, want, now);
			for (let turn = 0; turn < 10; turn++) outputs.push(...serving.run(now));
			return outputs;
		};
		for (let round = 0; round < 1_000; round++) loop(0);
		expect(bytes).toBeGreaterThan(0.95 * SERVED_BYTES.burst);
		expect(bytes).toBeLessThanOrEqual(SERVED_BYTES.burst);
		// Coming back does not fill the budget; time does.
		serving.forget(greedy.peer);
		bytes = 0;
		const [refusal] = loop(0);
		expect(refusal).toMatchObject({message: {type: 'events', status: 'busy', segments: []}});
		expect(bytes).toBe(0);
		for (let round = 0; round < 100; round++) loop(10_000);
		expect(bytes).toBeGreaterThan(SERVED_BYTES.perSecond);
		expect(bytes).toBeLessThanOrEqual(10 * SERVED_BYTES.perSecond);
	});

	test('so are the questions: what is beyond them is not even looked at', () => {
		const from = old.sent.length;
		const digest = {type: 'digest', room: ROOM, digest: 'ab'.repeat(32), events: 7} as const;
		for (let loop = 0; loop < 20_000; loop++) network.tell(old, {type: 'message', peer: greedy.peer, message: digest});
		expect(given(old, from).messages).toBeLessThan(10);
		expect(old.counters.get('history-questions')).toBeGreaterThan(10_000);
	});
});

describe('row 44: who is not in a room', () => {
	test('gets nothing of it, whatever he asks, and cannot tell it from a room that is not there', () => {
		const network = new Network();
		const [old, friend] = [network.add(), network.add()];
		const stranger = network.add({isMember: false});
		const direct = directRoomOf(old.peer, friend.peer);
		old.archive.open(direct, friend.peer);
		old.write(3);
		old.write(3, {room: direct});
		network.link(old, stranger);
		network.run(1_000);
		for (const room of [ROOM, direct, 'nowhere', directRoomOf(friend.peer, stranger.peer)]) {
			const asked: Message[] = [
				{type: 'digest', room, digest: 'ab'.repeat(32), events: 7},
				{type: 'ranges', room, chains: [], isLast: true, wantsAnswer: true},
				{...everything(old, ROOM), room, newest: 50},
				{type: 'want', request: 9, room, newest: 0, runs: [], ids: old.order(), bytes: MAX_WANT_BYTES},
				{type: 'events', request: 1, room, segments: [], status: 'done'},
			];
			for (const message of asked) network.send(stranger, old, message);
		}
		network.run(120_000);
		expect(old.sent).toEqual([]);
		expect(old.letGo).toEqual([]);
		expect(old.counters.get('history-stranger')).toBe(16);
	});

	test('gets nothing more of it once he has left', () => {
		const network = new Network();
		const [old, other] = [network.add(), network.add()];
		old.write(200);
		network.link(old, other);
		network.tell(old, {type: 'message', peer: other.peer, message: everything(old)});
		expect(old.timers.has('serve')).toBe(true);
		network.tell(old, {type: 'event', event: {type: 'member-left', room: ROOM, peer: other.peer}});
		const before = old.sent.length;
		network.run(60_000);
		expect(old.sent.slice(before)).toEqual([]);
	});

	test('does not open a direct room by asking for it', () => {
		const network = new Network();
		const [old, other] = [network.add(), network.add()];
		network.link(old, other);
		const room = directRoomOf(old.peer, other.peer);
		network.send(other, old, {type: 'digest', room, digest: '0'.repeat(64), events: 0});
		network.send(other, old, {...everything(old), room});
		network.run(1_000);
		expect(old.archive.isOpen(room)).toBe(false);
		expect(old.events('room-joined')).toEqual([]);
	});
});

test('what was not asked for is not taken', () => {
	const network = new Network();
	const [old, other] = [network.add(), network.add()];
	old.write(3);
	const answer = old.archive.answer(everything(old), 10_000);
	network.link(old, other);
	network.send(old, other, {type: 'events', request: 77, room: ROOM, segments: answer.segments, status: 'done'});
	network.run(6);
	expect([other.held, other.counters.get('history-stray')]).toEqual([0, 1]);
});
