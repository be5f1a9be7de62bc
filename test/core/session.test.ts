import {expect, test} from 'vitest';
import type {NodeEvent} from '../../source/api/event.ts';
import {Session} from '../../source/core/session.ts';
import {CONFIG} from '../cli/fake-core.ts';

const READY: NodeEvent = {type: 'ready', peerId: 'me', name: 'ann', addresses: []};
const joined = (room: string): NodeEvent => ({type: 'room-joined', room, members: []});
const replied = (id: string): NodeEvent => ({type: 'reply', id, ok: true, result: {}});
const refused = (id: string): NodeEvent => ({type: 'reply', id, ok: false, error: {code: 'busy', message: 'no'}});

function session(...events: NodeEvent[]): Session {
	const made = new Session({...CONFIG, rooms: ['lobby', 'dev'], peers: ['/ip4/127.0.0.1/tcp/1']});
	for (const event of events) made.received(event);
	return made;
}

test('until the core has been ready, it is started as asked', () => {
	const before = session();
	expect(before.config()).toEqual({...CONFIG, rooms: ['lobby', 'dev'], peers: ['/ip4/127.0.0.1/tcp/1']});
	before.received({type: 'warning', code: 'log', message: 'x'});
	expect(before.config().rooms).toEqual(['lobby', 'dev']);
});

test('rooms, name and nothing else of the configuration are those of now', () => {
	const now = session(READY, joined('lobby'), joined('dev'), joined('new'), {type: 'room-left', room: 'lobby'});
	now.received({type: 'name-changed', name: 'anna'});
	expect(now.config()).toEqual({...CONFIG, rooms: ['dev', 'new'], name: 'anna', peers: ['/ip4/127.0.0.1/tcp/1']});
});

test('whoever left every room comes back into none', () => {
	const now = session(READY, joined('lobby'), {type: 'room-left', room: 'lobby'});
	expect(now.config().rooms).toEqual([]);
});

test('rooms are those of now also where they are remembered', () => {
	const made = new Session({...CONFIG, rooms: ['lobby'], rememberedRooms: 'instead'});
	expect(made.config().rememberedRooms).toBe('instead');
	for (const event of [READY, joined('dev')]) made.received(event);
	expect(made.config()).toMatchObject({rooms: ['dev'], rememberedRooms: 'replace'});
});

test('a conversation with one peer is no room to come back into', () => {
	expect(session(READY, {type: 'room-joined', room: '@bob', members: [], direct: true}).config().rooms).toEqual([]);
});

test('an address that was dialled with success is dialled again, one that failed is not', () => {
	const now = session(READY);
	now.sent({id: '1', command: 'dial', address: '/ip4/127.0.0.1/tcp/2'});
	now.sent({id: '2', command: 'dial', address: '/ip4/127.0.0.1/tcp/3'});
	now.received(replied('1'));
	now.received(refused('2'));
	expect(now.config().peers).toEqual(['/ip4/127.0.0.1/tcp/1', '/ip4/127.0.0.1/tcp/2']);
});

test('a core that is lost leaves a refusal for every command without a reply, once', () => {
	const now = session(READY);
	now.sent({id: '1', command: 'peers'});
	now.sent({id: '2', command: 'stats'});
	now.sent({command: 'rooms'});
	now.received(replied('1'));
	expect(now.lost()).toEqual([
		{type: 'reply', id: '2', ok: false, error: {code: 'busy', message: 'the core ended before it answered'}},
	]);
	expect(now.lost()).toEqual([]);
});
