/** What the screen costs while nobody is there: what it writes, and what it computes. */
import {readFileSync} from 'node:fs';
import {atMost} from './goal.ts';
import {processorTime} from './idle.ts';
import {figure, type Place, type Row} from './shared.ts';
import {Watched} from './watched.ts';

/** Milliseconds before it counts, and that are counted. */
const SETTLE = 5_000;
const WATCHED = 10_000;

const pause = (milliseconds: number) => new Promise(resolve => setTimeout(resolve, milliseconds));

export async function measureIdleScreen(place: Place): Promise<Row[]> {
	const screen = new Watched(place, ['--no-discovery', '--no-mdns']);
	try {
		await screen.seen('message #lobby');
		await pause(SETTLE);
		const [bytes, all, main] = [screen.bytes, processorTime(screen.pid), mainThreadTime(screen.pid)];
		await pause(WATCHED);
		const busy = (now: number | undefined, then: number | undefined) =>
			(((now ?? NaN) - (then ?? NaN)) / WATCHED) * 100;
		const ofMain = busy(mainThreadTime(screen.pid), main);
		const ofAll = busy(processorTime(screen.pid), all);
		const written = screen.bytes - bytes;
		return [
			{
				what: 'screen, nobody there: written in 10 s',
				value: written,
				unit: 'B',
				goal: {...atMost(written, 0, 0, 'B'), text: '0 B'},
			},
			{
				what: 'screen, nobody there: processor, main thread',
				value: ofMain,
				unit: '%',
				reference: `${figure(ofAll)} % with the core's thread and all others, over ${WATCHED / 1_000} s`,
				goal: atMost(ofMain, 0.5, 0.25, '%'),
			},
		];
	} finally {
		await screen.end();
	}
}

function mainThreadTime(pid: number): number | undefined {
	try {
		return Number(readFileSync(`/proc/${pid}/task/${pid}/schedstat`, 'utf8').split(' ')[0]) / 1e6;
	} catch {
		return undefined;
	}
}
