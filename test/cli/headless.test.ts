import {EventEmitter} from 'node:events';
import {PassThrough, Writable} from 'node:stream';
import {setImmediate as turn} from 'node:timers/promises';
import {afterEach, beforeEach, expect, test, vi} from 'vitest';
import {UserError} from '../../source/base/errors.ts';
import {runHeadless} from '../../source/cli/headless.ts';
import {HIGH_WATER, MAX_QUEUED_BYTES} from '../../source/cli/output.ts';
import {CONFIG, FakeCore, OTHER, READY} from './fake-core.ts';

class Lines extends Writable {
	readonly values: Record<string, unknown>[] = [];
	#rest = '';

	constructor() {
		super({decodeStrings: true});
	}

	override _write(chunk: Buffer, _encoding: unknown, done: () => void): void {
		const lines = (this.#rest + chunk.toString()).split('\n');
		this.#rest = lines.pop()!;
		this.values.push(...lines.map(line => JSON.parse(line)));
		done();
	}
}

let core: FakeCore;
let input: PassThrough;
let signals: EventEmitter;

beforeEach(() => {
	core = new FakeCore();
	input = new PassThrough();
	signals = new EventEmitter();
});

afterEach(() => vi.useRealTimers());

function start<Output extends Writable>(output: Output): {done: Promise<number>; output: Output} {
	return {done: runHeadless({config: CONFIG, startCore: core.start, input, output, signals}), output};
}

/** Lets streams hand on what was written. */
async function settle(): Promise<void> {
	for (let index = 0; index < 5; index++) await turn();
}

const badCommand = (id?: string) =>
	expect.objectContaining({
		type: 'reply',
		ok: false,
		error: expect.objectContaining({code: 'bad-command'}),
		...(id === undefined ? {} : {id}),
	});

test('commands go in, events come out, one line each', async () => {
	const {done, output} = start(new Lines());
	core.emit(READY);
	input.write('{"id":"1","command":"publish","room":"lobby","text":"hi"}\n{"command":"stats"}\n');
	await settle();
	core.emit({type: 'rtt', peer: OTHER, milliseconds: 0.25});
	expect(core.commands).toEqual([{id: '1', command: 'publish', room: 'lobby', text: 'hi'}, {command: 'stats'}]);
	input.end();
	expect(await done).toBe(0);
	expect(output.values).toEqual([
		READY,
		{type: 'reply', id: '1', ok: true, result: {}},
		{type: 'rtt', peer: OTHER, milliseconds: 0.25},
	]);
	expect(core.isStopped).toBe(true);
});

test('nothing is printed that a terminal would obey or that hides, and the values are the same', async () => {
	const text = '\x1b[2J \x7f \x85 \x9b31m \u061c \u200b \u2028 \u2029 \u202e \u2066 \ufeff \u{e0041} é 漢 👍';
	const message = {type: 'warning', code: 'test', message: text} as const;
	const output = new Lines();
	const chunks: string[] = [];
	const write = output._write.bind(output);
	output._write = (chunk: Buffer, ...rest) => {
		chunks.push(chunk.toString());
		write(chunk, ...rest);
	};
	const {done} = start(output);
	core.emit(READY, message);
	input.end();
	await done;
	expect(output.values).toEqual([READY, message]);
	expect(chunks.join('')).toMatch(/^[\n\x20-\x7eé漢👍]*$/u);
	expect(chunks.join('')).toContain('\\u009b31m');
	expect(chunks.join('')).toContain('\\udb40\\udc41 é 漢 👍');
});

test('what is meant for a screen only is not printed', async () => {
	const {done, output} = start(new Lines());
	core.emit(
		READY,
		{type: 'snapshot', peerId: 'x', name: 'ann', addresses: [], interfaces: [], rooms: [], peers: []},
		{type: 'traffic', bytesInPerSecond: 1, bytesOutPerSecond: 1},
	);
	input.end();
	await done;
	expect(output.values).toEqual([READY]);
});

test('a bad line is answered and the next one is read', async () => {
	const {done, output} = start(new Lines());
	core.emit(READY);
	input.end(
		'nonsense\n{"id":"7","command":"dance"}\n{"id":"8","command":"publish","room":"x"}\n{"id":"9","command":"peers"}',
	);
	expect(await done).toBe(0);
	expect(output.values).toEqual([
		READY,
		{type: 'reply', ok: false, error: {code: 'bad-command', message: 'The line is not valid JSON'}},
		badCommand('7'),
		badCommand('8'),
		{type: 'reply', id: '9', ok: true, result: {}},
	]);
	expect(core.commands).toEqual([{id: '9', command: 'peers'}]);
});

test('ready is the first line, whatever came in before', async () => {
	const {done, output} = start(new Lines());
	input.write('nonsense\n');
	await settle();
	expect(output.values).toEqual([]);
	core.emit(READY);
	input.end();
	await done;
	expect(output.values).toEqual([READY, badCommand()]);
});

test('shutdown is answered, then everything is closed; what follows it is not read', async () => {
	const {done, output} = start(new Lines());
	core.emit(READY);
	input.write('{"id":"1","command":"shutdown"}\n{"id":"2","command":"peers"}\n');
	expect(await done).toBe(0);
	expect(core.commands).toEqual([{id: '1', command: 'shutdown'}]);
	expect(core.isStopped).toBe(true);
	expect(output.values.at(-1)).toEqual({type: 'reply', id: '1', ok: true, result: {}});
});

test('shutdown without an id ends the node as well', async () => {
	const {done} = start(new Lines());
	core.emit(READY);
	input.write('{"command":"shutdown"}\n');
	expect(await done).toBe(0);
	expect(core.isStopped).toBe(true);
});

test('at the end of input replies that are due are waited for', async () => {
	core.answer = () => undefined;
	const {done, output} = start(new Lines());
	core.emit(READY);
	input.end('{"id":"1","command":"dial","address":"x"}\n');
	await settle();
	expect(core.isStopped).toBe(false);
	core.reply('1', {result: {peer: OTHER}});
	expect(await done).toBe(0);
	expect(output.values.at(-1)).toEqual({type: 'reply', id: '1', ok: true, result: {peer: OTHER}});
});

test('… but not for ever', async () => {
	core.answer = () => undefined;
	const {done} = start(new Lines());
	core.emit(READY);
	input.write('{"id":"1","command":"dial","address":"x"}\n');
	await settle();
	vi.useFakeTimers();
	input.end();
	await vi.advanceTimersByTimeAsync(60_000);
	expect(await done).toBe(0);
});

test.each([
	['SIGINT', 130],
	['SIGTERM', 143],
	['SIGHUP', 129],
])('%s says goodbye and ends with %d', async (signal, status) => {
	const {done} = start(new Lines());
	core.emit(READY);
	signals.emit(signal);
	expect(await done).toBe(status);
	expect(core.isStopped).toBe(true);
	expect(signals.listenerCount(signal)).toBe(0);
});

test('a node that cannot start ends with the reason and the hint', async () => {
	const {done} = start(new Lines());
	core.fail('port 4001 is already in use', 'choose another port');
	const hint = 'choose another port';
	await expect(done).rejects.toThrow(new UserError('port 4001 is already in use', {hint}));
});

test('a node that cannot start says so even if its input has ended, or asked it to end', async () => {
	for (const lines of ['', '{"command":"shutdown"}\n']) {
		input = new PassThrough();
		const {done} = start(new Lines());
		input.end(lines);
		await settle();
		core.fail('the key file is empty', undefined);
		await expect(done).rejects.toThrow('the key file is empty');
	}
});

test('a reader that is gone ends the node quietly', async () => {
	const gone = new Writable({
		write: (_chunk, _encoding, done) => done(Object.assign(new Error('write EPIPE'), {code: 'EPIPE'})),
	});
	const {done} = start(gone);
	core.emit(READY);
	expect(await done).toBe(0);
	expect(core.isStopped).toBe(true);
});

test('output that cannot be written for another reason is an error', async () => {
	const full = new Writable({
		write: (_chunk, _encoding, done) => done(Object.assign(new Error('no space left'), {code: 'ENOSPC'})),
	});
	const {done} = start(full);
	core.emit(READY);
	await expect(done).rejects.toThrow('Cannot write to standard output: no space left');
});

/** A reader that takes nothing until it is told to go on. */
class SlowReader extends Lines {
	#held: (() => void)[] | undefined = [];

