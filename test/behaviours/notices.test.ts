/** Coming, going and names as events: only of those who speak. */
import {describe, expect, test} from 'vitest';
import {asked, BOB, emit, TIMESTAMP} from './fixtures.ts';
import {
	bobIdentity,
	Desk,
	events,
	idOf,
	inShort,
	published,
	publishing,
	replied,
	subscribed,
	written,
} from './rooms-fixtures.ts';

/** Bob is in the lobby with us, and we have said nothing. */
function start(options: ConstructorParameters<typeof Desk>[0] = {}) {
	const desk = new Desk({peers: [BOB], ...options});
	desk.handle(subscribed(BOB, ['lobby']));
	return desk;
}

const kinds = (outputs: ReturnType<Desk['handle']>) => published(outputs).map(({kind}) => kind);
const renamed = (desk: Desk, name: string) => {
	desk.view.name = name;
	return desk.handle({type: 'event', event: {type: 'name-changed', name}});
};

describe('coming', () => {
	test('is said with the first word in a room, and only then', () => {
		const desk = start();
		const outputs = desk.say('hi');
		expect(kinds(outputs)).toEqual(['join', 'message']);
		expect(events(outputs, 'notice')).toMatchObject([{kind: 'join', text: 'me', local: true}]);
		expect(kinds(desk.say('there'))).toEqual(['message']);
	});

	test('is said once over restarts, and in each room by itself', () => {
		const first = start({rooms: ['lobby', 'dev']});
		first.handle(subscribed(BOB, ['dev']));
		first.say('hi');
		const desk = first.restarted({rooms: ['lobby', 'dev'], peers: [BOB]});
		desk.handle(subscribed(BOB, ['lobby', 'dev']));
		expect(kinds(desk.say('again'))).toEqual(['message']);
		expect(kinds(desk.say('hi', 'dev'))).toEqual(['join', 'message']);
	});

	test('goes with the message in one commit', () => {
		const desk = start();
		desk.hold(asked({command: 'publish', room: 'lobby', text: 'hi'}));
		expect(kinds(desk.commit())).toEqual(['join', 'message']);
	});

	test('without a word leaves no trace, nor does going then', () => {
		const desk = start();
		const outputs = [
			...desk.ask({command: 'join', room: 'dev'}),
			...renamed(desk, 'anna'),
			...desk.ask({command: 'leave', room: 'dev'}),
			...desk.ask({command: 'leave', room: 'lobby'}),
		];
		expect(published(outputs)).toEqual([]);
		expect(desk.archive.store.page('lobby', {limit: 1, kinds: 'all'})).toEqual([]);
	});
});

describe('another name', () => {
	test('is said at once where we have spoken in this run', () => {
		const desk = start();
		desk.say('hi');
		const outputs = renamed(desk, 'anna');
		expect(published(outputs)).toMatchObject([{kind: 'name', name: 'anna'}]);
		expect(events(outputs, 'notice')).toMatchObject([{kind: 'name', text: 'anna'}]);
		expect(kinds(desk.say('there'))).toEqual(['message']);
	});

	test('is said with the next word where we have spoken in an earlier run', () => {
		const first = start();
		first.say('hi');
		const desk = first.restarted({peers: [BOB]});
		desk.handle(subscribed(BOB, ['lobby']));
		expect(published(renamed(desk, 'anna'))).toEqual([]);
		expect(kinds(desk.say('there'))).toEqual(['name', 'message']);
	});

	test('marks nothing as read', () => {
		const desk = start();
		desk.say('hi');
		desk.handle(publishing(BOB, written(bobIdentity, {clock: TIMESTAMP + 1})));
		renamed(desk, 'anna');
		expect(replied(desk.ask({command: 'rooms'}))).toMatchObject({rooms: [{unread: 1}]});
	});

	test('that is the one we have been known by is not said again', () => {
		const desk = start();
		desk.say('hi');
		expect(published(renamed(desk, 'me'))).toEqual([]);
	});
});

describe('going', () => {
	test('is said by those who have come, before they are out', () => {
		const desk = start();
		desk.say('hi');
		const command = {command: 'leave', room: 'lobby', id: '1'} as const;
		expect(desk.hold(asked(command))).toEqual([{type: 'commit'}]);
		const outputs = desk.commit();
		expect(inShort(outputs)).toEqual(['notice', 'send publish', 'room-left', 'send subscriptions', 'reply']);
		expect(kinds(outputs)).toEqual(['leave']);
	});

	test('and coming back says both again', () => {
		const desk = start();
		desk.say('hi');
		desk.ask({command: 'leave', room: 'lobby'});
		desk.ask({command: 'join', room: 'lobby'});
		expect(kinds(desk.say('hi'))).toEqual(['join', 'message']);
	});

	test('lets nothing more be said', () => {
		const desk = start();
		desk.say('hi');
		desk.hold(asked({command: 'leave', room: 'lobby'}));
		const codes = (['publish', 'join', 'leave', 'forget'] as const).map(command => {
			const [output] = desk.hold(asked({command, room: 'lobby', text: 'x'}));
			return output?.type === 'refuse' ? output.error.code : output?.type;
		});
		expect(codes).toEqual(['unknown-room', 'busy', 'busy', 'busy']);
	});

	test('goes on without a word if the disk does not take it', () => {
		const desk = start();
		desk.say('hi');
		desk.store.failure = {code: 'io', message: 'The disk is gone'};
		const outputs = desk.ask({command: 'leave', room: 'lobby', id: '1'});
		expect(outputs).toContainEqual(emit({type: 'room-left', room: 'lobby'}));
		expect(published(outputs)).toEqual([]);
		expect(outputs.at(-1)?.type).toBe('reply');
	});
});

describe('what is kept of a room', () => {
	const texts = (desk: Desk) => desk.archive.store.page('lobby', {limit: 10, kinds: 'entries'}).length;

	test('stays when we leave, and is there again when we come back', () => {
		const desk = start();
		desk.say('hi');
		desk.ask({command: 'leave', room: 'lobby'});
		expect([desk.archive.isOpen('lobby'), texts(desk)]).toEqual([false, 3]);
		desk.ask({command: 'join', room: 'lobby'});
		expect([desk.archive.isOpen('lobby'), texts(desk)]).toEqual([true, 3]);
	});

	test('is deleted by forgetting it, which leaves it', () => {
		const desk = start();
		const messageId = idOf(desk.say('hi'));
		const outputs = desk.ask({command: 'forget', room: 'lobby', id: '1'});
		expect(desk.receipts.spreadOf(messageId)).toBeUndefined();
		expect(kinds(outputs)).toEqual(['leave']);
		expect(outputs).toContainEqual(emit({type: 'room-left', room: 'lobby'}));
		expect(outputs.at(-1)).toMatchObject({type: 'reply', result: {room: 'lobby'}});
		expect(texts(desk.restarted({rooms: []}))).toBe(0);
	});

	test('is deleted of a room that we have left before', () => {
		const desk = start();
		desk.say('hi');
		desk.ask({command: 'leave', room: 'lobby'});
		expect(inShort(desk.ask({command: 'forget', room: 'lobby', id: '1'}))).toEqual(['room-left', 'reply']);
		expect(texts(desk)).toBe(0);
	});

	test('does not free our numbers: they go on where they were', () => {
		const desk = start();
		desk.say('hi');
		desk.ask({command: 'forget', room: 'lobby'});
		desk.ask({command: 'join', room: 'lobby'});
		expect(published(desk.say('again')).map(({kind, sequence}) => [kind, sequence])).toEqual([
			['join', 4],
			['message', 5],
		]);
	});
});
