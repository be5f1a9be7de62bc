import fc from 'fast-check';
import {describe, expect, test} from 'vitest';
import {type Line, LineSplitter, MAX_ID_LENGTH, parseLine} from '../../source/cli/lines.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

function split(chunks: readonly Uint8Array[], maxBytes?: number): Line[] {
	const splitter = new LineSplitter(maxBytes);
	return [...chunks.flatMap(chunk => splitter.push(chunk)), ...splitter.end()];
}

describe('splitting', () => {
	test('a line ends at a line feed, with or without a carriage return, and at the end of input', () => {
		expect(split([bytes('a\nb\r\n\nc')])).toEqual([{text: 'a'}, {text: 'b'}, {text: ''}, {text: 'c'}]);
	});

	test('the chunks make no difference, wherever they are cut', () => {
		const whole = bytes('{"text":"grüße 👋"}\r\nx\n{"y":1}');
		const expected = split([whole]);
		fc.assert(
			fc.property(fc.array(fc.nat(whole.length), {maxLength: 12}), cuts => {
				const places = [0, ...cuts.sort((a, b) => a - b), whole.length];
				const chunks = places.slice(1).map((end, index) => whole.subarray(places[index], end));
				expect(split(chunks)).toEqual(expected);
			}),
		);
	});

	test('a line of the greatest length is taken, one byte more is refused, and the next line is read again', () => {
		const refused = {refused: 'The line is longer than 8 bytes'};
		expect(split([bytes('12345678\n123456789\nok\n')], 8)).toEqual([{text: '12345678'}, refused, {text: 'ok'}]);
	});

	test('an endless line is not kept', () => {
		const splitter = new LineSplitter(1000);
		const before = process.memoryUsage().arrayBuffers;
		for (let index = 0; index < 2000; index++) expect(splitter.push(new Uint8Array(64_000).fill(120))).toEqual([]);
		expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(64_000_000);
		expect(splitter.push(bytes('\nok\n'))).toEqual([{refused: 'The line is longer than 1000 bytes'}, {text: 'ok'}]);
	});

	test('bytes that are no UTF-8 are refused', () => {
		expect(split([Uint8Array.of(0x22, 0xff, 0x22, 0x0a)])).toEqual([{refused: 'The line is not valid UTF-8'}]);
	});
});

