import {EventEmitter} from 'node:events';
import fc from 'fast-check';
import {afterEach, beforeEach, describe, expect, test, vi} from 'vitest';
import {UserError} from '../../source/base/errors.ts';
import {figuresOf} from '../../source/cli/ping/figures.ts';
import {bucketsOf, drawHistogram, takesUnicode} from '../../source/cli/ping/histogram.ts';
import {type PingOptions, runPing} from '../../source/cli/ping.ts';
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

afterEach(() => {
	vi.useRealTimers();
});

function start(given: Partial<PingOptions> = {}): Promise<number> {
	return runPing({
		config: CONFIG,
		startCore: core.start,
		target: {address: ADDRESS},
		count: 3,
		interval: 1,
		flood: false,
		timeout: 10_000,
		settle: 1,
		deadline: undefined,
		json: false,
		columns: 60,
		unicode: true,
		print: line => void lines.push(line),
		signals,
		...given,
	});
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
	expect(lines).toEqual([
		...[OTHER, '1  0.300 ms', '2  0.100 ms', '3  0.235 ms'],
		'3 sent, 3 answered, 0 % lost',
		'min/p50/p99/max 0.100/0.235/0.300/0.300 ms, jitter 0.167 ms, mdev 0.083 ms',
	]);
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
		{
			...{type: 'summary', sent: 2, received: 1, loss: 0.5, min: 0.3, median: 0.3, p50: 0.3, p99: 0.3, max: 0.3},
			...{jitter: 0, mdev: 0, histogram: [{from: 0.2818, to: 0.3162, count: 1}]},
		},
	]);
});

test('a lost ping is shown and counted', async () => {
	answerPings([0.3, undefined, 0.5]);
	expect(await start()).toBe(0);
	expect(lines.slice(1)).toEqual([
		'1  0.300 ms',
		'2  no answer',
		'3  0.500 ms',
		'3 sent, 2 answered, 33.3 % lost',
		'min/p50/p99/max 0.300/0.300/0.500/0.500 ms, jitter 0.200 ms, mdev 0.100 ms',
	]);
});

test('no answer at all is a failure', async () => {
	answerPings([]);
	expect(await start({count: 2})).toBe(1);
	expect(lines.at(-1)).toBe('2 sent, 0 answered, 100 % lost');
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
	expect(lines.slice(0, 3)).toEqual([OTHER, '1  0.300 ms', '2 sent, 1 answered, 50 % lost']);
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
	expect(lines.slice(0, 3)).toEqual([OTHER, '1  0.300 ms', '1 sent, 1 answered, 0 % lost']);
	expect(core.isStopped).toBe(true);
});

test('Ctrl-C while dialling ends it at once', async () => {
	core.answer = () => undefined;
	const done = start();
	signals.emit('SIGINT');
	expect(await done).toBe(130);
	expect(lines).toEqual([]);
});

test('a deadline ends it; what was under way then is not called lost', async () => {
	let pings = 0;
	core.answer = ({command}) => {
		if (command === 'dial') return {result: {peer: OTHER}};
		return ++pings === 1 ? {result: {rtts: [0.3]}} : undefined;
	};
	expect(await start({count: 1_000_000, deadline: 20})).toBe(0);
	expect(lines.slice(1, 3)).toEqual(['1  0.300 ms', '1 sent, 1 answered, 0 % lost, 1 still under way']);
});

describe('a flood', () => {
	test('has eight under way and prints the sums only', async () => {
		const asked: string[] = [];
		core.answer = ({command, id}) => {
			if (command === 'dial') return {result: {peer: OTHER}};
			asked.push(id as string);
			return undefined;
		};
		const progress: string[] = [];
		const done = start({flood: true, count: 20, progress: text => progress.push(text)});
		let most = 0;
		for (let answered = 0; answered < 20; ) {
			await new Promise(resolve => setImmediate(resolve));
			most = Math.max(most, asked.length);
			for (const id of asked.splice(0)) core.reply(id, {result: {rtts: [++answered / 10]}});
		}
		expect(await done).toBe(0);
		expect(most).toBe(8);
		expect(lines.slice(0, 3)).toEqual([
			...[OTHER, '20 sent, 20 answered, 0 % lost'],
			'min/p50/p99/max 0.100/1.000/2.000/2.000 ms, jitter 0.100 ms, mdev 0.577 ms',
		]);
		expect(progress.at(0)).toBe('8 of 20, 0.800 ms');
		expect(progress.at(-1)).toBe('');
	});
});

