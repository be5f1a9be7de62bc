import {EventEmitter} from 'node:events';
import {beforeEach, describe, expect, test} from 'vitest';
import type {TraceHop} from '../../source/api/spread.ts';
import {UserError} from '../../source/base/errors.ts';
import {runTrace, type TraceOptions} from '../../source/cli/trace.ts';
import {CONFIG, FakeCore, OTHER} from './fake-core.ts';

const RELAY = '12D3KooWA4Xop1JaT3MHxwYMkCepYsv4iPVopMXwCz5iHYdBfeSB';
const HOPS: readonly TraceHop[] = [
	{peer: RELAY, name: '山\u001b[31m', total: 1.2034, link: 1.2034},
	{peer: OTHER, name: 'bob', total: 13.5, link: 12.2966},
];

let core: FakeCore;
let lines: string[];
let signals: EventEmitter;

beforeEach(() => {
	core = new FakeCore();
	lines = [];
	signals = new EventEmitter();
});

function start(given: Partial<TraceOptions> = {}): Promise<number> {
	return runTrace({
		config: CONFIG,
		startCore: core.start,
		target: {peer: OTHER},
		room: 'lobby',
		count: 2,
		interval: 1,
		timeout: 10_000,
		settle: 1,
		json: false,
		print: line => void lines.push(line),
		signals,
		...given,
	});
}

/** Each trace in turn; undefined is one without an answer. */
function answer(...traces: (readonly TraceHop[] | undefined)[]): void {
	let next = 0;
	core.answer = ({command}) => {
		if (command === 'dial') return {result: {peer: OTHER}};
		if (command === 'ping') return {result: {rtts: [20]}};
		const hops = traces[next++];
		return hops ? {result: {room: 'lobby', peer: OTHER, hops}} : {code: 'trace-timeout', message: 'it did not come'};
	};
}

const met = (peer: string, room = 'lobby') => core.emit({type: 'member-joined', room, peer, name: 'bob'});
const connected = (peer: string, name: string) =>
	core.emit({type: 'peer-connected', peer, name, address: '/ip4/127.0.0.1/tcp/1', direction: 'outbound'});

test('prints the way: one line a link, names made harmless and aligned', async () => {
	answer(HOPS, undefined);
	const run = start();
	met(RELAY, 'dev');
	met(RELAY);
	expect(await run).toBe(0);
	expect(lines).toEqual([
		'To 12D3Koo…imQ5 in #lobby',
		'1  2 links, 13.500 ms there and back',
		'   1  山\\x1b[31m  12D3Koo…feSB     1.203 ms     1.203 ms',
		'   2  bob         12D3Koo…imQ5    12.297 ms    13.500 ms',
		'2  it did not come',
	]);
	const asked = {command: 'trace', peer: OTHER, room: 'lobby'};
	expect(core.commands.map(({id, ...command}) => command)).toEqual([asked, asked]);
	expect([core.isStopped, signals.listenerCount('SIGINT')]).toEqual([true, 0]);
});

test('says as JSON what it found, and how far the peer is without the mesh if it is connected as well', async () => {
	answer(HOPS);
	const run = start({target: {name: 'bob'}, json: true, count: 1});
	connected(OTHER, 'bob');
	met(OTHER);
	expect(await run).toBe(0);
	expect(lines.map(line => JSON.parse(line))).toEqual([
		{type: 'trace', sequence: 1, room: 'lobby', peer: OTHER, hops: HOPS},
		{type: 'direct', room: 'lobby', peer: OTHER, milliseconds: 20},
	]);
	expect(lines.join('')).not.toContain('\u001b');
});

test('a way of one link says nothing of the direct one; no answer at all is status 1', async () => {
	answer([HOPS[1] as TraceHop]);
	const run = start({target: {address: '/ip4/127.0.0.1/tcp/1'}, count: 1});
	connected(OTHER, 'bob');
	met(OTHER);
	expect(await run).toBe(0);
	expect(lines).toEqual([
		...['To bob (12D3Koo…imQ5) in #lobby', '1  1 link, 13.500 ms there and back'],
		expect.stringMatching(/^ {3}1 {2}bob {2}/),
	]);
	answer();
	const none = start({count: 1, json: true});
	met(OTHER);
	expect(await none).toBe(1);
	expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({hops: null, error: 'it did not come'});
});

describe('who is not there', () => {
	test.each([
		['a peer that was dialled', {address: '/ip4/127.0.0.1/tcp/1'}, '12D3Koo…imQ5 was not in #lobby within 0.01 s'],
		['anybody', {peer: OTHER}, 'Nobody was in #lobby within 0.01 s'],
		['a name', {name: 'bob'}, 'Nobody called "bob" was found within 0.01 s'],
	])('is an error with a hint: %s', async (_, target, message) => {
		answer();
		const failure = await start({target, timeout: 10}).catch((error: unknown) => error);
		expect(failure).toBeInstanceOf(UserError);
		expect(failure).toMatchObject({message, hint: expect.stringMatching(/./)});
		expect(core.isStopped).toBe(true);
	});

	test('a core that cannot start is said at once, and Ctrl-C ends the wait', async () => {
		const failing = start();
		core.fail('The port is taken', 'Choose another');
		await expect(failing).rejects.toMatchObject({message: 'The port is taken', hint: 'Choose another'});
		const waiting = start();
		signals.emit('SIGINT');
		expect(await waiting).toBe(130);
	});
});
