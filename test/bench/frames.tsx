/**
 * `frames.mjs <ours|ink>`: the screen in this process, on a terminal that costs nothing, asked from outside. `ink`: the
 * same panes drawn by Ink alone, with its incremental output.
 *
 * | question                     | answer                                                                     |
 * | ---------------------------- | -------------------------------------------------------------------------- |
 * | `frames <scenario> <count>`  | `{cpu, store, compared, smallest}`: ms of processor time (all, and the store's), bytes |
 * | `hour <seconds>`             | `{slope, minutes, frames}`: of the heap, in MB for a simulated hour         |
 */

import {PassThrough} from 'node:stream';
import {setFlagsFromString} from 'node:v8';
import {runInNewContext} from 'node:vm';
import {render} from 'ink';
import type {NodeEvent} from '../../source/api/event.ts';
import {MAX_ENTRIES} from '../../source/store/state.ts';
import {Store} from '../../source/store/store.ts';
import {App} from '../../source/ui/app.tsx';
import {InkInput} from '../../source/ui/ink-streams.ts';
import type {Input} from '../../source/ui/input/input.ts';
import {mount} from '../../source/ui/paint/mount.tsx';
import {Painter} from '../../source/ui/paint/painter.ts';
import {createTheme} from '../../source/ui/theme.ts';
import {livelyEvents, minutes, rtts, said, traffic} from '../ui/script.ts';
import {answerQuestions} from './answer.ts';
import {smallestDifference, Terminal} from './cells.ts';

const SIZE = {columns: 120, rows: 40};
/** Frames that are compared cell by cell. */
const COMPARED = 20;
/** Messages in a frame when 10,000 come in a second. */
const FLOOD = 330;
const WORDS = ['did the deploy finish?', 'yes, all green', 'I left the old one running, just in case', '好的', 'ok'];
const WHO = ['ann', 'bob', 'cat'] as const;

let now = minutes(10);
let written: string[] = [];
/** Everything since the beginning, for a terminal that is to look now. */
const all: string[] = [];
const keep = (output: string): boolean => written.push(output) > 0 && all.push(output) > 0;
let listener: (input: Input) => void = () => {};
const store = new Store({now: () => now, setTimer: () => () => {}, send: () => {}});
const theme = createTheme('dark', 24, {});
const app = (
	<App
		store={store}
		{...SIZE}
		themeOf={() => theme}
		version="bench"
		keyboard={{
			subscribe(each) {
				listener = each;
				return () => {};
			},
		}}
		send={() => {}}
		effect={() => {}}
		faults={false}
	/>
);
const paint = process.argv[2] === 'ink' ? drawnByInk() : drawnByUs();

function drawnByUs(): () => void {
	const painter = new Painter({
		size: SIZE,
		write: keep,
		onError: error => {
			throw error;
		},
		// Frames are asked for here.
		now: () => 0,
	});
	mount(app, painter);
	return () => painter.paint();
}

/** As the program was before it had a painter. */
function drawnByInk(): () => void {
	const stdout = Object.assign(new PassThrough(), {
		...SIZE,
		isTTY: true,
		write: keep,
	});
	render(app, {
		stdout: stdout as unknown as NodeJS.WriteStream,
		stdin: new InkInput() as unknown as NodeJS.ReadStream,
		exitOnCtrlC: false,
		patchConsole: false,
		interactive: true,
		incrementalRendering: true,
		maxFps: 1_000,
	});
	return () => {};
}

const turn = () => new Promise<void>(resolve => setImmediate(resolve));

type Costs = {readonly change: number; readonly all: number};

const milliseconds = ({user, system}: NodeJS.CpuUsage) => (user + system) / 1_000;

/** Shows what has changed. Ink draws at once, if a millisecond has passed since the last time. */
async function frame(change: () => void): Promise<Costs> {
	const begin = process.cpuUsage();
	change();
	const changed = milliseconds(process.cpuUsage(begin));
	await turn();
	paint();
	if (process.argv[2] === 'ink') await new Promise(resolve => setTimeout(resolve, 2));
	return {change: changed, all: milliseconds(process.cpuUsage(begin))};
}

const say = (index: number, text = `${WORDS[index % WORDS.length]} (${index})`) =>
	said(WHO[index % WHO.length] as (typeof WHO)[number], text, 10);

const press = (name: string) => listener({type: 'key', name, ctrl: true, alt: false, shift: false, raw: ''});

/** What came since the last frame; made before it counts. */
let arrived: NodeEvent[] = [];

