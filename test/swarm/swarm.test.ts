import {describe, expect, test} from 'vitest';
import type {CommandName} from '../../source/api/command.ts';
import {WireError} from '../../source/base/errors.ts';
import {type Random, seededRandom} from '../../source/base/random.ts';
import type {Behaviour, BehaviourInput, BehaviourOutput, Instant, View} from '../../source/behaviours/behaviour.ts';
import {LOSER_TIMEOUT, REPLACED_TIMEOUT, SIMULTANEOUS_WINDOW} from '../../source/swarm/connection-table.ts';
import {DEFAULT_LIMITS} from '../../source/swarm/limits.ts';
import {Swarm, type SwarmOptions} from '../../source/swarm/swarm.ts';
import {ANN, addressOf, BOB, CAT, emit, INSTANCE, send, TIMESTAMP} from '../behaviours/fixtures.ts';
import {strangers} from './fixtures.ts';
import {NOTHING_KEPT, Rig} from './rig.ts';

/** Writes down what it is told, and answers with what the test has prepared. */
class Recorder implements Behaviour {
	readonly protocol = '/test/1';
	readonly messages = ['ping', 'heartbeat'] as const;
	readonly name: string;
	readonly commands: readonly CommandName[];
	readonly inputs: [BehaviourInput, Instant][] = [];
	answers: BehaviourOutput[] = [];

	constructor(name: string, commands: readonly CommandName[] = []) {
		this.name = name;
		this.commands = commands;
	}

	handle(input: BehaviourInput, now: Instant): BehaviourOutput[] {
		this.inputs.push([input, now]);
		const answers = this.answers;
		this.answers = [];
		return answers;
	}

	/** What it was told since the last call. */
	take(): BehaviourInput[] {
		return this.inputs.splice(0).map(([input]) => input);
	}
}

function start(options: Partial<SwarmOptions> = {}) {
	const recorder = new Recorder('recorder', ['ping']);
	let view: View | undefined;
	const behaviours = (given: View) => {
		view = given;
		return [recorder];
	};
	const random = seededRandom(1);
	const given = {self: ANN, instance: INSTANCE, random, peers: [], discovery: false, ...NOTHING_KEPT};
	const swarm = new Swarm({...given, behaviours, ...options});
	const rig = new Rig(swarm);
	rig.start();
	recorder.take();
	return {rig, recorder, view: view!};
}

const INBOUND = addressOf(2, 40_000);
const cancelLoser = (connection: number) => ({type: 'cancel', timer: `loser ${connection}`});
const connectedTo = (peer: string, direction = 'inbound', address = INBOUND) => ({
	type: 'connected',
	peer,
	address,
	direction,
});
/** Where a peer was reached is kept for the next run, a while later. */
const remembering = (now: number) => ({type: 'schedule', timer: 'remember', at: now + 5_000});

/** Whoever finds no room is told so. */
const turnedAway = [
	{type: 'send', connections: [1_000], message: {type: 'goodbye', reason: 'too-many-peers'}},
	{type: 'close', connection: 1_000, reason: 'full'},
];
const nonce = new Uint8Array(8);

