import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import type {ChatMessage} from '../../source/api/event.ts';
import {entryLine, localTime} from '../../source/cli/entry-line.ts';
import {cleanName} from '../../source/store/names.ts';
import {OTHER} from './fake-core.ts';

const ENTRY: ChatMessage = {
	room: 'lobby',
	messageId: 'ab'.repeat(32),
	kind: 'message',
	from: OTHER,
	name: 'ann',
	text: 'good morning',
	timestamp: Date.UTC(2026, 10, 21, 12),
	seq: 1,
	order: 1,
	local: false,
};

const REPLY = {messageId: 'cd'.repeat(32), from: OTHER, name: 'bob', text: 'what it answers'};

const OFFER = {file: 'ab'.repeat(32), name: 'plans.pdf', size: 150_000, files: 0, isExecutable: false};

/** The line without its time. */
function lineOf(change: Partial<ChatMessage>): string {
	const line = entryLine({...ENTRY, ...change}, (peer, name) => cleanName(name, peer));
	return line.slice(line.indexOf('  ') + 2);
}

describe('an entry as a line', () => {
	test.each<[string, Partial<ChatMessage>, string]>([
		['a message', {}, 'ann  good morning'],
		['an edited one', {edited: 1}, 'ann  good morning (edited)'],
		['one with reactions', {reactions: [{emoji: '👍', from: [OTHER, 'x']}]}, 'ann  good morning (👍 2)'],
		['one after a gap', {missing: 1}, 'ann  good morning (1 before it is missing)'],
		['one after a larger gap', {missing: 3}, 'ann  good morning (3 before it are missing)'],
		['one of a fork', {forked: true}, 'ann  good morning (says something else to others under the same number)'],
		['one that was taken back', {text: '', redacted: ''}, 'ann  * taken back'],
		['one with a reason for it', {text: '', redacted: 'a mistake'}, 'ann  * taken back: a mistake'],
		['a reply', {kind: 'reply', replyTo: REPLY}, 'ann  ↪ bob: good morning'],
		['a reply to what is not here', {kind: 'reply', replyTo: {messageId: 'cd'}}, 'ann  ↪ good morning'],
		['a file', {kind: 'file', text: 'plans.pdf', offer: OFFER}, 'ann  * offers plans.pdf (150 kB, abababababab)'],
		[
			'a folder',
			{kind: 'file', text: 'site', offer: {...OFFER, files: 12, size: 3_000_000}},
			'ann  * offers the folder site (12 files, 3.0 MB, abababababab)',
		],
		[
			'a folder of one',
			{kind: 'file', text: 'x', offer: {...OFFER, files: 1, size: 0}},
			'ann  * offers the folder x (1 file, 0 B, abababababab)',
		],
		['a file that was taken back', {kind: 'file', text: '', redacted: ''}, 'ann  * taken back'],
		[
			'a hostile name',
			{kind: 'file', text: 'a\u202egpj.exe\n', offer: OFFER},
			'ann  * offers a\\u202egpj.exe\\n (150 kB, abababababab)',
		],
		['a topic', {kind: 'topic', text: 'cats'}, 'ann  * topic: cats'],
		['no topic', {kind: 'topic', text: ''}, 'ann  * has removed the topic'],
		['who joins', {kind: 'join', text: 'ann'}, 'ann  * joined'],
		['who leaves', {kind: 'leave', text: ''}, 'ann  * left'],
		['what is of a later version', {kind: 'unknown', text: ''}, 'ann  * something that only a newer p2p-tui can show'],
	])('%s', (_what, change, line) => expect(lineOf(change)).toBe(line));

	test.each(['UTC', 'Asia/Kolkata', 'America/St_Johns'])('begins with the time in %s', zone => {
		const before = process.env.TZ;
		process.env.TZ = zone;
		const time = localTime(ENTRY.timestamp);
		if (before === undefined) delete process.env.TZ;
		else process.env.TZ = before;
		expect(time).toMatch(/^2026-11-21T\d\d:\d\d:00[+-]\d\d:\d\d$/);
		expect(Date.parse(time)).toBe(ENTRY.timestamp);
	});

	test('begins so even if the time is none', () => {
		expect(localTime(Number.NaN)).toBe('some day');
		expect(localTime(9e15)).toBe('some day');
	});
});

describe('row 53: whatever others have written stays on its line, and no terminal obeys it', () => {
	const HOSTILE = 'a\u001b[2J\r\nb\u202ec\u0007\u2028d\u0085e';
	const SAFE = /^[^\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]*$/u;

	test.each<[string, Partial<ChatMessage>]>([
		['a text', {text: HOSTILE}],
		['a name', {name: HOSTILE}],
		['a name that is nothing', {name: '\u200b\u200b'}],
		['the name of a file', {kind: 'file', text: HOSTILE, offer: {...OFFER, name: HOSTILE}}],
		['a topic', {kind: 'topic', text: HOSTILE}],
		['a new name', {kind: 'name', text: HOSTILE}],
		['a reason', {text: '', redacted: HOSTILE}],
		['a reaction', {reactions: [{emoji: HOSTILE, from: [OTHER]}]}],
		['the name of who is answered', {kind: 'reply', replyTo: {...REPLY, name: HOSTILE}}],
	])('in %s', (_what, change) => expect(lineOf(change)).toMatch(SAFE));

	test('of any characters at all', () => {
		const words = fc.string({unit: 'binary', maxLength: 40});
		const kinds = fc.constantFrom<ChatMessage['kind']>(
			'message',
			'reply',
			'file',
			'topic',
			'join',
			'name',
			'leave',
			'unknown',
		);
		fc.assert(
			fc.property(kinds, words, words, words, fc.option(words), (kind, text, name, other, reason) => {
				const line = lineOf({
					kind,
					text,
					name,
					replyTo: {...REPLY, name: other},
					reactions: [{emoji: other, from: [OTHER]}],
					...(reason !== null && {redacted: reason}),
				});
				expect(line).toMatch(SAFE);
			}),
			{numRuns: 500},
		);
	});
});