	override _write(chunk: Buffer, encoding: unknown, done: () => void): void {
		if (this.#held === undefined) super._write(chunk, encoding, done);
		else this.#held.push(() => super._write(chunk, encoding, done));
	}

	goOn(): void {
		const held = this.#held ?? [];
		this.#held = undefined;
		for (const write of held) write();
	}
}

test('a slow reader does not make memory grow: events are dropped, and it is told how many', async () => {
	const {done, output} = start(new SlowReader());
	const text = 'x'.repeat(10_000);
	const message = {
		type: 'message',
		room: 'lobby',
		messageId: 'a',
		kind: 'message',
		from: OTHER,
		name: 'bob',
		text,
		timestamp: 1,
		seq: 1,
		order: 1,
		local: false,
	} as const;
	core.emit(READY);
	const sent = 3000;
	for (let index = 0; index < sent; index++) core.emit(message);
	expect(output.writableLength).toBeGreaterThan(MAX_QUEUED_BYTES);
	expect(output.writableLength).toBeLessThan(MAX_QUEUED_BYTES + 2 * text.length);
	core.reply('1', {result: {}});
	output.goOn();
	await settle();
	const received = output.values.filter(value => value.type === 'message').length;
	expect(received).toBeLessThan(sent);
	expect(output.values).toContainEqual({type: 'reply', id: '1', ok: true, result: {}});
	expect(output.values.at(-1)).toEqual({
		type: 'warning',
		code: 'events-dropped',
		message: `${sent - received} events were dropped: the reader of standard output was too slow`,
	});
	input.end();
	await done;
});

test('no commands are taken while the reader is behind, and all are once it has caught up', async () => {
	core.answer = () => ({result: {messages: []}});
	const {done, output} = start(new SlowReader());
	core.emit(READY, {type: 'warning', code: 'long', message: 'x'.repeat(HIGH_WATER)});
	input.end('{"id":"1","command":"rooms"}\n{"id":"2","command":"peers"}\n');
	await settle();
	expect(core.commands).toEqual([]);
	output.goOn();
	expect(await done).toBe(0);
	expect(core.commands).toHaveLength(2);
	expect(output.values.filter(value => value.type === 'reply')).toHaveLength(2);
});

test('commands wait while too many replies are due', async () => {
	core.answer = () => undefined;
	const {done} = start(new Lines());
	core.emit(READY);
	for (let index = 0; index < 300; index++) input.write(`{"id":"${index}","command":"dial","address":"x"}\n`);
	await settle();
	expect(core.commands).toHaveLength(256);
	for (let index = 0; index < 300; index++) core.reply(String(index), {result: {peer: OTHER}});
	await settle();
	expect(core.commands).toHaveLength(300);
	input.end();
	for (let index = 256; index < 300; index++) core.reply(String(index), {result: {peer: OTHER}});
	expect(await done).toBe(0);
});
