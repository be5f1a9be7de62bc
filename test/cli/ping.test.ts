import {EventEmitter} from 'node:events';
import {beforeEach, expect, test} from 'vitest';
import {UserError} from '../../source/base/errors.ts';
import {runPing, summarise} from '../../source/cli/ping.ts';
import {CONFIG, FakeCore, OTHER} from './fake-core.ts';

const ADDRESS = '/ip4/127.0.0.1/tcp/4001';

let core: FakeCore;
let lines: string[];
let signals: EventEmitter;

beforeEach(() => {
	core = new FakeCore();
	lines = [];
	signals = new EventEmitter();
});

function start({count = 3, json = false, interval = 1} = {}): Promise<number> {
	const print = (line: string) => void lines.push(line);
	return runPing({config: CONFIG, startCore: core.start, address: ADDRESS, count, interval, json, print, signals});
}

/** Dialling succeeds; the pings take these times, and undefined is one that is lost. */
function answerPings(rtts: readonly (number | undefined)[]): void {
	let next = 0;
	core.answer = ({command}) => {
		if (command === 'dial') return {result: {peer: OTHER}};
		const rtt = rtts[next++];
		return rtt === undefined ? {code: 'ping-timeout', message: 'no answer'} : {result: {rtts: [rtt]}};
	};
}

test('prints who answers, each round trip and a summary', async () => {
	answerPings([0.3, 0.1, 0.2346]);
	expect(await start()).toBe(0);
	expect(lines).toEqual([OTHER, '1  0.300 ms', '2  0.100 ms', '3  0.235 ms', 'min/median/max 0.100/0.235/0.300 ms']);
	expect(core.commands.map(({id, ...command}) => command)).toEqual([
		{command: 'dial', address: ADDRESS},
		{command: 'ping', peer: OTHER, count: 1},
		{command: 'ping', peer: OTHER, count: 1},
		{command: 'ping', peer: OTHER, count: 1},
	]);
	expect(core.isStopped).toBe(true);
	expect(signals.listenerCount('SIGINT')).toBe(0);
});

test('prints the same as JSON', async () => {
	answerPings([0.3, undefined]);
	expect(await start({json: true, count: 2})).toBe(0);
	expect(lines.map(line => JSON.parse(line))).toEqual([
		{type: 'peer', peer: OTHER, address: ADDRESS},
		{type: 'rtt', sequence: 1, milliseconds: 0.3},
		{type: 'rtt', sequence: 2, milliseconds: null},
		{type: 'summary', sent: 2, received: 1, min: 0.3, median: 0.3, max: 0.3},
	]);
});

test('a lost ping is shown and counted', async () => {
	answerPings([0.3, undefined, 0.5]);
	expect(await start()).toBe(0);
	expect(lines.slice(1)).toEqual([
		'1  0.300 ms',
		'2  no answer',
		'3  0.500 ms',
		'min/median/max 0.300/0.400/0.500 ms, 2 of 3 answered',
	]);
});

test('no answer at all is a failure', async () => {
	answerPings([]);
	expect(await start({count: 2})).toBe(1);
	expect(lines.at(-1)).toBe('0 of 2 answered');
});

test.each([
	['dial-refused', /Is p2p-tui running there/],
	['dial-timeout', /firewall/],
	['dial-wrong-peer', /Leave out \/p2p/],
	['dial-unreachable', /same network/],
] as const)('%s ends with the reason and a hint', async (code, hint) => {
	core.answer = () => ({code, message: 'it did not work'});
	const done = start();
	await expect(done).rejects.toThrow('it did not work');
	await expect(done).rejects.toMatchObject({exitStatus: 1, hint: expect.stringMatching(hint)});
	expect(lines).toEqual([]);
	expect(core.isStopped).toBe(true);
});

test('a connection that is lost on the way ends it with what was measured until then', async () => {
	let pings = 0;
	core.answer = ({command}) => {
		if (command === 'dial') return {result: {peer: OTHER}};
		if (++pings === 1) return {result: {rtts: [0.3]}};
		core.emit({type: 'peer-disconnected', peer: OTHER, reason: 'goodbye: leaving'});
		return undefined;
	};
	await expect(start()).rejects.toThrow(new UserError('The connection was closed: goodbye: leaving'));
	expect(lines).toEqual([OTHER, '1  0.300 ms', 'min/median/max 0.300/0.300/0.300 ms, 1 of 2 answered']);
});

test('a node that cannot start is reported', async () => {
	core.answer = () => undefined;
	const done = start();
	core.fail('no such interface', 'there is lo');
	await expect(done).rejects.toMatchObject({message: 'no such interface', hint: 'there is lo'});
});

test('Ctrl-C prints the summary of what was measured', async () => {
	answerPings([0.3, 0.3, 0.3]);
	const done = start({interval: 1_000_000});
	while (lines.length < 2) await new Promise(resolve => setImmediate(resolve));
	signals.emit('SIGINT');
	expect(await done).toBe(130);
	expect(lines).toEqual([OTHER, '1  0.300 ms', 'min/median/max 0.300/0.300/0.300 ms']);
	expect(core.isStopped).toBe(true);
});

test('Ctrl-C while dialling ends it at once', async () => {
	core.answer = () => undefined;
	const done = start();
	signals.emit('SIGINT');
	expect(await done).toBe(130);
	expect(lines).toEqual([]);
});

test('the median of an even number is the mean of the middle two', () => {
	expect(summarise(4, [4, 1, 3, 2])).toEqual({sent: 4, received: 4, min: 1, median: 2.5, max: 4});
	expect(summarise(1, [])).toEqual({sent: 1, received: 0, min: undefined, median: undefined, max: undefined});
});
