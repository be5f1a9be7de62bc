/** Orders that were still to be computed when a node went. */
import {expect, test} from 'vitest';
import type {ChatMessage} from '../../source/api/event.ts';
import {seededRandom} from '../../source/base/random.ts';
import {Archive} from '../../source/history/archive.ts';
import {MemoryEventStore} from '../../source/history/memory-store.ts';
import {createChatSwarm} from '../../source/swarm/create.ts';
import type {Effect} from '../../source/swarm/io.ts';
import {decodeEvent} from '../../source/wire/event.ts';
import {INSTANCE, TIMESTAMP} from '../behaviours/fixtures.ts';
import {annIdentity, bobIdentity, catIdentity, written} from '../behaviours/rooms-fixtures.ts';

test('a node that went in the midst of computing orders goes on with it when it is back', () => {
	const store = new MemoryEventStore(seededRandom(1));
	const archive = new Archive({store, identity: annIdentity});
	archive.open('lobby');
	const question = written(bobIdentity, {text: 'question', clock: TIMESTAMP + 10});
	const answer = written(catIdentity, {text: 'answer', clock: TIMESTAMP, parents: [question.messageId]});
	for (const {event: bytes, signature, messageId: id} of [answer, question]) {
		archive.accept({id, event: decodeEvent(bytes), bytes, signature}, TIMESTAMP);
	}
	archive.commit();
	// Killed: only what is on disk is left.
	const left = new MemoryEventStore(seededRandom(2), {from: store.snapshot()});
	const swarm = createChatSwarm({
		...{identity: annIdentity, instance: INSTANCE, random: seededRandom(3), name: 'ann', agent: 'p2p-tui/0.1.0'},
		...{rooms: ['lobby'], peers: [], discovery: false, pubsub: 'gossipsub', store: left},
		wallClock: () => TIMESTAMP,
	});
	const schedules = swarm.handle({type: 'start', addresses: []}, 0).filter(effect => effect.type === 'schedule');
	for (const {timer, at} of schedules) if (timer.endsWith('reorder')) swarm.handle({type: 'timer', timer}, at);
	const asked = {type: 'command', command: {command: 'history', room: 'lobby', id: '1'}, timestamp: TIMESTAMP} as const;
	expect(texts(swarm.handle(asked, 2_000))).toEqual(['question', 'answer']);
});

function texts(effects: readonly Effect[]): string[] {
	return effects.flatMap(effect => {
		if (effect.type !== 'emit' || effect.event.type !== 'reply' || !effect.event.ok) return [];
		return (effect.event.result as {messages: ChatMessage[]}).messages.map(({text}) => text);
	});
}
