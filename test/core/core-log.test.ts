import {expect, test} from 'vitest';
import type {ChatMessage, NodeEvent} from '../../source/api/event.ts';
import type {Log, LogFields} from '../../source/base/log.ts';
import {loggingEmit} from '../../source/core/core-log.ts';

const SAID: ChatMessage = {
	...{room: 'lobby', messageId: 'ab', kind: 'reply', from: '12D3KooWbob', name: 'bob', text: 'SECRET é'},
	...{timestamp: 1, seq: 2, order: 3, local: false, redacted: 'SECRET'},
	replyTo: {messageId: 'cd', text: 'SECRET'},
};
const ENTRY = {room: 'lobby', messageId: 'ab', kind: 'reply', from: '12D3KooWbob', bytes: 9};

/** What is written at the level that keeps everything. */
function written(event: NodeEvent): [string, LogFields | undefined] {
	const lines: [string, LogFields | undefined][] = [];
	const keep: Log = Object.assign(
		(_level: string, _subsystem: string, message: string, fields?: LogFields) => {
			lines.push([message, fields]);
		},
		{takes: () => true},
	);
	loggingEmit(keep, () => {})(event);
	return lines[0]!;
}

test.each<[NodeEvent, LogFields]>([
	[{type: 'message', ...SAID}, ENTRY],
	[{type: 'notice', ...SAID}, ENTRY],
	[
		{type: 'message-changed', change: 'edit', ...SAID},
		{change: 'edit', ...ENTRY},
	],
	[
		{type: 'topic-changed', room: 'lobby', topic: 'SECRET', from: 'x'},
		{room: 'lobby', from: 'x', bytes: 6},
	],
	[
		{type: 'room-joined', room: 'lobby', members: [], topic: 'SECRET', unread: 1},
		{room: 'lobby', members: 0, unread: 1},
	],
	[
		{type: 'reply', id: '7', ok: true, result: {messages: [SAID]}},
		{id: '7', ok: 'yes'},
	],
	[
		{type: 'reply', id: '7', ok: false, error: {code: 'bad-text', message: 'not SECRET'}},
		{id: '7', ok: 'no', code: 'bad-text'},
	],
])('the log has no word of what people say: $0.type', (event, fields) => {
	expect(written(event)).toEqual([event.type, fields]);
});

test('what else happens is told whole', () => {
	const event = {type: 'peer-disconnected', peer: 'x', reason: 'no-heartbeat'} as const;
	expect(written(event)).toEqual(['peer-disconnected', {peer: 'x', reason: 'no-heartbeat'}]);
	expect(written({type: 'storage', state: 'failed', message: 'full'})[1]).toEqual({state: 'failed', why: 'full'});
});
