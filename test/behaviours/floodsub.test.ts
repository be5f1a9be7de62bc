import {describe, expect, test} from 'vitest';
import {Floodsub} from '../../source/behaviours/floodsub.ts';
import {Membership} from '../../source/behaviours/membership.ts';
import {ANN, BOB, CAT, DAN, send} from './fixtures.ts';

describe('floodsub sends an event', () => {
	const membership = new Membership();
	for (const peer of [BOB, CAT, DAN]) membership.join(peer, 'dev');
	membership.join(ANN, 'ops');
	const router = new Floodsub({membership});
	const bytes = {event: Uint8Array.of(1), signature: Uint8Array.of(2), hops: 3};
	const route = (room: string, author: string, source: string | undefined) =>
		router.accepted({...bytes, room, messageId: 'id', author, source});

	test('of our own to every member', () => {
		expect(route('dev', ANN, undefined)).toEqual([send([BOB, CAT, DAN], {type: 'publish', ...bytes})]);
	});

	test('of another to every member but its author and whom it came from', () => {
		expect(route('dev', BOB, CAT)).toEqual([send([DAN], {type: 'publish', ...bytes})]);
		expect(route('dev', BOB, BOB)).toEqual([send([CAT, DAN], {type: 'publish', ...bytes})]);
	});

	test('to nobody in a room without members', () => {
		expect(route('none', ANN, undefined)).toEqual([]);
	});
});
