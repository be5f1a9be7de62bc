/**
 * What the pages of a screen cost while a thousand messages a second come: the screen in a pseudo-terminal with the chat,
 * with the page of the network and with that of the topology, one after the other, again and again. What is always
 * counted, whoever looks, is part of all three.
 */
import {atMost} from './goal.ts';
import {Headless} from './headless.ts';
import {processorTime} from './idle.ts';
import {end, figure, type Place, type Row} from './shared.ts';
import {median} from './statistics.ts';
import {Watched} from './watched.ts';
import {addressOf, talk} from './watching.ts';

/** Rounds, each of them with everything once, for so many milliseconds. Together with the start that is half a minute. */
const ROUNDS = 4;
const WINDOW = 2_000;
/** From a key to what counts: the page is drawn, and has its first answer. */
const SETTLE = 250;
/** Peers that say nothing, so that there is something to draw. */
const SILENT = 3;
const ESCAPE = '\x1b';
const START_TIMEOUT = 20_000;

const PAGES = [
	{name: 'F3, network', key: '\x1bOR', title: 'Network'},
	{name: 'F4, topology', key: '\x1bOS', title: 'Topology'},
] as const;

const pause = (milliseconds: number) => new Promise(resolve => setTimeout(resolve, milliseconds));

export async function measurePages(place: Place): Promise<Row[]> {
	const start = (name: string, room: string) => new Headless(place, ['--no-discovery', '--name', name, '--room', room]);
	const ann = start('ann', 'lobby');
	const crowd = Array.from({length: SILENT}, (_, index) => start(`silent${index}`, 'elsewhere'));
	const addresses = await Promise.all([ann, ...crowd].map(addressOf));
	const peers = addresses.flatMap(address => ['--peer', address]);
	const joined = ann.next('member-joined');
	const screen = new Watched(place, ['--no-discovery', '--no-mdns', ...peers]);
	let stop = () => {};
	try {
		await screen.seen('message #lobby', START_TIMEOUT);
		await joined;
		stop = talk(ann);
		await pause(2 * WINDOW);
		return rows(await compare(screen));
	} finally {
		stop();
		await Promise.all([screen.end(), ...[ann, ...crowd].map(({child}) => end(child))]);
	}
}

type Compared = {readonly chat: readonly number[]; readonly pages: readonly (readonly number[])[]};

/** Milliseconds of the processor in each window. */
async function compare(screen: Watched): Promise<Compared> {
	const chat: number[] = [];
	const pages: number[][] = PAGES.map(() => []);
	for (let round = 0; round < ROUNDS; round++) {
		chat.push(await busy(screen));
		for (const [index, {key, title}] of PAGES.entries()) {
			screen.forget();
			screen.type(key);
			if (!Number.isFinite(await screen.seen(title))) throw new Error(`The page ${title} does not open`);
			pages[index]?.push(await busy(screen));
			screen.type(ESCAPE);
			await pause(SETTLE);
		}
	}
	return {chat, pages};
}

async function busy(screen: Watched): Promise<number> {
	await pause(SETTLE);
	const before = processorTime(screen.pid) ?? Number.NaN;
	await pause(WINDOW);
	return (processorTime(screen.pid) ?? Number.NaN) - before;
}

function rows({chat, pages}: Compared): Row[] {
	const percent = (times: readonly number[]) => figure((median(times) / WINDOW) * 100);
	return PAGES.map(({name}, index) => {
		const times = pages[index] ?? [];
		const ratio = median(times.map((time, round) => time / (chat[round] ?? Number.NaN)));
		return {
			what: `screen at 1,000 messages a second, ${name}: processor`,
			value: ratio,
			unit: '×',
			reference: `${percent(times)} % of one core, with the chat ${percent(chat)} %`,
			goal: atMost(ratio, 1.03, 1.01, '× chat'),
		};
	});
}
