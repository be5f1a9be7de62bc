import {describe, expect, test} from 'vitest';
import {reduceEvents} from '../../source/store/reduce.ts';
import {nextRequests} from '../../source/store/requests.ts';
import {ANN, act, BOB, message, NOW, roomInfo, roomOf, stateIn, texts} from './helpers.ts';

const go = (room: string) => ({type: 'go', to: {by: 'name', room}}) as const;
const weightOf = (state: ReturnType<typeof stateIn>, room: string) =>
	texts(state, room).reduce((sum, text) => sum + text.length, 0);

test('with more than two hundred rooms, the first conversation of all has its place', () => {
	const state = stateIn(...Array.from({length: 240}, (_, index) => roomInfo(`room-${index}`)));
	const direct = reduceEvents(state, [message(`@${ANN}`, ANN, 'hello')], NOW);
	expect(roomOf(direct, `@${ANN}`).unread).toBe(1);
	expect(direct.rooms).toHaveLength(241);
});

describe('of rooms that are not open', () => {
	const long = 'x'.repeat(16 * 1024);

	test('only the newest part is here, whatever strangers write', () => {
		const flood = Array.from({length: 1_000}, () => message(`@${BOB}`, BOB, long));
		const state = reduceEvents(stateIn(roomInfo('lobby')), flood, NOW);
		expect(weightOf(state, `@${BOB}`)).toBeLessThan(160 * 1024);
		expect(roomOf(state, `@${BOB}`)).toMatchObject({unread: 1_000});
		expect(roomOf(state, `@${BOB}`).orders.size).toBe(roomOf(state, `@${BOB}`).log.length);
		const short = Array.from({length: 5_000}, (_, index) => message('dev', ANN, `${index}`));
		const dev = reduceEvents(stateIn(roomInfo('lobby'), roomInfo('dev')), short, NOW);
		expect(roomOf(dev, 'dev').log.length).toBeLessThan(450);
		expect(texts(dev, 'dev').at(-1)).toBe('ann: 4999');
	});

	test('a room that is left lets go of the rest, and gets it back when somebody scrolls there', () => {
		const many = Array.from({length: 3_000}, (_, index) => message('lobby', ANN, `${index}`));
		const state = reduceEvents(stateIn(roomInfo('lobby', ANN), roomInfo('dev')), many, NOW);
		const left = act(state, [{type: 'scroll', pages: 1}, go('dev')]).state;
		expect(roomOf(left, 'lobby').log.length).toBeLessThan(450);
		const back = act(left, [go('lobby')]).state;
		expect(texts(back, 'lobby').at(-1)).toBe('ann: 2999');
		expect(roomOf(back, 'lobby').older).toBe('more');
		expect(nextRequests(back, NOW).commands).toContainEqual(
			expect.objectContaining({command: 'history', room: 'lobby'}),
		);
	});
});
