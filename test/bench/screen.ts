/** The screen in a pseudo-terminal: how soon it is there, how soon a key is seen, and how late its timers are. */

import {once} from 'node:events';
import {readFileSync, rmSync} from 'node:fs';
import {type AddressInfo, createServer} from 'node:net';
import {join} from 'node:path';
import {createInterface} from 'node:readline';
import {pathToFileURL} from 'node:url';
import {type IPty, spawn} from '@lydell/node-pty';
import {atMost} from './goal.ts';
import {end, figure, type Place, type Row, startPart} from './shared.ts';
import {median, percentile} from './statistics.ts';

const STARTS = 7;
const RATE = 10_000;
const SECONDS = 8;
/** Milliseconds between an echo and the next key: a fast typist. */
const KEY_PAUSE = 25;
/** Milliseconds after which an echo counts as lost. */
const ECHO_TIMEOUT = 5_000;
const [COLUMNS, ROWS] = [120, 40];

/** A terminal that only watches for text in what is written to it. */
class Watched {
	readonly startedAt = performance.now();
	readonly #pty: IPty;
	readonly #exited: Promise<void>;
	#recent = '';
	#waiting: {readonly text: string; readonly resolve: (at: number) => void} | undefined;

	constructor({root}: Place, args: readonly string[], more: Readonly<Record<string, string>> = {}) {
		const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(CI|P2P_TUI_.*)$/.test(name)));
		const all = [join(root, 'bin/p2p-tui.js'), '--ephemeral', '--interface', 'lo', ...args];
		this.#pty = spawn(process.execPath, all, {
			name: 'xterm-256color',
			cols: COLUMNS,
			rows: ROWS,
			env: {...(env as Record<string, string>), TERM: 'xterm-256color', ...more},
		});
		this.#pty.onData(data => this.#receive(data));
		this.#exited = new Promise(resolve => this.#pty.onExit(() => resolve()));
	}

	/** When the text was written, if it has not been yet. */
	seen(text: string, timeout = ECHO_TIMEOUT): Promise<number> {
		return new Promise(resolve => {
			const timer = setTimeout(() => settle(Number.POSITIVE_INFINITY), timeout);
			const settle = (at: number) => {
				clearTimeout(timer);
				this.#waiting = undefined;
				resolve(at);
			};
			this.#waiting = {text, resolve: settle};
			if (this.#recent.includes(text)) settle(performance.now());
		});
	}

	forget(): void {
		this.#recent = '';
	}

	type(text: string): void {
		this.#pty.write(text);
	}

	async end(): Promise<void> {
		this.#pty.kill('SIGKILL');
		await this.#exited;
	}

	#receive(data: string): void {
		this.#recent = (this.#recent + data).slice(-20_000);
		if (this.#waiting && this.#recent.includes(this.#waiting.text)) this.#waiting.resolve(performance.now());
	}
}

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

export async function measureKeys(place: Place): Promise<Row[]> {
	const address = `/ip4/127.0.0.1/tcp/${await freeTcpPort()}`;
	const probe = new LoopProbe(place);
	const screen = new Watched(place, ['--no-discovery', '--listen', address], probe.environment);
	await screen.seen('message #lobby');
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
	await screen.seen('message number');
	const busyFrom = Date.now();
	const busy = await typeLetters(screen, () => report === undefined);
	const delays = probe.delays(busyFrom, Date.now());
	await closed;
	await Promise.all([screen.end(), end(flood)]);
	probe.forget();
	const held = figure(report?.heldPerSecond ?? Number.NaN);
	return [
		{
			what: 'key → echo, nothing else going on, p50',
			value: median(idle),
			unit: 'ms',
			reference: `p99 ${figure(percentile(idle, 0.99))} ms, ${idle.length} keys`,
		},
		{
			what: `key → echo, ${figure(RATE)} messages a second offered, p50`,
			value: median(busy),
			unit: 'ms',
			reference: `${held} /s verified and shown, ${busy.length} keys`,
		},
		{
			what: 'main-loop delay, the same, p99',
			value: percentile(delays, 0.99),
			unit: 'ms',
			reference: `p99 ${figure(percentile(idleDelays, 0.99))} ms when nothing else goes on: timers count whole ms`,
			goal: atMost(percentile(delays, 0.99), 2, 1, 'ms'),
		},
		{
			what: 'key → echo, the same, p99',
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