const SCENARIOS: Readonly<Record<string, (index: number) => void>> = {
	typing: index =>
		index % 40 === 39 ? press('u') : listener({type: 'text', text: 'the words '[index % 10] as string}),
	statistics(index) {
		store.receive([...rtts('ann', 0.2 + (index % 7) / 10), ...traffic([800 + index * 13, 300 + index * 7])]);
		store.flush();
	},
	message() {
		store.receive(arrived.slice(0, 1));
		store.flush();
	},
	flood() {
		store.receive(arrived);
		store.flush();
	},
	nothing() {
		// Not so long that anything would be a minute older.
		now += 10;
		store.tick();
		store.flush();
	},
};

async function frames(scenario: string, count: number) {
	const change = SCENARIOS[scenario] as (index: number) => void;
	const step = (index: number) => {
		arrived = Array.from({length: FLOOD}, (_, each) => say(index * FLOOD + each));
		written = [];
		return frame(() => change(index));
	};
	for (let index = 0; index < count; index++) await step(index);
	let [cpu, store] = [0, 0];
	for (let index = 0; index < count; index++) {
		const costs = await step(index);
		cpu += costs.all;
		store += costs.change;
	}
	return {cpu: cpu / count, store: store / count, ...(await compare(step))};
}

/** What is written, and what would do, for the same frames; by itself, for looking costs more than drawing. */
async function compare(step: (index: number) => Promise<unknown>) {
	const terminal = new Terminal(SIZE.columns, SIZE.rows);
	await terminal.write('\x1b[?7l');
	await terminal.write(all.join(''));
	let [bytes, smallest] = [0, 0];
	let before = terminal.look();
	for (let index = 0; index < COMPARED; index++) {
		await step(index);
		const output = written.join('');
		await terminal.write(output);
		const after = terminal.look();
		bytes += Buffer.byteLength(output);
		smallest += smallestDifference(before, after);
		before = after;
	}
	return {compared: bytes / COMPARED, smallest: smallest / COMPARED};
}

/** The heap after a collection, in MB. */
function heap(): number {
	collect();
	return process.memoryUsage().heapUsed / 1e6;
}

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** A minute as it goes by: a tick and a message each second, figures twice, a person who types and reads. */
async function minute(index: number): Promise<number> {
	let drawn = 0;
	const show = async (change: () => void) => {
		await frame(change);
		drawn++;
	};
	for (let second = 0; second < 60; second++) {
		now += 1_000;
		const count = index * 60 + second;
		await show(() => {
			store.tick();
			store.receive([say(count, `${WORDS[count % WORDS.length]} ${'and more '.repeat(count % 20)}(${count})`)]);
			store.flush();
		});
		await show(() => SCENARIOS.statistics?.(count));
		await show(() => SCENARIOS.typing?.(count));
	}
	return drawn;
}

/** Minutes at the beginning that do not count: caches fill. */
const WARM = 15;
const HOUR = 60;

async function hour(seconds: number) {
	const end = performance.now() + seconds * 1_000;
	// As many as the screen keeps: it holds no more at the end.
	for (let index = 0; index < MAX_ENTRIES * 2; index += FLOOD) {
		store.receive(Array.from({length: FLOOD}, (_, each) => say(index + each)));
		store.flush();
	}
	const points: [number, number][] = [];
	let [done, drawn] = [0, 0];
	for (; done < WARM + HOUR && performance.now() < end; done++) {
		drawn += await minute(done);
		all.length = 0;
		written = [];
		if (done >= WARM) points.push([done, heap()]);
	}
	return {slope: slopeOf(points) * HOUR, minutes: done, frames: drawn, heap: points.at(-1)?.[1] ?? Number.NaN};
}

/** Least squares. */
function slopeOf(points: readonly (readonly [number, number])[]): number {
	const mean = (values: readonly number[]) => values.reduce((sum, each) => sum + each, 0) / values.length;
	const [x, y] = [mean(points.map(([at]) => at)), mean(points.map(([, value]) => value))];
	const [above, below] = points.reduce(
		([a, b], [at, value]) => [a + (at - x) * (value - y), b + (at - x) ** 2],
		[0, 0],
	);
	return above / below;
}

store.core({state: 'running'});
store.receive([...livelyEvents(), ...Array.from({length: 100}, (_, index) => say(index))]);
await frame(() => store.flush());

await answerQuestions(([question, first = '', second = '']) => {
	if (question === 'frames') return frames(first, Number(second));
	if (question === 'hour') return hour(Number(first));
	throw new Error(`no question: ${question}`);
});
