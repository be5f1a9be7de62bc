import {describe, expect, test} from 'vitest';
import {seededRandom} from '../../source/base/random.ts';
import type {BehaviourOutput} from '../../source/behaviours/behaviour.ts';
import {MAX_TRACES, TRACE_MEMORY, TRACE_TIMEOUT, TRACES, Trace} from '../../source/behaviours/trace.ts';
import {MAX_TRACE_LINKS} from '../../source/wire/limits.ts';
import type {TracedHop} from '../../source/wire/messages.ts';
import type {PeerId} from '../../source/wire/peer-id.ts';
import {
	ANN,
	asked,
	BOB,
	CAT,
	count,
	DAN,
	disconnected,
	FakeView,
	IDENTITIES,
	received,
	send,
	timer,
} from './fixtures.ts';

const EVE = IDENTITIES[4].peerId;
const NAMES: Record<string, string> = {[BOB]: 'bob', [CAT]: 'cat', [DAN]: 'dan', [EVE]: 'eve'};
/** Of a trace that somebody else asks. */
const ID = 'ab'.repeat(16);

const hop = (peer: PeerId, microseconds: number): TracedHop => ({peer, microseconds});
const question = (linksLeft: number, {id = ID, target = DAN, room = 'lobby'} = {}) =>
	({type: 'trace', id, room, target, linksLeft}) as const;
const answer = (hops: readonly TracedHop[], id = ID) => ({type: 'traced', id, hops}) as const;
const command = {command: 'trace', room: '#Lobby', peer: DAN, id: '1'} as const;

/** Ann's, with Bob and Cat in her mesh; Dan and Eve are members elsewhere, Eve connected too. */
function start({mesh = [BOB, CAT], tells = true}: {mesh?: readonly PeerId[]; tells?: boolean} = {}): Trace {
	const overlay = {rooms: () => ['lobby'], mesh: () => mesh, members: () => [BOB, CAT, EVE]};
	const chronicle = {authorName: (peer: PeerId) => NAMES[peer] ?? peer};
	return new Trace({view: new FakeView(ANN), overlay, chronicle, random: seededRandom(1), tells});
}

/** Ann's own question of time 1,000, and its id. */
function ask(trace: Trace): string {
	const [sent] = trace.handle(asked(command), 1_000);
	if (sent?.type !== 'send' || sent.message.type !== 'trace') throw new Error('nothing was asked');
	return sent.message.id;
}

const results = (outputs: readonly BehaviourOutput[]) =>
	outputs.flatMap(output => (output.type === 'reply' ? [output.result] : []));
const refusals = (outputs: readonly BehaviourOutput[]) =>
	outputs.flatMap(output => (output.type === 'refuse' ? [`${output.error.code}: ${output.error.message}`] : []));

describe('our own question', () => {
	test('goes to the mesh, and the first answer gives the way: each link by the difference of two clocks’ spans', () => {
		const trace = start();
		const outputs = trace.handle(asked(command), 1_000);
		const id = (outputs[1] as {timer: string}).timer;
		expect(id).toMatch(/^[0-9a-f]{32}$/);
		expect(outputs).toEqual([
			send([BOB, CAT], question(MAX_TRACE_LINKS, {id})),
			{type: 'schedule', timer: id, at: 1_000 + TRACE_TIMEOUT},
		]);
		const hops = [hop(BOB, 7_500), hop(EVE, 2_000), hop(DAN, 0)];
		expect(trace.handle(received(BOB, answer(hops, id)), 1_010)).toEqual([
			{type: 'cancel', timer: id},
			{
				type: 'reply',
				command,
				result: {
					room: 'lobby',
					peer: DAN,
					hops: [
						{peer: BOB, name: 'bob', total: 2.5, link: 2.5},
						{peer: EVE, name: 'eve', total: 8, link: 5.5},
						{peer: DAN, name: 'dan', total: 10, link: 2},
					],
				},
			},
		]);
		expect(trace.handle(received(CAT, answer([hop(CAT, 1), hop(DAN, 0)], id)), 1_011)).toEqual([]);
		expect(trace.handle(timer(id), 6_000)).toEqual([]);
	});

	test('is refused after five seconds without an answer', () => {
		const trace = start();
		const id = ask(trace);
		expect(refusals(trace.handle(timer(id), 6_000))).toEqual([expect.stringMatching(/^trace-timeout: no answer/)]);
		expect(trace.handle(received(BOB, answer([hop(BOB, 1), hop(DAN, 0)], id)), 6_001)).toEqual([]);
	});

	test.each([
		['unknown-room', {room: 'dev'}],
		['bad-room', {room: 'a b'}],
		['bad-peer', {peer: 'bob'}],
		['bad-peer', {peer: ANN}],
	])('that makes no sense is refused as %s: %j', (code, wrong) => {
		expect(refusals(start().handle(asked({...command, ...wrong}), 0))).toEqual([expect.stringContaining(`${code}: `)]);
	});

	test('is refused where nobody is there to ask, and when there are too many', () => {
		expect(refusals(start({mesh: []}).handle(asked(command), 0))).toEqual([expect.stringMatching(/^not-connected: /)]);
		const trace = start();
		for (let asking = 0; asking < TRACES.burst; asking++) ask(trace);
		expect(refusals(trace.handle(asked(command), 1_000))).toEqual(['busy: too many traces; wait a moment']);
	});

	test('a liar changes nothing about those before it: its time is at most what passed here', () => {
		const trace = start();
		const id = ask(trace);
		const hops = [hop(BOB, 4_000), hop(EVE, 50_000_000), hop(DAN, 9_000)];
		expect(results(trace.handle(received(BOB, answer(hops, id)), 1_010))).toMatchObject([
			{
				hops: [
					{name: 'bob', total: 6, link: 6},
					{name: 'eve', total: 6, link: 0},
					{name: 'dan', total: 6, link: 0},
				],
			},
		]);
	});

	test.each([
		['from somebody who was not asked', EVE, [hop(EVE, 1), hop(DAN, 0)]],
		['that begins with another than its sender', BOB, [hop(EVE, 1), hop(DAN, 0)]],
		['that ends with another than the target', BOB, [hop(BOB, 1), hop(EVE, 0)]],
		['with nobody in it', BOB, []],
		['that goes through somebody twice', BOB, [hop(BOB, 1), hop(EVE, 1), hop(BOB, 1), hop(DAN, 0)]],
		['that goes through us', BOB, [hop(BOB, 1), hop(ANN, 1), hop(DAN, 0)]],
		['over more links than were left', BOB, [hop(BOB, 1), ...many(MAX_TRACE_LINKS), hop(DAN, 0)]],
	])('an answer %s is counted, and the next one is waited for', (_, source, hops) => {
		const trace = start();
		const id = ask(trace);
		expect(trace.handle(received(source, answer(hops, id)), 1_010)).toEqual([count('stray')]);
		expect(results(trace.handle(received(CAT, answer([hop(CAT, 9), hop(DAN, 0)], id)), 1_011))).toHaveLength(1);
	});
});

