/** Any input, in any order: the swarm never throws, never draws chance or time itself, and keeps its invariants. */
import fc from 'fast-check';
import {afterEach, describe, expect, test, vi} from 'vitest';
import type {Command} from '../../source/api/command.ts';
import {seededRandom} from '../../source/base/random.ts';
import {createChatSwarm} from '../../source/swarm/create.ts';
import type {Effect, SwarmInput} from '../../source/swarm/io.ts';
import {encodeMessage} from '../../source/wire/codec.ts';
import {signEvent} from '../../source/wire/event.ts';
import type {Message} from '../../source/wire/messages.ts';
import {ANN, addressOf, IDENTITIES, INSTANCE} from '../behaviours/fixtures.ts';
import {message} from '../helpers/arbitrary.ts';
import {introduction, wallClock} from './rig.ts';

const PEERS = IDENTITIES.slice(0, 5).map(({peerId}) => peerId);
/** A connection that is not there. */
const STRAY = 12;

/** What may happen next. Which timer or dial it is about is chosen when it happens: only those can that were asked for. */
type Step =
	| {readonly kind: 'input'; readonly input: SwarmInput}
	| {readonly kind: 'open'; readonly peer: string; readonly answersDial: boolean}
	| {readonly kind: 'close'; readonly which: number}
	| {readonly kind: 'timer' | 'dial-failed'; readonly which: number};

const peer = fc.constantFrom(...PEERS);
const room = fc.constantFrom('lobby', 'dev', '#Lobby', 'two words', '');
const address = fc.constantFrom(
	addressOf(1),
	addressOf(2),
	`${addressOf(3)}/p2p/${PEERS[1]}`,
	'nonsense',
	'/ip4/1.2.3.4',
);
const id = fc.constantFrom('1', undefined);

const command = fc.oneof(
	fc.record({id, command: fc.constant('publish'), room, text: fc.constantFrom('hi', '', 'a\ud800')}),
	fc.record({id, command: fc.constantFrom('join', 'leave'), room}),
	fc.record({id, command: fc.constantFrom('rooms', 'peers', 'stats')}),
	fc.record({id, command: fc.constant('history'), room, limit: fc.constantFrom(1, 0, 2_000)}),
	fc.record({id, command: fc.constant('nick'), name: fc.constantFrom('ann', '', 'a\nb')}),
	fc.record({id, command: fc.constant('dial'), address}),
	fc.record({id, command: fc.constantFrom('disconnect', 'ping'), peer}),
) as fc.Arbitrary<Command>;

/** A real event of one of the peers, or one with a forged signature. */
const publish = fc
	.record({author: fc.nat(4), sequence: fc.nat(5), forged: fc.boolean(), room: fc.constantFrom('lobby', 'dev')})
	.map(({author, sequence, forged, room}) => {
		const identity = IDENTITIES[author]!;
		const event = {room, author: identity.peerId, epoch: INSTANCE, sequence: sequence + 1, timestamp: 1} as const;
		const previous = sequence === 0 ? undefined : 'ee'.repeat(32);
		const signed = signEvent({...event, clock: 1, previous, parents: [], kind: 'message', text: 'x'}, identity);
		return {type: 'publish', ...signed, ...(forged && {signature: new Uint8Array(64)}), hops: 0} as const;
	});

/** What an honest peer says, so that not every connection ends at once. */
const honest: fc.Arbitrary<Message> = fc.oneof(
	fc.constantFrom('bob', 'cat').map(name => introduction(name, [addressOf(2)])),
	fc.constantFrom('lobby', 'dev').map(room => ({type: 'subscriptions', joined: [room], left: []}) as const),
	fc.constantFrom('lobby', 'dev').map(room => ({type: 'subscriptions', joined: [], left: [room]}) as const),
	fc.nat(9).map(sequence => ({type: 'heartbeat', sequence}) as const),
);

const body = fc.oneof(
	{weight: 8, arbitrary: honest.map(one => Uint8Array.from(encodeMessage(one)))},
	{weight: 3, arbitrary: message.map(one => Uint8Array.from(encodeMessage(one)))},
	{weight: 3, arbitrary: publish.map(one => Uint8Array.from(encodeMessage(one)))},
	{weight: 1, arbitrary: fc.uint8Array({maxLength: 60})},
);

const announcement = fc
	.record({peer, port4: fc.constantFrom(4001, 4002, undefined), wantsAnswer: fc.boolean(), leaving: fc.boolean()})
	.map(fields => ({...fields, instance: INSTANCE, port6: undefined}));

const input: fc.Arbitrary<SwarmInput> = fc.oneof(
	{
		weight: 8,
		arbitrary: fc.record({type: fc.constant('frame' as const), connection: fc.nat(STRAY), body}),
	},
	{weight: 3, arbitrary: fc.record({type: fc.constant('command' as const), command, timestamp: fc.constant(1)})},
	{
		weight: 2,
		arbitrary: fc.record({
			type: fc.constant('announcement' as const),
			announcement,
			host: fc.constantFrom('192.0.2.1', '192.0.2.2'),
			port: fc.constant(50_000),
			family: fc.constant(4 as const),
		}),
	},
	{weight: 1, arbitrary: fc.constant({type: 'listening', addresses: [addressOf(1, 4005)]} as const)},
);

const step: fc.Arbitrary<Step> = fc.oneof(
	{weight: 10, arbitrary: input.map(one => ({kind: 'input', input: one}) as const)},
	{
		weight: 5,
		arbitrary: fc.record({kind: fc.constant('open' as const), peer, answersDial: fc.boolean()}),
	},
	{weight: 2, arbitrary: fc.record({kind: fc.constant('close' as const), which: fc.nat(20)})},
	{
		weight: 8,
		arbitrary: fc.record({kind: fc.constantFrom('timer' as const, 'dial-failed' as const), which: fc.nat(20)}),
	},
);