describe('the life of a swarm', () => {
	test('starts with its behaviours, then its addresses, then the first announcement', () => {
		const recorder = new Recorder('recorder');
		const swarm = new Swarm({
			self: ANN,
			instance: INSTANCE,
			random: seededRandom(1),
			peers: [addressOf(9)],
			discovery: true,
			behaviours: () => [recorder],
			...NOTHING_KEPT,
		});
		const announcement = {
			peer: ANN,
			instance: INSTANCE,
			port4: 4001,
			port6: undefined,
			wantsAnswer: true,
			leaving: false,
		};
		expect(new Rig(swarm).start()).toEqual([
			{type: 'announce', announcement},
			{type: 'schedule', timer: 'announce', at: 150},
			{type: 'dial', dial: 1, address: addressOf(9), expected: undefined},
		]);
		expect(recorder.take()).toEqual([{type: 'start'}, {type: 'listening', addresses: [addressOf(1)]}]);
	});

	test('without discovery nothing is announced', () => {
		const {rig} = start();
		expect(rig.input({type: 'stop'})).toEqual([]);
	});

	test('row 43: what a behaviour finds malformed inside of a message costs a connection, and nothing else', () => {
		class Overlooking extends Recorder {
			override handle(input: BehaviourInput, now: Instant): BehaviourOutput[] {
				if (input.type === 'message') throw new WireError('event-shape', 'not an event');
				return super.handle(input, now);
			}
		}
		const {rig} = start({behaviours: () => [new Overlooking('overlooking')]});
		rig.open(1, BOB);
		const effects = rig.message(1, {type: 'ping', nonce});
		expect(effects).toContainEqual({type: 'close', connection: 1, reason: 'event-shape'});
		expect(rig.swarm.counters.get('event-shape')).toBe(1);
	});

	test('announces again whenever its timer fires', () => {
		const {rig} = start({discovery: true});
		rig.now = 150;
		expect(rig.timer('announce').map(({type}) => type)).toEqual(['announce', 'schedule']);
	});

	test('a change of addresses reaches the behaviours and the next announcement', () => {
		const {rig, recorder} = start({discovery: true});
		const addresses = ['/ip6/2001:db8::1/tcp/7001', addressOf(1, 7002)];
		const announced = {announcement: {port4: 7002, port6: 7001, wantsAnswer: true}};
		expect(rig.input({type: 'listening', addresses})).toMatchObject([announced, {type: 'schedule', at: 150}]);
		expect(recorder.take()).toEqual([{type: 'listening', addresses}, {type: 'woke'}]);
		// The same once more is no change.
		expect(rig.input({type: 'listening', addresses: [...addresses].reverse()})).toEqual([]);
	});

	test('on a new link it announces itself at once and asks for answers, though its addresses are the same', () => {
		const {rig, recorder} = start({discovery: true});
		while (rig.now < 10_000) {
			rig.now += 5_000;
			rig.timer('announce');
		}
		recorder.take();
		const input = {type: 'listening', addresses: [addressOf(1)]} as const;
		expect(rig.input({...input, hasNewLink: false})).toEqual([]);
		expect(rig.input({...input, hasNewLink: true})).toMatchObject([
			{type: 'announce', announcement: {wantsAnswer: true}},
			{type: 'schedule', timer: 'announce', at: 10_150},
		]);
	});

	test('stops by telling the behaviours, which may still send; then it announces that it leaves, and closes all', () => {
		const {rig, recorder} = start({discovery: true});
		rig.open(1, BOB);
		rig.open(2, CAT);
		recorder.take();
		recorder.answers = [send([BOB, CAT], {type: 'goodbye', reason: 'leaving'})];
		const announcement = {
			peer: ANN,
			instance: INSTANCE,
			port4: 4001,
			port6: undefined,
			wantsAnswer: false,
			leaving: true,
		};
		expect(rig.input({type: 'stop'})).toEqual([
			{type: 'send', connections: [1, 2], message: {type: 'goodbye', reason: 'leaving'}},
			{type: 'announce', announcement},
			{type: 'close', connection: 1, reason: 'leaving'},
			{type: 'close', connection: 2, reason: 'leaving'},
		]);
		expect(recorder.take()).toEqual([{type: 'committed'}, {type: 'stop'}]);
	});
});

