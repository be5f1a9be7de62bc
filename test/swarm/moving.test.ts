/** A peer goes on over another connection: what it is told, and what people see of it. */
import {describe, expect, test} from 'vitest';
import {SIMULTANEOUS_WINDOW} from '../../source/swarm/connection-table.ts';
import {addressOf, BOB} from '../behaviours/fixtures.ts';
import {introduction, meet, ofType, type Rig, startChat} from './rig.ts';

const peerEvents = (effects: ReturnType<Rig['open']>) =>
	ofType(effects, 'emit')
		.map(({event}) => event)
		.filter(({type}) => type.startsWith('peer-') || type.startsWith('member-'));

const greetings = (effects: ReturnType<Rig['open']>) =>
	ofType(effects, 'send').map(({connections, message}) => [connections, message?.type]);

function withBob(): Rig {
	const rig = startChat();
	meet(rig, 1, BOB, 'bob');
	rig.now = SIMULTANEOUS_WINDOW;
	return rig;
}

describe('a peer that goes on over another connection', () => {
	test('is greeted again on it, for the last words on the old one may be lost; nobody sees it', () => {
		const rig = withBob();
		const effects = rig.open(2, BOB);
		expect(greetings(effects)).toEqual([
			[[2], 'identify'],
			[[2], 'subscriptions'],
		]);
		expect(peerEvents([...effects, ...rig.message(2, introduction('bob')), ...rig.close(1)])).toEqual([]);
	});

	test('is greeted again on the spare one when the one that carried it breaks', () => {
		const rig = startChat();
		meet(rig, 1, BOB, 'bob');
		// Dialled by the same side a moment later, so the older one carries Bob; but he saw them in another order.
		rig.open(2, BOB);
		const effects = rig.close(1);
		expect(greetings(effects)).toEqual([
			[[2], 'identify'],
			[[2], 'subscriptions'],
		]);
		expect(peerEvents(effects)).toEqual([]);
	});

	test('and turns out to be another start of the program: then everything begins anew', () => {
		const rig = withBob();
		rig.open(2, BOB);
		const effects = rig.message(2, {...introduction('bob'), instance: 'ef'.repeat(16)} as never);
		expect(peerEvents(effects)).toEqual([
			{type: 'peer-disconnected', peer: BOB, reason: 'restarted'},
			{type: 'member-left', room: 'lobby', peer: BOB},
			{type: 'peer-connected', peer: BOB, name: 'bob', address: addressOf(2, 40_000), direction: 'inbound'},
		]);
	});
});