function many(length: number): TracedHop[] {
	return Array.from({length}, (_, index) => hop(`peer ${index}`, 0));
}

describe('another’s question', () => {
	test('for us is answered, once', () => {
		const trace = start();
		const forUs = question(0, {target: ANN});
		expect(trace.handle(received(BOB, forUs), 0)).toEqual([send([BOB], answer([hop(ANN, 0)]))]);
		expect(trace.handle(received(CAT, forUs), 1)).toEqual([]);
		expect(trace.handle(received(CAT, forUs), TRACE_MEMORY)).toEqual([send([CAT], answer([hop(ANN, 0)]))]);
	});

	test('goes on over our mesh, once, and the first answer goes back with us in front', () => {
		const trace = start();
		expect(trace.handle(received(BOB, question(16)), 100)).toEqual([send([CAT], question(15))]);
		expect(trace.handle(received(CAT, question(15)), 100)).toEqual([]);
		const hops = [hop(CAT, 300), hop(DAN, 0)];
		expect(trace.handle(received(CAT, answer(hops)), 101.5)).toEqual([send([BOB], answer([hop(ANN, 1_500), ...hops]))]);
		expect(trace.handle(received(CAT, answer(hops)), 102)).toEqual([]);
	});

	test('ends here when no link is left, and longer answers than that are not believed', () => {
		expect(start().handle(received(BOB, question(0)), 0)).toEqual([]);
		const trace = start();
		trace.handle(received(BOB, question(1)), 0);
		expect(trace.handle(received(CAT, answer([hop(CAT, 1), hop(DAN, 0)])), 1)).toEqual([count('stray')]);
		expect(trace.handle(received(CAT, answer([hop(CAT, 1)])), 2)).toEqual([count('stray')]);
	});

	test('an answer after ten seconds goes nowhere', () => {
		const trace = start();
		trace.handle(received(BOB, question(16)), 0);
		expect(trace.handle(received(CAT, answer([hop(CAT, 1), hop(DAN, 0)])), TRACE_MEMORY)).toEqual([]);
	});

	test.each([
		['from somebody who is not in the room', DAN, question(16)],
		['for a room that we are not in', BOB, question(16, {room: 'dev'})],
	])('%s is counted', (_, source, stray) => {
		expect(start().handle(received(source, stray), 0)).toEqual([count('stray')]);
	});

	test('is left alone by whoever tells nobody its neighbours', () => {
		const trace = start({tells: false});
		expect(trace.handle(received(BOB, question(16)), 0)).toEqual([]);
		expect(trace.handle(received(BOB, question(16, {target: ANN})), 0)).toEqual([]);
		expect(ask(trace)).toMatch(/^[0-9a-f]{32}$/);
	});

	test('a flood goes on at its rate and no faster, each neighbour by itself', () => {
		const trace = start();
		const flood = (source: PeerId, from: number, now: number) =>
			Array.from({length: 100}, (_, index) => {
				const id = (from + index).toString(16).padStart(32, '0');
				return trace.handle(received(source, question(16, {id})), now)[0]?.type;
			}).filter(type => type === 'send').length;
		expect([flood(BOB, 0, 0), flood(BOB, 100, 0), flood(CAT, 200, 0), flood(BOB, 300, 1_000)]).toEqual([
			TRACES.burst,
			0,
			TRACES.burst,
			TRACES.perSecond,
		]);
		trace.handle(disconnected(BOB), 1_000);
		expect(flood(BOB, 400, 1_000)).toBe(TRACES.burst);
	});

	test('that pushes our own out of memory has us say so all the same', () => {
		const trace = start();
		const id = ask(trace);
		for (let index = 0; index < MAX_TRACES; index++) {
			const other = index.toString(16).padStart(32, '0');
			trace.handle(received(BOB, question(16, {id: other})), 1_000 + index * 200);
		}
		expect(refusals(trace.handle(timer(id), 2 ** 30))).toHaveLength(1);
	});
});
