import {describe, expect, test} from 'vitest';
import {IDENTIFY_TIMEOUT, Identify} from '../../source/behaviours/identify.ts';
import {PEER_INTRODUCTIONS} from '../../source/behaviours/rates.ts';
import type {Identify as IdentifyMessage} from '../../source/wire/messages.ts';
import {
	ANN,
	addressOf,
	asked,
	BOB,
	CAT,
	connected,
	disconnected,
	emit,
	FakeView,
	INSTANCE,
	received,
	send,
	timer,
} from './fixtures.ts';

const AGENT = 'p2p-tui/0.1.0';
const PROTOCOLS = ['/p2p-tui/ping/1'];

const ours = (change: Partial<IdentifyMessage> = {}): IdentifyMessage => ({
	type: 'identify',
	name: 'ann',
	agent: AGENT,
	instance: INSTANCE,
	addresses: [],
	protocols: PROTOCOLS,
	...change,
});

const theirs = (change: Partial<IdentifyMessage> = {}): IdentifyMessage => ({
	type: 'identify',
	name: 'bob',
	agent: 'other/1',
	instance: 'cd'.repeat(16),
	addresses: [addressOf(2)],
	protocols: ['/p2p-tui/rooms/1'],
	...change,
});

const factsOf = ({type: _, ...facts}: IdentifyMessage) => facts;

function start(view = new FakeView(ANN)): Identify {
	const identify = new Identify({view, name: 'ann', agent: AGENT, instance: INSTANCE, protocols: PROTOCOLS});
	identify.handle({type: 'start'}, 0);
	return identify;
}

/** Bob is connected and has introduced himself. */
function startWithBob(): {identify: Identify; view: FakeView} {
	const view = new FakeView(ANN, {[BOB]: {}});
	const identify = start(view);
	identify.handle(connected(BOB), 100);
	identify.handle(received(BOB, theirs()), 110);
	view.connect(BOB, factsOf(theirs()));
	return {identify, view};
}

