import {expect, test} from 'vitest';
import {controlBytes, publishBytes} from '../../source/behaviours/control-bytes.ts';
import {encodeMessage} from '../../source/wire/codec.ts';
import type {Message} from '../../source/wire/messages.ts';
import {BOB, CAT} from './fixtures.ts';

const ids = (count: number) => Array.from({length: count}, (_, index) => index.toString(16).padStart(64, '0'));
const rooms = (count: number) => Array.from({length: count}, (_, index) => `${'ö'.repeat(index % 33)}${index}`);
const hints = (count: number) =>
	Array.from({length: count}, (_, index) => ({
		peer: index % 2 === 0 ? BOB : CAT,
		addresses: ['/ip4/192.0.2.1/tcp/4001', `/ip6zone/${'x'.repeat(index * 10)}/ip6/fe80::1/tcp/1`].slice(index % 3),
	}));

const MESSAGES: readonly Message[] = [
	...[0, 1, 15, 16, 256].map(
		count => ({type: 'subscriptions', joined: rooms(count), left: rooms(256 - count)}) as const,
	),
	...['a', 'r'.repeat(31), 'r'.repeat(32), 'r'.repeat(64)].map(room => ({type: 'graft', room}) as const),
	...['lobby', 'r'.repeat(32)].flatMap(room => [{type: 'choke', room} as const, {type: 'unchoke', room} as const]),
	...[0, 127, 128, 255, 256, 3_600, 65_535, 65_536].map(
		(backoff, index) => ({type: 'prune', room: 'lobby', backoff, peers: hints(2 * index)}) as const,
	),
	{type: 'prune', room: 'lobby', backoff: 60, peers: hints(16)},
	...[0, 1, 15, 16, 512].flatMap(
		count =>
			[
				{type: 'ihave', room: 'lobby', messageIds: ids(count)},
				{type: 'iwant', messageIds: ids(count)},
				{type: 'idontwant', messageIds: ids(count)},
			] as const,
	),
];

test.each(MESSAGES)('the size of a control message is what it takes on the wire: $type', message => {
	expect(controlBytes(message)).toBe(encodeMessage(message).length);
});

test('other messages are no control messages', () => {
	expect(controlBytes({type: 'heartbeat', sequence: 1})).toBe(0);
	expect(controlBytes({type: 'publish', event: new Uint8Array(9), signature: new Uint8Array(64), hops: 0})).toBe(0);
});

test.each([9, 255, 256, 16_000])('so is that of an event of %i bytes', length => {
	const message = {type: 'publish', event: new Uint8Array(length), signature: new Uint8Array(64), hops: 0} as const;
	for (const hops of [0, 127, 128, 255]) {
		expect(publishBytes({...message, hops})).toBe(encodeMessage({...message, hops}).length);
	}
});
