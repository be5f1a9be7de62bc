/**
 * Read by a program that is measured before anything else of it (`node --import`): how late its main thread's timers
 * fire, all the time. Each line of the file named by BENCH_LOOP_FILE holds the delays of one quarter of a second in
 * milliseconds, after the milliseconds of the wall clock at which it was written.
 */
import {appendFileSync} from 'node:fs';
import {isMainThread} from 'node:worker_threads';

const INTERVAL = 5;
const LINE = 250;

const file = process.env.BENCH_LOOP_FILE;
if (isMainThread && file) {
	let delays = [];
	let expected = performance.now() + INTERVAL;
	let writtenAt = performance.now();
	const look = () => {
		const now = performance.now();
		delays.push(Math.max(0, now - expected));
		if (now - writtenAt > LINE) {
			appendFileSync(file, `${JSON.stringify([Date.now(), ...delays.map(delay => Number(delay.toFixed(3)))])}\n`);
			delays = [];
			writtenAt = now;
		}
		expected = performance.now() + INTERVAL;
		setTimeout(look, INTERVAL).unref();
	};
	setTimeout(look, INTERVAL).unref();
}