describe('what a behaviour asks for', () => {
	const asking = (...answers: BehaviourOutput[]) => {
		const {rig, recorder, view} = start();
		rig.open(1, BOB);
		recorder.take();
		recorder.answers = answers;
		return {rig, recorder, view, effects: rig.message(1, {type: 'ping', nonce})};
	};

	test('send reaches the connections of the peers that are connected, in one effect', () => {
		const {rig, recorder} = start();
		rig.open(1, BOB);
		rig.open(2, CAT);
		recorder.answers = [send([CAT, 'nobody', BOB], {type: 'heartbeat', sequence: 7})];
		expect(rig.message(1, {type: 'ping', nonce})).toEqual([
			{type: 'send', connections: [2, 1], message: {type: 'heartbeat', sequence: 7}},
		]);
	});

	test('send to nobody who is connected is nothing', () => {
		expect(asking(send(['nobody'], {type: 'heartbeat', sequence: 7})).effects).toEqual([]);
	});

	test('its timers carry its name, out and back', () => {
		const {rig, recorder, effects} = asking(
			{type: 'schedule', timer: 'a/b c', at: 500},
			{type: 'cancel', timer: 'other'},
		);
		expect(effects).toEqual([
			{type: 'schedule', timer: 'recorder/a/b c', at: 500},
			{type: 'cancel', timer: 'recorder/other'},
		]);
		recorder.take();
		expect(rig.timer('recorder/a/b c')).toEqual([]);
		expect(recorder.take()).toEqual([{type: 'timer', timer: 'a/b c'}]);
	});

	test('a timer of nobody is nothing', () => {
		const {rig, recorder} = start();
		for (const timer of ['stranger/x', 'unknown', '/x', '', 'loser 7', 'loser x', 'dial']) {
			expect(rig.timer(timer)).toEqual([]);
		}
		expect(recorder.take()).toEqual([]);
	});

	test('emit is handed on', () => {
		const event = {type: 'room-left', room: 'lobby'} as const;
		expect(asking(emit(event)).effects).toEqual([{type: 'emit', event}]);
	});

	test('reply and refuse answer a command that has an id, and no other', () => {
		const [asked, told] = [{command: 'ping', peer: BOB, id: '7'} as const, {command: 'ping', peer: BOB} as const];
		const error = {code: 'busy', message: 'no'} as const;
		expect(
			asking(
				{type: 'reply', command: asked, result: {rtts: [1]}},
				{type: 'reply', command: told, result: {rtts: [1]}},
				{type: 'refuse', command: asked, error},
				{type: 'refuse', command: told, error},
			).effects,
		).toEqual([
			{type: 'emit', event: {type: 'reply', id: '7', ok: true, result: {rtts: [1]}}},
			{type: 'emit', event: {type: 'reply', id: '7', ok: false, error}},
		]);
	});

	test('count is counted', () => {
		const {rig} = asking({type: 'count', counter: 'lost', by: 3}, {type: 'count', counter: 'lost'});
		expect(rig.swarm.counters.toObject()).toEqual({lost: 4});
	});

	test('learned can be read by all, and its addresses are remembered for dialling with the host it came from', () => {
		const {rig, view} = asking({
			type: 'learned',
			peer: BOB,
			facts: {name: 'bob', addresses: ['/ip4/203.0.113.9/tcp/4001', '/ip6/2001:db8::9/tcp/4002']},
		});
		expect(view.facts(BOB)).toMatchObject({name: 'bob'});
		rig.now = 10_000;
		rig.close(1);
		rig.now = 20_000;
		expect(rig.timer('dial')).toEqual([{type: 'dial', dial: 1, address: addressOf(2, 4001), expected: BOB}]);
	});

	test('disconnect closes at once, and the behaviours know before the connection is closed', () => {
		const {rig, recorder, effects} = asking({type: 'disconnect', peer: BOB, reason: 'enough'});
		expect(effects).toEqual([{type: 'close', connection: 1, reason: 'enough'}]);
		expect(recorder.take()).toEqual([
			{type: 'message', peer: BOB, message: {type: 'ping', nonce}},
			{type: 'disconnected', peer: BOB, reason: 'enough'},
		]);
		expect(rig.message(1, {type: 'ping', nonce})).toEqual([]);
		expect(rig.close(1, 'enough')).toEqual([cancelLoser(1)]);
		expect(recorder.take()).toEqual([]);
	});

	test('disconnect of a peer that is not connected is nothing', () => {
		expect(asking({type: 'disconnect', peer: CAT, reason: 'enough'}).effects).toEqual([]);
	});
});