describe('somebody named', () => {
	const person = (peer: string, name: string) =>
		({type: 'peer-connected', peer, name, address: ADDRESS, direction: 'outbound'}) as const;

	test('is waited for and pinged; others who come and go do not matter', async () => {
		answerPings([0.3]);
		const done = start({target: {name: 'Bob'}, count: 1});
		core.emit(person('12D3KooWcat', 'cat'), person(OTHER, 'bob'));
		core.emit({type: 'peer-disconnected', peer: '12D3KooWcat', reason: 'goodbye: leaving'});
		expect(await done).toBe(0);
		expect(lines.slice(0, 2)).toEqual([OTHER, '1  0.300 ms']);
		expect(core.commands).toMatchObject([{command: 'ping', peer: OTHER}]);
	});

	test('twice is an error that names both', async () => {
		const done = start({target: {name: 'bob'}});
		core.emit(person('12D3KooWtwo', 'bob'), person('12D3KooWone', 'bob'), person('12D3KooWthree', 'Bob'));
		await expect(done).rejects.toMatchObject({
			...{message: '2 peers are called "bob"', hint: 'Name one by its peer id'},
			details: ['12D3KooWone', '12D3KooWtwo'],
		});
		expect(core.isStopped).toBe(true);
	});

	test('twice is noticed as well if the second comes while others are still coming', async () => {
		vi.useFakeTimers({toFake: ['setTimeout', 'clearTimeout', 'performance']});
		const done = start({target: {name: 'bob'}, settle: 700});
		const refused = expect(done).rejects.toThrow('2 peers are called "bob"');
		core.emit(person('12D3KooWone', 'bob'));
		await vi.advanceTimersByTimeAsync(600);
		core.emit({type: 'peer-discovered', peer: '12D3KooWtwo', address: ADDRESS, via: 'announcement'});
		await vi.advanceTimersByTimeAsync(600);
		core.emit(person('12D3KooWtwo', 'bob'));
		await vi.advanceTimersByTimeAsync(700);
		await refused;
		// A crowd that never ends is not waited for.
		answerPings([0.3]);
		const alone = start({target: {name: 'bob'}, settle: 700, count: 1});
		core.emit(person('12D3KooWone', 'bob'));
		for (let other = 0; other < 5; other++) {
			await vi.advanceTimersByTimeAsync(600);
			core.emit(person(`12D3KooW${other}`, `${other}`));
		}
		expect(await alone).toBe(0);
	});

	test('has to be found within the timeout; the deadline begins with the first ping', async () => {
		vi.useFakeTimers({toFake: ['setTimeout', 'clearTimeout', 'performance']});
		answerPings([0.3, 0.3]);
		const done = start({target: {name: 'bob'}, settle: 700, interval: 400, count: 1_000_000, deadline: 500});
		core.emit(person(OTHER, 'bob'));
		await vi.advanceTimersByTimeAsync(1_200);
		expect(await done).toBe(0);
		expect(lines.slice(1, 4)).toEqual(['1  0.300 ms', '2  0.300 ms', '2 sent, 2 answered, 0 % lost']);
	});

	test('who does not come is an error that says who is there', async () => {
		const done = start({target: {name: 'bob'}, timeout: 5});
		core.emit(person('12D3KooWcat', 'c\x1b[2Jat'));
		await expect(done).rejects.toMatchObject({
			...{message: 'Nobody called "bob" was found within 0.005 s', hint: 'There are c\\x1b[2Jat'},
		});
		await expect(start({target: {name: 'bob'}, timeout: 5})).rejects.toMatchObject({hint: /doctor/});
	});

	test('by the peer id is dialled as soon as it is discovered', async () => {
		answerPings([0.3]);
		const done = start({target: {peer: OTHER}, count: 1});
		core.emit({type: 'peer-discovered', peer: '12D3KooWcat', address: ADDRESS, via: 'announcement'});
		core.emit({type: 'peer-discovered', peer: OTHER, address: ADDRESS, via: 'announcement'});
		core.emit(person(OTHER, 'whoever'));
		expect(await done).toBe(0);
		expect(core.commands.map(({id, ...command}) => command)).toEqual([
			{command: 'dial', address: `${ADDRESS}/p2p/${OTHER}`},
			{command: 'ping', peer: OTHER, count: 1},
		]);
	});

	test('the node that looks for it may fail to start', async () => {
		const done = start({target: {name: 'bob'}});
		core.fail('no such interface', 'there is lo');
		await expect(done).rejects.toThrow('no such interface');
	});
});

