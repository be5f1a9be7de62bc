import {describe, expect, test} from 'vitest';
import type {BehaviourOutput} from '../../source/behaviours/behaviour.ts';
import {PEER_SUBSCRIPTIONS} from '../../source/behaviours/rates.ts';
import {MAX_SUBSCRIPTIONS} from '../../source/wire/limits.ts';
import {shortPeerId} from '../../source/wire/peer-id.ts';
import {ANN, asked, BOB, CAT, connected, DAN, disconnected, emit, received, TIMESTAMP} from './fixtures.ts';
import {
	bobIdentity,
	Desk,
	publishing,
	refused,
	replied,
	startTogether,
	subscribed,
	told,
	written,
} from './rooms-fixtures.ts';

const LET_GO = {type: 'disconnect', peer: BOB, reason: 'subscriptions-flood', misbehaved: true} as const;

describe('rooms of our own', () => {
	test('the given ones are joined at the start, each once, in their one form', () => {
		const rooms = ['lobby', '#Dev', 'lobby'];
		const members = [{peer: ANN, name: 'me'}];
		expect(new Desk({rooms, peers: []}).begun).toEqual([
			emit({type: 'room-joined', room: 'lobby', members}),
			emit({type: 'room-joined', room: 'dev', members}),
		]);
	});

	test('a new peer is told which rooms we are in', () => {
		const behaviour = new Desk({rooms: ['lobby', 'dev'], peers: []});
		expect(behaviour.handle(connected(BOB), 0)).toEqual([told([BOB], ['lobby', 'dev'], [])]);
	});

	test('joining is shown with everyone who is there, told to every peer, and answered', () => {
		const behaviour = new Desk();
		behaviour.handle(subscribed(CAT, ['dev']), 0);
		const command = {command: 'join', room: '#Dev', id: '1'} as const;
		expect(behaviour.handle(asked(command), 0)).toEqual([
			emit({
				type: 'room-joined',
				room: 'dev',
				members: [
					{peer: ANN, name: 'me'},
					{peer: CAT, name: 'cat'},
				],
			}),
			told([BOB, CAT], ['dev'], []),
			{type: 'reply', command, result: {room: 'dev'}},
		]);
	});

	test('joining a room that we are in is answered and told to nobody', () => {
		const command = {command: 'join', room: 'lobby', id: '1'} as const;
		expect(new Desk().handle(asked(command), 0)).toEqual([{type: 'reply', command, result: {room: 'lobby'}}]);
	});

	test('joining and leaving alone is told to nobody', () => {
		const behaviour = new Desk({peers: []});
		const [join, leave] = [
			{command: 'join', room: 'dev'},
			{command: 'leave', room: 'dev'},
		] as const;
		expect(behaviour.handle(asked(join), 0)).toEqual([
			emit({type: 'room-joined', room: 'dev', members: [{peer: ANN, name: 'me'}]}),
			{type: 'reply', command: join, result: {room: 'dev'}},
		]);
		expect(behaviour.handle(asked(leave), 0)).toEqual([
			emit({type: 'room-left', room: 'dev'}),
			{type: 'reply', command: leave, result: {room: 'dev'}},
		]);
	});

	test('we are in a bounded number of rooms', () => {
		const behaviour = new Desk({rooms: Array.from({length: MAX_SUBSCRIPTIONS}, (_, index) => `r${index}`), peers: []});
		const command = {command: 'join', room: 'dev', id: '1'} as const;
		expect(behaviour.handle(asked(command), 0)).toEqual([
			refused(command, 'busy', 'already in 256 rooms; leave one first'),
		]);
		behaviour.handle(asked({command: 'leave', room: 'r0'}), 0);
		expect(behaviour.handle(asked(command), 0)).toEqual([
			emit({type: 'room-joined', room: 'dev', members: [{peer: ANN, name: 'me'}]}),
			{type: 'reply', command, result: {room: 'dev'}},
		]);
	});

	test('leaving is shown, told to every peer, and answered', () => {
		const command = {command: 'leave', room: 'LOBBY', id: '1'} as const;
		expect(new Desk().handle(asked(command), 0)).toEqual([
			emit({type: 'room-left', room: 'lobby'}),
			told([BOB, CAT], [], ['lobby']),
			{type: 'reply', command, result: {room: 'lobby'}},
		]);
	});

	test('the rooms command lists members and unread messages of each', () => {
		const behaviour = startTogether(['lobby', 'dev']);
		behaviour.handle(publishing(BOB, written(bobIdentity, {room: 'dev', clock: TIMESTAMP + 1})), 0);
		const command = {command: 'rooms', id: '1'} as const;
		const members = [
			{peer: ANN, name: 'me'},
			{peer: BOB, name: 'bob'},
			{peer: CAT, name: 'cat'},
		];
		expect(replied(behaviour.handle(asked(command), 0))).toMatchObject({
			rooms: [
				{room: 'lobby', name: 'lobby', members, unread: 0, topic: ''},
				{room: 'dev', name: 'dev', members, unread: 1, topic: ''},
			],
		});
	});

	test.each(['publish', 'leave', 'forget', 'topic', 'edit'] as const)(
		'%s is refused in a room that we are not in',
		name => {
			const command = {command: name, room: 'dev', text: 'hi', messageId: 'ab'.repeat(32), id: '1'} as const;
			expect(new Desk().handle(asked(command), 0)).toEqual([
				refused(command, 'unknown-room', 'not in #dev; join it first'),
			]);
		},
	);

	test.each([
		['publish', '', 'A room needs a name. For example #lobby'],
		['join', '#', 'A room needs a name. For example #lobby'],
		['leave', 'two words', 'Not a room name. No spaces, control or invisible characters, and no further #'],
		['forget', 'x'.repeat(65), 'The room name is too long. At most 64 bytes'],
	] as const)('%s is refused for "%s", which is no room name', (name, room, message) => {
		const command = {command: name, room, text: 'hi', id: '1'} as const;
		expect(new Desk().handle(asked(command), 0)).toEqual([refused(command, 'bad-room', message)]);
	});
});