describe('connections', () => {
	test('the first and the last to a peer are told to the behaviours', () => {
		const {rig, recorder, view} = start();
		expect(rig.open(1, BOB)).toEqual([]);
		expect(view.connectedPeers()).toEqual([BOB]);
		expect(rig.close(1, 'reset')).toEqual([cancelLoser(1)]);
		expect(view.connectedPeers()).toEqual([]);
		expect(recorder.take()).toEqual([connectedTo(BOB), {type: 'disconnected', peer: BOB, reason: 'reset'}]);
	});

	test('row 12: oneself is turned away, at both ends, and no behaviour hears of it', () => {
		const {rig, recorder} = start({peers: [addressOf(1)]});
		expect(rig.open(1, ANN)).toEqual([{type: 'close', connection: 1, reason: 'self'}]);
		expect(rig.open(2, ANN, {direction: 'outbound', address: addressOf(1), dial: 1})).toEqual([
			{type: 'close', connection: 2, reason: 'self'},
		]);
		expect([rig.close(1), rig.close(2)]).toEqual([[cancelLoser(1)], [cancelLoser(2)]]);
		expect(recorder.take()).toEqual([]);
		expect(rig.swarm.counters.toObject()).toEqual({'connection-self': 2});
		// And it is not tried again.
		rig.now = 1_000_000;
		expect(rig.timer('dial')).toEqual([]);
	});

	test('row 12: of two at once we close the loser if we dialled the survivor, and the behaviours see one peer', () => {
		const {rig, recorder} = start();
		rig.open(1, BOB);
		recorder.take();
		rig.now = 50;
		expect(rig.open(2, BOB, {direction: 'outbound', address: addressOf(2)})).toEqual([
			{type: 'close', connection: 1, reason: 'duplicate'},
			remembering(50),
		]);
		// What was sent over the loser is read, and what we send goes over the survivor.
		recorder.answers = [send([BOB], {type: 'heartbeat', sequence: 1})];
		expect(rig.message(1, {type: 'ping', nonce})).toEqual([
			{type: 'send', connections: [2], message: {type: 'heartbeat', sequence: 1}},
		]);
		expect(rig.close(1)).toEqual([cancelLoser(1)]);
		expect(recorder.take()).toEqual([
			{type: 'moved', peer: BOB},
			{type: 'message', peer: BOB, message: {type: 'ping', nonce}},
		]);
		expect(rig.swarm.counters.toObject()).toEqual({'duplicate-connection': 1});
	});

	test('row 12: if they dialled the survivor, the loser is left to them, for a while', () => {
		const {rig, recorder} = start({self: CAT});
		rig.open(1, BOB);
		recorder.take();
		rig.now = 50;
		expect(rig.open(2, BOB, {direction: 'outbound', address: addressOf(2)})).toEqual([
			{type: 'schedule', timer: 'loser 2', at: 50 + LOSER_TIMEOUT},
			remembering(50),
		]);
		rig.now = 50 + LOSER_TIMEOUT;
		expect(rig.timer('loser 2')).toEqual([{type: 'close', connection: 2, reason: 'duplicate'}]);
		expect(rig.close(2)).toEqual([cancelLoser(2)]);
		expect(recorder.take()).toEqual([]);
	});

	test('a loser that has come to carry the peer is not closed when its time is up', () => {
		const {rig, recorder} = start({self: CAT});
		rig.open(1, BOB);
		rig.open(2, BOB, {direction: 'outbound', address: addressOf(2)});
		recorder.take();
		expect(rig.close(1, 'reset')).toEqual([cancelLoser(1)]);
		expect(recorder.take()).toEqual([{type: 'moved', peer: BOB}]);
		expect(rig.timer('loser 2')).toEqual([]);
	});

	test('one that comes long after the other replaces it, and nothing under way is lost', () => {
		const {rig, recorder} = start();
		rig.open(1, BOB);
		recorder.take();
		rig.now = SIMULTANEOUS_WINDOW;
		expect(rig.open(2, BOB)).toEqual([
			{type: 'schedule', timer: 'loser 1', at: SIMULTANEOUS_WINDOW + REPLACED_TIMEOUT},
		]);
		expect(recorder.take()).toEqual([{type: 'moved', peer: BOB}]);
		rig.message(1, {type: 'ping', nonce});
		expect(recorder.take()).toEqual([{type: 'message', peer: BOB, message: {type: 'ping', nonce}}]);
		expect(rig.timer('loser 1')).toEqual([{type: 'close', connection: 1, reason: 'duplicate'}]);
		expect(rig.close(1)).toEqual([cancelLoser(1)]);
		expect(recorder.take()).toEqual([]);
	});

	test('a goodbye on a connection that carries nothing ends that one only', () => {
		const {rig, recorder} = start();
		rig.open(1, BOB);
		rig.now = SIMULTANEOUS_WINDOW;
		rig.open(2, BOB);
		recorder.take();
		expect(rig.message(1, {type: 'goodbye', reason: 'leaving'})).toEqual([
			{type: 'close', connection: 1, reason: 'goodbye'},
		]);
		expect(recorder.take()).toEqual([]);
	});

	test('more than the bound are turned away', () => {
		const {rig, recorder} = start();
		for (const [index, peer] of strangers(DEFAULT_LIMITS.max).entries()) {
			rig.open(index, peer, {address: `/ip4/198.18.${index >> 8}.${index & 255}/tcp/40000`});
		}
		recorder.take();
		expect(rig.open(1_000, BOB)).toEqual(turnedAway);
		expect(recorder.take()).toEqual([]);
		expect(rig.swarm.counters.toObject()).toEqual({'connection-full': 1});
		rig.close(0);
		recorder.take();
		rig.open(1_001, BOB);
		expect(recorder.take()).toEqual([connectedTo(BOB)]);
	});

	test('of one IP address no more than its share is let in, whatever keys it shows; we may still dial it', () => {
		const {rig, recorder} = start();
		for (const [index, peer] of strangers(DEFAULT_LIMITS.perAddress).entries()) rig.open(index, peer);
		recorder.take();
		expect(rig.open(1_000, BOB)).toEqual(turnedAway);
		expect(rig.open(1_001, BOB, {address: '/ip4/203.0.113.9/tcp/40000'})).toEqual([]);
		expect(rig.open(1_002, CAT, {direction: 'outbound'})).toEqual([remembering(0)]);
		expect(recorder.take()).toHaveLength(2);
	});

	test('what comes over or from a connection that is not there is nothing', () => {
		const {rig, recorder} = start();
		expect([rig.message(7, {type: 'ping', nonce}), rig.close(7)]).toEqual([[], [cancelLoser(7)]]);
		expect(recorder.take()).toEqual([]);
	});

	test('invariant 1: connected and disconnected of a peer alternate for every behaviour, come what may', () => {
		const {rig, recorder} = start();
		openAndCloseAtRandom(rig, seededRandom(7), 5_000);
		for (const peer of [BOB, CAT]) {
			const types = recorder.inputs
				.filter(([input]) => 'peer' in input && input.peer === peer && input.type !== 'moved' && input.type !== 'probe')
				.map(([{type}]) => type);
			expect(types.length).toBeGreaterThan(50);
			expect(types).toEqual(types.map((_, index) => (index % 2 === 0 ? 'connected' : 'disconnected')));
		}
	});
});