describe('identify', () => {
	test('at the start it tells the peer store who we are', () => {
		const identify = new Identify({
			view: new FakeView(ANN),
			name: 'ann',
			agent: AGENT,
			instance: INSTANCE,
			protocols: PROTOCOLS,
		});
		expect(identify.handle({type: 'start'}, 0)).toEqual([
			{type: 'learned', peer: ANN, facts: {name: 'ann', agent: AGENT, instance: INSTANCE}},
		]);
	});

	test('a new peer is greeted and has five seconds to introduce itself', () => {
		expect(start().handle(connected(BOB), 100)).toEqual([
			send([BOB], ours()),
			{type: 'schedule', timer: BOB, at: 100 + IDENTIFY_TIMEOUT},
		]);
	});

	test('a peer is shown as connected once it has introduced itself, with the address and direction it came by', () => {
		const identify = start();
		// Its own way out; nobody listens at that port.
		identify.handle({type: 'connected', peer: BOB, address: addressOf(7, 53_211), direction: 'inbound'}, 100);
		expect(identify.handle(received(BOB, theirs()), 150)).toEqual([
			{type: 'learned', peer: BOB, facts: factsOf(theirs())},
			{type: 'cancel', timer: BOB},
			emit({type: 'peer-connected', peer: BOB, name: 'bob', address: addressOf(7), direction: 'inbound'}),
		]);
	});

	test('one that does not introduce itself in time is let go', () => {
		const identify = start();
		identify.handle(connected(BOB), 100);
		expect(identify.handle(timer(BOB), 100 + IDENTIFY_TIMEOUT)).toEqual([
			{type: 'disconnect', peer: BOB, reason: 'no-identify'},
		]);
	});

	test('a peer that leaves before it has introduced itself was never shown, so nothing is said', () => {
		const identify = start();
		identify.handle(connected(BOB), 100);
		expect(identify.handle(disconnected(BOB), 200)).toEqual([{type: 'cancel', timer: BOB}]);
	});

	test('a peer that leaves after its introduction is said to be gone, with the reason', () => {
		const {identify} = startWithBob();
		expect(identify.handle(disconnected(BOB, 'reset'), 200)).toEqual([
			emit({type: 'peer-disconnected', peer: BOB, reason: 'reset'}),
		]);
	});

	test('one that comes back has to introduce itself again', () => {
		const {identify} = startWithBob();
		identify.handle(disconnected(BOB), 200);
		expect(identify.handle(connected(BOB), 300)).toEqual([
			send([BOB], ours()),
			{type: 'schedule', timer: BOB, at: 300 + IDENTIFY_TIMEOUT},
		]);
		expect(identify.handle(received(BOB, theirs()), 310)).toEqual([
			{type: 'learned', peer: BOB, facts: factsOf(theirs())},
			{type: 'cancel', timer: BOB},
			emit({type: 'peer-connected', peer: BOB, name: 'bob', address: addressOf(1), direction: 'outbound'}),
		]);
	});

	test('a second introduction that changes no name is learned and not shown', () => {
		const {identify} = startWithBob();
		const moved = theirs({addresses: [addressOf(3)]});
		expect(identify.handle(received(BOB, moved), 200)).toEqual([{type: 'learned', peer: BOB, facts: factsOf(moved)}]);
	});

	test('a peer that takes another name is said to be renamed', () => {
		const {identify} = startWithBob();
		const renamed = theirs({name: 'robert'});
		expect(identify.handle(received(BOB, renamed), 200)).toEqual([
			{type: 'learned', peer: BOB, facts: factsOf(renamed)},
			emit({type: 'peer-renamed', peer: BOB, name: 'robert'}),
		]);
	});

	test('row 40: one who introduces itself again and again is let go', () => {
		const {identify} = startWithBob();
		const {burst, perSecond} = PEER_INTRODUCTIONS;
		const heard = (now: number) => {
			for (let messages = 0; messages <= 2 * burst; messages++) {
				const outputs = identify.handle(received(BOB, theirs()), now);
				if (outputs[0]?.type !== 'learned') return {messages, outputs};
			}
			throw new Error('heard without end');
		};
		const outputs = [
			{type: 'count', counter: 'identify-flood'},
			{type: 'disconnect', peer: BOB, reason: 'identify-flood', misbehaved: true},
		];
		expect(heard(110)).toEqual({messages: burst - 1, outputs});
		expect(heard(1_110)).toEqual({messages: perSecond, outputs});
	});

	test('a person who takes one name after the other has to wait, and is never let go by others for it', () => {
		const ann = startWithBob().identify;
		const bob = new Identify({view: new FakeView(BOB), name: 'bob', agent: AGENT, instance: 'cd', protocols: []});
		bob.handle(connected(ANN), 0);
		const answers = new Set<string>();
		for (let now = 0; now < 30_000; now += 50) {
			const outputs = ann.handle(asked({command: 'nick', name: `ann${now}`, id: '1'}), now);
			for (const output of outputs) {
				if (output.type === 'refuse') expect(output.error.code).toBe('busy');
				if (output.type === 'reply' || output.type === 'refuse') answers.add(output.type);
				if (output.type !== 'send') continue;
				expect(bob.handle(received(ANN, output.message), now)[0]?.type).toBe('learned');
			}
		}
		expect([...answers]).toEqual(['reply', 'refuse']);
	});

	test('an introduction of a peer that is not connected is dropped', () => {
		expect(start().handle(received(BOB, theirs()), 100)).toEqual([]);
	});

	test('our own new name is told to every peer, introduced or not, and used from then on', () => {
		const {identify} = startWithBob();
		identify.handle(connected(CAT), 200);
		const command = {command: 'nick', name: '  anna ', id: '1'} as const;
		expect(identify.handle(asked(command), 300)).toEqual([
			{type: 'learned', peer: ANN, facts: {name: 'anna', agent: AGENT, instance: INSTANCE}},
			emit({type: 'name-changed', name: 'anna'}),
			send([BOB, CAT], ours({name: 'anna'})),
			{type: 'reply', command, result: {name: 'anna'}},
		]);
		identify.handle(disconnected(CAT), 400);
		expect(identify.handle(connected(CAT), 500)).toEqual([
			send([CAT], ours({name: 'anna'})),
			{type: 'schedule', timer: CAT, at: 500 + IDENTIFY_TIMEOUT},
		]);
	});

	test('our own new name without anyone to tell it', () => {
		const command = {command: 'nick', name: 'anna'} as const;
		expect(start().handle(asked(command), 0)).toEqual([
			{type: 'learned', peer: ANN, facts: {name: 'anna', agent: AGENT, instance: INSTANCE}},
			emit({type: 'name-changed', name: 'anna'}),
			{type: 'reply', command, result: {name: 'anna'}},
		]);
	});

	test.each([
		['empty', '  ', 'A name cannot be empty'],
		['on two lines', 'a\nb', 'A name is one line without control characters'],
		['too long', 'a'.repeat(65), 'The name is too long. At most 64 bytes'],
	])('a name that is %s is refused and changes nothing', (_, name, message) => {
		const {identify} = startWithBob();
		const command = {command: 'nick', name, id: '1'} as const;
		expect(identify.handle(asked(command), 200)).toEqual([
			{type: 'refuse', command, error: {code: 'bad-name', message}},
		]);
		expect(identify.handle(connected(CAT), 300)[0]).toEqual(send([CAT], ours()));
	});

	test('a change of the addresses that we listen on is told to everyone, and to whoever comes later', () => {
		const {identify} = startWithBob();
		const addresses = [addressOf(8), addressOf(9)];
		expect(identify.handle({type: 'listening', addresses}, 200)).toEqual([send([BOB], ours({addresses}))]);
		expect(identify.handle(connected(CAT), 300)[0]).toEqual(send([CAT], ours({addresses})));
		identify.handle(disconnected(BOB), 400);
		identify.handle(disconnected(CAT), 400);
		expect(identify.handle({type: 'listening', addresses: []}, 500)).toEqual([]);
	});

	test('leaving is said by others', () => {
		expect(startWithBob().identify.handle({type: 'stop'}, 200)).toEqual([]);
	});
});