test('figures: of an even number the median is the mean of the middle two, p50 is the lower', () => {
	expect(figuresOf(5, [4, 1, 3, 2])).toEqual({
		...{sent: 5, received: 4, loss: 0.2},
		times: {min: 1, median: 2.5, p50: 2, p99: 4, max: 4, jitter: 2, mdev: 1.118},
	});
	expect(figuresOf(1, [])).toEqual({sent: 1, received: 0, loss: 1, times: undefined});
});

describe('the histogram', () => {
	test('has every time once, in at most twelve buckets without gaps', () => {
		fc.assert(
			fc.property(fc.array(fc.integer({min: 0, max: 10_000_000}), {minLength: 1}), micros => {
				const rtts = micros.map(micro => micro / 1000);
				const buckets = bucketsOf(rtts);
				expect(buckets.length).toBeLessThanOrEqual(12);
				for (const [index, {from, to, count}] of buckets.entries()) {
					if (index > 0) expect(from).toBe(buckets[index - 1]!.to);
					const inside = rtts.map(rtt => Math.max(0.001, rtt)).filter(rtt => rtt >= from && rtt < to);
					expect(inside).toHaveLength(count);
				}
				expect(buckets.reduce((sum, {count}) => sum + count, 0)).toBe(rtts.length);
			}),
		);
	});

	test('is drawn as wide as the terminal, and in ASCII where there is nothing else', () => {
		const rtts = [0.11, 0.12, 0.12, 0.13, 0.2, 0.3, 1.5, 1.5];
		expect(drawHistogram(bucketsOf(rtts), 40, true)).toMatchInlineSnapshot(`
			[
			  "  0.1 – 0.126 ms  3  ███████████████████",
			  "0.126 – 0.159 ms  1  ██████▍",
			  "0.159 –   0.2 ms  0",
			  "  0.2 – 0.251 ms  1  ██████▍",
			  "0.251 – 0.316 ms  1  ██████▍",
			  "0.316 – 0.398 ms  0",
			  "0.398 – 0.501 ms  0",
			  "0.501 – 0.631 ms  0",
			  "0.631 – 0.794 ms  0",
			  "0.794 –     1 ms  0",
			  "    1 –  1.26 ms  0",
			  " 1.26 –  1.58 ms  2  ████████████▋",
			]
		`);
		expect(drawHistogram(bucketsOf(rtts), 40, false)).toMatchInlineSnapshot(`
			[
			  "  0.1 - 0.126 ms  3  ###################",
			  "0.126 - 0.159 ms  1  ######",
			  "0.159 -   0.2 ms  0",
			  "  0.2 - 0.251 ms  1  ######",
			  "0.251 - 0.316 ms  1  ######",
			  "0.316 - 0.398 ms  0",
			  "0.398 - 0.501 ms  0",
			  "0.501 - 0.631 ms  0",
			  "0.631 - 0.794 ms  0",
			  "0.794 -     1 ms  0",
			  "    1 -  1.26 ms  0",
			  " 1.26 -  1.58 ms  2  #############",
			]
		`);
		for (const columns of [30, 40, 80, 500]) {
			const widths = drawHistogram(bucketsOf(rtts), columns, true).map(line => line.length);
			expect(Math.max(...widths)).toBeLessThanOrEqual(columns);
		}
	});

	test('goes by what the language says', () => {
		expect([{}, {LANG: 'de_DE.UTF-8'}, {LC_ALL: 'C', LANG: 'de_DE.UTF-8'}, {LANG: 'C.utf8'}].map(takesUnicode)).toEqual(
			[...[true, true, false, true]],
		);
	});
});