/** Connections to Bob and Cat come and go, the oldest or the newest first. */
function openAndCloseAtRandom(rig: Rig, random: Random, steps: number): void {
	const coin = () => random.float() < 0.5;
	const open: number[] = [];
	for (let step = 1; step <= steps; step++) {
		rig.now += random.float() * 4_000;
		if (coin()) {
			rig.open(step, coin() ? BOB : CAT, {direction: coin() ? 'inbound' : 'outbound'});
			open.push(step);
		} else {
			const connection = coin() ? open.shift() : open.pop();
			if (connection !== undefined) rig.close(connection);
		}
	}
}

describe('commands', () => {
	test('reach the behaviour that answers them, with the wall clock', () => {
		const {rig, recorder} = start();
		const command = {command: 'ping', peer: BOB, id: '1'} as const;
		expect(rig.command(command)).toEqual([]);
		expect(recorder.take()).toEqual([{type: 'command', command, timestamp: TIMESTAMP}]);
	});

	test('one that nothing answers is refused', () => {
		expect(start().rig.command({command: 'rooms', id: '1'})).toEqual([
			{
				type: 'emit',
				event: {
					type: 'reply',
					id: '1',
					ok: false,
					error: {code: 'bad-command', message: 'nothing here answers rooms'},
				},
			},
		]);
	});
});