describe('a command', () => {
	const parse = (value: unknown) => parseLine({text: JSON.stringify(value)});

	test.each([
		{command: 'publish', room: 'lobby', text: 'hi'},
		{command: 'publish', room: 'lobby', text: 'hi', replyTo: 'ab'},
		{command: 'direct', peer: 'x', text: 'hi', replyTo: 'ab'},
		{command: 'edit', room: 'dev', messageId: 'ab', text: 'hi'},
		{command: 'redact', room: 'dev', messageId: 'ab', reason: 'typo'},
		{command: 'redact', room: 'dev', messageId: 'ab'},
		{command: 'react', room: 'dev', messageId: 'ab', emoji: '👍', off: false},
		{command: 'react', room: 'dev', messageId: 'ab', emoji: '👍'},
		{command: 'topic', room: 'dev', text: ''},
		{command: 'topic', room: 'dev'},
		{command: 'join', room: 'dev'},
		{command: 'leave', room: 'dev'},
		{command: 'rooms'},
		{command: 'history', room: 'dev', limit: 5, before: 'ab'},
		{command: 'history', room: 'dev', limit: 5, after: 'ab'},
		{command: 'history', room: 'dev'},
		{command: 'forget', room: 'dev'},
		{command: 'read', room: 'dev', messageId: 'ab'},
		{command: 'read', room: '@x'},
		{command: 'search', text: 'hi', room: 'dev', limit: 5, before: 'ab'},
		{command: 'search', text: 'hi'},
		{command: 'export', room: 'dev', limit: 5, after: 'ab'},
		{command: 'export', room: 'dev'},
		{command: 'nick', name: 'ann'},
		{command: 'dial', address: '/ip4/127.0.0.1/tcp/1'},
		{command: 'disconnect', peer: 'x'},
		{command: 'peers'},
		{command: 'ping', peer: 'x', count: 3},
		{command: 'ping', peer: 'x'},
		{command: 'stats'},
		{command: 'shutdown'},
		{command: 'fault', kind: 'throw'},
	])('$command is read with and without an id', command => {
		expect(parse(command)).toEqual({ok: true, command});
		expect(parse({...command, id: '7'})).toEqual({ok: true, command: {...command, id: '7'}});
	});

	test('fields that nobody asked for are left out', () => {
		expect(parse({command: 'peers', id: '1', room: 'x', extra: true})).toEqual({
			ok: true,
			command: {command: 'peers', id: '1'},
		});
	});

	test('null stands for nothing', () => {
		expect(parse({id: null, command: 'history', room: 'a', limit: null})).toEqual({
			ok: true,
			command: {command: 'history', room: 'a'},
		});
	});

	test('a blank line is none', () => {
		expect(parseLine({text: ' \t'})).toBeUndefined();
	});

	test.each([
		['{', undefined, 'The line is not valid JSON'],
		['nonsense', undefined, 'The line is not valid JSON'],
		['[]', undefined, 'A command is a JSON object, like {"id":"1","command":"peers"}'],
		['null', undefined, 'A command is a JSON object, like {"id":"1","command":"peers"}'],
		['"peers"', undefined, 'A command is a JSON object, like {"id":"1","command":"peers"}'],
		['{"id":"1"}', '1', '"command" is missing, or not a string'],
		['{"id":"1","command":5}', '1', '"command" is missing, or not a string'],
		['{"id":"1","command":"publsh"}', '1', 'Unknown command "publsh": did you mean publish?'],
		['{"id":"1","command":"toString"}', '1', /^Unknown command "toString": one of publish, direct, edit/],
		['{"id":"1","command":"__proto__"}', '1', /^Unknown command "__proto__"/],
		['{"id":"1","command":"publish","room":"a"}', '1', 'publish: "text" is missing'],
		['{"id":"1","command":"publish","room":7,"text":"x"}', '1', 'publish: "room" is not a string'],
		['{"id":"1","command":"history","room":"a","limit":"5"}', '1', /"limit" is not a whole number above 0/],
		['{"id":"1","command":"history","room":"a","limit":1.5}', '1', /"limit" is not a whole number above 0/],
		[
			'{"id":"1","command":"react","room":"a","messageId":"b","emoji":"c","off":"no"}',
			'1',
			/"off" is neither true nor false/,
		],
		['{"id":"1","command":"react","room":"a","messageId":"b"}', '1', 'react: "emoji" is missing'],
		['{"id":"1","command":"direct","peer":["a"],"text":"x"}', '1', 'direct: "peer" is not a string'],
		['{"id":"1","command":"serch","text":"x"}', '1', 'Unknown command "serch": did you mean search?'],
		['{"id":"1","command":"ping","peer":"a","count":0}', '1', /"count" is not a whole number above 0/],
		['{"id":"1","command":"fault","kind":"melt"}', '1', 'fault: "kind" is one of throw, hang, memory'],
		['{"id":1,"command":"peers"}', '1', /^"id" is a string/],
		['{"id":{},"command":"peers"}', undefined, /^"id" is a string/],
		['{"__proto__":{"command":"shutdown"}}', undefined, '"command" is missing, or not a string'],
	])('%s is refused', (text, id, message) => {
		const parsed = parseLine({text});
		expect(parsed).toMatchObject({ok: false, id});
		const said = parsed?.ok === false ? parsed.message : '';
		if (typeof message === 'string') expect(said).toBe(message);
		else expect(said).toMatch(message);
	});

	test('an id that is too long is not handed on', () => {
		const id = 'x'.repeat(MAX_ID_LENGTH + 1);
		expect(parse({id, command: 'peers'})).toMatchObject({ok: false, id: undefined});
	});

	test('whatever the line, the outcome is a command or a refusal', () => {
		fc.assert(
			fc.property(fc.oneof(fc.string(), fc.json()), text => {
				const parsed = parseLine({text});
				if (parsed !== undefined && !parsed.ok) expect(parsed.message).not.toBe('');
			}),
		);
	});
});
