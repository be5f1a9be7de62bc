/** The screen in a pseudo-terminal: how soon it is there, how soon a key is seen, and how late its timers are. */

import {once} from 'node:events';
import {mkdtempSync, readFileSync, rmSync} from 'node:fs';
import {type AddressInfo, createServer} from 'node:net';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {createInterface} from 'node:readline';
import {pathToFileURL} from 'node:url';
import {makeHistory} from './big-history.ts';
import {atMost} from './goal.ts';
import {countOf, end, figure, type Place, type Row, startPart} from './shared.ts';
import {median, percentile} from './statistics.ts';
import {Watched} from './watched.ts';

const STARTS = 7;
const RATE = 10_000;
const SECONDS = 8;
/** Messages in the room where history is measured, and milliseconds after which they are enough. */
const HISTORY = 1_000_000;
const LONGEST_BUILD = 60_000;
/** Milliseconds. */
const START_TIMEOUT = 20_000;
/** Milliseconds between an echo and the next key: a fast typist. */
const KEY_PAUSE = 25;

export async function measureStartOfScreen(place: Place): Promise<Row[]> {
	const frame: number[] = [];
	const running: number[] = [];
	for (let round = 0; round < STARTS; round++) {
		const screen = new Watched(place, ['--no-discovery']);
		frame.push((await screen.seen('Rooms')) - screen.startedAt);
		running.push((await screen.seen('message #lobby')) - screen.startedAt);
		await screen.end();
	}
	return [
		{
			what: 'screen: start → first frame',
			value: median(frame),
			unit: 'ms',
			goal: atMost(median(frame), 300, 200, 'ms'),
		},
		{what: 'screen: start → in the lobby, core running', value: median(running), unit: 'ms'},
	];
}

/** Letters that nothing else on the screen shows, one for each key. */
const LETTERS = Array.from({length: 250}, (_, index) => String.fromCodePoint(0x0410 + index)).filter(letter =>
	/^\p{L}$/u.test(letter),
);

/** Milliseconds from key to echo, for as long as `mayGoOn` and letters last. */
async function typeLetters(screen: Watched, mayGoOn: () => boolean): Promise<number[]> {
	const samples: number[] = [];
	for (const letter of LETTERS) {
		if (!mayGoOn()) break;
		screen.forget();
		const from = performance.now();
		screen.type(letter);
		samples.push((await screen.seen(letter)) - from);
		await new Promise(resolve => setTimeout(resolve, KEY_PAUSE));
	}
	return samples;
}

export function measureKeys(place: Place): Promise<Row[]> {
	return keysOf(place, [], '');
}

/** The same in a room with a long history, which is on disk, as is all that comes. */
export async function measureKeysWithHistory(place: Place): Promise<Row[]> {
	const directory = mkdtempSync(join(tmpdir(), 'p2p-tui-bench-'));
	try {
		const wanted = {events: countOf(HISTORY), isSigned: false, longest: LONGEST_BUILD};
		const {events} = await makeHistory(directory, wanted);
		const name = `, ${events.toLocaleString('en-GB')} messages kept`;
		return (await keysOf(place, ['--data-dir', directory], name)).filter(({what}) => what.startsWith('key'));
	} finally {
		rmSync(directory, {recursive: true, force: true});
	}
}

async function keysOf(place: Place, args: readonly string[], where: string): Promise<Row[]> {
	const address = `/ip4/127.0.0.1/tcp/${await freeTcpPort()}`;
	const probe = new LoopProbe(place);
	const screen = new Watched(place, ['--no-discovery', '--listen', address, ...args], probe.environment);
	await screen.seen('message #lobby', START_TIMEOUT);
	let count = 0;
	const idleFrom = Date.now();
	const idle = await typeLetters(screen, () => count++ < 60);
	screen.type('\x15');

	const flood = startPart(place, 'flood', [address, String(RATE), String(SECONDS)]);
	const lines = createInterface({input: flood.stdout!});
	await once(lines, 'line');
	let report: {readonly heldPerSecond: number} | undefined;
	lines.once('line', line => {
		report = JSON.parse(line);
	});
	const closed = once(flood, 'close');
	const idleDelays = probe.delays(idleFrom, Date.now());
	screen.forget();
	await screen.seen('of very many');
	const busyFrom = Date.now();
	const busy = await typeLetters(screen, () => report === undefined);
	const delays = probe.delays(busyFrom, Date.now());
	await closed;
	await Promise.all([screen.end(), end(flood)]);
	probe.forget();
	return keyRows(where, {idle, busy, idleDelays, delays, held: report?.heldPerSecond ?? Number.NaN});
}

type Keys = {
	readonly idle: readonly number[];
	readonly busy: readonly number[];
	readonly idleDelays: readonly number[];
	readonly delays: readonly number[];
	readonly held: number;
};

function keyRows(where: string, {idle, busy, idleDelays, delays, held}: Keys): Row[] {
	return [
		{
			what: `key → echo, nothing else going on${where}, p50`,
			value: median(idle),
			unit: 'ms',
			reference: `p99 ${figure(percentile(idle, 0.99))} ms, ${idle.length} keys`,
		},
		{
			what: `key → echo, ${figure(RATE)} messages a second offered${where}, p50`,
			value: median(busy),
			unit: 'ms',
			reference: `${figure(held)} /s verified and shown, ${busy.length} keys`,
		},
		{
			what: `main-loop delay, the same${where}, p99`,
			value: percentile(delays, 0.99),
			unit: 'ms',
			reference: `p99 ${figure(percentile(idleDelays, 0.99))} ms when nothing else goes on: timers count whole ms`,
			goal: atMost(percentile(delays, 0.99), 2, 1, 'ms'),
		},
		{
			what: `key → echo, the same${where}, p99`,
			value: percentile(busy, 0.99),
			unit: 'ms',
			goal: atMost(percentile(busy, 0.99), 33, 16, 'ms'),
		},
	];
}

/** How late timers of a program's main thread are: see `loop-probe.js`. */
class LoopProbe {
	readonly #file: string;
	readonly environment: Readonly<Record<string, string>>;

	constructor({root, output}: Place) {
		this.#file = join(output, `loop-${process.pid}.jsonl`);
		const program = pathToFileURL(join(root, 'test/bench/loop-probe.js'));
		this.environment = {BENCH_LOOP_FILE: this.#file, NODE_OPTIONS: `--import ${program.href}`};
	}

	/** Milliseconds; those noted between two times of the wall clock. */
	delays(from: number, to: number): readonly number[] {
		const lines = readFileSync(this.#file, 'utf8').trim().split('\n');
		const noted = lines.map(line => JSON.parse(line) as number[]);
		return noted.filter(([at = 0]) => at > from && at < to).flatMap(([, ...delays]) => delays);
	}

	forget(): void {
		rmSync(this.#file, {force: true});
	}
}

async function freeTcpPort(): Promise<number> {
	const server = createServer().listen(0, '127.0.0.1');
	await once(server, 'listening');
	const {port} = server.address() as AddressInfo;
	server.close();
	return port;
}
