import {EventEmitter} from 'node:events';
import {Readable} from 'node:stream';
import {afterEach, beforeEach, describe, expect, test, vi} from 'vitest';
import type {NodeEvent} from '../../source/api/event.ts';
import {readText, runSend, type SendOptions} from '../../source/cli/send.ts';
import {MAX_TEXT_BYTES} from '../../source/wire/limits.ts';
import {CONFIG, FakeCore, OTHER, READY} from './fake-core.ts';

let core: FakeCore;
let printed: string[];
let signals: EventEmitter;

beforeEach(() => {
	vi.useFakeTimers({toFake: ['setTimeout', 'clearTimeout']});
	core = new FakeCore();
	core.answer = () => ({result: {messageId: 'ab', room: 'ops'}});
	printed = [];
	signals = new EventEmitter();
});
afterEach(() => void vi.useRealTimers());

function start(options: Partial<SendOptions> = {}): Promise<number> {
	const done = runSend({
		config: {...CONFIG, dataDirectory: '/profile'},
		startCore: core.start,
		target: {room: 'ops'},
		text: 'hi',
		to: 1,
		timeout: 10_000,
		json: false,
		print: line => printed.push(line),
		signals,
		...options,
	});
	done.catch(() => {});
	return done;
}

const held = (storedBy: number, of: number, messageId = 'ab'): NodeEvent => ({
	...{type: 'message-state', messageId, room: 'ops', storedBy, of},
});

describe('a message', () => {
	test('is sent at once, and it ends when another holds it, and not before', async () => {
		const done = start();
		core.emit(READY, held(2, 2, 'another'), held(1, 2));
		await Promise.resolve();
		expect({printed, isStopped: core.isStopped}).toEqual({printed: [], isStopped: false});
		// More may get it while goodbye is said.
		core.emit(held(2, 3), held(3, 3));
		expect(await done).toBe(0);
		expect(core.commands).toEqual([{id: 'send', command: 'publish', room: 'ops', text: 'hi'}]);
		expect(printed).toEqual(['ab is held by 2 of 3 members, this one included']);
		expect(core.isStopped).toBe(true);
	});

	test('for two others waits for the second', async () => {
		const done = start({to: 2, json: true});
		core.emit(READY, held(2, 3));
		expect(printed).toEqual([]);
		core.emit(held(3, 3));
		expect(await done).toBe(0);
		expect(printed).toEqual(['{"messageId":"ab","storedBy":3,"of":3}']);
	});

	test('to one peer is a direct one', async () => {
		const done = start({target: {peer: OTHER}});
		core.emit(READY, held(2, 2));
		expect(await done).toBe(0);
		expect(core.commands).toMatchObject([{command: 'direct', peer: OTHER, text: 'hi'}]);
	});
});

describe('it fails with one line', () => {
	test('when nobody has got it in time, and says that it is kept', async () => {
		const done = start();
		core.emit(READY, held(1, 3));
		vi.advanceTimersByTime(10_000);
		await expect(done).rejects.toMatchObject({
			message: 'Nobody has got the message within 10 s',
			hint: 'It is kept, and handed on the next time this profile is online with others',
			exitStatus: 1,
		});
		expect({printed, isStopped: core.isStopped}).toEqual({printed: [], isStopped: true});
	});

	test('or too few; and a profile that keeps nothing promises nothing', async () => {
		const done = start({to: 3, json: true, config: CONFIG});
		core.emit(READY, held(3, 4));
		vi.advanceTimersByTime(10_000);
		await expect(done).rejects.toMatchObject({
			message: 'Only 2 of the 3 that --to asks for have got the message within 10 s',
			hint: 'With --ephemeral it is not kept here either',
		});
		expect(printed).toEqual(['{"messageId":"ab","storedBy":3,"of":4}']);
	});

	test('when the message is refused', async () => {
		core.answer = () => ({code: 'storage', message: 'The disk is full'});
		await expect(start()).rejects.toMatchObject({message: 'The disk is full'});
	});

	test('when the profile is in use, with what to do', async () => {
		const done = start();
		core.fail('Another p2p-tui (process 7) uses the profile in /profile', 'Quit that one');
		await expect(done).rejects.toMatchObject({hint: expect.stringMatching(/^Type it there, or .*--data-dir/)});
	});

	test('and with the status of the signal that ends it', async () => {
		const done = start();
		signals.emit('SIGINT');
		expect(await done).toBe(130);
	});
});

describe('standard input', () => {
	const read = (...parts: (string | Uint8Array)[]) => readText(Readable.from(parts.map(part => Buffer.from(part))));

	test('is one text; the line end that closes it does not belong to it', async () => {
		expect(await read('two\nlines', '\n')).toBe('two\nlines');
		expect(await read('Grüße\r\n')).toBe('Grüße');
	});

	test('that is too long or no text is refused, and not read to its end', async () => {
		let count = 0;
		const endless = Readable.from(
			(function* () {
				for (;;) yield Buffer.alloc(1024, ++count);
			})(),
		);
		await expect(readText(endless)).rejects.toMatchObject({message: 'The message is too long'});
		expect(count).toBeLessThan(4 * (MAX_TEXT_BYTES / 1024));
		await expect(read(Uint8Array.of(0xff))).rejects.toMatchObject({message: 'Standard input is not valid UTF-8'});
	});
});