const steps = fc.array(fc.tuple(step, fc.integer({min: 0, max: 3_000})), {maxLength: 120, size: 'max'});

/** The world around a swarm: knows what it asked for, and checks each effect against the invariants. */
class World {
	readonly effects: Effect[] = [];
	readonly swarm = createChatSwarm({
		identity: IDENTITIES[0],
		instance: INSTANCE,
		random: seededRandom(1),
		name: 'ann',
		agent: 'test',
		rooms: ['lobby'],
		peers: [addressOf(9)],
		discovery: true,
		pubsub: 'gossipsub',
		wallClock,
	});
	#now = 0;
	#connection = STRAY + 1;
	readonly #open = new Map<number, string>();
	readonly #timers = new Map<string, number>();
	readonly #dials: number[] = [];
	readonly #shown = new Set<string>();
	readonly #messages = new Set<string>();

	constructor() {
		this.#handle({type: 'start', addresses: [addressOf(1)]});
	}

	step(step: Step, wait: number): void {
		this.#now += wait;
		switch (step.kind) {
			case 'input':
				return this.#handle(this.#aimed(step.input));
			case 'open':
				return this.#opened(step.peer, step.answersDial ? this.#dials.shift() : undefined);
			case 'close': {
				const connection = this.#some(step.which);
				if (connection === undefined) return;
				this.#open.delete(connection);
				return this.#handle({type: 'connection-closed', connection, reason: 'closed'});
			}
			case 'timer':
				return this.#fire(step.which);
			case 'dial-failed': {
				const [dial] = this.#dials.splice(step.which % Math.max(1, this.#dials.length), 1);
				if (dial === undefined) return;
				const code = (['refused', 'timeout', 'wrong-peer'] as const)[step.which % 3]!;
				return this.#handle({type: 'dial-failed', dial, code, message: code});
			}
		}
	}

	/** One of the open connections. */
	#some(which: number): number | undefined {
		return [...this.#open.keys()][which % Math.max(1, this.#open.size)];
	}

	/** Most frames come over a connection that is open. */
	#aimed(input: SwarmInput): SwarmInput {
		if (input.type !== 'frame' || input.connection === STRAY) return input;
		return {...input, connection: this.#some(input.connection) ?? STRAY};
	}

	#opened(peer: string, dial: number | undefined): void {
		const connection = this.#connection++;
		this.#open.set(connection, peer);
		const direction = dial === undefined ? 'inbound' : 'outbound';
		const answered = dial === undefined ? {} : {dial};
		this.#handle({type: 'connection-opened', connection, peer, address: addressOf(2), direction, ...answered});
	}

	#fire(which: number): void {
		const timers = [...this.#timers];
		const timer = timers[which % Math.max(1, timers.length)];
		if (!timer) return;
		this.#timers.delete(timer[0]);
		this.#now = Math.max(this.#now, timer[1]);
		this.#handle({type: 'timer', timer: timer[0]});
	}

	#handle(input: SwarmInput): void {
		for (const effect of this.swarm.handle(input, this.#now)) this.#check(effect);
	}

	#check(effect: Effect): void {
		this.effects.push(effect);
		switch (effect.type) {
			case 'send':
				for (const connection of effect.connections) expect(this.#open.has(connection), 'send over nothing').toBe(true);
				return;
			case 'close':
				return expect(this.#open.get(effect.connection), 'close of nothing').toBeDefined();
			case 'dial':
				expect(effect.expected, 'dials itself').not.toBe(ANN);
				this.#dials.push(effect.dial);
				return;
			case 'schedule':
				expect(Number.isFinite(effect.at), 'a timer at no time').toBe(true);
				this.#timers.set(effect.timer, effect.at);
				return;
			case 'cancel':
				this.#timers.delete(effect.timer);
				return;
			case 'emit':
				return this.#event(effect.event);
		}
	}

	#event(event: Extract<Effect, {type: 'emit'}>['event']): void {
		switch (event.type) {
			case 'peer-connected':
				expect([event.peer === ANN, this.#shown.has(event.peer)], 'connected twice, or to itself').toEqual([
					false,
					false,
				]);
				this.#shown.add(event.peer);
				return;
			case 'peer-disconnected':
				return expect(this.#shown.delete(event.peer), 'gone without having been here').toBe(true);
			case 'message':
				expect(this.#messages.has(event.messageId), 'a message twice').toBe(false);
				this.#messages.add(event.messageId);
				return;
			case 'message-state':
				return expect(event.storedBy, 'more holders than members').toBeLessThanOrEqual(event.of);
		}
	}
}

afterEach(() => {
	vi.restoreAllMocks();
});

describe('any inputs in any order', () => {
	test('never throw, and keep the invariants', () => {
		fc.assert(
			fc.property(steps, list => {
				const world = new World();
				for (const [one, wait] of list) world.step(one, wait);
			}),
			{numRuns: 300},
		);
	}, 60_000);

	test('give the same effects for the same inputs, and no chance or clock is asked but the given ones', () => {
		const forbidden = () => {
			throw new Error('not given as an argument');
		};
		fc.assert(
			fc.property(steps, list => {
				vi.spyOn(Math, 'random').mockImplementation(forbidden);
				vi.spyOn(Date, 'now').mockImplementation(forbidden);
				vi.spyOn(performance, 'now').mockImplementation(forbidden);
				const [first, second] = [new World(), new World()];
				for (const [one, wait] of list) {
					first.step(one, wait);
					second.step(one, wait);
				}
				vi.restoreAllMocks();
				expect(second.effects).toEqual(first.effects);
			}),
			{numRuns: 60},
		);
	}, 60_000);
});