describe('rooms of others', () => {
	test('who joins or leaves a room of ours is shown, leaving first; other rooms are not shown', () => {
		const behaviour = new Desk({rooms: ['lobby', 'dev']});
		expect(behaviour.handle(subscribed(BOB, ['lobby', 'dev', 'secret']), 0)).toEqual([
			emit({type: 'member-joined', room: 'lobby', peer: BOB, name: 'bob'}),
			emit({type: 'member-joined', room: 'dev', peer: BOB, name: 'bob'}),
		]);
		expect(behaviour.handle(subscribed(BOB, ['lobby', 'other'], ['lobby', 'secret']), 0)).toEqual([
			emit({type: 'member-left', room: 'lobby', peer: BOB}),
			emit({type: 'member-joined', room: 'lobby', peer: BOB, name: 'bob'}),
		]);
	});

	test('joining twice and leaving what one is not in shows nothing', () => {
		const behaviour = new Desk();
		behaviour.handle(subscribed(BOB, ['lobby']), 0);
		expect(behaviour.handle(subscribed(BOB, ['lobby'], ['dev']), 0)).toEqual([]);
	});

	test('who disconnects leaves all rooms, and is shown leaving ours', () => {
		const behaviour = new Desk();
		behaviour.handle(subscribed(BOB, ['lobby', 'secret']), 0);
		expect(behaviour.handle(disconnected(BOB), 0)).toEqual([emit({type: 'member-left', room: 'lobby', peer: BOB})]);
		expect(behaviour.handle(asked({command: 'join', room: 'secret'}), 0)[0]).toEqual(
			emit({type: 'room-joined', room: 'secret', members: [{peer: ANN, name: 'me'}]}),
		);
	});

	test('a member without a name goes by its short peer id', () => {
		const behaviour = new Desk({peers: []});
		expect(behaviour.handle(subscribed(DAN, ['lobby']), 0)).toEqual([
			emit({type: 'member-joined', room: 'lobby', peer: DAN, name: shortPeerId(DAN)}),
		]);
	});

	test('row 40: beyond the most rooms that a peer may be in, further ones are counted and passed over', () => {
		const behaviour = new Desk({rooms: ['zz']});
		const rooms = Array.from({length: MAX_SUBSCRIPTIONS}, (_, index) => `r${index}`);
		expect(behaviour.handle(subscribed(BOB, rooms), 0)).toEqual([]);
		expect(behaviour.handle(subscribed(BOB, ['zz', 'r0', 'yy']), 0)).toEqual([
			{type: 'count', counter: 'subscriptions-cap', by: 2},
		]);
		expect(behaviour.handle(subscribed(BOB, ['zz'], ['r0']), 0)).toEqual([
			emit({type: 'member-joined', room: 'zz', peer: BOB, name: 'bob'}),
		]);
	});

	test.each([
		['comes and goes', ['lobby'], ['lobby'], 2],
		['says nothing new', [], [], 1],
	])('row 40: one who %s without end is shown for a while and then let go', (_, joined, left, cost) => {
		const behaviour = new Desk();
		behaviour.handle(subscribed(BOB, ['lobby']), 0);
		const {burst, perSecond} = PEER_SUBSCRIPTIONS;
		const shown = (now: number) => {
			for (let messages = 0; messages <= 2 * burst; messages++) {
				const outputs = behaviour.handle(subscribed(BOB, joined, left), now);
				if (outputs.some(({type}) => type !== 'emit')) return {messages, end: outputs.slice(-2)};
			}
			throw new Error('shown without end');
		};
		const end = [{type: 'count', counter: 'subscriptions-flood'}, LET_GO];
		expect(shown(0)).toEqual({messages: Math.floor((burst - 1) / cost), end});
		expect(shown(1_000)).toEqual({messages: perSecond / cost, end});
		behaviour.handle(disconnected(BOB), 1_000);
		behaviour.handle(connected(BOB), 1_000);
		expect(shown(1_000).messages).toBeGreaterThan(perSecond);
	});

	test('an honest node never says more than others take, whatever its person asks of it', () => {
		const ann = new Desk({rooms: [], peers: [BOB]});
		const bob = new Desk({peers: [ANN]});
		const heard = (outputs: readonly BehaviourOutput[], now: number) =>
			outputs.flatMap(output => (output.type === 'send' ? bob.handle(received(ANN, output.message), now) : []));
		let refused = 0;
		for (let now = 0; now < 60_000; now += 20) {
			const room = `r${(now / 20) % MAX_SUBSCRIPTIONS}`;
			for (const command of ['join', 'leave'] as const) {
				const outputs = ann.handle(asked({command, room}), now);
				refused += outputs.filter(({type}) => type === 'refuse').length;
				expect(heard(outputs, now)).not.toContainEqual({...LET_GO, peer: ANN});
			}
			if (now % 5_000 === 0) heard(ann.handle({type: 'moved', peer: BOB}, now), now);
		}
		expect(refused).toBeGreaterThan(0);
	});
});
